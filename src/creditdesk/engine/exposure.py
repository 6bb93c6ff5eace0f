"""Stage `open_sum`: what is open per customer, by age, and which part of it is disputed, planned or handed over."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, attach, rnd, to_day
from creditdesk.engine.behaviour import open_disputes
from creditdesk.engine.day import Day

BUCKETS = (
    (1, 30, "overdue_1_30"),
    (31, 60, "overdue_31_60"),
    (61, 90, "overdue_61_90"),
    (91, 180, "overdue_91_180"),
)


def in_force(day: Day, table: ir.Table, start: str, end: str) -> ir.Table:
    """Rows begun on or before the day and not ended: the day of `end` is no longer in force."""
    now = day.clock.day
    begun = table.filter(to_day(table[start]) <= now)
    return begun.filter(begun[end].isnull() | (to_day(begun[end]) > now))


def open_sums(day: Day, item: ir.Table) -> ir.Table:
    """One row per customer with something open.

    Columns: customer_id; `open_items`, `overdue_items`, `oldest`, `oldest_undisputed`; money in the reporting
    currency: `open`, `overdue`, the ageing buckets, `undisputed_overdue`, `disputed`, `planned`, `handed_over`,
    `credits`; `oldest_day` (least effective due day of what is past due and not wholly disputed); `files` (open
    invoices of files handed over).
    """
    facts = day.facts
    found = item.filter(item.open > 0)
    found = (
        attach(found, open_disputes(day), "invoice_id") if facts.has("dispute") else found.mutate(disputed=0)
    )
    if facts.has("plan"):
        plan = in_force(day, facts["plan"], "agreed_on", "ended_on")
        planned = plan.select(invoice_id=plan.invoice_ids.unnest()).distinct().mutate(in_plan=True)
        found = attach(found, planned, "invoice_id")
    else:
        found = found.mutate(in_plan=False)
    if facts.has("handover"):
        file = in_force(day, facts["handover"], "handed_on", "returned_on")
        files = file.select(invoice_id=file.invoice_ids.unnest()).distinct().mutate(in_file=True)
        found = attach(found, files, "invoice_id")
    else:
        found = found.mutate(in_file=False)
    disputed = ibis.least(found.disputed.fill_null(0), found.open)
    part = rnd(disputed * (found.open_base / found.open.nullif(0))) if day.multi_currency else disputed
    found = found.select(
        "customer_id", "open_base", "age", "eff_day", "settled", "overdue",
        invoice=found.kind == "invoice",
        disputed=part,
        undisputed=found.overdue & (disputed < found.open),
        planned=found.in_plan.fill_null(False),
        filed=found.in_file.fill_null(False),
    )  # fmt: skip
    invoice = found.invoice

    def money(where: Value, value: Value = found.open_base) -> Value:
        return value.sum(where=where).fill_null(0)

    buckets = {name: money(found.overdue & found.age.between(low, high)) for low, high, name in BUCKETS}
    return day.stages.run(
        "open_sum",
        found.group_by("customer_id").aggregate(
            open_items=found.count(where=invoice & ~found.settled),
            overdue_items=found.count(where=found.overdue),
            oldest=found.age.max(where=found.overdue),
            oldest_undisputed=found.age.max(where=found.undisputed),
            oldest_day=found.eff_day.min(where=found.undisputed),
            open=money(invoice),
            overdue=money(found.overdue),
            **buckets,
            overdue_over_180=money(found.overdue & (found.age > BUCKETS[-1][1])),
            undisputed_overdue=money(found.overdue, found.open_base - found.disputed),
            disputed=money(invoice, found.disputed),
            planned=money(invoice & found.planned),
            handed_over=money(invoice & found.filed),
            files=found.count(where=invoice & found.filed & ~found.settled),
            credits=money(~invoice),
        ),
    )
