"""The ledger as tables: invoices with credit notes, payments, allocations, direct debits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditdesk.sample.columns import dates, ids, only, table, whole, words
from creditdesk.sample.customers import CONSUMER, MANNERS
from creditdesk.sample.ordinals import ordinal
from creditdesk.sample.places import CURRENCIES
from creditdesk.sample.settlement import DEDUCTIONS

if TYPE_CHECKING:
    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Flags, Ints
    from creditdesk.sample.customers import Customers
    from creditdesk.sample.disputes import CreditNotes
    from creditdesk.sample.invoices import Invoices
    from creditdesk.sample.losses import Losses
    from creditdesk.sample.orders import Billing
    from creditdesk.sample.settlement import Parts, Receipts

METHODS = ("transfer", "direct_debit", "card", "link")


@dataclass
class Movements:
    """Money of every kind as the bank books it, for the statements: signed, by currency and day of booking."""

    currency: Ints
    entry: Ints
    amount: Ints


def invoice_id(customers: Customers, invoices: Invoices, at: Ints, known: Flags | None = None) -> pa.Array:
    """The ids of the invoices at these positions."""
    return ids("I", (customers.number[invoices.of[at]], 7), "-", (invoices.seq[at] + 1, 3), known=known)


def invoice_table(
    rng: np.random.Generator, customers: Customers, invoices: Invoices, billing: Billing, horizon: int
) -> pa.Table:
    """The invoices; some two in a thousand bounced or were refused by the network."""
    of, rows = invoices.of, len(invoices)
    number = customers.number[of]
    manner = customers.manner[of]
    debit = customers.debit[of]
    chance = rng.random(rows)
    # Electronic delivery is confirmed; letters and mails are only known as sent.
    state = np.where(manner == 2, 1, 0)
    state = np.where((chance < 0.002) & (manner > 0), np.where(manner == 2, 2, 3), state)
    sent = np.minimum(invoices.issued + np.where(manner == 0, 1, 0), horizon)
    # A third of the customers buys goods whose cost the ERP does not know.
    margin = 0.12 + 0.3 * ((customers.number[of] * 7919) % 101) / 101
    cost = np.floor(invoices.net_amount * (1 - margin)).astype(np.int64)
    has_reference = (customers.number[of] * 31) % 10 < 7
    number_text = ids((invoices.issued // 365 % 100, 2), "-", (number, 7), "-", (invoices.seq + 1, 3))
    return table(
        "invoice",
        rows,
        invoice_id=ids("I", (number, 7), "-", (invoices.seq + 1, 3)),
        customer_id=ids("C", (number, 7)),
        number=number_text,
        kind="invoice",
        issued=dates(invoices.issued),
        due=dates(invoices.due),
        amount=whole(invoices.amount),
        currency=words(invoices.currency, CURRENCIES),
        net_amount=whole(invoices.net_amount),
        cost=whole(cost, customers.number[of] % 3 != 0),
        order_id=ids("O", (number, 7), "-", (billing.order_seq + 1, 3)),
        order_reference=ids("PO-", (number % 9973, 4), "-", (billing.order_seq + 1, 3), known=has_reference),
        payment_reference=number_text,
        payment_method=words(debit.astype(np.int64), METHODS),
        mandate_id=ids("M", (number, 7), known=debit),
        manner=words(manner, MANNERS),
        sent_on=dates(sent),
        received_on=dates(sent, state == 1),
        delivery_state=words(state, ("sent", "delivered", "rejected", "bounced")),
        delivered_on=dates(billing.delivered),
        discount_until=dates(invoices.discount_until, invoices.discount_until > 0),
        discount_amount=whole(invoices.discount_amount, invoices.discount_until > 0),
    )


def credit_note_table(
    customers: Customers, invoices: Invoices, credits_: CreditNotes, horizon: int
) -> pa.Table:
    """The credit notes issued by the horizon, as rows of the invoice table."""
    seen = np.flatnonzero(credits_.issued <= horizon)
    at = credits_.of[seen]
    number = customers.number[invoices.of[at]]
    amount = credits_.amount[seen]
    vat_rate = np.where(
        (customers.country[invoices.of[at]] == 0) | (customers.kind[invoices.of[at]] == CONSUMER), 21, 0
    )
    issued = dates(credits_.issued[seen])
    return table(
        "invoice",
        len(seen),
        invoice_id=ids("K", (number, 7), "-", (credits_.seq[seen] + 1, 3)),
        customer_id=ids("C", (number, 7)),
        number=ids("CN-", (number, 7), "-", (credits_.seq[seen] + 1, 3)),
        kind="credit_note",
        issued=issued,
        due=issued,
        amount=whole(amount),
        currency=words(invoices.currency[at], CURRENCIES),
        corrects_invoice_id=invoice_id(customers, invoices, at),
        net_amount=whole((amount * 200 + (100 + vat_rate)) // (2 * (100 + vat_rate))),
        manner=words(customers.manner[invoices.of[at]], MANNERS),
        sent_on=issued,
    )


def payment_tables(
    rng: np.random.Generator,
    customers: Customers,
    invoices: Invoices,
    parts: Parts,
    receipts: Receipts,
    payer_iban: pa.Array,
    our_iban: pa.Array,
    horizon: int,
    bank: BankDays,
) -> tuple[pa.Table, pa.Table, Movements]:
    """The payments, the candidates for those without a payer, and the money for the bank statements."""
    number, rows = customers.number[receipts.payer], len(receipts.payer)
    private = customers.kind[receipts.payer] == CONSUMER
    chance = rng.random(rows)
    method = np.where(private & (chance < 0.45), 2, np.where(private & (chance < 0.6), 3, 0))
    method = np.where(~bank.is_open(receipts.day) & (method == 0), 2, method)
    method = np.where(receipts.debit, 1, method)
    first = parts.of[receipts.first_part]
    payment_id = ids("P", (number, 7), "-", (receipts.seq + 1, 4))
    named = ~receipts.unknown
    payments = table(
        "payment",
        rows,
        payment_id=payment_id,
        customer_id=ids("C", (number, 7), known=named),
        kind="receipt",
        value_date=dates(receipts.day),
        entry_date=dates(receipts.entry),
        amount=whole(receipts.amount),
        currency=words(receipts.currency, CURRENCIES),
        method=words(method, METHODS),
        payer_iban=only(payer_iban.take(pa.array(receipts.payer)), named & (method != 2)),
        our_iban=our_iban.take(pa.array(receipts.currency)),
        remittance=ids(
            "INV ", (customers.number[invoices.of[first]], 7), "-", (invoices.seq[first] + 1, 3), known=named
        ),
    )
    back = np.flatnonzero((receipts.taken_back > 0) & (receipts.taken_back <= horizon))
    returned = _reversal("return", "R", receipts, number, back, receipts.taken_back[back], our_iban)
    # Money paid twice goes back after some weeks, unless it is recent or the customer lets it stand.
    repaid_on = bank.after(receipts.entry, 15)
    gives_back = (receipts.surplus > 0) & (repaid_on <= horizon) & named & (rng.random(rows) < 0.8)
    again = np.flatnonzero(gives_back)
    refunded = _reversal(
        "refund", "B", receipts, number, again, repaid_on[again], our_iban, receipts.surplus[again]
    )
    nameless = np.flatnonzero(receipts.unknown)
    candidates = table(
        "payment_candidate",
        len(nameless),
        payment_id=payment_id.take(pa.array(nameless)),
        customer_id=ids("C", (number[nameless], 7)),
        confidence=pa.array(np.floor(rng.uniform(0.4, 0.95, len(nameless)) * 100) / 100),
    )
    movements = Movements(
        currency=np.concatenate([receipts.currency, receipts.currency[back], receipts.currency[again]]),
        entry=np.concatenate([receipts.entry, receipts.taken_back[back], repaid_on[again]]),
        amount=np.concatenate([receipts.amount, -receipts.amount[back], -receipts.surplus[again]]),
    )
    return pa.concat_tables([payments, returned, refunded]), candidates, movements


def _reversal(
    kind: str,
    letter: str,
    receipts: Receipts,
    number: Ints,
    at: Ints,
    day: Ints,
    our_iban: pa.Array,
    amount: Ints | None = None,
) -> pa.Table:
    """Money that went back: the whole of a returned debit, or what was paid too much."""
    booked = dates(day)
    return table(
        "payment",
        len(at),
        payment_id=ids(letter, (number[at], 7), "-", (receipts.seq[at] + 1, 4)),
        customer_id=ids("C", (number[at], 7)),
        kind=kind,
        value_date=booked,
        entry_date=booked,
        amount=whole(receipts.amount[at] if amount is None else amount),
        currency=words(receipts.currency[at], CURRENCIES),
        method="direct_debit" if kind == "return" else "transfer",
        our_iban=our_iban.take(pa.array(receipts.currency[at])),
        reverses_payment_id=ids("P", (number[at], 7), "-", (receipts.seq[at] + 1, 4)),
    )


KINDS = ("payment", "credit_note", "write_off", *DEDUCTIONS[1:])


def allocation_table(
    customers: Customers,
    invoices: Invoices,
    parts: Parts,
    receipts: Receipts,
    credits_: CreditNotes,
    losses: Losses,
    horizon: int,
) -> pa.Table:
    """What closed the invoices by the horizon: payments with what was deducted, credit notes, write-offs."""
    receipt = receipts.part_of
    paid = np.flatnonzero(receipt >= 0)
    paid = paid[~receipts.unknown[receipt[paid]] & (receipts.allocated[receipt[paid]] <= horizon)]
    kept_back = paid[parts.deduction[paid] > 0]
    noted = np.flatnonzero(~credits_.open & (credits_.issued <= horizon))
    lost = np.flatnonzero(losses.written_off <= horizon)
    none = np.zeros
    of = np.concatenate([parts.of[paid], parts.of[kept_back], credits_.of[noted], lost])
    sizes = (len(paid), len(kept_back), len(noted), len(lost))
    kind = np.repeat([0, 0, 1, 2], sizes)
    kind[sizes[0] : sizes[0] + sizes[1]] = 2 + parts.deduction[kept_back]
    day = np.concatenate(
        [
            receipts.allocated[receipt[paid]],
            receipts.allocated[receipt[kept_back]],
            credits_.issued[noted],
            losses.written_off[lost],
        ]
    )
    amount = np.concatenate(
        [parts.amount[paid], parts.deducted[kept_back], credits_.amount[noted], losses.lost[lost]]
    )
    taken_back = np.concatenate([parts.taken_back[paid], none(sum(sizes[1:]), dtype=np.int64)])
    payment = np.concatenate([receipt[paid], none(sum(sizes[1:]), dtype=np.int64)])
    note = np.concatenate(
        [none(sizes[0] + sizes[1], dtype=np.int64), credits_.seq[noted], none(sizes[3], dtype=np.int64)]
    )

    owner = invoices.of[of]
    # By customer, day, invoice and kind, packed in one number: one sort instead of four.
    order = np.argsort(((owner << 16 | day) << 24 | of) << 3 | kind, kind="stable")
    of, kind, day, amount, taken_back = of[order], kind[order], day[order], amount[order], taken_back[order]
    payment, note, owner = payment[order], note[order], owner[order]
    seq = ordinal(owner)
    number = customers.number[owner]
    if len(receipts.payer):
        payer_number = customers.number[receipts.payer[payment]]
        payment_seq = receipts.seq[payment]
    else:
        payer_number = payment_seq = none(len(of), dtype=np.int64)
    return table(
        "allocation",
        len(of),
        allocation_id=ids("A", (number, 7), "-", (seq + 1, 4)),
        invoice_id=invoice_id(customers, invoices, of),
        kind=words(kind, KINDS),
        payment_id=ids("P", (payer_number, 7), "-", (payment_seq + 1, 4), known=kind == 0),
        credit_note_id=ids("K", (number, 7), "-", (note + 1, 3), known=kind == 1),
        allocated_on=dates(day),
        amount=whole(amount),
        reversed_on=dates(taken_back, (taken_back > 0) & (taken_back <= horizon)),
    )


def collection_table(customers: Customers, invoices: Invoices, parts: Parts, horizon: int) -> pa.Table:
    """The direct debits presented to the bank, with those that came back."""
    at = np.flatnonzero(parts.debit & (parts.day <= horizon))
    of = parts.of[at]
    number = customers.number[invoices.of[of]]
    back = (parts.taken_back[at] > 0) & (parts.taken_back[at] <= horizon)
    return table(
        "collection",
        len(at),
        collection_id=ids("E", (number, 7), "-", (invoices.seq[of] + 1, 3)),
        mandate_id=ids("M", (number, 7)),
        invoice_id=invoice_id(customers, invoices, of),
        collect_on=dates(parts.day[at]),
        amount=whole(parts.amount[at]),
        returned_on=dates(parts.taken_back[at], back),
        return_reason=only(words(of % 3, ("AM04", "MD06", "AC04")), back),
    )
