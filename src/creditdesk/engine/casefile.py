"""Stages `done_step`, `case_invoice`, `case_state`: where each payer's dunning case stands, read off what was done.

Nothing of a case is stored: it follows from the actions done and the invoices still open. So a case falls back when
the invoices taken furthest are paid, suspends and goes on, and reopens when money is taken back (R1, R2, R4, R5).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import BESIDE_THE_CASE, IMPORTED, Ladder, least_minimum
from creditdesk.policy.document import WRITTEN

COMPLETES = (
    "sent", "delivered", "reached", "promised", "disputed", "refused", "paid_claimed", "plan_asked", "call_back",
    "skipped",
)  # fmt: skip
"""Outcomes with which a step is done; an action without an outcome is done too (R4)."""

ATTEMPTS = ("no_answer", "left_message")
"""Outcomes that complete a step once there are enough of them on different working days."""


def procedure_actions(day: Day, debtor: ir.Table) -> ir.Table | None:
    """Actions of a procedure known on the day, ours and imported; None when there is none.

    Columns: action_id, payer, company, place, case_no, procedure, step, level, channel, outcome, done_day,
    invoice_ids.
    """
    facts = day.facts
    if not facts.any("action", "procedure"):
        return None
    action = facts["action"].mutate(done_day=to_day(_.done_on))
    action = action.filter(
        (action.direction == "out")
        & action.procedure.notnull()
        & (action.step.notnull() | (action.procedure == IMPORTED))
        & (action.done_day <= day.clock.day)
        & ~action.step.isin(BESIDE_THE_CASE).fill_null(False)
    )
    owner = debtor.select("customer_id", "payer", "company", "place")
    action = attach(action, owner, "customer_id")
    return action.select(
        "action_id", "procedure", "level", "channel", "outcome", "done_day", "invoice_ids", "document", "place",
        payer=ibis.coalesce(action.payer, action.customer_id),
        company=action.company.fill_null(""),
        case_no=action.case_no.fill_null(1),
        step=action.step.fill_null(""),
    )  # fmt: skip


def done_steps(day: Day, actions: ir.Table, procedure_of: ir.Table, ladder: Ladder) -> ir.Table:
    """Stage `done_step`: one row per action that completed a step of a case (cases count from 1).

    Args:
        procedure_of: rows payer, procedure: the payer's procedure today.

    Columns: payer, company, case_no, procedure, step, level, done_day, pos (index of the step in today's procedure;
    a step of another procedure stands just before the first one not softer), ends (no such step), own, written,
    notice (a written notice of level 4 or 5 that named hand-over), skipped, invoice_ids.
    """
    case_actions = actions.filter(actions.case_no >= 1)
    own_steps = ladder.steps.select(
        "procedure",
        "step",
        "attempts",
        "names_hand_over",
        own_idx=_.idx,
        own_level=_.level,
        own_written=_.written,
    )
    found = attach(case_actions, own_steps, ["procedure", "step"])
    days = ibis.window(
        group_by=["payer", "company", "case_no", "procedure", "step", "_trying"], order_by="done_day"
    )
    found = found.mutate(_trying=found.outcome.isin(ATTEMPTS).fill_null(False))
    found = found.mutate(_day_no=ibis.dense_rank().over(days))
    # a task for Sales is done with an outcome, a registered letter with its number (R4)
    silent = found.outcome.isnull() & (
        (found.channel == "sales") | ((found.channel == "registered_letter") & found.document.isnull())
    )
    enough = found["_trying"] & (found["_day_no"] == found.attempts.fill_null(3) - 1)
    found = found.filter((found.outcome.isnull() & ~silent) | found.outcome.isin(COMPLETES) | enough)
    found = attach(found, procedure_of.rename(current="procedure"), "payer")
    level = ibis.coalesce(found.level, found.own_level, 1)
    found = found.mutate(level=level, own=holds(found.procedure == found.current) & found.own_idx.notnull())
    entry = ladder.entry.rename(current="procedure")
    found = attach(found, entry, ["current", "level"])
    skipped = holds(found.outcome == "skipped")
    written = found.own_written.fill_null(found.channel.isin(sorted(WRITTEN))) & ~skipped
    names = found.names_hand_over.fill_null(True)
    chosen = found.select(
        "payer", "company", "case_no", "procedure", "step", "level", "done_day", "own", "invoice_ids",
        pos=ibis.ifelse(found.own, found.own_idx, found.entry.fill_null(-1)),
        ends=~found.own & found.ends.fill_null(False),
        written=written,
        notice=written & found.level.isin([4, 5]) & names,
        skipped=skipped,
    )  # fmt: skip
    return day.stages.run("done_step", chosen)


def case_invoices(day: Day, done: ir.Table, item: ir.Table) -> ir.Table:
    """Stage `case_invoice`: per case and invoice still open how far the case took it.

    An action that lists no invoice covered everything of the payer that was past due when it was done. What an action
    did before an invoice was settled for more than the policy's reopening days does not count for it any more.

    Columns: payer, company, case_no, invoice_id, pos, level, ends, step (the furthest), written, notice_day (first
    notice naming hand-over), first_day.
    """
    facts = day.facts
    # an insolvent's or handed-over invoice has left the case: only what is still dunned holds it open
    opened = item.filter((item.kind == "invoice") & ~item.settled).select(
        "invoice_id", "eff_day", "issued_day", owner="payer"
    )
    keys = [
        "payer",
        "company",
        "case_no",
        "step",
        "level",
        "done_day",
        "pos",
        "ends",
        "written",
        "notice",
        "skipped",
    ]
    listed = done.filter(done.invoice_ids.notnull()).select(*keys, invoice_id=_.invoice_ids.unnest())
    listed = listed.semi_join(opened, "invoice_id")
    unlisted = done.filter(done.invoice_ids.isnull() | (done.invoice_ids.length() == 0)).select(*keys)
    every = unlisted.inner_join(opened.rename(payer="owner"), "payer")
    every = every.filter((every.eff_day < every.done_day) & (every.issued_day <= every.done_day))
    covered = listed.union(every.select(*keys, "invoice_id"))
    if facts.any("allocation", "reversed_on") or facts.any("payment", "reverses_payment_id"):
        covered = attach(covered, _reopened(day), "invoice_id")
        covered = covered.filter(covered.reopened_day.isnull() | (covered.done_day >= covered.reopened_day))
    furthest = ibis.window(
        group_by=["payer", "company", "case_no", "invoice_id"],
        order_by=[ibis.desc("pos"), ibis.desc("done_day"), "step"],
    )
    covered = covered.mutate(_first=ibis.row_number().over(furthest))
    grouped = covered.group_by("payer", "company", "case_no", "invoice_id").aggregate(
        pos=_.pos.max(),
        level=_.level.max(),
        ends=_.ends.max(where=covered["_first"] == 0),
        step=_.step.max(where=covered["_first"] == 0),
        written=_.written.any(),
        notice_day=_.done_day.min(where=_.notice),
        first_day=_.done_day.min(),
    )
    return day.stages.run("case_invoice", grouped)


def _reopened(day: Day) -> ir.Table:
    """Rows invoice_id, reopened_day: open again after it had been closed longer than the policy lets a case wait."""
    facts, now = day.facts, day.clock.day
    allocation = facts["allocation"].mutate(_from=to_day(_.allocated_on), _back=to_day(_.reversed_on))
    if facts.any("payment", "reverses_payment_id"):
        back = (
            facts["payment"]
            .filter(holds(_.kind == "return") & _.reverses_payment_id.notnull())
            .group_by(payment_id=_.reverses_payment_id)
            .aggregate(_returned=to_day(_.value_date.min()))
        )
        allocation = attach(allocation, back, "payment_id")
        allocation = allocation.mutate(_back=ibis.coalesce(allocation["_back"], allocation["_returned"]))
    undone = allocation.filter(holds(allocation["_back"] <= now))
    long = undone.filter((undone["_back"] - undone["_from"]) > day.policy.conduct.reopen_days)
    return long.group_by("invoice_id").aggregate(reopened_day=long["_back"].max())


def case_states(
    day: Day, done: ir.Table, invoices: ir.Table, item: ir.Table, left: ir.Table | None
) -> ir.Table:
    """Stage `case_state`: one row per payer and company with a case, open or closed.

    Args:
        left: rows invoice_id that have left the case though open (handed over, or claimed in an insolvency).

    Columns: payer, company, last_case (the highest open case, else the highest), is_open, pos, level, ends, last_step (the furthest that
    covered an open invoice), last_done_day, last_done_step and last_procedure (of the last step done, whichever),
    case_start, steps_done.
    """
    key = ["payer", "company"]
    amounts = item.select("invoice_id", "open_base")
    standing = invoices.inner_join(amounts, "invoice_id")
    if left is not None:
        standing = standing.anti_join(left, "invoice_id")
    # a case is open while its invoices still owe what is worth asking for; an old one may be open again
    least = max(least_minimum(day.policy, day), 1)
    cases = standing.group_by(*key, "case_no").aggregate(rest=_.open_base.sum())
    cases = cases.filter(cases.rest >= least).select(*key, "case_no", open_case=True)
    done = attach(done, cases, [*key, "case_no"])
    latest = done.group_by(*key).aggregate(
        last_case=_.case_no.max(), open_no=_.case_no.max(where=holds(done.open_case))
    )
    current = done.inner_join(latest, key)
    current = current.filter(current.open_no.isnull() | holds(current.open_case))
    order = ibis.window(group_by=key, order_by=[ibis.desc("done_day"), ibis.desc("pos"), ibis.desc("step")])
    current = current.mutate(at=ibis.row_number().over(order))
    head = current.group_by(*key).aggregate(
        last_case=ibis.coalesce(_.open_no.max(), _.last_case.max()),
        is_open=_.open_no.max().notnull(),
        last_done_day=_.done_day.max(),
        case_start=_.done_day.min(),
        last_procedure=_.procedure.max(where=current["at"] == 0),
        last_done_step=_.step.max(where=current["at"] == 0),
        steps_done=_.count(),
    )
    standing = standing.inner_join(cases, [*key, "case_no"])
    far = ibis.window(group_by=key, order_by=[ibis.desc("pos"), ibis.desc("level"), "step", "invoice_id"])
    standing = standing.mutate(at=ibis.row_number().over(far))
    state = standing.group_by(*key).aggregate(
        pos=_.pos.max(),
        level=_.level.max(),
        ends=_.ends.max(where=standing["at"] == 0),
        last_step=_.step.max(where=standing["at"] == 0),
    )
    return day.stages.run("case_state", attach(head, state, key))
