"""Stage `next_step`: per payer with something past due the step that follows, and when it is due (R1 to R3, R13, R15).

Dates are compared as numbers of working days (`no`), so that "is it due" needs no date; the date itself is looked up
once, for people. Two days are known of a step: when it would be due on everything past due (gross), and when it is
due on what may be asked for today (net). A step due gross and not net is held.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.items import known_allocations
from creditdesk.engine.ladder import IMPORTED, Ladder
from creditdesk.engine.workdays import today, with_day, with_no

REVIEW = "review"
"""Step of the task that tells the credit manager that a procedure has no step for a case (R15)."""


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


def part_payments(day: Day, past_due: ir.Table, case: ir.Table) -> ir.Table:
    """Rows payer, company, part_day: the first payment of the case that paid at least the policy's share of the
    collectible and left the invoice open (R11).
    """
    case_rows = case.filter(case.is_open).select("payer", "company", "case_start")
    invoice = past_due.inner_join(case_rows, ["payer", "company"]).select(
        "payer", "company", "invoice_id", "eff_day", "open", "open_base", "currency", "case_start"
    )
    money = known_allocations(day).filter(_.money).select("invoice_id", "amount", "pay_day")
    paid = money.inner_join(invoice, "invoice_id").filter(_.pay_day >= _.case_start)
    # the share is one of amounts in the invoice's currency brought to the base by the open part's own ratio
    paid = paid.mutate(paid_base=(paid.amount * paid.open_base / paid.open.nullif(0)).round().cast("int64"))
    by_day = paid.group_by("payer", "company", "pay_day").aggregate(part=_.paid_base.sum())
    later = (
        by_day.inner_join(
            paid.select("payer", "company", "eff_day", "paid_base", later_day=paid.pay_day),
            ["payer", "company"],
        )
        .filter((_.eff_day < _.pay_day) & (_.later_day >= _.pay_day))
        .group_by("payer", "company", "pay_day")
        .aggregate(since=_.paid_base.sum())
    )
    open_then = (
        by_day.inner_join(invoice.select("payer", "company", "eff_day", "open_base"), ["payer", "company"])
        .filter(_.eff_day < _.pay_day)
        .group_by("payer", "company", "pay_day")
        .aggregate(rest=_.open_base.sum())
    )
    keys = ["payer", "company", "pay_day"]
    whole = attach(attach(by_day, later, keys), open_then, keys)
    share = float(day.policy.conduct.part_payment_share)
    enough = whole.filter(whole.part >= (whole.since.fill_null(0) + whole.rest.fill_null(0)) * share)
    return enough.group_by("payer", "company").aggregate(part_day=_.pay_day.min())


def with_payer(found: ir.Table, debtor: ir.Table, segmented: ir.Table) -> ir.Table:
    """What the procedure asks of a payer and its segment, beside rows keyed by `payer`."""
    payer = debtor.select(
        "place", "home", "bank", "kind", "natural_person", "speaks", "country", "do_not_contact", "collector",
        "account_manager", "preferred_channel", "street", payer=debtor.customer_id,
    )  # fmt: skip
    found = attach(found, payer, "payer")
    segment = segmented.select(
        "segment", "procedure", "dunning", "risk_class", "first_offset", "channel_first", "first_template",
        "contact_cap", "owner_id", "limit_use", payer=segmented.customer_id,
        segment_day=to_day(segmented.segment_since),
    )  # fmt: skip
    found = attach(found, segment, "payer")
    return found


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

    Columns: those of `situation`; of the payer (place, home, kind, natural_person, speaks ...); of its segment; of the
    case (case_no, is_open, pos, level reached, last_step, last_done_day, last_procedure); of the step that follows
    (step, idx, do, owner, template, level, hard ...; null when the procedure has none); today_no, today_works,
    home_works; gross_no, net_no (working day on which it is due); part_no; due_gross, due_net; due_day.
    """
    key = ["payer", "company"]
    none = ibis.null("int64")
    found = situation
    if case is not None:
        found = attach(found, case.rename(reached="level"), key)
    else:
        found = found.mutate(
            last_case=none, is_open=False, pos=none, reached=none, ends=ibis.null("boolean"),
            last_step=ibis.null("string"), last_done_day=none, last_procedure=ibis.null("string"), case_start=none,
            steps_done=none, last_done_step=ibis.null("string"),
        )  # fmt: skip
    found = with_payer(found, debtor, segmented)
    is_open = holds(found.is_open)
    found = found.mutate(
        is_open=is_open,
        case_no=ibis.ifelse(is_open, found.last_case, found.last_case.fill_null(0) + 1),
        idx=ibis.ifelse(is_open, found.pos, -1) + 1,
        ends=is_open & holds(found.ends),
        _counted=ibis.ifelse(is_open, found.last_done_day, none),
    )
    # beyond the last step of another procedure's ladder there is nothing: no row joins
    found = attach(found, ladder.steps, ["procedure", "idx"])
    found = attach(found, today(day, "place", "today"), "place")
    found = attach(found, today(day, "home", "home"), "home")
    for on, name in (
        ("oldest_gross", "gross_start"), ("oldest_net", "net_start"), ("_counted", "counted_no"),
        ("segment_day", "segment_no"), ("returned_day", "returned_no"),
    ):  # fmt: skip
        found = with_no(found, day, "place", on, name)
    found = found.mutate(_legal=found["_counted"] + found.calendar_days - 1)
    found = with_no(found, day, "place", "_legal", "legal_no")
    if part is not None:
        found = attach(found, part, key)
        found = with_no(found, day, "place", "part_day", "part_start")
        part_no = found.part_start + day.policy.conduct.part_payment_days
    else:
        part_no = none
    offset = ibis.ifelse(found.is_open, 0, found.first_offset.fill_null(0))
    moved = (
        found.is_open
        & holds(found.last_procedure != found.procedure)
        & holds(found.last_procedure != IMPORTED)
    )
    not_same_day = ibis.ifelse(moved & holds(found.hard), found.segment_no + 1, none)
    waited = ibis.ifelse(found.calendar_days > 0, found.legal_no + 1, none)

    def due_no(start: ir.IntegerValue) -> ir.IntegerValue:
        from_due = start + ibis.coalesce(found.after_due, found.after) + offset
        later = ibis.ifelse(
            found.after_due.notnull(),
            ibis.greatest(start + found.after_due, found.counted_no + found.at_least),
            found.counted_no + found.after,
        )
        natural = ibis.ifelse(found["_counted"].notnull(), later, from_due)
        return ibis.ifelse(natural.isnull(), none, ibis.greatest(natural, not_same_day, waited))

    returned = ~found.is_open & found.returned_no.notnull()
    found = found.mutate(
        gross_no=ibis.ifelse(returned, found.returned_no + 1, due_no(found.gross_start)),
        net_no=ibis.ifelse(returned, found.returned_no + 1, due_no(found.net_start)),
        part_no=part_no,
        is_returned=returned,
        today=day.clock.day,
    )
    found = found.mutate(
        net_no=ibis.ifelse(found.net_start.isnull(), none, ibis.greatest(found.net_no, found.part_no))
    )
    # a step that was suspended could go out on the first working day after that at the earliest
    found = found.mutate(_resume=found.resume - 1)
    found = with_no(found, day, "place", "_resume", "resume_no")
    found = found.mutate(
        due_no=ibis.greatest(ibis.coalesce(found.net_no, found.gross_no), found.resume_no + 1)
    )
    found = with_day(found, day, "place", "due_no", "due_day")
    both = day.calendar.filter(day.calendar.place.contains("&"))
    found = found.mutate(_both=found.place + "&" + found.home, _at=found.due_day)
    found = attach(found, both.select(_both=_.place, _at=_.day, person_day=_.next), ["_both", "_at"])
    found = found.mutate(
        due_day=ibis.ifelse(
            holds(found.person), ibis.coalesce(found.person_day, found.due_day), found.due_day
        ),
        due_gross=holds(found.gross_no <= found.today_no) | (found.ends & found.today_no.notnull()),
        due_net=holds(found.net_no <= found.today_no) & (found.net_base > 0),
    )
    drop = [name for name in found.columns if name.startswith("_")]
    return day.stages.run("next_step", found.drop(*drop))
