"""The list of those who moved, or would move but for a brake."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Decision
from creditdesk.desk.screens import wording
from creditdesk.desk.screens.formats import speaking
from creditdesk.desk.screens.listing import Column, Kind, Listing
from creditdesk.desk.standing.models import Account


def moved(scope: Scope, since: date, start: str = "", end: str = "") -> QuerySet[Account]:
    """Accounts in another segment than at the end of a day, with that one as `was`."""
    then = (
        Decision.objects.filter(company=scope.company, customer=OuterRef("customer"), from_on__lte=since)
        .filter(Q(to_on=None) | Q(to_on__gt=since))
        .values("segment")[:1]
    )
    rows = scope.accounts().filter(segment_since__gt=since)
    rows = rows.annotate(was=Subquery(then, output_field=CharField())).filter(was__isnull=False)
    rows = rows.exclude(was=F("segment"))
    if start:
        rows = rows.filter(was=start)
    return rows.filter(segment=end) if end else rows


def held(scope: Scope) -> QuerySet[Account]:
    """Accounts that the figures would put elsewhere, and a brake keeps."""
    return scope.accounts().exclude(move_held="").annotate(was=F("segment"), to=F("proposed_segment"))


def _name(row: Account, listing: Any) -> str:
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}<span class="for-narrow">{} →</span></span>',
        listing.scope.url("customer:page", customer=row.customer), row.name, row.customer,
        speaking().named("segment", row.was),
    )  # fmt: skip


def _segment(name: str) -> Any:
    return lambda row, _listing: speaking().named("segment", getattr(row, name))


class _Told(Listing):
    """Rows with why they stand where they do: read for the rows of the page alone."""

    how = "reasons"

    def lines(self) -> list[dict[str, Any]]:
        """The rows of the page, each with its reason."""
        told = wording.words(self.scope.company, self.scope.today)
        ids = [row.customer for row in self.page.rows]
        decided = Decision.objects.filter(company=self.scope.company, customer__in=ids, to_on=None)
        known = {one.customer: wording.content(one) for one in decided}
        for row in self.page.rows:
            row.why = getattr(told, self.how)(known[row.customer]) if told and row.customer in known else ""
        return super().lines()


def _why(row: Any) -> str:
    return getattr(row, "why", "")


class Movers(_Told):
    """Who moved."""

    name = "moves"
    order = "-exposure"
    columns = (
        Column("name", _("Customer"), order="name", show=_name),
        Column("customer", _("Number"), shown=False),
        Column("was", _("From"), show=_segment("was"), wide=True),
        Column("segment", pgettext_lazy("segment", "To"), show=_segment("segment")),
        Column("segment_since", _("On"), Kind.DAY, order="segment_since", descending=True, wide=True),
        Column("why", _("Why"), value=_why, wide=True),
        Column("overdue", _("Past due"), Kind.MONEY, order="overdue", descending=True, wide=True),
        Column("exposure", _("Exposure"), Kind.MONEY, order="exposure", descending=True),
        Column("currency", _("Currency"), shown=False),
    )


class Held(_Told):
    """Who would move but for a brake."""

    name = "held-moves"
    order = "-exposure"
    how = "brake"
    columns = (
        Column("name", _("Customer"), order="name", show=_name),
        Column("customer", _("Number"), shown=False),
        Column("was", _("Is"), show=_segment("was"), wide=True),
        Column("to", _("Would be"), show=_segment("to")),
        Column("why", _("What holds it"), value=_why, wide=True),
        Column("overdue", _("Past due"), Kind.MONEY, order="overdue", descending=True, wide=True),
        Column("exposure", _("Exposure"), Kind.MONEY, order="exposure", descending=True),
        Column("currency", _("Currency"), shown=False),
    )
