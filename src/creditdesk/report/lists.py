"""The few customers worth naming: most urgent, largest moves, room to grow, watch, largest held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.report.output import Output, Row

FOR_A_PERSON = (
    "needs_approval",
    "natural_person",
    "no_address",
    "data_problem",
    "credit_open",
    "invoice_not_delivered",
)
"""Holds that a person can end today; the others end by themselves."""

URGENT = 25
LISTED = 12
LONG_OVERDUE = 15
"""Days past due of the oldest invoice from which a customer is no candidate for more business."""


def urgent(output: Output, limit: int = URGENT) -> list[Row]:
    """The most urgent: due today, or waiting for a person's yes; by priority, then amount, then id.

    Columns: those of `action_due`, `hold` (null when due), and the customer's decision and profile as `who`.
    """
    shared = [name for name in output.action_due.columns if name in output.held.columns]
    due = output.action_due.select(*shared).mutate(
        hold=ibis.null("string"), hold_detail=ibis.null("string"), hold_until=ibis.null("date")
    )
    waiting = output.held.filter(_.hold.isin(FOR_A_PERSON)).select(
        *shared, "hold", "hold_detail", "hold_until"
    )
    first = due.union(waiting).order_by(
        [ibis.desc("priority"), ibis.desc("amount"), "customer_id", "company_id", "case_no", "step"]
    )
    return _with_customers(output, first.limit(limit))


def largest_held(output: Output, limit: int = LISTED) -> list[Row]:
    """The largest held actions, with their customers as `who`."""
    return _with_customers(
        output, output.held.order_by([ibis.desc("amount"), "customer_id", "step"]).limit(limit)
    )


def largest_moves(output: Output, limit: int = LISTED) -> list[Row]:
    """The customers with the largest exposure among those who moved."""
    return _customers(output, output.decided.filter(_.moved).mutate(rank=_.exposure), limit)


def to_discuss(output: Output, limit: int = LISTED) -> list[Row]:
    """Moves that wait for approval, and moves of key accounts: a talk with Sales. By exposure."""
    talk = output.decided.filter(
        (_.proposed_segment.notnull() & (_.move_held == "approval"))
        | (_.moved & _.key_account.fill_null(False))
    )
    return _customers(output, talk.mutate(rank=_.exposure), limit)


def room_to_grow(output: Output, limit: int = LISTED) -> list[Row]:
    """Customers to whom more could be sold: low risk, nothing long overdue, room under the limit.

    The largest by what they might still buy: their pipeline, else the growth of the last year, within the headroom.
    """
    found = output.decided.filter(
        (_.risk_class == "low")
        & (_.headroom > 0)
        & (_.order_block == "none")
        & (_.acceptance == "open")
        & (_.turnover_12m > 0)
        & (_.oldest_overdue_days.fill_null(0) <= LONG_OVERDUE)
    )
    growth = (_.turnover_12m * ibis.greatest(_.growth_12m.fill_null(0.0), 0.0)).cast("int64")
    wish = ibis.greatest(_.pipeline_amount.fill_null(0), growth)
    return _customers(output, found.mutate(rank=ibis.least(_.headroom, wish)), limit, "headroom")


def to_watch(output: Output, limit: int = LISTED) -> list[Row]:
    """Customers on whom most could be lost: not of low risk, or beyond their limit; by expected loss."""
    found = output.decided.filter(
        ((_.risk_class != "low") | (_.headroom < 0))
        & (_.uninsured_maximum_loss > 0)
        # what is with a trustee or an agency is past watching
        & _.legal_status.isnull()
        & ~_.open_handover.fill_null(False)
    )
    loss = (_.uninsured_maximum_loss * _.risk_pd).cast("int64")
    return _customers(output, found.mutate(rank=loss), limit, "uninsured_maximum_loss")


def by_customer(output: Output, ids: Iterable[str]) -> Mapping[str, Row]:
    """Decision and profile of a few customers by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row["customer_id"]: row for row in output.rows(output.decided.filter(_.customer_id.isin(wanted)))}


def _customers(output: Output, table: ir.Table, limit: int, then: str = "exposure") -> list[Row]:
    """The first customers by `rank`, another column and id, with all their columns.

    They are ranked on few columns and looked up after that: whole rows of all customers are never sorted.
    """
    ranked = (
        table.order_by([ibis.desc("rank"), ibis.desc(then), "customer_id"]).select("customer_id").limit(limit)
    )
    ids = [row["customer_id"] for row in output.rows(ranked)]
    found = by_customer(output, ids)
    return [found[customer] for customer in ids]


def _with_customers(output: Output, actions: ir.Table) -> list[Row]:
    rows = output.rows(actions)
    found = by_customer(output, [row["customer_id"] for row in rows])
    return [{**row, "who": found.get(row["customer_id"], {})} for row in rows]
