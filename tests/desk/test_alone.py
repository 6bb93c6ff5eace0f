"""One set of statements serves any few customers: what was made for more than they have adds nothing."""

from __future__ import annotations

import importlib.resources
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from creditdesk.desk.day.alone import BY_COMPANY, WIDE
from creditdesk.desk.day.decided import WHOLE, Decided
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.ground import AsAWhole, answer
from creditdesk.desk.ledger.reading import DECIDES_NOTHING, THROUGH
from creditdesk.engine.binding import in_memory
from creditdesk.engine.run import OUTPUTS
from creditdesk.facts.schema import TABLES
from creditdesk.policy.load import policy_text
from creditdesk.sample import write_sample

DAY = date(2026, 6, 30)
POLICY = policy_text("starter")
KEPT = {"customer", "invoice"}
"""Tables that no portfolio is without."""

Facts = dict[str, pa.Table]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """A made-up company, and what its people set by hand."""
    folder = tmp_path_factory.mktemp("facts") / "company"
    write_sample(folder, customers=200, seed=11, as_of=DAY)
    found = in_memory({path.stem: [path] for path in folder.glob("*.parquet") if path.stem != "truth"})
    ids = sorted(set(found["customer"].column("customer_id").to_pylist()))
    by_hand = [("segment", "easy"), ("credit_limit", "12345"), ("terms_days", "40"), ("procedure", "firm")]
    rows = [
        {"override_id": str(no), "customer_id": ids[no * 5], "field": field, "value": value, "by": "b",
         "reason": "r", "from_on": DAY - timedelta(days=no), "until_on": None}
        for no, (field, value) in enumerate(by_hand)
    ]  # fmt: skip
    found["override"] = pa.Table.from_pylist(rows, schema=TABLES["override"].schema().to_pyarrow())
    return found


def of_nobody(facts: Facts) -> Facts:
    return {name: rows for name, rows in facts.items() if name not in WIDE}


def told_by(facts: Facts) -> dict[tuple[str, str], bool]:
    return {
        (table, column): answer(facts, (table, () if column == "*" else (column,), "has"))
        for table, column in BY_COMPANY
    }


def some_of(facts: Facts, seed: int) -> Facts:
    """A few customers of a company, without any row of some tables."""
    chance = random.Random(seed)
    ids = sorted(set(facts["customer"].column("customer_id").to_pylist()))
    mine = pa.array(chance.sample(ids, 12), pa.string())
    gone = {name for name in WIDE - KEPT if chance.random() < chance.choice((0.2, 0.8))}
    found = of_nobody(facts)
    for name in sorted(facts.keys() & WIDE - THROUGH.keys()):
        rows = facts[name].filter(pc.is_in(facts[name].column("customer_id"), mine))
        if rows.num_rows and name not in gone:
            found[name] = rows
    for name, (through, column) in THROUGH.items():
        if name in facts and through in found and name not in gone:
            rows = facts[name].filter(pc.is_in(facts[name].column(column), found[through].column(column)))
            if rows.num_rows:
                found[name] = rows
    return found


def said(decided: Decided) -> dict[str, list[str]]:
    """Every output of a run, nested columns included, whatever the order of rows."""
    return {name: sorted(map(repr, decided.fetch(name).to_pylist())) for name in OUTPUTS}


@pytest.fixture(scope="module")
def decider(tmp_path_factory: pytest.TempPathFactory) -> Any:
    found = Decider({"threads": "1"}, tmp_path_factory.mktemp("plans"))
    yield found
    found.close()


SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]


@pytest.mark.parametrize("seed", SEEDS)
def test_customers_decided_by_statements_for_everybody_are_decided_as_by_their_own(
    company: Facts, decider: Decider, seed: int
) -> None:
    told, facts, alone = told_by(company), some_of(company, seed), decider.alone
    alone.prepare(POLICY, of_nobody(company), DAY, told, ["EUR", "USD", "GBP", "CHF"])
    first = alone.own.decide(POLICY, facts, DAY - timedelta(days=1), {}, AsAWhole({}, told))
    previous = {name: first.fetch(name) for name in ("decision", "action_due", "held")}
    whole = AsAWhole({stage: first.fetch(stage) for stage in WHOLE}, told)
    by_own = said(alone.own.decide(POLICY, facts, DAY, previous, whole, ["C0000004"]))
    builds = alone.own.builds
    alone.load(POLICY, of_nobody(company), DAY, told)
    assert said(alone.decide(POLICY, facts, DAY, previous, whole, ["C0000004"])) == by_own
    others = some_of(company, seed + 100)  # of other places, and older: nothing of theirs stays behind
    alone.decide(POLICY, others, DAY, {}, whole)
    assert said(alone.decide(POLICY, facts, DAY, previous, whole, ["C0000004"])) == by_own
    assert alone.own.builds == builds  # nobody was decided by statements of their own
    assert len(by_own["decision"]) == len(set(facts["customer"].column("customer_id").to_pylist()))


def test_what_is_not_read_for_a_few_customers_no_decision_asks() -> None:
    rooms = [
        importlib.resources.files("creditdesk") / room for room in ("engine", "law", "policy", "desk/day")
    ]
    sources = [file.read_text() for room in rooms for file in Path(str(room)).rglob("*.py")]
    named = {
        name for name in DECIDES_NOTHING for text in sources if f'"{name}"' in text or f"fact_{name}" in text
    }
    assert len(sources) > 100
    assert named == set()
