"""Disputes by root cause, by who has to settle them, and by when."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import day, money, number
from creditdesk.desk.screens.listing import Column, Kind
from creditdesk.desk.screens.monitor.chart import Chart, Ink, Line, Shape
from creditdesk.desk.screens.monitor.panel import (
    Panel,
    amount,
    count,
    count_axis,
    days,
    on_axis,
    percent,
    period,
    row,
    under_way,
)
from creditdesk.desk.screens.monitor.reading import Book
from creditdesk.desk.standing.models import Account
from creditdesk.measures.formulas import mean_days, share

NAMES = ("disputed", "dispute_opened", "dispute_closed", "dispute_days", "dispute_right")

LISTED = 200
"""Open disputes that the page lists, the most pressing first; the file holds all."""


def panels(book: Book) -> list[Panel]:
    """The panels of this page."""
    standing = open_disputes(book)
    return [causes(book), flow(book), owners(book, standing), pressing(book, standing)]


def causes(book: Book) -> Panel:
    """What is in dispute now, by root cause."""
    now = book.spans[-1] if book.spans else None
    year = [span for span in book.spans if now and (now.last - span.last).days < 365]
    rows = []
    for reason in sorted({part for name in NAMES for part in book.parts(name)}):
        taken, closed = book.over("dispute_days", year, reason)
        rows.append(
            row(
                None, book.currency, reason=reason, open=book.amount("disputed", now, reason) if now else 0,
                n=book.count("disputed", now, reason) if now else 0, opened=book.over("dispute_opened", year, reason)[1],
                closed=closed, days=mean_days(taken, closed) if closed else None,
                right=share(book.over("dispute_right", year, reason)[1], closed),
            )
        )  # fmt: skip
    rows = sorted(
        (one for one in rows if one.n or one.opened or one.closed),
        key=lambda one: (-one.open, -one.opened, one.reason),
    )
    shown = [one for one in rows if one.open > 0][:7]
    whole = sum(one.open for one in rows)
    return Panel(
        name="causes",
        title=_("In dispute, by root cause"),
        value=money(whole, book.currency),
        note=_("in %(n)s disputes") % {"n": number(sum(one.n for one in rows))},
        chart=Chart(
            Shape.ROWS, _("What is in dispute now, by root cause."), tuple(codes.dispute_reason(one.reason) for one in shown),
            (Line(_("In dispute"), tuple(one.open for one in shown)),),
            tuple((float(one.open), money(one.open, book.currency)) for one in shown),
        ),
        columns=(
            Column("reason", gettext_lazy("Root cause"), show=lambda line, _panel: codes.dispute_reason(line.reason)),
            count("n", gettext_lazy("Open")), amount("open", gettext_lazy("Amount")), count("opened", gettext_lazy("Opened in 12 months"), wide=True),
            count("closed", gettext_lazy("Closed in 12 months"), wide=True), days("days", gettext_lazy("Days to close")),
            percent("right", gettext_lazy("Customer was right"), wide=True),
        ),
        rows=rows,
        formula=_("days to close = Σ days from opening to closing ÷ disputes closed; customer was right = closed in its favour, in whole or in part ÷ closed"),
        counts=_(
            "Amounts are those in dispute, not of the whole invoice, at the rate of the day on which the dispute was opened. A dispute past its "
            "deadline is still open. Its days leave the figures of behaviour only when the customer was right."
        ),
    )  # fmt: skip


def flow(book: Book) -> Panel:
    """Disputes opened and closed per period."""
    spans = book.spans
    opened = [book.counts("dispute_opened", span) for span in spans]
    closed = [book.counts("dispute_closed", span) for span in spans]
    still = [book.counts("disputed", span) for span in spans]
    return Panel(
        name="flow",
        title=_("Disputes opened and closed"),
        value=number(still[-1]) if spans else "",
        note=_("open now") if spans else "",
        chart=Chart(
            Shape.BARS, _("Disputes opened, and disputes closed, by period."), on_axis(spans),
            (Line(pgettext("count", "Opened"), tuple(opened)), Line(_("Closed"), tuple(closed), Ink.SOFT)), count_axis(opened, closed), under_way(spans),
        ),
        columns=(
            period(), count("opened", pgettext_lazy("count", "Opened")), count("closed", gettext_lazy("Closed")),
            count("still", gettext_lazy("Open at the end")), amount("sum", gettext_lazy("Amount")),
        ),
        rows=[
            row(span, book.currency, opened=opened[index], closed=closed[index], still=still[index], sum=book.sum("disputed", span))
            for index, span in reversed(list(enumerate(spans)))
        ],
        formula=_("open at the end = open at the beginning + opened − closed"),
        counts=_("By the days on which disputes were opened and closed; disputes without an invoice count too."),
    )  # fmt: skip


# --- open now -------------------------------------------------------------------------------------------------------


def open_disputes(book: Book) -> QuerySet[Any]:
    """The open disputes of the group, the one that is due first in front."""
    today = book.scope.today
    rows: QuerySet[Any] = FACTS["dispute"].objects.filter(
        legal_entity=book.scope.company, replaced_by=None, opened_on__lte=today
    )
    rows = rows.filter(Q(closed_on=None) | Q(closed_on__gt=today))
    if not book.everybody:
        rows = rows.filter(customer_id__in=book.accounts().values("customer"))
    return rows.order_by(F("deadline").asc(nulls_last=True), "opened_on", "dispute_id")


def owners(book: Book, standing: QuerySet[Any]) -> Panel:
    """Who has to settle how many, and by when."""
    rows = [
        row(None, book.currency, owner=found.pop("of"), **found)
        for found in standing.order_by()
        .annotate(of=Coalesce("owner", Value(""), output_field=TextField()))
        .values("of")
        .annotate(
            n=Count("pk"), late=Count("pk", filter=Q(deadline__lt=book.scope.today)),
            without=Count("pk", filter=Q(deadline=None)), next=Min("deadline"), oldest=Min("opened_on"),
        )
    ]  # fmt: skip
    rows.sort(key=lambda line: (-line.late, -line.n, line.owner))
    late = sum(line.late for line in rows)
    return Panel(
        name="owners",
        title=_("Who settles them"),
        value=number(late) if rows else "",
        note=_("past their deadline") if rows else "",
        columns=(
            Column("owner", gettext_lazy("Owner"), show=lambda line, _panel: line.owner or _("nobody")), count("n", gettext_lazy("Open")),
            count("late", gettext_lazy("Past deadline")), count("without", gettext_lazy("Without a deadline"), wide=True),
            Column("next", gettext_lazy("Next deadline"), Kind.DAY), Column("oldest", gettext_lazy("Oldest since"), Kind.DAY, wide=True),
        ),
        rows=rows,
        formula=_("past deadline: the deadline lies before today"),
        counts=_("Disputes that are open today, as the ledger has them."),
        open=True,
    )  # fmt: skip


def pressing(book: Book, standing: QuerySet[Any]) -> Panel:
    """The disputes themselves."""
    today = book.scope.today

    def listed(chosen: QuerySet[Any]) -> list[Any]:
        named = Account.objects.filter(company=book.scope.company, customer__in=chosen.values("customer_id"))
        known = dict(named.values_list("customer", "name"))
        return [
            row(None, book.currency, name=known.get(one.customer_id, one.customer_id), customer=one.customer_id, reason=one.reason,
                owner=one.owner or "", deadline=one.deadline, opened=one.opened_on, age=(today - one.opened_on).days)
            for one in chosen
        ]  # fmt: skip

    def who(line: Any, _panel: Any) -> str:
        return format_html(
            '<a href="{}">{}</a>', book.scope.url("customer:page", customer=line.customer), line.name
        )

    def until(line: Any, _panel: Any) -> str:
        if line.deadline is None:
            return ""
        return format_html(
            '<span class="{}">{}</span>', "bad-text" if line.deadline < today else "", day(line.deadline)
        )

    return Panel(
        name="open-disputes",
        title=_("Open disputes"),
        columns=(
            Column("name", gettext_lazy("Customer"), show=who), Column("customer", gettext_lazy("Number"), wide=True),
            Column("reason", gettext_lazy("Root cause"), show=lambda line, _panel: codes.dispute_reason(line.reason)),
            Column("owner", gettext_lazy("Owner"), show=lambda line, _panel: line.owner or _("nobody")),
            Column("deadline", gettext_lazy("Deadline"), Kind.DAY, show=until), Column("opened", gettext_lazy("Opened"), Kind.DAY, wide=True),
            count("age", gettext_lazy("Days open")),
        ),
        rows=listed(standing[:LISTED]),
        every=lambda: listed(standing),
        formula=_("days open = today − day of opening"),
        counts=_("The most pressing %(n)s, by deadline; those without one come last.") % {"n": number(LISTED)},
        open=True,
        columns_wide=0,
    )  # fmt: skip
