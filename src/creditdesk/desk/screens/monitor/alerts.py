"""Alerts: what somebody should look at, in words, until somebody has seen it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import CharField, QuerySet, Value
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import TASKS_OF
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Alert
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import day, money, number, speaking
from creditdesk.desk.screens.listing import Column, Kind, Listing
from creditdesk.desk.standing.models import Account

KINDS: dict[str, Any] = {
    "deterioration": gettext_lazy("Deterioration"), "limit_passed": gettext_lazy("Credit limit passed"),
    "large_move": gettext_lazy("Large customer moved"), "insolvency": gettext_lazy("Insolvency"),
    "broken_promise": gettext_lazy("Promise broken"), "instalment_missed": gettext_lazy("Instalment missed"),
    "release_expiring": gettext_lazy("Release ends"), "limit_expiring": gettext_lazy("Credit limit ends"),
    "limitation_near": gettext_lazy("Claim lapses"), "vat_relief_near": gettext_lazy("VAT of a bad debt"),
    "order_number_missing": gettext_lazy("Purchase-order number missing"),
    "own_account_changed": gettext_lazy("Bank account of ours changed"), "dispute_late": gettext_lazy("Dispute past its deadline"),
    "task_overdue": gettext_lazy("Task overdue"), "unknown_message": gettext_lazy("Message of unknown fate"), "move_objected": gettext_lazy("Sales objects to a move"),
}  # fmt: skip

MOST = 500
"""Alerts that are marked as seen at once."""


def roles_of(scope: Scope) -> list[str]:
    """Whose alerts a person marks as seen: those raised for a role of the person."""
    return sorted({name for role in scope.roles for name in TASKS_OF.get(role, ())})


def mine(scope: Scope) -> QuerySet[Alert]:
    """Alerts for the roles of this person that nobody has seen."""
    found: QuerySet[Alert] = scope.of(Alert).filter(role__in=roles_of(scope), seen_at=None)
    return found


def see(scope: Scope, ids: list[int], now: datetime) -> int:
    """Mark alerts as seen, each by whoever was first. Gives how many were."""
    return mine(scope).filter(pk__in=ids[:MOST]).update(seen_by=scope.name, seen_at=now)


# --- in words -------------------------------------------------------------------------------------------------------


def said(alert: Alert, currency: str) -> str:
    """What came to pass, in a sentence of the reader's language."""
    write = _SENTENCES.get(alert.kind)
    return write(alert.detail, currency) if write else ""


Detail = dict[str, Any]


def _worse(detail: Detail, _currency: str) -> str:
    if "days_per_invoice" not in detail:
        return "; ".join(_changed(detail))
    return _("pays ever later: by now %(days)s days late, rising over the last %(n)s invoices") % {
        "days": number(detail.get("days_late_recent"), 0), "n": number(detail.get("invoices"))
    }  # fmt: skip


def _moved(detail: Detail, _currency: str) -> str:
    return "; ".join(_changed(detail))


def _passed(detail: Detail, currency: str) -> str:
    return _("exposure %(exposure)s, limit %(limit)s") % {
        "exposure": money(detail.get("exposure"), currency), "limit": money(detail.get("credit_limit") or 0, currency)
    }  # fmt: skip


def _insolvent(detail: Detail, _currency: str) -> str:
    claim, status = _day(detail.get("claim_deadline")), speaking().named("legal_status", detail.get("status"))
    return _("%(status)s; file the claim by %(day)s") % {"status": status, "day": claim} if claim else status


def _unpaid(detail: Detail, currency: str) -> str:
    return _("%(amount)s for %(day)s") % {
        "amount": money(detail.get("amount"), detail.get("currency") or currency), "day": _day(detail.get("due_on"))
    }  # fmt: skip


def _ends(detail: Detail, _currency: str) -> str:
    return _("on %(day)s") % {"day": _day(detail.get("until"))}


def _lapses(detail: Detail, _currency: str) -> str:
    return _("invoice %(number)s lapses on %(day)s") % {
        "number": detail.get("number"),
        "day": _day(detail.get("lapses_on")),
    }


def _relief(detail: Detail, _currency: str) -> str:
    return _("of invoice %(number)s, to be claimed back by %(day)s") % {
        "number": detail.get("number"),
        "day": _day(detail.get("until")),
    }


def _orderless(detail: Detail, _currency: str) -> str:
    return _("on invoice %(number)s") % {"number": detail.get("number")}


def _account(detail: Detail, _currency: str) -> str:
    told = (
        _("%(iban)s was added or changed")
        if detail.get("added")
        else _("%(iban)s was taken away or replaced")
    )
    return told % {"iban": detail.get("iban")}


def _dispute(detail: Detail, _currency: str) -> str:
    return _("of %(owner)s, deadline %(day)s") % {
        "owner": detail.get("owner") or _("nobody"),
        "day": _day(detail.get("deadline")),
    }


def _task(detail: Detail, _currency: str) -> str:
    step = (
        speaking().named("step", detail["step"])
        if detail.get("step")
        else codes.TASKS.get(detail.get("kind", ""), "")
    )
    person = detail.get("assigned") or _("nobody")
    if not detail.get("since"):  # a step that no task was opened for
        return _("%(task)s, of %(person)s") % {"task": step, "person": person}
    return _("%(task)s, of %(person)s since %(day)s") % {
        "task": step, "person": person, "day": _day(detail["since"])
    }  # fmt: skip


