"""What was tried with a payer lately: for the contact cap, the attempts of a call, and one step a day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import holds, to_day
from creditdesk.engine.casefile import ATTEMPTS, COMPLETES
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import BESIDE_THE_CASE, IMPORTED
from creditdesk.engine.message import LANE
from creditdesk.policy.document import CONTACTS


def outgoing(day: Day) -> ir.Table:
    """Outgoing actions known on the day, with done_day and whether each was a try that reached nobody."""
    action = day.facts["action"].mutate(done_day=to_day(_.done_on))
    action = action.filter((action.direction == "out") & (action.done_day <= day.clock.day))
    return action.mutate(tried=action.outcome.isin(ATTEMPTS).fill_null(False))


def recent_contacts(day: Day, due: ir.Table) -> ir.Table:
    """Rows payer, company, case_no, contacts (of the last days, by anybody), oldest_contact (day).

    Several attempts of one call step are one contact; attempts of the very step that is due are none.
    """
    action = outgoing(day)
    recent = action.filter(
        (action.done_day > day.clock.day - day.policy.conduct.contact_cap_days)
        & action.channel.isin([*sorted(CONTACTS), "phone"])
        & ~action.outcome.isin(["failed", "bounced", "skipped"]).fill_null(False)
    )
    step_of_call = ibis.coalesce(recent.procedure, "") + "/" + recent.case_no.fill_null(0).cast("string")
    step_of_call = step_of_call + "/" + recent.step.fill_null("")
    one_call = recent.channel.isin(["call", "phone"]) & recent.step.notnull()
    recent = recent.select(
        "customer_id", "done_day",
        contact_key=ibis.ifelse(one_call, step_of_call, recent.action_id),
        a_procedure=recent.procedure, a_case=recent.case_no, a_step=recent.step,
    )  # fmt: skip
    mine = due.select(*LANE, "procedure", "step", customer_id=due.payer)
    near = recent.inner_join(mine, "customer_id")
    own = (
        holds(near.a_procedure == near.procedure)
        & holds(near.a_case == near.case_no)
        & holds(near.a_step == near.step)
    )
    each = near.filter(~own).group_by(*LANE, "contact_key").aggregate(at=_.done_day.max())
    return each.group_by(*LANE).aggregate(contacts=_.count(), oldest_contact=_.at.min())


def attempts(day: Day) -> ir.Table:
    """Rows payer, procedure, case_no, step, no_answers: how often a step was tried without reaching anybody."""
    tried = outgoing(day).filter(_.tried).rename(payer="customer_id")
    return tried.group_by("payer", "procedure", "case_no", "step").aggregate(no_answers=_.count())


def failed_channels(day: Day) -> ir.Table:
    """Rows payer, procedure, case_no, step, failed (channels): what bounced or failed is not used again for the step."""
    # a letter that was not posted says nothing of its address: it is posted again
    lost = (_.outcome == "bounced") | (
        (_.outcome == "failed") & _.channel.isin(["email", "sms", "voice", "video"])
    )
    failed = outgoing(day).filter(lost & _.step.notnull())
    failed = failed.rename(payer="customer_id").group_by("payer", "procedure", "case_no", "step")
    return failed.aggregate(failed=_.channel.collect())


def acted_today(day: Day) -> ir.Table:
    """Rows payer, acted: a step of ours was done, or tried, today: at most one a day (R3)."""
    action = outgoing(day).filter(_.done_day == day.clock.day)
    action = action.filter(action.step.notnull() & (action.procedure.fill_null(IMPORTED) != IMPORTED))
    action = action.filter(~action.step.isin(BESIDE_THE_CASE))
    action = action.filter(action.outcome.isnull() | action.outcome.isin([*COMPLETES, *ATTEMPTS]))
    return action.group_by(payer=action.customer_id).aggregate(acted=_.count())
