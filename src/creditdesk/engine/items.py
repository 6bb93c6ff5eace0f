"""Stages `item` and `open_item`: every invoice and credit note known on the day, what is open of it and how late it was paid.

Formulas: `L = value day - effective due day`, money-weighted over part payments (science, section 0.1); the
effective due day is `due` or the next bank day (R0). An open rest past due counts with its age today, so that no
customer looks better by not paying. Credit notes take from an invoice's weight, never from its lateness.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.allocations import EXCUSED, MONEY, REDUCING, few_allocations, known_payments
from creditdesk.engine.arith import Value, attach, holds, rnd, to_day
from creditdesk.engine.day import Day

MANNERS = ("paper", "email", "peppol")
"""How an invoice was sent, in the order of the codes that stand for it."""

KEPT_AS = {
    "issued_day": "int32", "eff_day": "int32", "closed_day": "int32", "last_pay_day": "int32", "term_days": "int32",
    "late": "int16", "pay_customers": "int8", "manner_code": "int8", "currency_code": "int16",
}  # fmt: skip
"""Columns of stage `item` that are kept in less than eight bytes: at twenty million rows each byte is twenty megabytes."""

NOBODY = -1
"""The number of a payer that we do not know."""


@dataclass(frozen=True)
class Documents:
    """Invoices and credit notes.

    Attributes:
        every: stage `item`: all of them, with the few columns that figures over the years read.
        open: stage `open_item`: what still owes or gives something, with all that the procedure asks of it.
        few: stage `few_allocation`: allocations of those of which more than sums is asked; None without any.
        paid_late: stage `paid_late`: the invoices that were paid after their due day; None where no case can have asked
            for them.
    """

    every: ir.Table
    open: ir.Table
    few: ir.Table | None = None
    paid_late: ir.Table | None = None


def documents(day: Day, debtor: ir.Table) -> Documents:
    """These stages. Of twenty documents one is open: what is asked of that one only is not kept of the others."""
    every = item(day, debtor)
    return Documents(
        every, open_item(day, debtor, every), few_allocations(day, every), _paid_late(day, every)
    )


def _paid_late(day: Day, item: ir.Table) -> ir.Table | None:
    """What the procedure asks of settled invoices, apart: so the largest table is given back before it begins.

    Columns: invoice_id, customer_id, currency, eff_day, closed_day.
    """
    if not (day.facts.any("action", "procedure") and day.facts.has("allocation")):
        return None
    late = item.filter(item.is_invoice & item.settled & holds(item.closed_day > item.eff_day))
    late = late.select("invoice_id", "customer_id", "currency", "eff_day", "closed_day")
    kept = day.stages.run("paid_late", late.cast({"eff_day": "int32", "closed_day": "int32"}))
    return kept.cast({"eff_day": "int64", "closed_day": "int64"})


def item(day: Day, debtor: ir.Table) -> ir.Table:
    """Stage `item`: one row per document issued on or before the day.

    Columns (money in minor units of `currency` unless `_base`; days since 1970-01-01):

    - invoice_id, is_invoice (else a credit note), customer_id (the survivor), currency
    - issued_day, eff_day (effective due day), term_days
    - amount, open (never below 0), settled (open within tolerance), paid
    - amount_base, weight_base (at the rate of the day of issue); the weight is the amount less what was credited,
      excused and written off
    - closed_day: day of the last allocation, when settled
    - late: whole days, money-weighted; the open rest of an overdue item counts with its age; clipped to the
      policy's bounds; null when the item is no observation
    - experience: counts in the behaviour figures
    - last_pay_day
    - pay_customers: 0 no payment, 1 all by its owner, 2 by somebody else or in another currency too
    - manner_code: place in MANNERS from 1, 0 for any other; net_amount, cost
    """
    facts, policy, now = day.facts, day.policy, day.clock.day
    bounds = policy.measurement
    paid = _paid(day, debtor)
    invoice = (
        facts["invoice"]
        .mutate(issued_day=to_day(_.issued), due_day=to_day(_.due))
        .filter(_.issued_day <= now)
    )
    owner = debtor.select("customer_id", "survivor_id", "base", "intercompany", owner_no=debtor.no)
    found = attach(invoice, owner, "customer_id")
    found = attach(found, paid, "invoice_id")
    found = _with_reductions(day, found)
    if facts.any("allocation", "credit_note_id"):
        found = attach(found, _credit_used(day), "invoice_id")
    else:
        found = found.mutate(used=ibis.null("int64"))
    banks = day.calendar.filter(day.calendar.place.startswith("@")).select(
        currency=_.place.substr(1), due_day=_.day, eff_day=_.next
    )
    found = attach(found, banks, ["currency", "due_day"])
    found = attach(found, day.currency, "currency")
    zero = {name: found[name].fill_null(0) for name in
            ("paid", "reduced", "credited", "excused", "written_off", "used", "pay_sum")}  # fmt: skip
    note = found.kind == "credit_note"
    found = found.mutate(
        **zero,
        eff_day=found.eff_day.fill_null(found.due_day),
        open=ibis.greatest(found.amount - ibis.ifelse(note, zero["used"], zero["paid"] + zero["reduced"]), 0),
    )
    found = found.mutate(
        settled=_.open <= ibis.greatest(_.tolerance, rnd(_.amount * float(policy.tolerance.share))),
        age=lambda t: now - t.eff_day,
    )
    if facts.has("collection"):
        returned = facts["collection"].filter(to_day(_.returned_on) <= now)
        found = attach(found, returned.group_by("invoice_id").aggregate(returns=_.count()), "invoice_id")
    else:
        found = found.mutate(returns=ibis.null("int64"))
    if facts.has("dispute"):
        lost = facts["dispute"].filter((to_day(_.closed_on) <= now) & (_.outcome == "customer_right"))
        lost = lost.filter(_.invoice_id.notnull()).group_by("invoice_id").aggregate(lost=_.count())
        found = attach(found, lost, "invoice_id")
    else:
        found = found.mutate(lost=ibis.null("int64"))
    invoice_row = found.kind == "invoice"
    overdue = invoice_row & ~found.settled & (found.age > 0)
    found = found.mutate(
        overdue=overdue,
        closed_day=ibis.ifelse(
            found.settled, ibis.greatest(found.last_money_day, found.reduced_day), ibis.null("int64")
        ),
        weight=ibis.greatest(found.amount - found.credited - found.excused - found.written_off, 0),
    )
    overdue = found.overdue
    late = rnd((found.pay_sum - found.eff_day * found.paid + ibis.ifelse(overdue, found.open * found.age, 0))
               / (found.paid + ibis.ifelse(overdue, found.open, 0)).nullif(0))  # fmt: skip
    factored = holds(to_day(found.factored_on) <= now)
    experience = (
        (found.kind == "invoice")
        & (found.weight > 0)
        & (found.written_off == 0)
        & ~factored
        & ~(holds(found.payment_method == "direct_debit") & found.returns.isnull())
        & ~holds(found.intercompany)
        & (overdue | (found.settled & (found.paid > 0)))
        & found.lost.isnull()
    )
    found = found.mutate(
        experience=experience,
        # least and greatest name their argument once, clip many times; an observation always has a lateness
        late=ibis.ifelse(
            experience,
            ibis.greatest(ibis.least(late, bounds.latest), bounds.earliest),
            ibis.null("int64"),
        ),
        pay_customers=ibis.cases(
            (found.paid == 0, 0),
            (
                holds(found.payer_least == found.payer_most)
                & holds(found.payer_least == _payer(day, found.owner_no, found.currency)),
                1,
            ),
            else_=2,
        ).cast("int64"),
    )
    if day.multi_currency:
        at_issue = day.rate.rename(issued_day="day", factor_issue="factor")
        found = attach(found, at_issue, ["currency", "base", "issued_day"])
        same = found.currency == found.base
        found = found.mutate(
            amount_base=ibis.ifelse(same, found.amount, rnd(found.amount * found.factor_issue)),
            weight_base=ibis.ifelse(same, found.weight, rnd(found.weight * found.factor_issue)),
        )
    else:
        found = found.mutate(amount_base=found.amount, weight_base=found.weight)
    # what nobody reads further on is not kept: a column of every invoice is half a gigabyte at twenty million
    chosen = found.select(
        "invoice_id", "issued_day", "eff_day", "amount", "open", "settled", "paid", "amount_base", "weight_base",
        "closed_day", "late", "experience", "pay_customers", "net_amount", "cost",
        is_invoice=found.kind == "invoice",
        customer_id=found.survivor_id,
        currency_code=_code(day, found.currency),
        term_days=found.due_day - found.issued_day,
        last_pay_day=found.last_money_day,
        manner_code=ibis.cases(
            *[(found.manner == name, code) for code, name in enumerate(MANNERS, 1)], else_=0
        ).cast("int64"),
    )  # fmt: skip
    kept = day.stages.run("item", chosen.cast(KEPT_AS)).cast(dict.fromkeys(KEPT_AS, "int64"))
    named = ibis.cases(*[(kept.currency_code == no, code) for no, code in enumerate(day.currencies, 1)])
    return kept.mutate(currency=named).drop("currency_code")


def open_item(day: Day, debtor: ir.Table, item: ir.Table) -> ir.Table:
    """Stage `open_item`: the rows of `item` that are not settled, or settled with a rest within tolerance.

    Columns: those of a document that are asked for while it is open: invoice_id, kind, customer_id, payer, company, currency, base,
    issued_day, eff_day, term_days, open, open_base (at the rate of the day), settled, age (days since eff_day), overdue
    (an invoice, not settled, age > 0), corrects_invoice_id, manner, delivery_state, sent_day, factored, direct_debit.
    """
    facts, now = day.facts, day.clock.day
    rest = item.filter((item.open > 0) | ~item.settled).select(
        "invoice_id", "customer_id", "currency", "issued_day", "eff_day", "term_days", "open", "settled", "is_invoice"
    )  # fmt: skip
    invoice = facts["invoice"].semi_join(rest, "invoice_id")
    invoice = invoice.select(
        "invoice_id", "kind", "company_id", "corrects_invoice_id", "manner", "delivery_state",
        "factored_on", "payment_method", sent_day=to_day(invoice.sent_on), named_customer=invoice.customer_id,
    )  # fmt: skip
    found = attach(rest, invoice, "invoice_id")
    # of a customer merged into another its own payer and company count
    owner = debtor.select("payer", "base", named_customer=debtor.customer_id, owner_company=debtor.company)
    found = attach(found, owner, "named_customer")
    if day.multi_currency:
        today = day.rate.filter(day.rate.day == now).select("currency", "base", factor_now=_.factor)
        found = attach(found, today, ["currency", "base"])
        same = found.currency == found.base
        open_base = ibis.ifelse(same, found.open, rnd(found.open * found.factor_now))
    else:
        open_base = found.open
    age = now - found.eff_day
    chosen = found.select(
        "invoice_id", "kind", "customer_id", "payer", "currency", "base", "issued_day", "eff_day", "term_days", "open",
        "settled", "corrects_invoice_id", "manner", "delivery_state", "sent_day",
        company=ibis.coalesce(found.company_id, found.owner_company, ""),
        open_base=open_base,
        age=age,
        overdue=found.is_invoice & ~found.settled & (age > 0),
        factored=holds(to_day(found.factored_on) <= now),
        direct_debit=holds(found.payment_method == "direct_debit"),
    )  # fmt: skip
    return day.stages.run("open_item", chosen)


def _payer(day: Day, no: Value, currency: Value) -> Value:
    """A customer and a currency as one whole number: the least and most of texts take more memory than all sums beside them."""
    if not day.multi_currency:
        return no
    return no * (len(day.currencies) + 1) + _code(day, currency)


def _code(day: Day, currency: Value) -> Value:
    """A currency as its place among those that occur, from 1; 0 for none of them. A text takes sixteen bytes in every row."""
    return ibis.cases(*[(currency == code, no) for no, code in enumerate(day.currencies, 1)], else_=0)


def _paid(day: Day, debtor: ir.Table) -> ir.Table:
    """Per invoice the money allocated to it, with the sum of amount x day for the money-weighted mean.

    These are the largest join and the largest sum of a run: what is not summed does not come along.
    """
    facts, now = day.facts, day.clock.day
    allocation = facts["allocation"].filter(to_day(_.allocated_on) <= now)
    in_force = allocation.filter(allocation.reversed_on.isnull() | (to_day(allocation.reversed_on) > now))
    payer = debtor.select("customer_id", "no")

    def given(payments: ir.Table) -> ir.Table:
        known = attach(payments, payer, "customer_id")
        return known.select(
            "payment_id", "value_day", payer=_payer(day, known.no.fill_null(NOBODY), known.currency)
        )

    # one that was taken back in full is worth nothing
    worth = given(known_payments(day).filter(_.amount > 0))
    paying = in_force.filter(_.kind == "payment").select("invoice_id", "payment_id", "amount")
    money = paying.join(worth, "payment_id").select("invoice_id", "amount", "payer", pay_day="value_day")
    if facts.some("allocation", "kind", ("set_off",)):
        set_off = in_force.filter(_.kind == "set_off")
        set_off = attach(set_off, given(known_payments(day, set_off)), "payment_id")
        money = money.union(
            set_off.select(
                "invoice_id",
                "amount",
                payer=set_off.payer.fill_null(_payer(day, ibis.literal(NOBODY), ibis.literal(""))),
                pay_day=set_off.value_day.coalesce(to_day(set_off.allocated_on)),
            )
        )
    return money.group_by("invoice_id").aggregate(
        paid=money.amount.sum(),
        pay_sum=(money.amount * money.pay_day).sum(),
        last_money_day=money.pay_day.max(),
        payer_least=money.payer.min(),
        payer_most=money.payer.max(),
    )


def _with_reductions(day: Day, found: ir.Table) -> ir.Table:
    """`found` with what reduces an invoice without being money. These are few: apart, they cost no sum per payment."""
    now = day.clock.day
    if not day.facts.some("allocation", "kind", REDUCING):
        names = ("reduced", "credited", "excused", "written_off", "reduced_day")
        return found.mutate(**{name: ibis.null("int64") for name in names})
    rest = day.facts["allocation"].filter(~_.kind.isin(MONEY) & (to_day(_.allocated_on) <= now))
    rest = rest.filter(rest.reversed_on.isnull() | (to_day(rest.reversed_on) > now))
    summed = rest.group_by("invoice_id").aggregate(
        reduced=rest.amount.sum(),
        credited=rest.amount.sum(where=rest.kind == "credit_note"),
        excused=rest.amount.sum(where=rest.kind.isin(EXCUSED)),
        written_off=rest.amount.sum(where=rest.kind == "write_off"),
        reduced_day=to_day(rest.allocated_on.max()),
    )
    return attach(found, summed, "invoice_id")


def _credit_used(day: Day) -> ir.Table:
    """Per credit note what of it was allocated."""
    now = day.clock.day
    return (
        day.facts["allocation"]
        .filter(_.credit_note_id.notnull() & (to_day(_.allocated_on) <= now))
        .filter(_.reversed_on.isnull() | (to_day(_.reversed_on) > now))
        .group_by(invoice_id=_.credit_note_id)
        .aggregate(used=_.amount.sum())
    )
