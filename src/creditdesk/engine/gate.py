"""Stage `gated`: every due step released, or held with its reasons (the hold codes of PROCEDURE, in their order)."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine import suspension
from creditdesk.engine.arith import Value, attach, holds, if_any, to_day
from creditdesk.engine.casefile import ATTEMPTS, COMPLETES
from creditdesk.engine.collectible import INVOICE_HOLDS
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import IMPORTED, least_minimum, minimum_rows
from creditdesk.engine.message import KEY
from creditdesk.policy.document import CONTACTS

PAYER_HOLDS = (
    "data_problem", "insolvent", "do_not_contact", "paused", "stale_bank_data", "paid_unallocated", "credit_open",
    "contra_open", "part_payment", "habit", "minimum_amount", "contact_cap", "not_a_working_day",
    "legal_notice_first", "natural_person", "needs_approval", "no_address",
)  # fmt: skip
"""Hold codes of a payer, in the order of PROCEDURE."""

LEGAL_NOTICE_COUNTRIES = ("NL", "BE")
"""Where a consumer is handed over, or charged costs, only after a statutory letter."""


@dataclass(frozen=True)
class Gate:
    """What the gate looks at beside the step itself.

    Attributes:
        actions: actions of procedures (`casefile.procedure_actions`), None when there are none.
        funds: rows payer, currency, cash, credit; None when there are none.
        notices: rows payer, company, case_no, notified (a legal notice listed an invoice); None when none.
        habit: rows payer, hold_until (day): nothing goes out before that day; None when no habit is known.
        status: rows customer_id with a legal status in force; None when none.
        data_problem: rows payer whose facts were quarantined in part; None when none.
    """

    actions: ir.Table | None
    funds: ir.Table | None
    notices: ir.Table | None
    habit: ir.Table | None
    status: ir.Table | None
    data_problem: ir.Table | None


def gated(day: Day, due: ir.Table, taken: ir.Table, reach: ir.Table, gate: Gate) -> ir.Table:
    """Stage `gated`: the rows of `due` with hold, holds, hold_until, the channel chosen and whether it is skipped.

    Columns added: those of `taken` and `reach`; chosen (channel), contact_id, language, hold, holds, hold_until,
    below_minimum, skip.
    """
    found = attach(attach(due, taken, KEY), reach, "payer")
    found = _channel(found)
    found = _minimum(day, found)
    found = _pauses(day, found)
    found = _bank_data(day, found)
    found = _credits(day, found, gate)
    found = _contra(day, found)
    found = _habit(day, found, gate)
    found = _contacts(day, found, gate)
    found = _approvals(day, found)
    found = _go_live(day, found, gate)
    found = _flags(found, gate)
    asked = found.net_base > 0
    nothing = ~(found.net_base > 0)
    cut = ~found.due_net & (nothing | ~holds(found.net_no <= found.today_no))
    notice = (
        (found.kind == "consumer")
        & found.country.isin(LEGAL_NOTICE_COUNTRIES).fill_null(False)
        & ((found.do == "hand_over") | holds(found.costs))
        & ~found.notified
    )
    person_first = holds(found.natural_person) & (
        (found.level == 6) | holds(found.stop_delivery) | (found.do == "hand_over")
    )
    conditions: dict[str, Value] = {code: found[f"any_{code}"] & cut for code in INVOICE_HOLDS}
    conditions |= {
        "data_problem": found.has_data_problem,
        "insolvent": found.has_status & found.all_estate,
        "do_not_contact": holds(found.do_not_contact)
        & holds(found.contact)
        & ~((found.do == "registered_letter") & holds(found.person)),
        "paused": found.payer_paused,
        "stale_bank_data": found.stale,
        "paid_unallocated": nothing & (found.cash_taken > 0),
        "credit_open": found.other_credit | (nothing & (found.credit_taken > 0)),
        "contra_open": found.owes,
        "part_payment": holds(found.part_no > found.today_no),
        "habit": holds(found.habit_until > day.clock.day) & ~found.is_open,
        "minimum_amount": asked & found.below_minimum,
        "contact_cap": found.capped & holds(found.contact),
        "not_a_working_day": ~holds(found.today_works) | (holds(found.person) & ~holds(found.home_works)),
        "legal_notice_first": notice,
        "natural_person": person_first & ~found.approved,
        "needs_approval": (holds(found.approval) & ~found.approved)
        | found.waits_go_live
        | found.any_unapproved,
        "no_address": found.chosen.isnull(),
    }
    codes = (*INVOICE_HOLDS, *PAYER_HOLDS)
    # one code may stand in both lists (an invoice and a payer can be paused): it is named once
    both = {code: conditions[code] for code in dict.fromkeys(codes)}
    both["paused"] = found.payer_paused | (found.any_paused & cut)
    lists = [if_any(condition, [code]) for code, condition in both.items()]
    hold = ibis.cases(
        *[(holds(condition), code) for code, condition in both.items()], else_=ibis.null("string")
    )
    until = ibis.cases(
        (hold == "part_payment", found.part_day_until),
        (hold == "habit", found.habit_until),
        (hold.isin([code for code in INVOICE_HOLDS if code != "paused"]), found.until),
        (hold == "paused", ibis.coalesce(found.paused_until + 1, found.until)),
        (hold == "contact_cap", found.cap_until),
        (hold == "not_a_working_day", found.next_day),
        else_=ibis.null("int64"),
    )
    found = found.mutate(holds=lists[0].concat(*lists[1:]), hold=hold, hold_until=until)
    # where only its own minimum stops a step it is recorded as skipped; below the policy's least nothing is
    found = found.mutate(
        skip=(found.hold == "minimum_amount") & (found.net_base >= least_minimum(day.policy, day)),
        language=ibis.coalesce(found.contact_language, found.speaks),
    )
    return day.stages.run("gated", found)


def _channel(found: ir.Table) -> ir.Table:
    """The first channel that reaches the payer; what is not a message to the debtor always does."""
    wanted = ibis.ifelse(
        (found.do == "email")
        & ibis.coalesce(found.channel_first, found.preferred_channel, "").isin(["letter"]),
        "letter",
        found.do,
    )
    found = found.mutate(_own=wanted, _after=ibis.ifelse(wanted == found.do, ibis.null("string"), found.do))

    def reaches(channel: Value) -> Value:
        return ibis.cases(
            (channel.isin(["email", "statement", "offer_plan", "thanks"]), found.has_email),
            (channel.isin(["letter", "registered_letter", "legal_notice"]), found.has_letter),
            (channel.isin(["sms", "video"]), found.has_mobile),
            (channel.isin(["call", "voice"]), found.has_phone),
            else_=channel.notnull(),
        )

    options = [found["_own"], found["_after"], found.option_1, found.option_2, found.option_3]
    chosen = ibis.cases(*[(holds(reaches(option)), option) for option in options], else_=ibis.null("string"))
    found = found.mutate(chosen=chosen)
    contact = ibis.cases(
        (found.chosen.isin(["letter", "registered_letter", "legal_notice"]), found.letter_contact),
        (found.chosen.isin(["call", "voice"]), found.phone_contact),
        (found.chosen.isin(["sms", "video"]), found.mobile_contact),
        else_=ibis.coalesce(found.email_contact, found.phone_contact),
    )
    return found.mutate(contact_id=contact).drop("_own", "_after")


def _minimum(day: Day, found: ir.Table) -> ir.Table:
    found = attach(found, minimum_rows(day), ["segment", "do"])
    least = ibis.coalesce(found.minimum, found.segment_minimum, 0)
    everything = found.net_base < least_minimum(day.policy, day)
    return found.mutate(below_minimum=(found.asked_base.fill_null(0) < least) | everything)


def _pauses(day: Day, found: ir.Table) -> ir.Table:
    if not day.facts.has("pause"):
        return found.mutate(payer_paused=False, paused_until=ibis.null("int64"))
    pause = suspension.pauses(day).filter(_.invoice_id.isnull())
    whole = (
        pause.filter(_.channel.isnull())
        .group_by(payer=_.customer_id)
        .aggregate(pauses=_.count(), paused_until=_.pause_until.max())
    )
    channel = (
        pause.filter(_.channel.notnull())
        .group_by(payer=_.customer_id, chosen=_.channel)
        .aggregate(channel_pauses=_.count(), channel_until=_.pause_until.max())
    )
    found = attach(attach(found, whole, "payer"), channel, ["payer", "chosen"])
    return found.mutate(
        payer_paused=holds(found.pauses > 0) | holds(found.channel_pauses > 0),
        paused_until=ibis.coalesce(found.paused_until, found.channel_until),
    )


def _bank_data(day: Day, found: ir.Table) -> ir.Table:
    """Receipts accounts whose statements do not reach the previous bank day: the money may be there already."""
    facts, now = day.facts, day.clock.day
    if not facts.has("bank_statement"):
        return found.mutate(stale=False)
    statement = facts["bank_statement"].filter(to_day(_.received_on) <= now)
    account = statement.group_by("iban").aggregate(covered=to_day(_.to_on).max(), currency=_.currency.max())
    bank = day.calendar.filter(day.calendar.place.startswith("@") & (day.calendar.day < now))
    previous = (
        bank.filter(bank.working).group_by(currency=bank.place.substr(1)).aggregate(previous=_.day.max())
    )
    account = account.inner_join(previous, "currency")
    lag = account.aggregate(stale=(account.covered < account.previous).any().fill_null(False))
    return found.mutate(stale=lag.stale.as_scalar())


def _credits(day: Day, found: ir.Table, gate: Gate) -> ir.Table:
    """Money or a credit note in another currency than every debt is for a person to settle."""
    if gate.funds is None or not day.multi_currency:
        return found.mutate(other_credit=False)
    debts = found.select(*KEY, debt=found.amounts.unnest())
    debts = debts.select(*KEY, currency=debts.debt["currency"])
    funds = gate.funds.filter((gate.funds.cash > 0) | (gate.funds.credit > 0)).select("payer", "currency")
    credit = found.select(*KEY).inner_join(funds, "payer").anti_join(debts, [*KEY, "currency"])
    other = credit.group_by(*KEY).aggregate(others=_.count())
    found = attach(found, other, KEY)
    return found.mutate(other_credit=holds(found.others > 0))


def _contra(day: Day, found: ir.Table) -> ir.Table:
    if not day.facts.has("contra"):
        return found.mutate(owes=False)
    contra = day.facts["contra"].filter(to_day(_.on) <= day.clock.day)
    order = ibis.window(group_by=["customer_id", "currency"], order_by=ibis.desc("on"))
    contra = contra.mutate(_last=ibis.row_number().over(order)).filter(lambda t: t["_last"] == 0)
    owed = contra.filter(contra.amount > 0).group_by(payer=contra.customer_id).aggregate(owed=_.count())
    found = attach(found, owed, "payer")
    return found.mutate(owes=holds(found.owed > 0))


def _habit(day: Day, found: ir.Table, gate: Gate) -> ir.Table:
    part = found.mutate(_from=day.clock.day + 1, _no=found.today_no + 1)
    nexts = day.calendar.select(place=_.place, _from=_.day, next_day=_.next)
    found = attach(part, nexts, ["place", "_from"]).drop("_from")
    rows = day.calendar.filter(day.calendar.working).select(place=_.place, part_no=_.no, part_day_until=_.day)
    found = attach(found, rows, ["place", "part_no"]).drop("_no")
    if gate.habit is None:
        return found.mutate(habit_until=ibis.null("int64"))
    return attach(found, gate.habit.select("payer", habit_until=_.hold_until), "payer")


def _contacts(day: Day, found: ir.Table, gate: Gate) -> ir.Table:
    """Outgoing contacts of the last days, by anybody; attempts of the step itself do not count against it."""
    conduct = day.policy.conduct
    if not day.facts.has("action"):
        return found.mutate(capped=False, cap_until=ibis.null("int64"), no_answers=0, acted_today=False)
    now = day.clock.day
    action = day.facts["action"].mutate(done_day=to_day(_.done_on))
    action = action.filter((action.direction == "out") & (action.done_day <= now))
    recent = action.filter(
        (action.done_day > now - conduct.contact_cap_days)
        & action.channel.isin([*sorted(CONTACTS), "phone"])
        & ~action.outcome.isin(["failed", "bounced", "skipped"]).fill_null(False)
    )
    calls = recent.channel.isin(["call", "phone"]) & recent.step.notnull()
    recent = recent.mutate(
        # attempts of one call step are one contact
        contact_key=ibis.ifelse(
            calls,
            ibis.coalesce(recent.procedure, "")
            + "/"
            + recent.case_no.fill_null(0).cast("string")
            + "/"
            + recent.step.fill_null(""),
            recent.action_id,
        )
    )
    mine = found.select(*KEY, "procedure", "case_no", "step", customer_id=found.payer)
    near = recent.select(
        "customer_id", "contact_key", "done_day", a_procedure=recent.procedure, a_case=recent.case_no,
        a_step=recent.step, a_outcome=recent.outcome,
    ).inner_join(mine, "customer_id")  # fmt: skip
    own = (
        holds(near.a_procedure == near.procedure)
        & holds(near.a_case == near.case_no)
        & holds(near.a_step == near.step)
        & near.a_outcome.isin(ATTEMPTS).fill_null(False)
    )
    counted = near.filter(~own).group_by(*KEY, "contact_key").aggregate(at=_.done_day.max())
    counts = counted.group_by(*KEY).aggregate(contacts=_.count(), oldest=_.at.min())
    found = attach(found, counts, KEY)
    cap = ibis.coalesce(found.contact_cap, conduct.contact_cap)
    tries = action.filter(action.outcome.isin(ATTEMPTS).fill_null(False)).select(
        payer=_.customer_id, procedure=_.procedure, case_no=_.case_no, step=_.step
    )
    tries = tries.group_by("payer", "procedure", "case_no", "step").aggregate(no_answers=_.count())
    found = attach(found, tries, ["payer", "procedure", "case_no", "step"])
    acted = (
        action.filter((action.done_day == now) & action.step.notnull() & action.procedure.notnull())
        .filter(_.outcome.isnull() | _.outcome.isin([*COMPLETES, *ATTEMPTS]))
        .filter(_.procedure != IMPORTED)
        .group_by(payer=_.customer_id)
        .aggregate(acted=_.count())
    )
    found = attach(found, acted, "payer")
    return found.mutate(
        capped=holds(found.contacts >= cap),
        cap_until=found.oldest + conduct.contact_cap_days,
        no_answers=found.no_answers.fill_null(0),
        acted_today=holds(found.acted > 0),
    )


def _approvals(day: Day, found: ir.Table) -> ir.Table:
    """A person's yes to this step of this case: given since the last step done, the latest word counts."""
    if not day.facts.has("approval"):
        return found.mutate(approved=False)
    now = day.clock.day
    approval = day.facts["approval"].filter((_.subject == "step") & (to_day(_.decided_on) <= now))
    approval = approval.filter(approval.valid_until.isnull() | (to_day(approval.valid_until) >= now))
    said = found.select(
        *KEY, "step", "case_no", "procedure", "last_done_day", customer_id=found.payer
    ).inner_join(
        approval.select("customer_id", "approval_id", "ref", "granted", decided=to_day(approval.decided_on)),
        "customer_id",
    )
    named = said.procedure + ":" + said.case_no.cast("string") + ":" + said.step
    said = said.filter(said.ref.isnull() | (said.ref == said.step) | (said.ref == named))
    said = said.filter(said.last_done_day.isnull() | (said.decided >= said.last_done_day))
    order = ibis.window(group_by=KEY, order_by=[ibis.desc("decided"), ibis.desc("approval_id")])
    said = said.mutate(_last=ibis.row_number().over(order)).filter(lambda t: t["_last"] == 0)
    found = attach(found, said.select(*KEY, said_yes="granted"), KEY)
    return found.mutate(approved=holds(found.said_yes))


