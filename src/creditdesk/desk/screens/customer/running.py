"""What runs with a customer: promises, pauses, plans and files with others, which can be ended here; disputes and requests, each
with its own page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Request
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import day, money
from creditdesk.desk.screens.requests import words


@dataclass(frozen=True)
class Running:
    """One thing that runs.

    Attributes:
        table, key: the fact, or `request` and its number.
        ends: what the button says that ends it.
    """

    table: str
    key: str
    icon: str
    title: str
    detail: str
    ends: str


def running(
    scope: Scope, customer: str, currency: str, known: Mapping[str, str] | None = None
) -> list[Running]:
    """What runs today, the next to end first.

    Args:
        known: numbers of invoices by their ids, which need not be asked for.
    """
    today = scope.today
    found: list[tuple[date, Running]] = []
    for row in _rows(scope, customer, "promise").filter(
        withdrawn_on=None, due_on__gte=today - timedelta(days=14)
    ):
        title = _("Promise of %(amount)s for %(day)s") % {
            "amount": money(row.amount, row.currency, exact=True), "day": day(row.due_on)
        }  # fmt: skip
        detail = " · ".join(filter(None, (row.by, _("its day has passed") if row.due_on < today else "")))
        found.append(
            (row.due_on, Running("promise", row.promise_id, "handshake", title, detail, _("Withdraw")))
        )
    pauses = _rows(scope, customer, "pause").filter(Q(until_on=None) | Q(until_on__gte=today))
    for row in pauses:
        title = (
            _("Paused until %(day)s") % {"day": day(row.until_on)}
            if row.until_on
            else _("Paused until lifted")
        )
        detail = f"{row.reason} ({row.by})"
        found.append(
            (row.until_on or date.max, Running("pause", row.pause_id, "pause", title, detail, _("Lift")))
        )
    disputes = list(_rows(scope, customer, "dispute").filter(closed_on=None))
    files = list(_rows(scope, customer, "handover").filter(returned_on=None))
    named = _numbers(
        scope, known or {}, [one.invoice_id for one in disputes], *(one.invoice_ids or () for one in files)
    )
    for row in disputes:
        title = _("Dispute of %(amount)s: %(reason)s") % {
            "amount": money(row.amount, currency, exact=True), "reason": codes.dispute_reason(row.reason)
        }  # fmt: skip
        invoice = named.get(row.invoice_id, row.invoice_id)
        detail = " · ".join(filter(None, (invoice, row.owner, day(row.deadline))))
        found.append(
            (row.deadline or date.max, Running("dispute", row.dispute_id, "scale", title, detail, ""))
        )
    for row in _rows(scope, customer, "plan").filter(ended_on=None):
        title = _("Payment plan since %(day)s") % {"day": day(row.agreed_on)}
        found.append((date.max, Running("plan", row.plan_id, "calendar", title, "", _("End"))))
    for row in files:
        title = _("Handed over: %(to)s") % {"to": codes.handed_to(row.to)}
        invoices = [named.get(one, one) for one in row.invoice_ids or ()]
        detail = " · ".join((day(row.handed_on), *invoices))
        found.append(
            (date.max, Running("handover", row.handover_id, "scale", title, detail, _("File is back")))
        )
    for asked in scope.of(Request).filter(customer=customer, state=Request.State.OPEN):
        title = _("Asked for: %(what)s") % {"what": words.wanted(asked)}
        found.append(
            (
                asked.expires_on or date.max,
                Running("request", str(asked.pk), "send", title, asked.asked_by, ""),
            )
        )
    return [one for _on, one in sorted(found, key=lambda pair: pair[0])]


def end(scope: Scope, desk: Desk, customer: str, table: str, key: str) -> str:
    """End a promise, a pause, a plan or a file with others. Gives what is told; empty when there is no such thing."""
    names = {
        "handover": ("handover_id", "returned_on"),
        "promise": ("promise_id", "withdrawn_on"),
        "pause": ("pause_id", "until_on"),
        "plan": ("plan_id", "ended_on"),
    }
    if table not in names:
        return ""
    key_name, column = names[table]
    row = _rows(scope, customer, table).filter(**{key_name: key}).first()
    if row is None:
        return ""
    row_then: dict[str, Any] = {key_name: key, "customer_id": customer, column: desk.on}
    if table == "pause":  # it holds no more from today on
        row_then[column] = desk.on - timedelta(days=1)
        row_then["from_on"] = min(row.from_on, row_then[column])
    desk.fact(table, row_then)
    told = {
        "promise": _("Promise withdrawn."), "pause": _("Pause lifted."), "plan": _("Plan ended."),
        "handover": _("The file came back; the segment says what follows."),
    }  # fmt: skip
    return told[table]


def _numbers(scope: Scope, known: Mapping[str, str], *invoices: Iterable[str | None]) -> Mapping[str, str]:
    """What is printed on invoices, by their ids."""
    absent = {one for each in invoices for one in each if one} - known.keys()
    if not absent:
        return known
    rows = FACTS["invoice"].objects.filter(
        legal_entity=scope.company, invoice_id__in=absent, replaced_by=None
    )
    found = {one: number for one, number in rows.values_list("invoice_id", "number") if number}
    return {**known, **found}


def _rows(scope: Scope, customer: str, table: str) -> Any:
    return FACTS[table].objects.filter(legal_entity=scope.company, customer_id=customer, replaced_by=None)
