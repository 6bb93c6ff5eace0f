"""Aggregates with the meaning that SQL gives them: over nothing a sum, a maximum and a list are null, a count is 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.operations as ops
import polars as pl

from creditdesk.engine.polars.values import UnknownOperation

Node = Any

REDUCTIONS = (
    ops.CountStar, ops.Count, ops.CountDistinct, ops.Sum, ops.Max, ops.Min, ops.Any, ops.All, ops.ArrayCollect,
)  # fmt: skip


@dataclass(frozen=True)
class Reduced:
    """An aggregate in three parts.

    Attributes:
        before: columns over the rows.
        made: columns over the groups, of plain sums, counts and extremes of these.
        after: the aggregate's value, over the columns of the groups.
    """

    before: list[pl.Expr]
    made: list[pl.Expr]
    after: pl.Expr


def reduction(
    node: Node, ready: Mapping[Node, pl.Expr], fresh: Callable[[], str], *, grouped: bool
) -> Reduced:
    """Take an aggregate apart.

    Args:
        ready: the expressions of what it reads.
        fresh: gives a new name for a column.
        grouped: there are groups; else all rows are one.

    Raises:
        UnknownOperation: for an aggregate that is not known here.
    """
    where = None if node.where is None else ready[node.where].fill_null(value=False)
    column, result = fresh(), fresh()
    over, found = pl.col(column), pl.col(result)
    if isinstance(node, ops.CountStar):
        before, figure = ([], pl.len()) if where is None else ([where.alias(column)], over.sum())
        return Reduced(before, [figure.alias(result)], found.cast(pl.Int64))
    value = ready[node.arg] if where is None else pl.when(where).then(ready[node.arg])
    truth = node.arg.dtype.is_boolean()
    if truth:
        value = value.cast(pl.Int64)
    before = [value.alias(column)]
    if isinstance(node, ops.Sum):
        number = fresh()
        made = [over.sum().alias(result), over.count().alias(number)]
        return Reduced(before, made, pl.when(pl.col(number) > 0).then(found))
    if isinstance(node, ops.ArrayCollect):
        if node.order_by or node.distinct or node.include_null:
            raise UnknownOperation(
                "a list that is ordered, distinct or with nulls has no meaning in Polars here"
            )
        listed = over.drop_nulls() if grouped else over.drop_nulls().implode()
        return Reduced(before, [listed.alias(result)], pl.when(found.list.len() > 0).then(found))
    figures: dict[type, pl.Expr] = {
        ops.Count: over.count().cast(pl.Int64),
        ops.CountDistinct: over.drop_nulls().n_unique().cast(pl.Int64),
        ops.Max: over.max(),
        ops.Min: over.min(),
        ops.Any: over.max(),
        ops.All: over.min(),
    }
    yes_or_no = node.dtype.is_boolean()
    return Reduced(
        before, [figures[type(node)].alias(result)], found.cast(pl.Boolean) if yes_or_no else found
    )
