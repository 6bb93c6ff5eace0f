"""Apache Spark and DuckDB decide the same, value for value, nested columns included.

A real cluster of two executors on this machine: what is lost between processes (types, order, nulls) shows only there.
One whole run with a run before it: profile, risk, bands, rules, matrix, brakes, limit, terms, stance, procedure, gate.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditdesk.engine.backend import connect
from creditdesk.engine.binding import Source
from creditdesk.engine.run import OUTPUTS, run
from creditdesk.engine.stages import Stages
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.schema import TABLES
from creditdesk.policy.load import load_policy
from creditdesk.sample import write_sample

DAY = date(2026, 6, 30)
CLUSTER = (
    "pyspark://local-cluster[2,1,1024]?spark.executor.memory=1g"
    # compiling each of a hundred wide statements to Java pays on a cluster's rows, not on these few
    "&spark.sql.codegen.wholeStage=false&spark.sql.codegen.factoryMode=NO_CODEGEN&spark.sql.shuffle.partitions=2"
)

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="needs Java 17 for Apache Spark")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """A made-up company, and what its people set by hand."""
    folder = tmp_path_factory.mktemp("facts") / "company"
    write_sample(folder, customers=60, seed=3, as_of=DAY)
    found: dict[str, Source] = {
        path.stem: [path] for path in folder.glob("*.parquet") if path.stem != "truth"
    }
    ids = pq.read_table(folder / "customer.parquet").column("customer_id").unique().to_pylist()
    by_hand = [("segment", "easy"), ("segment", "?"), ("credit_limit", "12345"), ("terms_days", "40"),
               ("procedure", "firm"), ("acceptance", "refused"), ("owner", "somebody")]  # fmt: skip
    rows = [
        {"override_id": str(no), "customer_id": ids[no * 5], "field": field, "value": value, "by": "b",
         "reason": "r", "from_on": DAY - timedelta(days=no)}
        for no, (field, value) in enumerate(by_hand)
    ]  # fmt: skip
    found["override"] = pa.Table.from_pylist(rows, schema=_nullable(TABLES["override"].schema().to_pyarrow()))
    return found


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])


def decided(
    engine: str, facts: Mapping[str, Source], on: date, previous: Mapping[str, pa.Table] | None
) -> dict[str, pa.Table]:
    """The tables of one run, in the order of their keys."""
    backend = connect(engine)
    try:
        tables = run(Stages(backend), facts, load_policy("starter"), on, previous)
        found = {name: backend.fetch(table) for name, table in tables.items()}
    finally:
        backend.close()
    return {
        name: rows.sort_by(
            [(key, "ascending") for key in (TABLES_OUT[name].key if name in TABLES_OUT else ("customer_id",))]
        )
        for name, rows in found.items()
    }


@pytest.mark.long
@pytest.mark.spark
def test_both_engines_decide_the_same(facts: dict[str, Source]) -> None:
    before = decided("duckdb://", facts, DAY - timedelta(days=40), None)
    duckdb = decided("duckdb://", facts, DAY, before)
    spark = decided(CLUSTER, facts, DAY, before)
    assert duckdb["action_due"].num_rows > 0
    assert duckdb["held"].num_rows > 0
    assert any(duckdb["decision"].column("moved").to_pylist())
    assert {"override"} < {rule for rows in duckdb["decision"].column("reasons").to_pylist() for rule in
                           (row["rule"] for row in rows)}  # fmt: skip
    for name in OUTPUTS:
        assert spark[name].column_names == duckdb[name].column_names, name
        for column in duckdb[name].column_names:
            assert spark[name].column(column).to_pylist() == duckdb[name].column(column).to_pylist(), (
                name,
                column,
            )
