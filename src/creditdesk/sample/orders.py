"""The orders behind the invoices, and those that are open, delivered but not invoiced, refused or cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditdesk.sample.columns import dates, ids, table, whole, words
from creditdesk.sample.ordinals import run_starts
from creditdesk.sample.places import CURRENCIES, ROUGHLY_IN_EUR

if TYPE_CHECKING:
    from creditdesk.sample.columns import Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.invoices import Invoices

# Customers with many invoices call off large orders: some eight to fifteen orders in the whole history.
ORDERS_OF_A_REGULAR = 8


@dataclass
class Billing:
    """For each invoice the order it bills (counted from 0 within the customer) and the day of delivery."""

    order_seq: Ints
    delivered: Ints


def bill_orders(rng: np.random.Generator, customers: Customers, invoices: Invoices) -> Billing:
    """Consecutive invoices bill one order; goods leave up to a week before the bill."""
    size = np.maximum(1, customers.invoices // ORDERS_OF_A_REGULAR)
    return Billing(
        order_seq=invoices.seq // size[invoices.of],
        delivered=invoices.issued - rng.integers(0, 8, len(invoices)),
    )


def order_table(
    rng: np.random.Generator, customers: Customers, invoices: Invoices, billing: Billing, horizon: int
) -> pa.Table:
    """All orders of the block: those billed, then the one each customer may have under way."""
    return pa.concat_tables(
        [_billed(rng, customers, invoices, billing), _under_way(rng, customers, invoices, billing, horizon)]
    )


def _billed(rng: np.random.Generator, customers: Customers, invoices: Invoices, billing: Billing) -> pa.Table:
    starts = run_starts(invoices.of, billing.order_seq)
    first = np.flatnonzero(starts)
    rows = len(first)
    last = np.append(first[1:], len(invoices))[:rows] - 1
    group = np.cumsum(starts) - 1
    amount = np.bincount(group, invoices.amount, rows).astype(np.int64)
    number = customers.number[invoices.of[first]]
    ordered = np.minimum(billing.delivered[first], invoices.issued[first]) - rng.integers(2, 25, rows)
    return table(
        "order",
        rows,
        order_id=ids("O", (number, 7), "-", (billing.order_seq[first] + 1, 3)),
        customer_id=ids("C", (number, 7)),
        ordered_on=dates(ordered),
        amount=whole(amount),
        currency=words(invoices.currency[first], CURRENCIES),
        promised_for=dates(ordered + 20),
        delivered_on=dates(np.maximum(billing.delivered[last], billing.delivered[first])),
        delivered_amount=whole(amount),
        invoiced_amount=whole(amount),
    )


OPEN, NOT_INVOICED, REFUSED_BY_US, REFUSED_BY_CUSTOMER, CANCELLED = range(5)


def _under_way(
    rng: np.random.Generator, customers: Customers, invoices: Invoices, billing: Billing, horizon: int
) -> pa.Table:
    rows = len(customers)
    trades = (customers.invoices > 0) & (customers.last >= horizon) & (customers.defaults_on == 0)
    at = np.flatnonzero(trades & (rng.random(rows) < 0.42) & ~customers.is_type("occasional", "dormant"))
    count = len(at)
    state = rng.choice(5, count, p=(0.58, 0.26, 0.05, 0.06, 0.05))
    billed = np.zeros(rows, dtype=np.int64)
    np.maximum.at(billed, invoices.of, billing.order_seq + 1)
    mean = np.bincount(invoices.of, invoices.amount, rows) / np.maximum(customers.invoices, 1)
    amount = np.maximum(2_000, mean[at] * np.exp(rng.normal(0.2, 0.5, count))).astype(np.int64)
    ordered = np.maximum(horizon - rng.integers(1, 28, count), customers.first[at])
    delivered = np.maximum(horizon - rng.integers(0, 7, count), ordered)
    partly = (state == OPEN) & (rng.random(count) < 0.2)
    value = np.select([state == NOT_INVOICED, partly], [amount, amount // 3], 0)
    decided = np.minimum(ordered + rng.integers(1, 10, count), horizon)
    refused = (state == REFUSED_BY_US) | (state == REFUSED_BY_CUSTOMER)
    return table(
        "order",
        count,
        order_id=ids("O", (customers.number[at], 7), "-", (billed[at] + 1, 3)),
        customer_id=ids("C", (customers.number[at], 7)),
        ordered_on=dates(ordered),
        amount=whole(amount),
        currency=words(customers.currency[at], CURRENCIES),
        promised_for=dates(horizon + rng.integers(1, 30, count), state == OPEN),
        delivered_on=dates(delivered, state == NOT_INVOICED),
        delivered_amount=whole(value, value > 0),
        invoiced_amount=whole(np.zeros(count, dtype=np.int64), value > 0),
        cancelled_on=dates(decided, state == CANCELLED),
        refused_on=dates(decided, refused),
        refused_by=words(
            np.select([state == REFUSED_BY_US, state == REFUSED_BY_CUSTOMER], [1, 0], -1), ("customer", "us")
        ),
    )


def in_euro(amount: Ints, currency: Ints) -> Ints:
    """An amount in EUR cents at round rates: for notes and orders of magnitude, never for the ledger."""
    return np.floor(amount * np.array(ROUGHLY_IN_EUR)[currency] + 0.5).astype(np.int64)
