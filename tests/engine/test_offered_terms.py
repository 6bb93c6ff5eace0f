"""The payment term that is offered, and what the law makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from creditdesk.policy.document import Policy
from engine.customers import TODAY, Row, customer, decide

LARGE = {"employees": 250, "annual_revenue": 40_000_001_00}
NL_CAP, BE_CAP = "art. 6:119a(6) BW", "Law of 2 August 2002, art. 4"

# the customer of a small Dutch company; the days offered and why the policy's were changed
CASES: dict[str, tuple[dict[str, Any], int, str | None]] = {
    "partner at home": ({"country": "NL", **LARGE}, 30, NL_CAP),
    "large by staff alone": ({"country": "NL", "employees": 250}, 45, None),
    "partner across the border": ({"country": "BE", **LARGE}, 30, NL_CAP),
    "partner overseas": ({"country": "US", **LARGE}, 30, NL_CAP),
    "partner of no known country": ({"country": None, **LARGE}, 30, NL_CAP),
    "medium and good": ({"country": "NL", "employees": 30}, 30, None),
    "medium and poor": ({"country": "NL", "employees": 30, "days_late_shrunken": 30.0}, 14, None),
    "contested, so in advance": ({"country": "NL", "broken_promises_12m": 2}, 0, None),
    "insolvent": ({"country": "NL", "legal_status": "bankruptcy"}, 0, None),
    "consumer: what the law gives": ({"country": "NL", "kind": "consumer"}, 30, None),
    "public body": ({"country": "NL", "kind": "public_body"}, 30, None),
    "a person gave more": ({"country": "BE"}, 50, "override"),
    "a person gave more than the law": ({"country": "BE"}, 60, BE_CAP),
    "a person gave no number": ({"country": "BE"}, 30, None),
}  # fmt: skip
GIVEN: list[Row] = [
    {"override_id": name, "customer_id": name, "field": "terms_days", "value": value, "from_on": TODAY, "by": "Bo",
     "reason": "asked"}
    for name, value in (("a person gave more", "50"), ("a person gave more than the law", "75"),
                        ("a person gave no number", "a month"))
]  # fmt: skip


def company(**said: object) -> list[Row]:
    return [{"company_id": "X", "name": "Ons", "country": "NL", "currency": "EUR", "language": "nl", **said}]


@pytest.fixture(scope="module")
def decided(starter: Policy) -> dict[str, Row]:
    customers = [customer(name, **said) for name, (said, _, _) in CASES.items()]
    return decide(starter, customers, {"override": GIVEN, "company": company(size="sme")})


@pytest.mark.parametrize("name", CASES)
def test_the_term_offered_and_why(decided: dict[str, Row], name: str) -> None:
    _said, days, reason = CASES[name]
    assert (decided[name]["terms_days"], decided[name]["terms_reason"]) == (days, reason)


def test_a_large_creditor_may_be_asked_for_more(starter: Policy) -> None:
    customers = [customer("a", country="NL", **LARGE)]
    (found,) = decide(starter, customers, {"company": company(size="large")}).values()
    assert (found["terms_days"], found["terms_reason"]) == (45, None)
    # the size of a company that does not say it is taken for small, the stricter reading
    (found,) = decide(starter, customers, {"company": company()}).values()
    assert (found["terms_days"], found["terms_reason"]) == (30, NL_CAP)


def test_without_a_term_of_the_segment_the_agreed_one_stands(starter: Policy) -> None:
    segments = {**starter.segments, "easy": starter.segments["easy"].model_copy(update={"terms_days": None})}
    policy = starter.model_copy(update={"segments": segments})
    decided = decide(
        policy,
        [customer("agreed", payment_terms_days=90, country="BE"), customer("nothing said", country="US")],
    )
    assert (decided["agreed"]["terms_days"], decided["agreed"]["terms_reason"]) == (60, BE_CAP)
    assert decided["nothing said"]["terms_days"] == 30
