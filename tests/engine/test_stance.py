"""The rest of what a segment gives: acceptance, fees, discount, owner; who must look, and what the facts lack."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from creditdesk.policy.document import Discount, Policy
from engine.customers import TODAY, Row, customer, decide

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "good": ({}, {"acceptance": "open", "fees": "none", "delivery_terms": "normal", "owner_id": "collector@us"}),
    "large and good": (
        {"employees": 99}, {"owner_id": "sales@us", "incentive": "yearly_thanks", "discount_percent": None}),
    "large and good, nobody of Sales": ({"employees": 99, "account_manager": None}, {"owner_id": "collector@us"}),
    "poor": (
        {"days_late_shrunken": 30.0},
        {"acceptance": "limited", "fees": "interest_and_costs", "delivery_terms": "after_payment"}),
    "contested": ({"broken_promises_12m": 2}, {"acceptance": "prepayment", "fees": "interest"}),
    "by hand": ({}, {"acceptance": "prepayment", "owner_id": "Zoë"}),
    "by hand, but no such thing": ({}, {"acceptance": "open"}),
    "sole trader": ({"kind": "sole_trader"}, {"natural_person": True, "human_review": True}),
    "company": ({}, {"natural_person": False, "human_review": False}),
    "its parent is insolvent": ({"group_insolvent": True}, {"segment": "easy", "human_review": True}),
    "handed over": ({"open_handover": True}, {"human_review": True, "acceptance": "prepayment"}),
    "of no country": ({"country": None}, {"data_warnings": ["no_country"]}),
    "of no known size": ({"turnover_class": None}, {"data_warnings": ["unknown_size"], "evidence": 0.5}),
    "credited more than sold": ({"turnover_12m": -1}, {"data_warnings": ["negative_turnover"]}),
    "an old report": ({"external_pd": 0.01, "external_age_days": 366}, {"data_warnings": ["external_report_old"]}),
    "a limit that ended": ({}, {"data_warnings": ["credit_limit_expired"]}),
    "nothing wrong": ({}, {"data_warnings": []}),
}  # fmt: skip
FACTS: dict[str, list[Row]] = {
    "override": [
        {"override_id": f"{name}{field}", "customer_id": name, "field": field, "value": value, "from_on": TODAY, "by": "B",
         "reason": "r"}
        for name, field, value in (("by hand", "acceptance", "prepayment"), ("by hand", "owner", "Zoë"),
                                   ("by hand, but no such thing", "acceptance", "maybe"))
    ],
    "customer": [
        {"customer_id": "a limit that ended", "credit_limit": 100, "credit_limit_until": date(2026, 3, 31)},
        {"customer_id": "nothing wrong", "credit_limit": 100, "credit_limit_until": TODAY},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def decided(starter: Policy) -> dict[str, Row]:
    return decide(starter, [customer(name, **said) for name, (said, _) in CASES.items()], FACTS)


@pytest.mark.parametrize("name", CASES)
def test_what_the_customer_gets(decided: dict[str, Row], name: str) -> None:
    expected = CASES[name][1]
    assert {key: decided[name][key] for key in expected} == expected


def test_a_discount_is_given_once_it_is_offered(starter: Policy) -> None:
    given = Discount.model_validate({"percent": "1.5", "days": 10, "offered": True})
    segments = {**starter.segments, "easy": starter.segments["easy"].model_copy(update={"discount": given})}
    (found,) = decide(starter.model_copy(update={"segments": segments}), [customer("a")]).values()
    assert (found["discount_percent"], found["discount_days"]) == (1.5, 10)


def test_every_decision_names_policy_version_and_day(decided: dict[str, Row], starter: Policy) -> None:
    for found in decided.values():
        assert (found["policy"], found["policy_version"], found["as_of"]) == (
            "starter",
            starter.version,
            TODAY,
        )
        assert found["currency"] == "EUR"


def test_the_other_shipped_policies_decide_too() -> None:
    from creditdesk.policy.load import load_policy

    for name in ("two-speed", "consumers-nl"):
        policy = load_policy(name)
        people = [customer("firm", days_to_pay=20.0), customer("late", days_to_pay=50.0, days_late_shrunken=25.0),
                  customer("consumer", kind="consumer", country="NL"), customer("trader", kind="sole_trader")]  # fmt: skip
        first = decide(policy, people)
        again = decide(policy, people, previous=list(first.values()))
        for who in first:
            assert first[who]["segment"] in policy.segments
            assert again[who]["segment"] == first[who]["segment"]
            assert again[who]["moved"] is False
        assert first["consumer"]["order_block"] in ("none", "review")
        assert first["consumer"]["human_review"] is True
