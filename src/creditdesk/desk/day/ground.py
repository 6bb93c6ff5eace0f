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
from creditdesk.engine.planning import Question

Told = Mapping[tuple[str, str], bool]
"""What a company answers where a few of its customers cannot: has it rows of a table (`*`), a value in a column?"""

NOTHING: Told = {}


@dataclass(frozen=True)
class AsAWhole:
    """What a few customers are decided with of their company.

    Attributes:
        stages: the stages that look at all customers at once, as the last run over them left them.
        told: where it is the company's having none at all that decides, what it has.
    """

    stages: Mapping[str, pa.Table]
    told: Told


def ground_of(facts: Mapping[str, Source]) -> tuple[object, ...]:
    """What calendars, places, companies and rates are made of."""
    places = answer(facts, ("customer", ("country", "subdivision"), "distinct"))
    companies = rows_of(facts, "company").to_pylist()
    return places, companies, sorted(currencies(facts)), rows_of(facts, "fx_rate").to_pydict()


def currencies(facts: Mapping[str, Source]) -> set[str]:
    """Every currency that occurs."""
    return {
        code
        for rows in facts.values()
        if "currency" in filed.names(rows)
        for code in filed.columns(rows, ["currency"]).column(0).unique().to_pylist()
    } - {None}


def rows_of(facts: Mapping[str, Source], name: str) -> pa.Table:
    """All rows of a table; without a column where it was not given."""
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
    questions: Mapping[Question, Any],
    facts: Mapping[str, Source],
    assumed: frozenset[str],
    told: Told = NOTHING,
) -> bool:
    """Whether what statements were made for is what the facts say."""
    return all(answer(facts, question, assumed, told) == said for question, said in questions.items())


def serve(
    questions: Mapping[Question, Any], facts: Mapping[str, Source], wide: frozenset[str], told: Told
) -> bool:
    """Whether statements give for these facts what their own would.

    Statements made for more than there is do: what was made for rows that are not there adds nothing.

    Args:
        wide: tables of which more may have been said than there is; of all others it must be what they say.
        told: what the company answers: that must be it exactly.
    """
    for question, said in questions.items():
        found = answer(facts, question, told=told)
        name, columns, kind = question
        exact = name not in wide or kind == "distinct" or (name, columns[0] if columns else "*") in told
        if (exact and said != found) or (found and not said):
            return False
    return True


def answer(
    facts: Mapping[str, Source],
    question: Question,
    assumed: frozenset[str] = frozenset(),
    told: Told = NOTHING,
) -> Any:
    """The answer that the facts give now, without asking the engine."""
    name, columns, kind = question
    rows = facts.get(name)
    if kind == "distinct":
        if rows is None:
            return []
        distinct = filed.columns(rows, columns).group_by(list(columns)).aggregate([])
        return sorted(
            zip(*(distinct.column(column).to_pylist() for column in columns), strict=True),
            key=lambda row: tuple((value is not None, str(value)) for value in row),
        )
    known = told.get((name, columns[0] if columns else "*"))
    if known is not None:
        return known
    if name in assumed:
        return True
    if rows is None or not filed.count(rows):
        return False
    return all(column in filed.names(rows) and filed.has_value(rows, column) for column in columns)
