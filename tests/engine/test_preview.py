"""The preview of a policy is the engine's own answer: customer for customer what a run would decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from creditdesk.engine.backend import connect
from creditdesk.engine.binding import bind, conform_arrow, in_memory
from creditdesk.engine.day import Day, open_day
from creditdesk.engine.debtor import debtor
from creditdesk.engine.decision import decide_segments
from creditdesk.engine.items import documents
from creditdesk.engine.preview import MADE_OF, RISK, NeedsRun, Preview, basis
from creditdesk.engine.profile import profile
from creditdesk.engine.promise_state import promise_state
from creditdesk.engine.run import decide_tables
from creditdesk.engine.stages import Stages
from creditdesk.engine.unallocated import unallocated
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from creditdesk.policy.load import policy_text
from creditdesk.sample import write_sample

DAY = date(2026, 6, 30)
FIRST = DAY - timedelta(days=45)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """A made-up company; some customers were put into a segment by hand, some moves were approved."""
    folder = tmp_path_factory.mktemp("facts") / "company"
    write_sample(folder, customers=250, seed=23, as_of=DAY)
    found = in_memory({path.stem: [path] for path in folder.glob("*.parquet") if path.stem != "truth"})
    ids = sorted(set(found["customer"].column("customer_id").to_pylist()))
    found["override"] = _rows(
        "override",
        [
            {"override_id": str(no), "customer_id": ids[no * 9], "field": "segment", "value": "easy", "by": "b",
             "reason": "r", "from_on": DAY - timedelta(days=no)}
            for no in range(4)
        ],
    )  # fmt: skip
    found["approval"] = _rows(
        "approval",
        [
            {"approval_id": str(no), "customer_id": one, "subject": "move", "ref": None, "decided_on": DAY,
             "granted": no % 3 > 0, "by": "b", "reason": "r"}
            for no, one in enumerate(ids[::7])
        ],
    )  # fmt: skip
    return found


def _rows(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=TABLES[table].schema().to_pyarrow())


@dataclass
class Ready:
    """A day with its profile made, on which one policy after another may decide segments as a run does."""

    day: Day
    who: Any
    owing: Any
    features: Any
    before: dict[str, pa.Table]

    def decide(self, policy: Policy) -> pa.Table:
        """The segments that a run would give."""
        day = replace(self.day, policy=policy)
        before = day.stages.backend.put(
            "previous_decision", conform_arrow(self.before["decision"], TABLES_OUT["decision"].schema())
        )
        return day.stages.backend.fetch(decide_segments(day, self.who, self.features, before, self.owing))


@pytest.fixture(scope="module")
def runs(facts: dict[str, pa.Table], starter: Policy) -> dict[str, pa.Table]:
    """What was decided on the last day, after a run 45 days earlier."""
    earlier = decide_tables(facts, starter, FIRST)
    return decide_tables(facts, starter, DAY, {"decision": earlier["decision"]})


@pytest.fixture(scope="module")
def ready(facts: dict[str, pa.Table], runs: dict[str, pa.Table], starter: Policy) -> Ready:
    backend = connect("polars://")
    day = open_day(Stages(backend), bind(backend, facts), starter, DAY)
    who = debtor(day)
    owing = documents(day, who).open
    features = backend.put("profile", runs["profile"])
    return Ready(day, who, owing, features, runs)


@pytest.fixture(scope="module")
def preview(facts: dict[str, pa.Table], runs: dict[str, pa.Table], starter: Policy) -> Preview:
    return Preview(runs["profile"], runs["decision"], facts, DAY, basis(starter))


def changed(**parts: Callable[[Any], None]) -> Policy:
    """The starter policy, with some parts of its document changed in place."""
    from creditdesk.policy.yaml_source import read_document

    document = read_document(policy_text("starter"), "starter").value
    for name, change in parts.items():
        change(document[name])
    return Policy.model_validate(document)


def bands(criterion: str, **edges: str) -> Callable[[Any], None]:
    def change(criteria: Any) -> None:
        for source in criteria[criterion].get("first_known") or [criteria[criterion]]:
            if source["column"] in {"employees", "days_late_shrunken"}:
                source["bands"] = edges

    return change


DRAFTS = {
    "nothing": changed(),
    "a cut point of the rows": changed(criteria=bands("size", small="<= 8", medium="<= 30", large="> 30")),
    "a cut point of the columns": changed(criteria=bands("behaviour", good="<= 2", fair="<= 8", poor="> 8")),
    "no stay at all": changed(
        criteria=bands("behaviour", good="<= 2", fair="<= 8", poor="> 8"),
        brakes=lambda brakes: brakes.update(minimum_stay_days=0),
    ),
    "a wide margin": changed(criteria=lambda criteria: criteria["behaviour"].update(margin=12)),
    "much evidence": changed(criteria=lambda criteria: criteria["behaviour"].update(least_evidence=9)),
    "another cell": changed(matrix=lambda matrix: matrix["cells"]["small"].update(good="strict")),
    "fewer rules": changed(rules=lambda rules: rules.clear()),
    "another rule": changed(
        rules=lambda rules: rules.insert(0, {"name": "x", "segment": "guarded", "when": "overdue_amount > 100"})
    ),
    "a wider view of risk": changed(risk=lambda risk: risk.update(low_below="0.5%", medium_below="1%")),
    "every move is approved": changed(
        criteria=bands("behaviour", good="<= 2", fair="<= 8", poor="> 8"),
        segments=lambda segments: [one.update(approve_moves=True) for one in segments.values()],
        brakes=lambda brakes: brakes.update(minimum_stay_days=0),
    ),
    "by score": changed(
        criteria=lambda criteria: criteria.update(
            behaviour={"scorecard": "customer", "bands": {"good": ">= 70", "fair": ">= 45", "poor": "< 45"}}
        )
    ),
}  # fmt: skip


NAMES = ["customer_id", "segment", "proposed_segment", "move_held"]


@pytest.mark.parametrize("draft", DRAFTS)
def test_a_preview_is_what_a_run_would_decide(draft: str, preview: Preview, ready: Ready) -> None:
    found = preview.place(DRAFTS[draft]).select(NAMES).sort_by("customer_id").to_pylist()
    assert found == ready.decide(DRAFTS[draft]).select(NAMES).sort_by("customer_id").to_pylist()


def test_a_whole_run_says_the_same(
    preview: Preview, facts: dict[str, pa.Table], runs: dict[str, pa.Table]
) -> None:
    draft = DRAFTS["no stay at all"]
    found = preview.place(draft).select(NAMES).sort_by("customer_id").to_pylist()
    decided = decide_tables(facts, draft, DAY, {"decision": runs["decision"]})["decision"]
    assert found == decided.select(NAMES).sort_by("customer_id").to_pylist()


def test_the_drafts_move_customers_and_meet_every_brake(preview: Preview) -> None:
    """Else the comparison above would be of nothing."""
    held, moved = set(), set()
    for name, draft in DRAFTS.items():
        for row in preview.place(draft).to_pylist():
            held.add(row["move_held"])
            if row["segment"] != row["was"]:
                moved.add(name)
    assert held == {None, "minimum_stay", "margin", "approval", "manual", "evidence"}
    assert moved >= {"a cut point of the rows", "no stay at all", "another cell", "by score"}
    assert "nothing" not in moved


def test_it_tells_what_each_criterion_was_read_from(preview: Preview) -> None:
    rows = preview.place(DRAFTS["nothing"]).to_pylist()
    staff = [row for row in rows if row["source_size"] == "employees"]
    assert staff
    assert all(row["value_size"] <= 20 for row in staff if row["band_size"] == "small")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("measurement", {"window_days": 180}),
        ("tolerance", {"amount": Decimal(50)}),
        ("risk", {"half_life_days": 90}),
        ("promise", {"bank_days": 9}),
    ],
)
def test_what_would_measure_customers_otherwise_needs_a_run(part: str, change: Any, preview: Preview) -> None:
    policy = DRAFTS["nothing"]
    other = policy.model_copy(update={part: getattr(policy, part).model_copy(update=change)})
    with pytest.raises(NeedsRun) as refused:
        preview.place(other)
    assert refused.value.parts == (part if part != "risk" else "risk.half_life_days",)


def test_a_column_that_was_not_kept_is_named(
    facts: dict[str, pa.Table], runs: dict[str, pa.Table], starter: Policy
) -> None:
    kept = runs["profile"].drop_columns(["employees"])
    with pytest.raises(NeedsRun, match="employees"):
        Preview(kept, runs["decision"], facts, DAY, basis(starter)).place(starter)
    coded = changed(rules=lambda rules: rules.append({"segment": "firm", "when": "code_region = 'x'"}))
    with pytest.raises(NeedsRun, match="code_region"):
        Preview(runs["profile"], runs["decision"], facts, DAY, basis(starter)).place(coded)


def test_the_profile_is_made_with_nothing_else_of_the_policy(
    facts: dict[str, pa.Table], starter: Policy
) -> None:
    """Whoever adds a part of the policy to the profile adds it to `MADE_OF` too."""
    asked: set[str] = set()

    class Watched:
        def __init__(self, of: Any, path: str = "") -> None:
            self._of, self._path = of, path

        def __getattr__(self, name: str) -> Any:
            path = f"{self._path}{name}"
            asked.add(path)
            found = getattr(self._of, name)
            return Watched(found, "risk.") if path == "risk" else found

    backend = connect("polars://")
    day = open_day(Stages(backend), bind(backend, facts), starter, DAY)
    watched: Any = Watched(starter)
    spied = replace(day, policy=watched)
    who = debtor(spied)
    papers = documents(spied, who)
    profile(spied, who, papers, promise_state(spied, who), unallocated(spied, who, papers.every))
    known = {*MADE_OF, "risk", *(f"risk.{name}" for name in RISK), "model_dump_json"}
    assert asked <= known, asked - known
    assert {"measurement", "promise", "risk.half_life_days"} <= asked
