"""The stance on the next order: let through, looked at, wanted in advance, or stopped; why, and what releases it.

Each segment says when (its `order`). Beside that stop: a group limit that is passed, whosever order it is, and a step
of the procedure that stopped deliveries. A stance holds until what releases it has happened, also when its trigger
has passed: a stop for 15 days overdue ends when nothing undisputed is past due any more. What the use of a limit set
off ends when the use has fallen. A person's release names an amount and an end and survives every run until then.

For a natural person a stop or advance payment is proposed, never decided: the stance is a review by a person, save
where a person has already done the step that stops.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, holds, rnd, to_date, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.limit import policy_amount
from creditdesk.engine.sheet import Sheet

READS = (
    "natural_person", "exposure", "open_amount", "open_items", "open_orders", "undisputed_overdue_amount",
    "oldest_undisputed_overdue_days", "insured_limit",
)  # fmt: skip
"""Profile columns that the stance is made of."""

ALSO = (
    "base", "segment", "credit_limit", "group_exposure", "group_limit", "released_amount", "released_day",
    "stop_step_done", "was_segment", "was_order_block", "was_order_block_reason", "give_always", "give_review_use",
    "give_review_overdue_days", "give_prepayment_use", "give_stop_use", "give_stop_overdue_days",
    "give_stop_overdue_amount", "give_release", "give_within_cover",
)  # fmt: skip
"""Further columns, of the segment, the limit, the previous stance and what people decided."""

SEVERITY = {"none": 0, "review": 1, "prepayment": 2, "stop": 3}
OVERDUE, LIMIT, GROUP, SEGMENT, STEP, PERSON = (
    "overdue", "limit", "group_limit", "segment", "stop_delivery_step", "natural_person",
)  # fmt: skip
"""Reasons of a stance."""
RELEASED = "released"


def order_releases(day: Day) -> ir.Table:
    """Rows (customer_id, released_amount, released_day): the latest answer on an order release, if it is a yes in force.

    A release without an end holds on its day only.
    """
    now = day.clock.day
    approval = day.facts["approval"]
    known = approval.filter(
        (approval.subject == "order_release") & (to_day(approval.decided_on) <= now)
    ).mutate(last=to_day(ibis.coalesce(_.valid_until, _.decided_on)))
    order = ibis.row_number().over(
        ibis.window(
            group_by=known.customer_id, order_by=[ibis.desc(known.decided_on), ibis.desc(known.approval_id)]
        )
    )
    latest = known.mutate(_rank=order).filter(_._rank == 0)
    latest = latest.filter(holds(latest.granted) & (latest["last"] >= now))
    return latest.select("customer_id", released_amount=latest.amount, released_day=latest["last"])


def order_stance(day: Day, sheet: Sheet, had: bool) -> None:
    """Add order_block, order_block_reason, order_release_when, order_release_amount, released_until.

    Args:
        sheet: the columns of `READS` and `ALSO`.
        had: whether there is a previous decision: the `was_` columns.
    """
    _triggers(day, sheet)
    if had:
        _kept(sheet)
    _released(sheet)


def _over(sheet: Sheet, share: Value) -> Value:
    """Whether the exposure is above a share of the limit."""
    used = sheet["exposure"]
    return holds(used > 0) & holds(used > rnd(sheet["credit_limit"] * share))


def _still(sheet: Sheet) -> Value:
    """Whether what releases the segment's stance has not happened yet (a person's release is asked for later)."""
    return ibis.cases(
        (sheet["give_release"] == "overdue_paid", holds(sheet["oldest_undisputed_overdue_days"] > 0)),
        (sheet["give_release"] == "balance_paid", holds(sheet["open_items"] > 0)),
        else_=True,
    )


def _triggers(day: Day, sheet: Sheet) -> None:
    """The stance by today's figures: the hardest that applies, and why."""
    age, overdue = sheet["oldest_undisputed_overdue_days"], sheet["undisputed_overdue_amount"]
    least = policy_amount(day, sheet, sheet["give_stop_overdue_amount"])
    covered = (
        holds(sheet["give_within_cover"])
        & holds(sheet["insured_limit"] > 0)
        & holds(sheet["exposure"] <= sheet["insured_limit"])
    )
    sheet.let(
        _still=_still(sheet),
        _stop_days=holds(age >= sheet["give_stop_overdue_days"]) & holds(overdue > least),
        _stop_use=_over(sheet, sheet["give_stop_use"]),
        _ahead_use=_over(sheet, sheet["give_prepayment_use"]),
        _look_days=holds(age >= sheet["give_review_overdue_days"]) & holds(age > 0),
        _look_use=_over(sheet, sheet["give_review_use"]),
        _group=holds(sheet["group_exposure"] > sheet["group_limit"]),
        _step=holds(sheet["stop_step_done"]) & holds(age > 0),
        _covered=covered,
    )
    always = ibis.ifelse(sheet["_still"] & ~sheet["_covered"], sheet["give_always"], ibis.null("string"))
    sheet.let(_always=always)
    ladder = [
        (sheet["_stop_days"], "stop", OVERDUE),
        (sheet["_stop_use"], "stop", LIMIT),
        (sheet["_group"], "stop", GROUP),
        (sheet["_step"], "stop", STEP),
        (holds(sheet["_always"] == "stop"), "stop", SEGMENT),
        (holds(sheet["_always"] == "prepayment"), "prepayment", SEGMENT),
        (sheet["_ahead_use"], "prepayment", LIMIT),
        (sheet["_look_days"], "review", OVERDUE),
        (sheet["_look_use"], "review", LIMIT),
        (holds(sheet["_always"] == "review"), "review", SEGMENT),
    ]
    sheet.let(
        _block=ibis.cases(*((flag, block) for flag, block, _reason in ladder), else_="none"),
        _reason=ibis.cases(*((flag, reason) for flag, _block, reason in ladder), else_=ibis.null("string")),
    )


