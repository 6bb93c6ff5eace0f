"""The answer to one order, case by case: what a credit manager would say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from creditdesk.desk.api.credit.judging import Known, Room, judge
from creditdesk.policy.load import load_policy

STARTER = load_policy("starter")


def known(segment: str = "standard", limit: int | None = 10_000, used: int = 4_000, order: int = 1_000,
          **more: Any) -> Known:  # fmt: skip
    """A customer of a segment of the starter policy, in whole euros."""
    reserved = more.pop("reserved", 0)
    found = STARTER.segments[segment]
    plain: dict[str, Any] = {
        "order": order, "exposure": used, "reserved": reserved, "open_amount": used, "open_items": 1 if used else 0,
        "open_orders": 0, "undisputed_overdue": 0, "oldest_undisputed_days": 0, "insured_limit": 0,
        "own": None if limit is None else Room("limit", limit, used, reserved), "groups": (), "stance": found.order,
        "stop_overdue_amount": int(found.order.stop_overdue_amount), "acceptance": str(found.acceptance),
        "segment": segment, "block": "none", "block_reason": None, "natural_person": False,
    }  # fmt: skip
    return Known(**{**plain, **more})


def late(days: int, overdue: int) -> dict[str, int]:
    return {"oldest_undisputed_days": days, "undisputed_overdue": overdue}


CASES: list[tuple[str, Known, str, int | None, str]] = [
    # what                                          known                                       answer  amount  reason
    ("it fits", known(), "yes", None, "within_limit"),
    ("to the cent", known(order=6_000), "yes", None, "within_limit"),
    ("one more", known(order=6_001), "pay_first", 1, "limit"),
    ("far more than it owes", known(order=16_000, used=4_000), "no", None, "limit"),
    ("another cart has the room", known(order=6_000, reserved=1), "pay_first", 1, "limit"),
    ("no limit at all", known("public", None, order=10**9), "yes", None, "no_limit"),
    ("partner to 120 %", known("partner", order=8_000), "yes", None, "within_limit"),
    ("partner above", known("partner", order=8_001), "review", None, "limit"),
    ("new: the part above in advance", known("new", order=8_000), "prepay", 2_000, "limit"),
    ("new: already above", known("new", used=12_000, order=500), "prepay", 500, "limit"),
    ("the policy is silent on the limit", known("firm", order=6_001), "review", None, "limit"),
    ("standard, 29 days late", known(**late(29, 2_000)), "yes", None, "within_limit"),
    ("standard, 30 days late", known(**late(30, 2_000)), "pay_first", 2_000, "overdue"),
    ("firm, late with little", known("firm", **late(40, 250)), "yes", None, "within_limit"),
    ("firm, late with more", known("firm", **late(15, 251)), "pay_first", 251, "overdue"),
    ("late and above the limit", known(order=7_000, **late(30, 2_000)), "pay_first", 2_000, "overdue"),
    ("stopped before and still late", known(block="stop", block_reason="overdue", **late(3, 900)), "pay_first", 900, "overdue"),
    ("stopped before and paid", known(block="stop", block_reason="overdue"), "yes", None, "within_limit"),
    ("partner 60 days late", known("partner", **late(60, 9)), "review", None, "overdue"),
    ("deliveries stopped", known(block="stop", block_reason="stop_delivery_step", **late(9, 700)), "pay_first", 700, "stop_delivery_step"),
    ("strict with a balance", known("strict", used=300, order=900), "prepay", 900, "segment"),
    ("strict, all paid", known("strict", used=0), "yes", None, "within_limit"),
    ("contested with a balance", known("contested", 0, used=800), "pay_first", 800, "segment"),
    ("contested, all paid", known("contested", 0, used=0), "prepay", 1_000, "acceptance"),
    ("guarded within cover", known("guarded", 10_000, used=2_000, insured_limit=3_000), "yes", None, "within_limit"),
    ("guarded beyond cover", known("guarded", 10_000, used=2_000, order=1_001, insured_limit=3_000), "pay_first", 2_000, "segment"),
    ("occasional", known("occasional", used=0), "prepay", 1_000, "segment"),
    ("in trouble", known("in_trouble", used=0), "review", None, "segment"),
    ("insolvent", known("insolvent", 0, used=0), "prepay", 1_000, "segment"),
    ("refused by a person", known(acceptance="refused"), "no", None, "refused"),
    ("a person is never stopped by figures", known(order=7_000, natural_person=True), "review", None, "natural_person"),
    ("a person pays in advance by the policy", known("occasional", used=0, natural_person=True), "prepay", 1_000, "acceptance"),
    ("a person whose deliveries were stopped", known(natural_person=True, block="stop", block_reason="stop_delivery_step",
                                                     **late(9, 700)), "pay_first", 700, "stop_delivery_step"),
    ("the group is full", known(groups=(Room("group_limit", 50_000, 49_500, 0, "g"),)), "pay_first", 500, "group_limit"),
    ("the group is full of others", known(used=100, groups=(Room("group_limit", 50_000, 49_500, 0, "g"),)), "no", None, "group_limit"),
    ("another member reserved", known(groups=(Room("group_limit", 50_000, 49_000, 1, "g"),)), "pay_first", 1, "group_limit"),
    ("the group has room", known(groups=(Room("group_limit", 50_000, 49_000, 0, "g"),)), "yes", None, "within_limit"),
    ("released", known(order=7_000, released_any=True, released_until=date(2026, 4, 1)), "yes", None, "released"),
    ("released up to enough", known(order=7_000, released=7_000), "yes", None, "released"),
    ("released up to less", known(order=7_000, released=6_999), "pay_first", 1_000, "limit"),
    ("released for a cart that another one uses", known(order=7_000, released=7_000, reserved=1), "pay_first", 1_001, "limit"),
    ("a release does not undo a refusal", known(acceptance="refused", released_any=True), "no", None, "refused"),
    ("its own room is kept", known(order=9_000, kept_room=True), "yes", None, "reserved"),
    ("kept, but late meanwhile", known(kept_room=True, **late(30, 5)), "pay_first", 5, "overdue"),
    ("not all of it could be read", known(data_problem=True), "review", None, "data_problem"),
    ("not all could be read, paid in advance", known("occasional", used=0, data_problem=True), "prepay", 1_000, "segment"),
    ("facts came in just now", known(changed=("customer",)), "review", None, "facts_newer"),
    ("facts came in and it is stopped anyway", known(changed=("customer",), **late(30, 5)), "pay_first", 5, "overdue"),
    ("nobody decided for days", known(decided_days_ago=4), "review", None, "decision_old"),
    ("decided three days ago", known(decided_days_ago=3), "yes", None, "within_limit"),
    ("nothing is ordered", known(order=0), "yes", None, "within_limit"),
    ("a credit balance", known(used=-5_000, order=15_000), "yes", None, "within_limit"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "answer", "amount", "reason"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_the_answer(case: Known, answer: str, amount: int | None, reason: str) -> None:
    verdict = judge(case)
    assert (verdict.answer, verdict.amount, verdict.reason.code) == (answer, amount, reason), verdict.reasons


@pytest.mark.parametrize("case", [row[1] for row in CASES], ids=[row[0] for row in CASES])
def test_a_smaller_order_is_never_answered_harder(case: Known) -> None:
    """And what is reserved is never more than the order."""
    hardness = {"yes": 0, "review": 1, "prepay": 2, "pay_first": 3, "no": 4}
    orders = sorted({0, 1, case.order // 2, case.order, case.order * 2})
    answers = [judge(replace(case, order=order)) for order in orders]
    assert [hardness[one.answer] for one in answers] == sorted(hardness[one.answer] for one in answers)
    for order, one in zip(orders, answers, strict=True):
        assert 0 <= one.on_account <= order
        assert one.answer in ("yes", "prepay") or one.on_account == 0