def _objected(detail: Detail, _currency: str) -> str:
    return f"{detail.get('by', '')}: {detail.get('reason', '')}"


_SENTENCES: dict[str, Callable[[Detail, str], str]] = {
    "deterioration": _worse, "large_move": _moved, "limit_passed": _passed, "insolvency": _insolvent, "broken_promise": _unpaid,
    "instalment_missed": _unpaid, "release_expiring": _ends, "limit_expiring": _ends, "limitation_near": _lapses,
    "vat_relief_near": _relief, "order_number_missing": _orderless, "own_account_changed": _account, "dispute_late": _dispute,
    "task_overdue": _task, "move_objected": _objected,
}  # fmt: skip


def _changed(detail: dict[str, Any]) -> list[str]:
    """Each thing that changed: `Segment: Standard → Firm`."""
    t = speaking()
    written: dict[str, tuple[Any, Any]] = {
        "segment": (_("Segment"), lambda code: t.named("segment", code)), "risk_class": (_("Risk"), lambda code: t.named("risk", code)),
        "payment_index": (_("Payment index"), number), "acceptance": (_("Acceptance"), lambda code: t.named("acceptance", code)),
    }  # fmt: skip
    found = []
    for name, (label, write) in written.items():
        was, became = detail.get(name) or (None, None)
        if was != became and became is not None:
            found.append(f"{label}: {write(was) or '–'} → {write(became)}")
    return found


def _day(text: Any) -> str:
    return day(date.fromisoformat(text)) if text else ""


# --- the list -------------------------------------------------------------------------------------------------------

STATES = (
    ("mine", gettext_lazy("For me, not seen")),
    ("open", gettext_lazy("Not seen")),
    ("seen", gettext_lazy("Seen")),
)


class AlertFilters(django_filters.FilterSet):
    """By what it is, and by whether it was seen."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Which"), choices=STATES, method="which", empty_label=gettext_lazy("All")
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("What"), choices=list(KINDS.items()), empty_label=gettext_lazy("All")
    )

    class Meta:
        model = Alert
        fields: list[str] = []

    def which(self, rows: QuerySet[Alert], _name: str, value: str) -> QuerySet[Alert]:
        """Those that wait for this person, for anybody, or none."""
        if value == "seen":
            return rows.filter(seen_at__isnull=False)
        rows = rows.filter(seen_at=None)
        return rows.filter(role__in=roles_of(self.request.scope)) if value == "mine" else rows


def _who(row: Alert, listing: Any) -> str:
    if not row.customer:
        return _("the company itself")
    return format_html(
        '<a href="{}">{}</a>',
        listing.scope.url("customer:page", customer=row.customer),
        listing.named.get(row.customer, row.customer),
    )


def _seen(row: Alert, _listing: Any) -> str:
    if row.seen_at is None:
        return ""
    return format_html('{}<span class="sub">{}</span>', row.seen_by, day(row.seen_at.date()))


ROLE_NAMES: dict[str, Any] = {
    "collector": gettext_lazy("Collector"), "credit_manager": gettext_lazy("Credit manager"),
    "finance_director": gettext_lazy("Finance director"), "account_manager": gettext_lazy("Sales"),
}  # fmt: skip


def _since(row: Alert, _listing: Any) -> str:
    return format_html('<span class="nowrap">{}</span>', day(row.raised_on))


def _role(row: Alert, _listing: Any) -> str:
    return format_html('<span class="nowrap">{}</span>', ROLE_NAMES.get(row.role, row.role))


class Alerts(Listing):
    """Alerts about the customers that this person may see, the newest first."""

    name = "alerts"
    order = "-raised_on"
    filters = AlertFilters
    columns = (
        Column("kind", gettext_lazy("What"), show=lambda row, _listing: str(KINDS.get(row.kind, row.kind))),
        Column("customer", gettext_lazy("Customer"), show=_who),
        Column("detail", gettext_lazy("Why"), value=lambda row: said(row, row.currency), show=lambda row, _listing: said(row, row.currency)),
        Column("raised_on", gettext_lazy("Since"), Kind.DAY, order="raised_on", descending=True, show=_since),
        Column("role", gettext_lazy("For"), show=_role, wide=True),
        Column("seen_at", gettext_lazy("Seen"), value=lambda row: row.seen_at.date() if row.seen_at else None, show=_seen, wide=True),
        Column("seen_by", gettext_lazy("Seen by"), shown=False),
    )  # fmt: skip

    def __init__(self, request: Any, rows: QuerySet[Any], currency: str) -> None:
        """Args: currency: the reporting currency: amounts of the details are in it."""
        super().__init__(request, rows.annotate(currency=Value(currency, CharField())))

    @cached_property
    def named(self) -> dict[str, str]:
        """The names of the customers on the page."""
        found = Account.objects.filter(
            company=self.scope.company, customer__in={row.customer for row in self.page.rows}
        )
        return dict(found.values_list("customer", "name"))
