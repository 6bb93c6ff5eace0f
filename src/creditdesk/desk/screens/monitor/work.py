"""The work of collecting: who did what, what it cost, and which reminders should not have gone."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.casework.models import Task
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import number, speaking
from creditdesk.desk.screens.listing import Column
from creditdesk.desk.screens.monitor.chart import STEPS, Chart, Line, Shape
from creditdesk.desk.screens.monitor.panel import (
    Panel,
    amount,
    axis,
    count,
    count_axis,
    on_axis,
    percent,
    percent_of,
    period,
    period_name,
    row,
    under_way,
)
from creditdesk.desk.screens.monitor.reading import Book
from creditdesk.measures.formulas import share
from creditdesk.measures.spans import MONTH, Span
from creditdesk.measures.work import UNKNOWN

NAMES = (
    "contact",
    "done",
    "called",
    "reached",
    "promised",
    "collected",
    "collected_of",
    "reminder",
    "reminder_wrong",
)

LAST = {MONTH: 3, "week": 13}
"""How many periods the work of a person is counted over, the one under way included."""

WHY: dict[str, Any] = {
    "bank": gettext_lazy("The bank told of it too late"), "allocation": gettext_lazy("Paid, not yet allocated"),
    "known": gettext_lazy("Paid, and known"), "partly": gettext_lazy("Paid in part of the list"),
}  # fmt: skip

SYSTEM = frozenset({"system", "creditdesk"})
"""Who did what the desk or an earlier system sent by itself."""


def panels(book: Book) -> list[Panel]:
    """The panels of this page."""
    return [contacts(book), cost(book), wrong(book), people(book)]


def _person(name: str) -> str:
    if name in SYSTEM:
        return _("sent by itself")
    return _("not on record") if name == UNKNOWN else codes.who(name)


def people(book: Book) -> Panel:
    """Work per collector."""
    last = book.spans[-LAST[book.grain] :]
    tasks = {
        row["assigned"]: (row["n"], row["late"])
        for row in _tasks(book)
        .values("assigned")
        .annotate(n=Count("id"), late=Count("id", filter=Q(overdue=True)))
        .order_by()
    }
    known = {*book.parts("done"), *book.parts("collected_of"), *(name for name in tasks if name)}
    rows = []
    for name, each in {**{name: {name} for name in known - SYSTEM}, "system": known & SYSTEM}.items():

        def over(figure: str, each: set[str] = each) -> int:
            return sum(book.over(figure, last, one)[1] for one in each)

        called, reached = over("called"), over("reached")
        todo, late = tasks.get(name, (0, 0))
        rows.append(
            row(
                None, book.currency, person=name, todo=todo or None, late=late or None, done=over("done"),
                called=called or None, reached=share(reached, called), promised=over("promised") or None,
                came=sum(book.over("collected_of", last, one)[0] for one in each),
            )
        )  # fmt: skip
    rows = [one for one in rows if one.todo or one.done or one.came]
    rows.sort(key=lambda one: (one.person in SYSTEM, -one.done, one.person))
    since = last[0].first if last else None
    return Panel(
        name="people",
        title=_("Work per collector"),
        value=number(sum(one.done for one in rows if one.person not in SYSTEM)),
        note=_("contacts by people since %(day)s") % {"day": speaking().short_day(since)} if since else "",
        columns=(
            Column("person", gettext_lazy("Who"), show=lambda line, _panel: _person(line.person)), count("todo", gettext_lazy("Tasks open")),
            count("late", gettext_lazy("Of these late"), wide=True), count("done", gettext_lazy("Contacts")),
            count("called", gettext_lazy("Calls"), wide=True), percent("reached", gettext_lazy("Reached"), wide=True),
            count("promised", gettext_lazy("Promises"), wide=True), amount("came", gettext_lazy("Collected from own customers")),
        ),
        rows=rows,
        formula=_("reached = calls in which somebody was spoken to ÷ calls"),
        counts=_(
            "Contacts, calls and promises of the last three months or thirteen weeks, by the name on record; tasks as they stand now. Collected "
            "is what customers paid whose collector the person is today, whoever spoke to them: it is no measure of a person's work."
        ),
        open=True,
        columns_wide=0,
    )  # fmt: skip


def _tasks(book: Book) -> Any:
    """Open tasks about customers of the group."""
    rows = book.scope.of(Task).filter(state=Task.State.OPEN)
    return rows if book.group.code == "" else rows.filter(customer__in=book.accounts().values("customer"))


def contacts(book: Book) -> Panel:
    """Contacts by channel."""
    spans = book.spans
    t = speaking()
    channels = sorted(book.parts("contact"), key=lambda part: (-book.over("contact", spans, part)[1], part))
    main, rest = channels[:4], channels[4:]
    lines = [
        Line(
            t.named("do", part),
            tuple(book.count("contact", span, part) for span in spans),
            STEPS[(5, 3, 1, 0)[place]],
        )
        for place, part in enumerate(main)
    ]
    if rest:
        lines[3:] = [
            Line(_("Other"), tuple(book.counts("contact", span, channels[3:]) for span in spans), STEPS[0])
        ]
    totals = [book.counts("contact", span, channels) for span in spans]
    return Panel(
        name="contacts",
        title=_("Contacts by channel"),
        value=number(totals[-1]) if spans else "",
        note=period_name(spans[-1]) if spans else "",
        chart=Chart(Shape.STACK, _("Contacts by us, by channel and period."), on_axis(spans), tuple(lines), count_axis(totals), under_way(spans)),
        columns=(period(), *(count(f"by_{part}", t.named("do", part)) for part in channels), count("all", gettext_lazy("All"))),
        rows=[
            row(span, book.currency, all=totals[index], **{f"by_{part}": book.count("contact", span, part) or None for part in channels})
            for index, span in reversed(list(enumerate(spans)))
        ],
        formula=_("contacts done, by channel"),
        counts=_("Everything that went out to a customer, whoever did it; what was skipped, or failed to go out, is left out."),
    )  # fmt: skip


def _cost(book: Book, span: Span) -> int:
    return book.sum("contact", span)


def cost(book: Book) -> Panel:
    """Cost to collect."""
    spans = [span for span in book.spans if book.amount("collected", span) > 0]
    priced = any(_cost(book, span) for span in spans)
    while spans and not book.counts(
        "contact", spans[0]
    ):  # before the first contact on record nothing is known of its cost
        spans.pop(0)
    values = (
        [share(_cost(book, span) * 1000, book.amount("collected", span)) for span in spans] if priced else []
    )
    write = _per_thousand(book)
    last = next((span for span in reversed(spans) if not span.under_way), None) if priced else None
    told = share(_cost(book, last) * 1000, book.amount("collected", last)) if last else None
    return Panel(
        name="cost",
        title=_("Cost to collect"),
        value=write(told) if told is not None else "",
        note=_("per 1,000 collected, %(period)s") % {"period": period_name(last)} if last else "",
        chart=Chart(
            Shape.LINES, _("What contacts cost for each 1,000 collected, by period."), on_axis(spans), (Line(_("Cost per 1,000"), tuple(values)),),
            axis(values, write),
        ),
        columns=(
            period(), amount("cost", gettext_lazy("Cost of contacts")), amount("came", gettext_lazy("Collected")),
            Column("per", gettext_lazy("Cost per 1,000"), value=lambda line: None if line.per is None else round(line.per, 2),
                   show=lambda line, _panel: "" if line.per is None else write(line.per)),
        ),
        rows=[
            row(span, book.currency, cost=_cost(book, span), came=book.amount("collected", span), per=values[index])
            for index, span in reversed(list(enumerate(spans)))
        ] if priced else [],
        formula=_("Σ contacts × the policy's cost of one ÷ money collected × 1,000"),
        counts=_(
            "At the costs of an action that today's policy names, also for the past; a channel without one costs nothing here. The money that "
            "waiting ties up, write-offs and what agencies charge are left out. All money that came in counts, reminded or not."
        ),
        empty="" if priced else _("The policy names no costs of actions."),
    )  # fmt: skip


def _per_thousand(book: Book) -> Any:
    """Writes an amount per thousand, with cents."""

    def write(value: float) -> str:
        from babel.numbers import format_currency

        return str(format_currency(round(value, 2), book.currency, locale=speaking().locale))

    return write


def wrong(book: Book) -> Panel:
    """Reminders that proved wrong."""
    spans = book.spans
    parts = tuple(WHY)
    lines = tuple(
        Line(
            str(label),
            tuple(book.count("reminder_wrong", span, part) for span in spans),
            STEPS[(5, 3, 2, 0)[place]],
        )
        for place, (part, label) in enumerate(WHY.items())
    )
    totals = [book.counts("reminder_wrong", span, parts) for span in spans]
    sent = book.over("reminder", spans)[1]
    return Panel(
        name="wrong",
        title=_("Reminders that proved wrong"),
        value=percent_of(share(sum(totals), sent)),
        note=_("%(n)s of %(all)s listed something that was paid before") % {"n": number(sum(totals)), "all": number(sent)} if sent else "",
        chart=Chart(
            Shape.STACK, _("Reminders that listed something that was paid before they went out, by cause."), on_axis(spans), lines,
            count_axis(totals), under_way(spans),
        ),
        columns=(
            period(), count("sent", gettext_lazy("Reminders")), count("all", gettext_lazy("Wrong")), percent("part", gettext_lazy("Share")),
            *(count(f"why_{part}", label, wide=True) for part, label in WHY.items()), amount("asked", gettext_lazy("Asked for wrongly"), wide=True),
        ),
        rows=[
            row(
                span, book.currency, sent=book.count("reminder", span), all=totals[index] or None,
                part=share(totals[index], book.count("reminder", span)), asked=book.sum("reminder_wrong", span, parts),
                **{f"why_{part}": book.count("reminder_wrong", span, part) or None for part in parts},
            )
            for index, span in reversed(list(enumerate(spans)))
        ],
        formula=_("reminders that list an invoice which was paid before the day they went out ÷ reminders"),
        counts=_(
            "Mails, letters and SMS of level 1 or more that list invoices. Paid before: by the value day of the money, within the tolerance. "
            "Money that came on the day itself crossed the reminder and is left out. The first cause asks for bank files earlier in the day, the "
            "second for allocation before the day is run."
        ),
    )  # fmt: skip
