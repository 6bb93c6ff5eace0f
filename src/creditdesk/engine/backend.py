"""The few verbs that the engine needs of a database, and DuckDB (embedded default) behind them; others: `spark`, `polars`.

A stage becomes a typed table: DuckDB sums integers as HUGEINT, and Ibis believes that is int64; a table with a
declared schema casts, a view or a plain query does not. On Spark a stage is written to Parquet and read back, which
cuts the lineage.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.facts.spilling import with_room

# A value named in one step stays a column in SQL. Fused, it would be written out at every place that reads it, and
# values built of such values would grow to hundreds of kilobytes; the engines flatten the steps anyway.
ibis.options.sql.fuse_selects = False

# Steps nest, and the writer of SQL calls itself once per step: a long stage is deeper than Python's first limit.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))


_DAY = "creditdesk_day"

MOST_MEMORY = 5_000 * 2**20
"""Bytes that DuckDB takes at most by itself before it spills; `duckdb://?memory_limit=32GB` gives it more."""


@ibis.udf.scalar.builtin(signature=(("string",), "int64"))  # type: ignore[untyped-decorator]
def getvariable(which: Any) -> Any:
    """A variable of the session, in DuckDB."""


class StageError(RuntimeError):
    """A statement failed: carries the stage, its SQL and the engine's own words."""

    def __init__(self, stage: str, sql: str, cause: Exception) -> None:
        super().__init__(f"stage {stage!r} failed: {cause}\n--- SQL of the stage ---\n{sql}")
        self.stage = stage
        self.sql = sql
        self.cause = cause


class Backend(Protocol):
    """What the engine needs of a database.

    Attributes:
        name: as it stands in the URL.
        plans_slowly: statements are worth rewriting into fewer steps even for one run.
    """

    name: str
    plans_slowly: bool

    def read(self, name: str, paths: Sequence[Path], schema: ibis.Schema) -> ir.Table:
        """Parquet files as a table of exactly `schema`: columns they lack are null."""

    def put(self, name: str, rows: pa.Table) -> ir.Table:
        """A small table made here, under `name`; replaces what stood there."""

    def table(self, name: str, schema: ibis.Schema) -> ir.Table:
        """A table or stage that is there, as an expression."""

    def stage(self, name: str, expression: ir.Table) -> tuple[ir.Table, str]:
        """Materialise an expression under `name`; gives the table and its statement, a text. Raises StageError."""

    def again(self, name: str, statement: str, schema: ibis.Schema) -> None:
        """Execute a statement that `stage` gave, here or in an earlier process: nothing is built or compiled."""

    def copy(self, name: str, source: str, schema: ibis.Schema) -> None:
        """The rows of `source` under a second name, which keeps them when `source` is made anew."""

    def set_day(self, day: int) -> Any:
        """Set the day (since 1970-01-01) of the statements that follow; gives a constant for it, None where none is."""

    def fetch(self, expression: ir.Table) -> pa.Table:
        """All rows, as Arrow, with integers and nested columns intact."""

    def write(self, table: ir.Table, path: Path) -> None:
        """One Parquet file."""

    def drop(self, name: str) -> None:
        """Forget a stage."""

    def close(self) -> None:
        """Give back memory and temporary files."""


class UnknownEngine(ValueError):
    """The URL names an engine that is not supported."""


def connect(url: str = "duckdb://") -> Backend:
    """Open the engine of a URL.

    `duckdb://`, `duckdb://?memory_limit=3GB&threads=2`, `polars://`, `pyspark://local[2]?key=value`.

    Raises:
        UnknownEngine: for any other scheme, or when Spark is asked for and not installed.
    """
    scheme, _, rest = url.partition("://")
    # not `urlsplit`: it takes the brackets of `local[2]` for an address and refuses them
    options = {key: values[-1] for key, values in parse_qs(rest.partition("?")[2]).items()}
    if scheme == "duckdb":
        return DuckDB(rest.partition("?")[0] or ":memory:", options)
    if scheme == "polars":
        from creditdesk.engine.polars.backend import Polars

        return Polars()
    if scheme == "pyspark":
        try:
            from creditdesk.engine.spark import Spark
        except ImportError as missing:
            raise UnknownEngine(
                f"found {url!r}, but PySpark is not installed; the way out: pip install 'creditdesk[spark]'"
            ) from missing
        return Spark(rest.partition("?")[0] or "local[*]", options)
    raise UnknownEngine(f"found engine {url!r}; allowed: duckdb://…, polars:// or pyspark://…")


