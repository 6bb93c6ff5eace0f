"""Arrow columns made from whole numpy arrays, and tables that conform to the contract.

A sample of a million customers holds some hundred million text ids. They are written digit by digit into one byte
matrix per column, which becomes the Arrow column as it is: no Python text object is ever made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from creditdesk.facts.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

# The digits of 0000 to 9999: numbers are written four digits at a time.
FOUR_DIGITS = np.array([list(f"{number:04d}".encode()) for number in range(10_000)], dtype=np.uint8)

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def ids(*pieces: str | tuple[Ints, int], known: Flags | None = None) -> pa.Array:
    """Fixed-width text, one per row: constant text and numbers with leading zeros, in the order given.

    Args:
        pieces: text, or (numbers, width). `ids("I", (customer, 7), "-", (seq, 3))` gives `I0000012-004`.
        known: False where the value is empty.
    """
    n = next(len(piece[0]) for piece in pieces if not isinstance(piece, str))
    width = sum(len(piece) if isinstance(piece, str) else piece[1] for piece in pieces)
    letters = np.empty((n, width), dtype=np.uint8)
    at = 0
    for piece in pieces:
        if isinstance(piece, str):
            letters[:, at : at + len(piece)] = np.frombuffer(piece.encode("ascii"), dtype=np.uint8)
            at += len(piece)
            continue
        rest, end = piece[0], at + piece[1]
        while end > at:
            begin = max(at, end - 4)
            letters[:, begin:end] = FOUR_DIGITS[rest % 10_000, 4 - (end - begin) :]
            rest, end = rest // 10_000, begin
        at += piece[1]
    offsets = np.arange(n + 1, dtype=np.int32) * np.int32(width)
    text = pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(letters))
    return text if known is None else only(text, known)


def words(codes: npt.NDArray[np.integer], meaning: Sequence[str | None]) -> pa.Array:
    """The word each code stands for; codes below 0 are empty."""
    positions = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.array(list(meaning), pa.string()).take(positions)


def only(values: pa.Array, known: Flags) -> pa.Array:
    """The values where they are known, else empty."""
    return pc.if_else(pa.array(known), values, pa.scalar(None, values.type))


def whole(values: Ints, known: Flags | None = None) -> pa.Array:
    """A column of whole numbers or money."""
    return pa.array(values.astype(np.int64), mask=None if known is None else ~known)


def dates(days: Ints, known: Flags | None = None) -> pa.Array:
    """A column of dates from days since 1970-01-01."""
    return pa.array(days.astype(np.int32), mask=None if known is None else ~known).view(pa.date32())


def lists(values: pa.Array, starts: Ints) -> pa.Array:
    """A column of lists; `starts` has one more entry than there are rows, the last one the number of values."""
    return pa.ListArray.from_arrays(pa.array(starts.astype(np.int32)), values)


def table(name: str, rows: int, /, **columns: pa.Array | str | bool | None) -> pa.Table:
    """A table of the contract: given columns in its order, the others empty; a constant stands for every row.

    Raises:
        KeyError: a column that the contract does not know. A mistake in the sample itself, hence loud.
    """
    schema = TABLES[name].schema().to_pyarrow()
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise KeyError(f"table {name} has no column {sorted(unknown)}")
    made = []
    for field in schema:
        value = columns.get(field.name)
        if value is None:
            made.append(pa.nulls(rows, field.type))
        elif isinstance(value, str | bool):
            made.append(pa.repeat(pa.scalar(value, field.type), rows))
        else:
            made.append(value if value.type == field.type else value.cast(field.type))
    return pa.table(made, schema=plain(schema))


def plain(schema: pa.Schema) -> pa.Schema:
    """The schema with every field nullable and lists named the same, so that parts of a table always fit."""
    return pa.schema([pa.field(field.name, field.type) for field in schema])


def from_rows(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """A table of the contract from rows written by hand."""
    schema = plain(TABLES[name].schema().to_pyarrow())
    known = set(schema.names)
    for row in rows:
        if not set(row) <= known:
            raise KeyError(f"table {name} has no column {sorted(set(row) - known)}")
    return pa.Table.from_pylist(rows, schema=schema)
