"""How a customer behaves besides paying: disputes, promises, notes, and how it reacts to contact.

Each function gives marks (`marks.py`) of a table that is small beside the invoices.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_day
from creditdesk.engine.behaviour import observed
from creditdesk.engine.day import Day
from creditdesk.engine.marks import YEAR, marked
from creditdesk.engine.owner import owned

ANSWER_DAYS = 10
"""Money within so many days after a contact counts as its effect."""

AFTER_REMINDER_DAYS = 30
LEAST_CONTACTS = 3
PERSONAL = ("call", "video", "sales", "phone")


def disputes(day: Day, contact: ir.Table | None) -> list[ir.Table]:
    """Marks `dispute` (yes: open; other: ended in the customer's favour), `disputed_invoice` of 12 months, and
    `disputed_after_reminder`.
    """
    now = day.clock.day
    dispute = day.facts["dispute"]
    dispute = dispute.filter(to_day(dispute.opened_on) <= now)
    closed = holds(to_day(dispute.closed_on) <= now)
    right = closed & dispute.outcome.isin(["customer_right", "partly_right"]).fill_null(False)
    age = now - to_day(dispute.opened_on)
    named = (
        dispute.filter(dispute.invoice_id.notnull() & (age < YEAR))
        .select("customer_id", "invoice_id")
        .distinct()
    )
    parts = [
        marked(dispute, "dispute", age=age, yes=~closed, other=right),
        marked(named, "disputed_invoice"),
    ]
    if contact is not None:
        reminder = contact.filter(contact.level >= 1).select("customer_id", reminded="age").distinct()
        after = dispute.select("dispute_id", "customer_id", age=age).join(reminder, "customer_id")
        gap = after.reminded - after.age
        after = after.filter(gap.between(0, AFTER_REMINDER_DAYS))
        after = after.select("dispute_id", "customer_id", "age").distinct()
        parts.append(marked(after, "disputed_after_reminder", age=after.age))
    return parts


def promises(day: Day, promise: ir.Table) -> ir.Table:
    """Marks by the state of a promise: `active` (amount: its rest), `kept`, `partly_kept`, `broken` (age: since its end)."""
    whose = promise.select(
        "state", "active_rest", "currency", "broken_day", "broken", "made_day", customer_id="payer"
    )
    age = day.clock.day - ibis.ifelse(whose.broken, whose.broken_day, whose.made_day)
    return marked(whose, whose.state, age=age, amount=whose.active_rest, currency=whose.currency)


def notes(day: Day) -> list[ir.Table]:
    """Marks `stalling`, `cash_trouble`, and `tactic` (text) of 12 months."""
    now = day.clock.day
    note = day.facts["note"]
    note = note.select("customer_id", "tag", "tactic", age=now - to_day(note.on))
    note = note.filter(note.age >= 0)
    stalling = note.filter(holds(note.tag == "stalling") | note.tactic.notnull())
    trouble = note.filter(holds(note.tag == "cash_trouble"))
    tactic = note.filter(note.tactic.notnull() & (note.age < YEAR)).select("customer_id", "tactic").distinct()
    return [
        marked(stalling, "stalling", age=stalling.age),
        marked(trouble, "cash_trouble", age=trouble.age),
        marked(tactic, "tactic", text=tactic.tactic),
    ]


def contacts(day: Day, debtor: ir.Table, pay_day: ir.Table | None) -> ir.Table:
    """Stage `contact`: contacts by us done on or before the day, with what followed.

    Columns: action_id, customer_id, age (days), level, channel, case, cost (minor units of the policy's currency),
    answered (money within ten days after).

    Args:
        pay_day: rows (customer_id, pay_day) of payments; None = none known.
    """
    now = day.clock.day
    action = owned(day, debtor, "action")
    done = action.filter((action.direction == "out") & (to_day(action.done_on) <= now))
    done = done.filter(done.outcome.isnull() | (done.outcome != "skipped"))
    costs = [(done.channel == name, day.minor(value)) for name, value in day.policy.costs.items()]
    done = done.select(
        "action_id", "customer_id", "channel",
        age=now - to_day(done.done_on),
        level=done.level.fill_null(0),
        case=done.procedure.fill_null("") + ":" + done.case_no.cast("string"),
        cost=(ibis.cases(*costs, else_=0) if costs else ibis.literal(0)).cast("int64"),
    )  # fmt: skip
    if pay_day is None:
        return day.stages.run("contact", done.mutate(answered=ibis.literal(False)))
    # ten days after a contact lie in two spans of ten days: a join on them meets few pairs, one on the customer millions
    paid = pay_day.select("customer_id", paid=now - pay_day.pay_day)
    paid = paid.filter(paid.paid >= -ANSWER_DAYS).mutate(span=(paid.paid + ANSWER_DAYS) // ANSWER_DAYS)
    asked = done.select("action_id", "customer_id", "age")
    first, last = ((asked.age - after + ANSWER_DAYS) // ANSWER_DAYS for after in (1, ANSWER_DAYS))
    spans = asked.mutate(span=first).union(asked.filter(first != last).mutate(span=last))
    pairs = spans.join(paid, ["customer_id", "span"])
    gap = pairs.age - pairs.paid
    answers = pairs.filter(gap.between(1, ANSWER_DAYS)).select("action_id").distinct().mutate(answered=True)
    done = attach(done, answers, "action_id")
    return day.stages.run("contact", done.mutate(answered=done.answered.fill_null(False)))


def reactions(contact: ir.Table) -> ir.Table:
    """Per customer, of 12 months: contacts12, personal12, cost12 (minor units of the policy's currency), cases12, and
    asked12, answered12: contacts of level 1 or more that money could follow, and that it followed.
    """
    year = contact.filter(contact.age < YEAR)
    asked = (year.level >= 1) & (year.answered | (year.age >= ANSWER_DAYS))
    summed = year.group_by("customer_id").aggregate(
        contacts12=year.count(),
        personal12=year.count(where=year.channel.isin(PERSONAL)),
        cost12=year.cost.sum(),
        asked12=year.count(where=asked),
        answered12=year.count(where=asked & year.answered),
    )
    cases = year.filter(year.case.notnull()).select("customer_id", "case").distinct()
    return attach(summed, cases.group_by("customer_id").aggregate(cases12=cases.count()), "customer_id")


def plans_asked(day: Day) -> ir.Table:
    """Marks `plan_asked`, whoever began the contact."""
    now = day.clock.day
    action = day.facts["action"]
    asked = action.filter(holds(action.outcome == "plan_asked") & (to_day(action.done_on) <= now))
    return marked(asked, "plan_asked", age=now - to_day(asked.done_on))


def reminded(day: Day, item: ir.Table) -> ir.Table:
    """Marks `reminded` (part: how many): invoices settled in 12 months that a contact of level 1 or more listed."""
    now = day.clock.day
    action = day.facts["action"]
    action = action.filter(
        (action.direction == "out") & (to_day(action.done_on) <= now) & holds(action.level >= 1)
    )
    listed = action.select(invoice_id=action.invoice_ids.unnest()).distinct()
    seen = observed(day, item)
    seen = seen.filter(seen.settled & (seen.since < YEAR)).select("customer_id", "invoice_id")
    found = seen.semi_join(listed, "invoice_id").group_by("customer_id").aggregate(n=_.count())
    return marked(found, "reminded", part=found.n)


def effective_channel(contact: ir.Table) -> ir.Table:
    """Per customer the channel whose contacts of 24 months money followed most often, of those with at least three."""
    done = contact.filter((contact.level >= 1) & (contact.age < 2 * YEAR))
    done = done.filter(done.answered | (done.age >= ANSWER_DAYS))
    by = done.group_by("customer_id", "channel").aggregate(
        n=done.count(), hits=done.count(where=done.answered)
    )
    by = by.filter((by.n >= LEAST_CONTACTS) & (by.hits > 0))
    by = by.mutate(share=by.hits * 10_000 // by.n)
    best = ibis.window(group_by="customer_id", order_by=[ibis.desc("share"), ibis.desc("n"), "channel"])
    by = by.mutate(rank=ibis.row_number().over(best))
    return by.filter(by.rank == 0).select("customer_id", effective_channel="channel")
