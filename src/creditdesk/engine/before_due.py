"""Stages `before_due` and `before_taken`: service steps before the due date, per invoice; they open no case (R3)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine import suspension
from creditdesk.engine.arith import attach, attach_all, holds, to_day
from creditdesk.engine.collectible import INVOICE_HOLDS, legal_status
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import Ladder
from creditdesk.engine.message import KEY, listing
from creditdesk.engine.next_step import of_payer
from creditdesk.engine.workdays import today


def before_due(
    day: Day, item: ir.Table, debtor: ir.Table, segmented: ir.Table, ladder: Ladder
) -> tuple[ir.Table, ir.Table]:
    """Payers for whom a step before due has come, shaped as stage `due`, and what it lists, shaped as `taken`."""
    now = day.clock.day
    open_items = item.filter((item.kind == "invoice") & ~item.settled & (item.age < 0)).select(
        *KEY, "invoice_id", "currency", "base", "issued_day", "eff_day", "open", "open_base"
    )
    if day.facts.has("dispute"):
        quarrel = suspension.disputed(day, debtor).filter(_.disputed > 0)
        open_items = open_items.anti_join(quarrel, "invoice_id")
    status = legal_status(day)
    if status is not None:
        # what was issued before an insolvency is claimed, not asked about (R14)
        first = status.group_by(payer=_.customer_id).aggregate(estate_day=_.from_day.min())
        open_items = attach(open_items, first, "payer")
        open_items = open_items.filter(~holds(open_items.issued_day < open_items.estate_day))
        open_items = open_items.drop("estate_day")
    steps = ladder.before
    wants = segmented.select("procedure", payer=segmented.customer_id).semi_join(steps, "procedure")
    found = open_items.inner_join(wants, "payer").inner_join(steps, "procedure")
    found = attach(found, debtor.select("place", payer=debtor.customer_id), "payer")
    found = attach(found, today(day, "place", "today"), "place")
    # day 0 is the effective due day, also where it is a local holiday: the working day before it is the first before
    dues = day.calendar.select(
        place=_.place, eff_day=_.day, eff_no=_.no + ibis.ifelse(_.working, 0, 1).cast("int64")
    )
    found = attach(found, dues, ["place", "eff_day"])
    found = found.filter(
        (found.eff_no + found.after <= found.today_no) & (found.open_base >= found.minimum.fill_null(0))
    )
    if day.facts.any("action", "invoice_ids"):
        action = day.facts["action"].filter((_.direction == "out") & (to_day(_.done_on) <= now))
        told = action.filter(~action.outcome.isin(["failed", "bounced"]).fill_null(False))
        told = told.select("procedure", "step", invoice_id=told.invoice_ids.unnest())
        found = found.anti_join(told, ["procedure", "step", "invoice_id"])
    first = ibis.window(group_by=KEY)
    found = found.mutate(_first=found.idx.min().over(first)).filter(lambda t: t.idx == t["_first"])
    found = day.stages.run("before_invoice", found.drop("_first"))
    head = found.group_by(*KEY).aggregate(
        base=_.base.max(),
        idx=_.idx.min(),
        net_base=_.open_base.sum(),
        gross_base=_.open_base.sum(),
        oldest_due=_.eff_day.min(),
        invoices=_.count(),
    )
    head = attach_all(head, [*of_payer(day, debtor, segmented)])
    head = attach(head, steps, ["procedure", "idx"])
    flags = {f"any_{code}": ibis.literal(False) for code in (*INVOICE_HOLDS, "estate", "unapproved")}
    head = head.mutate(
        **flags,
        cash_taken=0, credit_taken=0, all_estate=False, is_open=True, ends=False, case_no=0, is_returned=False,
        gross_no=head.today_no, net_no=head.today_no, rest_no=head.today_no, today=day.clock.day, due_day=day.clock.day, due_gross=True,
        due_net=True, stands_in=False,
    )  # fmt: skip
    return head, listing(
        found.mutate(
            case_no=ibis.literal(0, "int64"),
            listed=found.open,
            listed_base=found.open_base,
            net_base=found.open_base,
        )
    )
