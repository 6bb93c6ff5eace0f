"""Checks across the document: rules, segments, adjustments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from creditdesk.facts.column import Column
from creditdesk.policy.document import LimitTerms, OrderStance, Policy, Segment
from creditdesk.policy.error import listed
from creditdesk.policy.mistake import Mistake, unknown, wrong_condition


def check_rules(policy: Policy, columns: Mapping[str, Column]) -> Iterator[Mistake]:
    """Each rule has a condition that can be read and a segment that exists."""
    for index, rule in enumerate(policy.rules):
        path = ("rules", str(index))
        yield from wrong_condition((*path, "when"), rule.when, columns, policy.currency)
        yield from unknown((*path, "segment"), "segment", rule.segment, policy.segments)


def check_segments(policy: Policy, columns: Mapping[str, Column]) -> Iterator[Mistake]:
    """Each segment names procedures that exist, the last for everybody, and gives terms that fit together."""
    for name, segment in policy.segments.items():
        path = ("segments", name)
        yield from _choices(path, segment, policy, columns)
        yield from _limit(path, segment.limit)
        yield from _order((*path, "order"), segment.order)
        for index, other in enumerate(segment.approve_moves_to):
            yield from unknown((*path, "approve_moves_to", str(index)), "segment", other, policy.segments)


def _choices(
    path: tuple[str, ...], segment: Segment, policy: Policy, columns: Mapping[str, Column]
) -> Iterator[Mistake]:
    choices = segment.procedure
    if not choices:
        if segment.dunning:
            yield Mistake(path, "no procedure", "none", "procedure: NAME, or dunning: false")
        return
    for index, choice in enumerate(choices):
        own = (*path, "procedure", str(index))
        yield from unknown((*own, "use"), "procedure", choice.use, policy.procedures)
        if choice.when is not None:
            yield from wrong_condition((*own, "when"), choice.when, columns, policy.currency)
        elif index + 1 < len(choices):
            yield Mistake(
                own, "this choice takes everybody: the next ones are never read", choice.use, "a `when`"
            )
    if choices[-1].when is not None:
        yield Mistake(
            (*path, "procedure"), "customers for whom no choice holds have no procedure", "a `when` in the last choice",
            "a last choice without `when`",
        )  # fmt: skip


def _limit(path: tuple[str, ...], limit: LimitTerms) -> Iterator[Mistake]:
    sorts = [name for name in ("peak_months", "first_orders", "cover_only", "none", "unlimited", "cell")
             if getattr(limit, name)]  # fmt: skip
    if len(sorts) > 1:
        yield Mistake((*path, "limit"), "more than one kind of limit", listed(sorts), "one of them")
    if limit.step_up is not None and not limit.first_orders:
        yield Mistake(
            (*path, "limit", "step_up"),
            "only a first limit steps up",
            str(limit.step_up),
            "first_orders: true",
        )


def _order(path: tuple[str, ...], order: OrderStance) -> Iterator[Mistake]:
    others = [
        name
        for name in (
            "always", "review_use", "review_overdue_days", "prepayment_use", "stop_use", "stop_overdue_days",
        )
        if getattr(order, name) is not None
    ]  # fmt: skip
    if order.cell and others:
        yield Mistake(path, "as the cell, and yet of its own", listed(others), "cell: true alone")
    if order.always is not None and len(others) > 1:
        yield Mistake(path, "always, and yet on conditions", listed(others[1:]), "always alone")
    if (
        order.stop_use is not None and order.review_use is not None and order.stop_use < order.review_use
    ) or (
        order.stop_overdue_days is not None
        and order.review_overdue_days is not None
        and order.stop_overdue_days < order.review_overdue_days
    ):
        yield Mistake(
            path, "stopped before it is reviewed", "a stop below the review", "a review below the stop"
        )


def check_templates(policy: Policy, columns: Mapping[str, Column]) -> Iterator[Mistake]:
    """Each variant stands for a template that a step or an adjustment names, on a condition that can be read."""
    named = {step.template for one in policy.procedures.values() for step in one.steps}
    named |= {one.first_template for one in policy.adjustments if one.first_template}
    for index, variant in enumerate(policy.templates):
        path = ("templates", str(index))
        yield from unknown((*path, "template"), "template of a step", variant.template, sorted(named))
        yield from wrong_condition((*path, "when"), variant.when, columns, policy.currency)


def check_adjustments(policy: Policy, columns: Mapping[str, Column]) -> Iterator[Mistake]:
    """Each adjustment has a name of its own and a condition that can be read."""
    seen: set[str] = set()
    for index, adjustment in enumerate(policy.adjustments):
        path = ("adjustments", str(index))
        if adjustment.name in seen:
            yield Mistake((*path, "name"), "the name stands twice", adjustment.name, "a name of its own")
        seen.add(adjustment.name)
        yield from wrong_condition((*path, "when"), adjustment.when, columns, policy.currency)
