"""Holds few rows against few others in this process: a database beside takes milliseconds for every question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

FEW = 200
"""Up to so many rows are compared here."""


def but(rows: pa.Table, customers: pa.ChunkedArray | pa.Array) -> pa.Table:
    """The rows without those of some customers."""
    if not len(customers) or not rows.num_rows:
        return rows
    return rows.filter(pc.invert(pc.is_in(rows.column("customer"), customers)))


def unmatched(rows: pa.Table, others: pa.Table, marks: Sequence[str]) -> pa.Table:
    """The rows that agree with none of the others in these columns; null agrees with nothing."""
    return rows.filter(pa.array([not one for one in _agree(rows, others, marks)], pa.bool_()))


def matched(rows: pa.Table, others: pa.Table, marks: Sequence[str]) -> pa.Table:
    """The rows that agree with one of the others in these columns."""
    return rows.filter(pa.array(_agree(rows, others, marks), pa.bool_()))


def _agree(rows: pa.Table, others: pa.Table, marks: Sequence[str]) -> list[bool]:
    known = {*_marked(others, marks)}
    return [None not in mark and mark in known for mark in _marked(rows, marks)]


def _marked(rows: pa.Table, marks: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(rows.column(name).to_pylist() for name in marks), strict=True))
