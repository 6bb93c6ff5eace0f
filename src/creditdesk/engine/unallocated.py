"""Stage `unallocated`: money received and not yet allocated. It belongs to who paid it, whose invoice it may pay or not.

Nearly every invoice is paid by its owner. Those sums come from the items; only allocations of the rest are looked up.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.allocations import allocations_of, known_payments
from creditdesk.engine.arith import attach, rnd, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.owner import owned


def unallocated(day: Day, debtor: ir.Table, item: ir.Table, few: ir.Table | None = None) -> ir.Table:
    """One row per payer and currency.

    Args:
        few: stage `few_allocation`; None = what it holds is looked up here.

    Columns: customer_id, currency; in minor units of the currency `free` (not allocated, deposits left out), `deposit`
    (bound to an order, not allocated), `repaid` (refunds and returns beyond what was unallocated: they take from open
    credit notes).
    """
    facts, now = day.facts, day.clock.day
    if not facts.has("payment"):
        nothing = debtor.filter(ibis.literal(False)).select(
            "customer_id", currency="base", free=ibis.literal(0, "int64"),
            deposit=ibis.literal(0, "int64"), repaid=ibis.literal(0, "int64"),
        )  # fmt: skip
        return day.stages.run("unallocated", nothing)
    payment = owned(day, debtor, "payment")
    booked = to_day(payment.entry_date.coalesce(payment.value_date))
    known = payment.filter(
        (booked <= now) & (to_day(payment.value_date) <= now) & payment.customer_id.notnull()
    )
    signed = ibis.ifelse(known.kind.isin(["refund", "return"]), -known.amount, known.amount)
    came = known.group_by("customer_id", "currency").aggregate(moved=signed.sum())
    own = item.filter(item.pay_customers == 1)
    own = own.group_by("customer_id", "currency").aggregate(moved=-own.paid.sum())
    rows = came.union(own)
    if facts.has("allocation"):
        rows = rows.union(_by_others(day, debtor, item, few))
    rest = rows.group_by("customer_id", "currency").aggregate(moved=rows.moved.sum())
    if facts.any("payment", "order_id"):
        rest = attach(rest, _deposits(day, debtor), ["customer_id", "currency"])
    else:
        rest = rest.mutate(deposit=ibis.null("int64"))
    deposit = ibis.least(rest.deposit.fill_null(0), ibis.greatest(rest.moved, 0))
    rest = rest.mutate(
        deposit=deposit, free=ibis.greatest(rest.moved - deposit, 0), repaid=ibis.greatest(-rest.moved, 0)
    )
    rest = rest.filter((rest.free > 0) | (rest.deposit > 0) | (rest.repaid > 0))
    return day.stages.run("unallocated", rest.select("customer_id", "currency", "free", "deposit", "repaid"))


def _by_others(day: Day, debtor: ir.Table, item: ir.Table, few: ir.Table | None) -> ir.Table:
    """What payers gave to invoices that somebody else owns, or that are in another currency: rows to be taken off."""
    mixed = item.filter(item.pay_customers == 2).select("invoice_id", "currency", "customer_id")
    mixed = attach(mixed, debtor.select("customer_id", "base"), "customer_id").drop("customer_id")
    given = allocations_of(day, mixed, "mixed_allocation", few).filter(_.kind == "payment")
    given = given.join(mixed, "invoice_id").filter(_.pay_customer != "")
    if day.facts.any("customer", "merged_into_id"):
        survivor = debtor.select(pay_customer="customer_id", survivor="survivor_id")
        given = attach(given, survivor, "pay_customer").mutate(
            pay_customer=_.survivor.coalesce(_.pay_customer)
        )
    amount = _in_payment_currency(day, given) if day.multi_currency else given
    amount = amount.select("amount", customer_id="pay_customer", currency="pay_currency")
    return amount.group_by("customer_id", "currency").aggregate(moved=-amount.amount.sum())


def _in_payment_currency(day: Day, given: ir.Table) -> ir.Table:
    """`given` with its amounts, which are in the invoice's currency, brought to that of the payment."""
    rate = day.rate.select("base", "currency", "factor", pay_day="day")
    given = attach(given, rate.rename(of_invoice="factor"), ["currency", "base", "pay_day"])
    given = attach(
        given, rate.rename(of_payment="factor", pay_currency="currency"), ["pay_currency", "base", "pay_day"]
    )
    same = given.currency == given.pay_currency
    converted = rnd(given.amount * given.of_invoice / given.of_payment.nullif(0))
    return given.mutate(amount=ibis.ifelse(same, given.amount, converted))


def _deposits(day: Day, debtor: ir.Table) -> ir.Table:
    """Per payer and currency what payments bound to an order still hold."""
    bound = known_payments(day).filter(_.order_id.notnull() & (_.kind.isnull() | (_.kind == "receipt")))
    bound = bound.select("payment_id", "customer_id", "currency", "amount")
    facts, now = day.facts, day.clock.day
    if facts.has("allocation"):
        allocation = facts["allocation"].filter(_.payment_id.notnull())
        used = allocation.semi_join(bound, "payment_id").filter(to_day(_.allocated_on) <= now)
        used = used.filter(_.reversed_on.isnull() | (to_day(_.reversed_on) > now))
        used = used.group_by("payment_id").aggregate(used=_.amount.sum())
        bound = attach(bound, used, "payment_id")
    else:
        bound = bound.mutate(used=0)
    if facts.any("customer", "merged_into_id"):
        bound = attach(bound, debtor.select("customer_id", "survivor_id"), "customer_id")
        bound = bound.mutate(customer_id=_.survivor_id.coalesce(_.customer_id))
    left = ibis.greatest(bound.amount - bound.used.fill_null(0), 0)
    return bound.group_by("customer_id", "currency").aggregate(deposit=left.sum())
