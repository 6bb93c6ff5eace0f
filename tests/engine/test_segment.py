"""Which customer gets which segment: by hand, by rule, by the matrix."""

from __future__ import annotations

from typing import Any

import pytest

from creditdesk.engine.segment import compile_rules, severity
from creditdesk.policy.columns import predicate_columns
from creditdesk.policy.document import Policy
from engine.customers import TODAY, Row, customer, decide

# what is said of the customer, the segment, and what put it there
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "small and good": ({}, "easy", "matrix"),
    "small and fair": ({"days_late_shrunken": 12.0}, "light", "matrix"),
    "small and poor": ({"days_late_shrunken": 16.0}, "strict", "matrix"),
    "medium by staff": ({"employees": 50, "days_late_shrunken": 5.0}, "trusted", "matrix"),
    "large by staff": ({"employees": 51, "days_late_shrunken": 5.01}, "attentive", "matrix"),
    "large by revenue, staff unknown": ({"annual_revenue": 10_000_001_00}, "partner", "matrix"),
    "staff goes before revenue": ({"employees": 5, "annual_revenue": 99_000_000_00}, "easy", "matrix"),
    "medium by turnover with us": ({"turnover_class": "B", "days_late_shrunken": 99.0}, "firm", "matrix"),
    "a company of our own": ({"intercompany": True, "legal_status": "bankruptcy"}, "internal", "group company"),
    "insolvent": ({"legal_status": "suspension", "kind": "consumer"}, "insolvent", "legal status"),
    "handed over": ({"open_handover": True}, "legal", "file handed over"),
    "consumer": ({"kind": "consumer"}, "consumer", "consumer"),
    "sole trader in the matrix": ({"kind": "sole_trader"}, "easy", "matrix"),
    "public body": ({"kind": "public_body", "days_late_shrunken": 60.0}, "public", "public body"),
    "dormant": ({"last_purchase_days": 366, "open_items": 0}, "dormant", "nothing bought for a year and nothing open"),
    "a year ago and still open": ({"last_purchase_days": 366}, "easy", "matrix"),
    "disputes too often": ({"disputes_12m": 3, "dispute_share_12m": 0.2}, "contested", "disputes, breaks promises or stalls again and again"),
    "three disputes of many": ({"disputes_12m": 3, "dispute_share_12m": 0.19}, "easy", "matrix"),
    "breaks promises": ({"broken_promises_12m": 2}, "contested", "disputes, breaks promises or stalls again and again"),
    "too little history": ({"observations": 2, "behaviour_evidence": 2}, "new", "too little history"),
    "first invoice of late": ({"first_invoice_age_days": 89}, "new", "too little history"),
    "first invoice ever, 61 days late": (
        {"observations": 1, "behaviour_evidence": 1, "oldest_undisputed_overdue_days": 61, "days_late_shrunken": 9.0},
        "strict",
        "matrix",
    ),
    "short of cash, good as a rule": ({"cash_trouble_days": 90}, "in_trouble", "pays well as a rule, short of cash now"),
    "short of cash long ago": ({"cash_trouble_days": 91}, "easy", "matrix"),
    "high risk behind good behaviour": ({"external_pd": 0.9, "external_age_days": 3, "risk_evidence": 0.0}, "guarded", "high risk behind good behaviour"),
    "high risk and poor behaviour": (
        {"external_pd": 0.9, "external_age_days": 3, "risk_evidence": 0.0, "days_late_shrunken": 40.0}, "strict", "matrix",
    ),
    "buys once a year": ({"orders_12m": 1}, "occasional", "buys now and then"),
    "buys once a year, but much": ({"orders_12m": 1, "turnover_class": "A"}, "partner", "matrix"),
    "pays on fixed days": ({"habit": "month_day", "habitual_days_late": 15.0, "employees": 30}, "rhythm", "pays on fixed days"),
    "large customers have no rhythm": ({"habit": "month_day", "habitual_days_late": 15.0, "employees": 300}, "partner", "matrix"),
    "assigned by hand": ({"legal_status": "bankruptcy"}, "trusted", "override"),
    "assigned to what is not there": ({}, "easy", "matrix"),
    "an assignment that ended": ({}, "easy", "matrix"),
}  # fmt: skip

BY_HAND: list[Row] = [
    {"override_id": "1", "customer_id": "assigned by hand", "field": "segment", "value": "trusted", "from_on": TODAY,
     "by": "Ann", "reason": "agreed"},
    {"override_id": "2", "customer_id": "assigned to what is not there", "field": "segment", "value": "golden",
     "from_on": TODAY, "by": "Ann", "reason": "typing"},
    {"override_id": "3", "customer_id": "an assignment that ended", "field": "segment", "value": "trusted",
     "from_on": TODAY.replace(day=1, month=1), "until_on": TODAY.replace(day=31, month=3), "by": "Ann", "reason": "trial"},
]  # fmt: skip


