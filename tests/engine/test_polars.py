"""Polars and DuckDB decide the same, value for value, in every stage of a run, nested columns included."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditdesk.engine.backend import Backend, connect
from creditdesk.engine.binding import bind, in_memory
from creditdesk.engine.planning import decide_by_plan
from creditdesk.engine.polars.values import UnknownOperation
from creditdesk.engine.run import run
from creditdesk.engine.stages import Stages
from creditdesk.engine.walk import Walk
from creditdesk.facts.schema import TABLES
from creditdesk.policy.load import load_policy, policy_text
from creditdesk.sample import write_sample

DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """A made-up company, and what its people set by hand."""
    folder = tmp_path_factory.mktemp("facts") / "company"
    write_sample(folder, customers=250, seed=11, as_of=DAY)
    found = in_memory({path.stem: [path] for path in folder.glob("*.parquet") if path.stem != "truth"})
    ids = sorted(set(found["customer"].column("customer_id").to_pylist()))
    by_hand = [("segment", "easy"), ("segment", "?"), ("credit_limit", "12345"), ("terms_days", "40"),
               ("procedure", "firm"), ("acceptance", "refused"), ("owner", "somebody")]  # fmt: skip
    rows = [
        {"override_id": str(no), "customer_id": ids[no * 5], "field": field, "value": value, "by": "b",
         "reason": "r", "from_on": DAY - timedelta(days=no), "until_on": None}
        for no, (field, value) in enumerate(by_hand)
    ]  # fmt: skip
    found["override"] = pa.Table.from_pylist(rows, schema=TABLES["override"].schema().to_pyarrow())
    return found


class Noting:
    """A backend that keeps what each stage held."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.held: dict[str, pa.Table] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    def stage(self, name: str, expression: Any) -> Any:
        made = self.backend.stage(name, expression)
        self.held[name] = self.backend.fetch(made[0])
        return made


def stages_of(
    url: str, facts: Mapping[str, pa.Table], policy: str, previous: Mapping[str, pa.Table] | None = None
) -> dict[str, pa.Table]:
    """Every stage of one run."""
    noting = Noting(connect(url))
    try:
        run(Stages(noting), facts, load_policy(policy), DAY, previous, ["C0000004"])  # type: ignore[arg-type]
    finally:
        noting.backend.close()
    return noting.held


def differences(one: Mapping[str, pa.Table], other: Mapping[str, pa.Table]) -> list[str]:
    """The columns of stages in which two runs differ, whatever the order of rows."""
    assert one.keys() == other.keys()
    found = [name for name in one if one[name].schema != other[name].schema]
    for name in one:
        rows = [sorted(map(repr, table.to_pylist())) for table in (one[name], other[name])]
        if rows[0] != rows[1]:
            found += [
                f"{name}.{column}"
                for column in one[name].column_names
                if len(
                    {
                        str(sorted(map(repr, table.column(column).to_pylist())))
                        for table in (one[name], other[name])
                    }
                )
                > 1
            ] or [name]
    return found


def test_every_stage_holds_the_same(facts: dict[str, pa.Table]) -> None:
    earlier = stages_of("polars://", facts, "starter")
    before = {name: earlier[name] for name in ("decision", "action_due", "held")}
    mine, theirs = (stages_of(url, facts, "starter", before) for url in ("polars://", "duckdb://"))
    assert mine["action_due"].num_rows > 0
    assert mine["held"].num_rows > 0
    assert differences(mine, theirs) == []


@pytest.mark.long
@pytest.mark.parametrize("policy", ["two-speed", "consumers-nl"])
def test_other_policies_too(facts: dict[str, pa.Table], policy: str) -> None:
    assert differences(*(stages_of(url, facts, policy) for url in ("polars://", "duckdb://"))) == []


@pytest.mark.long
def test_the_statements_of_a_process_serve_another(facts: dict[str, pa.Table]) -> None:
    first, last = DAY, DAY + timedelta(days=3)
    walks = [Walk(Stages(connect("polars://")), facts, load_policy("starter"), first, last) for _ in range(2)]
    walks[0].decide(first)
    for _ in range(2):  # the second takes its statements from their texts
        walks[1].decide(first)
    made, kept = (walk._stages for walk in walks)
    for stage in made.done:
        kept.backend.again(stage.name, stage.statement, stage.schema)
    for name in ("decision", "action_due", "held"):
        one, other = (sorted(map(repr, walk.fetch(name).to_pylist())) for walk in walks)
        assert one == other, name


