"""A panel: one figure with its chart, its table and its formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.numbers import format_compact_currency
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.screens.formats import money, number, speaking
from creditdesk.desk.screens.listing import Column, Kind
from creditdesk.desk.screens.monitor.chart import Chart, Line, nice_ticks
from creditdesk.facts.money import digits as digits_of
from creditdesk.measures.spans import WEEK, Span


@dataclass
class Panel:
    """One figure.

    Attributes:
        name: in the address of its files.
        value: the newest figure, written; with `note` beside it.
        formula: how it is computed, in one line; `counts` says in sentences what counts and what is left out.
        rows: newest first; each bears the attributes that the columns name, and `currency`.
        open: the table is what it is about: it is shown at once.
        columns_wide: how many columns of the page it takes; 0 = the whole line.
        caution: what the figure does not say; shown above the table.
        empty: why there is nothing yet.
        every: all rows for a file, where the page shows some of them.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    formula: str
    counts: str
    value: str = ""
    note: str = ""
    chart: Chart | None = None
    open: bool = False
    columns_wide: int = 1
    caution: str = ""
    empty: str = ""
    every: Callable[[], Sequence[Any]] | None = None
    picture: Any = field(default="", init=False)

    @property
    def blank(self) -> bool:
        """Whether there is nothing to show."""
        return not self.rows or (self.chart is not None and self.chart.blank and not self.open)

    @property
    def legend(self) -> list[Line]:
        """The series, where there are several."""
        if self.chart is None or len(self.chart.lines) < 2:
            return []
        return list(self.chart.lines)

    def lines(self) -> list[list[tuple[Column, Any]]]:
        """The table as HTML cells."""
        return [[(column, column.cell(row, self)) for column in self.columns] for row in self.rows]


def row(span: Span | None, currency: str, **cells: Any) -> SimpleNamespace:
    """A row of a table."""
    return SimpleNamespace(span=span, on=span.last if span else None, currency=currency, **cells)


# --- columns --------------------------------------------------------------------------------------------------------


def period() -> Column:
    """The period, by its last day in files."""
    return Column("on", gettext_lazy("Period"), show=lambda line, _panel: period_name(line.span))


def amount(name: str, label: Any, *, wide: bool = False) -> Column:
    """An amount."""
    return Column(name, label, Kind.MONEY, wide=wide)


def count(name: str, label: Any, *, wide: bool = False) -> Column:
    """A number of things."""
    return Column(name, label, Kind.NUMBER, wide=wide)


def days(name: str, label: Any, *, wide: bool = False) -> Column:
    """A number of days, with one decimal."""

    def value(line: Any) -> float | None:
        found = getattr(line, name)
        return None if found is None else round(found, 1)

    return Column(
        name, label, Kind.NUMBER, value=value, show=lambda line, _panel: number(value(line), 1), wide=wide
    )


def percent(name: str, label: Any, *, wide: bool = False) -> Column:
    """A share of one, written in percent; in files as a share."""

    def value(line: Any) -> float | None:
        found = getattr(line, name)
        return None if found is None else round(found, 4)

    return Column(
        name, label, Kind.NUMBER, value=value, show=lambda line, _panel: percent_of(value(line)), wide=wide
    )


# --- words ----------------------------------------------------------------------------------------------------------


def percent_of(share: float | None) -> str:
    """A share in percent; empty for none."""
    return "" if share is None else speaking().percent(share, 1)


def in_days(value: float | None) -> str:
    """`43.8 days`."""
    return "" if value is None else _("%(n)s days") % {"n": number(value, 1)}


def period_name(span: Span | None) -> str:
    """`June 2026`, or the days of a week; that it is not over where it is not."""
    if span is None:
        return ""
    locale = speaking().locale
    if span.grain == WEEK:
        name = _("week of %(day)s") % {"day": format_date(span.first, "medium", locale=locale)}
    else:
        name = format_skeleton("yMMMM", span.first, locale=locale)
    return _("%(period)s, so far") % {"period": name} if span.under_way else name


def on_axis(spans: Sequence[Span]) -> tuple[str, ...]:
    """What is written below the periods of a chart: a year at its beginning, every third month; every fifth week."""
    locale = speaking().locale
    found = []
    for index, span in enumerate(spans):
        if span.grain == WEEK:
            near = (len(spans) - 1 - index) % 5 == 2
            found.append(format_skeleton("MMMd", span.first, locale=locale) if near else "")
        elif span.first.month == 1:
            found.append(str(span.first.year))
        else:
            found.append(format_date(span.first, "LLL", locale=locale) if span.first.month % 3 == 1 else "")
    return tuple(found)


def axis(values: Sequence[float | None], write: Any) -> tuple[tuple[float, str], ...]:
    """Round marks that hold all values, each as it is written."""
    known = [value for value in values if value is not None]
    return tuple(
        (mark, write(mark)) for mark in nice_ticks(max(known, default=0.0) or 1.0, min(known, default=0.0))
    )


def day_axis(*series: Sequence[float | None]) -> tuple[tuple[float, str], ...]:
    """For days."""
    return axis([value for one in series for value in one], lambda mark: number(mark, 1))


def money_axis(currency: str, *series: Sequence[float | None]) -> tuple[tuple[float, str], ...]:
    """For amounts in minor units."""
    t, unit = speaking(), 10 ** digits_of(currency)

    def write(mark: float) -> str:
        short = format_compact_currency(mark / unit, currency, locale=t.locale, fraction_digits=2)
        # a language without a short word for a thousand leaves the digits in one row
        return short if not re.search(r"\d{4}", short) else money(int(mark), currency)

    return axis([value for one in series for value in one], write)


def share_axis(*series: Sequence[float | None]) -> tuple[tuple[float, str], ...]:
    """For shares of one."""
    return axis([value for one in series for value in one], lambda mark: speaking().percent(mark, 1))


def count_axis(*series: Sequence[float | None]) -> tuple[tuple[float, str], ...]:
    """For whole numbers of things."""
    most = max((value for one in series for value in one if value is not None), default=0.0)
    step = next(
        factor * 10**power for power in range(12) for factor in (1, 2, 5) if factor * 10**power * 3 >= most
    )
    return tuple((mark, number(mark)) for mark in range(0, step * max(-int(-most // step), 1) + 1, step))


def under_way(spans: Sequence[Span]) -> int:
    """The number of the period that is not over; -1 for none."""
    return len(spans) - 1 if spans and spans[-1].under_way else -1


def against(now: float | None, before: float | None, write: Any, since: date | str) -> str:
    """`+1.4 days against 31 May 2026`: empty where there is nothing to compare."""
    if now is None or before is None:
        return ""
    change = now - before
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return _("%(change)s against %(period)s") % {"change": f"{sign}{write(abs(change))}", "period": since}
