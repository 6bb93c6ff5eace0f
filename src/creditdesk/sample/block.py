"""One block of the sample: some thousand customers with everything that happened to them, as tables.

A block depends on the seed, its own number and the horizon alone, so a sample of any size streams block by block.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from creditdesk.sample import credit, decisions, dunning, ledger, master_data, orders
from creditdesk.sample.bank_days import BankDays
from creditdesk.sample.company import our_ibans
from creditdesk.sample.customers import draw_customers, form_groups
from creditdesk.sample.disputes import dispute_table, draw_credit_notes, draw_disputes
from creditdesk.sample.invoices import choose_largest, draw_invoices, size_of_trade
from creditdesk.sample.lateness import draw_pay_days
from creditdesk.sample.losses import draw_losses, handover_table
from creditdesk.sample.settlement import draw_parts, gather_receipts, settled_on
from creditdesk.sample.truth import truth_table

BLOCK = 2_500


@dataclass(frozen=True)
class Setting:
    """What holds for the whole sample; `horizon` in days since 1970-01-01."""

    seed: int
    customers: int
    horizon: int
    invoices_per_customer: float


@dataclass
class Block:
    """The tables of one block, the truth about its customers and its money for the bank statements."""

    tables: list[tuple[str, pa.Table]]
    truth: pa.Table
    moved: ledger.Movements


def blocks(customers: int) -> Iterable[tuple[int, int]]:
    """Number and size of each block of a sample of that many customers."""
    for number in range(-(-customers // BLOCK)):
        yield number, min(BLOCK, customers - number * BLOCK)


def make_block(setting: Setting, number: int, rows: int, bank: BankDays) -> Block:
    """Everything that happened to the customers `number * BLOCK + 1` and following, up to the horizon."""
    horizon, mean = setting.horizon, setting.invoices_per_customer
    # A stream of chance per subject: a change in one leaves the others as they were.
    of_customers, of_invoices, of_payment, of_trouble, of_others = np.random.default_rng(
        [setting.seed, number]
    ).spawn(5)

    customers = draw_customers(of_customers, number * BLOCK + 1, rows, horizon, mean)
    form_groups(of_customers, customers)
    largest = choose_largest(of_customers, customers, mean) if number == 0 else np.zeros(0, dtype=np.int64)
    invoices = draw_invoices(of_invoices, customers, bank, largest, setting.customers)
    customers.trade_size = size_of_trade(customers, invoices)
    billing = orders.bill_orders(of_invoices, customers, invoices)

    pay_day = draw_pay_days(of_payment, customers, invoices, bank)
    disputes = draw_disputes(of_trouble, customers, invoices, pay_day)
    notes = draw_credit_notes(of_trouble, customers, invoices, disputes, pay_day, horizon)
    parts = draw_parts(of_payment, customers, invoices, pay_day, disputes, notes, bank)
    receipts = gather_receipts(of_payment, customers, invoices, parts, horizon, bank)
    settled = settled_on(invoices, parts, receipts, horizon)
    losses = draw_losses(of_trouble, customers, invoices, parts, bank)
    reminders = dunning.draw_reminders(
        of_trouble, customers, invoices, settled, disputes, losses, horizon, bank
    )

    ibans = master_data.ibans_of(customers)
    payments, candidates, moved = ledger.payment_tables(
        of_payment, customers, invoices, parts, receipts, ibans, our_ibans(), horizon, bank
    )
    plans, instalments = decisions.plan_tables(
        of_trouble, customers, invoices, settled, losses, disputes, horizon, bank
    )
    rng = of_others
    return Block(
        tables=[
            ("customer", master_data.customer_table(rng, customers, horizon)),
            ("customer_code", master_data.customer_code_table(customers)),
            ("preference", master_data.preference_table(rng, customers, horizon)),
            ("legal_status", master_data.legal_status_table(customers, horizon)),
            ("contact", master_data.contact_table(rng, customers)),
            ("mandate", master_data.mandate_table(customers, ibans)),
            ("invoice", ledger.invoice_table(rng, customers, invoices, billing, horizon)),
            ("invoice", ledger.credit_note_table(customers, invoices, notes, horizon)),
            ("payment", payments),
            ("payment_candidate", candidates),
            (
                "allocation",
                ledger.allocation_table(customers, invoices, parts, receipts, notes, losses, horizon),
            ),
            ("collection", ledger.collection_table(customers, invoices, parts, horizon)),
            ("order", orders.order_table(rng, customers, invoices, billing, horizon)),
            ("dispute", dispute_table(customers, invoices, disputes, notes, horizon, bank)),
            ("credit_report", credit.credit_report_table(rng, customers, horizon)),
            ("annual_account", credit.annual_account_table(rng, customers, horizon)),
            ("cover", credit.cover_table(rng, customers, horizon)),
            ("security", credit.security_table(rng, customers, horizon)),
            ("credit_group", credit.credit_group_table(customers)),
            ("contra", decisions.contra_table(rng, customers, horizon)),
            ("action", dunning.action_table(customers, invoices, reminders, horizon)),
            ("promise", dunning.promise_table(rng, customers, invoices, reminders, settled, bank)),
            ("charge", dunning.charge_table(customers, invoices, reminders, horizon, settled)),
            ("plan", plans),
            ("instalment", instalments),
            ("pause", decisions.pause_table(rng, customers, horizon)),
            ("approval", decisions.approval_table(customers, horizon, bank)),
            ("handover", handover_table(customers, invoices, losses, horizon)),
            ("note", decisions.note_table(rng, customers, horizon)),
        ],
        truth=truth_table(customers, invoices, pay_day, largest, horizon),
        moved=moved,
    )
