"""Messages that differ by customer: variants of a template, the first whose condition holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditdesk.engine.run import decide_tables
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import policy_text, read_policy
from engine.customers import Row, rows

TODAY = date(2026, 4, 1)
CUSTOMERS = {
    "formal": {"formality": "formal"},
    "informal": {"formality": "informal"},
    "bakery": {"formality": "informal", "sector": "10.71"},
    "unknown": {},
}


@pytest.fixture(scope="module")
def told(starter: Policy) -> dict[str, str]:
    """Per customer the template of what is due."""
    document = starter.model_dump(by_alias=True, exclude_unset=True)
    document["templates"] = [
        {"template": "reminder", "when": "sector_division = '10'", "use": "reminder_in_food"},
        {"template": "reminder", "when": "formality = 'informal'", "use": "reminder_by_first_name"},
        {"template": "call_reminder", "when": "formality = 'informal'", "use": "call_by_first_name"},
    ]
    policy = Policy.model_validate(document)
    due = [TODAY - timedelta(days=days) for days in (400, 370, 340, 310, 2)]
    invoices: list[Row] = [
        {"invoice_id": f"{name}-{number}", "customer_id": name, "number": f"{name}-{number}", "kind": "invoice",
         "issued": day - timedelta(days=30), "due": day, "amount": 100_000, "currency": "EUR"}
        for name in CUSTOMERS
        for number, day in enumerate(due)
    ]  # fmt: skip
    settled = [row for row in invoices if row["due"] < TODAY - timedelta(days=30)]
    sources: dict[str, list[Row]] = {
        "customer": [
            {"customer_id": name, "name": name, "kind": "company", "country": "BE", "employees": 30, **more}
            for name, more in CUSTOMERS.items()
        ],
        "invoice": invoices,
        "payment": [
            {"payment_id": row["invoice_id"], "customer_id": row["customer_id"], "currency": "EUR",
             "value_date": row["due"] + timedelta(days=20), "amount": row["amount"]}
            for row in settled
        ],
        "allocation": [
            {"allocation_id": row["invoice_id"], "invoice_id": row["invoice_id"], "kind": "payment",
             "payment_id": row["invoice_id"], "allocated_on": row["due"] + timedelta(days=20), "amount": row["amount"]}
            for row in settled
        ],
        "override": [
            {"override_id": name, "customer_id": name, "field": "segment", "value": "firm", "from_on": TODAY,
             "by": "anna", "reason": "to see one ladder"}
            for name in CUSTOMERS
        ],
        "approval": [
            {"approval_id": "live", "subject": "go_live", "decided_on": date(2026, 1, 1), "granted": True, "by": "anna"}
        ],
    }  # fmt: skip
    tables = {name: rows(TABLES[name], found) for name, found in sources.items()}
    found = decide_tables(tables, policy, TODAY)["action_due"].to_pylist()
    return {row["customer_id"]: row["template"] for row in found}


def test_the_first_variant_that_holds_is_written(told: dict[str, str]) -> None:
    assert told == {
        "formal": "reminder", "informal": "reminder_by_first_name", "bakery": "reminder_in_food", "unknown": "reminder",
    }  # fmt: skip


def test_a_variant_of_a_template_that_no_step_names_is_an_error() -> None:
    wrong = (
        policy_text("starter")
        + "\ntemplates:\n  - {template: remindr, when: \"formality = 'informal'\", use: by_name}\n"
    )
    with pytest.raises(
        PolicyErrors, match=r"templates\.0\.template: no such template of a step; found remindr"
    ):
        read_policy(wrong, "wrong")
