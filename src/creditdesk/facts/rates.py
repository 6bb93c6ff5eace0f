"""Amounts in another currency than the reporting one need a rate on or before their date.

A rate may be given directly, the other way round, or both ways through a third currency; it is never taken to be 1.
"""

from __future__ import annotations

from datetime import date

from creditdesk.facts import sql
from creditdesk.facts.problem import ERROR, WARNING, Rule
from creditdesk.facts.workbench import Workbench

DATED = {
    "invoice": "issued",
    "payment": "value_date",
    "order": "ordered_on",
    "charge": "on",
    "promise": "made_on",
    "cover": "valid_from",
    "security": "from_on",
    "contra": "on",
}
"""Tables with money of their own currency, and the date whose rate counts."""


def reporting_currencies(bench: Workbench, fallback: str | None) -> tuple[str, ...]:
    """The currencies of our companies; without a company table `fallback`, else the most frequent of the invoices."""
    if "company" in bench.tables:
        rows = bench.ask(f"SELECT DISTINCT currency FROM {bench.good('company')} ORDER BY 1")
        if rows:
            return tuple(row[0] for row in rows)
    if fallback:
        return (fallback,)
    rows = bench.ask(
        f"SELECT currency FROM {bench.good('invoice')} GROUP BY 1 ORDER BY count(*) DESC, currency LIMIT 1"
    )
    return tuple(row[0] for row in rows)


def check_rates(bench: Workbench, bases: tuple[str, ...]) -> None:
    """Quarantine amounts that no rate reaches on their date."""
    firsts = _first_rates(bench)
    for table, column in DATED.items():
        if table not in bench.tables:
            continue
        used = bench.ask(
            f"SELECT currency, min({sql.name(column)}) FROM {bench.good(table)} GROUP BY 1 ORDER BY 1"
        )
        for (currency, oldest), base in ((row, base) for row in used for base in bases):
            if currency == base:
                continue
            first = first_day(firsts, currency, base)
            if first is None or oldest < first:
                _quarantine(bench, table, column, currency, base, first)
    _check_limits(bench, firsts, bases)


def first_day(firsts: dict[tuple[str, str], date], currency: str, base: str) -> date | None:
    """First day on which an amount of `currency` can be told in `base`; None when never."""
    direct = firsts.get((currency, base)) or firsts.get((base, currency))
    if direct is not None:
        return direct
    for bridge in sorted({code for pair in firsts for code in pair}):
        one = firsts.get((currency, bridge)) or firsts.get((bridge, currency))
        two = firsts.get((bridge, base)) or firsts.get((base, bridge))
        if one is not None and two is not None:
            return max(one, two)
    return None


def _first_rates(bench: Workbench) -> dict[tuple[str, str], date]:
    if "fx_rate" not in bench.tables:
        return {}
    rows = bench.ask(f'SELECT currency, base, min("on") FROM {bench.good("fx_rate")} GROUP BY 1, 2')
    return {(row[0], row[1]): row[2] for row in rows}


def _quarantine(
    bench: Workbench, table: str, column: str, currency: str, base: str, first: date | None
) -> None:
    day = sql.name(column)
    known = f"; the first rate is of {first.isoformat()}" if first else ""
    rule = Rule(
        ERROR,
        "no_rate",
        table,
        "currency",
        f"has no rate to {base} on or before that date{known}",
        f"amounts in {base}, or a rate on or before their date",
        f"Add a row to fx_rate (currency {currency}, base {base}).",
    )
    late = f" AND {day} < DATE '{first.isoformat()}'" if first else ""
    bench.record(
        rule,
        f"SELECT _file, _line, currency || ' on ' || {day} AS found FROM {bench.good(table)} "
        f"WHERE currency = {sql.text(currency)}{late}",
    )


def _check_limits(bench: Workbench, firsts: dict[tuple[str, str], date], bases: tuple[str, ...]) -> None:
    """A credit limit has no date of its own; in a currency that has no rate at all it cannot be used."""
    if not bench.has("customer", "currency", "credit_limit"):
        return
    relation = bench.good("customer")
    used = bench.ask(
        f"SELECT DISTINCT currency FROM {relation} WHERE currency IS NOT NULL AND credit_limit IS NOT NULL"
    )
    lost = sorted(
        row[0]
        for row in used
        if any(row[0] != base and first_day(firsts, row[0], base) is None for base in bases)
    )
    if lost:
        rule = Rule(WARNING, "no_rate", "customer", "currency", "has no rate, so that the credit limit cannot be used",
                    "a currency with a rate in fx_rate", "Add rows to fx_rate.")  # fmt: skip
        bench.record(
            rule,
            f"SELECT _file, _line, currency AS found FROM {relation} "
            f"WHERE currency IN ({sql.texts(lost)}) AND credit_limit IS NOT NULL",
        )
