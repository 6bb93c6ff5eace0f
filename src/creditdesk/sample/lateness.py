"""When each invoice would be paid, if nothing else happened to it: the truth behind the payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditdesk.sample.bank_days import first_of, last_of, month_of, on_weekday
from creditdesk.sample.customers import CONSUMER
from creditdesk.sample.payer_types import EARLY_DAYS, EARLY_INVOICES, TYPES

if TYPE_CHECKING:
    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Flags, Floats, Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.invoices import Invoices

NEVER = 60_000  # a day beyond every horizon (2134)
STOPS_BEFORE = 35  # days before the court speaks at which an insolvent customer stops paying


def expected_mean(customers: Customers, of: Ints, day: Ints) -> Floats:
    """Mean days late that a customer's way of paying gives on that day, without the extra of a young relation."""
    past = np.clip(
        (day - customers.first[of]) / np.maximum(customers.last - customers.first, 1)[of], 0.0, 1.0
    )
    return customers.mean[of] + (customers.end_mean - customers.mean)[of] * past


def draw_pay_days(rng: np.random.Generator, customers: Customers, invoices: Invoices, bank: BankDays) -> Ints:
    """The day the money of each invoice would have value; NEVER where it stays unpaid."""
    of, rows = invoices.of, len(invoices)
    late = expected_mean(customers, of, invoices.issued) + customers.spread[of] * rng.normal(0, 1, rows)
    late = late + EARLY_DAYS * np.exp(-invoices.seq / EARLY_INVOICES)
    forgotten = np.array([payer.forgotten for payer in TYPES])[customers.type[of]]
    late = late + np.where(rng.random(rows) < forgotten, rng.uniform(15, 70, rows), 0.0)
    wish = np.maximum(invoices.due + np.floor(late + 0.5).astype(np.int64), invoices.issued + 1)

    discount = takes_discount(customers, invoices)
    wish = np.where(
        discount, np.maximum(invoices.discount_until - rng.integers(1, 4, rows), invoices.issued), wish
    )

    by_habit = (customers.habit_day[of] > 0) & (rng.random(rows) < customers.adherence[of]) & ~discount
    # Half of those with a monthly run take into it what falls due in the two weeks after.
    ahead = np.where(customers.number[of] % 2 == 0, 14, 2)
    on_habit = next_habit_day(invoices.due_bank - ahead, customers.habit_day[of], bank)
    wish = np.where(by_habit, np.maximum(on_habit, invoices.issued), wish)
    runs_on = customers.runs_on[of]
    wish = np.where((runs_on >= 0) & ~by_habit & ~discount, on_weekday(wish, np.maximum(runs_on, 0)), wish)
    # What would fall in a weekend is paid on the Friday before nearly as often as on the Monday after.
    early = discount | ((rng.random(rows) < 0.45) & ~by_habit & (runs_on < 0))
    day = np.where(early, bank.on_or_before(wish), bank.on_or_after(wish))
    # Cards and instant payments know no weekend; they are few.
    any_day = (
        (rng.random(rows) < np.where(customers.kind[of] == CONSUMER, 0.25, 0.035)) & ~by_habit & (runs_on < 0)
    )
    day = np.where(any_day, wish, day)
    day = np.where(customers.debit[of], bank.on_or_after(invoices.due), day)
    day = np.maximum(day, invoices.issued)

    never = np.array([payer.never for payer in TYPES])[customers.type[of]]
    unpaid = (rng.random(rows) < never) & ~customers.debit[of]
    stopped = customers.defaults_on[of] - STOPS_BEFORE
    unpaid |= (customers.defaults_on[of] > 0) & (day > stopped)
    return np.where(unpaid, NEVER, day)


def takes_discount(customers: Customers, invoices: Invoices) -> Flags:
    """True where the cash discount is agreed and the customer pays early enough for it."""
    return (invoices.discount_until > 0) & customers.takes_discount[invoices.of]


def next_habit_day(from_day: Ints, habit_day: Ints, bank: BankDays) -> Ints:
    """The first monthly pay day on or after `from_day`; 31 = the last business day of the month."""
    best = np.full(len(from_day), NEVER, dtype=np.int64)
    for ahead in (0, 1):
        month = month_of(from_day) + ahead
        on_day = bank.on_or_after(first_of(month) + np.minimum(np.maximum(habit_day, 1), 28) - 1)
        at_end = bank.on_or_before(last_of(month))
        candidate = np.where(habit_day >= 31, at_end, on_day)
        best = np.where((candidate >= from_day) & (candidate < best), candidate, best)
    return best
