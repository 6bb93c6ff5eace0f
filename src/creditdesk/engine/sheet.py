"""A table that is worked out step by step: what is used more than once becomes a column first.

An Ibis expression has no variables: a value used in ten places is written out ten times, and values built of such
values grow without end. `let` gives a value a name; `engine.backend` keeps such steps apart in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import ibis.expr.types as ir

from creditdesk.engine.arith import Value


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
        """Add columns (or replace them); all of them read the columns as they stood before."""
        self.table = self.table.mutate(**values)

    def let_all(self, values: Mapping[str, Value]) -> None:
        """As `let`, for names that are made up on the way."""
        if values:
            self.table = self.table.mutate(**values)

    def instead(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The columns by name, with some values put in the place of theirs."""
        return {**{name: self.table[name] for name in self.table.columns}, **values}

    def forget(self, names: Iterable[str] = ()) -> None:
        """Drop columns that were only a step on the way: those named, and every one that begins with `_`."""
        gone = [*names, *(name for name in self.table.columns if name.startswith("_"))]
        if gone:
            self.table = self.table.drop(*gone)