def test_what_has_no_meaning_is_refused_and_not_guessed() -> None:
    backend = connect("polars://")
    table = backend.put("numbers", pa.table({"value": [1, 2, 3]}))
    for unknown in (
        table.mutate(x=table.value.cast("float64").sin()),
        table.aggregate(x=table.value.median()),
    ):
        with pytest.raises(UnknownOperation, match="has no meaning in Polars"):
            backend.stage("asked", unknown)


@pytest.mark.parametrize("url", ["polars://", "duckdb://"])
def test_what_sql_makes_of_nothing_and_of_the_unknown(url: str) -> None:
    backend = connect(url)
    rows = pa.table({"key": ["a", "a", "b", None], "value": pa.array([7, None, None, -7], pa.int64())})
    table = backend.put("rows", rows)
    sums = table.group_by("key").aggregate(
        total=table.value.sum(), known=table.value.count(), largest=table.value.max(),
        positive=(table.value > 0).any(), all_positive=(table.value > 0).all(), values=table.value.collect(),
        below=table.count(where=table.value < 0),
    )  # fmt: skip
    assert sorted(map(repr, backend.fetch(sums).to_pylist())) == sorted(
        map(
            repr,
            [
                {"key": "a", "total": 7, "known": 1, "largest": 7, "positive": True, "all_positive": True, "values": [7], "below": 0},
                {"key": "b", "total": None, "known": 0, "largest": None, "positive": None, "all_positive": None, "values": None, "below": 0},
                {"key": None, "total": -7, "known": 1, "largest": -7, "positive": False, "all_positive": False, "values": [-7], "below": 1},
            ],
        )
    )  # fmt: skip
    none = table.filter(table.value > 100)
    none = none.aggregate(total=none.value.sum(), rows=none.count())
    assert backend.fetch(none).to_pylist() == [{"total": None, "rows": 0}]
    signs = table.filter(table.value.notnull()).select(
        rest=table.value % 4, whole=table.value // 4, half=table.value / 10, joined=table.key + "!"
    )
    assert sorted(map(repr, backend.fetch(signs).to_pylist())) == sorted(
        map(repr, [{"rest": 3, "whole": 1, "half": 0.7, "joined": "a!"}, {"rest": -3, "whole": -2, "half": -0.7, "joined": None}])
    )  # fmt: skip
    twice = table.join(table.view(), "key", how="left")
    assert backend.fetch(twice.aggregate(rows=twice.count())).to_pylist() == [{"rows": 6}]
    order = ibis.window(group_by="key", order_by=ibis.desc("value"), preceding=None, following=0)
    running = table.mutate(sum=table.value.sum().over(order), no=ibis.row_number().over(order))
    assert sorted(map(repr, backend.fetch(running.select("key", "sum", "no")).to_pylist())) == sorted(
        map(repr, [{"key": "a", "sum": 7, "no": 0}, {"key": "a", "sum": 7, "no": 1},
                   {"key": "b", "sum": None, "no": 0}, {"key": None, "sum": -7, "no": 0}])
    )  # fmt: skip


def test_maps_come_through_files(tmp_path: Path) -> None:
    kind = pa.map_(pa.string(), pa.string())
    rows = pa.table({"id": ["a", "b", "c"], "bands": pa.array([[("size", "large")], [], None], kind)})
    pq.write_table(rows, tmp_path / "bands.parquet")
    backend = connect("polars://")
    table = backend.read(
        "bands", [tmp_path / "bands.parquet"], ibis.schema({"id": "string", "bands": "map<string, string>"})
    )
    found = backend.fetch(table.select("id", "bands", size=table.bands.get("size", "?")))
    assert found.to_pylist() == [
        {"id": "a", "bands": [("size", "large")], "size": "large"},
        {"id": "b", "bands": [], "size": "?"},
        {"id": "c", "bands": None, "size": "?"},
    ]


@pytest.mark.long
def test_a_plan_decides_the_days_it_was_made_for_and_no_earlier_ones(
    facts: dict[str, pa.Table], tmp_path: Path
) -> None:
    policy, text = load_policy("starter"), policy_text("starter")

    def decided(on: date, plans: Path | None) -> list[str]:
        backend = connect("polars://")
        tables = decide_by_plan(Stages(backend), bind(backend, facts), policy, text, on, plans=plans)
        return sorted(map(repr, backend.fetch(tables["profile"]).to_pylist()))

    decided(DAY, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    near, far = DAY - timedelta(days=50), DAY - timedelta(days=100)
    assert decided(near, tmp_path) == decided(near, None)
    assert len(list(tmp_path.iterdir())) == 1
    assert decided(far, tmp_path) == decided(far, None)
    assert len(list(tmp_path.iterdir())) == 2
