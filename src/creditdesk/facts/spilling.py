"""DuckDB under a limit of memory: a statement whose threads leave each other no room is run once more by one alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import duckdb

Result = TypeVar("Result")


def with_room(con: duckdb.DuckDBPyConnection, run: Callable[[], Result]) -> Result:
    """What `run` gives; it may be called twice, so that it must leave nothing behind when it fails.

    Side by side the threads of large joins can each hold what the other needs to spill; one alone finds it.

    Raises:
        duckdb.OutOfMemoryException: one thread has no room either.
    """
    try:
        return run()
    except duckdb.OutOfMemoryException:
        threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
        con.execute("SET threads = 1")
        try:
            return run()
        finally:
            con.execute(f"SET threads = {threads}")
