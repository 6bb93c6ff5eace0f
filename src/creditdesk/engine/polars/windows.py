"""Window functions: rows are sorted once, and what runs is a running sum less what it was before the group began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis.expr.operations as ops
import polars as pl

from creditdesk.engine.polars.steps import Add, Sort, Step
from creditdesk.engine.polars.values import UnknownOperation

Node = Any


@dataclass(frozen=True)
class Window:
    """One window function, over columns.

    Attributes:
        name: of the column it makes.
        node: the function with its frame, as Ibis has it.
        groups: columns of the partition.
        order: columns with whether they ascend; nulls come last.
        arg: column that the function reads.
    """

    name: str
    node: Node
    groups: list[str]
    order: list[tuple[str, bool]]
    arg: str | None

    def steps(self) -> list[Step]:
        """What adds the function's column to a frame.

        Raises:
            UnknownOperation: for a function or a frame that is not known here.
        """
        function, node = self.node.func, self.node
        if isinstance(function, (ops.RowNumber, ops.DenseRank)):
            return [self._sort(), Add([self._numbered(dense=isinstance(function, ops.DenseRank))])]
        if isinstance(function, (ops.Lag, ops.Lead)) and function.offset is None and function.default is None:
            return [self._sort(), Add([self._beside(1 if isinstance(function, ops.Lag) else -1)])]
        if getattr(function, "where", None) is None:
            if not self.order or (node.start is None and node.end is None):
                return [Add([self._whole()])]
            if isinstance(function, ops.Sum) and node.start is None and _bound(node.end) == 0:
                return [self._sort(), Add([self._running()])]
        raise UnknownOperation(
            f"the window {type(function).__name__} has no meaning in Polars as it is asked"
        )

    def _sort(self) -> Sort:
        by = [*self.groups, *[name for name, _ in self.order]]
        return Sort(by, [*[False for _ in self.groups], *[not ascending for _, ascending in self.order]])

    def _numbered(self, *, dense: bool) -> pl.Expr:
        if dense:
            keys = [*self.groups, *[name for name, _ in self.order]]
            number = _first_of(keys).cast(pl.Int64).cum_sum()
        else:
            number = pl.int_range(pl.len(), dtype=pl.Int64)
        return self._since(number, number).alias(self.name)

    def _beside(self, step: int) -> pl.Expr:
        """The value of the row before (1) or after (-1) in its group; null where there is none."""
        value, end = pl.col(self.arg or "").shift(step), _first_of(self.groups)
        if step < 0:
            end = end.shift(-1).fill_null(value=True)
        return pl.when(~end).then(value).alias(self.name)

    def _running(self) -> pl.Expr:
        value = pl.col(self.arg or "")
        amount, known = value.fill_null(0), value.is_not_null().cast(pl.Int64)
        total = self._since(amount.cum_sum(), amount.cum_sum() - amount)
        number = self._since(known.cum_sum(), known.cum_sum() - known)
        return pl.when(number > 0).then(total).alias(self.name)

    def _since(self, running: pl.Expr, at_first: pl.Expr) -> pl.Expr:
        """A running figure, less what it was where the group of the row began."""
        return running - pl.when(_first_of(self.groups)).then(at_first).forward_fill()

    def _whole(self) -> pl.Expr:
        function = self.node.func
        if isinstance(function, ops.CountStar):
            figure = pl.len().cast(pl.Int64)
        else:
            value = pl.col(self.arg or "")
            figures = {
                ops.Sum: pl.when(value.count() > 0).then(value.sum()),
                ops.Count: value.count().cast(pl.Int64),
                ops.Max: value.max(),
                ops.Min: value.min(),
            }
            if type(function) not in figures:
                raise UnknownOperation(f"the window {type(function).__name__} has no meaning in Polars")
            figure = figures[type(function)]
        return (figure.over(self.groups) if self.groups else figure).alias(self.name)


def _first_of(names: list[str]) -> pl.Expr:
    """Whether a row is the first of its group, in sorted rows."""
    first = pl.int_range(pl.len()) == 0
    return pl.any_horizontal([first, *[pl.col(name).ne_missing(pl.col(name).shift(1)) for name in names]])


def _bound(boundary: Node) -> int:
    """A frame's end in rows or values from the row: below 0 before it."""
    if boundary is None:
        raise UnknownOperation("a frame without an end has no meaning in Polars here")
    value = boundary.value
    while isinstance(value, ops.Cast):
        value = value.arg
    if not isinstance(value, ops.Literal):
        raise UnknownOperation("a frame whose end is no literal has no meaning in Polars")
    return -int(value.value) if boundary.preceding else int(value.value)
