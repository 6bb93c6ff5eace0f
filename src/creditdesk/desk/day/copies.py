"""Sends customers an overview of their open invoices because a person asks for it: a service, no step of a procedure.

The messages wait in the outbox like any other. The gate is not asked about them, since nothing is claimed: what keeps
them back is a customer who must not be contacted, one that is insolvent, and an address that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Message
from creditdesk.desk.day.opening import usable
from creditdesk.desk.day.outbox import last_import
from creditdesk.desk.day.sender import sender_of
from creditdesk.desk.day.writing import Invoice, write
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.standing.models import Account, OpenItem

STEP = "copies"
MOST_LINES = 200


@dataclass(frozen=True)
class Copies:
    """What became of it: how many messages wait to be sent, and whose were kept back, with why."""

    queued: int
    kept: dict[str, str]


def send_copies(
    company: Company, customers: Sequence[str], *, by: str, why: str, on: date, now: datetime
) -> Copies:
    """Queue an overview of open invoices for each customer; a second one on the same day is not sent."""
    accounts = {
        one.customer: one for one in Account.objects.filter(company=company, customer__in=list(customers))
    }
    items: dict[str, list[OpenItem]] = {}
    for item in OpenItem.objects.filter(
        company=company, customer__in=list(customers), kind="invoice"
    ).order_by("due_on"):
        items.setdefault(item.customer, []).append(item)
    contacts = _contacts(company, list(accounts), on)
    ours = FACTS["company"].objects.filter(legal_entity=company, replaced_by=None).first()
    kept: dict[str, str] = {}
    queued = 0
    for customer, account in accounts.items():
        reason = _kept(account, items.get(customer), contacts.get(customer))
        if reason:
            kept[customer] = reason
            continue
        with transaction.atomic():
            made = _message(company, ours, account, items[customer][:MOST_LINES], contacts[customer], on, now)
            fresh = not Message.objects.filter(message_id=made.message_id).exists()
            if fresh:
                made.save()
                note(company, by=by, at=now, what="message", ref=made.message_id, customer=customer,
                     became={"subject": made.subject, "address": made.address}, why=why)  # fmt: skip
        queued += fresh
        if not fresh:
            kept[customer] = "today"
    return Copies(queued, kept)


def _kept(account: Account, items: list[OpenItem] | None, contact: Any) -> str:
    if account.more.get("do_not_contact"):
        return "do_not_contact"
    if account.more.get("legal_status"):
        return "insolvent"
    if not items:
        return "nothing_open"
    return "" if contact is not None else "no_address"


def _contacts(company: Company, customers: list[str], on: date) -> dict[str, Any]:
    """Per customer the contact for invoices with a usable mail address."""
    rows = FACTS["contact"].objects.filter(legal_entity=company, customer_id__in=customers, replaced_by=None)
    found: dict[str, Any] = {}
    for one in sorted(
        rows, key=lambda row: (row.role != "accounts_payable", not row.is_primary, row.contact_id)
    ):
        gone = one.until_on is not None and one.until_on < on
        ahead = one.known_from is not None and one.known_from > on
        if usable((one.email or "").strip()) and not (gone or ahead or one.opted_out):
            found.setdefault(one.customer_id, one)
    return found


def _message(
    company: Company,
    ours: Any,
    account: Account,
    items: list[OpenItem],
    contact: Any,
    on: date,
    now: datetime,
) -> Message:
    name = " ".join(filter(None, (contact.salutation, contact.first_name, contact.name)))
    address = contact.email.strip()
    written = write(
        key=(company.code, account.customer, STEP, on.isoformat()),
        sender=sender_of(company),
        to=address,
        name=name,
        language=contact.language or account.language,
        template=STEP,
        level=0,
        company=ours.name if ours else company.name,
        country=(ours.country if ours else "") or "",
        customer=account.customer,
        invoices=[Invoice(one.number, one.due_on, one.open, one.currency) for one in items],
        at=now,
    )
    turn = (
        Message.objects.filter(company=company, customer=account.customer, procedure="", step=STEP).count()
        + 1
    )
    return Message(
        company=company, customer=account.customer, procedure="", case_no=0, step=STEP, turn=turn, level=0,
        template=STEP, channel="email", language=contact.language or account.language,
        contact_id=contact.contact_id, address=address, subject=written.subject, text=written.text,
        message_id=written.message_id, raw=written.raw, digest=written.digest,
        invoice_ids=[one.invoice for one in items], amount=sum(one.open_base for one in items),
        currency=account.currency, asked_on=on, asked_no=last_import(company), queued_at=now,
    )  # fmt: skip
