"""What slows a move from one segment to another, and what overrides the brakes.

In order: an assignment by hand stands; a move from or to a segment that a fact leads to (a legal status, a kind) is
never delayed, nor is a downgrade on write-off or long overdue; else the minimum stay and then a person's approval are
waited for. The margin is applied before, where bands are made (`bands`).
"""

from __future__ import annotations

import ibis

from creditdesk.engine.arith import Value, holds
from creditdesk.engine.segment import severity
from creditdesk.engine.sheet import Sheet
from creditdesk.policy.document import Policy

READS = (
    "today", "by_hand", "target", "figures", "kept_for_evidence", "adjusted", "approved", "legal_status",
    "last_write_off_days", "oldest_undisputed_overdue_days", "was_segment", "was_segment_since", "was_previous_segment",
    "was_proposed_segment", "was_proposed_since",
)  # fmt: skip
"""Columns that the brakes are made of."""


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


def at_once(policy: Policy, facts: frozenset[str], sheet: Sheet) -> Value:
    """Whether a move to where the figures put the customer is made at once.

    A write-off counts when it happened during the present stay: an older one is no news.

    Args:
        facts: segments that only a fact leads to.
        sheet: the columns of `brake`.
    """
    brakes, was, figures = policy.brakes, sheet["was_segment"], sheet["figures"]
    rank = severity(policy)

    def ranked(segment: Value) -> Value:
        return ibis.cases(
            *((segment == name, ibis.literal(no, type="int64")) for name, no in rank.items()),
            else_=ibis.null("int64"),
        )

    down = holds(ranked(figures) >= ranked(was))
    condition = ibis.literal(False)
    if facts:
        condition = condition | holds(was.isin(sorted(facts))) | holds(figures.isin(sorted(facts)))
    if brakes.downgrade_on_legal_status:
        condition = condition | sheet["legal_status"].notnull()
    if brakes.downgrade_on_write_off:
        stay = sheet["today"] - sheet["was_segment_since"]
        condition = condition | (down & holds(sheet["last_write_off_days"] <= stay))
    overdue = holds(sheet["oldest_undisputed_overdue_days"] >= brakes.downgrade_at_overdue_days)
    return condition | (down & overdue)


def start(sheet: Sheet) -> None:
    """Without a previous run nothing is braked: the figures decide, unless a person assigned a segment."""
    none, no_day = ibis.null("string"), ibis.null("int64")
    sheet.let(segment=ibis.coalesce(sheet["by_hand"], sheet["target"]))
    differs = sheet["segment"] != sheet["target"]
    sheet.let(
        since=sheet["today"] + 0,
        previous_segment=none,
        moved=ibis.literal(False),
        proposed_segment=ibis.ifelse(differs, sheet["target"], none),
        proposed_from=ibis.ifelse(differs, sheet["today"], no_day),
        move_held=ibis.ifelse(differs, ibis.literal("manual"), none),
    )


def brake(policy: Policy, facts: frozenset[str], sheet: Sheet) -> None:
    """Decide the move of today. Adds segment, since, previous_segment, moved, proposed_segment, proposed_from, move_held.

    Args:
        facts: segments that only a fact leads to.
        sheet: today; by_hand (the segment a person assigned); target (by bands that keep within their margin) and
            figures (by today's values alone); kept_for_evidence (a band was kept for lack of evidence); adjusted (an
            adjustment wants approval); approved; the `was_` columns; what `at_once` reads.
    """
    none, no_day = ibis.null("string"), ibis.null("int64")
    was = sheet["was_segment"]
    sheet.let(
        _had=holds(was.isin(list(policy.segments))),
        _at_once=at_once(policy, facts, sheet),
        _needs=needs_approval(policy, was, sheet["target"], sheet["adjusted"]),
        _early=holds(sheet["today"] - sheet["was_segment_since"] < stay_days(policy, was)),
    )
    sheet.let(_want=ibis.ifelse(sheet["_at_once"], sheet["figures"], sheet["target"]))
    slow = sheet["_had"] & ~sheet["_at_once"] & holds(sheet["_want"] != sheet["was_segment"])
    sheet.let(
        _stay=slow & sheet["_early"],
        _waits=slow & ~sheet["_early"] & sheet["_needs"] & ~sheet["approved"],
    )
    braked = sheet["_stay"] | sheet["_waits"]
    sheet.let(
        segment=ibis.coalesce(sheet["by_hand"], ibis.ifelse(braked, sheet["was_segment"], sheet["_want"])),
        # an assignment by hand and a margin are held against the figures, a braked move against where it would go
        _goal=ibis.ifelse(braked & sheet["by_hand"].isnull(), sheet["_want"], sheet["figures"]),
    )
    was = sheet["was_segment"]
    sheet.let(
        _differs=sheet["_goal"] != sheet["segment"], moved=holds(was.notnull() & (sheet["segment"] != was))
    )
    was, differs = sheet["was_segment"], sheet["_differs"]
    again = holds(sheet["was_proposed_segment"] == sheet["_goal"])
    sheet.let(
        proposed_segment=ibis.ifelse(differs, sheet["_goal"], none),
        since=ibis.ifelse(sheet["moved"] | was.isnull(), sheet["today"], sheet["was_segment_since"]),
        previous_segment=ibis.ifelse(sheet["moved"], was, sheet["was_previous_segment"]),
        proposed_from=ibis.cases(
            (~differs, no_day), (again, sheet["was_proposed_since"]), else_=sheet["today"]
        ),
        move_held=ibis.cases(
            (~differs, none),
            (sheet["by_hand"].notnull(), "manual"),
            (sheet["_stay"], "minimum_stay"),
            (sheet["_waits"], "approval"),
            (sheet["kept_for_evidence"], "evidence"),
            else_="margin",
        ),
    )
