"""Arithmetic that gives the same value on every engine.

Integers are summed, a division happens once and is brought back to a grid at once; days are counted from
1970-01-01 as whole numbers. `research` figures behind these rules are in docs/architecture.md.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

Value = Any
"""An Ibis value expression. Ibis' own classes differ per type and its operators are untyped."""

EPOCH = "1970-01-01"


def rnd(value: Value) -> Value:
    """Round half up to int64. Casting a float to an integer rounds on DuckDB and truncates on Spark: this does not."""
    return (value + 0.5).floor().cast("int64")


def fixed(value: Value, scale: int) -> Value:
    """A float as a whole number of `1/scale`, so that it may be summed without the order of rows mattering."""
    return rnd(value * scale)


def ratio(numerator: Value, denominator: Value, scale: int) -> Value:
    """`numerator / denominator` as a whole number of `1/scale`; null where the denominator is 0 or null.

    Scaled as a float: the same figure, since the division is one anyway, and money of any size does not overflow.
    """
    return rnd(numerator.cast("float64") * scale / denominator.nullif(0))


def share(numerator: Value, denominator: Value, digits: int = 4) -> Value:
    """`numerator / denominator` as float64 on a grid of `digits` decimals."""
    scale = 10**digits
    return ratio(numerator, denominator, scale) / scale


def to_day(value: Value) -> Value:
    """A date as whole days since 1970-01-01."""
    return value.epoch_days().cast("int64")


def to_date(day: Value) -> Value:
    """Whole days since 1970-01-01 as a date."""
    return (ibis.date(EPOCH) + day.as_interval("D")).cast("date")


def attach(table: ir.Table, other: ir.Table, on: str | list[str]) -> ir.Table:
    """`table` with the columns of `other` beside it (left join); the key of `other` does not come along."""
    keys = [on] if isinstance(on, str) else list(on)
    joined = table.left_join(other, keys)
    right = {f"{key}_right" for key in keys}
    # a selection of a join stays part of it: joins in a row become one statement without nesting
    return joined.select(*[name for name in joined.columns if name not in right])


def attach_all(table: ir.Table, others: list[tuple[ir.Table, str | list[str]]]) -> ir.Table:
    """`attach` for several tables at once, each on its own key: one statement, built once."""
    joined: ir.Table = table
    for number, (other, on) in enumerate(others):
        keys = [on] if isinstance(on, str) else list(on)
        joined = joined.left_join(other, keys, rname=f"_{number}_of_{{name}}")
    return joined.select(*[name for name in joined.columns if "_of_" not in name or not name.startswith("_")])


def holds(condition: Value) -> Value:
    """A condition as plain true or false: what is unknown does not hold."""
    return condition.fill_null(False)


def if_any(condition: Value, items: list[str]) -> Value:
    """The list `items` where the condition holds, else an empty list; to be joined with one `concat`."""
    some = ibis.literal(items, type="array<string>")
    return ibis.ifelse(holds(condition), some, ibis.literal([], type="array<string>"))
