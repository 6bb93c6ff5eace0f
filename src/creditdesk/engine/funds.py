"""Stage `funds`: what a payer already has with us, per currency: unallocated money and open credit notes (R7)."""

from __future__ import annotations

import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach
from creditdesk.engine.day import Day


def funds(day: Day, debtor: ir.Table, item: ir.Table, unallocated: ir.Table) -> ir.Table:
    """One row per payer and currency with something to take.

    Args:
        unallocated: stage of that name: rows customer_id, currency, free, repaid.

    Columns: payer, currency, cash (unallocated money, deposits bound to an order left out), credit (open credit notes
    less what was paid back on them).
    """
    owner = debtor.select("customer_id", "payer")
    money = attach(unallocated, owner, "customer_id")
    money = money.group_by("payer", "currency").aggregate(cash=_.free.sum(), credit=-_.repaid.sum())
    notes = item.filter((item.kind == "credit_note") & (item.open > 0))
    credit = notes.group_by("payer", "currency").aggregate(cash=0, credit=_.open.sum())
    both = money.union(credit.cast({"cash": "int64"}))
    summed = both.group_by("payer", "currency").aggregate(cash=_.cash.sum(), credit=_.credit.sum())
    summed = summed.mutate(credit=summed.credit.clip(lower=0))
    return day.stages.run("funds", summed.filter((_.cash > 0) | (_.credit > 0)))
