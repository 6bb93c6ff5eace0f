"""Guard rails per segment, and what a change of treatment may be said to have done."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from creditdesk.desk.monitor.models import Figure
from creditdesk.desk.screens.formats import number, speaking
from creditdesk.desk.screens.listing import Column
from creditdesk.desk.screens.monitor.chart import Chart, Ink, Line, Shape
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
    row,
    under_way,
)
from creditdesk.desk.screens.monitor.reading import Book
from creditdesk.desk.standing.models import Account
from creditdesk.facts.money import digits
from creditdesk.measures.formulas import mean_days, share
from creditdesk.measures.lateness import PARTS
from creditdesk.measures.spans import MONTH

NAMES = (
    "feedback",
    "dispute_reminded",
    "dispute_opened",
    "compared",
    "compared_money",
    "by_itself",
    "by_itself_money",
)

PER_SEGMENT = (
    "sales",
    "collected",
    "contact",
    "reminder",
    "dispute_opened",
    "dispute_reminded",
    "feedback",
    "promise",
    "due",
)

BANDS: dict[str, Any] = {
    "to_5": gettext_lazy("up to 5 days late"), "to_15": gettext_lazy("6 to 15 days late"), "to_30": gettext_lazy("16 to 30 days late"),
    "over_30": gettext_lazy("more than 30 days late"),
}  # fmt: skip
QUARTERS: dict[str, Any] = {
    "1": gettext_lazy("Best quarter"), "2": gettext_lazy("Second"), "3": gettext_lazy("Third"), "4": gettext_lazy("Worst quarter")
}  # fmt: skip


def panels(book: Book) -> list[Panel]:
    """The panels of this page. What is split by segment, or compares customers, is there for whoever sees all customers."""
    own = [satisfaction(book), reminded(book)]
    return [segments(book), *own, by_itself(book), compared(book)] if book.everybody else own


# --- guard rails ----------------------------------------------------------------------------------------------------


def segments(book: Book) -> Panel:
    """What the treatment of each segment does besides collecting."""
    now = book.spans[-1] if book.spans else None
    days_ = [span.last for span in book.spans if now and (now.last - span.last).days < 365]
    found = (
        Figure.objects.filter(
            company=book.scope.company,
            group__startswith="segment:",
            grain=book.grain,
            name__in=PER_SEGMENT,
            on__in=days_,
        )
        .order_by()
        .values_list("group", "name", "part")
        .annotate(Sum("amount"), Sum("count"))
    )
    sums: dict[str, dict[str, tuple[int, int]]] = {}
    for group, name, part, money, n in found:
        of = sums.setdefault(group.removeprefix("segment:"), {})
        for key in {name, f"{name}:{part}"}:
            before = of.get(key, (0, 0))
            of[key] = (before[0] + int(money), before[1] + int(n))
    customers = dict(
        Account.objects.filter(company=book.scope.company)
        .order_by()
        .values_list("segment")
        .annotate(n=Count("id"))
    )
    rows = []
    for segment, n in sorted(customers.items(), key=lambda pair: -pair[1]):
        of = sums.get(segment, {})

        def of_name(name: str, of: dict[str, tuple[int, int]] = of) -> tuple[int, int]:
            return of.get(name, (0, 0))

        collected, contacts, reminders = (
            of_name("collected")[0],
            of_name("contact")[1],
            of_name("reminder")[1],
        )
        due = sum(of_name(f"due:{part}")[0] for part in PARTS)
        score, answers = of_name("feedback")
        rows.append(
            row(
                None, book.currency, segment=segment, n=n, sales=of_name("sales")[0],
                contacts=share(contacts * 100_000 * 10 ** digits(book.currency), collected), reminded=share(of_name("dispute_reminded")[1], reminders),
                promises=share(of_name("promise:broken")[1], of_name("promise")[1]),
                late=share(due - of_name("due:on_time")[0], due), score=mean_days(score, answers), answers=answers or None,
            )
        )  # fmt: skip
    return Panel(
        name="segments",
        title=_("Guard rails per segment"),
        columns=(
            Column("segment", gettext_lazy("Segment"), show=lambda line, _panel: speaking().named("segment", line.segment)),
            count("n", gettext_lazy("Customers")), amount("sales", gettext_lazy("Sales, 12 months"), wide=True),
            percent("late", gettext_lazy("Paid late")), days("contacts", gettext_lazy("Contacts per 100,000 collected"), wide=True),
            percent("reminded", gettext_lazy("Disputes after reminders")), percent("promises", gettext_lazy("Promises broken"), wide=True),
            days("score", gettext_lazy("Satisfaction, 1 to 5")), count("answers", gettext_lazy("Answers"), wide=True),
        ),
        rows=rows,
        formula=_("disputes after reminders = disputes opened within 30 days after a reminder ÷ reminders; satisfaction = Σ scores ÷ answers"),
        counts=_(
            "Sums of 12 months of the customers that are in the segment today. A treatment that collects faster and loses customers, brings out "
            "disputes or needs ever more contacts is no better: look at these before and after a change of the policy."
        ),
        open=True,
        columns_wide=0,
        empty="" if rows else _("No customers yet."),
    )  # fmt: skip


def satisfaction(book: Book) -> Panel:
    """What customers answered."""
    spans = [span for span in book.spans if book.count("feedback", span)]
    values = [mean_days(book.amount("feedback", span), book.count("feedback", span)) for span in spans]
    score, answers = book.over("feedback", spans)
    return Panel(
        name="satisfaction",
        title=_("Satisfaction"),
        value=number(mean_days(score, answers), 1) if answers else "",
        note=ngettext("of 5, %(n)s answer", "of 5, %(n)s answers", answers) % {"n": number(answers)} if answers else "",
        chart=Chart(
            Shape.LINES, _("Average answer of customers, 1 to 5, by period."), on_axis(spans), (Line(_("Satisfaction"), tuple(values)),),
            tuple((float(mark), number(mark)) for mark in (1, 2, 3, 4, 5)),
        ),
        columns=(period(), count("answers", gettext_lazy("Answers")), days("score", gettext_lazy("Average, 1 to 5"))),
        rows=[
            row(span, book.currency, answers=book.count("feedback", span), score=value)
            for span, value in reversed(list(zip(spans, values, strict=True)))
        ],
        formula=_("Σ scores ÷ answers"),
        counts=_("Answers to the one question after a call, a dispute or a visit to the portal. Who answers is not everybody: few answers say little."),
        empty="" if spans else _("No customer has answered yet."),
    )  # fmt: skip


def reminded(book: Book) -> Panel:
    """Disputes that come after reminders."""
    spans = book.spans
    after = [book.count("dispute_reminded", span) for span in spans]
    opened = [book.counts("dispute_opened", span) for span in spans]
    return Panel(
        name="reminded",
        title=_("Disputes after reminders"),
        value=percent_of(share(sum(after), sum(opened))),
        note=_("of the disputes opened") if sum(opened) else "",
        chart=Chart(
            Shape.BARS, _("Disputes opened within 30 days after a reminder, and all disputes opened, by period."), on_axis(spans),
            (Line(_("After a reminder"), tuple(after)), Line(_("All opened"), tuple(opened), Ink.SOFT)), count_axis(after, opened),
            under_way(spans),
        ),
        columns=(
            period(), count("after", gettext_lazy("After a reminder")), count("opened", gettext_lazy("All opened")), percent("part", gettext_lazy("Share")),
        ),
        rows=[
            row(span, book.currency, after=after[index], opened=opened[index], part=share(after[index], opened[index]))
            for index, span in reversed(list(enumerate(spans)))
        ],
        formula=_("disputes opened within 30 days after a contact of level 1 or more ÷ disputes opened"),
        counts=_("Some disputes are only heard of because somebody asked; many of one customer can be a way of putting off."),
    )  # fmt: skip


# --- before and after -----------------------------------------------------------------------------------------------

NOT_CAUSAL = gettext_lazy(
    "Who pays worst in one quarter pays less badly in the next, whatever anybody does (regression to the mean). Only customers "
    "that were treated differently by chance can show what a treatment does."
)


def _mean(book: Book, name: str, part: str) -> tuple[float | None, int]:
    span = book.spans[-1]
    money = book.amount(f"{name}_money", span, part)
    return (
        (mean_days(book.amount(name, span, part), money), book.count(name, span, part))
        if money > 0
        else (None, 0)
    )


def compared(book: Book) -> Panel:
    """Customers that were moved, beside customers who paid alike before and stayed."""
    rows = []
    if book.spans and book.grain == MONTH:
        for band, label in BANDS.items():
            (moved_before, n), (moved_after, _n) = (
                _mean(book, "compared", f"{band}:moved:{when}") for when in ("before", "after")
            )
            (stayed_before, m), (stayed_after, _m) = (
                _mean(book, "compared", f"{band}:stayed:{when}") for when in ("before", "after")
            )
            if n:
                moved, stayed = _change(moved_before, moved_after), _change(stayed_before, stayed_after)
                rows.append(
                    row(
                        None, book.currency, band=str(label), n=n, before=moved_before, after=moved_after, m=m, stayed_before=stayed_before,
                        stayed_after=stayed_after, apart=None if moved is None or stayed is None else moved - stayed,
                    )
                )  # fmt: skip
    return Panel(
        name="compared",
        title=_("Before and after a move, beside those who stayed"),
        columns=(
            Column("band", gettext_lazy("Paid before")), count("n", gettext_lazy("Moved")), days("before", gettext_lazy("Days late before")),
            days("after", gettext_lazy("after")), count("m", gettext_lazy("Stayed"), wide=True),
            days("stayed_before", gettext_lazy("Days late before"), wide=True), days("stayed_after", gettext_lazy("after"), wide=True),
            days("apart", gettext_lazy("Change less theirs")),
        ),
        rows=rows,
        formula=_("change less theirs = (after − before) of those who moved − (after − before) of those who stayed"),
        counts=_(
            "Moved: into another segment 30 to 180 days ago. Stayed: in one segment for a year; their before and after lie around the middle of "
            "the moves. Days late of the money that came in the 90 days before and after, of customers with three payments in each. They were "
            "alike in how late they paid, not in everything: customers are moved for reasons."
        ),
        open=True,
        columns_wide=0,
        caution=str(NOT_CAUSAL),
        empty="" if rows else _("No customer was moved 30 to 180 days ago that paid three times before and after.")
        if book.grain == MONTH else _("This figure exists by month."),
    )  # fmt: skip


def _change(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def by_itself(book: Book) -> Panel:
    """What changes although nobody does anything: the negative control."""
    rows, lines = [], []
    if book.spans and book.grain == MONTH:
        for place, label in QUARTERS.items():
            (before, n), (after, _n) = (
                _mean(book, "by_itself", f"{place}:{when}") for when in ("before", "after")
            )
            if n:
                rows.append(
                    row(
                        None,
                        book.currency,
                        quarter=str(label),
                        n=n,
                        before=before,
                        after=after,
                        change=_change(before, after),
                    )
                )
                lines.append(Line(str(label), (before, after), Ink.ACCENT if place == "4" else Ink.SOFT))
    worst = rows[-1] if rows else None
    return Panel(
        name="by-itself",
        title=_("What changes by itself"),
        value=in_days(abs(worst.change)) if worst and worst.change is not None else "",
        note=(_("by which the worst quarter improved") if worst.change < 0 else _("by which the worst quarter got worse"))
        if worst and worst.change is not None else "",
        chart=Chart(
            Shape.SLOPES, _("Days late of four groups of customers, in one quarter and in the next."), (_("90 days before"), _("last 90 days")),
            tuple(lines), day_axis([one.before for one in rows], [one.after for one in rows]),
        ),
        columns=(
            Column("quarter", gettext_lazy("Customers by how late they paid")), count("n", gettext_lazy("Customers")),
            days("before", gettext_lazy("Days late before")), days("after", gettext_lazy("Days late in the last 90 days")),
            days("change", pgettext_lazy("figure", "Change")),
        ),
        rows=rows,
        formula=_("customers in four equal groups by their days late in one quarter of a year; their days late in the next"),
        counts=_(
            "Customers with three payments in both. The worst get better and the best get worse although nothing was done to them because of it: "
            "so much of any improvement would have come anyway."
        ),
        caution=str(NOT_CAUSAL),
        empty="" if rows else _("No customer paid three times in both of the last two quarters.") if book.grain == MONTH
        else _("This figure exists by month."),
    )  # fmt: skip