def _rank(block: Value) -> Value:
    return ibis.cases(*((block == name, rank) for name, rank in SEVERITY.items()), else_=0)


def _kept(sheet: Sheet) -> None:
    """The previous stance goes on where its release has not happened, in the same segment."""
    reason, by_person = sheet["was_order_block_reason"], sheet["give_release"] == "person"
    lasting = holds(reason == OVERDUE) & sheet["_still"] | holds(reason == LIMIT) & holds(by_person)
    keep = (
        lasting
        & holds(sheet["was_segment"] == sheet["segment"])
        & (_rank(sheet["was_order_block"].fill_null("none")) > _rank(sheet["_block"]))
    )
    sheet.let(
        _block=ibis.ifelse(keep, sheet["was_order_block"], sheet["_block"]),
        _reason=ibis.ifelse(keep, reason, sheet["_reason"]),
    )


def _released(sheet: Sheet) -> None:
    """What releases the stance, whether a person already did, and what a natural person is spared."""
    none, no_amount = ibis.null("string"), ibis.null("int64")
    blocked = sheet["_block"] != "none"
    fits = sheet["released_amount"].isnull() | holds(sheet["open_orders"] <= sheet["released_amount"])
    spared = (
        holds(sheet["natural_person"])
        & sheet["_block"].isin(["stop", "prepayment"])
        & ~holds(sheet["_reason"] == STEP)
    )
    step = holds(sheet["_reason"] == STEP)
    sheet.let(
        _free=blocked & sheet["released_day"].notnull() & fits,
        _blocked=blocked,
        _spared=spared,
        _use=holds(sheet["_reason"].isin([LIMIT, GROUP])),
        _step=step,
        _person=spared | (holds(sheet["give_release"] == "person") & ~step),
    )
    share = ibis.cases(
        (sheet["_block"] == "stop", sheet["give_stop_use"]),
        (sheet["_block"] == "prepayment", sheet["give_prepayment_use"]),
        else_=sheet["give_review_use"],
    )
    above = sheet["exposure"] - rnd(sheet["credit_limit"] * share.fill_null(1.0))
    group = holds(sheet["_reason"] == GROUP)
    sheet.let(
        _when=ibis.cases(
            (sheet["_person"], "person"),
            (sheet["_use"], "balance_paid"),
            (sheet["_step"], "overdue_paid"),
            else_=sheet["give_release"],
        ),
        _above=ibis.greatest(ibis.ifelse(group, sheet["group_exposure"] - sheet["group_limit"], above), 0),
    )
    held, spared = sheet["_blocked"] & ~sheet["_free"], sheet["_spared"]
    amount = ibis.cases(
        (sheet["_when"] == "person", no_amount),
        (sheet["_use"], sheet["_above"]),
        (sheet["_when"] == "overdue_paid", sheet["undisputed_overdue_amount"]),
        else_=sheet["open_amount"],
    )
    sheet.let(
        order_block=ibis.cases((~held, "none"), (spared, ibis.literal("review")), else_=sheet["_block"]),
        order_block_reason=ibis.cases(
            (sheet["_free"], RELEASED), (~held, none), (spared, PERSON), else_=sheet["_reason"]
        ),
        order_release_when=ibis.ifelse(held, sheet["_when"], none),
        order_release_amount=ibis.ifelse(held, amount, no_amount),
        released_until=ibis.ifelse(sheet["_free"], to_date(sheet["released_day"]), ibis.null("date")),
    )