class DuckDB:
    """DuckDB in this process. Temporary tables spill to disk under the memory limit and never reach a file."""

    name = "duckdb"
    plans_slowly = False

    def __init__(self, database: str = ":memory:", options: dict[str, str] | None = None) -> None:
        self._spill = Path(tempfile.mkdtemp(prefix="creditdesk-spill-"))
        self.con: Any = ibis.duckdb.connect(database)
        self._views: set[str] = set()
        settings = {
            "temp_directory": str(self._spill),
            "memory_limit": _share_of_memory(),
            # what is attached stands on the right, and is what a join should hold in memory: how many rows a stage will
            # have is often guessed far too low, and the wide side was held for it
            "disabled_optimizers": "build_side_probe_side",
            **(options or {}),
        }
        for key, value in settings.items():
            quoted = str(value).replace("'", "''")
            self.con.raw_sql(f"SET {_identifier(key)} = '{quoted}'")
        # rows carry their order in keys, never in position: the engine may use both cores and less memory
        self.con.raw_sql("SET preserve_insertion_order = false")

    def read(self, name: str, paths: Sequence[Path], schema: ibis.Schema) -> ir.Table:
        if not paths:
            raise ValueError(f"no files for table {name!r}")
        found = self.con.read_parquet([str(path) for path in paths], table_name=f"{name}_files")
        # under one name with one shape: a statement over it holds for whatever files there are
        sql = self.con.compile(conform(found, schema))
        if name not in self._views:  # a table does not give way to a view
            self.drop(name)
            self._views.add(name)
        self.con.raw_sql(f"CREATE OR REPLACE TEMP VIEW {_identifier(name)} AS {sql}")
        return self.table(name, schema)

    def table(self, name: str, _schema: ibis.Schema) -> ir.Table:
        return self.con.table(name)

    def put(self, name: str, rows: pa.Table) -> ir.Table:
        if name in self._views:
            self.drop(name)
        self.con.create_table(name, rows, temp=True, overwrite=True)
        return self.con.table(name)

    def stage(self, name: str, expression: ir.Table) -> tuple[ir.Table, str]:
        sql = str(self.con.compile(expression))
        self.again(name, sql, expression.schema())
        return self.con.table(name), sql

    def again(self, name: str, statement: str, schema: ibis.Schema) -> None:
        try:
            with_room(self.con.con, lambda: self._make(name, statement, schema))
        except Exception as cause:
            raise StageError(name, statement, cause) from cause

    def _make(self, name: str, statement: str, schema: ibis.Schema) -> None:
        mapper = self.con.compiler.type_mapper
        columns = ", ".join(
            f"{_identifier(column)} {mapper.to_string(dtype.copy(nullable=True))}"
            for column, dtype in schema.items()
        )
        self.con.raw_sql(f"CREATE OR REPLACE TEMP TABLE {_identifier(name)} ({columns})")
        self.con.raw_sql(f"INSERT INTO {_identifier(name)} {statement}")

    def copy(self, name: str, source: str, schema: ibis.Schema) -> None:
        self.again(name, f"SELECT * FROM {_identifier(source)}", schema)  # noqa: S608  quoted

    def set_day(self, day: int) -> Any:
        # a variable is a constant when a statement is planned; a scalar subquery would be a join wherever it stands
        self.con.raw_sql(f"SET VARIABLE {_DAY} = CAST({day:d} AS BIGINT)")
        return getvariable(_DAY)

    def fetch(self, expression: ir.Table) -> pa.Table:
        return expression.to_pyarrow()

    def write(self, table: ir.Table, path: Path) -> None:
        sql = self.con.compile(table)
        target = str(path).replace("'", "''")
        try:
            self.con.raw_sql(f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        except Exception as cause:
            raise StageError(path.stem, str(sql), cause) from cause

    def drop(self, name: str) -> None:
        kind = "VIEW" if name in self._views else "TABLE"
        self.con.raw_sql(f"DROP {kind} IF EXISTS {_identifier(name)}")
        self._views.discard(name)

    def close(self) -> None:
        self.con.disconnect()
        shutil.rmtree(self._spill, ignore_errors=True)


def _share_of_memory() -> str:
    """What the engine may take unless it is told: half of the machine, and no more than leaves a process under 6 GB."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(whole // 2, MOST_MEMORY) // 2**20}MiB"


def conform(table: ir.Table, schema: ibis.Schema) -> ir.Table:
    """`table` with exactly the columns and types of `schema`; what it lacks is null."""
    columns = {}
    for name, dtype in schema.items():
        if name not in table.columns:
            columns[name] = ibis.null(dtype)
        elif table[name].type().copy(nullable=True) == dtype.copy(nullable=True):
            columns[name] = table[name]
        else:
            columns[name] = table[name].cast(dtype)
    return table.select(**columns)


def empty(schema: ibis.Schema) -> pa.Table:
    """An Arrow table of `schema` without rows."""
    return schema.to_pyarrow().empty_table()


def write_arrow(rows: pa.Table, path: Path) -> None:
    """One Parquet file from rows in memory."""
    pq.write_table(rows, path, compression="zstd")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
