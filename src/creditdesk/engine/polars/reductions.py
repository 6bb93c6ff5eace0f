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


def reduction(node: Node, ready: Mapping[Node, pl.Expr], fresh: Callable[[], str], *, grouped: bool) -> Reduced:
    """Take an aggregate apart.

    Args:
        ready: the expressions of what it reads.
        fresh: gives a new name for a column.
        grouped: there are groups; else all rows are one.

    Raises:
        UnknownOperation: for an aggregate that is not known here.
    """
    column, result = fresh(), fresh()
    where = None if node.where is None else ready[node.where].fill_null(value=False)
    if isinstance(node, ops.CountStar):
        if where is None:
            return Reduced([], [pl.len().alias(result)], _whole(result))
        return Reduced([where.alias(column)], [pl.col(column).sum().alias(result)], _whole(result))
    value = ready[node.arg]
    if where is not None:
        value = pl.when(where).then(value)
    over = pl.col(column)
    if isinstance(node, ops.Count):
        return Reduced([value.alias(column)], [over.count().alias(result)], _whole(result))
    if isinstance(node, ops.CountDistinct):
        return Reduced([value.alias(column)], [over.drop_nulls().n_unique().alias(result)], _whole(result))
    if isinstance(node, ops.Sum):
        number = fresh()
        made = [over.sum().alias(result), over.count().alias(number)]
        total = pl.when(pl.col(number) > 0).then(pl.col(result))
        return Reduced([_number(value, node).alias(column)], made, total)
    if isinstance(node, (ops.Any, ops.All)):
        made = [(over.max() if isinstance(node, ops.Any) else over.min()).alias(result)]
        return Reduced([value.cast(pl.Int8).alias(column)], made, pl.col(result).cast(pl.Boolean))
    if isinstance(node, (ops.Max, ops.Min)):
        truth = node.arg.dtype.is_boolean()
        before = value.cast(pl.Int8) if truth else value
        made = [(over.max() if isinstance(node, ops.Max) else over.min()).alias(result)]
        after = pl.col(result).cast(pl.Boolean) if truth else pl.col(result)
        return Reduced([before.alias(column)], made, after)
    if isinstance(node, ops.ArrayCollect) and not (node.order_by or node.distinct or node.include_null):
        listed = over.drop_nulls() if grouped else over.drop_nulls().implode()
        some = pl.when(pl.col(result).list.len() > 0).then(pl.col(result))
        return Reduced([value.alias(column)], [listed.alias(result)], some)
    raise UnknownOperation(f"the aggregate {type(node).__name__} has no meaning in Polars as it is asked")


def _whole(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64)


def _number(value: pl.Expr, node: Node) -> pl.Expr:
    return value.cast(pl.Int64) if node.arg.dtype.is_boolean() else value
