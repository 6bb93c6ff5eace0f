"""The lists of Sales: what customers may order, room to grow, what to watch."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.forms import TextInput
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Right
from creditdesk.desk.screens.formats import day, money, number, speaking
from creditdesk.desk.screens.listing import Column, Kind, Listing
from creditdesk.desk.screens.sales.mine import Whose
from creditdesk.desk.standing.models import Account
from creditdesk.desk.standing.search import found

RISK_TINTS = {"low": "good", "medium": "warn", "high": "bad"}
ORDER_TINTS = {"none": "good", "review": "warn", "prepayment": "warn", "stop": "bad"}


class SalesFilters(django_filters.FilterSet):
    """Search, and whose customers."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        widget=TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    manager = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[], method="of_manager", empty_label=_("My customers")
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whose = Whose.of(self.request)
        self.filters["manager"].extra |= {"choices": whose.choices, "empty_label": whose.first}

    def search(self, rows: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        """By the beginnings of words."""
        return found(rows, value)

    def of_manager(self, rows: QuerySet[Account], _name: str, _value: str) -> QuerySet[Account]:
        """The rows are those of the account manager already."""
        return rows


ORDERS = (
    ("blocked", _("Not on account")), ("stop", _("Stopped")), ("prepayment", _("Prepayment")), ("review", _("Looked at")),
    ("over", _("Beyond the limit")),
)  # fmt: skip


class StanceFilters(SalesFilters):
    """Also by what they may order."""

    orders = django_filters.ChoiceFilter(
        label=_("Orders"), choices=ORDERS, method="may_order", empty_label=_("All")
    )

    def may_order(self, rows: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        """Blocked at all, in one way, or beyond the limit."""
        if value == "blocked":
            return rows.filter(order_rank__gt=0)
        if value == "over":
            return rows.filter(headroom__lt=0)
        return rows.filter(order_block=value)


PIPELINE = (("fits", _("Fits the limit")), ("over", _("Would pass the limit")))


class RoomFilters(SalesFilters):
    """Also by whether what may be sold fits."""

    pipeline = django_filters.ChoiceFilter(
        label=_("Open offers"), choices=PIPELINE, method="fitting", empty_label=_("All")
    )

    def fitting(self, rows: QuerySet[Account], _name: str, value: str) -> QuerySet[Account]:
        """What would pass the limit if it were won, or would not."""
        rows = rows.filter(pipeline__gt=0)
        over = Q(headroom__isnull=False) & Q(pipeline__gt=F("headroom"))
        return rows.filter(over) if value == "over" else rows.exclude(over)


# --- cells --------------------------------------------------------------------------------------------------------------


def _name(row: Account, listing: Any) -> str:
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}{}</span>',
        listing.scope.url("customer:page", customer=row.customer),
        row.name,
        row.customer,
        f" · {row.city}" if row.city else "",
    )


def released_by(row: Account) -> str:
    """What lifts the order block, in words."""
    if row.order_block == "none":
        if row.released_until:
            return gettext("released until %(day)s") % {"day": day(row.released_until)}
        return ""
    when = speaking().named("release", row.order_release_when)
    if row.order_release_amount and row.order_release_when != "person":
        return gettext("until %(what)s: %(amount)s") % {
            "what": when, "amount": money(row.order_release_amount, row.currency)
        }  # fmt: skip
    return gettext("until %(what)s") % {"what": when} if when else ""


def _orders(row: Account, listing: Any) -> str:
    t = speaking()
    badge = format_html(
        '<span class="badge {}">{}</span>', ORDER_TINTS[row.order_block], t.named("order", row.order_block)
    )
    why, ask = "", ""
    if row.order_block != "none":
        why = format_html(
            ' <span class="small quiet">{}</span>', t.named("order_reason", row.order_block_reason)
        )
        if listing.scope.may(Right.ASK):
            ask = format_html(
                ' <button type="button" class="button tiny" hx-get="{}?kind=release" hx-target="#sheet-body" '
                'aria-label="{}">{}</button>',
                listing.scope.url("customer:act", customer=row.customer, act="ask"),
                gettext("Ask for a release: %(customer)s") % {"customer": row.name},
                gettext("Ask"),
            )
    released = released_by(row)
    line = format_html('<span class="sub">{}</span>', released) if released else ""
    return format_html('<span class="stance">{}{}{}</span>{}', badge, why, ask, line)


