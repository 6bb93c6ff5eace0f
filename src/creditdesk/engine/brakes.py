"""What slows a move from one segment to another, and what overrides the brakes.

In order: an assignment by hand stands; a move from or to a segment that a fact of law leads to is never delayed, nor
is a downgrade on write-off or long overdue; else the minimum stay and then a person's approval are waited for. The
margin is applied before, where bands are made (`bands`).
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from creditdesk.engine.arith import Value, holds
from creditdesk.engine.segment import severity
from creditdesk.policy.document import Policy


@dataclass(frozen=True)
class Was:
    """The previous decision of a customer; all null where it had none.

    Attributes:
        since: first day in `segment`, as a day number; so for `proposed_since`.
    """

    segment: Value
    since: Value
    before: Value
    proposed: Value
    proposed_since: Value


@dataclass(frozen=True)
class Move:
    """What becomes of a customer today.

    Attributes:
        segment: where it is; `since` from which day.
        previous: the segment before the last move.
        moved: whether it moved today.
        proposed: where the figures would put it when a brake holds it; `proposed_since` from which day.
        held: the brake: margin, minimum_stay, approval, evidence, manual.
    """

    segment: Value
    since: Value
    previous: Value
    moved: Value
    proposed: Value
    proposed_since: Value
    held: Value


def stay_days(policy: Policy, segment: Value) -> Value:
    """Least days a customer stays in a segment."""
    own = {
        name: one.minimum_stay_days
        for name, one in policy.segments.items()
        if one.minimum_stay_days is not None
    }
    default = ibis.literal(policy.brakes.minimum_stay_days, type="int64")
    if not own:
        return default
    return ibis.cases(
        *((segment == name, ibis.literal(days, type="int64")) for name, days in own.items()), else_=default
    )


def needs_approval(policy: Policy, was: Value, target: Value, adjusted: Value) -> Value:
    """Whether a move waits for a person: by the segment it leaves, the pair, or an adjustment of the customer."""
    from_any = [name for name, segment in policy.segments.items() if segment.approve_moves]
    condition = holds(adjusted)
    if from_any:
        condition = condition | holds(was.isin(from_any))
    for name, segment in policy.segments.items():
        if segment.approve_moves_to:
            condition = condition | (holds(was == name) & holds(target.isin(list(segment.approve_moves_to))))
    return condition


def bypass(
    policy: Policy,
    at_once: frozenset[str],
    was: Value,
    figures: Value,
    legal: Value,
    write_off_days: Value,
    overdue_days: Value,
    since_days: Value,
) -> Value:
    """Whether a move to where the figures put the customer is made at once.

    Args:
        figures: the segment without any brake.
        legal: whether a legal status is in force.
        write_off_days: days since the last write-off; one before the present stay is not news.
        overdue_days: days the oldest undisputed item is overdue.
        since_days: days in the present segment.
    """
    brakes = policy.brakes
    rank = severity(policy)

    def ranked(segment: Value) -> Value:
        return ibis.cases(
            *((segment == name, ibis.literal(no, type="int64")) for name, no in rank.items()),
            else_=ibis.null("int64"),
        )

    down = holds(ranked(figures) >= ranked(was))
    condition = ibis.literal(False)
    if at_once:
        condition = condition | holds(was.isin(sorted(at_once))) | holds(figures.isin(sorted(at_once)))
    if brakes.downgrade_on_legal_status:
        condition = condition | holds(legal)
    if brakes.downgrade_on_write_off:
        condition = condition | (down & holds(write_off_days <= since_days))
    return condition | (down & holds(overdue_days >= brakes.downgrade_at_overdue_days))


def brake(
    policy: Policy,
    day: Value,
    by_hand: Value,
    target: Value,
    figures: Value,
    evidence: Value,
    was: Was | None,
    at_once: Value,
    approval_needed: Value,
    approved: Value,
) -> Move:
    """Decide the move of today.

    Args:
        day: today, as a day number.
        by_hand: the segment a person assigned; null = none.
        target: the segment by bands that keep within their margin; `figures`: by today's values alone.
        evidence: whether a band was kept for lack of evidence rather than within its margin.
        at_once: the result of `bypass`.
        approval_needed, approved: whether a move waits for a person, and whether the person agreed.
    """
    none, no_day = ibis.null("string"), ibis.null("int64")
    if was is None:
        segment = ibis.coalesce(by_hand, figures)
        differs = holds(segment != figures)
        return Move(
            segment=segment,
            since=day,
            previous=none,
            moved=ibis.literal(False),
            proposed=ibis.ifelse(differs, figures, none),
            proposed_since=ibis.ifelse(differs, day, no_day),
            held=ibis.ifelse(differs, ibis.literal("manual"), none),
        )
    stays = was.segment.isin(list(policy.segments))
    had = holds(stays)
    want = ibis.ifelse(at_once, figures, target)
    free = ~had | at_once | (want == was.segment)
    stay = ~free & holds(day - was.since < stay_days(policy, was.segment))
    waits = ~free & ~stay & approval_needed & ~approved
    placed = ibis.ifelse(stay | waits, was.segment, want)
    segment = ibis.coalesce(by_hand, placed)
    # a manual assignment is measured against the figures; a braked move against where it would have gone
    goal = ibis.cases((by_hand.notnull(), figures), (stay | waits, want), else_=figures)
    differs = goal != segment
    held = ibis.cases(
        (~differs, none),
        (by_hand.notnull(), ibis.literal("manual")),
        (stay, ibis.literal("minimum_stay")),
        (waits, ibis.literal("approval")),
        (evidence, ibis.literal("evidence")),
        else_=ibis.literal("margin"),
    )
    moved = holds(was.segment.notnull() & (segment != was.segment))
    entered = moved | was.segment.isnull()
    proposed = ibis.ifelse(differs, goal, none)
    again = holds(was.proposed == proposed)
    return Move(
        segment=segment,
        since=ibis.ifelse(entered, day, was.since),
        previous=ibis.ifelse(moved, was.segment, was.before),
        moved=moved,
        proposed=proposed,
        proposed_since=ibis.cases((~differs, no_day), (again, was.proposed_since), else_=day),
        held=held,
    )
