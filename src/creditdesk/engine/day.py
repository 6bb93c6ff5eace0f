"""One run: facts, policy and day, with the small tables that every stage looks things up in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.binding import Facts
from creditdesk.engine.stages import Clock, Stages
from creditdesk.facts.calendar import EPOCH, Changes, calendar_rows, place_of
from creditdesk.facts.money import MissingRate, digits, minor
from creditdesk.policy.document import Policy

DATED = {"invoice": "issued", "payment": "value_date", "order": "ordered_on", "charge": "on"}
"""Tables with money of their own currency, and the date whose rate counts."""


@dataclass(frozen=True)
class Day:
    """What every stage is given.

    Attributes:
        stages: runs expressions and remembers them.
        facts: the tables of the contract.
        policy: the policy in force.
        clock: the day, as a one-row table.
        calendar: rows (place, day, working, no, next, weekday); places are `BE`, `DE-BY`, `@EUR`.
        place: rows (country, subdivision, home, place): which calendar holds for a debtor of our company's `home`.
        company: rows (company_id, base, home, company_country, language, company_size); one row with an empty id
            where no company table is given.
        rate: rows (currency, base, day, factor): minor units of `currency` to minor units of `base`.
        currency: rows (currency, tolerance): the tolerance of an open rest in minor units of the currency.
        currencies: every currency that occurs.
        base: the reporting currency when there is one company; amounts of the policy are in the policy's own.
        first, last: the span of calendar and rates.
        since: the earliest day that may be decided by the same statements.
    """

    stages: Stages
    facts: Facts
    policy: Policy
    clock: Clock
    calendar: ir.Table
    place: ir.Table
    company: ir.Table
    rate: ir.Table
    currency: ir.Table
    currencies: tuple[str, ...]
    base: str
    first: date
    last: date
    since: date

    def minor(self, amount: object) -> int:
        """An amount of the policy (major units of its currency) as minor units of that currency."""
        return minor(cast("int", amount), self.policy.currency)

    @property
    def multi_currency(self) -> bool:
        """Whether any amount is in another currency than the reporting one."""
        return len(self.currencies) > 1


def open_day(
    stages: Stages,
    facts: Facts,
    policy: Policy,
    as_of: date,
    until: date | None = None,
    since: date | None = None,
) -> Day:
    """Prepare a run for `as_of`; who decides other days too names the first and the last, so that calendars and rates reach them.

    Raises:
        MissingRate: when an amount in another currency has no rate on or before its date.
    """
    backend = stages.backend
    companies = _companies(facts, policy)
    used = _currencies(facts)
    bases = sorted({str(row["base"]) for row in companies})
    currencies = tuple(sorted({*used, *bases, policy.currency}))
    first, last = _span(facts, as_of, until or as_of)
    homes = sorted({str(row["home"]) for row in companies})
    own = [(country, part) for country, part in facts.distinct("customer", ["country", "subdivision"])]
    pairs = [*own, *sorted(facts.wider.places - set(own), key=str)]
    places = [
        {"country": country or "", "subdivision": part or "", "home": home,
         "place": place_of(cast("str | None", country), cast("str | None", part), home)}
        for (country, part), home in itertools.product(pairs, homes)
    ]  # fmt: skip
    wanted = {str(row["place"]) for row in places} | set(homes) | {f"@{code}" for code in currencies}
    # a person's step needs a working day of the debtor and of ours
    wanted |= {f"{place}&{home}" for place in wanted if not place.startswith("@") for home in homes}
    changes = {
        place: Changes(frozenset(change.works_on), tuple(change.works_on_named), frozenset(change.closed_on))
        for place, change in policy.calendars.items()
    }
    rates = _rates(facts, currencies, bases, first, last)
    _need_rates(facts, bases, rates)
    return Day(
        stages=stages,
        facts=facts,
        policy=policy,
        clock=Clock.put(backend, as_of),
        calendar=backend.put("calendar", calendar_rows(wanted, first, last, changes)),
        place=backend.put("place", pa.Table.from_pylist(places, schema=_PLACE)),
        company=backend.put("our_company", pa.Table.from_pylist(companies, schema=_COMPANY)),
        rate=backend.put("rate", rates),
        currency=backend.put("currency", _tolerances(currencies, policy, rates)),
        currencies=currencies,
        base=bases[0],
        first=first,
        last=last,
        since=min(since or as_of, as_of),
    )


_PLACE = pa.schema([(name, pa.string()) for name in ("country", "subdivision", "home", "place")])
_COMPANY = pa.schema(
    [(name, pa.string()) for name in ("company_id", "base", "home", "company_country", "company_language",
                                      "company_size")]
)  # fmt: skip
_RATE = pa.schema(
    [("currency", pa.string()), ("base", pa.string()), ("day", pa.int64()), ("factor", pa.float64())]
)


def _companies(facts: Facts, policy: Policy) -> list[dict[str, object]]:
    """Our legal entities; without a company table one without a name, in the policy's currency."""
    if not facts.has("company"):
        return [{"company_id": "", "base": policy.currency, "home": "", "company_country": None,
                 "company_language": policy.default_language, "company_size": None}]  # fmt: skip
    columns = ["company_id", "currency", "country", "subdivision", "language", "size"]
    return [
        {"company_id": row[0], "base": row[1], "home": place_of(cast("str", row[2]), cast("str | None", row[3]), ""),
         "company_country": row[2], "company_language": row[4], "company_size": row[5]}
        for row in facts.distinct("company", columns)
    ]  # fmt: skip


