"""Payments and allocations as they were known on the day, and stage `few_allocation`: those of which more than sums is asked."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_day
from creditdesk.engine.day import Day

MONEY = ("payment", "set_off")
"""Allocations that are payments: their day measures the behaviour."""

EXCUSED = ("cash_discount", "bank_charge", "exchange_difference", "small_difference")
"""Allocations that close an invoice without being a payment: they lower its weight and say nothing of lateness."""

REDUCING = (*EXCUSED, "credit_note", "write_off")
"""Allocations that are no money."""


def known_payments(day: Day, of: ir.Table | None = None) -> ir.Table:
    """Payments known on the day: booked, value-dated, and not taken back in full by a later return; `of` = only these.

    Columns: those of `payment`, and `value_day`.
    """
    facts, now = day.facts, day.clock.day
    payment = facts["payment"]
    booked = to_day(ibis.coalesce(payment.entry_date, payment.value_date))
    value = to_day(payment.value_date)
    every = payment.mutate(value_day=value).filter((booked <= now) & (value <= now))
    # a join of a few rows with all payments is a search for the few only where it is written as one
    known = every if of is None else every.semi_join(of, "payment_id")
    if not facts.any("payment", "reverses_payment_id"):
        return known
    taken = (
        every.filter(holds(_.kind == "return") & _.reverses_payment_id.notnull())
        .group_by(payment_id=_.reverses_payment_id)
        .aggregate(returned=_.amount.sum())
    )
    known = attach(known, taken, "payment_id")
    return known.mutate(amount=ibis.ifelse(_.returned >= _.amount, 0, _.amount)).drop("returned")


def allocations_of(day: Day, invoices: ir.Table, stage: str, found: ir.Table | None = None) -> ir.Table:
    """`known_allocations` of a few invoices: taken from `found` where they were looked up, else looked up as `stage`."""
    if found is not None:
        return found.semi_join(invoices, "invoice_id")
    return day.stages.run(stage, known_allocations(day, invoices))


def few_allocations(day: Day, item: ir.Table) -> ir.Table | None:
    """Stage `few_allocation`: `known_allocations` of every invoice of which more than sums is asked; None without any.

    Those paid by others, promised, or in a plan: one search of the largest table for all that ask for it.
    """
    facts = day.facts
    if not facts.has("allocation"):
        return None
    asked = item.filter(item.pay_customers == 2).select("invoice_id")
    if facts.has("promise"):
        promise = facts["promise"]
        asked = asked.union(promise.filter(promise.invoice_id.notnull()).select("invoice_id"))
    if facts.has("plan"):
        asked = asked.union(facts["plan"].select(invoice_id=_.invoice_ids.unnest()))
    return day.stages.run("few_allocation", known_allocations(day, asked))


def known_allocations(day: Day, of: ir.Table | None = None) -> ir.Table:
    """Allocations in force on the day, each with the day its money counts from; `of` = only those of these invoices.

    Columns: allocation_id, invoice_id, kind, credit_note_id, amount, pay_day (value day of a payment, else
    allocated_on), money (true for payment and set-off), pay_customer, pay_currency. An allocation of a payment that
    was returned in full is no longer in force, also where the ledger did not reverse it.
    """
    facts, now = day.facts, day.clock.day
    allocation = facts["allocation"]
    if of is not None:
        allocation = allocation.semi_join(of, "invoice_id")
    in_force = allocation.filter(
        (to_day(allocation.allocated_on) <= now)
        & (allocation.reversed_on.isnull() | (to_day(allocation.reversed_on) > now))
    )
    paying = None if of is None else in_force.filter(_.payment_id.notnull())
    payment = known_payments(day, paying).select(
        "payment_id",
        "value_day",
        pay_customer=_.customer_id,
        pay_currency=_.currency,
        pay_amount=_.amount,
    )
    joined = attach(in_force, payment, "payment_id")
    paid = holds(joined.kind == "payment")
    joined = joined.filter(~paid | holds(joined.pay_amount > 0))
    return joined.select(
        "allocation_id",
        "invoice_id",
        "kind",
        "credit_note_id",
        "amount",
        "pay_currency",
        # "" where the money has no payer we know: a null would not count in the least and most payer of an invoice
        pay_customer=ibis.ifelse(
            joined.kind.isin(MONEY), joined.pay_customer.fill_null(""), ibis.null("string")
        ),
        pay_day=ibis.coalesce(joined.value_day, to_day(joined.allocated_on)),
        money=joined.kind.isin(MONEY),
    )
