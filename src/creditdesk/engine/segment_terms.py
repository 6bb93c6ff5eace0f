"""The segments of a policy as a small table that a query can join, one row per segment.

A segment that takes something `as the cell` (segment `rhythm`) inherits it from the customer's cell of the matrix.
"""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.arith import attach
from creditdesk.engine.day import Day
from creditdesk.engine.sheet import Sheet
from creditdesk.policy.document import LimitTerms, Policy, Segment

_LIMIT = (
    ("limit_kind", pa.string()), ("peak_months", pa.float64()), ("floor", pa.int64()), ("step_up", pa.float64()),
    ("step_after", pa.int64()),
)  # fmt: skip
_ORDER = (
    ("always", pa.string()), ("review_use", pa.float64()), ("review_overdue_days", pa.int64()),
    ("prepayment_use", pa.float64()), ("stop_use", pa.float64()), ("stop_overdue_days", pa.int64()),
    ("stop_overdue_amount", pa.int64()), ("release", pa.string()), ("within_cover", pa.bool_()),
)  # fmt: skip
_OWN = (
    ("discount_percent", pa.float64()), ("discount_days", pa.int64()), ("delivery_terms", pa.string()),
    ("incentive", pa.string()), ("owner", pa.string()), ("review", pa.bool_()), ("review_days", pa.int64()),
)  # fmt: skip

ASPECTS: dict[str, tuple[tuple[str, pa.DataType], ...]] = {
    "acceptance": (("acceptance", pa.string()),),
    "terms": (("terms_days", pa.int64()), ("terms_by_law", pa.bool_())),
    "fees": (("fees", pa.string()),),
    "limit": _LIMIT,
    "order": _ORDER,
}
"""What a segment may take from the cell, and the columns it is made of."""

PREFIX = "give_"
"""Before the name of each column: `give_acceptance`."""


def limit_kind(limit: LimitTerms) -> str | None:
    """How the limit of a segment is made: none, unlimited, cover_only, first_orders, peak; None = not said."""
    kinds = {
        "none": limit.none,
        "unlimited": limit.unlimited,
        "cover_only": limit.cover_only,
        "first_orders": limit.first_orders or limit.floor is not None,
        "peak": limit.peak_months is not None,
    }
    return next((name for name, given in kinds.items() if given), None)


def put_terms(day: Day) -> ir.Table:
    """The table of what each segment gives: `segment`, a column per thing given, and `<aspect>_as_cell`.

    Amounts are minor units of the policy's currency.
    """
    columns = [*(column for part in ASPECTS.values() for column in part), *_OWN]
    flags = [(f"{aspect}_as_cell", pa.bool_()) for aspect in ASPECTS]
    rows = [_row(day, name, segment) for name, segment in day.policy.segments.items()]
    schema = pa.schema([("segment", pa.string()), *columns, *flags])
    return day.stages.backend.put("segment_terms", pa.Table.from_pylist(rows, schema=schema))


def give(day: Day, table: ir.Table, terms: ir.Table, aspects: tuple[str, ...], own: bool = False) -> ir.Table:
    """`table` with what the segment gives, each column as `give_<name>`.

    Args:
        table: with the columns `segment` and `cell_segment`.
        terms: the result of `put_terms`.
        aspects: of ASPECTS, those that are wanted.
        own: also what no segment takes from a cell (discount, owner, review ...).
    """
    names = [name for aspect in aspects for name, _ in ASPECTS[aspect]]
    names += [name for name, _ in _OWN] if own else []
    by_cell = [aspect for aspect in aspects if _taken_from_cell(day, aspect)]
    flags = [f"{aspect}_as_cell" for aspect in by_cell]
    plain = terms.select("segment", **{f"{PREFIX}{name}": terms[name] for name in (*names, *flags)})
    sheet = Sheet(attach(table, plain, "segment"))
    if by_cell:
        inherited = [(aspect, name) for aspect in by_cell for name, _ in ASPECTS[aspect]]
        cells = terms.select(
            cell_segment=terms.segment, **{f"_cell_{name}": terms[name] for _aspect, name in inherited}
        )
        sheet.table = attach(sheet.table, cells, "cell_segment")
        sheet.let_all(
            {
                f"{PREFIX}{name}": ibis.ifelse(
                    sheet[f"{PREFIX}{aspect}_as_cell"], sheet[f"_cell_{name}"], sheet[f"{PREFIX}{name}"]
                )
                for aspect, name in inherited
            }
        )
        sheet.forget([f"{PREFIX}{flag}" for flag in flags])
    return sheet.table


def _taken_from_cell(day: Day, aspect: str) -> bool:
    """Whether any segment takes an aspect from the customer's cell."""
    return any(_row(day, name, one)[f"{aspect}_as_cell"] for name, one in day.policy.segments.items())


def inherits(policy: Policy) -> list[str]:
    """Segments that take anything from the cell."""
    return [
        name
        for name, one in policy.segments.items()
        if "cell" in (one.acceptance, one.terms_days, one.fees) or one.limit.cell or one.order.cell
    ]


def _row(day: Day, name: str, segment: Segment) -> dict[str, object]:
    limit, order, discount = segment.limit, segment.order, segment.discount
    offered = discount is not None and discount.offered
    return {
        "segment": name,
        "acceptance": segment.acceptance,
        "acceptance_as_cell": segment.acceptance == "cell",
        "terms_days": segment.terms_days if isinstance(segment.terms_days, int) else None,
        "terms_by_law": segment.terms_days == "law",
        "terms_as_cell": segment.terms_days == "cell",
        "fees": segment.fees,
        "fees_as_cell": segment.fees == "cell",
        "limit_kind": limit_kind(limit),
        "limit_as_cell": limit.cell,
        "peak_months": _number(limit.peak_months),
        "floor": 0 if limit.floor is None else day.minor(limit.floor),
        "step_up": _number(limit.step_up),
        "step_after": limit.step_after,
        "order_as_cell": order.cell,
        "always": order.always,
        "review_use": _number(order.review_use),
        "review_overdue_days": order.review_overdue_days,
        "prepayment_use": _number(order.prepayment_use),
        "stop_use": _number(order.stop_use),
        "stop_overdue_days": order.stop_overdue_days,
        "stop_overdue_amount": day.minor(order.stop_overdue_amount),
        "release": order.release,
        "within_cover": order.within_cover,
        "discount_percent": float(discount.percent) if discount and offered else None,
        "discount_days": discount.days if discount and offered else None,
        "delivery_terms": segment.delivery_terms,
        "incentive": segment.incentive,
        "owner": segment.owner,
        "review": segment.human_review,
        "review_days": segment.review_days,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
