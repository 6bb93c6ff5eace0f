"""Stage `gated`: every due step released, or held with its reasons (the hold codes of PROCEDURE, in their order).

What the gate looks at comes as narrow tables beside the due steps; they are joined once, and every hold is a condition
over that row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine import suspension
from creditdesk.engine.arith import Value, attach_all, holds, if_any, to_day
from creditdesk.engine.collectible import INVOICE_HOLDS
from creditdesk.engine.contact_history import acted_today, attempts, recent_contacts
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import least_minimum, minimum_rows
from creditdesk.engine.message import KEY, LANE
from creditdesk.engine.release import approved_steps, waiting_for_go_live
from creditdesk.engine.workdays import Beside

PAYER_HOLDS = (
    "data_problem", "insolvent", "do_not_contact", "paused", "stale_bank_data", "paid_unallocated", "credit_open",
    "contra_open", "part_payment", "habit", "minimum_amount", "contact_cap", "not_a_working_day",
    "legal_notice_first", "natural_person", "needs_approval", "no_address",
)  # fmt: skip
"""Hold codes of a payer, in the order of PROCEDURE."""

LEGAL_NOTICE_COUNTRIES = ("NL", "BE")
"""Where a consumer is handed over, or charged costs, only after a statutory letter."""

LEGAL_NOTICE_DAYS = 16
"""Fourteen days from the day after receipt, and two for the letter to arrive."""


@dataclass(frozen=True)
class Gate:
    """What the gate looks at beside the step itself; None where the facts hold nothing of the kind.

    Attributes:
        actions: actions of procedures (`casefile.procedure_actions`).
        funds: rows payer, currency, cash, credit.
        notices: rows payer, company, case_no of cases in which a legal notice was given in time.
        habit: rows payer, hold_until (day): no first reminder before that day.
        status: rows customer_id with a legal status in force.
        data_problem: rows payer whose facts were quarantined in part.
    """

    actions: ir.Table | None
    funds: ir.Table | None
    notices: ir.Table | None
    habit: ir.Table | None
    status: ir.Table | None
    data_problem: ir.Table | None


def gated(day: Day, due: ir.Table, taken: ir.Table, reach: ir.Table, gate: Gate) -> ir.Table:
    """Stage `gated`: the rows of `due` with those of `taken` and `reach`, and hold, holds, hold_until, skip, language.

    `skip`: only its own minimum amount stops the step: it is recorded as skipped (R4). Below the policy's least
    minimum nothing is asked for and nothing recorded.
    """
    found = _beside(day, due, taken, reach, gate)
    conditions = _conditions(day, found)
    lists = [if_any(condition, [code]) for code, condition in conditions]
    hold = ibis.cases(
        *[(holds(condition), code) for code, condition in conditions], else_=ibis.null("string")
    )
    found = found.mutate(holds=lists[0].concat(*lists[1:]), hold=hold)
    cap_until = found.oldest_contact + day.policy.conduct.contact_cap_days
    until = ibis.cases(
        (found.hold == "part_payment", found.part_until),
        (found.hold == "habit", found.habit_until),
        (found.hold == "paused", ibis.coalesce(found.paused_until + 1, found.until)),
        (found.hold.isin(INVOICE_HOLDS), found.until),
        (found.hold == "contact_cap", cap_until),
        (found.hold == "not_a_working_day", found.next_day),
        else_=ibis.null("int64"),
    )
    least = least_minimum(day.policy, day)
    found = found.mutate(
        hold_until=until.cast("int64"),
        skip=(found.hold == "minimum_amount") & (found.holds.length() == 1) & (found.net_base >= least),
        language=ibis.coalesce(found.contact_language, found.speaks),
    )
    return day.stages.run("gated", found.select(*GATED))


GATED = (
    *KEY, "procedure", "case_no", "step", "level", "idx", "do", "chosen", "template", "first_template", "variants", "due_day",
    "due_net", "is_open", "is_returned", "invoice_ids", "amounts", "amount", "base", "language", "contact_id", "owner",
    "owner_id", "collector", "account_manager", "person", "wait", "overdue_after", "home", "home_no", "today",
    "oldest_due", "risk_class", "limit_use", "last_done_day", "no_answers", "acted_today", "hold", "holds", "hold_until",
    "skip",
)  # fmt: skip
"""What the tables of actions are made of."""


def _beside(day: Day, due: ir.Table, taken: ir.Table, reach: ir.Table, gate: Gate) -> ir.Table:
    """The due steps with everything the conditions read. Joins stand together: they become one statement."""
    facts = day.facts
    none = ibis.null("int64")
    parts: list[Beside] = [
        (taken, LANE),
        (reach, LANE),
        (minimum_rows(day), ["segment", "do"]),
        (waiting_for_go_live(day, due, gate.actions), LANE),
        (day.calendar.select(place=_.place, tomorrow=_.day, next_day=_.next), ["place", "tomorrow"]),
        (
            day.calendar.filter(day.calendar.working).select(place=_.place, part_no=_.no, part_until=_.day),
            ["place", "part_no"],
        ),
    ]
    absent: dict[str, Value] = {}
    for there, rows, columns in _known(day, due, taken, gate):
        if there:
            parts += rows()
        else:
            absent |= dict.fromkeys(columns, none)
    found = due.mutate(tomorrow=due.today + 1)
    found = attach_all(found, parts)
    absent["stale"] = _stale(day) if facts.has("bank_statement") else ibis.literal(False)
    found = found.mutate(**absent)
    return found.mutate(
        no_answers=found.no_answers.fill_null(0),
        acted_today=holds(found.acted > 0),
        paused_until=ibis.coalesce(found.pause_end, found.channel_end),
    )


def _known(
    day: Day, due: ir.Table, taken: ir.Table, gate: Gate
) -> list[tuple[bool, Callable[[], list[Beside]], tuple[str, ...]]]:
    """Kinds of facts the conditions read: whether there are any, their tables, and the columns null without them."""
    facts = day.facts
    funds, habit, notices = gate.funds, gate.habit, gate.notices
    kinds: list[tuple[bool, Callable[[], list[Beside]], tuple[str, ...]]] = [
        (facts.has("pause"), lambda: _pauses(day), ("pauses", "pause_end", "channel_pauses", "channel_end")),
        (facts.has("contra"), lambda: [(_contra(day), "payer")], ("owed",)),
        (
            facts.has("action"),
            lambda: [
                (recent_contacts(day, due), LANE),
                (attempts(day), ["payer", "procedure", "case_no", "step"]),
                (acted_today(day), "payer"),
            ],
            ("contacts", "oldest_contact", "no_answers", "acted"),
        ),
        (facts.has("approval"), lambda: [(approved_steps(day, due), LANE)], ("said_yes",)),
        (
            funds is not None and day.multi_currency,
            lambda: [(_other_credit(taken, funds), LANE)] if funds is not None else [],
            ("others",),
        ),
        (
            habit is not None,
            lambda: [(habit.select("payer", habit_until=_.hold_until), "payer")] if habit is not None else [],
            ("habit_until",),
        ),
        (
            notices is not None,
            lambda: [(notices.mutate(notices=1), LANE)] if notices is not None else [],
            ("notices",),
        ),
    ]
    for table, key, name in (
        (gate.status, "customer_id", "status_count"), (gate.data_problem, "payer", "problem_count")
    ):  # fmt: skip
        kinds.append((table is not None, partial(_counted, table, key, name), (name,)))
    return kinds


def _counted(table: ir.Table | None, key: str, name: str) -> list[Beside]:
    if table is None:
        return []
    return [(table.group_by(payer=table[key]).aggregate(**{name: _.count()}), "payer")]


def _conditions(day: Day, found: ir.Table) -> list[tuple[str, Value]]:
    """Every hold code with its condition, in order."""
    nothing = ~(found.net_base > 0)
    # codes of invoices hold the step where what they take off leaves nothing that is due
    cut = ~found.due_net & (nothing | ~holds(found.rest_no <= found.today_no))
    minimum = ibis.coalesce(found.minimum, found.segment_minimum, 0)
    below = (found.asked_base.fill_null(0) < minimum) | (found.net_base < least_minimum(day.policy, day))
    approved = holds(found.said_yes.cast("boolean"))
    notice = (
        (found.kind == "consumer")
        & found.country.isin(LEGAL_NOTICE_COUNTRIES).fill_null(False)
        & ((found.do == "hand_over") | holds(found.costs))
        & ~holds(found.legal_notice)  # the letter of the law itself names the costs
        & ~holds(found.notices > 0)
    )
    person_first = holds(found.natural_person) & (
        (found.level == 6) | holds(found.stop_delivery) | (found.do == "hand_over")
    )
    registered_by_person = (found.do == "registered_letter") & (holds(found.person) | approved)
    payer_paused = holds(found.pauses > 0) | holds(found.channel_pauses > 0)
    cap = ibis.coalesce(found.contact_cap, day.policy.conduct.contact_cap)
    conditions = [(code, found[f"any_{code}"] & cut) for code in INVOICE_HOLDS if code != "paused"]
    # invoices and payers can be paused: the code stands where it says whose pause it is, and once
    conditions.append(("paused", found.any_paused & cut & ~payer_paused))
    payer = {
        "data_problem": holds(found.problem_count > 0),
        "insolvent": holds(found.status_count > 0) & (found.all_estate | (cut & found.any_estate)),
        "paused": payer_paused,
        "do_not_contact": holds(found.do_not_contact) & holds(found.contact) & ~registered_by_person,
        "stale_bank_data": found.stale,
        "paid_unallocated": cut & (found.cash_taken > 0),
        "credit_open": holds(found.others > 0) | (cut & (found.credit_taken > 0)),
        "contra_open": holds(found.owed > 0),
        "part_payment": holds(found.part_no > found.today_no),
        "habit": holds(found.habit_until > found.today) & ~found.is_open,
        "minimum_amount": (found.net_base > 0) & below,
        "contact_cap": holds(found.contacts >= cap) & holds(found.contact),
        "not_a_working_day": ~holds(found.today_works) | (holds(found.person) & ~holds(found.home_works)),
        "legal_notice_first": notice,
        # a step that is skipped for its amount asks nobody's approval, or it would stop the ladder for ever
        "natural_person": person_first & ~approved & ~below,
        "needs_approval": (holds(found.approval) & ~approved & ~below)
        | found.waits_go_live
        | found.any_unapproved,
        "no_address": found.chosen.isnull() & ~((found.net_base > 0) & below),  # nor does it need an address
    }
    return conditions + [(code, payer[code]) for code in PAYER_HOLDS]


def _pauses(day: Day) -> list[Beside]:
    pause = suspension.pauses(day).filter(_.invoice_id.isnull())
    whole = pause.filter(pause.channel.isnull()).group_by(payer=_.customer_id)
    channel = pause.filter(pause.channel.notnull()).group_by(payer=_.customer_id, chosen=_.channel)
    return [
        (whole.aggregate(pauses=_.count(), pause_end=_.pause_until.max()), "payer"),
        (channel.aggregate(channel_pauses=_.count(), channel_end=_.pause_until.max()), ["payer", "chosen"]),
    ]


def _stale(day: Day) -> Value:
    """Whether a receipts account is not covered to the previous bank day: the money may be there already."""
    now = day.clock.day
    statement = day.facts["bank_statement"].filter(to_day(_.received_on) <= now)
    account = statement.group_by("iban").aggregate(covered=to_day(_.to_on).max(), currency=_.currency.max())
    bank = day.calendar.filter(day.calendar.place.startswith("@") & (day.calendar.day < now))
    previous = (
        bank.filter(bank.working).group_by(currency=bank.place.substr(1)).aggregate(previous=_.day.max())
    )
    account = account.inner_join(previous, "currency")
    behind = account.filter(account.covered < account.previous)
    return behind.count().as_scalar() > 0


def _other_credit(taken: ir.Table, funds: ir.Table) -> ir.Table:
    """Money or a credit note in another currency than every debt: a person settles it."""
    debts = taken.select(*LANE, debt=taken.amounts.unnest())
    debts = debts.select(*LANE, currency=debts.debt["currency"])
    some = funds.filter((funds.cash > 0) | (funds.credit > 0)).select("payer", "currency")
    other = taken.select(*LANE).inner_join(some, "payer").anti_join(debts, [*LANE, "currency"])
    return other.group_by(*LANE).aggregate(others=_.count())


def _contra(day: Day) -> ir.Table:
    contra = day.facts["contra"].filter(to_day(_.on) <= day.clock.day)
    order = ibis.window(group_by=["customer_id", "currency"], order_by=ibis.desc("on"))
    contra = contra.mutate(_last=ibis.row_number().over(order)).filter(lambda t: t["_last"] == 0)
    return contra.filter(contra.amount > 0).group_by(payer=_.customer_id).aggregate(owed=_.count())


def legal_notices(day: Day, done: ir.Table, steps: ir.Table) -> ir.Table:
    """Rows payer, company, case_no in which a legal notice was done long enough ago."""
    found = notices_given(done, steps)
    return found.filter(_.done_day <= day.clock.day - LEGAL_NOTICE_DAYS).select(*KEY, "case_no").distinct()


def notices_given(done: ir.Table, steps: ir.Table) -> ir.Table:
    """Rows payer, company, case_no, done_day: every legal notice that was done."""
    known = steps.filter(steps.legal_notice).select("procedure", "step", is_notice=True)
    found = done.inner_join(known, ["procedure", "step"])
    return found.filter(~found.skipped).select(*KEY, "case_no", "done_day")
