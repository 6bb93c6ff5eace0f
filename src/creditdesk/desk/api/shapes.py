"""The tables of the contract as JSON: one shape per table, made of its columns, so that the two never differ."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, cast

import ibis.expr.datatypes as dt
from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints, create_model

from creditdesk.facts.column import BOOLEAN, DATE, FLOAT, INTEGER, LIST, STRING, Column, Table

LEAST, MOST = -(2**63), 2**63 - 1

Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
"""An id of another system: any text, but for the character that no database keeps."""

Words = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
"""A text of a person."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Amount = Annotated[int, Field(ge=0, le=10**15)]
"""Minor units."""


def _iso_day(value: Any) -> Any:
    """Only what is written as a day: no moment, and no number of seconds."""
    if isinstance(value, date) or (
        isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    ):
        return value
    raise ValueError("allowed: a date as YYYY-MM-DD")


def _iso_moment(value: Any) -> Any:
    """Only what is written as a moment, within the years that every database keeps."""
    if isinstance(value, str) and not re.fullmatch(
        r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.,]+([Zz]|[+-][0-9:]+)?", value
    ):
        raise ValueError(
            "allowed: a moment with its zone, as 2026-03-31T08:00:00+02:00, between 1000 and 2999"
        )
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
"""A local date."""

Moment = Annotated[AwareDatetime, BeforeValidator(_iso_moment)]
"""A moment with its zone."""

_PLAIN: dict[str, Any] = {
    STRING: str, DATE: date, INTEGER: int, FLOAT: float, BOOLEAN: bool, LIST: list[str],
}  # fmt: skip


def title(table: Table) -> str:
    """Name of a table's shape: `credit_report` -> `CreditReport`."""
    return "".join(word.capitalize() for word in table.name.split("_"))


@cache
def _tables() -> dict[tuple[str, tuple[str, ...], str], type[Schema]]:
    return {}


def shape(table: Table, *, but: tuple[str, ...] = (), name: str = "", closed: bool = False) -> type[Schema]:
    """The shape of one row.

    Args:
        but: columns that are left out.
        name: another name than the table's.
        closed: no other members are described.
    """
    key = (table.name, but, name)
    made = _tables()
    if key not in made:
        fields = {column.name: _field(column) for column in table.columns if column.name not in but}
        config = ConfigDict(extra="forbid" if closed else "ignore")
        model = create_model(  # type: ignore[call-overload]
            name or title(table), __base__=Schema, __doc__=table.meaning, **fields
        )
        model.model_config = {**model.model_config, **config}
        made[key] = cast("type[Schema]", model)
    return made[key]


def _field(column: Column) -> tuple[Any, Any]:
    """The type of a column and what is said of it; an optional one may be null or absent."""
    meaning = f"{column.meaning} ({column.unit})" if column.unit else column.meaning
    bounds: dict[str, Any] = {}
    if column.allowed:
        kind: Any = Literal[column.allowed]
    elif column.type in _PLAIN:
        kind = _PLAIN[column.type]
    else:
        kind = nested(dt.dtype(column.type), title_of(column.name))
    if column.type == INTEGER:
        bounds = {
            "ge": LEAST if column.minimum is None else column.minimum,
            "le": MOST if column.maximum is None else column.maximum,
        }
    elif column.type == FLOAT:
        bounds = {
            name: value for name, value in (("ge", column.minimum), ("le", column.maximum)) if value is not None
        }  # fmt: skip
    if bounds:
        kind = Annotated[kind, Field(**bounds)]
    if column.required:
        return kind, Field(description=meaning)
    return kind | None, Field(default=None, description=meaning)


def title_of(name: str) -> str:
    """`nearest_change` -> `NearestChange`."""
    return "".join(word.capitalize() for word in name.split("_"))


@cache
def nested(kind: Any, name: str) -> Any:
    """The type of a nested column of a decision table."""
    if isinstance(kind, dt.Array):
        inner = nested(kind.value_type, name)
        return list[inner]  # type: ignore[valid-type]
    if isinstance(kind, dt.Map):
        value = nested(kind.value_type, name)
        return dict[str, value | None]  # type: ignore[valid-type]
    if isinstance(kind, dt.Struct):
        fields = {part: (nested(one, f"{name}{title_of(part)}") | None, None) for part, one in kind.items()}
        return create_model(f"{name}Part", __base__=Schema, **fields)  # type: ignore[call-overload]
    plain = {"string": str, "int64": int, "float64": float, "boolean": bool, "date": date}
    return plain[str(kind.copy(nullable=True))]
