"""Segment, limit, terms and stance on Apache Spark: value for value what DuckDB gives, lists and structures included."""

from __future__ import annotations

import random
from datetime import date, timedelta

from creditdesk.engine.backend import connect
from creditdesk.policy.load import load_policy
from engine.customers import TODAY, Row, decide
from engine.test_reference_decision import before, drawn

CLUSTER = "pyspark://local-cluster[2,1,1024]"


def ago(chance: random.Random, most: int) -> date:
    return TODAY - timedelta(days=chance.randint(0, most))


def what_people_did(chance: random.Random, ids: list[str]) -> dict[str, list[Row]]:
    """Approvals, assignments, groups, covers, by chance: whatever is read beside the profile."""
    pick = chance.choice
    return {
        "company": [{"company_id": "X", "name": "X", "country": "NL", "currency": "EUR", "language": "nl", "size": "sme"}],
        "approval": [
            {"approval_id": str(no), "customer_id": pick(ids), "subject": pick(["move", "limit", "order_release"]),
             "decided_on": ago(chance, 40), "granted": chance.random() < 0.8, "by": "b", "reason": "r",
             "amount": pick([None, 100_000, 900_000]), "valid_until": pick([None, TODAY + timedelta(days=9)])}
            for no in range(120)
        ],
        "override": [
            {"override_id": str(no), "customer_id": pick(ids), "value": pick(["easy", "firm", "12345", "40", "refused", "?"]),
             "field": pick(["segment", "procedure", "credit_limit", "terms_days", "owner", "acceptance"]),
             "from_on": ago(chance, 40), "by": "b", "reason": "r"}
            for no in range(90)
        ],
        "credit_group": [
            {"group_id": f"g{no}", "limit": pick([None, 10_000_000]), "currency": "EUR", "customer_ids": chance.sample(ids, 5)}
            for no in range(8)
        ],
        "cover": [
            {"cover_id": str(no), "customer_id": pick(ids), "insurer": "x", "amount": 100, "currency": "EUR",
             "insured_share": 0.9, "valid_from": date(2026, 1, 1), "withdrawn_on": pick([None, ago(chance, 5)])}
            for no in range(20)
        ],
    }  # fmt: skip


def test_both_engines_decide_alike() -> None:
    chance, policy = random.Random(7), load_policy("starter")
    customers = [drawn(chance, no) for no in range(150)]
    ids = [row["customer_id"] for row in customers]
    facts = what_people_did(chance, ids)
    previous = [before(chance, policy, row) for row in customers]
    for row in previous:
        row |= {"order_block": chance.choice(["none", "stop", "review"]), "risk_class": "low",
                "order_block_reason": chance.choice(["overdue", "limit", None]), "review_on": ago(chance, 5)}  # fmt: skip
    case = [{"customer_id": who, "stop_step_done": chance.random() < 0.2, "case_no": 3} for who in ids[::2]]
    one = decide(policy, customers, facts, previous=previous, case=case)
    spark = connect(CLUSTER)
    try:
        two = decide(policy, customers, facts, previous=previous, case=case, backend=spark)
    finally:
        spark.close()
    assert two == one
    assert {row["order_block"] for row in one.values()} == {"none", "review", "prepayment", "stop"}
