"""From segments to actions: the order of the procedure's stages (R0 to R16)."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine import actions, casefile, tasks
from creditdesk.engine.addressing import reach
from creditdesk.engine.arith import to_date
from creditdesk.engine.backend import conform
from creditdesk.engine.before_due import before_due
from creditdesk.engine.collectible import legal_status, past_due
from creditdesk.engine.day import Day
from creditdesk.engine.gate import Gate, gated, legal_notices, notices_given
from creditdesk.engine.items import Documents
from creditdesk.engine.ladder import ladder
from creditdesk.engine.message import Told, choose, invoices_of, taken
from creditdesk.engine.next_step import next_steps, part_payments, situations
from creditdesk.engine.suspension import handed_over


@dataclass(frozen=True)
class Inputs:
    """What the procedure builds on: the stages before it.

    Attributes:
        debtor, profile, segmented: stages of those names.
        documents: stages `item` and `open_item`.
        promise: stage `promise_state`, None without promises.
        funds: stage `funds`, None without payments and credit notes.
        previous: steps that earlier runs listed, with listed_since; None on a cold start.
        data_problem: rows payer, None when no row was quarantined.
    """

    debtor: ir.Table
    documents: Documents
    profile: ir.Table
    segmented: ir.Table
    promise: ir.Table | None
    funds: ir.Table | None
    previous: ir.Table | None
    data_problem: ir.Table | None


@dataclass(frozen=True)
class Outcome:
    """What the procedure gives: the contract's tables, and per customer where its case stands.

    Attributes:
        case: rows customer_id, case_no, last_step, next_step, next_due_on, for the decision.
    """

    action_due: ir.Table
    held: ir.Table
    skipped: ir.Table
    case: ir.Table


def procedure(day: Day, inputs: Inputs) -> Outcome:
    """Run the procedure and the gate for one day."""
    stages = day.stages
    steps_of = ladder(day)
    owing = inputs.documents.open
    late = past_due(day, inputs.debtor, inputs.documents, inputs.promise, inputs.funds)
    procedure_of = inputs.segmented.select("procedure", payer=inputs.segmented.customer_id)
    every = casefile.procedure_actions(day, inputs.debtor)
    status = legal_status(day)
    case = told = done = part = None
    reviewed = casefile.reviewed(day)
    if every is not None:
        every = stages.run("case_action", every)
        done = casefile.done_steps(day, every, procedure_of, steps_of)
        invoices = casefile.case_invoices(day, done, inputs.documents, inputs.debtor)
        finished = casefile.finished(day, invoices, late, procedure_of, steps_of, reviewed)
        left = _left(day, late, status, finished)
        late = late.anti_join(finished, "invoice_id")
        opened = casefile.open_cases(day, invoices, owing, left)
        case = casefile.case_states(day, done, invoices, opened, left)
        told = Told(done, invoices, opened)
        if inputs.documents.paid_late is not None:
            paid = part_payments(day, late, case, inputs.documents.paid_late, inputs.debtor)
            part = stages.run("part_payment", paid)
    steps = next_steps(day, situations(day, late), case, inputs.debtor, inputs.segmented, steps_of, part)
    due = steps.filter(_.due_gross & _.step.notnull() & _.dunning & ~_.ends)
    fitting = stages.run("due_invoice", invoices_of(day, due, late, told))
    chosen = choose(day, due, fitting, steps_of)
    due, never = chosen.filter(~chosen.waits).drop("waits", "never"), chosen.filter(chosen.never)
    lists = taken(day, due, fitting)
    if steps_of.has_before:
        early, early_lists = before_due(day, owing, inputs.debtor, inputs.segmented, steps_of)
        due = stages.run("due_all", due.union(conform(early, due.schema())))
        lists = stages.run("taken_all", lists.union(conform(early_lists, lists.schema())))
    habit = inputs.profile.filter(inputs.profile.habit_hold_until.notnull()).select(
        payer=_.customer_id, hold_until=_.habit_hold_until.epoch_days().cast("int64")
    )
    gate = Gate(
        actions=every,
        funds=inputs.funds,
        notices=legal_notices(day, done, steps_of.steps) if done is not None else None,
        habit=habit,
        status=status,
        data_problem=inputs.data_problem,
    )
    checked = gated(day, due, lists, reach(day, due), gate)
    rows = actions.shaped(day, checked, inputs.profile, inputs.promise)
    rows = actions.overdue_tasks(day, actions.listed(day, rows, inputs.previous))
    rows = stages.run("step_row", rows.select(*_ROW, "do", "contact_id", *_STATE))
    given = notices_given(done, steps_of.steps) if done is not None else None
    extra = [
        tasks.reviews(day, steps, never, reviewed),
        tasks.contacts_to_complete(day, rows),
        tasks.missing_notices(day, rows, given, reviewed),
    ]
    if status is not None:
        extra.append(tasks.file_claims(day, status, owing, inputs.debtor, inputs.segmented))
    return Outcome(
        action_due=actions.action_due(day, rows, extra),
        held=actions.held(day, rows),
        skipped=actions.skipped(day, rows),
        case=_case(steps),
    )


_ROW = tasks.TASK_COLUMNS
_STATE = (
    "hold", "holds", "hold_until", "skip", "due_net", "acted_today", "too_late", "wait", "listed_day", "before_day",
)  # fmt: skip


def _left(day: Day, late: ir.Table, status: ir.Table | None, finished: ir.Table) -> ir.Table:
    """Invoices that have left their case though open: with a person, handed over, or claimed in an insolvency."""
    gone = [finished]
    if status is not None:
        gone.append(late.filter(late.is_estate).select("invoice_id"))
    if day.facts.has("handover"):
        gone.append(handed_over(day).select("invoice_id"))
    return gone[0].union(*gone[1:]) if len(gone) > 1 else finished


def _case(steps: ir.Table) -> ir.Table:
    """Per customer its open case: one company's where it has several, the one furthest on."""
    rows = steps.filter(steps.procedure.notnull())
    order = ibis.window(group_by="payer", order_by=[ibis.desc("is_open"), ibis.desc("gross_base"), "company"])
    rows = rows.mutate(_first=ibis.row_number().over(order)).filter(lambda t: t["_first"] == 0)
    opened = rows.is_open | rows.due_gross
    return rows.select(
        customer_id=rows.payer,
        case_no=ibis.ifelse(opened, rows.case_no, ibis.null("int64")),
        last_step=rows.last_step,
        next_step=rows.step,
        next_due_on=to_date(rows.due_day),
    )
