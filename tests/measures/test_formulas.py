"""The formulas against figures that somebody else worked out."""

from __future__ import annotations

import pytest

from creditdesk.measures.formulas import (
    best_possible_days,
    collection_effectiveness,
    countback_days,
    days_delinquent,
    days_sales_outstanding,
    mean_days,
    not_due_of_balance,
    share,
)

SALES, RECEIVABLE, CURRENT = 10_000_000_00, 1_200_000_00, 800_000_00


def test_sales_of_ten_million_with_1_2_million_open_of_which_0_8_is_current() -> None:
    """The check value of the handbooks: 43.8, 29.2 and 14.6 days."""
    assert round(days_sales_outstanding(RECEIVABLE, SALES, 365), 1) == 43.8
    assert round(best_possible_days(CURRENT, SALES, 365), 1) == 29.2
    assert round(days_delinquent(RECEIVABLE, CURRENT, SALES, 365), 1) == 14.6


def test_the_days_delinquent_are_what_is_past_due() -> None:
    past_due = RECEIVABLE - CURRENT
    assert days_delinquent(RECEIVABLE, CURRENT, SALES, 365) == pytest.approx(
        days_sales_outstanding(past_due, SALES, 365)
    )


@pytest.mark.parametrize(
    ("receivable", "periods", "days"),
    [
        (300, [(300, 31), (500, 30)], 31),  # exactly the newest month
        (150, [(300, 31), (500, 30)], 15.5),  # half of it
        (550, [(300, 31), (500, 30)], 46),  # the newest month, and half of the one before
        (550, [(0, 31), (500, 30), (100, 31)], 76.5),  # a month without sales still lasts
        (0, [(300, 31)], 0),
        (-20, [(300, 31)], 0),  # customers have money with us
        (900, [(300, 31), (500, 30)], None),  # the ledger's sales do not explain what is open
        (350, [(300, 31), (-100, 30), (100, 31)], 46.5 + 30),  # a month of credit notes takes nothing off
    ],
)
def test_counting_back(receivable, periods, days) -> None:
    assert countback_days(receivable, periods) == days


def test_counting_back_is_not_fooled_by_a_season() -> None:
    """A good December, everything paid in thirty days: the simple figure rises, the countback one stays at the month."""
    quiet, december = 100, 400
    simple = days_sales_outstanding(december, quiet * 2 + december, 92)
    assert round(simple, 1) == 61.3
    assert countback_days(december, [(december, 31), (quiet, 30), (quiet, 31)]) == 31


@pytest.mark.parametrize(
    ("begin", "sales", "end", "current", "index"),
    [
        (1_000, 500, 800, 500, 70.0),  # 700 of 1,000 that could be collected
        (1_000, 500, 500, 500, 100.0),  # all that was due came in
        (1_000, 500, 1_500, 500, 0.0),  # nothing came in
        (1_000, 0, 1_200, 100, 0.0),  # corrections raised the balance: not below 0
        (0, 500, 500, 500, None),  # nothing could be collected
    ],
)
def test_collection_effectiveness(begin, sales, end, current, index) -> None:
    assert collection_effectiveness(begin, sales, end, current) == index


def test_of_nothing_there_is_no_figure() -> None:
    assert days_sales_outstanding(100, 0, 365) is None
    assert days_delinquent(100, 50, 0, 365) is None
    assert mean_days(0, 0) is None
    assert share(0, 0) is None


def test_money_that_is_not_allocated_pays_what_is_past_due_first() -> None:
    assert not_due_of_balance(800, 1_000) == 800  # 200 of 400 past due are covered
    assert not_due_of_balance(800, 700) == 700  # all past due is covered, and 100 more
    assert not_due_of_balance(800, -50) == 0
