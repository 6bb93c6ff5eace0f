"""Customers out: what is known of each, and how it is treated now."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from creditdesk.desk.api.bearer import Bearer, asker
from creditdesk.desk.api.decisions import SUMMARY, Summary, summary
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.paging import After, Limit, page, place
from creditdesk.desk.api.problem import not_found
from creditdesk.desk.api.replying import reply, reply_tagged
from creditdesk.desk.api.shapes import Id, Moment, shape
from creditdesk.desk.api.standing import as_row, customers, first_after, holding, last_moment
from creditdesk.desk.casework.models import Decision
from creditdesk.desk.day.clock import moment, today_of
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.schema import TABLES

router = Router(tags=["customers"], auth=Bearer(Scope.CUSTOMERS_READ))
TABLE = TABLES["customer"]

CustomerPath = Annotated[Id, Field(description="id of the customer in the source system")]
Since = Annotated[
    Moment | None,
    Field(description="only what became known at or after this moment, with its zone"),
]


class CustomerRow(shape(TABLE)):  # type: ignore[misc]
    """A customer as it holds today. `decided` is empty until the desk has decided on it."""

    import_number: int
    decided: Summary | None


class CustomerPage(Schema):
    """Customers by id. `until`: the `updated_since` of the next time."""

    items: list[CustomerRow]
    next: str | None
    until: datetime | None


@router.get(
    "/customers", response={200: CustomerPage}, operation_id="list_customers", summary="List customers"
)
def list_customers(
    request: HttpRequest,
    updated_since: Since = None,
    after: After | None = None,
    limit: Limit = 200,
) -> HttpResponse:
    """Each with what is known of it and how it is treated now."""
    company = asker(request).company
    start = place(after, str)
    until = last_moment(company)
    rows = holding(company, "customer")
    if updated_since is not None:
        rows = rows.filter(brought_by__gt=first_after(company, updated_since))
    if start:
        rows = rows.filter(customer_id__gt=start[0])
    ids = list(rows.order_by("customer_id").values_list("customer_id", flat=True).distinct()[: limit + 1])
    found = _found(company, ids)
    shown = page(ids, limit, lambda one: [one], until=until)
    shown["items"] = [found[one] for one in shown["items"] if one in found]
    return reply(shown)


@router.get(
    "/customers/{path:customer_id}",
    response={200: CustomerRow},
    operation_id="read_customer",
    summary="Read one customer",
)
def read_customer(request: HttpRequest, customer_id: CustomerPath) -> HttpResponse:
    """With an ETag: ask with `If-None-Match`, and what has not changed is not sent again."""
    company = asker(request).company
    found = _found(company, [customer_id])
    if customer_id not in found:
        raise not_found("customer")
    return reply_tagged(request, found[customer_id])


def _found(company: Company, ids: list[str]) -> dict[str, dict[str, Any]]:
    today: date = today_of(company, moment())
    decided = {
        row.customer: row
        for row in Decision.objects.filter(company=company, to_on=None, customer__in=ids).only(*SUMMARY)
    }
    return {
        one: as_row(TABLE, row)
        | {"import_number": row.brought_by_id, "decided": summary(decided[one]) if one in decided else None}
        for one, row in customers(company, ids, today).items()
    }
