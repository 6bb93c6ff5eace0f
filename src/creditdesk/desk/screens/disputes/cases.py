"""Disputes as cases: the fact that holds, with whose it is and what it is about; and all that happened with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Comment, Entry
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import day, money
from creditdesk.desk.standing.models import Account

MOST = 50
"""Credit notes to choose from, and other disputes shown beside one."""


def cases(scope: Scope) -> QuerySet[Any]:
    """Every dispute that this person may see, each with `name` of the customer, `number` of the invoice and `currency`."""
    rows: QuerySet[Any] = FACTS["dispute"].objects.filter(legal_entity=scope.company, replaced_by=None)
    if scope.portfolios is not None:
        rows = rows.filter(customer_id__in=scope.accounts().values("customer"))
    invoice = FACTS["invoice"].objects.filter(
        legal_entity=scope.company.pk, invoice_id=OuterRef("invoice_id"), replaced_by=None
    )
    account = Account.objects.filter(company=scope.company, customer=OuterRef("customer_id"))
    return rows.annotate(
        name=Coalesce(Subquery(account.values("name")[:1]), F("customer_id"), output_field=TextField()),
        number=Coalesce(Subquery(invoice.values("number")[:1]), F("invoice_id"), output_field=TextField()),
        currency=Coalesce(
            Subquery(invoice.values("currency")[:1]),
            Cast(Subquery(account.values("currency")[:1]), TextField()),
            output_field=TextField(),
        ),
    )


@dataclass(frozen=True)
class Happened:
    """One thing that happened with a dispute.

    Attributes:
        said: true for a remark, false for a change.
    """

    at: datetime
    icon: str
    title: str
    detail: str = ""
    by: str = ""
    said: bool = False


@dataclass
class Case:
    """One dispute; each part is read when it is asked for."""

    scope: Scope
    row: Any

    @cached_property
    def invoice(self) -> Any:
        """The invoice in dispute; None where none is named."""
        return _document(self.scope, self.row.invoice_id)

    @cached_property
    def credit_note(self) -> Any:
        """The credit note that settled it; None without one."""
        return _document(self.scope, self.row.credit_note_id)

    @property
    def currency(self) -> str:
        """Of the disputed amount."""
        return self.row.currency or "EUR"

    @property
    def is_open(self) -> bool:
        """Whether it waits to be settled."""
        return self.row.closed_on is None

    @property
    def days_late(self) -> int:
        """Days since its deadline; 0 while there is time, or none was set."""
        if self.row.deadline is None or not self.is_open:
            return 0
        return max(0, (self.scope.today - self.row.deadline).days)

    @property
    def mine(self) -> bool:
        """Whether this person may settle it: whoever handles disputes, and who was asked to settle this one."""
        return self.scope.may(Right.HANDLE_DISPUTES) or (
            self.scope.may(Right.SELL) and self.row.owner == self.scope.person
        )

    @cached_property
    def credit_notes(self) -> list[Any]:
        """Credit notes of the customer that may settle it, those for its invoice first."""
        notes = FACTS["invoice"].objects.filter(
            legal_entity=self.scope.company,
            customer_id=self.row.customer_id,
            replaced_by=None,
            kind="credit_note",
        )
        found = list(notes.order_by("-issued", "-id")[:MOST])
        return sorted(found, key=lambda one: one.corrects_invoice_id != self.row.invoice_id)

    def others(self) -> list[Any]:
        """Other open disputes of the same customer."""
        rows = cases(self.scope).filter(customer_id=self.row.customer_id, closed_on=None)
        return list(
            rows.exclude(dispute_id=self.row.dispute_id).order_by(F("deadline").asc(nulls_last=True))[:5]
        )

    def history(self) -> list[Happened]:
        """All that happened, latest first: what was said, what was changed, and how it began."""
        company, ref = self.scope.company, self.row.dispute_id
        entries = Entry.objects.filter(
            company=company, customer=self.row.customer_id, what="dispute", ref=ref
        )
        found = [one for entry in entries for one in _changed(entry, self.currency)]
        found += [
            Happened(one.at, "message-square", one.text, "", one.by, said=True)
            for one in Comment.objects.filter(company=company, subject=Comment.Subject.DISPUTE, ref=ref)
        ]
        if not any(one.icon == "scale" for one in found):
            found.append(Happened(_morning(self.row.opened_on), "scale", _("Opened")))
        return sorted(found, key=lambda one: one.at, reverse=True)


def case_of(scope: Scope, dispute: str) -> Case:
    """One dispute. Raises Http404 when there is none that this person may see."""
    row = cases(scope).filter(dispute_id=dispute).first()
    if row is None:
        raise Http404(f"no dispute {dispute!r}")
    return Case(scope, row)


def _document(scope: Scope, invoice_id: str | None) -> Any:
    if not invoice_id:
        return None
    return (
        FACTS["invoice"]
        .objects.filter(legal_entity=scope.company, invoice_id=invoice_id, replaced_by=None)
        .first()
    )


def _morning(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def _changed(entry: Entry, currency: str) -> list[Happened]:
    """What one entry of the audit trail says, one line per column that changed."""
    was, now = entry.was, entry.became or {}
    if was is None:
        amount = money(now.get("amount"), currency, exact=True)
        detail = f"{codes.dispute_reason(now.get('reason'))}, {amount}"
        return [Happened(entry.at, "scale", _("Opened"), detail, entry.by)]
    found = []
    for column in ("closed_on", "owner", "deadline", "amount", "reason"):
        old, new = was.get(column), now.get(column)
        if old == new:
            continue
        icon, title = _said(column, old, new, now, currency)
        found.append(Happened(entry.at, icon, title, entry.why, entry.by))
    return found


def _said(column: str, old: Any, new: Any, now: dict[str, Any], currency: str) -> tuple[str, str]:
    match column:
        case "closed_on" if new:
            return "check", _("Settled: %(outcome)s") % {"outcome": codes.dispute_outcome(now.get("outcome"))}
        case "closed_on":
            return "undo-2", _("Opened again")
        case "owner":
            return "forward", _("Handed to %(owner)s") % {"owner": new or "–"}
        case "deadline":
            return "clock", _("To be settled by %(day)s") % {
                "day": day(date.fromisoformat(new)) if new else "–"
            }
        case "amount":
            return "pencil", _("Disputed amount: %(now)s, before %(was)s") % {
                "now": money(new, currency, exact=True), "was": money(old, currency, exact=True)
            }  # fmt: skip
        case _:
            return "pencil", _("Reason: %(now)s, before %(was)s") % {
                "now": codes.dispute_reason(new), "was": codes.dispute_reason(old)
            }  # fmt: skip
