"""The days that a pay-day habit means, as small tables: which habits a day hits, and when the next habitual day is.

A habit is a code: `month_day:15`, `last_business_day:2` (two bank days before the last), `nth_business_day:3`,
`weekday:4` (Friday), on the bank days of a currency. A calendar day that is no bank day rolls forward, at the end of the
month back; the 31st of a shorter month is its last day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import comb

import pyarrow as pa

from creditdesk.facts.calendar import EPOCH, Calendar, Changes, calendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
LAST = 3
NTH = 5

HYPOTHESES: tuple[tuple[str, int], ...] = (
    *(("last_business_day", back) for back in range(LAST)),
    *(("month_day", number) for number in range(1, 32)),
    *(("nth_business_day", number) for number in range(1, NTH + 1)),
    *(("weekday", number) for number in range(len(WEEKDAYS))),
)
"""In the order in which a tie is decided; a constant lag comes before them all."""

BITS = 5
"""Width of a counter: it holds the 24 dates that are looked at."""

PER_COLUMN = 12
COLUMNS = -(-len(HYPOTHESES) // PER_COLUMN)

LEAST_DATES, MOST_DATES = 6, 24
LEAST_SPAN = 92
"""Days from the first to the last date: so many touch four calendar months."""

LEAST_SHARE = 0.75
SIGNIFICANCE = 0.01
CHANCE = {"weekday": 1 / 5}
OTHERWISE_CHANCE = 3 / 21
"""A business day and its two neighbours, of the 21 of a month."""


def code_text(kind: str, number: int) -> str:
    """How the profile writes the day of a habit."""
    if kind == "last_business_day":
        return f"last-{number}" if number else "last"
    return WEEKDAYS[number] if kind == "weekday" else str(number)


def least_hits(n: int, chance: float) -> int:
    """Fewest hits of `n` dates that chance does not explain over all hypotheses, and that are three quarters of them."""
    tries = len(HYPOTHESES) + 1
    for hits in range(n + 1):
        tail = sum(comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(hits, n + 1))
        if hits >= LEAST_SHARE * n and tries * tail < SIGNIFICANCE:
            return hits
    return n + 1


def least_hits_rows() -> pa.Table:
    """Rows n, least (a business day or a lag), least_weekday, for every number of dates looked at."""
    counts = range(LEAST_DATES, 61)
    return pa.table(
        {
            "n": pa.array(counts, pa.int64()),
            "least": pa.array([least_hits(n, OTHERWISE_CHANCE) for n in counts], pa.int64()),
            "least_weekday": pa.array([least_hits(n, CHANCE["weekday"]) for n in counts], pa.int64()),
        }
    )


@dataclass(frozen=True)
class BankMonths:
    """The bank days of a currency between two dates, with the days that each habit means."""

    place: str
    first: date
    last: date
    calendar: Calendar

    @classmethod
    def between(cls, place: str, first: date, last: date, changes: Changes | None = None) -> BankMonths:
        """From the month before `first` to the month after `last`, so that neighbours are known."""
        start = (first.replace(day=1) - timedelta(days=1)).replace(day=1)
        end = (last.replace(day=28) + timedelta(days=40)).replace(day=1) + timedelta(days=40)
        return cls(place, start, end, calendar(place, start, end, changes))

    def targets(self, kind: str, number: int) -> list[date]:
        """Every habitual day, in order."""
        if kind == "weekday":
            days = (self.first + timedelta(days=i) for i in range((self.last - self.first).days - 20))
            found = [self.calendar.next(on) for on in days if on.weekday() == number]
        else:
            found = [self._in_month(kind, number, business) for business in self._months()]
        return sorted(set(found))

    def _in_month(self, kind: str, number: int, business: list[date]) -> date:
        if kind == "last_business_day":
            return business[-1 - number]
        if kind == "nth_business_day":
            return business[number - 1]
        later = [on for on in business if on.day >= number]
        return later[0] if later else business[-1]

    def _months(self) -> Iterator[list[date]]:
        on = self.first
        while (after := (on + timedelta(days=31)).replace(day=1)) <= self.last:
            days = (on + timedelta(days=i) for i in range((after - on).days))
            yield [day for day in days if self.calendar.works(day)]
            on = after


def hit_rows(
    places: list[str], first: date, last: date, changes: dict[str, Changes]
) -> tuple[pa.Table, pa.Table]:
    """Which habits a payment of a day hits, twice.

    Returns:
        Rows (bank, pay_day, `near0`.., `exact0`..): all habits of a day packed as counters of 5 bits, those hit within
        one bank day (weekdays only on the day itself) and those hit on it; and rows (bank, pay_day, idx): one per day
        and habit hit within one bank day.
    """
    packed: dict[str, list[object]] = {"bank": [], "pay_day": []}
    names = [f"{kind}{i}" for kind in ("near", "exact") for i in range(COLUMNS)]
    packed |= {name: [] for name in names}
    single: dict[str, list[object]] = {"bank": [], "pay_day": [], "idx": []}
    for place in places:
        months = BankMonths.between(place, first, last, changes.get(place))
        numbers = _business_numbers(months)
        near: dict[int, set[int]] = {}
        exact: dict[int, set[int]] = {}
        for index, (kind, number) in enumerate(HYPOTHESES):
            reach = range(1) if kind == "weekday" else range(-1, 2)
            for on in months.targets(kind, number):
                exact.setdefault(numbers[on], set()).add(index)
                for step in reach:
                    near.setdefault(numbers[on] + step, set()).add(index)
        for offset in range((last - first).days + 1):
            on = first + timedelta(days=offset)
            number = numbers[months.calendar.next(on)]
            day = on.toordinal() - EPOCH
            packed["bank"].append(place)
            packed["pay_day"].append(day)
            for kind, hits in (("near", near), ("exact", exact)):
                for i, value in enumerate(_pack(hits.get(number, set()))):
                    packed[f"{kind}{i}"].append(value)
            for index in near.get(number, ()):
                single["bank"].append(place)
                single["pay_day"].append(day)
                single["idx"].append(index)
    return _rows(packed, "bank"), _rows(single, "bank")


def _pack(indexes: set[int]) -> list[int]:
    found = [0] * COLUMNS
    for index in indexes:
        column, place = divmod(index, PER_COLUMN)
        found[column] += 1 << (BITS * place)
    return found


def _rows(columns: dict[str, list[object]], *texts: str) -> pa.Table:
    types = dict.fromkeys(texts, pa.string())
    return pa.table({name: pa.array(values, types.get(name, pa.int64())) for name, values in columns.items()})


def _business_numbers(months: BankMonths) -> dict[date, int]:
    numbers: dict[date, int] = {}
    count = 0
    for offset in range((months.last - months.first).days + 1):
        on = months.first + timedelta(days=offset)
        count += months.calendar.works(on)
        numbers[on] = count
    return numbers


def kind_rows() -> pa.Table:
    """Rows idx, habit, code: what stands at each place of HYPOTHESES."""
    return _rows(
        {
            "idx": list(range(len(HYPOTHESES))),
            "habit": [kind for kind, _number in HYPOTHESES],
            "code": [code_text(kind, number) for kind, number in HYPOTHESES],
        },
        "habit",
        "code",
    )


def next_rows(
    places: list[str], first: date, last: date, after: int, changes: dict[str, Changes]
) -> pa.Table:
    """Per bank calendar, habit and day: the habitual day on or after it, and what follows.

    Columns: bank, idx, on_day; `next`; `release` (`after` bank days after `next`); `lapse` (as many after the habitual day
    that follows `next`).
    """
    names = ("bank", "idx", "on_day", "next", "release", "lapse")
    columns: dict[str, list[object]] = {name: [] for name in names}
    for place in places:
        months = BankMonths.between(place, first, last + timedelta(days=100), changes.get(place))
        for index, code in enumerate(HYPOTHESES):
            dates = [on for on in months.targets(*code) if on <= last + timedelta(days=90)]
            targets = [on.toordinal() - EPOCH for on in dates]
            released = [months.calendar.add(on, after).toordinal() - EPOCH for on in dates]
            for offset in range((last - first).days + 1):
                day = first.toordinal() - EPOCH + offset
                at = bisect_left(targets, day)
                row = (place, index, day, targets[at], released[at], released[at + 1])
                for name, value in zip(names, row, strict=True):
                    columns[name].append(value)
    return _rows(columns, "bank")


def declared_rows() -> pa.Table:
    """Rows token, idx: what a declared payment run may name: `5`, `31`, `last`, `friday`."""
    tokens = {str(number): HYPOTHESES.index(("month_day", number)) for number in range(1, 32)}
    tokens |= {f"{number:02d}": tokens[str(number)] for number in range(1, 10)}
    tokens |= {name: HYPOTHESES.index(("weekday", i)) for i, name in enumerate(WEEKDAYS)}
    tokens["last"] = HYPOTHESES.index(("last_business_day", 0))
    return _rows({"token": list(tokens), "idx": list(tokens.values())}, "token")
