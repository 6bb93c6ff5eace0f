"""Tasks for people that a case opens beside its steps: file a claim, complete a contact, decide what no step says."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import COMPLETE_CONTACT, FILE_CLAIM, REVIEW
from creditdesk.facts.decisions import AMOUNTS, PRIORITY

TASK_COLUMNS = (
    "payer", "company", "procedure", "case_no", "step", "level", "template", "due_day", "invoice_ids", "amounts",
    "amount", "base", "language", "owner", "owner_id", "priority", "priority_reasons",
)  # fmt: skip


def file_claims(
    day: Day, status: ir.Table, item: ir.Table, debtor: ir.Table, segmented: ir.Table
) -> ir.Table:
    """R14: from the first day of a legal status the credit manager files the claim, until the task is done.

    What is open of before that day is claimed, due or not; the deadline stands in the priority's reasons.
    """
    now = day.clock.day
    first = status.group_by(payer=_.customer_id).aggregate(
        from_day=_.from_day.min(), deadline_day=_.deadline_day.min()
    )
    claim = item.filter((item.kind == "invoice") & ~item.settled).inner_join(first, "payer")
    claim = claim.filter(claim.issued_day < claim.from_day)
    by_currency = claim.group_by("payer", "company", "currency").aggregate(amount=_.open.sum())
    amounts = by_currency.group_by("payer", "company").aggregate(
        amounts=ibis.struct({"currency": _.currency, "amount": _.amount}).collect()
    )
    found = claim.group_by("payer", "company").aggregate(
        from_day=_.from_day.min(),
        deadline_day=_.deadline_day.min(),
        amount=_.open_base.sum(),
        base=_.base.max(),
        invoice_ids=_.invoice_id.collect(),
    )
    found = attach(found, amounts, ["payer", "company"])
    if day.facts.any("action", "step"):
        action = day.facts["action"]
        done = action.filter((action.step == FILE_CLAIM) & (to_day(action.done_on) <= now))
        done = done.group_by(payer=done.customer_id).aggregate(done_day=to_day(_.done_on.max()))
        found = attach(found, done, "payer")
        found = found.filter(~holds(found.done_day >= found.from_day))
    found = attach(found, debtor.select("speaks", payer=debtor.customer_id), "payer")
    found = attach(found, segmented.select("procedure", payer=segmented.customer_id), "payer")
    # a list whose members read the clock is no valid SQL on DuckDB: the days left are a column first
    found = day.stages.run("claim", found.mutate(days_left=found.deadline_day - now))
    days_left = found.days_left
    deadline = ibis.array(
        [ibis.struct({"reason": ibis.literal("claim_deadline"), "points": days_left.cast("int64")})]
    )
    return found.mutate(
        procedure=found.procedure.fill_null("insolvent"),
        case_no=0,
        step=ibis.literal(FILE_CLAIM),
        level=0,
        template=ibis.literal(FILE_CLAIM),
        due_day=found.from_day,
        invoice_ids=found.invoice_ids.sort(),
        amounts=found.amounts.sort(),
        language=found.speaks,
        owner=ibis.literal("credit_manager"),
        owner_id=ibis.null("string"),
        priority=ibis.cases((holds(days_left <= 14), 100), (holds(days_left <= 30), 90), else_=80).cast(
            "int64"
        ),
        priority_reasons=ibis.ifelse(
            found.deadline_day.notnull(), deadline.cast(PRIORITY), ibis.literal([], type=PRIORITY)
        ),
    ).select(*TASK_COLUMNS)


ASK_AGAIN = 14
"""Calendar days after which a contact that nobody could complete is asked for again."""


def contacts_to_complete(day: Day, held: ir.Table) -> ir.Table:
    """A step that nothing but a missing address holds opens a task to find out how to reach the debtor.

    Who was asked and had no answer is asked again after a while, and at once when what it found has failed since.
    """
    # a service before the due date is not worth a task
    lacking = held.filter((held.hold == "no_address") & (held.case_no > 0))
    if day.facts.any("action", "step"):
        now = day.clock.day
        action = day.facts["action"].mutate(done_day=to_day(_.done_on)).filter(_.done_day <= now)
        asked = action.filter(action.step == COMPLETE_CONTACT)
        asked = asked.group_by(payer=asked.customer_id).aggregate(asked_day=_.done_day.max())
        lost = action.filter(action.outcome.isin(["bounced", "failed", "wrong_contact"]))
        lost = lost.group_by(payer=lost.customer_id).aggregate(lost_day=_.done_day.max())
        lacking = attach(attach(lacking, asked, "payer"), lost, "payer")
        answered = holds(lacking.asked_day > now - ASK_AGAIN) & ~holds(lacking.lost_day > lacking.asked_day)
        lacking = lacking.filter(~answered)
    return lacking.mutate(
        step=ibis.literal(COMPLETE_CONTACT),
        level=0,
        template=ibis.literal(COMPLETE_CONTACT),
        owner=ibis.literal("collector"),
    ).select(*TASK_COLUMNS)


def missing_notices(day: Day, held: ir.Table, given: ir.Table | None, reviewed: ir.Table | None) -> ir.Table:
    """A step with costs that waits for a notice of the law which no step will give any more: the credit manager decides.

    Args:
        given: rows payer, company, case_no in which a notice was given, however lately; None = in none.
        reviewed: rows payer, review_day of decisions made; asked again after a while.
    """
    found = held.filter((held.hold == "legal_notice_first") & (held.case_no > 0))
    if given is not None:
        found = found.anti_join(given, ["payer", "company", "case_no"])
    if reviewed is not None:
        found = attach(found, reviewed, "payer")
        found = found.filter(~holds(found.review_day > day.clock.day - ASK_AGAIN))
    return found.mutate(
        step=ibis.literal(REVIEW),
        level=0,
        template=ibis.literal(REVIEW),
        owner=ibis.literal("credit_manager"),
    ).select(*TASK_COLUMNS)


def reviews(day: Day, steps: ir.Table, never: ir.Table, reviewed: ir.Table | None) -> ir.Table:
    """The credit manager decides, once, where no step follows: none of the procedure is as hard as the case stands
    (R15), or the one that follows will never find an invoice (R7).

    Args:
        never: rows of `due` whose step waits for invoices that will never fit.
        reviewed: rows payer, review_day of decisions made.
    """
    columns = (
        "payer", "company", "procedure", "case_no", "reached", "net_base", "base", "speaks", "last_done_day",
    )  # fmt: skip
    found = steps.filter(steps.ends & (steps.gross_base > 0)).select(*columns).union(never.select(*columns))
    if reviewed is not None:
        found = attach(found, reviewed, "payer")
        found = found.filter(~holds(found.review_day >= found.last_done_day))
    return found.mutate(
        step=ibis.literal(REVIEW),
        level=found.reached.fill_null(0),
        template=ibis.literal(REVIEW),
        due_day=day.clock.day,
        invoice_ids=ibis.literal([], type="array<string>"),
        amounts=ibis.literal([], type=AMOUNTS),
        amount=found.net_base,
        language=found.speaks,
        owner=ibis.literal("credit_manager"),
        owner_id=ibis.null("string"),
        priority=ibis.literal(60, type="int64"),
        priority_reasons=ibis.literal([], type=PRIORITY),
    ).select(*TASK_COLUMNS)
