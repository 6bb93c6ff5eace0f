"""Stage `next_step`: per payer with something past due the step that follows, and when it is due (R1 to R3, R13, R15).

Dates are compared as numbers of working days (`no`), so that "is it due" needs no date; the date itself is looked up
once, for people. Two days are known of a step: when it would be due on everything past due (gross), and when it is
due on what may be asked for today (net). A step due gross and not net is held.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.allocations import allocations_of
from creditdesk.engine.arith import Value, attach, attach_all, holds, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import Ladder
from creditdesk.engine.suspension import in_base
from creditdesk.engine.workdays import Beside, last_common, number, numbered, today


def situations(day: Day, past_due: ir.Table) -> ir.Table:
    """Stage `situation`: per payer and company what is past due, gross and net, and what took something off.

    Columns: payer, company, base, oldest_gross, oldest_net (start days), oldest_due (effective due day), gross_base,
    net_base, cash_taken, credit_taken, any_<hold code>, all_estate, any_unapproved, resume, until, returned_day,
    invoices.
    """
    flags = [name for name in past_due.columns if name.startswith("is_")]
    grouped = past_due.group_by("payer", "company").aggregate(
        base=_.base.max(),
        oldest_gross=_.start_day.min(),
        oldest_net=_.start_day.min(where=_.net > 0),
        oldest_due=_.eff_day.min(),
        gross_base=_.open_base.sum(),
        net_base=_.net_base.sum(),
        cash_taken=_.off_cash.sum(),
        credit_taken=_.off_credit.sum(),
        resume=_.resume.max(),
        until=_.until.min(),
        returned_day=_.debit_returned.max(where=_.net > 0),
        invoices=_.count(),
        all_estate=_.is_estate.all(),
        **{f"any_{name.removeprefix('is_')}": past_due[name].any() for name in flags},
    )
    return day.stages.run("situation", grouped)


def part_payments(
    day: Day, past_due: ir.Table, case: ir.Table, paid_late: ir.Table, debtor: ir.Table
) -> ir.Table:
    """Rows payer, company, part_day: the first payment of the case that paid at least the policy's share of the
    collectible and left the invoice open, be it settled since (R11).

    Args:
        paid_late: stage `paid_late`.
    """
    case_rows = case.filter(case.is_open).select("payer", "company", "case_start")
    columns = ("payer", "company", "invoice_id", "currency", "base", "eff_day")
    # of the collectible, promises left aside: what is disputed, planned or with an agency is no part of it
    asked = past_due.net + past_due.off_promise + past_due.off_cash + past_due.off_credit
    still = past_due.select(*columns, asked=asked, closed_day=ibis.null("int64"))
    paid = paid_late.inner_join(debtor.select("customer_id", "payer", "base", own="company"), "customer_id")
    paid = paid.semi_join(case_rows, "payer")
    named = day.facts["invoice"].semi_join(paid, "invoice_id").select("invoice_id", "company_id")
    paid = attach(paid, named, "invoice_id").mutate(company=ibis.coalesce(_.company_id, _.own, ""))
    for kept_apart in ("handover", "plan"):
        if day.facts.has(kept_apart):
            rows = day.facts[kept_apart].select(invoice_id=_.invoice_ids.unnest())
            paid = paid.anti_join(rows, "invoice_id")
    paid = paid.select(*columns, "closed_day", asked=ibis.literal(0, "int64"))
    invoice = (
        still.filter(_.asked > 0)
        .union(paid.select(*still.columns))
        .inner_join(case_rows, ["payer", "company"])
    )
    invoice = invoice.filter(invoice.closed_day.isnull() | (invoice.closed_day >= invoice.case_start))
    invoice = day.stages.run("case_document", invoice)
    closing = allocations_of(day, invoice, "case_allocation").select(
        "invoice_id", "amount", "pay_day", "money"
    )
    closed = closing.inner_join(invoice, "invoice_id").filter(_.pay_day >= _.case_start)
    closed = in_base(day, closed, paid_base="amount")
    # what settles an invoice is no part of it
    parts = closed.filter(closed.money & (closed.closed_day.isnull() | (closed.pay_day < closed.closed_day)))
    by_day = parts.group_by("payer", "company", "pay_day").aggregate(part=_.paid_base.sum())
    later = (
        by_day.inner_join(
            # credit notes since were part of the collectible then
            closed.select("payer", "company", "eff_day", "paid_base", later_day=closed.pay_day),
            ["payer", "company"],
        )
        .filter((_.eff_day < _.pay_day) & (_.later_day >= _.pay_day))
        .group_by("payer", "company", "pay_day")
        .aggregate(since=_.paid_base.sum())
    )
    rest = in_base(day, invoice.filter(invoice.asked > 0), asked_base="asked")
    open_then = (
        by_day.inner_join(rest.select("payer", "company", "eff_day", "asked_base"), ["payer", "company"])
        .filter(_.eff_day < _.pay_day)
        .group_by("payer", "company", "pay_day")
        .aggregate(rest=_.asked_base.sum())
    )
    keys = ["payer", "company", "pay_day"]
    whole = attach(attach(by_day, later, keys), open_then, keys)
    share = float(day.policy.conduct.part_payment_share)
    enough = whole.filter(whole.part >= (whole.since.fill_null(0) + whole.rest.fill_null(0)) * share)
    return enough.group_by("payer", "company").aggregate(part_day=_.pay_day.min())


PAYER = (
    "place", "home", "kind", "natural_person", "speaks", "country", "do_not_contact", "collector", "account_manager",
    "preferred_channel", "street",
)  # fmt: skip
SEGMENT = (
    "segment", "procedure", "dunning", "risk_class", "first_offset", "channel_first", "first_template", "variants", "contact_cap",
    "owner_id", "limit_use",
)  # fmt: skip
STEP = (
    "procedure", "idx", "step", "level", "do", "option_1", "option_2", "option_3", "owner", "template", "approval",
    "attempts", "wait", "minimum", "hard", "invoice_age", "written", "stop_delivery", "costs", "legal_notice", "person",
    "contact", "stand_in", "overdue_after", "habit_start",
)  # fmt: skip
"""What later stages ask of the payer, its segment and the step that follows."""

CASE = ("is_open", "case_no", "case_start", "ends", "reached", "last_step", "last_done_day")
TIMES = (
    "today", "today_no", "today_works", "home_no", "home_works", "gross_no", "net_no", "rest_no", "part_no", "due_gross",
    "due_net", "due_day", "is_returned",
)  # fmt: skip


def of_payer(day: Day, debtor: ir.Table, segmented: ir.Table) -> list[Beside]:
    """What the procedure asks of a payer and its segment, and how today stands for both sides; keyed by `payer`."""
    payer = debtor.select(*PAYER, payer=debtor.customer_id)
    payer = attach_all(payer, [(today(day, "place", "today"), "place"), (today(day, "home", "home"), "home")])
    segment = segmented.select(
        *SEGMENT,
        payer=segmented.customer_id,
        # a cold start saw no move: the day it puts a customer in its segment delays nothing
        segment_day=ibis.ifelse(
            segmented.previous_segment.notnull(), to_day(segmented.segment_since), ibis.null("int64")
        ),
    )
    return [(payer, "payer"), (segment, "payer")]


def next_steps(
    day: Day,
    situation: ir.Table,
    case: ir.Table | None,
    debtor: ir.Table,
    segmented: ir.Table,
    ladder: Ladder,
    part: ir.Table | None,
) -> ir.Table:
    """Stage `next_step`: one row per payer and company with something past due.

    Columns: of `situation` what was taken off; of the payer and its segment PAYER and SEGMENT; of the case CASE; of
    the step that follows STEP (null when the procedure has none); TIMES: gross_no and net_no are the numbers of the
    working day on which the step is due on everything past due, and on what may be asked for (rest_no: were there no
    part payment to wait for).
    """
    key = ["payer", "company"]
    none = ibis.null("int64")
    beside = of_payer(day, debtor, segmented)
    if case is not None:
        beside.append((case.rename(reached="level").drop("steps_done"), key))
    if part is not None:
        beside.append((part, key))
    found = attach_all(situation, beside)
    if case is None:
        found = found.mutate(
            last_case=none, is_open=False, pos=none, reached=none, ends=ibis.null("boolean"),
            last_step=ibis.null("string"), last_done_day=none, last_procedure=ibis.null("string"),
            case_start=none,
        )  # fmt: skip
    if part is None:
        found = found.mutate(part_day=none)
    is_open = holds(found.is_open)
    found = found.mutate(
        is_open=is_open,
        case_no=ibis.ifelse(is_open, found.last_case, found.last_case.fill_null(0) + 1),
        idx=ibis.ifelse(is_open, found.pos, -1) + 1,
        ends=is_open & holds(found.ends),
        counted=ibis.ifelse(is_open, found.last_done_day, none),
        # what was approved in a case before this one says nothing of this one
        case_start=ibis.ifelse(is_open, found.case_start, found.last_done_day + 1),
        resumed=found.resume - 1,
        today=day.clock.day,
    )
    # beyond the last step of a ladder there is nothing: no row joins
    starts = [
        number(day, "place", on, name)
        for on, name in (
            ("oldest_gross", "gross_start"), ("oldest_net", "net_start"), ("counted", "counted_no"),
            ("segment_day", "segment_no"), ("returned_day", "returned_no"), ("part_day", "part_start"),
            ("resumed", "resume_no"),
        )
    ]  # fmt: skip
    found = attach_all(found, [(ladder.steps, ["procedure", "idx"]), *starts])
    if any(step.calendar_days for name in day.policy.procedures for step in day.policy.steps_of(name)):
        found = found.mutate(legal_day=found.counted + found.calendar_days - 1)
        found = attach_all(found, [number(day, "place", "legal_day", "legal_no")])
        waited = ibis.ifelse(found.calendar_days > 0, found.legal_no + 1, none)
    else:
        waited = none
    gross_no, net_no, returned = _due(found, waited)
    part_no = found.part_start + day.policy.conduct.part_payment_days
    rest_no = ibis.ifelse(found.net_start.isnull(), none, net_no)
    net_no = ibis.ifelse(found.net_start.isnull(), none, ibis.greatest(net_no, part_no))
    found = found.mutate(
        gross_no=gross_no, net_no=net_no, rest_no=rest_no, part_no=part_no, is_returned=returned
    )
    # a step that was suspended could go out on the first working day after that at the earliest
    found = found.mutate(
        due_no=ibis.greatest(ibis.coalesce(found.net_no, found.gross_no), found.resume_no + 1),
        both=found.place + "&" + found.home,
    )
    found = attach_all(found, [numbered(day, "place", "due_no", "from_day")])
    both = day.calendar.filter(day.calendar.place.contains("&"))
    found = attach_all(
        found,
        [
            (both.select(both=_.place, from_day=_.day, person_day=_.next), ["both", "from_day"]),
            last_common(day),
        ],
    )
    # a person's step needs a working day of ours too: on a holiday of ours alone nothing becomes due
    reached_no = ibis.ifelse(
        holds(found.person), ibis.coalesce(found.common_no, found.today_no), found.today_no
    )
    found = found.mutate(
        due_day=ibis.ifelse(
            holds(found.person), ibis.coalesce(found.person_day, found.from_day), found.from_day
        ),
        due_gross=holds(found.gross_no <= reached_no) | (found.ends & found.today_no.notnull()),
        due_net=holds(found.net_no <= found.today_no) & (found.net_base > 0),
    )
    kept = dict.fromkeys((*situation.columns, *PAYER, *SEGMENT, *CASE, *STEP, *TIMES))
    for name in ("oldest_gross", "oldest_net", "resume", "returned_day", "invoices", "first_offset"):
        kept.pop(name)
    return day.stages.run("next_step", found.select(*kept))


def _due(found: ir.Table, waited: Value) -> tuple[Value, Value, Value]:
    """Numbers of the working days on which the step is due, gross and net, and whether a returned debit makes it so."""
    none = ibis.null("int64")
    offset = ibis.ifelse(found.is_open, 0, found.first_offset.fill_null(0))
    moved = found.is_open & holds(found.last_procedure != found.procedure)
    not_same_day = ibis.ifelse(moved & holds(found.hard), found.segment_no + 1, none)

    def due_no(start: Value) -> Value:
        from_due = start + ibis.coalesce(found.after_due, found.after) + offset
        later = ibis.ifelse(
            found.after_due.notnull(),
            ibis.greatest(start + found.after_due, found.counted_no + found.at_least),
            found.counted_no + found.after,
        )
        natural = ibis.ifelse(found.counted.notnull(), later, from_due)
        return ibis.ifelse(natural.isnull(), none, ibis.greatest(natural, not_same_day, waited))

    returned = ~found.is_open & found.returned_no.notnull()
    gross = ibis.ifelse(returned, found.returned_no + 1, due_no(found.gross_start))
    net = ibis.ifelse(returned, found.returned_no + 1, due_no(found.net_start))
    return gross, net, returned
