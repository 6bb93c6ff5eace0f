"""How each invoice is settled: parts, deductions, returned debits, grouped into the payments a bank would show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditdesk.sample.lateness import NEVER, STOPS_BEFORE, takes_discount
from creditdesk.sample.ordinals import ordinal, run_starts
from creditdesk.sample.payer_types import CODE

if TYPE_CHECKING:
    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Flags, Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.disputes import CreditNotes, Disputes
    from creditdesk.sample.invoices import Invoices

PART_SHARE = 0.077
DEDUCTIONS = ("none", "cash_discount", "bank_charge", "exchange_difference", "small_difference")


@dataclass
class Parts:
    """One row per part of an invoice that is (or would be) paid at once; `of` is the position of the invoice.

    `taken_back` is the day a direct debit was returned, 0 for none; `deduction` a position in `DEDUCTIONS`.
    """

    of: Ints
    day: Ints
    amount: Ints
    deduction: Ints
    deducted: Ints
    taken_back: Ints
    debit: Flags


@dataclass
class Receipts:
    """One row per payment that was booked by the horizon, ordered by payer and day; money in minor units.

    `payer` is a position in the block, `seq` counts from 0 within the payer; `unknown`: the bank line names nobody
    we know. `part_of` gives, for each part (a position in `Parts`), its payment or -1.
    """

    payer: Ints
    seq: Ints
    day: Ints
    entry: Ints
    amount: Ints
    surplus: Ints
    currency: Ints
    debit: Flags
    taken_back: Ints
    unknown: Flags
    allocated: Ints
    first_part: Ints
    part_of: Ints


def draw_parts(
    rng: np.random.Generator,
    customers: Customers,
    invoices: Invoices,
    pay_day: Ints,
    disputes: Disputes,
    credits_: CreditNotes,
    bank: BankDays,
) -> Parts:
    """In how many parts and when the rest of each invoice, after credit notes, is paid."""
    rows = len(invoices)
    credited = np.bincount(credits_.of[~credits_.open], credits_.amount[~credits_.open], rows).astype(
        np.int64
    )
    rest = invoices.amount - credited
    day = pay_day.copy()
    later_day = np.zeros(rows, dtype=np.int64)  # of a second part
    first_part = rest.copy()

    back = bank.after(disputes.closed, rng.integers(1, 9, len(disputes.of)))
    held, split = disputes.withheld, ~disputes.withheld
    day[disputes.of[held]] = np.where(
        day[disputes.of[held]] == NEVER, NEVER, np.maximum(day[disputes.of[held]], back[held])
    )
    of = disputes.of[split]
    first_part[of] = np.minimum(rest[of], invoices.amount[of] - disputes.amount[split])
    later_day[of] = np.where(day[of] == NEVER, NEVER, np.maximum(day[of] + 1, back[split]))

    plain = np.ones(rows, dtype=bool)
    plain[disputes.of] = False
    plain &= ~customers.debit[invoices.of] & ~takes_discount(customers, invoices) & (day < NEVER)
    in_parts = plain & (rng.random(rows) < PART_SHARE) & (rest > 20_000)
    share = rng.uniform(0.25, 0.75, rows)
    first_part = np.where(in_parts, np.floor(rest * share).astype(np.int64), first_part)
    later_day = np.where(in_parts, bank.on_or_after(day + rng.integers(7, 45, rows)), later_day)

    deduction, deducted = _deductions(rng, customers, invoices, plain & ~in_parts & (credited == 0), rest)
    first_part = first_part - deducted
    second = rest - first_part - deducted
    debit = customers.debit[invoices.of]
    fails = np.flatnonzero(debit & (rng.random(rows) < 0.025))
    failed_day = day[fails].copy()
    day[fails] = bank.after(failed_day, rng.integers(6, 22, len(fails)))
    debit_now = debit.copy()
    debit_now[fails] = False
    has_second = np.flatnonzero(second > 0)
    of = np.concatenate([np.arange(rows), has_second, fails])
    paid_on = np.concatenate([day, later_day[has_second], failed_day])
    # Who stops paying before an insolvency also owes the second halves.
    defaults_on = customers.defaults_on[invoices.of[of]]
    paid_on = np.where((defaults_on > 0) & (paid_on > defaults_on - STOPS_BEFORE), NEVER, paid_on)
    once = np.zeros(len(has_second) + len(fails), dtype=np.int64)
    returned_on = bank.after(failed_day, rng.integers(2, 6, len(fails)))
    return _nonzero(
        Parts(
            of=of,
            day=paid_on,
            amount=np.concatenate([first_part, second[has_second], first_part[fails]]),
            deduction=np.concatenate([deduction, once]),
            deducted=np.concatenate([deducted, once]),
            taken_back=np.concatenate([np.zeros(rows + len(has_second), dtype=np.int64), returned_on]),
            debit=np.concatenate([debit_now, debit[has_second], debit[fails]]),
        )
    )


def _nonzero(parts: Parts) -> Parts:
    """Without the parts that a credit note left nothing of."""
    kept = parts.amount > 0
    return Parts(**{name: values[kept] for name, values in vars(parts).items()})


def _deductions(
    rng: np.random.Generator, customers: Customers, invoices: Invoices, plain: Flags, rest: Ints
) -> tuple[Ints, Ints]:
    """What customers keep back: the cash discount, bank charges, a difference of the rate, or small change."""
    rows = len(invoices)
    discount = takes_discount(customers, invoices)
    foreign = invoices.currency > 0
    chance = rng.random(rows)
    large = rest > 50_000
    kind = np.select(
        [
            discount,
            plain & large & foreign & (chance < 0.05),
            plain & large & (invoices.currency == 2) & (chance < 0.08),
            plain & (chance > 0.994),
        ],
        [1, 2, 3, 4],
        0,
    )
    amount = np.select(
        [kind == 1, kind == 2, kind == 3, kind == 4],
        [invoices.discount_amount, np.full(rows, 1_500), rest // 300, rng.integers(1, 300, rows)],
        0,
    )
    amount = np.where(amount < rest, amount, 0)
    return np.where(amount > 0, kind, 0), amount


def gather_receipts(
    rng: np.random.Generator,
    customers: Customers,
    invoices: Invoices,
    parts: Parts,
    horizon: int,
    bank: BankDays,
) -> Receipts:
    """Parts that one payer pays on one day in one currency come as one payment."""
    payer = customers.payer[invoices.of[parts.of]]
    currency = invoices.currency[parts.of]
    apart = np.where(parts.taken_back > 0, np.arange(len(parts.of)) + 1, 0)
    order = np.lexsort((parts.of, apart, currency, parts.day, payer))
    starts = run_starts(payer[order], parts.day[order], currency[order], apart[order])
    group = np.cumsum(starts) - 1
    first = order[starts]
    rows = len(first)
    day = parts.day[first]
    # Money of a weekend is booked on the next bank day; of the rest a third is booked a day later.
    entry = bank.on_or_after(day)
    entry = np.where(rng.random(rows) < 0.3, bank.after(entry, 1), entry)
    amount = np.bincount(group, parts.amount[order], rows).astype(np.int64)
    surplus = _surplus(rng, amount, customers, payer[first], parts.debit[first], day, horizon)
    unknown = (rng.random(rows) < 0.02) & (day > horizon - 25) & ~parts.debit[first]
    late_booking = np.where((rng.random(rows) < 0.1) & ~parts.debit[first], rng.integers(1, 5, rows), 0)
    allocated = bank.after(entry, late_booking)

    seen = np.flatnonzero(entry <= horizon)
    place = np.full(rows, -1, dtype=np.int64)
    place[seen] = np.arange(len(seen))
    part_of = np.full(len(parts.of), -1, dtype=np.int64)
    part_of[order] = place[group]
    return Receipts(
        payer=payer[first][seen],
        seq=ordinal(payer[first][seen]),
        day=day[seen],
        entry=entry[seen],
        amount=amount[seen] + surplus[seen],
        surplus=surplus[seen],
        currency=currency[first][seen],
        debit=parts.debit[first][seen],
        taken_back=parts.taken_back[first][seen],
        unknown=unknown[seen],
        allocated=allocated[seen],
        first_part=first[seen],
        part_of=part_of,
    )


def _surplus(
    rng: np.random.Generator,
    amount: Ints,
    customers: Customers,
    payer: Ints,
    debit: Flags,
    day: Ints,
    horizon: int,
) -> Ints:
    """What is paid too much: an invoice twice, a credit note forgotten, a typing error."""
    rows = len(amount)
    careful = (customers.type[payer] == CODE["public"]) | debit
    over = (rng.random(rows) < np.where(day > horizon - 90, 0.012, 0.002)) & ~careful & (day < NEVER)
    share = np.where(rng.random(rows) < 0.4, 1.0, rng.uniform(0.01, 0.2, rows))
    return np.where(over, np.maximum(1, np.floor(amount * share)).astype(np.int64), 0)


def settled_on(invoices: Invoices, parts: Parts, receipts: Receipts, horizon: int) -> Ints:
    """The day from which we know each invoice as settled; NEVER for those still open at the horizon."""
    receipt = receipts.part_of
    booked = receipt >= 0
    known = np.full(len(parts.of), NEVER, dtype=np.int64)
    known[booked] = np.where(receipts.unknown[receipt[booked]], NEVER, receipts.allocated[receipt[booked]])
    known = np.where(known <= horizon, known, NEVER)
    stays = parts.taken_back == 0
    last = np.zeros(len(invoices), dtype=np.int64)
    np.maximum.at(last, parts.of[stays], known[stays])
    return last
