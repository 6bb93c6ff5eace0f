"""Every shipped policy decides what its own cases say, and a case that expects something else fails with the reason."""

from __future__ import annotations

import pytest

from creditdesk.engine.cases import run_cases
from creditdesk.policy.cases import parse_cases
from creditdesk.policy.load import SHIPPED, cases_text, load_policy

WRONG = """
cases:
  - case: expects what the policy does not do
    on: 2026-03-24
    customer: {employees: 35}
    history: 12 x 1000 monthly from 2025-01-15 due after 30 paid 10 late
    invoices: 1000 due 2026-03-20
    expect: {segment: firm, action: call, amount: 900, hold: promised, order_block: stop, next_due_on: 2026-03-25}
  - case: expects what it does
    on: 2026-03-24
    customer: {employees: 35}
    history: 12 x 1000 monthly from 2025-01-15 due after 30 paid 10 late
    invoices: 1000 due 2026-03-20
    expect: {segment: standard, action: reminder, amount: 1000, hold: none, order_block: none}
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_decides_what_its_cases_say(name: str) -> None:
    policy = load_policy(name)
    told = cases_text(name, policy)
    assert told is not None
    results = run_cases(parse_cases(told[1], told[0]), policy)
    assert results
    failed = [
        f"line {result.case.line}, {result.case.name}: {one.name} expected {one.expected}, found {one.found}"
        for result in results
        for one in result.differences
    ]
    assert failed == []


def test_the_cases_of_the_starter_policy_reach_every_segment() -> None:
    policy = load_policy("starter")
    told = cases_text("starter", policy)
    assert told is not None
    reached = {case.expect.get("segment") for case in parse_cases(told[1], told[0]).cases}
    assert reached == set(policy.segments)


def test_a_case_that_expects_something_else_fails_and_says_why() -> None:
    wrong, right = run_cases(parse_cases(WRONG, "wrong"), load_policy("starter"))
    assert right.passed
    assert {one.name: (one.expected, one.found) for one in wrong.differences} == {
        "segment": ("firm", "standard"),
        "action": ("call", "reminder"),
        "amount": ("900.00", "1000.00"),
        "hold": ("promised", "none"),
        "order_block": ("stop", "none"),
        "next_due_on": ("2026-03-25", "2026-03-24"),
    }
    assert "reminder due" in wrong.because
