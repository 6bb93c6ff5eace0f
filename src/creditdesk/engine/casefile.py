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
from creditdesk.engine.items import Documents
from creditdesk.engine.ladder import BESIDE_THE_CASE, IMPORTED, REVIEW, Ladder, least_minimum
from creditdesk.engine.reopening import dead_cases
from creditdesk.policy.document import WRITTEN

LANE = ("payer", "company", "case_no")

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
    # only tries are numbered: they are few beside what was done at once
    days = ibis.window(group_by=["payer", "company", "case_no", "procedure", "step"], order_by="done_day")
    trying = found.outcome.isin(ATTEMPTS).fill_null(False)
    tries = found.filter(trying).mutate(_day_no=ibis.dense_rank().over(days).cast("int64"))
    found = tries.union(found.filter(~trying).mutate(_day_no=ibis.null("int64")))
    # a task for Sales is done with an outcome, a registered letter with its number (R4)
    silent = found.outcome.isnull() & (
        (found.channel == "sales") | ((found.channel == "registered_letter") & found.document.isnull())
    )
    enough = holds(found["_day_no"] == found.attempts.fill_null(3) - 1)
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


def case_invoices(day: Day, done: ir.Table, documents: Documents, debtor: ir.Table) -> ir.Table:
    """Stage `case_invoice`: per case and invoice still open how far the case took it.

    An action that lists no invoice covered everything of the payer that was past due when it was done. A case that was
    closed for more than the policy's reopening days takes no part any more, whatever was paid back since.

    Columns: payer, company, case_no, invoice_id, pos, level, ends, step (the furthest), written, notice_day (first
    notice naming hand-over), first_day.
    """
    # an insolvent's or handed-over invoice has left the case: only what is still dunned holds it open
    owing = documents.open
    opened = owing.filter((owing.kind == "invoice") & ~owing.settled).select(
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
    dead = dead_cases(day, done, debtor)
    if dead is not None:
        covered = covered.anti_join(dead, ["payer", "company", "case_no"])
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


def finished(
    day: Day,
    invoices: ir.Table,
    late: ir.Table,
    procedure_of: ir.Table,
    ladder: Ladder,
    reviewed: ir.Table | None,
) -> ir.Table:
    """Stage `finished`: rows invoice_id for which the ladder is at its end, where the payer has others past due.

    A person has them now. They leave the case as a handed-over file does, or no newer invoice would ever be asked for
    while they stay open; and they are in no message for those, which begins softer (R2).

    Args:
        reviewed: rows payer, review_day: when the credit manager decided about a case without a further step (R15).
    """
    ours = late.filter(~late.is_handed_over & ~late.is_estate)
    last = ladder.steps.select("last_idx", current="procedure").distinct()
    found = invoices.semi_join(_worth(day, invoices, ours), LANE)
    found = attach(found, procedure_of.rename(current="procedure"), "payer")
    found = found.inner_join(last, "current").filter(lambda t: t.pos >= t.last_idx)
    if reviewed is not None:
        found = attach(found, reviewed, "payer")
        found = found.filter(~found.ends | holds(found.review_day >= found.first_day))
    else:
        found = found.filter(~found.ends)
    at_end = found.semi_join(ours, "invoice_id").select("payer", "company", "invoice_id").distinct()
    others = ours.anti_join(at_end, "invoice_id")
    return day.stages.run("finished", at_end.semi_join(others, ["payer", "company"]).select("invoice_id"))


def reviewed(day: Day) -> ir.Table | None:
    """Rows payer, review_day: the last day on which the credit manager decided what no step says (R15)."""
    if not day.facts.any("action", "step"):
        return None
    action = day.facts["action"]
    done = action.filter((action.step == REVIEW) & (to_day(action.done_on) <= day.clock.day))
    return done.group_by(payer=done.customer_id).aggregate(review_day=to_day(_.done_on.max()))


def open_cases(day: Day, invoices: ir.Table, owing: ir.Table, left: ir.Table | None) -> ir.Table:
    """Stage `open_case`: rows payer, company, case_no of cases whose invoices still owe what is worth asking for.

    Args:
        left: rows invoice_id that have left the case though open (handed over, or claimed in an insolvency).
    """
    standing = invoices if left is None else invoices.anti_join(left, "invoice_id")
    return day.stages.run("open_case", _worth(day, standing, owing))


def _worth(day: Day, invoices: ir.Table, owing: ir.Table) -> ir.Table:
    """Rows payer, company, case_no of cases that owe at least the policy's least minimum, as far as it is in `owing`."""
    # an old one may be open again beside the last one
    least = max(least_minimum(day.policy, day), 1)
    rest = invoices.inner_join(owing.select("invoice_id", "open_base"), "invoice_id")
    cases = rest.group_by(*LANE).aggregate(rest=_.open_base.sum())
    return cases.filter(cases.rest >= least).select(*LANE)


def case_states(
    day: Day, done: ir.Table, invoices: ir.Table, opened: ir.Table, left: ir.Table | None
) -> ir.Table:
    """Stage `case_state`: one row per payer and company with a case, open or closed.

    Args:
        opened: stage `open_case`.
        left: rows invoice_id that have left the case though open (handed over, or claimed in an insolvency).

    Columns: payer, company, last_case (the highest open case, else the highest), is_open, pos, level, ends, last_step (the furthest that
    covered an open invoice), last_done_day, last_procedure (of the last step done, whichever),
    case_start, steps_done.
    """
    key = ["payer", "company"]
    standing = invoices if left is None else invoices.anti_join(left, "invoice_id")
    cases = opened.mutate(open_case=True)
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
