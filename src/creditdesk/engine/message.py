"""Stages `due` and `taken`: which invoices a due step takes, and the amount it asks for (R7).

A soft step takes every collectible invoice past due. A hard step takes only invoices that a written step of the case
listed and that are old enough; if none is, the procedure's last written step below level 4 is done in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import Ladder
from creditdesk.engine.workdays import with_no

KEY = ["payer", "company"]
LANE = [*KEY, "case_no"]
"""A payer may have a step of its case and one before due (case 0) at the same time: what is said of one is its own."""

STEP_COLUMNS = (
    "step", "level", "do", "option_1", "option_2", "option_3", "owner", "template", "approval", "attempts", "wait",
    "minimum", "hard", "written", "stop_delivery", "costs", "legal_notice", "person", "contact", "overdue_after",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What the open cases told the debtor: stages `done_step`, `case_invoice` and `open_case`."""

    done: ir.Table
    invoices: ir.Table
    opened: ir.Table


def invoices_of(day: Day, due: ir.Table, past_due: ir.Table, told: Told | None) -> ir.Table:
    """Per payer with a due step its invoices past due: whether the step may take each (`fits`).

    Columns: payer, company, invoice_id, currency, eff_day, open, open_base, net, net_base, fits; could (it will fit in
    time), repeated (the stand-in of the step listed it already).
    """
    head = due.select(*KEY, "case_no", "hard", "level", "invoice_age", "place", "today_no")
    found = past_due.inner_join(head, KEY)
    if told is not None:
        # an older case may be open again beside the last one: what it said in writing was said
        known = told.invoices.semi_join(told.opened, LANE).group_by(*KEY, "invoice_id")
        known = known.aggregate(listed=_.written.any(), notice_day=_.notice_day.min())
        found = attach(found, known, [*KEY, "invoice_id"])
        found = attach(found, _stood_in(due, told), [*KEY, "invoice_id"])
    else:
        found = found.mutate(listed=False, notice_day=ibis.null("int64"), stood_in=False)
    found = with_no(found, day, "place", "eff_day", "eff_no")
    found = with_no(found, day, "place", "notice_day", "notice_no")
    old = found.today_no - found.eff_no >= found.invoice_age
    noticed = (found.level < 6) | holds(
        found.today_no - found.notice_no >= day.policy.conduct.hand_over_notice_days
    )
    fits = ~found.hard | (holds(found.listed) & holds(old) & noticed)
    could = ~found.hard | (holds(found.listed) & ((found.level < 6) | found.notice_day.notnull()))
    return found.select(
        *KEY, "invoice_id", "currency", "base", "eff_day", "open", "open_base", "net", "net_base",
        fits=fits, could=could, repeated=holds(found.stood_in),
    )  # fmt: skip


def _stood_in(due: ir.Table, told: Told) -> ir.Table:
    """Rows payer, company, invoice_id, stood_in: the stand-in of the step that is due listed it when it stood in.

    A case that had got as far as the stand-in before, or further, does it for a step that found no invoice.
    """
    head = due.filter(due.hard & due.stand_in.notnull()).select(*KEY, "stand_in")
    done = told.done.semi_join(told.opened, LANE).inner_join(head, KEY)
    done = done.filter(done.pos >= done.stand_in)
    far = done.group_by(*KEY).aggregate(far_day=_.done_day.min())
    again = done.inner_join(far, KEY).filter(
        lambda t: t.own & (t.pos == t.stand_in) & (t.done_day > t.far_day)
    )
    return again.select(*KEY, invoice_id=again.invoice_ids.unnest()).distinct().mutate(stood_in=True)


def choose(day: Day, due: ir.Table, invoices: ir.Table, ladder: Ladder) -> ir.Table:
    """Stage `due`: the step that is really done, the stand-in where no invoice fits a hard one.

    A stand-in that would only repeat itself is not done: the hard step waits until an invoice fits. Where none ever
    will (`never`) the credit manager decides, and no step is due.

    Adds to the rows of `next_step`: stands_in, never.
    """
    asked = invoices.net > 0
    fit = invoices.group_by(*KEY).aggregate(
        fit_count=(_.fits & asked).sum(),
        open_fit=_.fits.sum(),
        could_count=(_.could & asked).sum(),
        new_count=(~_.repeated & asked).sum(),
        open_new=(~_.repeated).sum(),
    )
    found = attach(due, fit, KEY)
    # nothing fits: neither of what may be asked for, nor, where nothing may be, of what is past due at all
    lacking = holds(found.hard) & (
        ibis.ifelse(found.net_base > 0, found.fit_count, found.open_fit).fill_null(0) == 0
    )
    news = ibis.ifelse(found.net_base > 0, found.new_count, found.open_new).fill_null(0) > 0
    stands_in = lacking & news & found.stand_in.notnull()
    found = found.mutate(
        waits=lacking & ~stands_in,
        never=lacking & ~stands_in & (found.net_base > 0) & (found.could_count.fill_null(0) == 0),
    )
    stand = ladder.steps.select(
        "procedure", stand_in=_.idx, **{f"s_{name}": ladder.steps[name] for name in STEP_COLUMNS}
    )
    found = attach(found.mutate(stands_in=stands_in), stand, ["procedure", "stand_in"])
    chosen = {name: ibis.ifelse(found.stands_in, found[f"s_{name}"], found[name]) for name in STEP_COLUMNS}
    found = found.mutate(**chosen).drop(
        *[f"s_{name}" for name in STEP_COLUMNS],
        "fit_count",
        "open_fit",
        "could_count",
        "new_count",
        "open_new",
    )
    return day.stages.run("due", found)


def taken(day: Day, due: ir.Table, invoices: ir.Table) -> ir.Table:
    """Stage `taken`: per payer what the message lists. Where nothing may be asked for, what is past due stands there.

    Columns: payer, company, asked_base (what may be asked for), amount (reporting currency), invoice_ids (oldest
    first), amounts (sum per currency).
    """
    head = due.select(*LANE, "stands_in", anything=due.net_base > 0)
    found = invoices.inner_join(head, KEY)
    found = found.filter((found.fits | found.stands_in) & (~found.anything | (found.net > 0)))
    found = found.mutate(
        listed=ibis.ifelse(found.anything, found.net, found.open),
        listed_base=ibis.ifelse(found.anything, found.net_base, found.open_base),
    )
    return day.stages.run("taken", listing(found))


def listing(rows: ir.Table) -> ir.Table:
    """Per payer and case what a message lists: amount, asked_base, invoice_ids (oldest first), amounts (sum per currency).

    Args:
        rows: payer, company, case_no, invoice_id, eff_day, currency, listed (minor units of the currency), listed_base, net_base.
    """
    by_currency = rows.group_by(*LANE, "currency").aggregate(amount=_.listed.sum())
    amounts = by_currency.group_by(*LANE).aggregate(
        amounts=ibis.struct({"currency": _.currency, "amount": _.amount}).collect()
    )
    # ids sorted by age without a lambda: the age goes before each id, and is cut off again
    keyed = (rows.eff_day + 1_000_000).cast("string") + ibis.literal("\x1f") + rows.invoice_id
    lists = (
        rows.mutate(keyed=keyed)
        .group_by(*LANE)
        .aggregate(amount=_.listed_base.sum(), asked_base=_.net_base.sum(), keys=_.keyed.collect())
    )
    joined = lists["keys"].sort().join("\x1e")
    lists = lists.mutate(invoice_ids=joined.re_replace("[0-9]{7}\x1f", "").split("\x1e")).drop("keys")
    return attach(lists, amounts.mutate(amounts=amounts.amounts.sort()), LANE)
