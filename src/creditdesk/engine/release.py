"""A person's yes: to one step of one case, and to going live at all (R5, R16)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import IMPORTED
from creditdesk.engine.message import LANE


def approved_steps(day: Day, due: ir.Table) -> ir.Table:
    """Rows payer, company, case_no, said_yes: the latest word on the step that is due, given since its case began.

    An approval names the step by its id or `procedure:case:step`; without a reference it holds for whatever is due.
    """
    now = day.clock.day
    approval = day.facts["approval"].filter((_.subject == "step") & (to_day(_.decided_on) <= now))
    approval = approval.filter(approval.valid_until.isnull() | (to_day(approval.valid_until) >= now))
    words = approval.select(
        "customer_id", "approval_id", "ref", "granted", decided=to_day(approval.decided_on)
    )
    said = due.select(*LANE, "step", "procedure", "case_start", "last_done_day", customer_id=due.payer)
    said = said.inner_join(words, "customer_id")
    named = said.procedure + ":" + said.case_no.cast("string") + ":" + said.step
    said = said.filter(said.ref.isnull() | (said.ref == said.step) | (said.ref == named))
    # one that names its step holds for the case; one that names none only for the step that was next when it was given
    since = ibis.ifelse(said.ref.isnull(), said.last_done_day, said.case_start)
    said = said.filter(since.isnull() | (said.decided >= since))
    order = ibis.window(group_by=LANE, order_by=[ibis.desc("decided"), ibis.desc("approval_id")])
    said = said.mutate(_last=ibis.row_number().over(order)).filter(lambda t: t["_last"] == 0)
    return said.select(*LANE, said_yes="granted")


def waiting_for_go_live(day: Day, due: ir.Table, actions: ir.Table | None) -> ir.Table:
    """Rows payer, company, case_no, waits_go_live.

    The first run of a company previews everything; a person releases payers, some a day (R5). A payer is live when
    it has an action of ours, when an approval names it, or when one releases the company: then the policy's number
    of payers a day goes, largest amount first. What falls due after the first release needs none. Without any release
    on record a company is live when it has an action of ours at all.
    """
    facts, now = day.facts, day.clock.day
    found = due.select(*LANE, "net_base", "oldest_due")
    never = ibis.literal(False)
    if actions is not None:
        ours = actions.filter(actions.procedure != IMPORTED)
        found = attach(found, ours.group_by("payer").aggregate(own_actions=_.count()), "payer")
        acted, started = holds(found.own_actions > 0), ours.count().as_scalar() > 0
    else:
        acted, started = never, never
    if not facts.has("approval"):
        return found.select(*LANE, waits_go_live=~(acted | started))
    release = facts["approval"].filter((_.subject == "go_live") & (to_day(_.decided_on) <= now) & _.granted)
    release = release.select("customer_id", decided=to_day(release.decided_on))
    named = (
        release.filter(release.customer_id.notnull()).group_by(payer=_.customer_id).aggregate(named=_.count())
    )
    found = attach(found, named, "payer")
    later = holds(found.oldest_due >= release.decided.min().as_scalar())
    found = found.mutate(
        waits=~(
            (holds(found.own_actions > 0) if actions is not None else never) | holds(found.named > 0) | later
        )
    )
    largest_first = ibis.window(group_by=["company", "waits"], order_by=[ibis.desc("net_base"), "payer"])
    found = found.mutate(rank=ibis.row_number().over(largest_first))
    whole = release.filter(release.customer_id.isnull()).count().as_scalar() > 0
    of_today = whole & (found["rank"] < day.policy.conduct.go_live_per_day)
    unrecorded = (release.count().as_scalar() == 0) & started
    return found.select(*LANE, waits_go_live=found.waits & ~of_today & ~unrecorded)
