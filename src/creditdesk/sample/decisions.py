"""What people decided and noted: the go-live release, payment plans, pauses, notes, truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditdesk.sample.columns import dates, ids, lists, table, whole, words
from creditdesk.sample.customers import CONSUMER
from creditdesk.sample.lateness import NEVER
from creditdesk.sample.ordinals import run_starts
from creditdesk.sample.payer_types import CODE
from creditdesk.sample.places import STAFF_OF_CREDIT

if TYPE_CHECKING:
    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.disputes import Disputes
    from creditdesk.sample.invoices import Invoices
    from creditdesk.sample.losses import Losses

GO_LIVE_DAYS = 40


def approval_table(customers: Customers, horizon: int, bank: BankDays) -> pa.Table:
    """The go-live release of each payer, over five weeks; one in forty still waits for it."""
    position = np.arange(len(customers))
    released = np.flatnonzero(
        (customers.payer == position) & (customers.number % 40 != 7) & (customers.invoices > 0)
    )
    number = customers.number[released]
    day = bank.on_or_before(horizon - 2 - number * 7 % (GO_LIVE_DAYS - 5))
    return table(
        "approval",
        len(released),
        approval_id=ids("L", (number, 7)),
        customer_id=ids("C", (number, 7)),
        subject="go_live",
        decided_on=dates(day),
        granted=True,
        by="credit-manager",
        reason="file checked at the start",
    )


def plan_tables(
    rng: np.random.Generator,
    customers: Customers,
    invoices: Invoices,
    settled: Ints,
    losses: Losses,
    disputes: Disputes,
    horizon: int,
    bank: BankDays,
) -> tuple[pa.Table, pa.Table]:
    """Plans agreed in the last three weeks over what is past due, their first instalment still to come."""
    disputed = np.zeros(len(invoices), dtype=bool)
    disputed[disputes.of] = True
    past_due = (
        (settled == NEVER) & (invoices.due_bank < horizon - 30) & ~disputed & (losses.handed_on > horizon)
    )
    past_due &= (losses.written_off > horizon) & (customers.currency[invoices.of] == 0)
    troubled = customers.is_type("deteriorating", "chronic", "slow") & (customers.defaults_on == 0)
    chosen = troubled & (rng.random(len(customers)) < 0.3) & (customers.payer == np.arange(len(customers)))
    at = np.flatnonzero(past_due & chosen[invoices.of])
    first = np.flatnonzero(run_starts(invoices.of[at]))
    number = customers.number[invoices.of[at[first]]]
    agreed = bank.on_or_before(horizon - 1 - number % 20)
    owed = np.add.reduceat(invoices.amount[at], first) if len(first) else np.zeros(0, dtype=np.int64)
    plans = table(
        "plan",
        len(first),
        plan_id=ids("N", (number, 7)),
        customer_id=ids("C", (number, 7)),
        agreed_on=dates(agreed),
        invoice_ids=lists(
            ids("I", (customers.number[invoices.of[at]], 7), "-", (invoices.seq[at] + 1, 3)),
            np.append(first, len(at)).astype(np.int64),
        ),
    )
    # Equal parts, the rest in the last; the first at the end of the coming weeks.
    count = 3 + number % 4
    of = np.repeat(np.arange(len(first)), count)
    place = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    part = owed[of] // count[of]
    amount = np.where(place == count[of] - 1, owed[of] - part * (count[of] - 1), part)
    instalments = table(
        "instalment",
        len(of),
        plan_id=ids("N", (number[of], 7)),
        due_on=dates(agreed[of] + 22 + 30 * place),
        amount=whole(amount),
    )
    return plans, instalments


def pause_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """Four customers in a thousand are paused for some weeks."""
    at = np.flatnonzero((rng.random(len(customers)) < 0.004) & (customers.last >= horizon))
    number = customers.number[at]
    return table(
        "pause",
        len(at),
        pause_id=ids("U", (number, 7)),
        customer_id=ids("C", (number, 7)),
        from_on=dates(horizon - number % 15),
        until_on=dates(horizon - number % 15 + 10 + number % 20),
        reason="ongoing talks",
        by=words(number % len(STAFF_OF_CREDIT), STAFF_OF_CREDIT),
    )


TAGS = ("stalling", "cash_trouble", "loyal", "other")
TEXTS = (
    "asks for a copy of every invoice", "says a customer of its own went bankrupt", "buys from us for many years",
    "new bookkeeper since spring",
)  # fmt: skip


def note_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """Notes in the words of collectors; some types of payer earn more of them."""
    chance = np.full(len(customers), 0.02)
    chance[customers.is_type("disputer", "chronic")] = 0.25
    chance[customers.is_type("deteriorating")] = 0.3
    at = np.flatnonzero((rng.random(len(customers)) < chance) & (customers.last >= horizon))
    tag = rng.integers(2, 4, len(at))
    tag = np.where(customers.is_type("disputer", "chronic")[at], 0, tag)
    tag = np.where(customers.is_type("deteriorating")[at], 1, tag)
    number = customers.number[at]
    tactics = (
        "asks_copy",
        "always_in_transfer",
        "contact_absent",
        "disputes_after_reminder",
        "token_payment",
    )
    return table(
        "note",
        len(at),
        note_id=ids("W", (number, 7)),
        customer_id=ids("C", (number, 7)),
        on=dates(np.maximum(horizon - rng.integers(3, 130, len(at)), customers.first[at])),
        by=words(number % len(STAFF_OF_CREDIT), STAFF_OF_CREDIT),
        tag=words(tag, TAGS),
        tactic=words(np.where(tag == 0, number % len(tactics), -1), tactics),
        text=words(tag, TEXTS),
    )


def contra_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """Some customers also supply us."""
    able = (customers.kind != CONSUMER) & (customers.currency == 0) & (customers.type != CODE["prospect"])
    at = np.flatnonzero((rng.random(len(customers)) < 0.008) & able)
    number = customers.number[at]
    return table(
        "contra",
        len(at),
        customer_id=ids("C", (number, 7)),
        on=dates(np.full(len(at), horizon - 1)),
        amount=whole(
            np.floor(customers.typical_amount[at] * rng.uniform(0.3, 2.0, len(at))).astype(np.int64) + 1
        ),
        currency="EUR",
    )
