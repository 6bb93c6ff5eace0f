"""Types of the contract in Polars and back.

All integers are 64 bits wide in here: Ibis takes 45 for an int8, and Polars would keep to that and wrap around. A map
is a list of (key, value): Polars has none of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc


def polars_type(dtype: Any) -> Any:
    """The Polars type of an Ibis type."""
    if dtype.is_integer():
        return pl.Int64
    if dtype.is_array():
        return pl.List(polars_type(dtype.value_type))
    if dtype.is_struct():
        return pl.Struct({name: polars_type(inner) for name, inner in dtype.items()})
    if dtype.is_map():
        return pl.List(
            pl.Struct({"key": polars_type(dtype.key_type), "value": polars_type(dtype.value_type)})
        )
    for kind, found in _PLAIN.items():
        if isinstance(dtype, kind):
            return found
    raise TypeError(f"no Polars type is known for {dtype}")


_PLAIN = {
    dt.String: pl.String,
    dt.Boolean: pl.Boolean,
    dt.Floating: pl.Float64,
    dt.Date: pl.Date,
    dt.Null: pl.Null,
}


@lru_cache(maxsize=512)
def schema_of(schema: pa.Schema) -> ibis.Schema:
    """The Ibis schema of Arrow rows."""
    return ibis.Schema.from_pyarrow(schema)


@lru_cache(maxsize=512)
def _arrow_schema(schema: ibis.Schema) -> pa.Schema:
    return ibis.Schema.to_pyarrow(schema)


def frame(rows: pa.Table) -> pl.DataFrame:
    """Arrow rows as a frame with the types of this room."""
    schema = schema_of(rows.schema)
    plain = pa.table(
        [_without_maps(column.combine_chunks()) for column in rows.columns], names=rows.column_names
    )
    return pl.DataFrame(plain).cast({name: polars_type(dtype) for name, dtype in schema.items()}, strict=True)


def arrow(found: pl.DataFrame, schema: ibis.Schema) -> pa.Table:
    """A frame as Arrow rows of exactly `schema`."""
    rows = found.select(list(schema)).to_arrow()
    target = _arrow_schema(schema)
    columns = [_as(rows.column(field.name).combine_chunks(), field.type) for field in target]
    return pa.table(columns, schema=target)


def _without_maps(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)
    if pa.types.is_map(column.type):
        kind = pa.list_(pa.struct([("key", column.type.key_type), ("value", column.type.item_type)]))
        return column.cast(kind)
    return column


def _as(column: Any, kind: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)
    if pa.types.is_map(kind):
        pairs = column.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
        keys, values = pairs.values.field("key"), pairs.values.field("value")
        found = pa.MapArray.from_arrays(pairs.offsets, keys, values, kind)
        return pc.if_else(pairs.is_valid(), found, pa.scalar(None, kind)) if pairs.null_count else found
    return column.cast(kind)
