"""The periods of a series: calendar months and weeks (Monday to Sunday), the last one as far as it has gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

MONTH, WEEK = "month", "week"
GRAINS = (MONTH, WEEK)

SHOWN = {MONTH: 24, WEEK: 26}
"""Whole periods of a series, before the one under way."""

FURTHER = {MONTH: 12, WEEK: 52}
"""Periods before these of which only the sales are kept: counting back from the first one shown needs them."""


@dataclass(frozen=True)
class Span:
    """One period.

    Attributes:
        grain: `month` or `week`.
        first, last: its days; `last` is the day as of which balances are, at most the day of the run.
        shown: false for one of which only the sales are kept.
        under_way: its end has not come.
    """

    grain: str
    first: date
    last: date
    shown: bool = True
    under_way: bool = False

    @property
    def days(self) -> int:
        """How many days of it have passed."""
        return (self.last - self.first).days + 1


def spans(as_of: date, grain: str) -> list[Span]:
    """The periods of a grain up to a day, oldest first. On the last day of a period it is no longer under way."""
    found: list[Span] = []
    first, end = _around(as_of, grain)
    for number in range(SHOWN[grain] + FURTHER[grain] + 1):
        last = min(end, as_of)
        found.append(Span(grain, first, last, number <= SHOWN[grain], last < end))
        first, end = _around(first - timedelta(days=1), grain)
    return found[::-1]


def _around(day: date, grain: str) -> tuple[date, date]:
    """First and last day of the period in which a day lies."""
    if grain == WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
