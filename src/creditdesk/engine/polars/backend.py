"""Polars as an engine: for a few customers, or a few thousand, over many days.

A wide statement costs DuckDB tens of milliseconds to plan and to make room for, whatever the number of rows. Here a
stage is built once as a list of steps over frames, and executing it costs some microseconds a step. With many
customers DuckDB is the engine to take: it uses less memory, spills, and plans across steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.engine.backend import StageError, write_arrow
from creditdesk.engine.polars.kept import program_of, text_of
from creditdesk.engine.polars.program import Program, program
from creditdesk.engine.polars.types import arrow, frame, schema_of


class Polars:
    """Frames in this process' memory.

    Attributes:
        frames: every table and stage under its name.
    """

    name = "polars"
    plans_slowly = False

    def __init__(self) -> None:
        self.frames: dict[str, pl.DataFrame] = {}
        self._schemas: dict[str, ibis.Schema] = {}
        self._programs: dict[str, tuple[str, Program]] = {}

    def read(self, name: str, paths: Sequence[Path], schema: ibis.Schema) -> ir.Table:
        if not paths:
            raise ValueError(f"no files for table {name!r}")
        target = ibis.Schema.to_pyarrow(schema)
        rows = [_conform(pq.read_table(path), target) for path in paths]
        return self.put(name, pa.concat_tables(rows))

    def put(self, name: str, rows: pa.Table) -> ir.Table:
        self.frames[name] = frame(rows)
        self._schemas[name] = schema_of(rows.schema)
        return self.table(name, self._schemas[name])

    def table(self, name: str, schema: ibis.Schema) -> ir.Table:
        return ibis.table(schema, name=name)

    def stage(self, name: str, expression: ir.Table) -> tuple[ir.Table, str]:
        made = program(expression.op(), expression.schema())
        statement = text_of(made)
        self._programs[name] = statement, made
        self.again(name, statement, expression.schema())
        return self.table(name, expression.schema()), statement

    def again(self, name: str, statement: str, schema: ibis.Schema) -> None:
        kept, made = self._programs.get(name, ("", None))
        if made is None or kept != statement:
            made = program_of(statement)
            self._programs[name] = statement, made
        try:
            self.frames[name] = made.run(self.frames)
        except pl.exceptions.PolarsError as cause:
            raise StageError(name, statement, cause) from cause
        self._schemas[name] = schema

    def copy(self, name: str, source: str, schema: ibis.Schema) -> None:
        self.frames[name] = self.frames[source]
        self._schemas[name] = schema

    def set_day(self, _day: int) -> Any:
        """The one row of `clock` is asked."""
        return None

    def fetch(self, expression: ir.Table) -> pa.Table:
        schema, root = expression.schema(), expression.op()
        if not isinstance(root, ops.Sort):
            return arrow(program(root, schema).run(self.frames), schema)
        # a stage has no order; what is fetched or written may be given one by its columns
        rows = arrow(program(root.parent, schema).run(self.frames), schema)
        return rows.sort_by(
            [(key.arg.name, "ascending" if key.ascending else "descending") for key in root.keys]
        )

    def write(self, table: ir.Table, path: Path) -> None:
        write_arrow(self.fetch(table), path)

    def rows(self, name: str) -> pa.Table:
        """A table or stage as Arrow."""
        return arrow(self.frames[name], self._schemas[name])

    def columns(self, name: str) -> list[str]:
        """The columns of a table or stage."""
        return list(self._schemas[name])

    def drop(self, name: str) -> None:
        self.frames.pop(name, None)

    def close(self) -> None:
        self.frames.clear()


def _conform(rows: pa.Table, target: pa.Schema) -> pa.Table:
    columns = [
        rows.column(item.name).cast(item.type)
        if item.name in rows.column_names
        else pa.nulls(rows.num_rows, item.type)
        for item in target
    ]
    return pa.table(columns, schema=target)
