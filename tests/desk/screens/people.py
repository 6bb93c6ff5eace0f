"""Anna and the others: one person per role, a stranger, and somebody of another company."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.test import Client

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import Role
from creditdesk.desk.casework.models import Task
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.standing.models import Account, OpenItem, SearchWord
from creditdesk.desk.standing.search import words_of

NOW = datetime(2026, 3, 23, 9, tzinfo=ZoneInfo("Europe/Brussels"))
TODAY = NOW.date()
PASSWORD = "correct horse battery"  # noqa: S105  of nobody

EVERYBODY = {
    "carla": Role.COLLECTOR,
    "mia": Role.CREDIT_MANAGER,
    "fien": Role.FINANCE_DIRECTOR,
    "sam": Role.SALES,
    "dirk": Role.DISPUTE_HANDLER,
    "ada": Role.AUDITOR,
    "otto": Role.ADMINISTRATOR,
}


def people(company: Company) -> None:
    """One person per role."""
    for name, role in EVERYBODY.items():
        admit(company, name, [role], by="test", now=NOW)


def stranger(name: str = "charlie") -> Any:
    """A user who is a member of nothing."""
    return get_user_model().objects.create_user(name)


def signed_in(name: str, **headers: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client(headers={"accept-language": "en", **headers})
    client.force_login(
        get_user_model().objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def account(company: Company, customer: str, name: str, **more: Any) -> Account:
    """How a customer stands, as a day would have written it."""
    row = Account.objects.create(
        **{
            "company": company, "customer": customer, "digest": "x", "name": name, "words": "", "kind": "company",
            "country": "BE", "language": "nl", "payer": customer, "group_id": customer, "segment": "attentive",
            "segment_since": date(2026, 1, 5), "risk_class": "low", "acceptance": "open", "order_block": "none",
            "currency": "EUR", **more,
        }
    )  # fmt: skip
    SearchWord.objects.bulk_create(
        [
            SearchWord(company=company, customer=customer, word=word)
            for word in set(words_of(f"{customer} {name}"))
        ]
    )
    return row


def task(company: Company, customer: str, **more: Any) -> Task:
    """A call that is due, as a day would have opened it."""
    return Task.objects.create(
        **{
            "company": company, "customer": customer, "kind": "step", "procedure": "reference", "case_no": 1,
            "step": "call", "do": "call", "level": 2, "role": "collector", "assigned": "carla", "priority": 50,
            "due_on": TODAY, "opened_on": TODAY, "invoice_ids": [], "amount": 100_000, "currency": "EUR", **more,
        }
    )  # fmt: skip


def invoice(company: Company, customer: str, name: str, amount: int = 100_000) -> None:
    """An invoice past due, in the ledger and among the open items."""
    row = {
        "invoice_id": name, "customer_id": customer, "number": f"N-{name}", "kind": "invoice",
        "issued": date(2026, 2, 18), "due": date(2026, 3, 20), "amount": amount, "currency": "EUR",
    }  # fmt: skip
    add(company, "invoice", [row], by="import", at=NOW)
    OpenItem.objects.create(
        company=company, customer=customer, payer=customer, invoice=name, digest="x", number=f"N-{name}",
        kind="invoice", issued_on=row["issued"], due_on=row["due"], currency="EUR", amount=amount, open=amount,
        open_base=amount, overdue=True, collectible=amount,
    )  # fmt: skip


def customer(company: Company, name: str, **more: Any) -> Account:
    """A customer in the ledger and among the accounts."""
    add(company, "customer", [{"customer_id": name, "name": name.title(), "kind": "company", "country": "BE"}],
        by="import", at=NOW)  # fmt: skip
    return account(company, name, name.title(), **more)
