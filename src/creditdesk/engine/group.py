"""Which customers belong together through `parent_id`, and what they owe as a group."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, attach, holds
from creditdesk.engine.day import Day

DEPTH = 6
"""Parents above a customer that are followed: a chain that goes on, or round in a circle, ends here."""


def ultimate_parent(debtor: ir.Table) -> ir.Table:
    """Rows customer_id, group_id: the last parent upwards; of a circle the least id in it; itself without a parent."""
    up = debtor.select("customer_id", "parent_id")
    chain = up.select("customer_id", p1="parent_id")
    for level in range(1, DEPTH):
        above = up.select(**{f"p{level}": up.customer_id, f"p{level + 1}": up.parent_id})
        chain = attach(chain, above, f"p{level}")
    parents = [chain[f"p{level}"] for level in range(1, DEPTH + 1)]
    last = ibis.coalesce(*reversed(parents), chain.customer_id)
    # a chain that is still going on at the end is a circle (or deeper than any group): all in it share the least id
    least = ibis.least(chain.customer_id, *parents)
    return chain.select("customer_id", group_id=ibis.ifelse(parents[-1].notnull(), least, last))


def rolled_up(day: Day, own: ir.Table, debtor: ir.Table) -> ir.Table:
    """`own` (profile without the group) with group_id, group_members, group_open, group_overdue, group_exposure,
    group_oldest_overdue_days, group_worst_days_late, group_insolvent; money at today's rate in each member's currency.
    """
    if not day.facts.any("customer", "parent_id"):
        return own.mutate(
            group_id=own.customer_id,
            group_members=ibis.literal(1, "int64"),
            group_open=own.open_amount,
            group_overdue=own.overdue_amount,
            group_exposure=own.exposure,
            group_oldest_overdue_days=own.oldest_overdue_days,
            group_worst_days_late=_experienced(own),
            group_insolvent=ibis.literal(False),
        )
    own = attach(own, ultimate_parent(debtor), "customer_id")
    member = own.select(
        "group_id", "open_amount", "overdue_amount", "exposure", "oldest_overdue_days",
        worst=_experienced(own), broke=own.legal_status.notnull(),
    )  # fmt: skip
    group = member.group_by("group_id").aggregate(
        group_members=member.count(),
        group_open=member.open_amount.sum(),
        group_overdue=member.overdue_amount.sum(),
        group_exposure=member.exposure.sum(),
        group_oldest_overdue_days=member.oldest_overdue_days.max(),
        group_worst_days_late=member.worst.max(),
        broke=member.count(where=member.broke),
    )
    found = attach(own, group, "group_id")
    others = found.broke - found.legal_status.notnull().cast("int64")
    return found.mutate(group_insolvent=holds(others > 0)).drop("broke")


def _experienced(own: ir.Table) -> Value:
    return ibis.ifelse(own.behaviour_evidence > 0, own.days_late_shrunken, ibis.null("float64"))
