"""What takes an invoice, or part of it, out of the message: disputes, plans, claims of payment, hand-over, pauses.

Each function gives rows per invoice for the deductions of R7, as known on the day.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.allocations import allocations_of
from creditdesk.engine.arith import attach, holds, rnd, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.workdays import today, with_day, with_no

OURS_TO_MEND = ("customer_right", "partly_right")


def disputed(day: Day, debtor: ir.Table) -> ir.Table:
    """Rows invoice_id, disputed (amount out of the message), dispute_until (deadline), dispute_resume (day), R10.

    Open disputes count; one closed in our favour counts three more working days; one closed in the customer's
    favour counts until its credit note is there.
    """
    facts, now, wait = day.facts, day.clock.day, day.policy.conduct.dispute_days
    dispute = facts["dispute"].filter(_.invoice_id.notnull()).mutate(closed_day=to_day(_.closed_on))
    dispute = dispute.filter(to_day(dispute.opened_on) <= now)
    dispute = attach(dispute, debtor.select("customer_id", "place"), "customer_id")
    dispute = with_no(dispute, day, "place", "closed_day", "closed_no")
    dispute = attach(dispute, today(day, "place", "today"), "place")
    dispute = attach(dispute, _mended(day), "invoice_id")
    notes = (
        facts["invoice"]
        .filter((_.kind == "credit_note") & (to_day(_.issued) <= now))
        .select(credit_note_id=_.invoice_id, credited_day=to_day(_.issued))
    )
    dispute = attach(dispute, notes, "credit_note_id")
    closed = holds(dispute.closed_day <= now)
    mend = dispute.outcome.isin(OURS_TO_MEND).fill_null(False)
    waiting = closed & ~mend & holds(dispute.today_no < dispute.closed_no + wait)
    mended = dispute.credited_day.notnull() | holds(dispute.mended_day >= to_day(dispute.opened_on))
    uncredited = closed & mend & ~mended
    dispute = dispute.mutate(
        active=~closed | waiting | uncredited,
        resume_no=ibis.ifelse(closed & ~mend, dispute.closed_no + wait, ibis.null("int64")),
    )
    dispute = with_day(dispute, day, "place", "resume_no", "resume")
    return dispute.group_by("invoice_id").aggregate(
        disputed=_.amount.sum(where=_.active),
        dispute_until=to_day(_.deadline.max(where=_.active)),
        dispute_resume=_.resume.max(),
    )


def _mended(day: Day) -> ir.Table:
    """Rows invoice_id, mended_day: the last day on which a credit note, a correction or a write-off answered it."""
    facts, now = day.facts, day.clock.day
    answers = facts["invoice"].filter(_.corrects_invoice_id.notnull() & (to_day(_.issued) <= now))
    rows = answers.select(invoice_id=answers.corrects_invoice_id, at=to_day(answers.issued))
    if facts.has("allocation"):
        money = facts["allocation"].filter(
            _.kind.isin(["credit_note", "write_off"]) & (to_day(_.allocated_on) <= now)
        )
        rows = rows.union(money.select("invoice_id", at=to_day(money.allocated_on)))
    return rows.group_by("invoice_id").aggregate(mended_day=_.at.max())


def planned(day: Day, debtor: ir.Table, funds: ir.Table | None, few: ir.Table | None = None) -> ir.Table:
    """Rows invoice_id, in_plan, plan_until (day of the next instalment plus its bank days), plan_resume (day), R9.

    A plan is in force from its agreement until it ends or an instalment stays unpaid three bank days after its date.
    Money on its invoices since the agreement, and money of the payer that is allocated to nothing, pays the
    instalments in their order.

    Args:
        funds: rows payer, currency, cash; None when there is none.
        few: stage `few_allocation`; None = what it holds is looked up here.
    """
    facts, now = day.facts, day.clock.day
    grace = day.policy.conduct.plan_bank_days
    plan = facts["plan"].mutate(agreed_day=to_day(_.agreed_on), ended_day=to_day(_.ended_on))
    plan = plan.filter((plan.agreed_day <= now) & (plan.ended_day.isnull() | (plan.ended_day > now)))
    plan = attach(plan, debtor.select("customer_id", "bank", "survivor_id"), "customer_id")
    listed = plan.select("plan_id", "agreed_day", invoice_id=plan.invoice_ids.unnest())
    instalment = facts["instalment"].mutate(at=to_day(_.due_on))
    instalment = instalment.inner_join(plan.select("plan_id", "bank"), "plan_id")
    banks = day.calendar.select(bank=_.place, at=_.day, due_bank=_.next)
    instalment = attach(instalment, banks, ["bank", "at"])
    instalment = with_no(instalment, day, "bank", "due_bank", "due_no").mutate(last_no=_.due_no + grace)
    instalment = with_day(instalment, day, "bank", "last_no", "last_day")
    # a stage: else the engine joins the days of the calendar with the days of the money first
    instalment = day.stages.run("plan_instalment", instalment.select("plan_id", "at", "amount", "last_day"))
    # money after an instalment's last day does not mend the plan: broken once is broken
    money = (
        allocations_of(day, listed, "plan_allocation", few)
        .filter(_.money)
        .select("invoice_id", "amount", "pay_day")
    )
    came = listed.inner_join(money, "invoice_id").filter(_.pay_day >= _.agreed_day)
    came = came.select("plan_id", "pay_day", given=came.amount)
    paid = instalment.select("plan_id", "at", "last_day").inner_join(came, "plan_id")
    paid = paid.filter(paid.pay_day <= paid.last_day).group_by("plan_id", "at").aggregate(paid=_.given.sum())
    instalment = attach(instalment, paid, ["plan_id", "at"])
    if funds is not None:
        owner = plan.select("plan_id", customer_id=plan.survivor_id).inner_join(
            debtor.select("customer_id", "payer"), "customer_id"
        )
        cash = owner.inner_join(funds.select("payer", "cash"), "payer")
        cash = cash.group_by("plan_id").aggregate(waiting=_.cash.sum())
        instalment = attach(instalment, cash, "plan_id")
        instalment = instalment.mutate(paid=instalment.paid.fill_null(0) + instalment.waiting.fill_null(0))
    upto = ibis.window(group_by="plan_id", order_by="at", preceding=None, following=0)
    instalment = instalment.mutate(asked=instalment.amount.sum().over(upto))
    unpaid = instalment.filter(lambda t: t.asked > t.paid.fill_null(0) + _slack(day))
    # broken on the day after, also where the banks are closed on it
    first = unpaid.group_by("plan_id").aggregate(plan_until=_.last_day.min())
    state = first.select(
        "plan_id", "plan_until", plan_break=first.plan_until + 1, broken=first.plan_until < now
    )
    listed = attach(listed, state, "plan_id")
    broken = listed.broken.fill_null(False)
    return (
        listed.mutate(broken=broken)
        .group_by("invoice_id")
        .aggregate(
            in_plan=(~_.broken).any(),
            plan_until=_.plan_until.max(where=~_.broken),
            plan_resume=_.plan_break.max(where=_.broken),
        )
    )


def _slack(day: Day) -> int:
    return day.minor(day.policy.tolerance.amount)


def handed_over(day: Day) -> ir.Table:
    """Rows invoice_id of files that are with an agency, bailiff or lawyer (R12)."""
    now = day.clock.day
    file = day.facts["handover"]
    out = file.filter(
        (to_day(file.handed_on) <= now) & (file.returned_on.isnull() | (to_day(file.returned_on) > now))
    )
    return out.select(invoice_id=out.invoice_ids.unnest()).distinct().mutate(handed_over=True)


def claimed_paid(day: Day, item: ir.Table) -> ir.Table:
    """Rows invoice_id, claim_until: the debtor says it paid; believed once, for five bank days."""
    now, grace = day.clock.day, day.policy.conduct.claimed_paid_bank_days
    claim = day.facts["action"].filter(holds(_.outcome == "paid_claimed") & (to_day(_.done_on) <= now))
    claim = claim.select(claimed_day=to_day(claim.done_on), invoice_id=claim.invoice_ids.unnest())
    first = claim.group_by("invoice_id").aggregate(claimed_day=_.claimed_day.min())
    first = first.inner_join(item.select("invoice_id", bank=ibis.literal("@") + item.base), "invoice_id")
    first = with_no(first, day, "bank", "claimed_day", "claimed_no")
    first = first.mutate(until_no=first.claimed_no + grace)
    first = with_day(first, day, "bank", "until_no", "claim_until")
    return first.select("invoice_id", "claim_until")


def direct_debits(day: Day, item: ir.Table) -> ir.Table:
    """Rows invoice_id, debit_until, debit_returned (day), R13: not collectible before the collection plus five
    bank days, collectible at once when it is returned.
    """
    facts, now, grace = day.facts, day.clock.day, day.policy.conduct.direct_debit_bank_days
    debit = item.filter(item.direct_debit & ~item.settled).select(
        "invoice_id", bank=ibis.literal("@") + item.base, at=item.eff_day
    )
    if facts.has("collection"):
        collection = facts["collection"].mutate(back=to_day(_.returned_on), at_bank=to_day(_.collect_on))
        collected = collection.group_by("invoice_id").aggregate(
            presented=_.at_bank.max(), returned=_.back.max(where=holds(_.back <= now))
        )
        debit = item.filter(item.overdue).select(
            "invoice_id", "direct_debit", "eff_day", bank=ibis.literal("@") + item.base
        )
        debit = attach(debit, collected, "invoice_id")
        debit = debit.filter(debit.direct_debit | debit.presented.notnull())
        # a return undoes the collection it answers; a later one is presented anew
        standing = debit.presented.isnull() | debit.returned.isnull() | (debit.presented > debit.returned)
        debit = debit.mutate(
            at=ibis.ifelse(standing, ibis.coalesce(debit.presented, debit.eff_day), ibis.null("int64")),
            returned=ibis.ifelse(standing, ibis.null("int64"), debit.returned),
        )
    else:
        debit = debit.mutate(returned=ibis.null("int64"))
    banks = day.calendar.select(bank=_.place, at=_.day, at_bank=_.next)
    debit = attach(debit, banks, ["bank", "at"])
    debit = with_no(debit, day, "bank", "at_bank", "at_no").mutate(until_no=_.at_no + grace)
    debit = with_day(debit, day, "bank", "until_no", "debit_until")
    return debit.select("invoice_id", "debit_until", debit_returned=debit.returned)


def pauses(day: Day) -> ir.Table:
    """Rows customer_id, invoice_id?, channel?, pause_until? of pauses in force on the day."""
    now = day.clock.day
    pause = day.facts["pause"]
    until = to_day(pause.until_on)
    active = pause.filter((to_day(pause.from_on) <= now) & (until.isnull() | (until >= now)))
    return active.select("customer_id", "invoice_id", "channel", pause_until=to_day(active.until_on))


def paused_invoices(day: Day) -> ir.Table:
    """Rows invoice_id, pauses (how many), pause_until: invoices that a person paused."""
    named = pauses(day).filter(_.invoice_id.notnull() & _.channel.isnull())
    return named.group_by("invoice_id").aggregate(pauses=_.count(), pause_until=_.pause_until.max())


def in_base(day: Day, table: ir.Table, **amounts: str) -> ir.Table:
    """`table` (with currency and base) with amounts in the reporting currency at the rate of the day.

    Args:
        amounts: name of the new column = name of the column in minor units of `currency`.
    """
    if not day.multi_currency:
        return table.mutate(**{new: table[old] for new, old in amounts.items()})
    rates = day.rate.filter(day.rate.day == day.clock.day).select("currency", "base", _factor=_.factor)
    table = attach(table, rates, ["currency", "base"])
    same = table.currency == table.base
    converted = {
        new: ibis.ifelse(same, table[old], rnd(table[old] * table["_factor"])) for new, old in amounts.items()
    }
    return table.mutate(**converted).drop("_factor")
