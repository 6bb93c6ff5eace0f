"""The list of disputes: those past their deadline first."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Q, QuerySet
from django.forms import TextInput
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import day, money, number
from creditdesk.desk.screens.listing import Column, Kind, Listing, Tab
from creditdesk.desk.screens.listing.listing import COUNTED
from creditdesk.desk.standing.search import after, found

STATES = (
    ("late", _("Past the deadline")),
    ("closed", _("Settled")),
    ("all", pgettext_lazy("dispute", "All")),
)
UNOWNED = "-"


class DisputeFilters(django_filters.FilterSet):
    """Search by customer or invoice number, state, owner, reason. Without a state: those that are open."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        widget=TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=STATES, method="in_state", empty_label=pgettext_lazy("dispute", "Open")
    )
    owner = django_filters.ChoiceFilter(
        label=_("Who settles it"), choices=[], method="of_owner", empty_label=_("Everybody")
    )
    reason = django_filters.ChoiceFilter(
        label=_("Reason"), choices=list(codes.REASONS.items()), empty_label=pgettext_lazy("dispute", "All")
    )

    class Meta:
        model = FACTS["dispute"]
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.request.scope
        # who has open ones; the settled ones of many years are not read for it
        owners = FACTS["dispute"].objects.filter(legal_entity=scope.company, replaced_by=None, closed_on=None)
        names = {one for one in owners.order_by().values_list("owner", flat=True).distinct() if one}
        asked = self.request.GET.get("owner", "")[:150]
        names |= {scope.person} | ({asked} - {UNOWNED, ""})
        self.filters["owner"].extra["choices"] = [
            (UNOWNED, _("Nobody yet")), *((one, one) for one in sorted(names))
        ]  # fmt: skip

    @property
    def qs(self) -> QuerySet[Any]:
        """The rows; open ones where no state is asked for."""
        rows: QuerySet[Any] = super().qs
        return rows if self.request.GET.get("state") else rows.filter(closed_on=None)

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """By the beginning of an invoice number, or the beginnings of words of the customer."""
        scope = self.request.scope
        numbered = FACTS["invoice"].objects.filter(
            legal_entity=scope.company, replaced_by=None, invoice_id__in=rows.order_by().values("invoice_id"),
            number__gte=value.strip(), number__lt=after(value.strip()),
        )  # fmt: skip
        named = found(scope.accounts(), value)
        return rows.filter(
            Q(customer_id__in=named.values("customer")) | Q(invoice_id__in=numbered.values("invoice_id"))
        )

    def in_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Past the deadline, settled, or all."""
        if value == "late":
            return rows.filter(closed_on=None, deadline__lt=self.request.scope.today)
        return rows.filter(closed_on__isnull=False) if value == "closed" else rows

    def of_owner(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """One person's, or those that nobody has yet."""
        if value == UNOWNED:
            return rows.filter(Q(owner=None) | Q(owner=""))
        return rows.filter(owner=value)


def _customer(row: Any, listing: Any) -> str:
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}<span class="for-narrow">{}</span></span>',
        listing.scope.url("disputes:page", dispute=row.dispute_id),
        row.name,
        row.number or _("no invoice named"),
        codes.dispute_reason(row.reason),
    )


def _reason(row: Any, _listing: Any) -> str:
    return codes.dispute_reason(row.reason)


def _amount(row: Any, _listing: Any) -> str:
    return money(row.amount, row.currency or "EUR", exact=True)


def _deadline(row: Any, listing: Any) -> str:
    if row.closed_on:
        return format_html(
            '{}<span class="sub">{}</span>', codes.dispute_outcome(row.outcome), day(row.closed_on)
        )
    if row.deadline is None:
        return format_html('<span class="quiet">{}</span>', _("none set"))
    late = (listing.scope.today - row.deadline).days
    if late <= 0:
        return day(row.deadline)
    told = ngettext("%(n)s day late", "%(n)s days late", late) % {"n": number(late)}
    return format_html(
        '<span class="badge bad">{}</span><span class="sub">{}</span>', told, day(row.deadline)
    )


class Disputes(Listing):
    """Disputes that this person may see."""

    name = "disputes"
    order = "deadline"
    filters = DisputeFilters
    columns = (
        Column("name", _("Customer"), order="name", show=_customer),
        Column("customer_id", _("Number"), shown=False),
        Column("number", _("Invoice"), shown=False),
        Column("reason", _("Reason"), Kind.CODE, order="reason", show=_reason, wide=True),
        Column("amount", _("Disputed"), Kind.MONEY, order="amount", descending=True, show=_amount),
        Column("deadline", _("To be settled by"), Kind.DAY, order="deadline", nullable=True, show=_deadline),
        Column("owner", _("Who settles it"), order="owner", nullable=True, wide=True),
        Column("opened_on", _("Opened"), Kind.DAY, order="opened_on", descending=True, wide=True),
        Column("closed_on", _("Settled"), Kind.DAY, shown=False),
        Column("outcome", _("Outcome"), shown=False),
        Column("credit_note_id", _("Credit note"), shown=False),
        Column("currency", _("Currency"), shown=False),
    )

    def tabs(self) -> list[Tab]:
        """Those that are open, mine, those past their deadline, and those that are settled."""
        return [
            Tab("", pgettext_lazy("dispute", "Open")), Tab(urlencode({"owner": self.scope.person}), pgettext_lazy("dispute", "Mine"), "m"),
            Tab("state=late", _("Past the deadline"), "l"), Tab("state=closed", _("Settled")),
        ]  # fmt: skip

    @cached_property
    def count(self) -> int:
        """Counted without what is looked up for each row."""
        rows = self.rows.order_by().values("pk")
        return rows[: COUNTED + 1].count()