def _go_live(day: Day, found: ir.Table, gate: Gate) -> ir.Table:
    """The first run of a company previews everything; a person releases payers, some a day (R5).

    A payer is live when it has an action of ours, when an approval names it, or when one releases the company (the
    policy's number of payers a day, largest amount first). Without any release on record a company is live when it
    has an action of ours at all. What falls due after the first release needs none.
    """
    facts, now = day.facts, day.clock.day
    ours = None
    if gate.actions is not None:
        ours = gate.actions.filter(gate.actions.procedure != IMPORTED)
        known = ours.group_by("payer").aggregate(own_actions=_.count())
        found = attach(found, known, "payer")
    else:
        found = found.mutate(own_actions=ibis.null("int64"))
    acted = holds(found.own_actions > 0)
    started = (
        ours.aggregate(live=ours.count() > 0).live.as_scalar() if ours is not None else ibis.literal(False)
    )
    if not facts.has("approval"):
        return found.mutate(waits_go_live=~(acted | started))
    release = facts["approval"].filter((_.subject == "go_live") & (to_day(_.decided_on) <= now) & _.granted)
    release = release.mutate(decided=to_day(release.decided_on))
    first = release.aggregate(first=release.decided.min(), count=release.count())
    named = (
        release.filter(release.customer_id.notnull()).group_by(payer=_.customer_id).aggregate(named=_.count())
    )
    whole = release.filter(release.customer_id.isnull())
    company = whole.aggregate(count=whole.count())
    found = attach(found, named, "payer")
    candidates = ibis.window(group_by=["company", "_waits"], order_by=[ibis.desc("net_base"), "payer"])
    # an approval taken later than the debt fell due releases it; debts falling due after it need none
    later = holds(found.oldest_due >= first.first.as_scalar())
    found = found.mutate(_waits=~(acted | holds(found.named > 0) | later))
    found = found.mutate(_rank=ibis.row_number().over(candidates))
    by_company = (company["count"].as_scalar() > 0) & (found["_rank"] < day.policy.conduct.go_live_per_day)
    unrecorded = (first["count"].as_scalar() == 0) & started
    waits = found["_waits"] & ~holds(by_company) & ~holds(unrecorded)
    return found.mutate(waits_go_live=waits).drop("_waits", "_rank", "named")


