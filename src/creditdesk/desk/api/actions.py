"""Actions out: the steps that are due, and those that are held with why."""

from __future__ import annotations

import dataclasses
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
from creditdesk.desk.api.replying import reply
from creditdesk.desk.api.shapes import Day, Id, shape
from creditdesk.desk.casework.models import Step
from creditdesk.facts.decisions import ACTION_DUE, HELD

router = Router(tags=["actions"], auth=Bearer(Scope.ACTIONS_READ))

_OF_BOTH = {column.name for column in ACTION_DUE.columns} & {column.name for column in HELD.columns}
LISTED = dataclasses.replace(
    HELD,
    name="action_listed",
    meaning="A step that is due, or held.",
    columns=tuple(
        dataclasses.replace(column, required=column.required and column.name in _OF_BOTH)
        for column in HELD.columns
        if column.name != "as_of"
    ),
)
"""The columns of `action_due` and `held` together."""


class ActionRow(shape(LISTED)):  # type: ignore[misc]
    """A step as it stands since `from_on`; what holds it is empty where it is due."""

    state: Literal["due", "held"]
    from_on: date


class ActionPage(Schema):
    """Steps by payer."""

    items: list[ActionRow]
    next: str | None


@router.get("/actions", response={200: ActionPage}, operation_id="list_actions", summary="List actions")
def list_actions(
    request: HttpRequest,
    state: Literal["due", "held"] | None = None,
    customer_id: Annotated[Id | None, Field(description="of one payer")] = None,
    owner: Literal["system", "collector", "account_manager", "credit_manager"] | None = None,
    changed_since: Annotated[
        Day | None, Field(description="only what stands since this day or a later one")
    ] = None,
    after: After | None = None,
    limit: Limit = 200,
) -> HttpResponse:
    """What the procedure wants done today, for whom, and what is held back with its reasons."""
    start = place(after, str, int, str)
    rows = Step.objects.filter(company=asker(request).company, to_on=None)
    wanted = {"state": state, "customer": customer_id, "owner": owner, "from_on__gte": changed_since}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if start:
        rows = _beyond(rows, *start)
    found = list(rows.order_by("customer", "case_no", "step")[: limit + 1])
    shown = page(found, limit, lambda row: [row.customer, row.case_no, row.step])
    shown["items"] = [_row(one) for one in shown["items"]]
    return reply(shown)


def _beyond(rows: Any, customer: str, case_no: int, step: str) -> Any:
    """Rows after a key; the first condition lets the index be used."""
    later = Q(customer__gt=customer) | Q(customer=customer, case_no__gt=case_no)
    return rows.filter(customer__gte=customer).filter(
        later | Q(customer=customer, case_no=case_no, step__gt=step)
    )


def _row(one: Step) -> dict[str, Any]:
    content = json.loads(one.content)
    return {
        **{column.name: content.get(column.name) for column in LISTED.columns},
        "state": one.state,
        "from_on": one.from_on,
    }
