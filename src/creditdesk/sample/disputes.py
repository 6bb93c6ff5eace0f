"""Which invoices are disputed, for how much, how long and with what end; and the credit notes, disputed or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditdesk.sample.columns import dates, ids, only, table, whole, words
from creditdesk.sample.lateness import NEVER, takes_discount
from creditdesk.sample.ordinals import ordinal_anywhere
from creditdesk.sample.payer_types import TYPES

if TYPE_CHECKING:
    import pyarrow as pa

    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Flags, Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.invoices import Invoices

OUTCOMES = ("customer_right", "partly_right", "we_right", "withdrawn")
REASONS = (
    "price", "quality", "delivery", "not_received", "not_delivered", "missing_po", "wrong_address", "wrong_vat",
    "wrong_entity", "duplicate", "already_paid", "terms", "service", "other",
)  # fmt: skip
REASON_SHARES = (0.24, 0.16, 0.12, 0.08, 0.05, 0.1, 0.03, 0.03, 0.02, 0.03, 0.04, 0.03, 0.05, 0.02)


@dataclass
class Disputes:
    """One row per dispute; `of` is the position of its invoice. `withheld`: nothing is paid until it is closed."""

    of: Ints
    opened: Ints
    closed: Ints
    amount: Ints
    outcome: Ints
    reason: Ints
    credit: Ints
    withheld: Flags


@dataclass
class CreditNotes:
    """One row per credit note; `of` is the position of the invoice it corrects, `dispute` of its dispute or -1.

    `open`: it is not matched with its invoice (the customer keeps the credit).
    """

    of: Ints
    issued: Ints
    amount: Ints
    dispute: Ints
    seq: Ints
    open: Flags


def draw_disputes(
    rng: np.random.Generator, customers: Customers, invoices: Invoices, pay_day: Ints
) -> Disputes:
    """Disputes arise between issue and the day the money would have come."""
    share = np.array([payer.disputed for payer in TYPES])[customers.type[invoices.of]]
    may = (
        (pay_day > invoices.issued + 3) & ~customers.debit[invoices.of] & ~takes_discount(customers, invoices)
    )
    of = np.flatnonzero((rng.random(len(invoices)) < share) & may)
    rows = len(of)
    latest = np.where(pay_day[of] == NEVER, invoices.due[of] + 30, pay_day[of] - 1)
    opened = np.clip(invoices.due[of] + rng.integers(-10, 13, rows), invoices.issued[of] + 2, latest)
    closed = opened + 8 + np.floor(np.exp(rng.normal(3.1, 0.6, rows))).astype(np.int64)
    full = rng.random(rows) < 0.4
    share = np.where(full, 1.0, rng.uniform(0.08, 0.6, rows))
    amount = np.maximum(1, np.floor(invoices.amount[of] * share)).astype(np.int64)
    outcome = rng.choice(4, rows, p=(0.3, 0.25, 0.3, 0.15))
    credit = np.select([outcome == 0, outcome == 1], [amount, (amount + 1) // 2], 0)
    return Disputes(
        of=of,
        opened=opened,
        closed=closed,
        amount=amount,
        outcome=outcome,
        reason=rng.choice(len(REASONS), rows, p=REASON_SHARES),
        credit=credit,
        withheld=full | (rng.random(rows) < 0.6),
    )


def draw_credit_notes(
    rng: np.random.Generator,
    customers: Customers,
    invoices: Invoices,
    disputes: Disputes,
    pay_day: Ints,
    horizon: int,
) -> CreditNotes:
    """Credit notes that end a dispute, and those for returned goods or a wrong price (2.5 % of the invoices)."""
    disputed = np.zeros(len(invoices), dtype=bool)
    disputed[disputes.of] = True
    ordinary = ~disputed & ~customers.debit[invoices.of] & ~takes_discount(customers, invoices)
    returned = np.flatnonzero((rng.random(len(invoices)) < 0.025) & ordinary)
    rows = len(returned)
    issued = invoices.issued[returned] + rng.integers(1, 25, rows)
    issued = np.maximum(np.minimum(issued, pay_day[returned] - 1), invoices.issued[returned])
    share = np.where(rng.random(rows) < 0.2, 1.0, rng.uniform(0.04, 0.5, rows))
    amount = np.maximum(1, np.floor(invoices.amount[returned] * share)).astype(np.int64)
    recent = issued > horizon - 100
    is_open = (rng.random(rows) < np.where(recent, 0.45, 0.03)) & (share < 1)

    settled = np.flatnonzero(disputes.credit > 0)
    of = np.concatenate([returned, disputes.of[settled]])
    return CreditNotes(
        of=of,
        issued=np.concatenate([issued, disputes.closed[settled]]),
        amount=np.concatenate([amount, disputes.credit[settled]]),
        dispute=np.concatenate([np.full(rows, -1), settled]),
        seq=ordinal_anywhere(invoices.of[of]),
        open=np.concatenate([is_open, np.zeros(len(settled), dtype=bool)]),
    )


def dispute_table(
    customers: Customers,
    invoices: Invoices,
    disputes: Disputes,
    credits_: CreditNotes,
    horizon: int,
    bank: BankDays,
) -> pa.Table:
    """The disputes as far as they are known at the horizon."""
    note = np.full(len(disputes.of), -1, dtype=np.int64)
    note[credits_.dispute[credits_.dispute >= 0]] = credits_.seq[credits_.dispute >= 0]
    seen = np.flatnonzero(disputes.opened <= horizon)
    of = disputes.of[seen]
    owner = customers.number[invoices.of[of]]
    closed = disputes.closed[seen] <= horizon
    return table(
        "dispute",
        len(seen),
        dispute_id=ids("D", (owner, 7), "-", (invoices.seq[of] + 1, 3)),
        customer_id=ids("C", (owner, 7)),
        invoice_id=ids("I", (owner, 7), "-", (invoices.seq[of] + 1, 3)),
        opened_on=dates(disputes.opened[seen]),
        closed_on=dates(disputes.closed[seen], closed),
        amount=whole(disputes.amount[seen]),
        reason=words(disputes.reason[seen], REASONS),
        outcome=words(np.where(closed, disputes.outcome[seen], -1), OUTCOMES),
        owner=words(disputes.reason[seen] % 3, ("sales", "logistics", "administration")),
        deadline=dates(bank.after(disputes.opened[seen], 15)),
        credit_note_id=only(
            ids("K", (owner, 7), "-", (np.maximum(note[seen], 0) + 1, 3)), closed & (note[seen] >= 0)
        ),
    )
