"""Cases that money taken back does not reopen: they had been closed for longer than the policy lets a case wait (R1).

The days of a case are followed over the few cases whose invoices had an allocation undone: at every day on which
something was allocated, undone, handed over or came back the rest of the case is summed up.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import attach, holds, rnd, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.ladder import least_minimum
from creditdesk.engine.owner import owned
from creditdesk.engine.suspension import in_base

CASE = ["payer", "company", "case_no"]


def dead_cases(day: Day, done: ir.Table, debtor: ir.Table) -> ir.Table | None:
    """Stage `dead_case`: rows payer, company, case_no; None where nothing was ever undone.

    A case closes when what its announced invoices still owe, with nobody else, is below the policy's least minimum. It
    is dead when money went back on one of them more than the policy's reopening days after that.

    Args:
        done: stage `done_step`.
    """
    facts = day.facts
    if not (facts.any("allocation", "reversed_on") or facts.any("payment", "reverses_payment_id")):
        return None
    touched = day.stages.run("touched_allocation", _touched(day))
    undone = _closings(day, touched).filter(_.back_day.notnull())
    listed = done.filter(done.invoice_ids.notnull()).select(
        *CASE, "done_day", invoice_id=_.invoice_ids.unnest()
    )
    undone = listed.semi_join(undone, "invoice_id").select(*CASE).distinct()
    listed = listed.semi_join(undone, CASE)
    last = done.semi_join(undone, CASE).group_by(*CASE).aggregate(last_day=_.done_day.max())
    invoice = owned(day, debtor, "invoice").semi_join(listed, "invoice_id")
    invoice = invoice.filter((invoice.kind == "invoice") & (to_day(invoice.issued) <= day.clock.day))
    invoice = invoice.select("invoice_id", "amount", "currency", "customer_id")
    parts = listed.select(*CASE, "invoice_id").distinct().inner_join(invoice, "invoice_id")
    parts = attach(parts, debtor.select("customer_id", "base"), "customer_id").drop("customer_id")
    parts = attach(attach(parts, day.currency, "currency"), last, CASE)
    parts = day.stages.run("undone_invoice", parts)
    closings = _closings(day, facts["allocation"].semi_join(parts, "invoice_id"))
    closings = day.stages.run("undone_allocation", closings)
    files = _files(day, parts)
    moments = _moments(day, parts, closings, files)
    rest = _rest(day, parts, closings, files, moments)
    following = ibis.window(group_by=CASE, order_by="at", preceding=None, following=0)
    rest = rest.mutate(turn=rest.is_open.cast("int64").sum().over(following).cast("int64"))
    closed = rest.filter(~rest.is_open).group_by(*CASE, turn=rest.turn + 1).aggregate(closed_day=_.at.min())
    opened = rest.filter(rest.is_open & ~rest.came_back).select(*CASE, "turn", opened_day=_.at)
    gap = opened.inner_join(closed, [*CASE, "turn"])
    long = gap.filter((gap.opened_day - gap.closed_day) > day.policy.conduct.reopen_days)
    return day.stages.run("dead_case", long.select(*CASE).distinct())


def _booked(day: Day) -> ir.Table:
    """Payments with `at`, the day on which they were known."""
    payment = day.facts["payment"].mutate(booked=to_day(ibis.coalesce(_.entry_date, _.value_date)))
    return payment.mutate(at=ibis.greatest(payment.booked, to_day(payment.value_date)))


def _returned(day: Day) -> ir.Table:
    """Rows payment_id, returned, return_day: payments that were taken back."""
    taken = _booked(day).filter(holds(_.kind == "return") & _.reverses_payment_id.notnull())
    taken = taken.filter(taken["at"] <= day.clock.day).group_by(payment_id=_.reverses_payment_id)
    return taken.aggregate(returned=_.amount.sum(), return_day=_.at.max())


def _touched(day: Day) -> ir.Table:
    """The allocations that may have been undone: the ledger reversed them, or their payment was taken back."""
    allocation = day.facts["allocation"].select(
        "invoice_id", "payment_id", "amount", "allocated_on", "reversed_on"
    )
    taken = _returned(day).select("payment_id", taken=ibis.literal(True))
    found = attach(allocation, taken, "payment_id")
    return found.filter(found.reversed_on.notnull() | holds(found.taken))


def _closings(day: Day, of: ir.Table) -> ir.Table:
    """These allocations, if they were ever in force: invoice_id, amount, from_day, back_day (undone, or its money returned)."""
    now = day.clock.day
    money = _booked(day).semi_join(of.filter(of.payment_id.notnull()), "payment_id")
    money = money.select("payment_id", "at", whole=money.amount)
    found = attach(of, attach(money, _returned(day), "payment_id"), "payment_id")
    gone = ibis.ifelse(holds(found.returned >= found.whole), found.return_day, ibis.null("int64"))
    undone = ibis.least(to_day(found.reversed_on), gone)
    found = found.select(
        "invoice_id",
        "amount",
        from_day=ibis.greatest(to_day(found.allocated_on), found["at"]),
        back_day=ibis.ifelse(undone <= now, undone, ibis.null("int64")),
    )
    return found.filter(found.from_day <= now)


def _files(day: Day, parts: ir.Table) -> ir.Table | None:
    """Rows invoice_id, from_day, back_day of files that were handed over; None where there is none."""
    if not day.facts.has("handover"):
        return None
    file = day.facts["handover"]
    rows = file.select(
        from_day=to_day(file.handed_on),
        back_day=to_day(file.returned_on),
        invoice_id=file.invoice_ids.unnest(),
    )
    return rows.filter(rows.from_day <= day.clock.day).semi_join(parts, "invoice_id")


def _moments(day: Day, parts: ir.Table, closings: ir.Table, files: ir.Table | None) -> ir.Table:
    """Rows payer, company, case_no, at: the day of the last step done, and every day on which something changed."""
    changes = [
        closings.select("invoice_id", at=closings.from_day),
        closings.select("invoice_id", at=closings.back_day),
    ]
    if files is not None:
        changes += [
            files.select("invoice_id", at=files.from_day),
            files.select("invoice_id", at=files.back_day),
        ]
    every = parts.select(*CASE, "invoice_id", "last_day").inner_join(
        changes[0].union(*changes[1:]), "invoice_id"
    )
    every = every.filter(holds(every["at"] > every.last_day) & (every["at"] <= day.clock.day))
    return every.select(*CASE, "at").union(parts.select(*CASE, at=parts.last_day)).distinct()


def _rest(
    day: Day, parts: ir.Table, closings: ir.Table, files: ir.Table | None, moments: ir.Table
) -> ir.Table:
    """Per case and moment: is_open (there is enough left to ask for), came_back (a file came back that day)."""
    each = moments.inner_join(parts, CASE)
    key = [*CASE, "at", "invoice_id"]
    taken = each.select(*key).inner_join(closings, "invoice_id")
    in_force = (taken.from_day <= taken["at"]) & (taken.back_day.isnull() | (taken.back_day > taken["at"]))
    taken = taken.filter(in_force).group_by(*key).aggregate(taken=_.amount.sum())
    each = attach(each, taken, key)
    each = each.mutate(left=ibis.greatest(each.amount - each.taken.fill_null(0), 0))
    slack = ibis.greatest(each.tolerance, rnd(each.amount * float(day.policy.tolerance.share)))
    if files is not None:
        away = each.select(*key).inner_join(files, "invoice_id")
        away = away.group_by(*key).aggregate(
            away=((_.from_day <= _["at"]) & (_.back_day.isnull() | (_.back_day > _["at"]))).any(),
            came_back=holds(_.back_day == _["at"]).any(),
        )
        each = attach(each, away, key)
    else:
        each = each.mutate(away=False, came_back=False)
    owed = ibis.ifelse((each.left > slack) & ~holds(each.away), each.left, 0)
    # in the reporting currency at today's rate, as what is open today
    each = in_base(day, each.mutate(owed=owed), owed="owed")
    least = max(least_minimum(day.policy, day), 1)
    return each.group_by(*CASE, "at").aggregate(
        is_open=_.owed.sum() >= least, came_back=holds(_.came_back).any()
    )
