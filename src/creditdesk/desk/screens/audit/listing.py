"""The list of the trail, the latest first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.forms import DateInput, TextInput
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Entry
from creditdesk.desk.screens.audit.words import field, named, told
from creditdesk.desk.screens.formats import moment
from creditdesk.desk.screens.listing import Column, Kind, Listing

SHORT = 90
"""Characters of a change that stand in the list; all of it is in the sheet."""
FINGERPRINT = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
"""Its beginning tells it from others."""


def entries_of(scope: Scope) -> QuerySet[Entry]:
    """The entries this person may see: of the company itself, and of the customers this person may see."""
    found = Entry.objects.filter(company=scope.company)
    if scope.portfolios is None:
        return found
    return found.filter(Q(customer="") | Q(customer__in=scope.accounts().values("customer")))


class EntryFilters(django_filters.FilterSet):
    """Search, what was changed, from and until which day."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        widget=TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    what = django_filters.ChoiceFilter(label=_("What"), choices=[], empty_label=_("All"))
    first = django_filters.DateFilter(
        label=_("From"), field_name="at", lookup_expr="date__gte", widget=DateInput(attrs={"type": "date"})
    )
    last = django_filters.DateFilter(
        label=_("Until and including"), field_name="at", lookup_expr="date__lte",
        widget=DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    class Meta:
        model = Entry
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = self.queryset.order_by().values_list("what", flat=True).distinct()
        self.filters["what"].extra["choices"] = sorted(
            ((code, named(code)) for code in codes), key=lambda one: one[1]
        )

    def search(self, rows: QuerySet[Entry], _name: str, value: str) -> QuerySet[Entry]:
        """By who, which one, customer and reason."""
        return rows.filter(
            Q(by__icontains=value)
            | Q(ref__icontains=value)
            | Q(customer__iexact=value)
            | Q(why__icontains=value)
        )


def plain(values: Mapping[str, Any] | None) -> str:
    """Values in one line: `Hour: 5; By itself: no`."""
    return "; ".join(f"{field(name)}: {told(name, value)}" for name, value in (values or {}).items())


def _short(values: Mapping[str, Any] | None) -> str:
    text = FINGERPRINT.sub(r"\1…", plain(values))
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _when(row: Entry, _listing: Any) -> str:
    on, _comma, hour = moment(row.at).rpartition(", ")
    return format_html('<span class="nowrap">{}</span><span class="sub">{}</span>', on, hour)


def _what(row: Entry, listing: Listing) -> str:
    link = '<a href="{0}" hx-get="{0}" hx-target="#sheet-body">{1}</a><span class="sub">{2}</span>'
    return format_html(
        link, listing.scope.url("audit:entry", pk=row.pk), named(row.what), row.ref.removesuffix(":None")[:60]
    )


def _change(row: Entry, _listing: Any) -> str:
    was, became = _short(row.was), _short(row.became)
    if was and became:
        return format_html('<span class="quiet">{}</span> → {}', was, became)
    return format_html('<span class="quiet">{}</span>{}', was, became)


def _whole(row: Entry) -> str:
    return f"{plain(row.was)} → {plain(row.became)}".strip()


def _customer(row: Entry, listing: Listing) -> str:
    if not row.customer:
        return ""
    return format_html(
        '<a href="{}">{}</a>', listing.scope.url("customer:page", customer=row.customer), row.customer
    )


class Trail(Listing):
    """Who changed what."""

    name = "audit"
    order = "-pk"
    filters = EntryFilters
    columns = (
        Column("pk", _("No."), Kind.NUMBER, order="id", descending=True, shown=False),
        Column("at", _("When"), show=_when),
        Column("by", _("Who")),
        Column("what", _("What"), show=_what),
        Column("ref", _("Which one"), shown=False),
        Column("customer", _("Customer"), show=_customer, wide=True),
        Column("change", _("From what, to what"), show=_change, value=_whole, wide=True),
        Column("why", _("Why"), wide=True),
    )
