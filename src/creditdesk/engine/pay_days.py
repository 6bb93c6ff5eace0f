"""Stage `pay_day`: the distinct days on which each customer paid: one payment run is one observation."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.allocations import known_payments
from creditdesk.engine.arith import attach
from creditdesk.engine.day import Day

LOOKED_BACK = 730


def pay_days(day: Day, debtor: ir.Table) -> ir.Table:
    """Rows customer_id (who paid), pay_day: receipts of 24 months; direct debits are our choice of day, not theirs."""
    now = day.clock.day
    came = known_payments(day)
    came = came.filter(came.customer_id.notnull() & (came.amount > 0))
    if day.facts.any("payment", "kind"):
        came = came.filter(came.kind.isnull() | (came.kind == "receipt"))
    if day.facts.any("payment", "method"):
        came = came.filter(came.method.isnull() | (came.method != "direct_debit"))
    came = came.filter(now - came.value_day < LOOKED_BACK)
    rows = came.select("customer_id", pay_day="value_day")
    if day.facts.any("customer", "merged_into_id"):
        rows = attach(rows, debtor.select("customer_id", "survivor_id"), "customer_id")
        rows = rows.select("pay_day", customer_id=_.survivor_id.coalesce(_.customer_id))
    return day.stages.run("pay_day", rows.distinct().select("customer_id", "pay_day"))


def latest_dates(pay_day: ir.Table, most: int) -> ir.Table:
    """At most `most` rows per customer, the latest. Only customers with more are sorted."""
    many = pay_day.group_by("customer_id").aggregate(n=_.count())
    many = many.filter(many.n > most).select("customer_id")
    few = pay_day.anti_join(many, "customer_id")
    newest = ibis.window(group_by="customer_id", order_by=ibis.desc("pay_day"))
    sorted_ = pay_day.semi_join(many, "customer_id").mutate(rank=ibis.row_number().over(newest))
    return few.union(sorted_.filter(sorted_.rank < most).drop("rank"))