def _flags(found: ir.Table, gate: Gate) -> ir.Table:
    """What is known of a payer as such: a legal status, quarantined facts, a statutory letter received."""
    if gate.status is not None:
        status = gate.status.group_by(payer=_.customer_id).aggregate(statuses=_.count())
        found = attach(found, status, "payer")
        found = found.mutate(has_status=holds(found.statuses > 0)).drop("statuses")
    else:
        found = found.mutate(has_status=False)
    if gate.data_problem is not None:
        found = attach(found, gate.data_problem.select("payer", broken_data=True).distinct(), "payer")
        found = found.mutate(has_data_problem=holds(found.broken_data)).drop("broken_data")
    else:
        found = found.mutate(has_data_problem=False)
    if gate.notices is not None:
        found = attach(
            found, gate.notices.select(*KEY, "case_no", had_notice=True).distinct(), [*KEY, "case_no"]
        )
        return found.mutate(notified=holds(found.had_notice)).drop("had_notice")
    return found.mutate(notified=False)


def legal_notices(day: Day, done: ir.Table, steps: ir.Table) -> ir.Table:
    """Rows payer, company, case_no where a legal notice was done at least 14 days and two ago (letter on its way)."""
    known = steps.filter(steps.legal_notice).select("procedure", "step", is_notice=True)
    found = done.inner_join(known, ["procedure", "step"])
    found = found.filter(~found.skipped & (found.done_day <= day.clock.day - 16))
    return found.select("payer", "company", "case_no").distinct()
