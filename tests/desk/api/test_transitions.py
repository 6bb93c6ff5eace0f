"""What a recording changed becomes an event in the same transaction: one per change, none for what stayed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import transaction

from creditdesk.desk.api.models import Event
from creditdesk.desk.casework.models import Decision, Step
from creditdesk.desk.day import transitions
from creditdesk.desk.ledger.models import Company
from desk.api.asking import company
from desk.api.shop import TODAY

pytestmark = pytest.mark.usefixtures("one_desk")


def decision(acme: Company, customer: str, **more: Any) -> None:
    Decision.objects.filter(company=acme, customer=customer, to_on=None).delete()
    values = {"segment": "standard", "risk_class": "low", "order_block": "none", **more}
    content = {**values, "risk_pd": 0.01, "order_block_reason": None, "currency": "EUR"}
    Decision.objects.create(
        company=acme, customer=customer, from_on=TODAY, digest=hashlib.md5(json.dumps(values).encode(), usedforsecurity=False).hexdigest(), acceptance="open", currency="EUR",
        exposure=0, content=json.dumps(content), **values,
    )  # fmt: skip


def step(acme: Company, customer: str, state: str) -> None:
    Step.objects.filter(company=acme, customer=customer, to_on=None).delete()
    content = {
        "procedure": "reference",
        "case_no": 1,
        "step": "call",
        "do": "call",
        "amount": 5,
        "currency": "EUR",
    }
    Step.objects.create(
        company=acme, customer=customer, procedure="reference", case_no=1, step="call", from_on=TODAY, digest=state,
        state=state, level=2, do="call", due_on=TODAY, owner="collector", priority=1, amount=5, currency="EUR",
        content=json.dumps(content),
    )  # fmt: skip


class Recording:
    """What `record` does around its work."""

    def __init__(self, acme: Company, *customers: str) -> None:
        self.acme, self.customers = acme, list(customers) or None
        self._transaction = transaction.atomic()

    def __enter__(self) -> None:
        self._transaction.__enter__()
        self.before = transitions.look(self.acme, self.customers)

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            transitions.tell(self.acme, TODAY, self.before, self.customers)
        self._transaction.__exit__(*error)


def told(acme: Company) -> list[tuple[str, str, Any, Any]]:
    rows = Event.objects.filter(company=acme).order_by("id")
    found = [(one.kind, one.customer, json.loads(one.content)["data"]) for one in rows]
    return [(kind, customer, data.get("from"), data.get("to")) for kind, customer, data in found]


def test_each_change_is_one_event_and_what_stays_is_none() -> None:
    acme = company()
    with Recording(acme):
        decision(acme, "moves")
        decision(acme, "stays")
        decision(acme, "blocked")
        step(acme, "stays", "due")
    assert told(acme) == [("action.due", "stays", None, None)]  # a first decision is no change
    with Recording(acme):
        decision(acme, "moves", segment="firm", risk_class="high")
        decision(acme, "stays", segment="standard")
        decision(acme, "blocked", order_block="stop")
        step(acme, "stays", "due")
        step(acme, "blocked", "held")
    assert told(acme)[1:] == [
        ("order_block.changed", "blocked", "none", "stop"),
        ("segment.moved", "moves", "standard", "firm"),
        ("risk.changed", "moves", "low", "high"),
    ]
    with Recording(acme, "blocked"):
        step(acme, "blocked", "due")
    assert told(acme)[4:] == [("action.due", "blocked", None, None)]
    event = json.loads(Event.objects.filter(company=acme).last().content)
    assert event["data"] == {
        "company_id": acme.code, "customer_id": "blocked", "as_of": "2026-03-23", "procedure": "reference", "case_no": 1,
        "step": "call", "level": None, "do": "call", "due_on": None, "amount": 5, "currency": "EUR", "owner": None,
        "owner_id": None, "priority": None, "language": None, "invoice_ids": None,
    }  # fmt: skip


def test_a_recording_that_fails_tells_nothing() -> None:
    acme = company()
    with Recording(acme):
        decision(acme, "moves")

    def fails() -> None:
        with Recording(acme):
            decision(acme, "moves", segment="firm")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert told(acme) == []
    assert Decision.objects.get(company=acme).segment == "standard"


def test_many_customers_change_at_once() -> None:
    acme = company()
    names = [f"c{index:04d}" for index in range(1200)]
    fresh = {"company": acme, "from_on": TODAY, "acceptance": "open", "currency": "EUR", "exposure": 0, "content": "{}",
             "risk_class": "low", "order_block": "none"}  # fmt: skip
    Decision.objects.bulk_create(
        Decision(customer=name, segment="standard", digest="a", **fresh) for name in names
    )
    with Recording(acme):
        Decision.objects.filter(company=acme).update(
            segment="firm", digest="b", content='{"segment": "firm"}'
        )
    assert [row[1] for row in told(acme)] == names
