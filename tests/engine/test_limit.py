"""The credit limit: what binds it, who may set it, and what room is left."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from creditdesk.policy.document import LimitRule, LimitTerms, Policy
from engine.customers import TODAY, Row, customer, decide

EUR = 100
MEDIUM = {"employees": 30, "peak_month_sales": 10_000 * EUR, "exposure": 5_000 * EUR}  # trusted: two months
RICH = {"tangible_net_worth": 1_000_000 * EUR, "working_capital": 1_000_000 * EUR}

# what is known; the limit in euros, and what binds it
CASES: dict[str, tuple[dict[str, Any], int | None, str | None]] = {
    "two months of the peak": (MEDIUM, 20_000, "need"),
    "the grid goes up for a need": ({**MEDIUM, "peak_month_sales": 10_001 * EUR}, 20_100, "need"),
    "nothing sold": ({**MEDIUM, "peak_month_sales": 0}, 0, "need"),
    "capacity by net worth": ({**MEDIUM, **RICH, "tangible_net_worth": 123_456 * EUR}, 12_300, "capacity"),
    "capacity by working capital": ({**MEDIUM, **RICH, "working_capital": 50_000 * EUR}, 5_000, "capacity"),
    "capacity with negative equity": ({**MEDIUM, **RICH, "tangible_net_worth": -1}, 0, "capacity"),
    "only the working capital is known": ({**MEDIUM, "working_capital": 150_000 * EUR}, 15_000, "capacity"),
    "half the capacity at medium risk": (
        {**MEDIUM, **RICH, "tangible_net_worth": 100_000 * EUR, "risk_evidence": 0.0}, 5_000, "capacity"),
    # own experience 10, no default: 2.0 %; appetite = 0.25 x 1,000 / (pd x 0.9)
    "little margin": ({**MEDIUM, "margin_12m": 1_000 * EUR, "risk_evidence": 1_000.0}, 20_000, "need"),
    "little margin, more risk": ({**MEDIUM, "margin_12m": 1_000 * EUR, "risk_evidence": 0.0}, 9_200, "appetite"),
    "a loss on every sale": ({**MEDIUM, "margin_12m": -1}, 0, "appetite"),
    "cover above the capacity": (
        {**MEDIUM, **RICH, "tangible_net_worth": 0, "insured_limit": 9_000 * EUR, "insured_share": 0.9}, 10_000, "cover"),
    "cover and nothing else known": ({**MEDIUM, "insured_limit": 9_000 * EUR, "insured_share": 0.9}, 10_000, "cover"),
    "cover beyond the need": ({**MEDIUM, "insured_limit": 90_000 * EUR, "insured_share": 0.9}, 20_000, "need"),
    "high risk behind good behaviour: cover only": (
        {**MEDIUM, "external_pd": 0.5, "external_age_days": 0, "risk_evidence": 0.0, "insured_limit": 4_500 * EUR,
         "insured_share": 0.9}, 5_000, "cover"),
    "insolvent": ({**MEDIUM, "legal_status": "bankruptcy"}, 0, "none"),
    "public body": ({**MEDIUM, "kind": "public_body"}, None, "unlimited"),
    "consumer": ({**MEDIUM, "kind": "consumer"}, None, None),
    "sole trader": ({**MEDIUM, "kind": "sole_trader", "margin_12m": 1}, 20_000, "need"),
    # new customers
    "new, nothing known": ({**MEDIUM, "observations": 0}, 2_500, "floor"),
    "new, large first orders, nobody to carry them": (
        {**MEDIUM, "observations": 0, "first_orders_amount": 50_000 * EUR}, 2_500, "floor"),
    "new, large first orders, good accounts": (
        {**MEDIUM, **RICH, "observations": 0, "first_orders_amount": 50_000 * EUR}, 50_000, "first_orders"),
    "new, larger orders than its accounts carry": (
        {**MEDIUM, **RICH, "observations": 0, "first_orders_amount": 150_000 * EUR}, 100_000, "capacity"),
    "new, three paid on time": ({**MEDIUM, "first_invoice_age_days": 60, "paid_on_time_count": 3}, 3_700, "step_up"),
    "new, six paid on time": ({**MEDIUM, "first_invoice_age_days": 60, "paid_on_time_count": 6}, 5_600, "step_up"),
    # people
    "set in the ERP": ({**MEDIUM, "own_limit": 7_777 * EUR}, 7_777, "set_by_hand"),
    "set in the ERP, insolvent": ({**MEDIUM, "own_limit": 7_777 * EUR, "legal_status": "bankruptcy"}, 0, "none"),
    "approved": ({**MEDIUM, "own_limit": 7_777 * EUR}, 30_000, "approval"),
    "approval ended": (MEDIUM, 20_000, "need"),
    "refused": (MEDIUM, 20_000, "need"),
    "overridden": ({**MEDIUM, "own_limit": 7_777 * EUR}, 1_234, "override"),
    "overridden with no number": (MEDIUM, 20_000, "need"),
}  # fmt: skip


def approved(name: str, no: int, amount: int, until: date | None, granted: bool = True) -> Row:
    return {"approval_id": f"{name}{no}", "customer_id": name, "subject": "limit", "decided_on": date(2026, 3, 1),
            "granted": granted, "by": "Bo", "reason": "seen", "amount": amount * EUR, "valid_until": until}  # fmt: skip


FACTS: dict[str, list[Row]] = {
    "approval": [
        approved("approved", 1, 30_000, date(2026, 4, 1)),
        approved("overridden", 1, 30_000, None),
        approved("approval ended", 1, 30_000, date(2026, 3, 31)),
        approved("refused", 1, 30_000, None, granted=False),
    ],
    "override": [
        {"override_id": name, "customer_id": name, "field": "credit_limit", "value": value, "from_on": TODAY,
         "until_on": date(2026, 6, 30), "by": "Bo", "reason": "seen"}
        for name, value in (("overridden", "123400"), ("overridden with no number", "plenty"))
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def decided(starter: Policy) -> dict[str, Row]:
    return decide(starter, [customer(name, **said) for name, (said, _, _) in CASES.items()], FACTS)


@pytest.mark.parametrize("name", CASES)
def test_the_limit_and_what_binds_it(decided: dict[str, Row], name: str) -> None:
    _said, limit, reason = CASES[name]
    found = decided[name]
    assert (found["credit_limit"], found["limit_reason"]) == (None if limit is None else limit * EUR, reason)
    expected = None if limit is None else limit * EUR - found["exposure"]
    assert found["headroom"] == expected


def test_a_limit_set_by_a_person_is_reviewed_when_it_ends(decided: dict[str, Row]) -> None:
    assert decided["overridden"]["review_on"] == date(2026, 6, 30)
    assert decided["approved"]["review_on"] == date(2026, 4, 1)
    assert decided["two months of the peak"]["review_on"] == TODAY + timedelta(days=365)
    assert decided["new, nothing known"]["review_on"] == TODAY  # EUR 5,000 open of 2,500: too much is used


def test_the_policy_may_cap_one_name_and_cut_another_grid(starter: Policy) -> None:
    rule = LimitRule(cap=Decimal(12_345), grid=Decimal(1_000))
    policy = starter.model_copy(update={"limit": rule})
    decided = decide(
        policy, [customer("capped", **MEDIUM), customer("not", **{**MEDIUM, "peak_month_sales": 100 * EUR})]
    )
    assert (decided["capped"]["credit_limit"], decided["capped"]["limit_reason"]) == (12_000 * EUR, "cap")
    assert (decided["not"]["credit_limit"], decided["not"]["limit_reason"]) == (1_000 * EUR, "need")


def test_without_months_the_need_is_sales_times_the_days_money_is_out(starter: Policy) -> None:
    """EUR 100 a day x (30 days of terms + 10 days late) x 1.2."""
    segments = {
        **starter.segments,
        "trusted": starter.segments["trusted"].model_copy(update={"limit": LimitTerms()}),
    }
    policy = starter.model_copy(update={"segments": segments})
    (found,) = decide(
        policy, [customer("a", **MEDIUM, sales_per_day_p90=100 * EUR, days_late_p80=10)]
    ).values()
    assert (found["credit_limit"], found["limit_reason"]) == (4_800 * EUR, "need")


def test_members_of_a_group_share_one_limit(starter: Policy) -> None:
    groups: list[Row] = [
        {"group_id": "g", "limit": 12_000 * EUR, "currency": "EUR", "customer_ids": ["a", "b", "merged"]},
        {"group_id": "wide", "limit": 90_000 * EUR, "currency": "EUR", "customer_ids": ["a"]},
    ]
    members: list[Row] = [{"customer_id": "merged", "name": "m", "kind": "company", "merged_into_id": "b"}]
    decided = decide(
        starter,
        [customer("a", **{**MEDIUM, "exposure": 9_000 * EUR}), customer("b", **{**MEDIUM, "exposure": 4_000 * EUR}),
         customer("alone", **MEDIUM)],
        {"credit_group": groups, "customer": members},
    )  # fmt: skip
    for name in ("a", "b"):
        found = decided[name]
        assert (found["group_limit"], found["group_exposure"]) == (12_000 * EUR, 13_000 * EUR), name
        assert found["headroom"] == -1_000 * EUR
        assert (found["order_block"], found["order_block_reason"]) == ("stop", "group_limit")
        assert found["order_release_amount"] == 1_000 * EUR
    assert decided["alone"]["group_limit"] is None
    assert decided["alone"]["order_block"] == "none"


def test_a_limit_of_the_group_holds_the_exposure_of_all(starter: Policy) -> None:
    said = {**MEDIUM, "own_limit": 10_000 * EUR, "group_exposure": 8_000 * EUR, "group_members": 3}
    scope: list[Row] = [{"customer_id": "a", "limit_scope": "group", "credit_limit": 10_000 * EUR},
                        {"customer_id": "b", "limit_scope": "own", "credit_limit": 10_000 * EUR}]  # fmt: skip
    decided = decide(starter, [customer("a", **said), customer("b", **said)], {"customer": scope})
    assert decided["a"]["headroom"] == 2_000 * EUR
    assert decided["b"]["headroom"] == 5_000 * EUR
    assert (decided["a"]["group_limit"], decided["b"]["group_limit"]) == (10_000 * EUR, None)


def test_amounts_of_the_policy_are_converted_into_the_reporting_currency(starter: Policy) -> None:
    facts: dict[str, list[Row]] = {
        "company": [{"company_id": "CH", "name": "AG", "country": "CH", "currency": "CHF", "language": "de"}],
        "fx_rate": [{"currency": "EUR", "base": "CHF", "on": date(2026, 1, 1), "rate": 0.9}],
    }
    said = {**MEDIUM, "currency": "CHF", "company_id": "CH", "observations": 0, "country": "CH"}
    (found,) = decide(starter, [customer("neu", **said)], facts).values()
    assert (found["currency"], found["credit_limit"]) == (
        "CHF",
        225_000,
    )  # the floor of EUR 2,500, on a grid of 90


def test_without_a_rate_amounts_of_the_policy_count_as_they_are_written(starter: Policy) -> None:
    facts: dict[str, list[Row]] = {
        "company": [
            {"company_id": "US", "name": "Inc", "country": "US", "currency": "USD", "language": "en"}
        ],
    }
    said = {**MEDIUM, "currency": "USD", "company_id": "US", "observations": 0, "country": "US"}
    (found,) = decide(starter, [customer("new", **said)], facts).values()
    assert (found["currency"], found["credit_limit"]) == ("USD", 250_000)
