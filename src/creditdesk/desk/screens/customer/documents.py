"""The papers of a customer: what people attached, what was written to it, letters that wait or were posted, and what invoices and acts refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Message, Task
from creditdesk.desk.day.letters import KEPT, WRITTEN
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.customer.attaching import attached, may_remove, size_of
from creditdesk.desk.screens.formats import speaking

MOST = 60
"""Of each kind."""


@dataclass(frozen=True)
class Document:
    """One paper.

    Attributes:
        url: where it can be read; empty where only its name is known.
        outside: whether that is elsewhere, not a page of the desk.
        remove: where it is taken away; empty where this person may not.
    """

    on: date
    icon: str
    title: str
    detail: str = ""
    url: str = ""
    outside: bool = False
    remove: str = ""


def documents(scope: Scope, customer: str) -> list[Document]:
    """The papers of a customer, the latest first."""
    found = [
        *_attached(scope, customer),
        *_messages(scope, customer),
        *_letters(scope, customer),
        *_named(scope, customer),
    ]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _attached(scope: Scope, customer: str) -> Iterator[Document]:
    """What people attached."""
    for one in attached(scope, customer):
        url = scope.url("customer:document", customer=customer, pk=one.pk)
        away = scope.url("customer:remove", customer=customer, pk=one.pk) if may_remove(scope, one) else ""
        detail = ", ".join(filter(None, (one.name if one.about else "", size_of(one.size), one.by)))
        yield Document(localdate(one.at), "paperclip", one.about or one.name, detail, url, remove=away)


def _messages(scope: Scope, customer: str) -> Iterator[Document]:
    rows = scope.of(Message).filter(customer=customer).defer("raw", "text").order_by("-id")
    for one in rows[:MOST]:
        url = scope.url("customer:message", customer=customer, pk=one.pk)
        yield Document(one.asked_on, "mail", one.subject, codes.message_state(one.state), url)


def _letters(scope: Scope, customer: str) -> Iterator[Document]:
    """Texts that a person posts or sends: open ones as they would go today, sent ones as they went."""
    rows = scope.of(Task).filter(customer=customer, do__in=WRITTEN, kind__in=(Task.Kind.STEP, Task.Kind.POST))
    for one in rows.exclude(state=Task.State.CLOSED).order_by("-id")[:MOST]:
        if one.state == Task.State.DONE and KEPT not in one.content:
            continue
        title = one.content[KEPT]["subject"] if KEPT in one.content else speaking().named("do", one.do)
        waits = one.state == Task.State.OPEN
        detail = _("to be sent") if waits else codes.outcome(one.outcome)
        url = scope.url("customer:letter", customer=customer, pk=one.pk)
        on = one.due_on if waits else one.closed_on
        yield Document(on or scope.today, codes.icon(one.do), title[:1].upper() + title[1:], detail, url)


def _named(scope: Scope, customer: str) -> Iterator[Document]:
    """What rows of the ledger refer to: the paper of an invoice, the number of a registered letter, a statement."""
    rows = {"legal_entity": scope.company, "customer_id": customer, "replaced_by": None}
    invoices = FACTS["invoice"].objects.filter(**rows).exclude(document=None).exclude(document="")
    for one in invoices.order_by("-issued", "-id")[:MOST]:
        name = _("Credit note %(number)s") if one.kind == "credit_note" else _("Invoice %(number)s")
        yield _elsewhere(one.issued, "file-text", name % {"number": one.number}, one.document)
    acts = FACTS["action"].objects.filter(**rows).exclude(document=None).exclude(document="")
    # of a mail that the desk sent it is the fingerprint of the bytes; the mail itself stands among the messages
    for one in acts.exclude(channel="email").order_by("-done_on", "-id")[:MOST]:
        title = speaking().named("do", one.channel)
        yield _elsewhere(one.done_on, codes.icon(one.channel), title[:1].upper() + title[1:], one.document)


def _elsewhere(on: date, icon: str, title: str, document: str) -> Document:
    """A paper outside of the desk: a link where it is an address of the web, else what it is called there."""
    web = document.lower().startswith(("https://", "http://"))
    return Document(on, icon, title, "" if web else document, document if web else "", outside=web)
