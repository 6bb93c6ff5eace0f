"""The stance on the next order: when it is let through, looked at, wanted in advance or stopped; what releases it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from creditdesk.policy.document import Policy
from engine.customers import TODAY, Row, customer, decide, was

EUR = 100
ROOM = {"peak_month_sales": 10_000 * EUR, "exposure": 5_000 * EUR, "open_amount": 5_000 * EUR}
PARTNER = {**ROOM, "employees": 100}  # limit 20,000, review at 120 % or 60 days
TRUSTED = {**ROOM, "employees": 30}  # limit 20,000, review at 110 %, stop at 45 days
STANDARD = {**ROOM, "employees": 30, "days_late_shrunken": 10.0}  # limit 15,000, stop at 100 % or 30 days
FIRM = {**ROOM, "employees": 30, "days_late_shrunken": 30.0}  # stop at 15 days and EUR 250
STRICT = {**ROOM, "days_late_shrunken": 30.0}
GUARDED = {**ROOM, "external_pd": 0.9, "external_age_days": 0, "risk_evidence": 0.0}


def late(days: int, euros: int) -> dict[str, Any]:
    return {"oldest_undisputed_overdue_days": days, "undisputed_overdue_amount": euros * EUR}


Found = tuple[str, str | None, str | None, int | None]
# figures; stance, reason, what releases it, and the euros to pay for that
CASES: dict[str, tuple[dict[str, Any], Found]] = {
    "partner in order": (PARTNER, ("none", None, None, None)),
    "partner at 120 %": ({**PARTNER, "exposure": 24_000 * EUR}, ("none", None, None, None)),
    "partner above 120 %": ({**PARTNER, "exposure": 24_001 * EUR}, ("review", "limit", "person", None)),
    "partner 59 days late": ({**PARTNER, **late(59, 900)}, ("none", None, None, None)),
    "partner 60 days late": ({**PARTNER, "risk_evidence": 0.0, **late(60, 900), "days_late_24m": 40.0,
                              "external_pd": None}, ("stop", "segment", "balance_paid", 5_000)),  # guarded: risk is high
    "trusted above 110 %": ({**TRUSTED, "exposure": 22_001 * EUR}, ("review", "limit", "balance_paid", 1)),
    "trusted 45 days late": ({**TRUSTED, **late(45, 700)}, ("stop", "overdue", "overdue_paid", 700)),
    "standard at its limit": ({**STANDARD, "exposure": 15_000 * EUR}, ("none", None, None, None)),
    "standard above its limit": ({**STANDARD, "exposure": 15_500 * EUR}, ("stop", "limit", "balance_paid", 500)),
    "standard 29 days late": ({**STANDARD, **late(29, 900)}, ("none", None, None, None)),
    "standard 30 days late": ({**STANDARD, **late(30, 900)}, ("stop", "overdue", "overdue_paid", 900)),
    "firm, little overdue": ({**FIRM, **late(15, 250)}, ("none", None, None, None)),
    "firm, more overdue": ({**FIRM, **late(15, 251)}, ("stop", "overdue", "overdue_paid", 251)),
    "strict with something open": (STRICT, ("prepayment", "segment", "balance_paid", 5_000)),
    "strict with nothing open": ({**STRICT, "open_items": 0, "open_amount": 0}, ("none", None, None, None)),
    "guarded without cover": (GUARDED, ("stop", "segment", "balance_paid", 5_000)),
    "guarded within cover": ({**GUARDED, "insured_limit": 6_000 * EUR, "insured_share": 1.0}, ("none", None, None, None)),
    "guarded beyond cover": (
        {**GUARDED, "insured_limit": 4_000 * EUR, "insured_share": 1.0}, ("stop", "segment", "balance_paid", 5_000)),
    "new, within its limit": ({**ROOM, "observations": 0, "exposure": 2_500 * EUR}, ("none", None, None, None)),
    "new, above its limit": ({**ROOM, "observations": 0, "exposure": 2_900 * EUR}, ("prepayment", "limit", "balance_paid", 400)),
    "short of cash": ({**ROOM, "cash_trouble_days": 5}, ("review", "segment", "person", None)),
    "public body, long late": ({**ROOM, "kind": "public_body", **late(200, 900)}, ("none", None, None, None)),
    "sole trader in strict": ({**STRICT, "kind": "sole_trader"}, ("review", "natural_person", "person", None)),
    "sole trader 50 days late": ({**TRUSTED, "kind": "sole_trader", **late(50, 700)}, ("review", "natural_person", "person", None)),
    "consumer 30 days late": ({**ROOM, "kind": "consumer", **late(30, 70)}, ("review", "overdue", "person", None)),
    "insolvent": ({**ROOM, "legal_status": "bankruptcy"}, ("prepayment", "segment", "person", None)),
    "deliveries stopped by a step": ({**TRUSTED, **late(20, 600)}, ("stop", "stop_delivery_step", "overdue_paid", 600)),
    "stopped by a step, paid since": (TRUSTED, ("none", None, None, None)),
    "a person stopped a sole trader": (
        {**TRUSTED, "kind": "sole_trader", **late(20, 600)}, ("stop", "stop_delivery_step", "overdue_paid", 600)),
}  # fmt: skip
STEPS: list[Row] = [
    {"customer_id": name, "stop_step_done": True}
    for name in (
        "deliveries stopped by a step",
        "stopped by a step, paid since",
        "a person stopped a sole trader",
    )
]


@pytest.fixture(scope="module")
def decided(starter: Policy) -> dict[str, Row]:
    return decide(starter, [customer(name, **said) for name, (said, _) in CASES.items()], case=STEPS)


@pytest.mark.parametrize("name", CASES)
def test_the_stance_why_and_what_ends_it(decided: dict[str, Row], name: str) -> None:
    assert stance(decided[name]) == CASES[name][1]


def stance(found: Row) -> Found:
    amount = found["order_release_amount"]
    euros = None if amount is None else amount // EUR
    return found["order_block"], found["order_block_reason"], found["order_release_when"], euros


def test_a_stance_holds_until_what_releases_it_has_happened(starter: Policy) -> None:
    """Stopped for 15 days and EUR 250: a part payment or a newer oldest item is not enough; all that is overdue is."""
    before = {
        "order_block": "stop",
        "order_block_reason": "overdue",
        "bands": {"size": "medium", "behaviour": "poor"},
    }
    cases = {
        "paid down": (FIRM | late(15, 200), ("stop", "overdue", "overdue_paid", 200)),
        "only a newer one": (FIRM | late(3, 900), ("stop", "overdue", "overdue_paid", 900)),
        "all paid": (FIRM | late(0, 0), ("none", None, None, None)),
    }
    decided = decide(
        starter,
        [customer(name, **said) for name, (said, _) in cases.items()],
        previous=[was(name, "firm", date(2026, 1, 1), **before) for name in cases],
    )
    assert {name: stance(found) for name, found in decided.items()} == {
        name: goal for name, (_, goal) in cases.items()
    }


def test_a_move_takes_the_old_stance_away(starter: Policy) -> None:
    before = {
        "order_block": "stop",
        "order_block_reason": "overdue",
        "bands": {"size": "medium", "behaviour": "poor"},
    }
    decided = decide(
        starter,
        [customer("moved", **(STANDARD | late(3, 900)))],
        previous=[was("moved", "firm", date(2026, 1, 1), **before)],
    )
    assert decided["moved"]["segment"] == "standard"
    assert stance(decided["moved"]) == ("none", None, None, None)


def test_what_a_person_must_release_stays_until_then(starter: Policy) -> None:
    """Partner above 120 % of its limit: paid down below it, the review still waits for a person."""
    before = {
        "order_block": "review",
        "order_block_reason": "limit",
        "bands": {"size": "large", "behaviour": "good"},
    }
    decided = decide(
        starter, [customer("a", **PARTNER)], previous=[was("a", "partner", date(2026, 1, 1), **before)]
    )
    assert stance(decided["a"]) == ("review", "limit", "person", None)


def release(name: str, **said: object) -> Row:
    return {"approval_id": name, "customer_id": name, "subject": "order_release", "decided_on": date(2026, 3, 30),
            "granted": True, "by": "Bo", "reason": "seen", "valid_until": date(2026, 4, 10), **said}  # fmt: skip


RELEASES: dict[str, tuple[dict[str, Any], bool]] = {
    "released": ({}, True),
    "on its last day": ({"valid_until": TODAY}, True),
    "ended yesterday": ({"valid_until": TODAY - timedelta(days=1)}, False),
    "without an end, of another day": ({"valid_until": None}, False),
    "without an end, of today": ({"valid_until": None, "decided_on": TODAY}, True),
    "refused": ({"granted": False}, False),
    "orders within the amount": ({"amount": 3_000 * EUR}, True),
    "orders above the amount": ({"amount": 2_999 * EUR}, False),
    "of tomorrow": ({"decided_on": TODAY + timedelta(days=1)}, False),
}


def test_a_release_by_a_person_holds_to_its_end_and_amount(starter: Policy) -> None:
    said = {**STANDARD, **late(30, 900), "open_orders": 3_000 * EUR}
    decided = decide(
        starter,
        [customer(name, **said) for name in RELEASES],
        {"approval": [release(name, **row) for name, (row, _) in RELEASES.items()]},
    )
    for name, (row, free) in RELEASES.items():
        found = decided[name]
        expected = ("none", "released") if free else ("stop", "overdue")
        assert (found["order_block"], found["order_block_reason"]) == expected, name
        until = row.get("valid_until", date(2026, 4, 10)) or row.get("decided_on")
        assert found["released_until"] == (until if free else None), name


def test_a_release_survives_the_runs_until_its_end(starter: Policy) -> None:
    said = customer("a", **{**STANDARD, **late(30, 900)})
    approval = {"approval": [release("a", valid_until=date(2026, 4, 3))]}
    blocks, previous = [], None
    for no in range(4):
        decided = decide(starter, [said], approval, previous=previous, on=TODAY + timedelta(days=no))
        blocks.append(decided["a"]["order_block"])
        previous = list(decided.values())
    assert blocks == ["none", "none", "none", "stop"]


def test_a_natural_person_is_refused_by_a_person_only(starter: Policy) -> None:
    segments = {
        **starter.segments,
        "strict": starter.segments["strict"].model_copy(update={"acceptance": "refused"}),
    }
    policy = starter.model_copy(update={"segments": segments})
    refusal: list[Row] = [
        {"override_id": "1", "customer_id": "by a person", "field": "acceptance", "value": "refused", "from_on": TODAY,
         "by": "Bo", "reason": "seen"}
    ]  # fmt: skip
    decided = decide(
        policy,
        [customer("company", **STRICT), customer("person", **STRICT, kind="sole_trader"),
         customer("by a person", **STRICT, kind="sole_trader")],
        {"override": refusal},
    )  # fmt: skip
    assert {name: found["acceptance"] for name, found in decided.items()} == {
        "company": "refused", "person": "prepayment", "by a person": "refused"
    }  # fmt: skip
    assert [decided[name]["human_review"] for name in decided] == [name != "company" for name in decided]
