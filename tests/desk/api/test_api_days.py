"""The API beside a company at work: what days decide is read and told, what is pushed is decided, and orders are judged as the engine does."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from creditdesk.desk.api.credit import endpoint
from creditdesk.desk.api.credit.checking import Question, check
from creditdesk.desk.api.models import CreditCheck, Event
from creditdesk.desk.api.pushed import awaiting, decide_pushed
from creditdesk.desk.casework.models import Decision, Task
from creditdesk.desk.day import jobs
from creditdesk.desk.ledger.models import FACTS
from desk.api.asking import Program
from desk.api.shop import stand_still
from desk.office import Office

pytestmark = pytest.mark.usefixtures("desk")

SAME = {"none": "yes", "review": "review", "prepayment": "prepay", "stop": ("pay_first", "no")}

OURS = {("sales_first", "none", "limit"), ("firm", "none", "limit")}
"""Where the policy does not say what happens above a limit, no stance is decided; an order above it is looked at by a person."""


def test_a_customer_decided_alone_after_a_push_is_told_and_read(engine, peer) -> None:
    office = Office.open(engine, peer, ["anton", "berta"])
    office.day("2026-03-23")
    office.release("anton", "berta")
    office.day("2026-03-24")
    program = Program.of(office.company)
    assert [one["customer_id"] for one in program.all("/decisions", 1)] == ["anton", "berta"]
    decision = program.get("/decisions/anton")
    assert decision["segment"] == "standard"
    assert program.get("/decisions/anton", if_none_match=decision.headers["etag"]).status == 304
    office.day("2026-03-27")
    (due,) = [one for one in program.all("/actions?state=due", 1) if one["customer_id"] == "anton"]
    assert (due["step"], due["do"], due["amount"]) == ("call", "call", 100_000)
    assert ("action.due", "anton") in list(Event.objects.values_list("kind", "customer"))

    # a dialler calls, and says what came of it
    said = {"outcomes": [
        {"outcome_id": "call-1", "customer_id": "anton", "channel": "call", "done_on": "2026-03-27", "outcome": "promised",
         "by": "carla", "procedure": due["procedure"], "case_no": due["case_no"], "step": due["step"],
         "promise": {"due_on": "2026-04-02", "amount": 100_000, "currency": "EUR"}},
        {"outcome_id": "call-2", "customer_id": "nobody", "channel": "call", "done_on": "2026-03-27", "outcome": "reached"},
    ]}  # fmt: skip
    got = program.post("/outcomes", said)["outcomes"]
    assert [one["state"] for one in got] == ["new", "refused"]
    assert got[1]["pointer"] == "/outcomes/1/customer_id"
    task = Task.objects.get(pk=got[0]["task"])
    assert (task.state, task.outcome, task.done_by) == ("done", "promised", "carla")
    assert [one["state"] for one in program.post("/outcomes", said)["outcomes"]] == ["same", "refused"]
    assert FACTS["promise"].objects.get().promise_id == "api:call-1"
    assert [one["by"] for one in program.all("/outcomes", 1) if one["outcome"] == "promised"] == ["carla"]

    assert awaiting(office.company) == ["anton"]
    assert decide_pushed(office.company, office.today, engine, office.now()) == 1
    assert awaiting(office.company) == []
    assert program.get("/actions?customer_id=anton")["items"] == []

    # the bank's feed brings money
    paid = {"tables": {
        "payment": [{"payment_id": "p1", "customer_id": "berta", "value_date": "2026-03-27", "amount": 100_000,
                     "currency": "EUR"}],
        "allocation": [{"allocation_id": "a1", "invoice_id": "i-berta", "kind": "payment", "payment_id": "p1",
                        "allocated_on": "2026-03-27", "amount": 100_000}],
    }}  # fmt: skip
    assert program.post("/facts", paid).status == 200
    assert awaiting(office.company) == ["berta"]
    decide_pushed(office.company, office.today, engine, office.now())
    assert office.tasks("berta")[-1][1:] == ("closed", "paid")
    assert program.get("/decisions/berta")["exposure"] == 0
    assert program.get("/customers/berta")["decided"]["exposure"] == 0


def test_an_order_asks_about_a_customer_of_a_moment_ago(engine, peer, tmp_path, monkeypatch) -> None:
    stand_still(tmp_path, monkeypatch)
    monkeypatch.setattr(
        jobs, "_decider", engine
    )  # the engine of this session in the place of one that this process would make
    monkeypatch.setattr(endpoint, "PATIENCE", 60)
    office = Office.open(engine, peer, ["anton"])
    office.day("2026-03-23")
    program = Program.of(office.company)
    program.post(
        "/facts/customer",
        {"rows": [{"customer_id": "fresh", "name": "Fresh", "kind": "company", "country": "BE"}]},
    )
    asked = Question("fresh", 1_000, "EUR", "cart")
    first = check(office.company, asked, by="test", now=office.now(), today=office.today)
    assert first["reason"]["code"] == "not_decided"
    order = {"amount": 1_000, "currency": "EUR", "order_id": "cart"}
    got = program.post("/customers/fresh/credit-check", order)  # decided at once
    assert (got["answer"], got["reason"]["code"]) == (
        "review",
        "limit",
    )  # it has bought nothing: its limit is nothing
    assert [row["reason"] for row in CreditCheck.objects.order_by("id").values("reason")] == [
        "not_decided", "not_decided", "limit",
    ]  # fmt: skip
    assert awaiting(office.company) == []  # and recorded


def portfolio() -> list[dict[str, Any]]:
    """Customers of all sorts: size, lateness, kind, what they owe."""
    rows = []
    for index in range(60):
        late = (index * 13) % 97 - 20
        rows.append(
            {"name": f"c{index:02d}", "late": late, "owes": 10_000 * (1 + index * 7 % 40),
             "kind": "consumer" if index % 11 == 0 else "sole_trader" if index % 13 == 0 else "company",
             "employees": (5, 30, 80)[index % 3], "limit": None if index % 4 else 150_000 + 10_000 * index}
        )  # fmt: skip
    return rows


def test_without_an_order_the_answer_is_the_engine_s_stance(engine, peer, monkeypatch) -> None:
    """A portfolio decided by the starter policy: an order of nothing meets the very stance that the day decided."""
    from creditdesk.policy.load import policy_text
    from desk import office as made

    monkeypatch.setattr(made, "LADDER", _Text(policy_text("starter")))
    office = Office.open(engine, peer, [])
    _write(office, portfolio())
    office.day("2026-03-23")
    wrong, seen = [], set()
    for one in Decision.objects.filter(company=office.company, to_on=None):
        content = json.loads(one.content)
        got = check(
            office.company, Question(one.customer, 0, "EUR"), by="test", now=office.now(), today=office.today
        )
        counted = got["counted"]
        assert counted["exposure"] == one.exposure, one.customer
        assert counted["headroom"] == one.headroom, one.customer
        expected = SAME[one.order_block]
        if one.acceptance == "prepayment" and one.order_block in ("none", "review"):
            expected = "prepay"
        if got["answer"] not in expected or (
            one.order_block == "stop"
            and content["order_release_when"] != "person"
            and got["pay_amount"] != content["order_release_amount"]
        ):
            wrong.append(
                (one.customer, one.segment, one.order_block, content["order_block_reason"], got["reasons"])
            )
        seen.add((one.order_block, one.acceptance))
    wrong = [one for one in wrong if (one[1], one[2], one[4][0]["code"]) not in OURS]
    assert not wrong, wrong[:5]
    assert {block for block, _acceptance in seen} >= {"none", "review", "stop"}, seen


class _Text:
    """A policy that is not a file."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self) -> str:
        return self._text


def _write(office: Office, rows: list[dict[str, Any]]) -> None:
    from creditdesk.desk.ledger.writing import add_all

    today = date(2026, 3, 23)
    customers, invoices = [], []
    for row in rows:
        customers.append(
            {"customer_id": row["name"], "name": row["name"], "kind": row["kind"], "company_id": "acme", "country": "BE",
             "employees": row["employees"], "credit_limit": row["limit"], "currency": "EUR"}
        )  # fmt: skip
        for part in range(4):
            due = today - timedelta(days=row["late"] + 35 * part)
            invoices.append(
                {"invoice_id": f"i-{row['name']}-{part}", "customer_id": row["name"], "company_id": "acme",
                 "number": f"{part}", "kind": "invoice", "issued": min(due, today) - timedelta(days=30), "due": due,
                 "amount": row["owes"] + part, "currency": "EUR"}
            )  # fmt: skip
    add_all(office.company, {"customer": customers, "invoice": invoices}, by="import", at=office.now())