def _headroom(row: Account, _listing: Any) -> str:
    if row.headroom is None:
        return ""
    tint = "bad-text" if row.headroom < 0 else ""
    limit = (
        gettext("of %(limit)s") % {"limit": money(row.credit_limit, row.currency)} if row.credit_limit else ""
    )
    return format_html(
        '<span class="{}">{}</span><span class="sub">{}</span>',
        tint,
        money(row.headroom, row.currency),
        limit,
    )


def _terms(row: Account, _listing: Any) -> str:
    days = (
        ""
        if not row.terms_days
        else ngettext("%(n)s day", "%(n)s days", row.terms_days) % {"n": row.terms_days}
    )
    return format_html('{}<span class="sub">{}</span>', speaking().named("acceptance", row.acceptance), days)


def _risk(row: Account, _listing: Any) -> str:
    return format_html(
        '<span class="badge {}">{}</span>',
        RISK_TINTS[row.risk_class],
        speaking().named("risk", row.risk_class),
    )


def _growth(row: Account, _listing: Any) -> str:
    if row.growth is None:
        return ""
    return f"{'+' if row.growth > 0 else ''}{speaking().percent(row.growth / 100)}".replace("-", "−")


def passes(row: Account) -> bool:
    """Whether the open offers would pass the limit if they were won."""
    return row.headroom is not None and row.pipeline > row.headroom


def _pipeline(row: Account, listing: Any) -> str:
    if not row.pipeline:
        return ""
    told = format_html("{}", money(row.pipeline, row.currency))
    if not passes(row):
        return told
    badge = format_html('<span class="badge warn">{}</span>', gettext("would pass the limit"))
    if not listing.scope.may(Right.ASK):
        return format_html('{}<span class="sub">{}</span>', told, badge)
    needed = max(row.exposure, 0) + row.pipeline
    return format_html(
        '{}<span class="sub">{} <button type="button" class="button tiny" hx-get="{}?kind=limit&amp;amount={}" '
        'hx-target="#sheet-body" aria-label="{}">{}</button></span>',
        told, badge, listing.scope.url("customer:act", customer=row.customer, act="ask"), needed,
        gettext("Ask for a limit: %(customer)s") % {"customer": row.name}, gettext("Ask"),
    )  # fmt: skip


def _why(row: Account, _listing: Any) -> str:
    t, badges = speaking(), []
    if row.risk_class != "low":
        badges.append(
            (
                RISK_TINTS[row.risk_class],
                gettext("Risk: %(risk)s") % {"risk": t.named("risk", row.risk_class)},
            )
        )
    if row.headroom is not None and row.headroom < 0:
        badges.append(
            (
                "bad",
                gettext("beyond its limit by %(amount)s") % {"amount": money(-row.headroom, row.currency)},
            )
        )
    if row.slipping:
        badges.append(
            (
                "warn",
                ngettext("pays ever later: %(n)s day", "pays ever later: %(n)s days", row.slipping)
                % {"n": number(row.slipping)},
            )
        )
    return format_html_join(" ", '<span class="badge {}">{}</span>', badges)


# --- the lists ------------------------------------------------------------------------------------------------------------


