"""Drawing the invoices of one block: when they were issued, when they fall due, what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditdesk.sample import terms as terms_codes
from creditdesk.sample.bank_days import last_of, month_of, weekday
from creditdesk.sample.customers import COMPANY, CONSUMER
from creditdesk.sample.places import ROUGHLY_IN_EUR

if TYPE_CHECKING:
    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Floats, Ints
    from creditdesk.sample.customers import Customers

LARGEST = 10
SHARE_OF_LARGEST = 0.40
# How the ten largest divide what they have together: the first has about a fifth of it.
WEIGHT_OF_LARGEST = 1.0 / np.arange(2.0, 2.0 + LARGEST) ** 0.9


@dataclass
class Invoices:
    """The invoices of one block, ordered by customer and date of issue; money in minor units of `currency`.

    `of` is the position of the customer in the block, `seq` counts from 0 within the customer, `due_bank` is the
    first bank day on or after `due`.
    """

    of: Ints
    seq: Ints
    issued: Ints
    due: Ints
    due_bank: Ints
    amount: Ints
    net_amount: Ints
    currency: Ints
    discount_until: Ints
    discount_amount: Ints

    def __len__(self) -> int:
        return len(self.of)


def choose_largest(rng: np.random.Generator, customers: Customers, mean: float) -> Ints:
    """Positions of the ten largest customers, largest first; they trade often and are watched by Sales."""
    steady = customers.is_type("punctual", "slow", "fixed_day", "last_business_day", "deteriorating")
    alone = (customers.payer == np.arange(len(customers))) & ~customers.debit & (customers.parent < 0)
    may = np.flatnonzero(steady & alone & (customers.kind == COMPANY))
    largest = rng.permutation(may)[:LARGEST]
    customers.invoices[largest] = np.maximum(customers.invoices[largest], int(mean * 2.5))
    customers.employees[largest] = np.maximum(customers.employees[largest], 120)
    customers.key_account[largest] = True
    return largest


def draw_invoices(
    rng: np.random.Generator, customers: Customers, bank: BankDays, largest: Ints, all_customers: int
) -> Invoices:
    """The invoices of the block's customers; `all_customers` sizes the largest against the whole sample."""
    of = np.repeat(np.arange(len(customers)), customers.invoices)
    issued = _issue_dates(rng, customers, of, bank)
    order = np.lexsort((issued, of))
    issued = issued[order]
    starts = np.cumsum(customers.invoices) - customers.invoices
    seq = np.arange(len(of)) - starts[of]
    currency = customers.currency[of]
    value = customers.typical_amount[of] * np.exp(rng.normal(-0.15, 0.55, len(of)))
    value = _enlarged(value, of, largest, all_customers / len(customers))
    unit = np.array(ROUGHLY_IN_EUR)[currency]
    amount = np.maximum(1_500, np.floor(value / unit + 0.5)).astype(np.int64)
    vat = np.where((customers.country[of] == 0) | (customers.kind[of] == CONSUMER), 21, 0)
    net = (amount * 200 + (100 + vat)) // (2 * (100 + vat))
    due = terms_codes.due_dates(issued, customers.terms[of])
    days = terms_codes.DISCOUNT_DAYS[customers.terms[of]]
    return Invoices(
        of=of,
        seq=seq,
        issued=issued,
        due=due,
        due_bank=bank.on_or_after(due),
        amount=amount,
        net_amount=net,
        currency=currency,
        discount_until=np.where(days > 0, issued + days, 0),
        discount_amount=(amount * terms_codes.DISCOUNT_PERCENT[customers.terms[of]] + 50) // 100,
    )


def size_of_trade(customers: Customers, invoices: Invoices) -> Floats:
    """A typical invoice, or a mean month's sales where that is more, in EUR cents: nobody sets a limit below either."""
    value = invoices.amount * np.array(ROUGHLY_IN_EUR)[invoices.currency]
    sold = np.bincount(invoices.of, weights=value, minlength=len(customers))
    months = np.maximum(customers.last - customers.first, 30) / 30
    return np.maximum(customers.typical_amount, sold / months)


def _issue_dates(rng: np.random.Generator, customers: Customers, of: Ints, bank: BankDays) -> Ints:
    """Working days within the customer's span; a quarter of the customers is billed at the end of the month."""
    span = (customers.last - customers.first)[of]
    day = customers.first[of] + np.floor(rng.random(len(of)) * (span + 1)).astype(np.int64)
    monthly = (rng.random(len(customers)) < 0.25) & (customers.invoices > 6)
    month_end = last_of(month_of(day))
    # The last month is not over: its bills are dated as they come.
    day = np.where(monthly[of] & (month_end <= customers.last[of]), month_end, day)
    day = np.where(customers.is_type("occasional")[of], _now_and_then(customers, of, day), day)
    weekend = weekday(day) >= 5
    day = np.where(weekend & (rng.random(len(of)) < 0.93), bank.on_or_before(day), day)
    return np.maximum(day, customers.first[of])


def _now_and_then(customers: Customers, of: Ints, day: Ints) -> Ints:
    """An occasional buyer's days: one in the last ten months, the others over a year ago."""
    first, last = customers.first[of], customers.last[of]
    latest = np.append(of[1:] != of[:-1], [True])[: len(of)]
    recent = last - 5 - (day - first) % 290
    long_ago = np.minimum(first + (day - first) % 340, last - 375)
    return np.where(latest, recent, long_ago)


def _enlarged(value: Floats, of: Ints, largest: Ints, blocks: float) -> Floats:
    """Scales the largest customers so that together they have their share of the value of the whole sample."""
    if len(largest) == 0:
        return value
    of_customer = np.bincount(of, weights=value, minlength=int(of.max(initial=0)) + 1)
    others = (of_customer.sum() - of_customer[largest].sum()) * blocks
    wanted = others * SHARE_OF_LARGEST / (1 - SHARE_OF_LARGEST)
    weight = WEIGHT_OF_LARGEST[: len(largest)] / WEIGHT_OF_LARGEST[: len(largest)].sum()
    factor = np.ones(len(of_customer))
    factor[largest] = wanted * weight / np.maximum(of_customer[largest], 1.0)
    return value * factor[of]
