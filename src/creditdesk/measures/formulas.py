"""The formulas of the field, each from whole numbers to one figure. Amounts are minor units of one currency.

Sources: the credit manager's handbooks; check values are in `tests/measures/test_formulas.py`. Receivables and sales are both taken
with VAT. A figure that has no meaning (nothing sold, nothing due) is None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST_DAYS = 3 * 366
"""Countback gives up beyond so many days: the sales in the ledger do not explain what is open."""


def days_sales_outstanding(receivable: int, sales: int, days: int) -> float | None:
    """DSO, simple: receivables / credit sales of a period x days of that period.

    Args:
        receivable: what customers owe at the end of the period.
        sales: invoiced less credited in the period.
        days: length of the period.
    """
    return None if sales <= 0 or days <= 0 else max(receivable, 0) / sales * days


def best_possible_days(not_due: int, sales: int, days: int) -> float | None:
    """Best possible DSO: what is not yet due / credit sales of a period x days: the DSO if everybody paid on the due day."""
    return days_sales_outstanding(not_due, sales, days)


def days_delinquent(receivable: int, not_due: int, sales: int, days: int) -> float | None:
    """Average days delinquent: DSO less best possible DSO."""
    whole, best = (
        days_sales_outstanding(receivable, sales, days),
        best_possible_days(not_due, sales, days),
    )
    return None if whole is None or best is None else whole - best


def countback_days(receivable: int, periods: Iterable[tuple[int, int]]) -> float | None:
    """DSO by counting back: the newest sales are taken from the receivables until nothing is left; their days are added.

    Growth and seasons do not blur it, as they do the simple one.

    Args:
        periods: sales and days of each period, newest first.

    Returns:
        Days, the last period by the part of its sales that is used; None where the sales known do not reach.
    """
    left, found = receivable, 0.0
    if left <= 0:
        return 0.0
    for sales, days in periods:
        if found > MOST_DAYS:
            return None
        if sales >= left:
            return found + days * left / sales
        left -= max(sales, 0)
        found += days
    return None


def collection_effectiveness(begin: int, sales: int, end: int, end_not_due: int) -> float | None:
    """Collection effectiveness index, 0 to 100: what was collected of what could have been.

    `100 x (begin + sales - end) / (begin + sales - not yet due at the end)`; None when nothing could be collected.
    """
    could = begin + sales - end_not_due
    return None if could <= 0 else min(max(100 * (begin + sales - end) / could, 0.0), 100.0)


def share(part: int, whole: int) -> float | None:
    """`part / whole`, between 0 and 1 where the part is one; None of nothing."""
    return None if whole <= 0 else part / whole


def mean_days(amount_days: int, amount: int) -> float | None:
    """The money-weighted mean of days: sum of amount x days / sum of amounts."""
    return None if amount <= 0 else amount_days / amount


def not_due_of_balance(not_due: int, balance: int) -> int:
    """What is not yet due, at most the balance: unallocated money and open credits pay what is past due first."""
    return min(not_due, max(balance, 0))
