"""Rows in and out of the database by the million, through Arrow and on Django's own connection: what it has not committed yet is seen.

PostgreSQL: COPY both ways; outside of a transaction ADBC reads. SQLite: through Python's own SQLite. (ADBC for SQLite
carries a second copy of the library, and two copies in one process drop each other's file locks:
https://www.sqlite.org/howtocorrupt.html, section 2.2.1.)
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
from django.db import connection

BATCH = 50_000
MANY = 100_000
Tell = Callable[[int], None]
"""Called with the number of rows that moved so far."""


def fetch(query: str, parameters: Sequence[Any], schema: pa.Schema, *, large: bool = False) -> pa.Table:
    """The rows of a query.

    Args:
        query: SQL with `%s` for each parameter, selecting the columns of the schema in their order.
        schema: their Arrow types; a list of ids stands in the database as JSON text.
        large: many rows are to be expected: a connection of its own, which takes a moment to open, pays.
    """
    return pa.Table.from_batches(stream(query, parameters, schema, large=large), _nullable(schema))


def stream(
    query: str, parameters: Sequence[Any], schema: pa.Schema, *, large: bool = False
) -> Iterator[pa.RecordBatch]:
    """The rows of a query as `fetch` gives them, batch by batch: of large tables only one is in memory."""
    stored = pa.schema([pa.field(item.name, _stored(item.type)) for item in schema])
    if connection.vendor != "postgresql":
        rows = _fetch_sqlite(query, parameters, stored)
    elif connection.in_atomic_block or not large:
        rows = iter(_fetch_copy(query, parameters, stored).to_batches())
    else:
        rows = _fetch_adbc(query, parameters, stored)
    for batch in rows:
        yield _with_lists(batch, schema)


def store(table: str, rows: pa.RecordBatchReader, tell: Tell = lambda _rows: None) -> int:
    """Write rows into the columns they name; gives their number. Lists must be JSON text already."""
    columns = ", ".join(quoted(name) for name in rows.schema.names)
    count = 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            options = pc.WriteOptions(include_header=False)
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {quoted(table)} ({columns}) FROM STDIN (FORMAT csv)") as copy,
            ):
                for batch in rows:
                    buffer = io.BytesIO()
                    pc.write_csv(batch, buffer, options)
                    copy.write(buffer.getbuffer())
                    count += batch.num_rows
                    tell(count)
        else:
            marks = ", ".join(["%s"] * len(rows.schema))
            statement = f"INSERT INTO {quoted(table)} ({columns}) VALUES ({marks})"
            for batch in rows:
                cursor.executemany(statement, _tuples(batch))
                count += batch.num_rows
                tell(count)
    return count


def update_each(statement: str, value: int, ids: Sequence[int]) -> None:
    """Run an UPDATE that ends in `WHERE id` for many ids: `value` is its only other parameter."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # as a list of its own: against an array each row of a company would be compared with each id
            cursor.execute(f"{statement} IN (SELECT unnest(%s::bigint[]))", [value, list(ids)])
        else:
            cursor.executemany(f"{statement} = %s", [(value, one) for one in ids])


def large_tables() -> set[str]:
    """Tables of so many rows that reading them on a connection of its own pays, as far as PostgreSQL knows."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND starts_with(relname, 'fact_') AND reltuples > %s",
            [MANY],
        )
        return {row[0] for row in cursor.fetchall()}


def learn(table: str) -> None:
    """Let PostgreSQL count a table that has grown much, so that it plans well and `large_tables` knows it at once."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {quoted(table)}")


def among(column: str, values: Sequence[str]) -> tuple[str, Any]:
    """A condition that a text column is one of many values, and its one parameter."""
    if connection.vendor == "postgresql":
        return f"{quoted(column)} = ANY(%s)", list(values)
    return f"{quoted(column)} IN (SELECT value FROM json_each(%s))", json.dumps(list(values))


def quoted(name: str) -> str:
    """A name of a table or column as SQL."""
    return connection.ops.quote_name(name)


def _stored(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_list(kind) else kind


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([item.with_nullable(True) for item in schema])


def _with_lists(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Turn JSON text into lists, and give every column its type."""
    columns = []
    for place, item in enumerate(schema):
        column = rows.column(place)
        if pa.types.is_list(item.type):
            lists = [None if text is None else json.loads(text) for text in column.to_pylist()]
            columns.append(pa.array(lists, item.type))
        else:
            columns.append(column.cast(item.type))
    return pa.record_batch(columns, schema=_nullable(schema))


def _fetch_copy(query: str, parameters: Sequence[Any], schema: pa.Schema) -> pa.Table:
    text = io.BytesIO()
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy,
    ):
        for data in copy:
            text.write(data)
    if not text.tell():
        return schema.empty_table()
    return pc.read_csv(
        pa.py_buffer(text.getbuffer()),
        read_options=pc.ReadOptions(column_names=schema.names),
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )


def _fetch_adbc(query: str, parameters: Sequence[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read on a connection of its own; rows that were committed are all it sees."""
    from adbc_driver_postgresql import dbapi
    from psycopg.conninfo import make_conninfo

    with connection.cursor() as cursor:
        bound = cursor.mogrify(query, parameters) if parameters else query
    wanted = connection.get_connection_params()
    plain = {
        name: wanted[name]
        for name in ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "options")
        if wanted.get(name)
    }  # fmt: skip
    with dbapi.connect(make_conninfo(**plain)) as other, other.cursor() as cursor:
        cursor.execute(bound)
        for batch in cursor.fetch_record_batch():
            columns = [batch.column(place).cast(item.type) for place, item in enumerate(schema)]
            yield pa.record_batch(columns, names=schema.names)


def _fetch_sqlite(query: str, parameters: Sequence[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Dates come as ISO text and truth as 0 or 1, without Python's converters that a column's declared type calls."""
    kinds = [_sqlite_type(item.type) for item in schema]
    names = ", ".join(f"+{quoted(name)}" for name in schema.names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM ({query})", parameters)
        while rows := cursor.fetchmany(BATCH):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
            arrays = [
                array.cast(item.type) if array.type != item.type else array
                for array, item in zip(arrays, schema, strict=True)
            ]
            yield pa.record_batch(arrays, names=schema.names)


def _sqlite_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_date(kind):
        return pa.string()
    return pa.int64() if pa.types.is_boolean(kind) else kind


def _tuples(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    columns = []
    for column in batch.columns:
        if pa.types.is_date(column.type):
            columns.append(column.cast(pa.string()).to_pylist())
        elif pa.types.is_boolean(column.type):
            columns.append(column.cast(pa.int8()).to_pylist())
        else:
            columns.append(column.to_pylist())
    return zip(*columns, strict=True)
