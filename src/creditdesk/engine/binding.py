"""Binds facts to an engine: every table of the contract as an expression, whatever files hold it.

An absent table is an empty table. What a table holds at all (is any `merged_into_id` set, is there a second
currency) is asked once, over all its rows and whatever the date, and decides which stages a run needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from creditdesk.engine.arith import Value
from creditdesk.engine.backend import Backend, empty
from creditdesk.facts.schema import TABLES

Source: TypeAlias = "Sequence[Path] | pa.Table"
"""Where a table's rows are: Parquet files, or Arrow in memory."""


@dataclass(frozen=True)
class Wider:
    """What occurs beyond the rows of a few customers: in their company, or with those who were decided before them.

    Attributes:
        currencies: beside those of the rows.
        places: country and subdivision of customers, beside those of the rows.
        since: a day before which no calendar need begin; None = the rows alone say.
        told: what the company answers where its few customers cannot: has it rows of a table (`*`), a value in a column?
    """

    currencies: frozenset[str] = frozenset()
    places: frozenset[tuple[str | None, str | None]] = frozenset()
    since: date | None = None
    told: Mapping[tuple[str, str], bool] = field(default_factory=dict)


@dataclass
class Facts:
    """The fact tables of one run.

    Attributes:
        tables: every table of the contract, conforming to its schema.
        present: names of the tables that were given (an absent one is empty).
        assume: tables that will hold rows later on: every question about them is answered yes.
        wider: what occurs beyond the rows.
    """

    backend: Backend
    tables: dict[str, ir.Table]
    present: frozenset[str]
    assume: frozenset[str] = frozenset()
    wider: Wider = field(default_factory=Wider)
    _asked: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __getitem__(self, name: str) -> ir.Table:
        return self.tables[name]

    def has(self, name: str) -> bool:
        """Whether the table was given and has a row."""
        if (name, "*") in self.wider.told:
            return self.wider.told[name, "*"]
        if name in self.assume:
            return True
        if name not in self.present:
            return False
        return self._ask(name, "*", lambda table: table.count() > 0)

    def any(self, name: str, column: str) -> bool:
        """Whether the column has a value in any row."""
        if (name, column) in self.wider.told:
            return self.wider.told[name, column]
        if name in self.assume:
            return True
        if name not in self.present:
            return False
        return self._ask(name, column, lambda table: table[column].count() > 0)

    def some(self, name: str, column: str, values: Sequence[str]) -> bool:
        """Whether the column has one of these values in any row."""
        if name in self.assume:
            return True
        return any(value in values for (value,) in self.distinct(name, [column]))

    def distinct(self, name: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
        """The distinct combinations of some columns; for columns of few values (country, currency)."""
        if name not in self.present:
            return []
        rows = self.backend.fetch(self[name].select(*columns).distinct())
        return sorted(
            zip(*(rows.column(column).to_pylist() for column in columns), strict=True),
            key=lambda row: tuple((value is not None, str(value)) for value in row),
        )

    def _ask(self, name: str, column: str, question: object) -> bool:
        key = (name, column)
        if key not in self._asked:
            answer = question(self[name])  # type: ignore[operator]  # a plain callable of the table
            rows = self.backend.fetch(self[name].aggregate(answer=answer))
            self._asked[key] = bool(rows.column("answer")[0].as_py())
        return self._asked[key]


def bind(
    backend: Backend,
    sources: Mapping[str, Source],
    assume: frozenset[str] = frozenset(),
    wider: Wider | None = None,
) -> Facts:
    """Facts from Parquet files or Arrow tables.

    Args:
        sources: per table of the contract its Parquet files, or its rows in memory.
        assume: tables whose rows come later (a replay's actions).
        wider: what occurs beyond these rows.

    Raises:
        KeyError: for a table that the contract does not know.
    """
    tables: dict[str, ir.Table] = {}
    for name, table in TABLES.items():
        schema = table.schema()
        source = sources.get(name)
        if source is None:
            tables[name] = backend.put(f"fact_{name}", empty(schema))
        elif isinstance(source, pa.Table):
            tables[name] = backend.put(f"fact_{name}", conform_arrow(source, schema))
        else:
            tables[name] = backend.read(f"fact_{name}", source, schema)
    unknown = set(sources) - set(TABLES)
    if unknown:
        raise KeyError(f"unknown fact tables {sorted(unknown)}; allowed: {sorted(TABLES)}")
    return Facts(backend, tables, frozenset(sources), assume, wider or Wider())


MOST_INVOICES = 500_000
MOST_MONEY = 5 * 10**13
"""Up to so many invoices and minor units (taken together, of one table) Polars decides: above, DuckDB needs less memory, and
whole numbers are not told there when they wrap around."""


def few(sources: Mapping[str, Source]) -> bool:
    """Whether facts are few enough for Polars. What is still in files is many."""
    for name, rows in sources.items():
        if not isinstance(rows, pa.Table) or rows.num_rows > MOST_INVOICES * (10 if name != "invoice" else 1):
            return False
        for column in rows.column_names:
            if "amount" in column and pa.types.is_integer(rows.schema.field(column).type):
                money = pc.sum(pc.abs(rows.column(column).cast(pa.float64()))).as_py()
                if money is not None and money > MOST_MONEY:
                    return False
    return True


def in_memory(sources: Mapping[str, Source]) -> dict[str, pa.Table]:
    """Facts as Arrow tables of the contract, wherever they are."""
    found: dict[str, pa.Table] = {}
    for name, source in sources.items():
        schema = TABLES[name].schema()
        files = [source] if isinstance(source, pa.Table) else [pq.read_table(path) for path in source]
        found[name] = pa.concat_tables([conform_arrow(rows, schema) for rows in files])
    return found


def conform_arrow(rows: pa.Table, schema: ibis.Schema) -> pa.Table:
    """Rows with exactly the columns and types of a schema; what they lack is null."""
    target = schema.to_pyarrow()
    columns = [
        rows.column(item.name).cast(item.type)
        if item.name in rows.column_names
        else pa.nulls(rows.num_rows, item.type)
        for item in target
    ]
    return pa.table(columns, schema=pa.schema([pa.field(item.name, item.type) for item in target]))


def latest(table: ir.Table, key: str, day: Value, known: bool) -> ir.Table:
    """One row per `key`: the latest with `known_from` not after the day; without `known_from` a row holds always.

    Args:
        known: whether any row bears a `known_from`; if none does the table is taken as it is.
    """
    if not known:
        return table
    seen = table.filter((table.known_from.epoch_days() <= day) | table.known_from.isnull())
    order = ibis.row_number().over(
        ibis.window(group_by=key, order_by=[ibis.desc(seen.known_from.fill_null(ibis.date("1900-01-01")))])
    )
    return seen.mutate(_rank=order).filter(lambda t: t._rank == 0).drop("_rank")
