"""What customers owe, how long it takes to come in, and what came in of what fell due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.screens.formats import money, number, speaking
from creditdesk.desk.screens.listing import Column
from creditdesk.desk.screens.monitor.chart import STEPS, Chart, Ink, Line, Shape
from creditdesk.desk.screens.monitor.panel import (
    Panel,
    against,
    amount,
    axis,
    day_axis,
    days,
    in_days,
    money_axis,
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
from creditdesk.measures.formulas import (
    best_possible_days,
    collection_effectiveness,
    countback_days,
    days_delinquent,
    days_sales_outstanding,
    not_due_of_balance,
    share,
)
from creditdesk.measures.spans import Span

NAMES = ("open", "credits", "unapplied", "sales", "sales_year", "fell_due", "collected", "top")

AGES: dict[str, Any] = {
    "not_due": gettext_lazy("Not yet due"), "1_30": gettext_lazy("1 to 30 days"), "31_60": gettext_lazy("31 to 60 days"),
    "61_90": gettext_lazy("61 to 90 days"), "91_180": gettext_lazy("91 to 180 days"), "over_180": gettext_lazy("More than 180 days"),
}  # fmt: skip
LATE = tuple(AGES)[1:]

LEAST_DAYS = 90
"""Sales of fewer days than a quarter say nothing of a year."""


# --- figures of one period ------------------------------------------------------------------------------------------


def opened(book: Book, span: Span) -> int:
    """What is open of invoices, due or not."""
    return book.sum("open", span)


def balance(book: Book, span: Span) -> int:
    """What customers owe on balance: open invoices less open credit notes and money not yet allocated."""
    return opened(book, span) - book.amount("credits", span) - book.amount("unapplied", span)


def not_due(book: Book, span: Span) -> int:
    """What of the balance is not yet due."""
    return not_due_of_balance(book.amount("open", span, "not_due"), balance(book, span))


def past_due(book: Book, span: Span) -> int:
    """What is open past its due day."""
    return book.sum("open", span, LATE)


def dso(book: Book, span: Span) -> float | None:
    """DSO over the sales of a year, or of the days that the ledger knows."""
    known = book.year_days(span)
    return (
        None
        if known < LEAST_DAYS
        else days_sales_outstanding(balance(book, span), book.amount("sales_year", span), known)
    )


def best_dso(book: Book, span: Span) -> float | None:
    """Best possible DSO."""
    known = book.year_days(span)
    return (
        None
        if known < LEAST_DAYS
        else best_possible_days(not_due(book, span), book.amount("sales_year", span), known)
    )


def delinquent(book: Book, span: Span) -> float | None:
    """Average days delinquent."""
    known = book.year_days(span)
    if known < LEAST_DAYS:
        return None
    return days_delinquent(balance(book, span), not_due(book, span), book.amount("sales_year", span), known)


def countback(book: Book, span: Span) -> float | None:
    """DSO by counting back over the periods."""
    earlier = [one for one in book.all_spans if one.last <= span.last]
    return countback_days(
        balance(book, span), [(book.amount("sales", one), one.days) for one in reversed(earlier)]
    )


def effectiveness(book: Book, span: Span, before: Span | None) -> float | None:
    """Collection effectiveness of a period."""
    if before is None:
        return None
    return collection_effectiveness(
        balance(book, before), book.amount("sales", span), balance(book, span), not_due(book, span)
    )


# --- panels ---------------------------------------------------------------------------------------------------------


def panels(book: Book) -> list[Panel]:
    """The panels of this page."""
    return [
        days_outstanding(book),
        ageing(book),
        collected(book),
        effective(book),
        concentration(book),
        largest(book),
    ]


def before(book: Book, span: Span) -> Span | None:
    """The period before."""
    place = book.spans.index(span)
    return book.spans[place - 1] if place else None


def change(book: Book, of: Callable[[Book, Span], float | None], write: Any) -> str:
    """How a figure stands against the end of the period before."""
    if len(book.spans) < 2:
        return ""
    now, then = book.spans[-1], book.spans[-2]
    return against(of(book, now), of(book, then), write, period_name(then))


def days_outstanding(book: Book) -> Panel:
    """DSO in its three forms, and the days of delinquency."""
    spans = book.spans
    simple, best, back = ([of(book, span) for span in spans] for of in (dso, best_dso, countback))
    rows = [
        row(
            span, book.currency, balance=balance(book, span), not_due=not_due(book, span), sales=book.amount("sales_year", span),
            dso=dso(book, span), best=best_dso(book, span), add=delinquent(book, span), countback=countback(book, span),
        )
        for span in reversed(spans)
    ]  # fmt: skip
    return Panel(
        name="dso",
        title=_("Days sales outstanding (DSO)"),
        value=in_days(simple[-1]) if spans else "",
        note=change(book, dso, lambda value: number(value, 1)),
        chart=Chart(
            Shape.LINES,
            _("DSO, counted back and best possible, by period: now %(now)s.") % {"now": in_days(simple[-1]) if spans else ""},
            on_axis(spans),
            (
                Line(_("DSO"), tuple(simple)),
                Line(_("Counted back"), tuple(back), Ink.SOFT),
                Line(_("Best possible"), tuple(best), Ink.DASHED),
            ),
            day_axis(simple, best, back),
        ),
        columns=(
            period(), amount("balance", gettext_lazy("Receivables")), amount("not_due", gettext_lazy("Not yet due"), wide=True),
            amount("sales", gettext_lazy("Sales of a year"), wide=True), days("dso", gettext_lazy("DSO")),
            days("best", gettext_lazy("Best possible")), days("add", gettext_lazy("Days delinquent")),
            days("countback", gettext_lazy("Counted back")),
        ),
        rows=rows,
        formula=_("DSO = receivables ÷ sales of a year × 365; best possible = not yet due ÷ sales of a year × 365; days delinquent = DSO − best possible"),
        counts=_(
            "Receivables are open invoices less open credit notes and money not yet allocated, VAT included, at the rate of the day; what is in "
            "dispute or handed over stays in. Money not yet allocated is taken from what is past due first. Sales are invoices less credit notes of "
            "365 days, VAT included, or of the days that the ledger knows, from 90 on. Counted back: the newest sales are taken from the "
            "receivables until nothing is left, and their days are added; seasons do not blur it. Customers of our own group are in."
        ),
    )  # fmt: skip


def ageing(book: Book) -> Panel:
    """Open invoices by days past due."""
    spans = book.spans
    now = spans[-1] if spans else None
    lines = tuple(
        Line(str(label), tuple(max(book.amount("open", span, age), 0) for span in spans), STEPS[place])
        for place, (age, label) in enumerate(AGES.items())
    )
    totals = [sum(line.values[index] or 0 for line in lines) for index in range(len(spans))]
    late = percent_of(share(past_due(book, now), opened(book, now))) if now else ""
    return Panel(
        name="ageing",
        title=_("Ageing"),
        value=money(past_due(book, now), book.currency) if now else "",
        note=_("past due, %(share)s of what is open") % {"share": late} if late else "",
        chart=Chart(
            Shape.STACK, _("Open invoices by age and period: %(share)s is past due.") % {"share": late or "0 %"}, on_axis(spans), lines,
            money_axis(book.currency, totals),
        ),
        columns=(
            period(), *(amount(f"age_{age}", label) for age, label in AGES.items()), amount("open", gettext_lazy("Open")),
            amount("credits", gettext_lazy("Open credit notes"), wide=True),
            amount("unapplied", gettext_lazy("Not yet allocated"), wide=True), amount("balance", gettext_lazy("Receivables")),
        ),
        rows=[
            row(
                span, book.currency, open=opened(book, span), credits=-book.amount("credits", span) or 0,
                unapplied=-book.amount("unapplied", span) or 0, balance=balance(book, span),
                **{f"age_{age}": book.amount("open", span, age) for age in AGES},
            )
            for span in reversed(spans)
        ],
        formula=_("age = last day of the period − due day, or the next bank day where the due day is none"),
        counts=_(
            "Every open invoice as it stood at the end of the period, with its part payments, in dispute, promised or handed over or not. Credit "
            "notes that are not matched and money that is not allocated stand apart; together they are the balance of the ledger. Money of "
            "unknown payers is left out."
        ),
    )  # fmt: skip


def collected(book: Book) -> Panel:
    """Money that came in against what fell due."""
    spans = book.spans
    came = [max(book.amount("collected", span), 0) for span in spans]
    due = [book.amount("fell_due", span) for span in spans]
    last = _whole(book)
    told = percent_of(share(book.amount("collected", last), book.amount("fell_due", last))) if last else ""
    return Panel(
        name="collected",
        title=_("Collected against due"),
        value=money(came[-1], book.currency) if spans else "",
        note=_("%(period)s: %(share)s of what fell due") % {"period": period_name(last), "share": told} if told else "",
        chart=Chart(
            Shape.BARS, _("Money that came in, and what fell due, by period."), on_axis(spans),
            (Line(_("Collected"), tuple(came)), Line(_("Fell due"), tuple(due), Ink.SOFT)), money_axis(book.currency, came, due),
            under_way(spans),
        ),
        columns=(
            period(), amount("due", gettext_lazy("Fell due")), amount("came", gettext_lazy("Collected")),
            percent("part", gettext_lazy("Of what fell due")), amount("sales", gettext_lazy("Invoiced"), wide=True),
        ),
        rows=[
            row(
                span, book.currency, due=book.amount("fell_due", span), came=book.amount("collected", span),
                part=share(book.amount("collected", span), book.amount("fell_due", span)), sales=book.amount("sales", span),
            )
            for span in reversed(spans)
        ],
        formula=_("collected ÷ fell due"),
        counts=_(
            "Collected is money by its value day, deposits included, less what was returned. Fell due is what invoices with their due day in "
            "the period were for, less what was credited or discounted. Money for older invoices counts too, so that more than all can come in. "
            "Refunds, and money of unknown payers, are left out."
        ),
    )  # fmt: skip


def _whole(book: Book) -> Span | None:
    """The last period that is over."""
    return next((span for span in reversed(book.spans) if not span.under_way), None)


def effective(book: Book) -> Panel:
    """Collection effectiveness index."""
    spans = book.spans[1:]
    values = [None if span.under_way else effectiveness(book, span, before(book, span)) for span in spans]
    last = next((value for value in reversed(values) if value is not None), None)
    span = _whole(book)
    return Panel(
        name="cei",
        title=_("Collection effectiveness (CEI)"),
        value=number(last, 1),
        note=_("of 100, %(period)s") % {"period": period_name(span)} if last is not None else "",
        chart=Chart(
            Shape.LINES, _("Collection effectiveness by period: %(now)s of 100.") % {"now": number(last, 1)}, on_axis(spans),
            (Line(_("CEI"), tuple(values)),), axis([0, 100], number),
        ),
        columns=(
            period(), amount("begin", gettext_lazy("Receivables at the beginning")), amount("sales", gettext_lazy("Invoiced")),
            amount("end", gettext_lazy("Receivables at the end")), amount("not_due", gettext_lazy("Not yet due")),
            days("cei", gettext_lazy("CEI")),
        ),
        rows=[
            row(
                one, book.currency, begin=balance(book, earlier), sales=book.amount("sales", one), end=balance(book, one),
                not_due=not_due(book, one), cei=effectiveness(book, one, earlier),
            )
            for one in reversed(spans)
            if (earlier := before(book, one)) is not None
        ],
        formula=_("CEI = 100 × (receivables at the beginning + invoiced − receivables at the end) ÷ (receivables at the beginning + invoiced − not yet due at the end)"),
        counts=_(
            "100: all that was due in the period came in. What was written off, credited or discounted counts as if it were collected, and so "
            "does a change of rates. The period under way is in the table only."
        ),
    )  # fmt: skip


def concentration(book: Book) -> Panel:
    """How much of what is open the ten largest debtors owe."""
    spans = book.spans if book.known("top") else []
    values = [share(book.amount("top", span, "ten"), book.amount("top", span, "all")) for span in spans]
    return Panel(
        name="top",
        title=_("Share of the ten largest debtors"),
        value=percent_of(values[-1]) if values else "",
        note=_("of what is open") if values else "",
        chart=Chart(
            Shape.LINES, _("Share of what is open that the ten largest debtors owe, by month."), on_axis(spans),
            (Line(_("Ten largest"), tuple(values)),), share_axis(values),
        ),
        columns=(
            period(), amount("ten", gettext_lazy("The ten largest owe")), amount("all", gettext_lazy("All owe")),
            percent("part", gettext_lazy("Share")), Column("debtors", gettext_lazy("Debtors"), show=lambda line, _panel: number(line.debtors)),
        ),
        rows=[
            row(span, book.currency, ten=book.amount("top", span, "ten"), all=book.amount("top", span, "all"), part=value,
                debtors=book.count("top", span, "all"))
            for span, value in reversed(list(zip(spans, values, strict=True)))
        ],
        formula=_("open invoices of the ten payers that owe most ÷ all open invoices"),
        counts=_("Branches that one customer pays for are one debtor. Which ten they are may differ from month to month."),
        empty="" if spans else _("This figure exists by month, and for one portfolio at a time."),
    )  # fmt: skip


def largest(book: Book) -> Panel:
    """The ten customers that owe most, as they stand now."""
    found = list(book.accounts().filter(open__gt=0).order_by("-open", "id")[:10])
    whole = opened(book, book.spans[-1]) if book.spans else 0

    def name(line: Any, _panel: Any) -> str:
        from django.utils.html import format_html

        return format_html(
            '<a href="{}">{}</a>', book.scope.url("customer:page", customer=line.customer), line.name
        )

    return Panel(
        name="largest",
        title=_("Who owes most"),
        columns=(
            Column("name", gettext_lazy("Customer"), show=name), amount("open", gettext_lazy("Open")),
            amount("overdue", gettext_lazy("Past due")), percent("part", gettext_lazy("Share"), wide=True),
            Column("segment", gettext_lazy("Segment"), show=lambda line, _panel: speaking().named("segment", line.segment), wide=True),
        ),
        rows=[
            row(None, one.currency, name=one.name, customer=one.customer, open=one.open, overdue=one.overdue,
                part=share(one.open, whole), segment=one.segment)
            for one in found
        ],
        formula=_("open invoices of a customer, and their share of all that is open"),
        counts=_("As customers stand now; a customer that another one pays for stands by itself."),
        open=True,
    )  # fmt: skip
