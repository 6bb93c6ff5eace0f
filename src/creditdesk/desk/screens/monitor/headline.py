"""The few figures that stand above all others, each with the way to its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from creditdesk.desk.screens.formats import number, speaking
from creditdesk.desk.screens.monitor import behaviour, receivables
from creditdesk.desk.screens.monitor.panel import in_days, percent_of, period_name
from creditdesk.desk.screens.monitor.reading import Book
from creditdesk.measures.formulas import share

NAMES = (*receivables.NAMES, "late", "late_money", "due", "disputed")


@dataclass(frozen=True)
class Figure:
    """One figure."""

    label: str
    value: str
    note: str
    url: str


def headline(book: Book) -> list[Figure]:
    """Six figures as of the last day."""
    now, scope = book.spans[-1], book.scope
    t, currency = speaking(), book.currency
    over = next((span for span in reversed(book.spans) if not span.under_way), None)
    best, late = receivables.best_dso(book, now), behaviour.paid_late(book, over) if over else None
    query = "" if not book.group.code else f"?group={book.group.code}"
    mean = behaviour.days_late(book, over) if over else None
    return [
        Figure(
            _("Receivables"), t.short(receivables.balance(book, now), currency),
            _("%(amount)s open") % {"amount": t.short(receivables.opened(book, now), currency)}, "#ageing",
        ),
        Figure(
            _("Past due"), t.short(receivables.past_due(book, now), currency),
            _("%(share)s of what is open") % {"share": percent_of(share(receivables.past_due(book, now), receivables.opened(book, now)))},
            "#ageing",
        ),
        Figure(_("DSO"), in_days(receivables.dso(book, now)), _("best possible %(days)s") % {"days": in_days(best)} if best is not None else "", "#dso"),
        Figure(
            _("Days delinquent"), in_days(receivables.delinquent(book, now)), _("DSO less best possible"), "#dso",
        ),
        Figure(
            _("Paid late"), percent_of(late), period_name(over), f"{scope.url('monitor:behaviour')}{query}",
        ),
        Figure(
            _("Days late"), in_days(mean), period_name(over), f"{scope.url('monitor:behaviour')}{query}",
        ),
        Figure(
            _("In dispute"), t.short(book.sum("disputed", now), currency),
            _("%(n)s disputes") % {"n": number(book.counts("disputed", now))}, f"{scope.url('monitor:disputes')}{query}",
        ),
    ]  # fmt: skip
