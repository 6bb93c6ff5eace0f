"""The engine against the slow reference: the same customers, thrown together at random, decided by both."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from creditdesk.policy.document import Policy
from engine.customers import TODAY, Row, customer, decide, was
from engine.reference_decision import decided as reference

SAME = (
    "segment", "segment_since", "moved", "previous_segment", "proposed_segment", "move_held", "risk_pd", "risk_class",
    "evidence", "bands", "credit_limit", "limit_reason", "headroom",
)  # fmt: skip
KINDS = ["company"] * 8 + ["sole_trader", "consumer", "public_body"]


def some(chance: random.Random, share: float, value: Any) -> Any:
    return value if chance.random() < share else None


def drawn(chance: random.Random, no: int) -> Row:
    """A customer with every oddity: unknown values, values on an edge, values beyond all sense."""
    pick, some_of = chance.choice, chance.randint
    late = pick(
        [some_of(-60, 180) / 1.0, some_of(0, 2000) / 100, pick([3.0, 5.0, 5.01, 7.0, 13.0, 15.0, 17.0])]
    )
    evidence = some_of(0, 12)
    n = some_of(0, 3000) / 100
    return customer(
        f"c{no:04}",
        kind=pick(KINDS),
        employees=some(chance, 0.5, pick([1, 19, 20, 21, 50, 51, 400])),
        annual_revenue=some(chance, 0.5, pick([0, 4_000_000_00, 4_000_000_01, 10_000_000_01])),
        turnover_class=pick(["A", "B", "C", "C"]),
        turnover_rank=pick([1, 20, 21, 500]),
        key_account=chance.random() < 0.1,
        intercompany=chance.random() < 0.03,
        legal_status=some(chance, 0.05, "bankruptcy"),
        open_handover=chance.random() < 0.04,
        last_purchase_days=some(chance, 0.95, pick([3, 365, 366])),
        open_items=pick([0, 1, 5]),
        disputes_12m=pick([0, 0, 2, 3, 4]),
        dispute_share_12m=pick([0.0, 0.1999, 0.2, 0.5]),
        broken_promises_12m=pick([0, 0, 0, 1, 2]),
        stalling_12m=pick([0, 0, 0, 1, 2]),
        observations=evidence + pick([0, 1, 9]),
        behaviour_evidence=evidence,
        first_invoice_age_days=some(chance, 0.95, pick([10, 89, 90, 900])),
        oldest_undisputed_overdue_days=pick([0, 0, 0, 10, 30, 31, 59, 60, 120]),
        days_late_shrunken=late,
        days_late_24m=pick([late, 2.0, 15.0, 15.01]),
        cash_trouble_days=some(chance, 0.15, pick([5, 90, 91])),
        orders_12m=pick([0, 1, 2, 30]),
        habit=some(chance, 0.15, "month_day"),
        habitual_days_late=some(chance, 0.9, pick([1.0, 15.0, 16.0])),
        external_pd=some(chance, 0.4, pick([0.0001, 0.004, 0.03, 0.2, 0.95])),
        external_age_days=pick([0, 100, 365, 1500]),
        risk_evidence=n,
        risk_events=round(n * pick([0, 0, 0, 0.05, 0.4]), 2),
        last_write_off_days=some(chance, 0.1, pick([0, 20, 365, 700])),
        peak_month_sales=pick([0, 12_345, 1_000_000, 98_765_432, -5_000]),
        tangible_net_worth=some(chance, 0.4, pick([-5, 0, 1_000_000, 77_777_777])),
        working_capital=some(chance, 0.4, pick([-5, 0, 1_000_000, 66_666_666])),
        margin_12m=some(chance, 0.3, pick([-100, 0, 10_000, 5_000_000])),
        insured_limit=pick([0, 0, 0, 250_000, 9_000_000]),
        insured_share=pick([None, 0.9, 1.0]),
        first_orders_amount=some(chance, 0.5, pick([0, 100_000, 900_000, 9_999_999])),
        paid_on_time_count=pick([0, 2, 3, 7, 200]),
        exposure=pick([0, 100_000, 5_000_000, -3_000]),
    )


def before(chance: random.Random, policy: Policy, row: Row) -> Row:
    name = str(row["customer_id"])
    if chance.random() < 0.5:  # where it belongs, with the band beside: what a margin is for
        today = reference(policy, row, None, TODAY)
        beside = {"good": "fair", "poor": "fair"}.get(today["bands"]["behaviour"], "good")
        cell = today["bands"]["size"], beside
        segment = (
            policy.matrix.cells[cell[0]][cell[1]]
            if today["by_matrix"] and cell[0] != "unknown"
            else today["segment"]
        )
        bands = {"size": cell[0], "behaviour": beside}
        return was(name, segment, TODAY - timedelta(days=400), bands=bands, previous_segment="new")
    bands = {"size": chance.choice(["small", "medium", "large"]),
             "behaviour": chance.choice(["good", "fair", "poor", "unknown"])}  # fmt: skip
    since = TODAY - timedelta(days=chance.choice([1, 29, 30, 400]))
    return was(name, chance.choice(sorted(policy.segments)), since, bands=bands, previous_segment="new")


@pytest.mark.parametrize("cold", [True, False], ids=["first run", "after a previous run"])
def test_engine_and_reference_decide_alike(starter: Policy, cold: bool) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    customers = [drawn(chance, no) for no in range(600)]
    previous = None if cold else [before(chance, starter, row) for row in customers]
    found = decide(starter, customers, previous=previous)
    old = {row["customer_id"]: row for row in previous or ()}
    seen = set()
    for row in customers:
        name = row["customer_id"]
        expected = reference(starter, row, old.get(name), TODAY)
        assert {key: found[name][key] for key in SAME} == {key: expected[key] for key in SAME}, (
            seed,
            row,
            old.get(name),
        )
        assert (found[name]["cell_row"] is not None) >= expected["by_matrix"]
        seen.add((expected["segment"], expected["move_held"], expected["limit_reason"]))
    assert len({segment for segment, _, _ in seen}) >= 15, "the draw is too narrow to mean anything"
    if not cold:
        assert {held for _, held, _ in seen} >= {None, "margin", "minimum_stay", "approval", "evidence"}
