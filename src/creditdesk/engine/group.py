"""Which customers belong together through `parent_id`, and what they owe as a group."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, attach

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


def group_sums(basis: ir.Table, debtor: ir.Table) -> ir.Table:
    """Per customer the figures of its group.

    Args:
        basis: rows customer_id, open_amount, overdue_amount, exposure, oldest_overdue_days, worst, legal_status.

    Columns: customer_id, group_id, group_members, group_open, group_overdue, group_exposure, group_oldest_overdue_days,
    group_worst_days_late, group_insolvent (another member has a legal status).
    """
    own = attach(basis, ultimate_parent(debtor), "customer_id")
    broke = own.legal_status.notnull()
    group = own.group_by("group_id").aggregate(
        group_members=own.count(),
        group_open=own.open_amount.sum(),
        group_overdue=own.overdue_amount.sum(),
        group_exposure=own.exposure.sum(),
        group_oldest_overdue_days=own.oldest_overdue_days.max(),
        group_worst_days_late=own.worst.max(),
        broke=own.count(where=broke),
    )
    found = attach(own.select("customer_id", "group_id", broke_itself=broke.cast("int64")), group, "group_id")
    return found.mutate(group_insolvent=found.broke > found.broke_itself).drop("broke", "broke_itself")


def alone(own: ir.Table) -> dict[str, Value]:
    """The same columns of a customer that is its own group; `own` has the columns of the profile."""
    return {
        "group_id": own.customer_id,
        "group_members": ibis.literal(1, "int64"),
        "group_open": own.open_amount,
        "group_overdue": own.overdue_amount,
        "group_exposure": own.exposure,
        "group_oldest_overdue_days": own.oldest_overdue_days,
        "group_worst_days_late": ibis.ifelse(
            own.behaviour_evidence > 0, own.days_late_shrunken, ibis.null("float64")
        ),
        "group_insolvent": ibis.literal(False),
    }
