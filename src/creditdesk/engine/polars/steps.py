"""What a program is made of: each step makes one frame of one or two others. Steps are data, so that a program can be kept.

`of_rows` says that a step makes nothing of nothing: without a row in its first frame it gives none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

MANY = 2_000
"""Rows from which on it is looked at how few of a table a join needs: below, looking costs more than joining."""

PLAIN = 12
"""Up to so many columns are taken one by one."""


@dataclass(frozen=True)
class Select:
    """Some columns only."""

    columns: list[pl.Expr]

    of_rows: ClassVar[bool] = True

    @cached_property
    def named(self) -> list[tuple[str, str]]:
        """The columns, each with the name it is given, where they are few and nothing is computed: else empty."""
        plain = all(one.meta.undo_aliases().meta.is_column() for one in self.columns)
        if not plain or len(self.columns) > PLAIN:
            return []
        return [(one.meta.root_names()[0], one.meta.output_name()) for one in self.columns]

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        if self.named:  # planned as a query it takes four times as long
            return pl.DataFrame([rows.get_column(name).alias(alias) for name, alias in self.named])
        return rows.select(self.columns)


@dataclass(frozen=True)
class Add:
    """Columns beside those that there are."""

    columns: list[pl.Expr]

    of_rows: ClassVar[bool] = True

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(self.columns)


@dataclass(frozen=True)
class Keep:
    """The rows for which a condition holds."""

    condition: pl.Expr

    of_rows: ClassVar[bool] = True

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(self.condition)


@dataclass(frozen=True)
class Join:
    """Two frames on equal columns; null equals nothing."""

    how: Any
    left: list[str]
    right: list[str]

    of_rows: ClassVar[bool] = True

    def __call__(self, rows: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
        if self.how == "cross":
            return rows.join(more, how="cross")
        if len(more) > MANY and len(more) > 4 * len(rows):
            # a hash over the few rows, asked by the many, and not the other way round
            more = more.join(rows.select(self.left), left_on=self.right, right_on=self.left, how="semi")
        if self.how in {"semi", "anti"}:
            return rows.join(more, left_on=self.left, right_on=self.right, how=self.how)
        return rows.join(more, left_on=self.left, right_on=self.right, how=self.how, coalesce=False)


@dataclass(frozen=True)
class Group:
    """One row per combination of the keys; without keys one row, also over nothing."""

    keys: list[str]
    figures: list[pl.Expr]

    @property
    def of_rows(self) -> bool:
        return bool(self.keys)

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        if not self.keys:
            return rows.select(self.figures)
        return rows.group_by(self.keys).agg(self.figures)


@dataclass(frozen=True)
class Unite:
    """The rows of two frames of equal columns."""

    distinct: bool

    of_rows: ClassVar[bool] = False

    def __call__(self, rows: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
        if not self.distinct and not (rows.height and more.height):
            return rows if rows.height else more
        both = pl.concat([rows, more], how="vertical")
        return both.unique() if self.distinct else both


@dataclass(frozen=True)
class Unique:
    """Every row once."""

    of_rows: ClassVar[bool] = True

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.unique()


@dataclass(frozen=True)
class Attach:
    """The one value of another frame as a column; null where it has no row."""

    source: str
    name: str

    of_rows: ClassVar[bool] = True

    def __call__(self, rows: pl.DataFrame, one: pl.DataFrame) -> pl.DataFrame:
        found = one.get_column(self.source)
        value = pl.lit(found[0] if len(found) else None, found.dtype)
        return rows.with_columns(value.alias(self.name))


@dataclass(frozen=True)
class Unnest:
    """One row per member of a list; a row whose list is empty or null goes."""

    name: str

    of_rows: ClassVar[bool] = True

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(pl.col(self.name).list.len() > 0).explode(self.name)


@dataclass(frozen=True)
class Sort:
    """Rows by columns, nulls last."""

    by: list[str]
    falling: list[bool]

    of_rows: ClassVar[bool] = True

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.sort(self.by, descending=self.falling, nulls_last=True) if self.by else rows


Step = Select | Add | Keep | Join | Group | Unite | Unique | Attach | Unnest | Sort

STEPS: dict[str, type[Step]] = {
    step.__name__: step for step in (Select, Add, Keep, Join, Group, Unite, Unique, Attach, Unnest, Sort)
}
