"""Decisions out: how each customer is treated, now or on a past day, and why."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from creditdesk.desk.api.bearer import Bearer, asker
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.paging import After, Limit, page, place
from creditdesk.desk.api.problem import not_found
from creditdesk.desk.api.replying import reply, reply_tagged
from creditdesk.desk.api.shapes import Day, Id, shape
from creditdesk.desk.casework.models import Decision
from creditdesk.facts.decisions import DECISION

router = Router(tags=["decisions"], auth=Bearer(Scope.DECISIONS_READ))

AS_OF = ("as_of", "moved")
"""What a decision that holds for a span of days does not say."""

SUMMARY = (
    "customer", "from_on", "segment", "risk_class", "payment_index", "acceptance", "order_block", "currency",
    "exposure", "credit_limit", "headroom",
)  # fmt: skip


class Summary(Schema):
    """How a customer is treated, in short; amounts in minor units of `currency`."""

    from_on: date
    segment: str
    risk_class: str
    payment_index: int | None
    acceptance: str
    order_block: str
    currency: str
    exposure: int
    credit_limit: int | None
    headroom: int | None


class DecisionRow(shape(DECISION, but=AS_OF, name="DecisionColumns")):  # type: ignore[misc]
    """A decision: it holds from `from_on` up to, not including, `to_on`."""

    from_on: date
    to_on: date | None


class DecisionPage(Schema):
    """Decisions by customer."""

    items: list[DecisionRow]
    next: str | None


def summary(row: Decision) -> dict[str, Any]:
    """A decision in short."""
    return {name: getattr(row, name) for name in SUMMARY if name != "customer"}


@router.get(
    "/decisions", response={200: DecisionPage}, operation_id="list_decisions", summary="List decisions"
)
def list_decisions(
    request: HttpRequest,
    as_of: Annotated[Day | None, Field(description="the state of a past day")] = None,
    changed_since: Annotated[
        Day | None, Field(description="only what holds from this day or a later one")
    ] = None,
    segment: Id | None = None,
    risk_class: Literal["low", "medium", "high"] | None = None,
    order_block: Literal["none", "review", "prepayment", "stop"] | None = None,
    after: After | None = None,
    limit: Limit = 200,
) -> HttpResponse:
    """The decision that holds of every customer, with its reasons."""
    start = place(after, str)
    rows = Decision.objects.filter(company=asker(request).company)
    if as_of is None:
        rows = rows.filter(to_on=None)
    else:
        rows = rows.filter(Q(to_on=None) | Q(to_on__gt=as_of), from_on__lte=as_of)
    wanted = {
        "segment": segment,
        "risk_class": risk_class,
        "order_block": order_block,
        "from_on__gte": changed_since,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if start:
        rows = rows.filter(customer__gt=start[0])
    shown = page(list(rows.order_by("customer")[: limit + 1]), limit, lambda row: [row.customer])
    shown["items"] = [_row(one) for one in shown["items"]]
    return reply(shown)


@router.get(
    "/decisions/{path:customer_id}",
    response={200: DecisionRow},
    operation_id="read_decision",
    summary="Read the decision on one customer",
)
def read_decision(
    request: HttpRequest,
    customer_id: Id,
    as_of: Annotated[Day | None, Field(description="the state of a past day")] = None,
) -> HttpResponse:
    """With an ETag."""
    rows = Decision.objects.filter(company=asker(request).company, customer=customer_id)
    if as_of is None:
        rows = rows.filter(to_on=None)
    else:
        rows = rows.filter(Q(to_on=None) | Q(to_on__gt=as_of), from_on__lte=as_of)
    found = rows.first()
    if found is None:
        raise not_found("decision")
    return reply_tagged(request, _row(found), found.digest, found.from_on, found.to_on)


def _row(one: Decision) -> dict[str, Any]:
    return {**json.loads(one.content), "from_on": one.from_on, "to_on": one.to_on}
