"""What the facts do not say: how each customer really pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditdesk.sample.columns import dates, ids, words
from creditdesk.sample.lateness import NEVER, expected_mean
from creditdesk.sample.payer_types import TYPES

if TYPE_CHECKING:
    from creditdesk.sample.columns import Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.invoices import Invoices

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("payer_type", pa.string()),
        ("largest", pa.bool_()),
        ("mean_days_late", pa.float64()),
        ("end_mean_days_late", pa.float64()),
        ("spread_days", pa.float64()),
        ("habit_day", pa.int64()),
        ("habit_adherence", pa.float64()),
        ("payment_run_weekday", pa.int64()),
        ("takes_discount", pa.bool_()),
        ("default_probability", pa.float64()),
        ("defaults_on", pa.date32()),
        ("expected_days_late", pa.float64()),
        ("true_invoices", pa.int64()),
        ("true_never_paid", pa.int64()),
        ("shows", pa.string()),
    ]
)


def truth_table(
    customers: Customers, invoices: Invoices, pay_day: Ints, largest: Ints, horizon: int
) -> pa.Table:
    """One row per customer.

    `expected_days_late` is the mean over its invoices of the last year of the days they will have been late when paid,
    also those still open; without any, what its way of paying gives at the horizon. `habit_day` 31 stands for the
    last business day; `true_never_paid` counts invoices that would never be paid, whatever is done.
    `shows` is for the customers written by hand (payer type `written`), of whom nothing else is true.
    """
    rows = len(customers)
    paid = (pay_day < NEVER) & (invoices.issued > horizon - 365)
    late = np.where(paid, pay_day - invoices.due, 0)
    count = np.bincount(invoices.of[paid], minlength=rows)
    total = np.bincount(invoices.of, late, rows)
    position = np.arange(rows)
    expected = expected_mean(customers, position, np.full(rows, horizon))
    expected = np.where(count > 0, total / np.maximum(count, 1), expected)
    is_largest = np.zeros(rows, dtype=bool)
    is_largest[largest] = True
    unpaid = np.bincount(invoices.of[pay_day == NEVER], minlength=rows)
    habit = customers.habit_day > 0
    columns = [
        ids("C", (customers.number, 7)),
        words(customers.type, [payer.name for payer in TYPES]),
        pa.array(is_largest),
        pa.array(customers.mean),
        pa.array(customers.end_mean),
        pa.array(customers.spread),
        pa.array(customers.habit_day, mask=~habit),
        pa.array(customers.adherence, mask=~habit),
        pa.array(customers.runs_on, mask=customers.runs_on < 0),
        pa.array(customers.takes_discount),
        pa.array(customers.default_chance),
        dates(customers.defaults_on, customers.defaults_on > 0),
        pa.array(np.floor(expected * 100 + 0.5) / 100),
        pa.array(customers.invoices),
        pa.array(unpaid),
        pa.nulls(rows, pa.string()),
    ]
    return pa.table(columns, schema=SCHEMA)