def _currencies(facts: Facts) -> set[str]:
    found = set(facts.wider.currencies)
    for table in (
        "invoice",
        "payment",
        "order",
        "cover",
        "security",
        "promise",
        "contra",
        "charge",
        "credit_report",
        "annual_account",
        "opportunity",
    ):
        found |= {str(row[0]) for row in facts.distinct(table, ["currency"]) if row[0] is not None}
    if facts.any("customer", "credit_limit"):
        found |= {str(row[0]) for row in facts.distinct("customer", ["currency"]) if row[0] is not None}
    return found


def _span(facts: Facts, as_of: date, until: date) -> tuple[date, date]:
    """From the oldest date that a calendar is asked for to two years past the last day."""
    oldest = min(as_of, facts.wider.since or as_of)
    for table, column in (
        ("invoice", "due"),
        ("invoice", "issued"),
        ("payment", "value_date"),
        ("action", "done_on"),
    ):
        if facts.has(table):
            rows = facts.backend.fetch(facts[table].aggregate(least=facts[table][column].min()))
            found = rows.column("least")[0].as_py()
            oldest = min(oldest, found) if found is not None else oldest
    return max(oldest, date(1990, 1, 1)) - timedelta(days=60), until + timedelta(days=760)


def _rates(facts: Facts, currencies: tuple[str, ...], bases: list[str], first: date, last: date) -> pa.Table:
    """Per currency, base and day the factor between minor units: the latest rate not after the day, carried on.

    A rate may be given directly, the other way round, or both ways through a third currency.
    """
    quoted: dict[tuple[str, str], dict[int, float]] = {}
    for currency, base, on, rate in facts.distinct("fx_rate", ["currency", "base", "on", "rate"]):
        day = cast("date", on).toordinal() - EPOCH
        value = cast("float", rate)
        if value > 0:
            quoted.setdefault((str(currency), str(base)), {})[day] = value
    start, end = first.toordinal() - EPOCH, last.toordinal() - EPOCH
    days = range(start, end + 1)
    curves = {pair: _carried(points, start, end) for pair, points in quoted.items()}

    def curve(currency: str, base: str) -> list[float | None] | None:
        if (currency, base) in curves:
            return curves[currency, base]
        if (base, currency) in curves:
            return [None if value is None else 1.0 / value for value in curves[base, currency]]
        return None

    columns: dict[str, list[object]] = {name: [] for name in _RATE.names}
    for currency, base in itertools.product(currencies, bases):
        if currency == base:
            found: list[float | None] | None = [1.0] * len(days)
        else:
            found = curve(currency, base)
            for bridge in () if found else sorted({code for pair in quoted for code in pair}):
                one, two = curve(currency, bridge), curve(bridge, base)
                if one and two:
                    found = [None if a is None or b is None else a * b for a, b in zip(one, two, strict=True)]
                    break
        scale = 10.0 ** (digits(base) - digits(currency))
        for index, rate in enumerate(found or ()):
            if rate is not None:
                columns["currency"].append(currency)
                columns["base"].append(base)
                columns["day"].append(start + index)
                columns["factor"].append(rate * scale)
    return pa.table(columns, schema=_RATE)


def _carried(points: dict[int, float], start: int, end: int) -> list[float | None]:
    value: float | None = None
    for day in sorted(points):
        if day < start:
            value = points[day]
    carried: list[float | None] = []
    for day in range(start, end + 1):
        value = points.get(day, value)
        carried.append(value)
    return carried


def _need_rates(facts: Facts, bases: list[str], rates: pa.Table) -> None:
    """Every amount in another currency has a rate on its date, or the run does not begin."""
    firsts: dict[tuple[str, str], int] = {}
    for currency, base, day in zip(
        *(rates.column(name).to_pylist() for name in _RATE.names[:3]), strict=True
    ):
        firsts.setdefault((currency, base), day)
    for table, column in DATED.items():
        if not facts.has(table):
            continue
        rows = facts.backend.fetch(
            facts[table].group_by("currency").aggregate(least=facts[table][column].min())
        ).to_pylist()
        for row, base in itertools.product(rows, bases):
            day = row["least"].toordinal() - EPOCH
            if row["currency"] != base and firsts.get((row["currency"], base), day + 1) > day:
                raise MissingRate(row["currency"], base, row["least"])


def _tolerances(currencies: tuple[str, ...], policy: Policy, rates: pa.Table) -> pa.Table:
    """The fixed part of the tolerance in each currency: the policy's amount at the first rate known (R0).

    It stays the same over the days of a run, so that an invoice once settled does not reopen with the rate.
    """
    factors: dict[tuple[str, str], float] = {}
    for currency, base, factor in zip(
        *(rates.column(name).to_pylist() for name in ("currency", "base", "factor")), strict=True
    ):
        factors.setdefault((currency, base), factor)
    amount = minor(policy.tolerance.amount, policy.currency)
    rows = []
    for currency in currencies:
        if currency == policy.currency:
            value = amount
        elif (currency, policy.currency) in factors:
            value = int(amount / factors[currency, policy.currency] + 0.5)
        else:
            value = minor(policy.tolerance.amount, currency)
        rows.append({"currency": currency, "tolerance": value})
    return pa.Table.from_pylist(
        rows, schema=pa.schema([("currency", pa.string()), ("tolerance", pa.int64())])
    )