class Stances(Listing):
    """What each customer may order, and what lifts what stands in the way; the hardest first."""

    name = "sales"
    order = "-order_rank"
    filters = StanceFilters
    columns = (
        Column("name", _("Customer"), order="name", show=_name),
        Column("customer", _("Number"), shown=False),
        Column("order_rank", _("Orders"), order="order_rank", descending=True, show=_orders,
               value=lambda row: row.order_block),
        Column("headroom", _("Headroom"), Kind.MONEY, order="headroom", nullable=True, show=_headroom),
        Column("acceptance", _("New business"), order="acceptance", show=_terms, wide=True),
        Column("terms_days", _("Payment term"), Kind.NUMBER, shown=False),
        Column("delivery_terms", _("Delivery"), Kind.CODE, group="delivery", wide=True),
        Column("overdue", _("Past due"), Kind.MONEY, order="overdue", descending=True, wide=True),
        Column("exposure", _("Exposure"), Kind.MONEY, shown=False),
        Column("credit_limit", _("Limit"), Kind.MONEY, shown=False),
        Column("segment", _("Segment"), shown=False),
        Column("order_block_reason", _("Why"), shown=False),
        Column("order_release_when", _("Released when"), shown=False),
        Column("order_release_amount", _("Amount to be paid"), Kind.MONEY, shown=False),
        Column("released_until", _("Released until"), Kind.DAY, shown=False),
        Column("account_manager", _("Account manager"), shown=False),
        Column("currency", _("Currency"), shown=False),
    )  # fmt: skip


class Room(Listing):
    """Customers to whom more could be sold, and offers that would pass a limit if they were won."""

    name = "room-to-grow"
    order = "-room"
    filters = RoomFilters
    columns = (
        Column("name", _("Customer"), order="name", show=_name),
        Column("customer", _("Number"), shown=False),
        Column("room", _("Could buy more"), Kind.MONEY, order="room", descending=True),
        Column("pipeline", _("Open offers"), Kind.MONEY, order="pipeline", descending=True, show=_pipeline),
        Column("headroom", _("Headroom"), Kind.MONEY, order="headroom", nullable=True, show=_headroom, wide=True),
        Column("growth", _("Growth, 12 months"), Kind.NUMBER, order="growth", nullable=True, descending=True,
               show=_growth, wide=True),
        Column("turnover", _("Turnover, 12 months"), Kind.MONEY, order="turnover", descending=True, wide=True),
        Column("risk_class", _("Risk"), Kind.CODE, group="risk", show=_risk, wide=True),
        Column("segment", _("Segment"), shown=False),
        Column("account_manager", _("Account manager"), shown=False),
        Column("currency", _("Currency"), shown=False),
    )  # fmt: skip


class Watch(Listing):
    """Customers on whom money may be lost, and those that pay ever later; the largest expected loss first."""

    name = "watch"
    order = "-at_risk"
    filters = SalesFilters
    columns = (
        Column("name", _("Customer"), order="name", show=_name),
        Column("customer", _("Number"), shown=False),
        Column("slipping", _("Why"), Kind.TEXT, order="slipping", descending=True, show=_why),
        Column("at_risk", _("Expected loss"), Kind.MONEY, order="at_risk", descending=True),
        Column("uninsured", _("Could be lost"), Kind.MONEY, order="uninsured", descending=True, wide=True),
        Column("overdue", _("Past due"), Kind.MONEY, order="overdue", descending=True, wide=True),
        Column("order_rank", _("Orders"), Kind.CODE, group="order", wide=True, value=lambda row: row.order_block),
        Column("risk_class", _("Risk"), shown=False),
        Column("headroom", _("Headroom"), Kind.MONEY, shown=False),
        Column("account_manager", _("Account manager"), shown=False),
        Column("currency", _("Currency"), shown=False),
    )  # fmt: skip


def growing(rows: QuerySet[Account]) -> QuerySet[Account]:
    """Those of the rows to whom more could be sold, or with offers that are open."""
    return rows.filter(Q(room__gt=0) | Q(pipeline__gt=0))


def watched(rows: QuerySet[Account]) -> QuerySet[Account]:
    """Those of the rows that are to be watched."""
    return rows.filter(Q(at_risk__gt=0) | Q(slipping__gt=0))
