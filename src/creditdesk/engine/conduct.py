"""How a customer behaves besides paying: disputes, promises, notes, and how it reacts to contact.

Each function gives a few sums per customer, of tables that are small beside the invoices.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_day
from creditdesk.engine.behaviour import observed
from creditdesk.engine.day import Day
from creditdesk.engine.owner import in_base, owned

YEAR = 365
ANSWER_DAYS = 10
"""Money within so many days after a contact counts as its effect."""

AFTER_REMINDER_DAYS = 30
LEAST_CONTACTS = 3
PERSONAL = ("call", "video", "sales", "phone")


def disputes(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer: disputes12, right12, disputed_invoices12, disputes_open, oldest_dispute (days), after_reminder12."""
    now = day.clock.day
    dispute = owned(day, debtor, "dispute")
    dispute = dispute.filter(to_day(dispute.opened_on) <= now)
    closed = holds(to_day(dispute.closed_on) <= now)
    dispute = dispute.select(
        "dispute_id", "customer_id", "invoice_id",
        opened_day=to_day(dispute.opened_on),
        age=now - to_day(dispute.opened_on),
        is_open=~closed,
        right=closed & dispute.outcome.isin(["customer_right", "partly_right"]).fill_null(False),
    )  # fmt: skip
    if day.facts.has("action"):
        reminder = _contacts(day, debtor).filter(_.level >= 1).select("customer_id", "done_day").distinct()
        after = dispute.select("dispute_id", "customer_id", "opened_day").join(reminder, "customer_id")
        gap = after.opened_day - after.done_day
        after = after.filter(gap.between(0, AFTER_REMINDER_DAYS)).select("dispute_id").distinct()
        dispute = attach(dispute, after.mutate(after_reminder=True), "dispute_id")
    else:
        dispute = dispute.mutate(after_reminder=False)
    year = dispute.age < YEAR
    return dispute.group_by("customer_id").aggregate(
        disputes12=dispute.count(where=year),
        right12=dispute.count(where=year & dispute.right),
        disputed_invoices12=dispute.invoice_id.nunique(where=year),
        disputes_open=dispute.count(where=dispute.is_open),
        oldest_dispute=dispute.age.max(where=dispute.is_open),
        after_reminder12=dispute.count(where=year & dispute.after_reminder.fill_null(False)),
    )


def promises(day: Day, promise: ir.Table) -> ir.Table:
    """Per payer: promises_open, kept12, broken12 (by the day of the promise's end)."""
    age = day.clock.day - promise.deadline_day
    made = day.clock.day - promise.made_day
    rows = promise.select(
        "active_rest", "broken", customer_id="payer",
        kept=(promise.state == "kept") & (made < YEAR),
        failed=promise.broken & (age <= YEAR),
        running=promise.state == "active",
    )  # fmt: skip
    return rows.group_by("customer_id").aggregate(
        promises_open=rows.count(where=rows.running),
        kept12=rows.count(where=rows.kept),
        broken12=rows.count(where=rows.failed),
    )


def promised_amount(day: Day, debtor: ir.Table, promise: ir.Table) -> ir.Table:
    """Per payer the rests of promises that run, in the reporting currency: promised."""
    rows = promise.filter(promise.active_rest > 0).select("currency", "active_rest", customer_id="payer")
    rows = in_base(day, debtor, rows, ["active_rest"])
    return rows.group_by("customer_id").aggregate(promised=rows.active_rest.sum())


