"""What happens to invoices that nobody pays: handed to an agency, written off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditdesk.sample.columns import dates, ids, lists, table, words
from creditdesk.sample.lateness import NEVER
from creditdesk.sample.ordinals import run_starts
from creditdesk.sample.payer_types import CODE

if TYPE_CHECKING:
    import pyarrow as pa

    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.invoices import Invoices
    from creditdesk.sample.settlement import Parts


@dataclass
class Losses:
    """`written_off` and `handed_on` give a day per invoice (NEVER = not); `lost` what is written off."""

    written_off: Ints
    handed_on: Ints
    lost: Ints


def draw_losses(
    rng: np.random.Generator, customers: Customers, invoices: Invoices, parts: Parts, bank: BankDays
) -> Losses:
    """Unpaid invoices go to an agency about 100 days past due and are written off half a year later."""
    rows = len(invoices)
    unpaid = parts.day == NEVER
    lost = np.bincount(parts.of[unpaid], (parts.amount + parts.deducted)[unpaid], rows).astype(np.int64)
    open_ = lost > 0
    insolvent = customers.type[invoices.of] == CODE["insolvent"]
    # One file per payer: what is past due when the oldest of its invoices has waited long enough.
    payer = customers.payer[invoices.of]
    oldest = np.full(len(customers), NEVER, dtype=np.int64)
    candidates = open_ & ~insolvent
    np.minimum.at(oldest, payer[candidates], invoices.due_bank[candidates])
    hand_on = bank.after(oldest, 70 + rng.integers(0, 15, len(customers)))
    handed = candidates & (invoices.due_bank < hand_on[payer] - 25)
    handed_on = np.where(handed, hand_on[payer], NEVER)
    written = np.where(
        insolvent & open_ & (rng.random(rows) < 0.4),
        bank.after(customers.defaults_on[invoices.of] + 60, 1),
        np.where(handed & (rng.random(rows) < 0.6), bank.after(hand_on[payer] + 180, 1), NEVER),
    )
    written = np.maximum(written, invoices.due_bank + 10)
    return Losses(written_off=written, handed_on=handed_on, lost=lost)


def handover_table(customers: Customers, invoices: Invoices, losses: Losses, horizon: int) -> pa.Table:
    """The files handed over by the horizon, one per payer."""
    at = np.flatnonzero(losses.handed_on <= horizon)
    payer = customers.payer[invoices.of[at]]
    order = np.lexsort((at, payer))
    at, payer = at[order], payer[order]
    first = np.flatnonzero(run_starts(payer))
    number = customers.number[payer[first]]
    owner = customers.number[invoices.of[at]]
    handed = losses.handed_on[at[first]]
    written = losses.written_off[at[first]]
    closed = written <= horizon
    status_on = np.where(closed, written, np.minimum(handed + 20, horizon))
    return table(
        "handover",
        len(first),
        handover_id=ids("H", (number, 7)),
        customer_id=ids("C", (number, 7)),
        to=words(number % 5 // 4, ("agency", "bailiff")),
        invoice_ids=lists(
            ids("I", (owner, 7), "-", (invoices.seq[at] + 1, 3)), np.append(first, len(at)).astype(np.int64)
        ),
        handed_on=dates(handed),
        status=words(closed.astype(np.int64), ("open", "uncollectable")),
        status_on=dates(np.maximum(status_on, handed)),
        returned_on=dates(written, closed),
    )