@pytest.fixture(scope="module")
def decided(starter: Policy) -> dict[str, Row]:
    customers = [customer(name, **columns) for name, (columns, _segment, _rule) in CASES.items()]
    return decide(starter, customers, {"override": BY_HAND})


@pytest.mark.parametrize("name", CASES)
def test_the_segment_and_what_put_it_there(decided: dict[str, Row], name: str) -> None:
    _columns, segment, rule = CASES[name]
    found = decided[name]
    assert found["segment"] == segment
    assert found["reasons"][-1]["criterion"] == "segment"
    assert found["reasons"][-1]["rule"] == rule


def test_reasons_say_what_was_read_and_where(decided: dict[str, Row]) -> None:
    size, behaviour, _placing = decided["large by revenue, staff unknown"]["reasons"]
    assert size == {
        "criterion": "size",
        "value": 10_000_001_00,
        "text": None,
        "band": "large",
        "rule": "annual_revenue",
    }
    assert behaviour["value"] == 3.0
    assert behaviour["rule"] == "days_late_shrunken"
    size = decided["small and good"]["reasons"][0]
    assert (size["text"], size["band"], size["rule"]) == ("C", "small", "turnover_class")


def test_too_little_evidence_leaves_the_band_unknown_and_the_matrix_careful(decided: dict[str, Row]) -> None:
    found = decided["first invoice ever, 61 days late"]
    assert found["bands"] == {"size": "small", "behaviour": "unknown"}
    assert found["reasons"][1]["rule"] == "days_late_shrunken:little_evidence"
    assert found["cell_column"] == "poor"  # 9 days would be fair: one invoice does not say so
    assert found["evidence"] == 0.5
    assert decided["small and good"]["evidence"] == 1.0


def test_only_the_matrix_and_what_inherits_from_it_have_a_cell(decided: dict[str, Row]) -> None:
    assert (decided["medium by staff"]["cell_row"], decided["medium by staff"]["cell_column"]) == (
        "medium",
        "good",
    )
    assert decided["pays on fixed days"]["cell_row"] == "medium"
    assert decided["public body"]["cell_row"] is None
    assert decided["assigned by hand"]["cell_row"] is None


def test_the_segment_gives_the_procedure_and_a_condition_chooses_between_two(decided: dict[str, Row]) -> None:
    assert decided["small and fair"]["procedure"] == "light"
    assert decided["pays on fixed days"]["procedure"] == "rhythm_trusted"
    assert decided["consumer"]["procedure"] == "consumer_be"
    assert decided["a company of our own"]["procedure"] is None


def test_a_rhythm_has_the_terms_of_its_cell(decided: dict[str, Row]) -> None:
    found = decided["pays on fixed days"]
    assert (found["acceptance"], found["terms_days"], found["fees"]) == ("open", 30, "none")
    assert found["credit_limit"] == 2 * 1_000_000
    assert found["incentive"] == "fixed_moment_statement"


def test_an_assignment_by_hand_says_where_the_figures_would_put_the_customer(decided: dict[str, Row]) -> None:
    found = decided["assigned by hand"]
    assert (found["proposed_segment"], found["move_held"]) == ("insolvent", "manual")
    assert found["proposed_since"] == TODAY
    assert decided["assigned to what is not there"]["data_warnings"] == ["override_unknown"]


def test_a_first_run_moves_nobody(decided: dict[str, Row]) -> None:
    for found in decided.values():
        assert found["moved"] is False
        assert found["segment_since"] == TODAY
        assert found["previous_segment"] is None


def test_every_segment_has_a_rank_and_the_matrix_runs_from_easy_to_hard(starter: Policy) -> None:
    rank = severity(starter)
    assert set(rank) == set(starter.segments)
    for easier, harder in (("partner", "attentive"), ("trusted", "standard"), ("standard", "firm"), ("easy", "light"),
                           ("light", "strict"), ("new", "strict"), ("firm", "contested")):  # fmt: skip
        assert rank[easier] < rank[harder], (easier, harder)
    assert (
        min(rank, key=lambda name: rank[name]) == "rhythm"
    )  # as its cell: to move there is never a downgrade


def test_only_facts_lead_to_a_segment_at_once(starter: Policy) -> None:
    rules = compile_rules(starter, predicate_columns(starter.criteria))
    assert rules.at_once(starter) == {"internal", "insolvent", "legal", "consumer", "public"}
