"""Amounts reconcile: opening + invoices - payments - credits = closing, per currency, whatever the ledger went through."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from creditdesk.engine.backend import connect
from creditdesk.engine.binding import bind
from creditdesk.engine.day import open_day
from creditdesk.engine.debtor import debtor
from creditdesk.engine.items import item
from creditdesk.engine.stages import Stages
from creditdesk.engine.unallocated import unallocated
from creditdesk.policy.document import Policy
from creditdesk.policy.load import load_policy
from engine.choice import ENGINE
from engine.ledger import Facts, Row, arrow
from engine.random_ledger import RandomLedger

OPENING, CLOSING = date(2025, 3, 14), date(2026, 1, 30)
Balance = dict[str, int]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy("starter")


def ledger(seed: int) -> Facts:
    """A random ledger that keeps the contract (no invoice is allocated more than it holds), paid in its own currencies."""
    facts = RandomLedger(seed, customers=60).build()
    invoice = {row["invoice_id"]: row["currency"] for row in facts["invoice"]}
    paid = {row["payment_id"]: row["invoice_id"] for row in facts["allocation"] if row["kind"] == "payment"}
    for row in facts["payment"]:
        of = paid.get(row["payment_id"]) or paid.get(row.get("reverses_payment_id"))
        row["currency"] = invoice[of] if of else row["currency"]
        # money of an unknown customer is unmatched money
        row["customer_id"] = None if row["customer_id"] == "nobody" else row["customer_id"]
    room = {row["invoice_id"]: row["amount"] for row in facts["invoice"]}
    kept = []
    for row in facts["allocation"]:
        taken = [row["invoice_id"], *([row["credit_note_id"]] if row["kind"] == "credit_note" else [])]
        if all(room[one] >= row["amount"] for one in taken):
            kept.append(row)
            room.update({one: room[one] - row["amount"] for one in taken})
    return {**facts, "allocation": kept}


def owed(facts: Facts, policy: Policy, on: date) -> Balance:
    """What customers owe per currency by the engine: open invoices, less open credit notes and money not allocated."""
    backend = connect(ENGINE)
    try:
        day = open_day(Stages(backend), bind(backend, arrow(facts)), policy, on)
        who = debtor(day)
        documents = item(day, who)
        found: Counter[str] = Counter()
        for row in backend.fetch(documents.select("is_invoice", "currency", "open")).to_pylist():
            found[row["currency"]] += row["open"] if row["is_invoice"] else -row["open"]
        for row in backend.fetch(unallocated(day, who, documents)).to_pylist():
            found[row["currency"]] -= row["free"] + row["deposit"] - row["repaid"]
        return {currency: amount for currency, amount in found.items() if amount}
    finally:
        backend.close()


def moved(facts: Facts, after: date, until: date) -> Balance:
    """What came and went between two days, read row by row."""
    found = Counter(books(facts, until))
    found.subtract(books(facts, after))
    return {currency: amount for currency, amount in found.items() if amount}


def books(facts: Facts, on: date) -> Balance:
    """Invoices, less credit notes, money and whatever else closed an invoice, as known on a day."""
    customers = {row["customer_id"] for row in facts["customer"]}
    documents = {row["invoice_id"]: row for row in facts["invoice"] if row["issued"] <= on}
    payments = {
        row["payment_id"]: row
        for row in facts["payment"]
        if row["value_date"] <= on and (row.get("entry_date") or row["value_date"]) <= on
    }
    back = Counter[str]()
    for row in payments.values():
        if row.get("reverses_payment_id"):
            back[row["reverses_payment_id"]] += row["amount"]
    found: Counter[str] = Counter()
    for row in documents.values():
        found[row["currency"]] += row["amount"] if row["kind"] == "invoice" else -row["amount"]
    for row in payments.values():
        if row["customer_id"] in customers:
            found[row["currency"]] -= (
                -row["amount"] if row.get("kind") in ("return", "refund") else row["amount"]
            )
    for row in facts["allocation"]:
        invoice = documents.get(row["invoice_id"])
        if invoice is not None and in_force(row, payments, back, on) and elsewhere(row, payments, customers):
            found[invoice["currency"]] -= row["amount"]
    return {currency: amount for currency, amount in found.items() if amount}


def in_force(row: Row, payments: dict[str, Row], back: Counter[str], on: date) -> bool:
    """Whether an allocation counts on a day: made, not undone, its money known and not taken back."""
    if row["allocated_on"] > on or (row.get("reversed_on") and row["reversed_on"] <= on):
        return False
    payment = payments.get(row.get("payment_id") or "")
    return row["kind"] != "payment" or (
        payment is not None and back[payment["payment_id"]] < payment["amount"]
    )


def elsewhere(row: Row, payments: dict[str, Row], customers: set[str]) -> bool:
    """Whether it takes from what is owed by itself: a customer's money and a credit note were counted already."""
    if row["kind"] == "credit_note":
        return False
    return row["kind"] != "payment" or payments[row["payment_id"]]["customer_id"] not in customers


@pytest.mark.parametrize("seed", [41, 42, 43])
def test_opening_and_what_moved_make_the_closing_balance(seed: int, policy: Policy) -> None:
    facts = ledger(seed)
    opening, closing = owed(facts, policy, OPENING), owed(facts, policy, CLOSING)
    expected = Counter(opening)
    expected.update(moved(facts, OPENING, CLOSING))
    assert len(opening) > 1, "more than one currency"
    assert closing == {currency: amount for currency, amount in expected.items() if amount}
    assert opening == books(facts, OPENING)
