"""The list of requests: those that wait, the next to expire first."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import F, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Coalesce
from django.forms import TextInput
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from creditdesk.desk.access.roles import Right, Role
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Request, Vote
from creditdesk.desk.screens.formats import day, number
from creditdesk.desk.screens.listing import Column, Kind, Listing, Tab
from creditdesk.desk.screens.requests import words
from creditdesk.desk.standing.models import Account
from creditdesk.desk.standing.search import found

STATES = (
    *((code, words.STATES[code]) for code in words.STATES if code != "open"),
    ("all", pgettext_lazy("request", "All")),
)
WHOSE = (("decide", _("For me to decide")), ("asked", _("Asked by me")))


def as_decider(scope: Scope) -> list[str]:
    """The roles in which a person decides; a finance director also in a credit manager's place."""
    roles = {role.value for role in scope.roles}
    if Role.FINANCE_DIRECTOR in scope.roles:
        roles.add(Role.CREDIT_MANAGER.value)
    return sorted(roles)


def to_decide(scope: Scope, rows: QuerySet[Request]) -> QuerySet[Request]:
    """Those of the rows that this person may decide now."""
    if not scope.may(Right.DECIDE):
        return rows.none()
    mine = Vote.objects.filter(by=scope.name, request=OuterRef("pk"))
    waiting = rows.filter(state=Request.State.OPEN, role__in=as_decider(scope))
    waiting = waiting.exclude(asked_by=scope.name).exclude(expires_on__lt=scope.today)
    return waiting.exclude(pk__in=Subquery(mine.values("request")))


def requests_of(scope: Scope) -> QuerySet[Any]:
    """Every request that this person may see, each with the customer's `name`."""
    account = Account.objects.filter(company=scope.company, customer=OuterRef("customer"))
    rows: QuerySet[Any] = scope.of(Request).annotate(
        name=Coalesce(Subquery(account.values("name")[:1]), F("customer"), output_field=TextField())
    )
    return rows


class RequestFilters(django_filters.FilterSet):
    """Search by customer, kind, state, whose turn it is. Without a state: those that wait."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        widget=TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    kind = django_filters.ChoiceFilter(
        label=_("What"), choices=list(words.KINDS.items()), empty_label=pgettext_lazy("request", "All")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=STATES, method="in_state", empty_label=_("Waiting")
    )
    whose = django_filters.ChoiceFilter(
        label=_("Whose"), choices=WHOSE, method="of_whom", empty_label=_("Everybody's")
    )

    class Meta:
        model = Request
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet[Any]:
        """The rows; those that wait where no state is asked for."""
        rows: QuerySet[Any] = super().qs
        return rows if self.request.GET.get("state") else rows.filter(state=Request.State.OPEN)

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """By the beginnings of words of the customer."""
        return rows.filter(customer__in=found(self.request.scope.accounts(), value).values("customer"))

    def in_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """One state, or all."""
        return rows if value == "all" else rows.filter(state=value)

    def of_whom(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What this person may decide, or has asked."""
        scope = self.request.scope
        return to_decide(scope, rows) if value == "decide" else rows.filter(asked_by=scope.name)


def _what(row: Any, listing: Any) -> str:
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}</span>',
        listing.scope.url("requests:page", pk=row.pk),
        row.name,
        words.wanted(row),
    )


def _state(row: Any, listing: Any) -> str:
    votes = listing.votes.get(row.pk, 0)
    if row.state == Request.State.OPEN and row.persons > 1:
        told = _("%(yes)s of %(persons)s yes") % {"yes": number(votes), "persons": number(row.persons)}
        return format_html('<span class="badge accent">{}</span>', told)
    return format_html('<span class="badge {}">{}</span>', words.TINTS[row.state], words.STATES[row.state])


def _expires(row: Any, listing: Any) -> str:
    if row.state != Request.State.OPEN:
        return day(row.decided_at.date()) if row.decided_at else ""
    if row.expires_on is None:
        return ""
    left = (row.expires_on - listing.scope.today).days
    if left < 0:
        return format_html('<span class="bad-text">{}</span>', words.STATES["expired"])
    told = _("today") if left == 0 else ngettext("in %(n)s day", "in %(n)s days", left) % {"n": number(left)}
    tint = "warn-text" if left <= 2 else ""
    return format_html(
        '<span class="{}">{}</span><span class="sub">{}</span>', tint, told, day(row.expires_on)
    )


def _asked(row: Any, _listing: Any) -> str:
    return format_html('{}<span class="sub">{}</span>', row.asked_by, day(row.asked_at.date()))


class Requests(Listing):
    """Requests that this person may see."""

    name = "requests"
    order = "expires_on"
    filters = RequestFilters
    columns = (
        Column("name", _("Customer"), order="name", show=_what),
        Column("customer", _("Number"), shown=False),
        Column("kind", _("What"), shown=False),
        Column("amount", _("Amount"), Kind.NUMBER, shown=False, value=lambda row: row.amount),
        Column("currency", _("Currency"), shown=False),
        Column("expires_on", _("To be decided by"), Kind.DAY, order="expires_on", nullable=True, show=_expires),
        Column("state", _("State"), show=_state, wide=True),
        Column("role", _("Who decides"), show=lambda row, _listing: words.deciders(row), wide=True),
        Column("asked_by", _("Asked by"), order="asked_by", show=_asked, wide=True),
        Column("asked_at", _("Asked on"), Kind.DAY, order="asked_at", descending=True, shown=False,
               value=lambda row: row.asked_at.date()),
        Column("reason", _("Why"), shown=False),
        Column("persons", _("Persons"), Kind.NUMBER, shown=False),
    )  # fmt: skip

    def tabs(self) -> list[Tab]:
        """Those that wait, whose turn it is, and all that ever were."""
        scope = self.scope
        found_tabs = [Tab("", _("Waiting"))]
        if scope.may(Right.DECIDE):
            count = to_decide(scope, scope.of(Request)).count()
            found_tabs.append(Tab("whose=decide", _("For me to decide"), "w", count))
        if scope.may(Right.ASK):
            found_tabs.append(Tab("whose=asked&state=all", _("Asked by me"), "m"))
        return [*found_tabs, Tab("state=all", pgettext_lazy("request", "All"), "a")]

    @cached_property
    def votes(self) -> dict[int, int]:
        """Yeses per request of the page."""
        rows = Vote.objects.filter(request__in=[one.pk for one in self.page.rows], granted=True)
        found_votes: dict[int, int] = {}
        for pk in rows.values_list("request_id", flat=True):
            found_votes[pk] = found_votes.get(pk, 0) + 1
        return found_votes
