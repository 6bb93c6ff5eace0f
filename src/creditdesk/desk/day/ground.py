"""What statements hold for, told by the facts themselves, without an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from creditdesk.desk.ledger import filed
from creditdesk.desk.ledger.filed import Source
from creditdesk.engine.binding import Wider


@dataclass(frozen=True)
class Ground:
    """What calendars, places, companies and rates were made of."""

    companies: object
    rates: object
    currencies: frozenset[str]
    places: frozenset[tuple[str | None, str | None]]

    def serves(self, other: Ground) -> bool:
        """Whether what was made of it holds for the other too."""
        return (
            (self.companies, self.rates) == (other.companies, other.rates)
            and other.currencies <= self.currencies
            and other.places <= self.places
        )

    def wider(self) -> Wider:
        """As what goes beyond the rows of a few customers: every currency that has a rate, and the places."""
        return Wider(self.currencies, self.places)


def ground_of(facts: Mapping[str, Source], of_few: bool) -> Ground:
    """What calendars, places, companies and rates are made of; of a few customers with every currency that has a rate."""
    places = _answer(facts, "customer", ("country", "subdivision"), "distinct")
    companies = _all(facts, "company").to_pylist()
    money = {
        code
        for rows in facts.values()
        if "currency" in filed.names(rows)
        for code in filed.columns(rows, ["currency"]).column(0).unique().to_pylist()
    }
    rates = _all(facts, "fx_rate").to_pydict()
    if of_few and rates:
        money |= {*rates["currency"], *rates["base"]}
    return Ground(companies, rates, frozenset(money - {None}), frozenset(places))


def _all(facts: Mapping[str, Source], name: str) -> pa.Table:
    rows = facts.get(name)
    return pa.table({}) if rows is None else filed.columns(rows, filed.names(rows))


def oldest(facts: Mapping[str, Source], as_of: date) -> date:
    """The oldest date that a calendar is asked for."""
    found = [as_of]
    for table, column in (
        ("invoice", "due"),
        ("invoice", "issued"),
        ("payment", "value_date"),
        ("action", "done_on"),
    ):
        if table in facts and filed.count(facts[table]):
            least = pc.min(filed.columns(facts[table], [column]).column(0)).as_py()
            found.append(least or as_of)
    return min(found)


def hold(
    questions: Mapping[tuple[str, tuple[str, ...], str], Any],
    facts: Mapping[str, Source],
    assumed: frozenset[str],
) -> bool:
    """Whether the answers that statements were made for are those of the facts."""
    return all(_answer(facts, *question, assumed) == answer for question, answer in questions.items())


def _answer(
    facts: Mapping[str, Source],
    name: str,
    columns: tuple[str, ...],
    question: str,
    assumed: frozenset[str] = frozenset(),
) -> Any:
    """The answer that the facts give now, without asking the engine."""
    rows = facts.get(name)
    if question == "distinct":
        if rows is None:
            return []
        distinct = filed.columns(rows, columns).group_by(list(columns)).aggregate([])
        return sorted(
            zip(*(distinct.column(column).to_pylist() for column in columns), strict=True),
            key=lambda row: tuple((value is not None, str(value)) for value in row),
        )
    if name in assumed:
        return True
    if rows is None or not filed.count(rows):
        return False
    return all(column in filed.names(rows) and filed.has_value(rows, column) for column in columns)
