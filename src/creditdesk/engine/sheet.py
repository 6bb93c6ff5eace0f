"""A table that is worked out step by step: what is used more than once becomes a column first.

An Ibis expression has no variables: a value used in ten places is written out ten times, and values built of such
values grow without end. `let` gives a value a name; `engine.backend` keeps such steps apart in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from creditdesk.engine.arith import Value

WAITING = "_waiting"
"""The column in which other columns wait."""
FEW = 12
"""So few columns are not worth packing."""


class Columns(Protocol):
    """Anything that gives a column by name: a table, a sheet, or names with something put in a column's place."""

    def __getitem__(self, name: str, /) -> Value: ...


class Sheet:
    """One row per customer; columns are read by name and added with `let`."""

    def __init__(self, table: ir.Table) -> None:
        self.table = table

    def __getitem__(self, name: str) -> Value:
        return self.table[name]

    def __contains__(self, name: str) -> bool:
        return name in self.table.columns

    def let(self, **values: Value) -> None:
        """Add columns (or replace them); all of them read the columns as they stand now."""
        self.let_all(values)

    def let_all(self, values: Mapping[str, Value]) -> None:
        """As `let`, for names that are made up on the way.

        The projection is built directly: `mutate` looks every value up in all tables the chain ever passed through,
        which costs seconds in a chain of thirty steps.

        Raises:
            ibis.common.exceptions.IntegrityError: for a value read from the sheet before its last `let`.
        """
        if values:
            parent = self.table.op()
            fields = {name: ops.Field(parent, name) for name in self.table.columns}
            added = {name: _node(value) for name, value in values.items()}
            self.table = ops.Project(parent, {**fields, **added}).to_expr()

    def instead(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The columns by name, with some values put in the place of theirs."""
        return {**{name: self.table[name] for name in self.table.columns}, **values}

    def forget(self, names: Iterable[str] = ()) -> None:
        """Drop columns that were only a step on the way: those named, and every one that begins with `_`."""
        gone = {*names, *(name for name in self.table.columns if name.startswith("_") and name != WAITING)}
        self.keep([name for name in self.table.columns if name not in gone])

    @contextmanager
    def only(self, *names: str) -> Iterator[None]:
        """Work on a few columns while the others wait, packed in one: steps get short for compilers and readers.

        Packing costs an engine nothing; ten steps over a hundred columns cost it more than the work itself.
        """
        waiting = [name for name in self.table.columns if name not in names]
        if len(waiting) < FEW:
            yield
            return
        parent = self.table.op()
        packed = ops.StructColumn(names=waiting, values=[ops.Field(parent, name) for name in waiting])
        fields = {name: ops.Field(parent, name) for name in self.table.columns if name in names}
        self.table = ops.Project(parent, {**fields, WAITING: packed}).to_expr()
        yield
        parent = self.table.op()
        fields = {name: ops.Field(parent, name) for name in self.table.columns if name != WAITING}
        kept = {name: value for name, value in fields.items() if not name.startswith("_")}
        packed_field = ops.Field(parent, WAITING)
        unpacked = {name: ops.StructField(packed_field, name) for name in waiting}
        self.table = ops.Project(parent, {**unpacked, **kept}).to_expr()

    def keep(self, names: Iterable[str]) -> None:
        """Keep only the named columns, in that order."""
        parent = self.table.op()
        self.table = ops.Project(parent, {name: ops.Field(parent, name) for name in names}).to_expr()


def _node(value: Value) -> ops.Value:
    return value.op() if hasattr(value, "op") else ibis.literal(value).op()
