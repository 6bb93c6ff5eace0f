"""Stage `orders`: what customers order: how much, how often, how lately, and what was refused.

Where a company has no orders at all its invoices stand in for them: most ledgers come without an order book.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, rnd, to_day
from creditdesk.engine.binding import latest
from creditdesk.engine.day import Day
from creditdesk.engine.owner import in_base, owned

YEAR = 365
BLOCK_DAYS = 30


def orders(day: Day, debtor: ir.Table, item: ir.Table) -> ir.Table:
    """One row per customer that ordered.

    Columns: customer_id; `orders12`, `median_order` (lower), `months` (blocks of 30 days with one), `gap` (days), `last_order` (day),
    `first_orders` (ordered within the policy's first days of a customer younger than a year), `refused12`,
    `refused_by_customer12`; `open_orders`, `delivered` (and not invoiced).
    """
    if not day.facts.has("order"):
        return day.stages.run("orders", _of(day, _invoices_as_orders(item)))
    known = day.stages.run(
        "order_known", in_base(day, debtor, _known(day, debtor), ["amount", "done", "billed"])
    )
    valid = known.filter(~known.cancelled & ~known.refused)
    placed = valid.select("customer_id", "on_day", "amount", id="order_id")
    running = valid.group_by("customer_id").aggregate(
        open_orders=ibis.greatest(valid.amount - ibis.greatest(valid.done, valid.billed), 0).sum(),
        delivered=ibis.greatest(valid.done - valid.billed, 0).sum(),
    )
    now = day.clock.day
    refused = known.mutate(recent=known.refused & (now - known.refused_day < YEAR))
    refused = refused.group_by("customer_id").aggregate(
        refused12=refused.count(where=refused.recent),
        refused_by_customer12=refused.count(where=refused.recent & holds(refused.refused_by == "customer")),
    )
    found = attach(refused, _of(day, placed), "customer_id")
    return day.stages.run("orders", attach(found, running, "customer_id"))


def _known(day: Day, debtor: ir.Table) -> ir.Table:
    """Orders as known on the day; what is dated later is not yet so.

    `done`: value delivered (the whole of an order delivered without a value); `billed`: value invoiced, by the invoices
    that name the order where they add up to more.
    """
    now = day.clock.day
    order = latest(owned(day, debtor, "order"), "order_id", now, day.facts.any("order", "known_from"))
    order = order.filter(to_day(order.ordered_on) <= now)
    billed = order.invoiced_amount.fill_null(0)
    if day.facts.any("invoice", "order_id"):
        # an order that its own figure says is invoiced in full is changed by no invoice that names it
        asked = order.filter(billed < ibis.greatest(order.amount, order.delivered_amount.fill_null(0)))
        invoice = day.facts["invoice"].filter(_.order_id.notnull() & (to_day(_.issued) <= now))
        invoice = invoice.semi_join(asked, "order_id")
        sign = ibis.ifelse(invoice.kind == "invoice", 1, -1)
        named = (
            invoice.mutate(signed=invoice.amount * sign).group_by("order_id").aggregate(named=_.signed.sum())
        )
        order = attach(order, named, "order_id")
        billed = ibis.greatest(order.invoiced_amount.fill_null(0), order.named.fill_null(0))
    delivered = holds(to_day(order.delivered_on) <= now)
    return order.select(
        "order_id", "customer_id", "currency", "amount", "refused_by",
        on_day=to_day(order.ordered_on),
        billed=billed,
        done=ibis.ifelse(delivered, order.delivered_amount.coalesce(order.amount), 0),
        cancelled=holds(to_day(order.cancelled_on) <= now),
        refused=holds(to_day(order.refused_on) <= now),
        refused_day=to_day(order.refused_on),
    )  # fmt: skip


def _invoices_as_orders(item: ir.Table) -> ir.Table:
    invoice = item.filter(item.is_invoice)
    return invoice.select("customer_id", id="invoice_id", on_day="issued_day", amount="amount_base")


def _of(day: Day, placed: ir.Table) -> ir.Table:
    """Per customer the figures of what it placed: rows customer_id, id, on_day, amount."""
    now = day.clock.day
    recent = placed.mutate(age=now - placed.on_day)
    recent = recent.filter(recent.age < YEAR)
    of_customer = ibis.window(group_by="customer_id")
    by_size = ibis.window(group_by="customer_id", order_by=["amount", "id"])
    recent = recent.mutate(rank=ibis.row_number().over(by_size), n=recent.count().over(of_customer))
    middle = recent.rank * 2 + 1 - recent.n
    year = recent.group_by("customer_id").aggregate(
        orders12=recent.count(),
        # the lower of two middle ones
        median_order=recent.amount.max(where=(middle == 0) | (middle == -1)),
        months=(recent.age // BLOCK_DAYS).nunique(),
        gap=ibis.ifelse(
            recent.count() > 1,
            rnd((recent.on_day.max() - recent.on_day.min()) / (recent.count() - 1).nullif(0)),
            ibis.null("int64"),
        ),
    )
    ever = placed.group_by("customer_id").aggregate(
        first_day=placed.on_day.min(), last_order=placed.on_day.max()
    )
    young = ever.filter(lambda t: now - t.first_day < YEAR).select("customer_id", "first_day")
    firsts = placed.join(young, "customer_id")
    firsts = firsts.filter(firsts.on_day - firsts.first_day < day.policy.measurement.first_invoice_days)
    firsts = firsts.group_by("customer_id").aggregate(first_orders=firsts.amount.sum())
    return attach(attach(ever.drop("first_day"), year, "customer_id"), firsts, "customer_id")
