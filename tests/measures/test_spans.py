"""Months and weeks, the last one as far as it has gone."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from creditdesk.measures.spans import MONTH, WEEK, spans


def test_the_month_under_way_ends_today() -> None:
    last = spans(date(2026, 3, 10), MONTH)[-1]
    assert (last.first, last.last, last.days, last.under_way) == (
        date(2026, 3, 1),
        date(2026, 3, 10),
        10,
        True,
    )


def test_on_its_last_day_a_month_is_whole() -> None:
    assert not spans(date(2026, 2, 28), MONTH)[-1].under_way
    assert spans(date(2028, 2, 28), MONTH)[-1].under_way  # a leap year


def test_a_week_begins_on_monday() -> None:
    week = spans(date(2026, 3, 25), WEEK)[-1]
    assert (week.first, week.last, week.under_way) == (date(2026, 3, 23), date(2026, 3, 25), True)
    assert not spans(date(2026, 3, 29), WEEK)[-1].under_way


@pytest.mark.parametrize("grain", [MONTH, WEEK])
def test_periods_follow_each_other_without_a_gap(grain) -> None:
    found = spans(date(2026, 1, 1), grain)
    assert all(after.first == before.last + timedelta(days=1) for before, after in itertools.pairwise(found))
    assert [span.shown for span in found] == sorted(span.shown for span in found)
