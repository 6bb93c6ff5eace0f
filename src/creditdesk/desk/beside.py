"""A DuckDB beside the database: rows of both are compared and shaped there in SQL.

One per process: opening one takes as long as deciding half a customer, a connection to it takes nothing.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

_lock = threading.Lock()
_root: duckdb.DuckDBPyConnection | None = None


def open_beside() -> duckdb.DuckDBPyConnection:
    """A connection of its own: what it registers or makes as a temporary table nobody else sees."""
    global _root  # noqa: PLW0603  one per process
    with _lock:
        if _root is None:
            _root = duckdb.connect()
            _root.execute("SET enable_progress_bar = false")
            _root.execute("SET TimeZone = 'UTC'")
        return _root.cursor()


@contextmanager
def beside(**tables: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with these rows as tables, for as long as the block lasts."""
    con = open_beside()
    try:
        for name, rows in tables.items():
            con.register(name, rows)
        yield con
    finally:
        con.close()


@contextmanager
def apart(
    folder: Path, tables: Mapping[str, pa.Table | list[Path]], memory: str
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own over rows in memory and in Parquet files, for as long as the block lasts.

    Args:
        folder: where it puts what does not fit.
        memory: how much fits (`800MB`).
    """
    with duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spill")}) as con:
        con.execute("SET enable_progress_bar = false")
        con.execute("SET preserve_insertion_order = false")
        for name, rows in tables.items():
            if isinstance(rows, pa.Table):
                con.register(name, rows)
            else:
                con.read_parquet([str(path) for path in rows]).create_view(name)
        yield con


def _forget() -> None:
    """A child begins without its parent's: threads do not come along. It is never closed there, which would wait for them."""
    global _root, _lock
    if _root is not None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_root))
    _root, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
