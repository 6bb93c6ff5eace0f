"""How customers pay: late or not, by how much, and what promises are worth."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.screens.formats import number, speaking
from creditdesk.desk.screens.listing import Column
from creditdesk.desk.screens.monitor.chart import STEPS, Chart, Ink, Line, Shape
from creditdesk.desk.screens.monitor.panel import (
    Panel,
    amount,
    count,
    count_axis,
    day_axis,
    days,
    in_days,
    on_axis,
    percent,
    percent_of,
    period,
    period_name,
    row,
    share_axis,
    under_way,
)
from creditdesk.desk.screens.monitor.reading import Book
from creditdesk.measures.formulas import mean_days, share
from creditdesk.measures.lateness import LATEST, PARTS
from creditdesk.measures.spans import Span

NAMES = ("late", "late_money", "median", "due", "promise")

BECAME: dict[str, Any] = {
    "on_time": gettext_lazy("On time"), "within_30": gettext_lazy("Up to 30 days late"), "later": gettext_lazy("Later"),
    "written_off": gettext_lazy("Written off"), "open": gettext_lazy("Still open"),
}  # fmt: skip
KEPT: dict[str, Any] = {
    "kept": gettext_lazy("Kept"), "partly_kept": gettext_lazy("Kept in part"), "broken": gettext_lazy("Broken")
}  # fmt: skip


def panels(book: Book) -> list[Panel]:
    """The panels of this page."""
    return [lateness(book), late_share(book), cohorts(book), promises(book), latest(book)]


BEGINNING = 90
"""In the first days of a ledger only what was paid early is known: they say nothing of lateness."""


def days_late(book: Book, span: Span) -> float | None:
    """Average days late of the money of a period."""
    if book.year_days(span) < BEGINNING:
        return None
    return mean_days(book.amount("late", span), book.amount("late_money", span))


def fell_due(book: Book, span: Span) -> int:
    """What fell due in a period and counts for behaviour."""
    return book.sum("due", span, PARTS)


def paid_late(book: Book, span: Span) -> float | None:
    """Share of what fell due that was not paid on the due day."""
    whole = fell_due(book, span)
    return share(whole - book.amount("due", span, "on_time"), whole)


def paid_over_30(book: Book, span: Span) -> float | None:
    """Share of what fell due that was not paid within 30 days; None until 30 days have passed since the period."""
    as_of = book.measured.as_of if book.measured else None
    if as_of is None or (as_of - span.last).days < 30:
        return None
    whole = fell_due(book, span)
    return share(whole - book.amount("due", span, "on_time") - book.amount("due", span, "within_30"), whole)


def _median(book: Book, span: Span) -> float | None:
    """The median; None while less than half of the invoices is paid."""
    days = book.amount("median", span)
    return (
        float(days)
        if book.count("median", span) and days <= LATEST and book.year_days(span) >= BEGINNING
        else None
    )


def lateness(book: Book) -> Panel:
    """Average days late, and the median that counts open invoices."""
    spans = book.spans
    mean = [days_late(book, span) for span in spans]
    median = [_median(book, span) for span in spans]
    now = next((value for value in reversed(mean) if value is not None), None)
    lines = [Line(_("Average of the money that came"), tuple(mean))]
    if any(value is not None for value in median):
        lines.append(Line(_("Median, open invoices included"), tuple(median), Ink.SOFT))
    return Panel(
        name="days-late",
        title=_("Average days late"),
        value=in_days(now),
        note=_("median %(days)s, open invoices included") % {"days": in_days(median[-1])} if spans and median[-1] is not None else "",
        chart=Chart(
            Shape.LINES, _("Days that customers pay late, by period: now %(now)s.") % {"now": in_days(now)}, on_axis(spans), tuple(lines),
            day_axis(mean, median),
        ),
        columns=(
            period(), amount("money", gettext_lazy("Money that came")), days("mean", gettext_lazy("Average days late")),
            days("median", gettext_lazy("Median, open included")), count("invoices", gettext_lazy("Invoices of the median"), wide=True),
        ),
        rows=[
            row(span, book.currency, money=book.amount("late_money", span), mean=days_late(book, span), median=_median(book, span),
                invoices=book.count("median", span) or None)
            for span in reversed(spans)
        ],
        formula=_("average = Σ amount × (value day − due day) ÷ Σ amount; median = the day by which half of the invoices is paid (Kaplan and Meier)"),
        counts=_(
            "The average is over money that came in the period, early days count as less than 0, and each day is cut at 60 early and %(latest)s "
            "late. It looks best just when customers stop paying; so look at the median too: of what fell due in the 365 days before, what is "
            "open counts with its age. Left out: customers of our own group, direct debits that were not returned, factored invoices, and the first "
            "90 days of the ledger."
        ) % {"latest": number(LATEST)},
    )  # fmt: skip


def late_share(book: Book) -> Panel:
    """The share of what fell due that was paid late."""
    spans = [span for span in book.spans if fell_due(book, span)]
    late = [paid_late(book, span) for span in spans]
    over = [paid_over_30(book, span) for span in spans]
    last = next((span for span in reversed(spans) if not span.under_way), None)
    return Panel(
        name="late-share",
        title=_("Share paid late"),
        value=percent_of(paid_late(book, last)) if last else "",
        note=_("of what fell due, %(period)s") % {"period": period_name(last)} if last else "",
        chart=Chart(
            Shape.LINES, _("Share of what fell due that was paid late, by period."), on_axis(spans),
            (Line(_("Not on the due day"), tuple(late)), Line(_("Not within 30 days"), tuple(over), Ink.SOFT)), share_axis(late, over),
        ),
        columns=(
            period(), amount("due", gettext_lazy("Fell due")), percent("late", gettext_lazy("Not on the due day")),
            percent("over", gettext_lazy("Not within 30 days")),
        ),
        rows=[
            row(span, book.currency, due=fell_due(book, span), late=paid_late(book, span), over=paid_over_30(book, span))
            for span in reversed(spans)
        ],
        formula=_("1 − paid on or before the due day ÷ fell due; 1 − paid within 30 days ÷ fell due"),
        counts=_(
            "By the period of the due day, less what was credited or discounted; what is still open counts as late once its due day has "
            "passed. Whether something was paid within 30 days is known 30 days after the period. Left out: customers of our own group, direct "
            "debits that were not returned, factored invoices."
        ),
    )  # fmt: skip


def cohorts(book: Book) -> Panel:
    """What became of what fell due, until today."""
    spans = [span for span in book.spans if fell_due(book, span)]
    inks = (STEPS[1], STEPS[3], STEPS[5], Ink.SOFT, STEPS[0])
    lines = tuple(
        Line(
            str(label),
            tuple(share(max(book.amount("due", span, part), 0), fell_due(book, span)) for span in spans),
            inks[place],
        )
        for place, (part, label) in enumerate(BECAME.items())
    )
    return Panel(
        name="became",
        title=_("What became of what fell due"),
        value=percent_of(lines[0].values[-1]) if spans else "",
        note=_("paid on time, %(period)s") % {"period": period_name(spans[-1])} if spans else "",
        chart=Chart(
            Shape.STACK, _("What fell due in each period, by what became of it until today."), on_axis(spans), lines,
            tuple((mark, percent_of(mark)) for mark in (0.0, 0.25, 0.5, 0.75, 1.0)),
        ),
        columns=(
            period(), amount("due", gettext_lazy("Fell due")), *(amount(f"was_{part}", label) for part, label in BECAME.items()),
        ),
        rows=[
            row(span, book.currency, due=fell_due(book, span), **{f"was_{part}": book.amount("due", span, part) for part in BECAME})
            for span in reversed(spans)
        ],
        formula=_("each part ÷ what fell due in the period"),
        counts=_("As the ledger reads today: a month of a year ago shows what was paid since. What was credited or discounted is not in."),
    )  # fmt: skip


def promises(book: Book) -> Panel:
    """Promises to pay, by the day that was promised."""
    spans = book.spans
    lines = tuple(
        Line(str(label), tuple(book.count("promise", span, part) for span in spans), STEPS[(0, 2, 5)[place]])
        for place, (part, label) in enumerate(KEPT.items())
    )
    totals = [book.counts("promise", span, KEPT) for span in spans]
    kept, all_ = (book.over("promise", spans, "kept")[1], sum(totals))
    broken = book.over("promise", spans, "broken")[1]
    return Panel(
        name="promises",
        title=_("Promises to pay"),
        value=percent_of(share(broken, all_)),
        note=_("broken, of %(n)s that fell due") % {"n": number(all_)} if all_ else "",
        chart=Chart(
            Shape.STACK, _("Promises by what became of them: %(kept)s of %(all)s were kept.") % {"kept": number(kept), "all": number(all_)},
            on_axis(spans), lines, count_axis(totals), under_way(spans),
        ),
        columns=(
            period(), *(count(f"n_{part}", label) for part, label in KEPT.items()), percent("share", gettext_lazy("Share broken")),
            *(amount(f"sum_{part}", label, wide=True) for part, label in KEPT.items()),
        ),
        rows=[
            row(
                span, book.currency, share=share(book.count("promise", span, "broken"), book.counts("promise", span, KEPT)),
                **{f"n_{part}": book.count("promise", span, part) or None for part in KEPT},
                **{f"sum_{part}": book.amount("promise", span, part) for part in KEPT},
            )
            for span in reversed(spans)
        ],
        formula=_("share broken = promises broken ÷ promises whose day has passed"),
        counts=_(
            "By the day that was promised. A promise runs to its day, or the next bank day, and two bank days more; it is kept when the money "
            "came while it ran. Promises that still run or were withdrawn are left out."
        ),
    )  # fmt: skip


def latest(book: Book) -> Panel:
    """The customers with most past due, as they stand now."""
    today = book.scope.today
    found = list(book.accounts().filter(overdue__gt=0).order_by("-overdue", "id")[:10])

    def name(line: Any, _panel: Any) -> str:
        return format_html(
            '<a href="{}">{}</a>', book.scope.url("customer:page", customer=line.customer), line.name
        )

    return Panel(
        name="latest",
        title=_("Most past due"),
        columns=(
            Column("name", gettext_lazy("Customer"), show=name), amount("overdue", gettext_lazy("Past due")),
            count("age", gettext_lazy("Oldest, days")), amount("promised", gettext_lazy("Promised"), wide=True),
            amount("disputed", gettext_lazy("In dispute"), wide=True),
            Column("risk", gettext_lazy("Risk"), show=lambda line, _panel: speaking().named("risk", line.risk)),
        ),
        rows=[
            row(None, one.currency, name=one.name, customer=one.customer, overdue=one.overdue, promised=one.promised, disputed=one.disputed,
                age=(today - one.oldest_due_on).days if one.oldest_due_on else None, risk=one.risk_class)
            for one in found
        ],
        formula=_("open invoices past their due day; oldest = today − due day of the oldest of them that is not wholly in dispute"),
        counts=_("As customers stand now."),
        open=True,
        columns_wide=2,
    )  # fmt: skip
