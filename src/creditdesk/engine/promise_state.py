"""Stage `promise_state`: every promise as it stands on the day (R8).

A promise runs to its date (the next bank day) plus two bank days. Money value-dated from the day it was made covers it,
an older promise that still ran coming first. A promise that names an invoice is covered by what closed that invoice,
and by what came since from the payer and is allocated to nothing yet; one that names none by all money of the payer.
Deposits bound to an order are for the order.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.allocations import allocations_of, known_payments
from creditdesk.engine.arith import attach, holds, rnd, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.owner import owned
from creditdesk.engine.workdays import with_day, with_next, with_no

YEAR = 365


def promise_state(day: Day, debtor: ir.Table, few: ir.Table | None = None) -> ir.Table:
    """One row per promise known on the day.

    Args:
        few: stage `few_allocation`; None = what it holds is looked up here.

    Columns (money in minor units of `currency`): promise_id, customer_id, payer, invoice_id, currency, amount;
    made_day, due_day, deadline_day (last day on which money keeps it); covered; state (active, kept, partly_kept,
    broken, withdrawn); active_rest (not yet covered of an active one, else 0); broken (also when partly kept);
    broken_day (the day after the deadline); beyond_policy (a person must approve it and none did).
    """
    policy, now = day.policy.promise, day.clock.day
    made = day.stages.run("promise_made", _made(day, debtor))
    money = _money(day, debtor, made, few)
    covered = _covered(made, money)
    kept = covered.amount - covered.covered <= covered.slack
    over = covered.deadline_day < now
    gone = holds(covered.withdrawn_day <= covered.deadline_day)
    covered = covered.mutate(
        kept=kept,
        broken=~kept & over & ~gone,
        active=~kept & ~over & ~gone,
        broken_day=ibis.ifelse(~kept & over & ~gone, covered.deadline_day + 1, ibis.null("int64")),
    )
    beyond = _beyond(covered, policy.max_open, policy.max_broken_12m)
    covered = attach(covered, beyond, "promise_id")
    covered = covered.mutate(
        over=(covered.run_days > policy.max_days) | holds(covered.too_many) | holds(covered.too_often)
    )
    unapproved = covered.over
    if day.facts.has("approval"):
        words = day.facts["approval"].filter(_.ref.notnull() & (to_day(_.decided_on) <= now))
        words = words.group_by(promise_id=_.ref).aggregate(yes=_.granted.any(), no=(~_.granted).any())
        covered = attach(covered, words, "promise_id")
        unapproved = covered.over & ~holds(covered.yes)
        # a promise that a person refused is no promise
        covered = covered.mutate(
            active=covered.active & ~(covered.over & holds(covered.no) & ~holds(covered.yes))
        )
    gone = holds(covered.withdrawn_day <= covered.deadline_day)
    state = ibis.cases(
        (covered.kept, "kept"), (gone, "withdrawn"), (covered.active, "active"), (covered.covered > 0, "partly_kept"),
        else_="broken",
    )  # fmt: skip
    return day.stages.run(
        "promise_state",
        covered.select(
            "promise_id", "customer_id", "payer", "invoice_id", "currency", "amount", "made_day", "due_day",
            "deadline_day", "covered", "broken", "broken_day",
            state=state,
            active_rest=ibis.ifelse(covered.active, covered.amount - covered.covered, 0),
            beyond_policy=unapproved,
        ),
    )  # fmt: skip


def _made(day: Day, debtor: ir.Table) -> ir.Table:
    """Promises made on or before the day, with deadline, length in bank days and tolerance."""
    policy, now = day.policy, day.clock.day
    promise = owned(day, debtor, "promise")
    promise = promise.filter(to_day(promise.made_on) <= now)
    withdrawn = to_day(promise.withdrawn_on)
    promise = promise.select(
        "promise_id", "customer_id", "invoice_id", "currency", "amount",
        made_day=to_day(promise.made_on),
        due_day=to_day(promise.due_on),
        withdrawn_day=ibis.ifelse(withdrawn <= now, withdrawn, ibis.null("int64")),
        bank=ibis.literal("@") + promise.currency,
    )  # fmt: skip
    promise = attach(promise, debtor.select("customer_id", "payer"), "customer_id")
    promise = with_next(promise, day, "bank", "due_day", "bank_day")
    promise = with_no(promise, day, "bank", "bank_day", "due_no")
    promise = with_no(promise, day, "bank", "made_day", "made_no")
    promise = promise.mutate(last_no=promise.due_no + policy.promise.bank_days)
    promise = with_day(promise, day, "bank", "last_no", "deadline_day")
    promise = attach(promise, day.currency, "currency")
    return promise.mutate(
        payer=promise.payer.coalesce(promise.customer_id),
        # a date beyond the calendar's end: two bank days are at most four days without a holiday
        deadline_day=promise.deadline_day.coalesce(promise.due_day + 2 * policy.promise.bank_days),
        run_days=(promise.due_no - promise.made_no).fill_null(promise.due_day - promise.made_day),
        slack=ibis.greatest(promise.tolerance, rnd(promise.amount * float(policy.tolerance.share))),
    ).drop("bank", "bank_day", "due_no", "made_no", "last_no", "tolerance")


def _money(day: Day, debtor: ir.Table, made: ir.Table, few: ir.Table | None) -> ir.Table:
    """Stage `promise_money`: rows promise_id, day, amount: what came while the promise ran and counts for it."""
    parts = []
    named = made.filter(made.invoice_id.notnull())
    if day.facts.has("allocation"):
        closing = allocations_of(day, named, "promise_allocation", few).filter(_.kind != "write_off")
        closing = closing.select("invoice_id", "amount", day=closing.pay_day, allocated=ibis.literal(True))
        key = named.select("promise_id", "invoice_id", "made_day", "deadline_day")
        parts.append(_running(key.join(closing, "invoice_id")))
    if day.facts.has("payment"):
        payers = debtor.select("customer_id", "payer").semi_join(made, "payer")
        came = known_payments(day).join(payers, "customer_id").filter(_.kind.isnull() | (_.kind == "receipt"))
        came = came.filter(came.order_id.isnull())
        came = came.select(
            "payment_id", "payer", "currency", "amount", day="value_day", allocated=ibis.literal(False)
        )
        key = made.select(
            "promise_id", "payer", "currency", "made_day", "deadline_day", names=made.invoice_id.notnull()
        )
        came = _running(key.join(came, ["payer", "currency"]))
        # a promise that names an invoice is covered, beside its allocations, by what is allocated to nothing
        came = attach(came, _used(day, came), "payment_id")
        rest = ibis.greatest(came.amount - came.used.fill_null(0), 0)
        parts.append(came.mutate(amount=ibis.ifelse(came.names, rest, came.amount)))
    columns = ("promise_id", "day", "amount", "allocated")
    parts = [part.select(*columns) for part in parts]
    if not parts:
        none = made.select("promise_id", "amount", day="made_day", allocated=ibis.literal(False))
        parts = [none.filter(ibis.literal(False)).select(*columns)]
    rows = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    # for a promise that names none money counts as it comes, for one that names an invoice by what became of it
    whole = rows.join(made.select("promise_id", names=made.invoice_id.notnull()), "promise_id")
    counting = whole.filter(whole.names | ~whole.allocated)
    return day.stages.run("promise_money", counting.select("promise_id", "day", "amount"))


def _running(money: ir.Table) -> ir.Table:
    """Money beside a promise, as far as it came between its making and its deadline."""
    return money.filter((money.day >= money.made_day) & (money.day <= money.deadline_day))


def _used(day: Day, came: ir.Table) -> ir.Table:
    """Rows payment_id, used: what of a payment is allocated, to whatever invoice."""
    now = day.clock.day
    allocation = day.facts["allocation"].semi_join(came, "payment_id").filter(to_day(_.allocated_on) <= now)
    allocation = allocation.filter(allocation.reversed_on.isnull() | (to_day(allocation.reversed_on) > now))
    return allocation.group_by("payment_id").aggregate(used=_.amount.sum())


def _older(made: ir.Table, *also: str) -> ir.Table:
    """Pairs of a promise and each older one of the same payer: columns of the older bear `old_`."""
    columns = ("promise_id", "invoice_id", "currency", "amount", "made_day", "deadline_day", "withdrawn_day", "slack",
               *also)  # fmt: skip
    old = made.select("payer", **{f"old_{name}": made[name] for name in columns})
    young = made.select("promise_id", "payer", "invoice_id", "currency", "made_day", "deadline_day")
    pairs = young.join(old, "payer")
    before = (pairs.old_made_day < pairs.made_day) | (
        (pairs.old_made_day == pairs.made_day) & (pairs.old_promise_id < pairs.promise_id)
    )
    return pairs.filter(before)


def _covered(made: ir.Table, money: ir.Table) -> ir.Table:
    """`made` with `covered`: what came until the deadline, less what older promises that still ran took of it."""
    own = made.select("promise_id", "deadline_day").join(money, "promise_id")
    own = own.filter(own.day <= own.deadline_day)
    own = own.group_by("promise_id").aggregate(came=own.amount.sum())
    pairs = _older(made)
    rivals = pairs.filter(
        (pairs.currency == pairs.old_currency)
        & (pairs.invoice_id.fill_null("") == pairs.old_invoice_id.fill_null(""))
        & (pairs.old_deadline_day >= pairs.made_day)
        & (pairs.old_withdrawn_day.isnull() | (pairs.old_withdrawn_day > pairs.made_day))
    )
    spent = rivals.join(
        money.select(old_promise_id="promise_id", day="day", value="amount"), "old_promise_id"
    )
    spent = spent.group_by("promise_id", "old_promise_id", "old_amount").aggregate(
        before=_.value.sum(where=_.day < _.made_day),
        since=_.value.sum(
            where=(_.day >= _.made_day) & (_.day <= ibis.least(_.old_deadline_day, _.deadline_day))
        ),
    )
    need = ibis.greatest(spent.old_amount - spent.before.fill_null(0), 0)
    spent = spent.mutate(taken=ibis.least(need, spent.since.fill_null(0)))
    taken = spent.group_by("promise_id").aggregate(taken=spent.taken.sum())
    found = attach(attach(made, own, "promise_id"), taken, "promise_id")
    left = found.came.fill_null(0) - found.taken.fill_null(0)
    return found.mutate(covered=ibis.greatest(ibis.least(left, found.amount), 0)).drop("came", "taken")


def _beyond(covered: ir.Table, max_open: int, max_broken: int) -> ir.Table:
    """Per promise whether too many others ran, or were broken in the 12 months before, when it was made."""
    pairs = _older(covered, "kept", "broken", "broken_day")
    open_then = (pairs.old_deadline_day >= pairs.made_day) & ~pairs.old_kept
    open_then = open_then & (pairs.old_withdrawn_day.isnull() | (pairs.old_withdrawn_day > pairs.made_day))
    broken_then = pairs.old_broken & (pairs.old_broken_day <= pairs.made_day)
    broken_then = broken_then & (pairs.made_day - pairs.old_broken_day < YEAR)
    pairs = pairs.mutate(open_then=open_then, broken_then=broken_then.fill_null(False))
    return pairs.group_by("promise_id").aggregate(
        too_many=_.count(where=_.open_then) >= max_open,
        too_often=_.count(where=_.broken_then) > max_broken,
    )