def notes(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer: stalling12, tactics (list, sorted), trouble (days since the latest note of cash trouble)."""
    now = day.clock.day
    note = owned(day, debtor, "note")
    note = note.mutate(age=now - to_day(note.on)).filter(lambda t: t.age >= 0)
    year = note.age < YEAR
    stalling = (note.tag == "stalling").fill_null(False) | note.tactic.notnull()
    summed = note.group_by("customer_id").aggregate(
        stalling12=note.count(where=year & stalling),
        trouble=note.age.min(where=holds(note.tag == "cash_trouble")),
    )
    if not day.facts.any("note", "tactic"):
        return summed.mutate(tactics=ibis.null("array<string>"))
    seen = note.filter(year & note.tactic.notnull()).select("customer_id", "tactic").distinct()
    return attach(
        summed, seen.group_by("customer_id").aggregate(tactics=seen.tactic.collect().sort()), "customer_id"
    )


def _contacts(day: Day, debtor: ir.Table) -> ir.Table:
    """Actions done by us on or before the day."""
    action = owned(day, debtor, "action")
    done = action.mutate(done_day=to_day(action.done_on), level=action.level.fill_null(0))
    done = done.filter((done.direction == "out") & (done.done_day <= day.clock.day))
    return done.filter(done.outcome.isnull() | (done.outcome != "skipped"))


def contacts(day: Day, debtor: ir.Table, pay_day: ir.Table | None) -> ir.Table:
    """Per payer: cases12, contacts12, personal12, asked12 and answered12 (contacts of level 1 or more that money could
    follow, and that it followed), trouble (days since it asked for a plan), cost (minor units of the policy's currency).

    Args:
        pay_day: rows (customer_id, pay_day) of its payments; None = none known.
    """
    now = day.clock.day
    done = _contacts(day, debtor)
    costs = day.policy.costs
    cost = (
        ibis.cases(*[(done.channel == name, day.minor(value)) for name, value in costs.items()], else_=0)
        if costs
        else 0
    )
    done = done.select(
        "action_id", "customer_id", "done_day", "level", "outcome", "channel",
        age=now - done.done_day,
        case=done.procedure.fill_null("") + ":" + done.case_no.cast("string"),
        cost=ibis.literal(0, "int64") + cost,
    )  # fmt: skip
    done = (
        attach(done, _answers(done, pay_day), "action_id")
        if pay_day is not None
        else done.mutate(answered=False)
    )
    done = done.mutate(answered=done.answered.fill_null(False))
    year = done.age < YEAR
    counts = year & (done.level >= 1) & ((done.age >= ANSWER_DAYS) | done.answered)
    return done.group_by("customer_id").aggregate(
        cases12=done.case.nunique(where=year),
        contacts12=done.count(where=year),
        personal12=done.count(where=year & done.channel.isin(PERSONAL)),
        asked12=done.count(where=counts),
        answered12=done.count(where=counts & done.answered),
        cost=done.cost.sum(where=year),
    )


def _answers(done: ir.Table, pay_day: ir.Table) -> ir.Table:
    """Per action whether money came within the days after it."""
    pairs = done.select("action_id", "customer_id", "done_day").join(pay_day, "customer_id")
    gap = pairs.pay_day - pairs.done_day
    return pairs.filter(gap.between(1, ANSWER_DAYS)).select("action_id").distinct().mutate(answered=True)


def effective_channel(day: Day, debtor: ir.Table, pay_day: ir.Table) -> ir.Table:
    """Per payer the channel whose contacts of 24 months money followed most often, of those with at least three."""
    now = day.clock.day
    done = _contacts(day, debtor).filter(lambda t: (t.level >= 1) & (now - t.done_day < 2 * YEAR))
    done = attach(done, _answers(done, pay_day), "action_id")
    done = done.mutate(answered=done.answered.fill_null(False))
    done = done.filter(done.answered | (now - done.done_day >= ANSWER_DAYS))
    by = done.group_by("customer_id", "channel").aggregate(
        n=done.count(), hits=done.count(where=done.answered)
    )
    by = by.filter((by.n >= LEAST_CONTACTS) & (by.hits > 0))
    by = by.mutate(share=by.hits * 10_000 // by.n)
    best = ibis.window(group_by="customer_id", order_by=[ibis.desc("share"), ibis.desc("n"), "channel"])
    by = by.mutate(rank=ibis.row_number().over(best))
    return by.filter(by.rank == 0).select("customer_id", effective_channel="channel")


def cash_trouble(day: Day, debtor: ir.Table) -> ir.Table:
    """Per payer the days since it last asked for a plan, whoever began the contact."""
    now = day.clock.day
    action = owned(day, debtor, "action")
    asked = action.filter(holds(action.outcome == "plan_asked") & (to_day(action.done_on) <= now))
    return asked.group_by("customer_id").aggregate(asked_plan=now - to_day(asked.done_on).max())


def reminded(day: Day, item: ir.Table) -> ir.Table:
    """Per customer of its invoices settled in 12 months how many a contact of level 1 or more listed: reminded12."""
    now = day.clock.day
    action = day.facts["action"]
    action = action.filter(
        (action.direction == "out") & (to_day(action.done_on) <= now) & holds(action.level >= 1)
    )
    listed = action.select(invoice_id=action.invoice_ids.unnest()).distinct()
    seen = observed(day, item)
    seen = seen.filter(seen.settled & (seen.since < YEAR)).select("customer_id", "invoice_id")
    found = seen.semi_join(listed, "invoice_id")
    return found.group_by("customer_id").aggregate(reminded12=found.count())
