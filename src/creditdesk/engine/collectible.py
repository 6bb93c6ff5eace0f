"""Stage `past_due`: every invoice past due and what of it may be asked for today (R7).

Taken off the open amount, in this order and never below 0: what is out of the message as a whole, the disputed part,
plans, promises, then unallocated money and open credit notes of the same payer and currency, oldest invoice first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine import suspension
from creditdesk.engine.arith import Value, attach, attach_all, holds, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.items import Documents
from creditdesk.engine.workdays import Beside

INVOICE_HOLDS = (
    "handed_over", "written_off", "direct_debit", "disputed", "plan", "promised", "claimed_paid",
    "invoice_not_delivered", "factored", "paused",
)  # fmt: skip
"""Hold codes of an invoice, in the order of PROCEDURE."""


def past_due(
    day: Day,
    debtor: ir.Table,
    documents: Documents,
    promise: ir.Table | None,
    funds: ir.Table | None,
) -> ir.Table:
    """One row per invoice past due.

    Args:
        promise: rows of promises in force (stage `promise_state`), or None when there are none.
        funds: rows payer, currency, cash, credit: unallocated money and open credit notes; None when none.

    Columns: payer, company, customer_id, invoice_id, currency, base, eff_day, start_day (the day offsets count from),
    issued_day, open, net (what may be asked for), open_base, net_base; what was taken off: off_disputed, off_plan,
    off_promise, off_cash, off_credit; flags per hold code `is_<code>`, is_estate (issued before an insolvency);
    resume (last day on which something that suspended it ended), until (earliest day a hold on it can end),
    debit_returned.
    """
    facts, now, item = day.facts, day.clock.day, documents.open
    late = item.filter(item.overdue)
    start = late.eff_day
    if facts.any("invoice", "corrects_invoice_id"):
        # a corrected invoice counts from its own sending, with its own term (R10)
        resent = (late.sent_day + late.term_days).fill_null(0)
        start = ibis.ifelse(
            late.corrects_invoice_id.notnull(), ibis.greatest(late.eff_day, resent), late.eff_day
        )
    found = late.select(
        "payer", "company", "customer_id", "invoice_id", "currency", "base", "eff_day", "issued_day", "open",
        "delivery_state", "manner", "sent_day", "factored", start_day=start,
    )  # fmt: skip
    none = ibis.null("int64")
    beside, absent = _suspensions(day, debtor, documents, funds)
    found = attach_all(found, beside).mutate(**absent)
    found = _estate(day, found)
    undelivered = holds(found.delivery_state.isin(["rejected", "bounced"])) | holds(found.sent_day > now)
    undelivered = undelivered | (
        holds(found.manner.isin(day.policy.conduct.must_be_delivered))
        & holds(found.delivery_state.notnull() & (found.delivery_state != "delivered"))
    )
    found = found.mutate(
        is_handed_over=holds(found.handed_over),
        # what is written off whole is settled and never past due; the rest of a part write-off stays collectible
        is_written_off=ibis.literal(False),
        is_direct_debit=holds(found.debit_until > now),
        is_claimed_paid=holds(found.claim_until >= now),
        is_invoice_not_delivered=undelivered,
        is_factored=found.factored,
        is_paused=holds(found.pauses > 0),
    )
    whole = [f"is_{code}" for code in
             ("handed_over", "written_off", "direct_debit", "claimed_paid", "invoice_not_delivered", "factored",
              "paused", "estate")]  # fmt: skip
    removed = reduce(lambda one, other: one | other, [found[name] for name in whole])
    found = found.mutate(_need=ibis.ifelse(removed, 0, found.open))
    found = _take(found, "off_disputed", found.disputed.fill_null(0))
    found = _take(found, "off_plan", ibis.ifelse(holds(found.in_plan), found.open, 0))
    if funds is not None:
        found = attach(found, funds.select("payer", "currency", "cash", "credit"), ["payer", "currency"])
    else:
        found = found.mutate(cash=none, credit=none)
    found = _promises(day, found, promise)
    if funds is not None:
        found = _take_oldest_first(found, "off_cash", found.cash)
        found = _take_oldest_first(found, "off_credit", found.credit)
    else:
        found = found.mutate(off_cash=0, off_credit=0)
    found = suspension.in_base(day, found, open_base="open", net_base="_need")
    resume = ibis.greatest(found.dispute_resume, found.plan_resume, found.promise_resume)
    until = ibis.least(
        ibis.ifelse(found.is_direct_debit, found.debit_until, none),
        ibis.ifelse(found.off_plan > 0, found.plan_until + 1, none),
        ibis.ifelse(found.off_promise > 0, found.promise_until + 1, none),
        ibis.ifelse(found.is_claimed_paid, found.claim_until + 1, none),
        ibis.ifelse(found.is_paused, found.pause_until + 1, none),
    )
    chosen = found.select(
        "payer", "company", "customer_id", "invoice_id", "currency", "base", "eff_day", "start_day", "issued_day",
        "open", "open_base", "net_base", "off_disputed", "off_plan", "off_promise", "off_cash", "off_credit", *whole,
        net=found["_need"],
        is_disputed=holds(found.disputed > 0),
        is_plan=holds(found.in_plan),
        is_promised=(found.off_promise > 0) | holds(found.promised_rest > 0),
        is_unapproved=holds(found.unapproved),
        resume=ibis.ifelse(resume <= now, resume, none),
        until=until,
        debit_returned=found.debit_returned,
    )  # fmt: skip
    return day.stages.run("past_due", chosen)


def _suspensions(
    day: Day, debtor: ir.Table, documents: Documents, funds: ir.Table | None
) -> tuple[list[Beside], dict[str, Value]]:
    """What takes invoices out, as tables to be joined, and nulls in place of what the facts do not hold at all."""
    facts, item = day.facts, documents.open
    no_day, no_flag = ibis.null("int64"), ibis.null("boolean")
    kinds: list[tuple[bool, Callable[[], ir.Table], dict[str, Value]]] = [
        (facts.has("handover"), lambda: suspension.handed_over(day), {"handed_over": no_flag}),
        (
            facts.has("dispute"),
            lambda: suspension.disputed(day, debtor),
            {"disputed": no_day, "dispute_until": no_day, "dispute_resume": no_day},
        ),
        (
            facts.has("plan"),
            lambda: suspension.planned(day, debtor, funds, documents.few),
            {"in_plan": no_flag, "plan_until": no_day, "plan_resume": no_day},
        ),
        (
            facts.any("action", "invoice_ids"),
            lambda: suspension.claimed_paid(day, item),
            {"claim_until": no_day},
        ),
        (
            facts.has("collection") or facts.any("invoice", "payment_method"),
            lambda: suspension.direct_debits(day, item),
            {"debit_until": no_day, "debit_returned": no_day},
        ),
        (
            facts.any("pause", "invoice_id"),
            lambda: suspension.paused_invoices(day),
            {"pauses": no_day, "pause_until": no_day},
        ),
    ]
    beside: list[Beside] = [(rows(), "invoice_id") for there, rows, _columns in kinds if there]
    absent = {name: null for there, _rows, columns in kinds if not there for name, null in columns.items()}
    return beside, absent


def _take(table: ir.Table, name: str, amount: Value) -> ir.Table:
    """Take `amount`, at most what is still needed, off each row; `name` says how much it was."""
    taken = ibis.least(table["_need"], amount)
    return table.mutate(**{name: taken}).mutate(_need=lambda t: t["_need"] - t[name])


def _take_oldest_first(table: ir.Table, name: str, amount: Value) -> ir.Table:
    """Take `amount` of the payer and currency off its invoices, oldest first; `name` says how much of each."""
    upto = ibis.window(
        group_by=["payer", "currency"], order_by=["eff_day", "invoice_id"], preceding=None, following=0
    )
    table = table.mutate(_has=amount.fill_null(0))
    table = table.mutate(_sum=table["_need"].sum().over(upto).cast("int64"))
    left = ibis.greatest(table["_has"] - (table["_sum"] - table["_need"]), 0)
    return _take(table, name, left).drop("_has", "_sum")


def _promises(day: Day, found: ir.Table, promise: ir.Table | None) -> ir.Table:
    """Take promises off, of the invoice they name or of the oldest; most of the whole suspends the case (R8)."""
    none = ibis.null("int64")
    if promise is None:
        return found.mutate(
            off_promise=0, promise_resume=none, promise_until=none, unapproved=False, promised_rest=none
        )
    named = (
        promise.filter(_.invoice_id.notnull())
        .group_by("invoice_id")
        .aggregate(
            named_rest=_.active_rest.sum(where=~_.beyond_policy),
            named_until=_.deadline_day.max(where=(_.active_rest > 0) & ~_.beyond_policy),
        )
    )
    general = promise.group_by("payer", "currency").aggregate(
        general_rest=_.active_rest.sum(where=_.invoice_id.isnull() & ~_.beyond_policy),
        promise_until=_.deadline_day.max(where=_.active_rest > 0),
        broken_deadline=_.deadline_day.max(where=_.broken),
        unapproved=((_.active_rest > 0) & _.beyond_policy).any(),
    )
    found = attach(found, named, "invoice_id")
    found = attach(found, general, ["payer", "currency"])
    found = found.mutate(_before=found["_need"])
    # what would be asked if nothing were promised: money and credits that wait to be allocated are off it
    found = _take_oldest_first(found, "_waits", found.cash.fill_null(0) + found.credit.fill_null(0))
    found = found.mutate(_asked=found["_need"])
    found = _take(found, "_named", found.named_rest.fill_null(0))
    found = _take_oldest_first(found, "_general", found.general_rest)
    found = found.mutate(_unpromised=found["_need"], _need=found["_before"])
    found = _take(found, "off_named", found.named_rest.fill_null(0))
    found = _take_oldest_first(found, "off_general", found.general_rest)
    found = suspension.in_base(day, found, _asked_base="_asked", _unpromised_base="_unpromised")
    every = ibis.window(group_by="payer")
    asked = found["_asked_base"].sum().over(every).cast("int64")
    unpromised = found["_unpromised_base"].sum().over(every).cast("int64")
    promised = (found.off_named + found.off_general).sum().over(every) > 0
    suspended = promised & ((asked - unpromised) >= asked * float(day.policy.promise.suspend_share))
    return found.mutate(
        off_promise=ibis.ifelse(suspended, found["_before"], found.off_named + found.off_general),
        _need=ibis.ifelse(suspended, 0, found["_need"]),
        promise_resume=found.broken_deadline + 1,
        promised_rest=found.named_rest,
    ).drop(
        "off_named",
        "off_general",
        "named_rest",
        "general_rest",
        "_before",
        "_waits",
        "_asked",
        "_asked_base",
        "_named",
        "_general",
        "_unpromised",
        "_unpromised_base",
    )


def _estate(day: Day, found: ir.Table) -> ir.Table:
    """Flag what was issued before an insolvency or other legal status: it is claimed, not dunned (R14)."""
    status = legal_status(day)
    if status is None:
        return found.mutate(is_estate=False)
    first = status.group_by(payer=_.customer_id).aggregate(estate_day=_.from_day.min())
    found = attach(found, first, "payer")
    return found.mutate(is_estate=holds(found.issued_day < found.estate_day)).drop("estate_day")


def legal_status(day: Day) -> ir.Table | None:
    """Rows customer_id, from_day, deadline_day, reference of every legal status in force; None when there is none."""
    facts, now = day.facts, day.clock.day
    parts = []
    if facts.has("legal_status"):
        status = facts["legal_status"]
        live = status.filter(
            (to_day(status.from_on) <= now) & (status.ended_on.isnull() | (to_day(status.ended_on) >= now))
        )
        parts.append(
            live.select(
                "customer_id", from_day=to_day(live.from_on), deadline_day=to_day(live.claim_deadline)
            )
        )
    if facts.any("customer", "insolvent_on"):
        customer = facts["customer"].filter(to_day(_.insolvent_on) <= now)
        parts.append(
            customer.select(
                "customer_id", from_day=to_day(customer.insolvent_on), deadline_day=ibis.null("int64")
            ).distinct()
        )
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else parts[0].union(parts[1])
