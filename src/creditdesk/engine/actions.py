"""The tables `action_due`, `held` and `skipped`: from gated steps and tasks to what the contract asks."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_date, to_day
from creditdesk.engine.backend import conform
from creditdesk.engine.day import Day
from creditdesk.engine.priority import priority
from creditdesk.engine.tasks import TASK_COLUMNS
from creditdesk.engine.workdays import with_no
from creditdesk.facts.decisions import ACTION_DUE, HELD, SKIPPED

RETURNED = "direct_debit_returned"
"""Template of the first step after a direct debit was returned (R13)."""


def shaped(day: Day, gated: ir.Table, profile: ir.Table, promise: ir.Table | None) -> ir.Table:
    """Gated steps with priority and the names of the contract."""
    willing = profile.select("kept_promises_12m", "paid_after_contact_share", payer=profile.customer_id)
    found = attach(gated, willing, "payer")
    if promise is not None:
        broken = promise.filter(promise.broken).group_by("payer").aggregate(broken_day=_.deadline_day.max())
        found = attach(found, broken, "payer")
        # a broken promise counts until a step has answered it
        fresh = holds(found.broken_day >= found.last_done_day.fill_null(0))
        found = found.mutate(broken_promise=holds(found.broken_day.notnull()) & fresh)
    else:
        found = found.mutate(broken_promise=False)
    found = priority(day, found)
    slip = (found.idx == 0) & ~found.is_open & found.first_template.notnull()
    template = ibis.cases(
        (found.is_returned, ibis.literal(RETURNED)), (slip, found.first_template), else_=found.template
    )
    variants = [
        ((template == one.template) & holds(found.variants.contains(f";{number};")), ibis.literal(one.use))
        for number, one in enumerate(day.policy.templates)
    ]
    template = ibis.cases(*variants, else_=template) if variants else template
    owner_id = ibis.cases(
        (found.owner == "collector", ibis.coalesce(found.owner_id, found.collector)),
        (found.owner == "account_manager", found.account_manager),
        else_=ibis.null("string"),
    )
    return found.mutate(template=template, owner_id=owner_id, do=found.chosen.fill_null(found.do))


def listed(day: Day, rows: ir.Table, previous: ir.Table | None) -> ir.Table:
    """`rows` with listed_since: the first run that listed the same step of the same case."""
    if previous is None:
        return rows.mutate(listed_day=day.clock.day, before_day=ibis.null("int64"))
    before = previous.select(
        "case_no", "step", "procedure", payer=previous.customer_id, company=previous.company_id.fill_null(""),
        before_day=to_day(previous.listed_since),
    )  # fmt: skip
    found = attach(rows, before, ["payer", "company", "procedure", "case_no", "step"])
    return found.mutate(listed_day=ibis.coalesce(found.before_day, day.clock.day))


def overdue_tasks(day: Day, rows: ir.Table) -> ir.Table:
    """`rows` with too_late: a person's step that was listed longer than the policy gives that person (R4)."""
    found = with_no(rows, day, "home", "listed_day", "listed_no")
    late = holds(found.person) & holds((found.home_no - found.listed_no) > found.overdue_after)
    return found.mutate(too_late=late)


def action_due(day: Day, steps: ir.Table, tasks: list[ir.Table]) -> ir.Table:
    """Stage `action_due`: steps without a hold, one per payer, and tasks of cases."""
    released = steps.filter(_.hold.isnull() & _.due_net & ~_.acted_today & ~(_.too_late & ~_.wait))
    # one voice: where a step of the case goes out, a step before due waits for another day
    furthest = ibis.window(group_by=["payer", "company"])
    released = released.mutate(_first=_.case_no.max().over(furthest)).filter(
        lambda t: t.case_no == t["_first"]
    )
    released = released.select(*TASK_COLUMNS, "do", "contact_id", "listed_day")
    rows = [released]
    for task in tasks:
        shape = task.mutate(do=ibis.literal("task"), contact_id=ibis.null("string"), listed_day=day.clock.day)
        rows.append(conform(shape, released.schema()))
    everything = rows[0].union(*rows[1:]) if len(rows) > 1 else rows[0]
    named = _named(day, everything).mutate(listed_since=lambda t: to_date(t.listed_day))
    return day.stages.run("action_due", conform(named, ACTION_DUE.schema()))


def held(day: Day, steps: ir.Table) -> ir.Table:
    """Stage `held`: steps due on the gross past-due amount that are not done, with every reason (not before due)."""
    rows = steps.filter(_.hold.notnull() & (_.case_no > 0) & ~_.acted_today)
    named = _named(
        day, rows.select(*TASK_COLUMNS, "do", "contact_id", "hold", "holds", "hold_until", "before_day")
    )
    named = named.mutate(
        listed_since=to_date(named.before_day),
        hold_detail=_detail(named),
        hold_until=ibis.ifelse(
            to_day(to_date(named.hold_until)) > day.clock.day, to_date(named.hold_until), ibis.null("date")
        ),
    )
    return day.stages.run("held", conform(named, HELD.schema()))


def skipped(day: Day, steps: ir.Table) -> ir.Table:
    """Stage `skipped`: what is to be recorded as skipped: below its own minimum, or a person's task not done in time."""
    late = _.hold.isnull() & _.due_net & ~_.acted_today & _.too_late & ~_.wait
    rows = steps.filter(((_.skip & (_.case_no > 0)) | late) & ~_.acted_today)
    named = _named(day, rows.select(*TASK_COLUMNS, "do", "contact_id", "skip"))
    named = named.mutate(reason=ibis.ifelse(named.skip, "minimum_amount", "overdue_task"))
    return day.stages.run("skipped", conform(named, SKIPPED.schema()))


def _named(day: Day, rows: ir.Table) -> ir.Table:
    return rows.mutate(
        customer_id=rows.payer,
        company_id=rows.company.nullif(""),
        as_of=day.clock.date,
        due_on=to_date(rows.due_day),
        currency=rows.base,
    )


DETAILS = {
    "handed_over": "the invoices are with an agency, bailiff or lawyer",
    "written_off": "written off in part",
    "direct_debit": "a direct debit is under way",
    "disputed": "what is past due is disputed",
    "plan": "a payment plan runs",
    "promised": "a promise to pay runs",
    "claimed_paid": "the debtor says it paid",
    "invoice_not_delivered": "the invoice did not arrive: mend and send it again",
    "factored": "sold to a factor",
    "paused": "paused by a person",
    "data_problem": "rows of this customer were quarantined",
    "insolvent": "a legal status is in force: file the claim",
    "do_not_contact": "no automatic contact is allowed",
    "stale_bank_data": "bank statements do not reach the previous bank day",
    "paid_unallocated": "money of the payer waits to be allocated",
    "credit_open": "a credit note waits to be settled by a person",
    "contra_open": "we owe this customer",
    "part_payment": "a part payment came in",
    "habit": "it pays on a fixed day that has not come yet",
    "minimum_amount": "below the minimum amount",
    "contact_cap": "contacted often enough these days",
    "not_a_working_day": "no working day",
    "legal_notice_first": "a statutory letter comes first",
    "natural_person": "a natural person: a named person decides",
    "needs_approval": "waits for approval",
    "no_address": "no channel reaches this customer: complete the contact",
}
"""What each hold waits for, in a few words; rendered per language from the code where people read it."""


def _detail(rows: ir.Table) -> ir.StringValue:
    cases = [(rows.hold == code, text) for code, text in DETAILS.items()]
    return ibis.cases(*cases, else_=ibis.null("string"))
