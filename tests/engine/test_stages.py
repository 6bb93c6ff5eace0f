"""A plan that is followed gives each stage back as soon as nobody reads it any more."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from creditdesk.engine.backend import Backend, connect
from creditdesk.engine.stages import Stages


@pytest.fixture
def backend() -> Iterator[Backend]:
    found = connect("duckdb://")
    yield found
    found.close()


def test_a_stage_is_given_back_by_its_last_reader(backend: Backend) -> None:
    stages = Stages(backend)
    invoice = stages.run("invoice_seen", backend.put("given", pa.table({"amount": [100, 250]})))
    large = stages.run("large", invoice.filter(invoice.amount > 200))
    total = stages.run("total", invoice.aggregate(amount=invoice.amount.sum().cast("int64")))
    stages.run("both", large.union(total))

    stages.done = stages.last_readers(["both"])

    assert [stage.last_of for stage in stages.done] == [(), (), ("invoice_seen",), ("large", "total")]
    stages.again()
    there = backend.table("both", stages.done[-1].schema)
    assert sorted(backend.fetch(there).column("amount").to_pylist()) == [250, 350]
    tables = backend.con.raw_sql("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()  # type: ignore[attr-defined]
    assert tables == [("both",), ("given",)]


def test_what_the_run_is_made_for_is_never_given_back(backend: Backend) -> None:
    stages = Stages(backend)
    profile = stages.run("profile", backend.put("given", pa.table({"amount": [100]})))
    stages.run("decision", profile.mutate(amount=profile.amount + 1))

    assert all(stage.last_of == () for stage in stages.last_readers(["profile", "decision"]))
