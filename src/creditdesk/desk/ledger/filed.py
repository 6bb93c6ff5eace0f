"""Facts in memory or in files: a table of few rows is an Arrow table, one of many a Parquet file, whose rows nobody holds at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

MANY = 500_000
"""More rows than that go to a file. (As many invoices as Polars decides: `engine.binding`.)"""

Source: TypeAlias = "pa.Table | list[Path]"
"""Where a table's rows are: in memory, or in Parquet files."""


def hold(batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: Path) -> Source:
    """Take rows in: in memory, or once they are many in the file `path`."""
    held, count = [], 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count > MANY:
            _write(chain(held, batches), schema, path)
            return [path]
    return pa.Table.from_batches(held, schema)


def _write(batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    with pq.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def count(source: Source) -> int:
    """How many rows there are."""
    if isinstance(source, pa.Table):
        return int(source.num_rows)
    return sum(pq.read_metadata(path).num_rows for path in source)


def names(source: Source) -> list[str]:
    """The columns there are."""
    if isinstance(source, pa.Table):
        return list(source.column_names)
    return list(pq.read_schema(source[0]).names)


def columns(source: Source, wanted: Sequence[str]) -> pa.Table:
    """Some columns of all rows."""
    if isinstance(source, pa.Table):
        return source.select(list(wanted))
    return pa.concat_tables(pq.read_table(path, columns=list(wanted)) for path in source)


def has_value(source: Source, column: str) -> bool:
    """Whether a column holds a value in any row; nobody reads them, a file says so itself."""
    if isinstance(source, pa.Table):
        return bool(source.column(column).null_count < source.num_rows)
    for path in source:
        file = pq.read_metadata(path)
        place = file.schema.to_arrow_schema().get_field_index(column)
        if pa.types.is_nested(file.schema.to_arrow_schema().field(place).type):
            found = pq.read_table(path, columns=[column]).column(0)
            if found.null_count < file.num_rows:
                return True
            continue
        leaf = _leaf(file, column)
        for number in range(file.num_row_groups):
            group = file.row_group(number)
            if group.column(leaf).statistics.null_count < group.num_rows:
                return True
    return False


def _leaf(file: pq.FileMetaData, column: str) -> int:
    """The number of a plain column among those that a Parquet file stores."""
    return next(n for n in range(file.num_columns) if file.schema.column(n).path == column)
