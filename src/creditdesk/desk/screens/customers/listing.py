"""The list of customers."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.screens.customers.filters import CustomerFilters
from creditdesk.desk.screens.formats import day, number, speaking
from creditdesk.desk.screens.listing import Column, Kind, Listing
from creditdesk.desk.standing.models import Account

TINTS = {"low": "good", "medium": "warn", "high": "bad"}


def _name(row: Account, listing: Any) -> str:
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}{}</span>',
        listing.scope.url("customer:page", customer=row.customer),
        row.name,
        row.customer,
        f" · {row.city}" if row.city else "",
    )


def _risk(row: Account, _listing: Any) -> str:
    return format_html(
        '<span class="badge {}">{}</span>', TINTS[row.risk_class], speaking().named("risk", row.risk_class)
    )


def _days(row: Account, listing: Any) -> str:
    return "" if row.oldest_due_on is None else number((listing.scope.today - row.oldest_due_on).days)


def _next(row: Account, listing: Any) -> str:
    t = speaking()
    if row.step:
        said = t.named("step", row.step)
        if row.step_state == "held":
            return format_html('{}<span class="sub">{}</span>', said, t.named("hold", row.hold))
        return format_html('{}<span class="sub">{}</span>', said, _("due now"))
    # a day that is past without its step being due is nothing that comes
    if row.next_step and not (row.next_due_on and row.next_due_on <= listing.scope.today):
        return format_html(
            '{}<span class="sub">{}</span>', t.named("step", row.next_step), day(row.next_due_on)
        )
    return ""


def _collector(row: Account, _listing: Any) -> str:
    return format_html('<span class="nowrap">{}</span>', row.collector)


class Customers(Listing):
    """Every customer of the company that this person may see."""

    name = "customers"
    order = "-overdue"
    filters = CustomerFilters
    columns = (
        Column("name", _("Customer"), order="name", show=_name),
        Column("customer", _("Number"), shown=False),
        Column("segment", _("Segment"), Kind.CODE, group="segment", order="segment", wide=True),
        Column("risk_class", _("Risk"), Kind.CODE, group="risk", show=_risk, wide=True),
        Column("overdue", _("Past due"), Kind.MONEY, order="overdue", descending=True),
        Column("oldest_due_on", _("Days"), Kind.AGE, order="oldest_due_on", nullable=True, show=_days),
        Column("open", _("Open"), Kind.MONEY, order="open", descending=True, wide=True),
        Column("exposure", _("Exposure"), Kind.MONEY, order="exposure", descending=True, wide=True),
        Column("credit_limit", _("Limit"), Kind.MONEY, shown=False),
        Column("headroom", _("Headroom"), Kind.MONEY, order="headroom", nullable=True, wide=True),
        Column("step", _("Next step"), show=_next, wide=True),
        Column("collector", _("Collector"), order="collector", show=_collector, wide=True),
        Column("account_manager", _("Account manager"), shown=False),
        Column("currency", _("Currency"), shown=False),
        Column("country", _("Country"), shown=False),
        Column("order_block", _("Order block"), shown=False),
    )  # fmt: skip
