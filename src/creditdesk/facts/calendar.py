"""Working days and bank days, per place, as rows that a query can join.

A place is an ISO 3166-1 country (`BE`), a country with its subdivision (`DE-BY`), or `@` and a currency for the days
on which its banks settle (`@EUR` is TARGET). Public holidays come from `holidays`; a policy adds and removes days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays
import pyarrow as pa

EPOCH = date(1970, 1, 1).toordinal()

_NAMES = "en_US"
"""Language of the names of holidays. Without it they follow the machine's locale, and so would `works_on_named`."""

_FINANCIAL = {"EUR": "ECB"}
"""Settlement calendars that `holidays` knows; other currencies use the public holidays of their country."""

_HOME = {"GBP": "GB", "USD": "US", "CHF": "CH", "SEK": "SE", "NOK": "NO", "DKK": "DK", "PLN": "PL", "CZK": "CZ",
         "HUF": "HU", "RON": "RO", "JPY": "JP", "CAD": "CA", "AUD": "AU", "CNY": "CN"}  # fmt: skip


@dataclass(frozen=True)
class Changes:
    """What a policy changes in a place's public calendar.

    Attributes:
        works_on: dates that are worked although public holidays.
        works_on_named: names of public holidays that are worked every year (part of the name, any case).
        closed_on: dates that are not worked although ordinary days.
    """

    works_on: frozenset[date] = frozenset()
    works_on_named: tuple[str, ...] = ()
    closed_on: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Calendar:
    """The working days of one place between two dates."""

    place: str
    first: date
    last: date
    working: tuple[bool, ...] = field(repr=False)

    def works(self, on: date) -> bool:
        """Whether `on` is a working day. IndexError outside the range."""
        index = (on - self.first).days
        if index < 0:
            raise IndexError(f"{on} is before the calendar's first day {self.first}")
        return self.working[index]

    def next(self, on: date) -> date:
        """`on` itself when it is a working day, else the next one."""
        while not self.works(on):
            on += timedelta(days=1)
        return on

    def add(self, on: date, days: int) -> date:
        """The day that is `days` working days after `on` (before it, for a negative number)."""
        step = timedelta(days=1 if days >= 0 else -1)
        left = abs(days)
        while left:
            on += step
            left -= self.works(on)
        return on

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        low, high = (start - self.first).days + 1, (end - self.first).days + 1
        return sum(self.working[low:high])


@cache
def known_places() -> Mapping[str, tuple[str, ...]]:
    """Every country that `holidays` knows, with its subdivisions."""
    return {country: tuple(parts) for country, parts in holidays.list_supported_countries().items()}


def place_of(country: str | None, subdivision: str | None, home: str) -> str:
    """The place whose calendar holds: the subdivision where known, else the country, else ours (`home`)."""
    if country is None or country not in known_places():
        return home
    if subdivision and subdivision in known_places()[country]:
        return f"{country}-{subdivision}"
    return country


@cache
def _public(place: str, first: int, last: int) -> Mapping[date, str]:
    years = range(first, last + 1)
    if place.startswith("@"):
        currency = place[1:]
        if currency in _FINANCIAL:
            return dict(holidays.financial_holidays(_FINANCIAL[currency], years=years, language=_NAMES))
        country = _HOME.get(currency)
        return dict(holidays.country_holidays(country, years=years, language=_NAMES)) if country else {}
    country, _, subdivision = place.partition("-")
    if country not in known_places():
        return {}
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=_NAMES))


def public_days(place: str, first: date, last: date, language: str) -> list[tuple[date, str]]:
    """The public holidays of a place from `first` to `last` that fall on an ordinary working day, with their names.

    Args:
        language: of the names, two letters; where `holidays` does not know them in it, they are in a language of the place.
    """
    years = range(first.year, last.year + 1)
    country, _, subdivision = place.partition("-")
    if place.startswith("@"):
        found: Mapping[date, str] = _public(place, first.year, last.year)
    elif country in known_places():
        names = getattr(holidays, country)
        spoken = next(
            (one for one in names.supported_languages if one.split("_")[0] == language),
            names.default_language,
        )
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=spoken)
    else:
        found = {}
    return sorted((on, name) for on, name in found.items() if first <= on <= last and on.weekday() < 5)


def calendar(place: str, first: date, last: date, changes: Changes | None = None) -> Calendar:
    """The calendar of a place from `first` to `last`. A place unknown to `holidays` works Monday to Friday."""
    change = changes or Changes()
    public = _public(place, first.year, last.year)
    worked_names = tuple(name.casefold() for name in change.works_on_named)
    days: list[bool] = []
    for offset in range((last - first).days + 1):
        on = first + timedelta(days=offset)
        name = public.get(on)
        holiday = name is not None and not any(part in name.casefold() for part in worked_names)
        works = on.weekday() < 5 and (not holiday or on in change.works_on) and on not in change.closed_on
        days.append(works)
    return Calendar(place, first, last, tuple(days))


def calendar_rows(
    places: Iterable[str], first: date, last: date, changes: Mapping[str, Changes] | None = None
) -> pa.Table:
    """The calendars of several places as rows.

    Columns: place; day (days since 1970-01-01); working; no (working days from `first` up to and including the
    day); next (the day itself when worked, else the next working day); weekday (Monday = 0). A change named for a
    country holds for its subdivisions too. A place may be two joined by `&`: the days that both work.
    """
    change = changes or {}
    columns: dict[str, list[object]] = {
        name: [] for name in ("place", "day", "working", "no", "next", "weekday")
    }
    for place in sorted(set(places)):
        parts = [
            calendar(
                part, first, last + timedelta(days=30), change.get(part) or change.get(part.partition("-")[0])
            )
            for part in place.split("&")
        ]
        working = tuple(all(days) for days in zip(*(part.working for part in parts), strict=True))
        count = 0
        following = _following(working)
        start = first.toordinal() - EPOCH
        for index in range((last - first).days + 1):
            count += working[index]
            columns["place"].append(place)
            columns["day"].append(start + index)
            columns["working"].append(working[index])
            columns["no"].append(count)
            columns["next"].append(start + following[index])
            columns["weekday"].append((first + timedelta(days=index)).weekday())
    types = {"place": pa.string(), "working": pa.bool_()}
    return pa.table({name: pa.array(values, types.get(name, pa.int64())) for name, values in columns.items()})


def _following(working: Sequence[bool]) -> list[int]:
    """Per index, the index of the next working day on or after it."""
    following = [len(working)] * len(working)
    nearest = len(working)
    for index in range(len(working) - 1, -1, -1):
        if working[index]:
            nearest = index
        following[index] = nearest
    return following
