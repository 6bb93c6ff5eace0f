"""A statement whose threads leave each other no memory is made once more by one alone, and the run goes on."""

from __future__ import annotations

import duckdb
import ibis
import pytest

from creditdesk.engine.backend import DuckDB, StageError

SELF_JOIN = """
select a.key, a.i + b.i as i
from (select i::varchar || 'of-a-long-name-that-does-not-fit' as key, i from range(500000) r(i)) as a
join (select i::varchar || 'of-a-long-name-that-does-not-fit' as key, i from range(500000) r(i)) as b using (key)
"""
SHAPE = ibis.schema({"key": "string", "i": "int64"})


def limited(memory: str) -> DuckDB:
    return DuckDB(options={"memory_limit": memory, "threads": "8"})


def test_a_stage_that_eight_threads_cannot_make_in_the_memory_is_made_by_one() -> None:
    backend = limited("24MB")
    try:
        backend.con.raw_sql("create temp table direct (key varchar, i bigint)")
        with pytest.raises(duckdb.OutOfMemoryException):
            backend.con.raw_sql(f"insert into direct {SELF_JOIN}")
        backend.again("joined", SELF_JOIN, SHAPE)
        assert backend.con.raw_sql("select count(*), sum(i) from joined").fetchall() == [
            (500_000, 499_999 * 500_000)
        ]
        assert backend.con.raw_sql("select current_setting('threads')").fetchall() == [(8,)]
    finally:
        backend.close()


def test_what_one_thread_cannot_make_either_is_told_with_stage_and_statement() -> None:
    backend = limited("1MB")
    try:
        with pytest.raises(StageError, match="stage 'joined' failed: Out of Memory"):
            backend.again("joined", SELF_JOIN, SHAPE)
    finally:
        backend.close()
