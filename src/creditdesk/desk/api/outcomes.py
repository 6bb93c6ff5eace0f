"""Outcomes both ways: what was done, and what other programs (a dialler, a CRM, a print shop) did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from creditdesk.desk.api.bearer import Bearer, asker
from creditdesk.desk.api.customers import Since
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.noting import Refused, note_down
from creditdesk.desk.api.paging import After, Limit, page, place
from creditdesk.desk.api.problem import pointer
from creditdesk.desk.api.repeating import DESCRIBED, once
from creditdesk.desk.api.replying import reply
from creditdesk.desk.api.shapes import Amount, Currency, Day, Id, Words, shape
from creditdesk.desk.api.standing import as_row, first_after, holding, last_moment
from creditdesk.desk.day.clock import moment, today_of
from creditdesk.facts.schema import TABLES

router = Router(tags=["outcomes"])

TABLE = TABLES["action"]
MOST = 500


class OutcomeRow(shape(TABLE, name="ActionFact")):  # type: ignore[misc]
    """Something that was done."""

    import_number: int


class OutcomePage(Schema):
    """What was done, in the order in which it became known. `until`: the `updated_since` of the next time."""

    items: list[OutcomeRow]
    next: str | None
    until: datetime | None


class PromiseIn(Schema):
    """A promise to pay that came of it; amount in minor units."""

    due_on: Day
    amount: Amount
    currency: Currency
    invoice_id: Id | None = None


class DisputeIn(Schema):
    """A complaint that came of it; amount in minor units of the invoice's currency."""

    amount: Amount
    reason: Literal[TABLES["dispute"].column("reason").allowed]  # type: ignore[valid-type]
    invoice_id: Id | None = None
    deadline: Day | None = None


class OutcomeIn(Schema):
    """Something that was done. With `procedure`, `case_no` and `step` of an action it brings that step to its end."""

    outcome_id: Id = Field(description="your own id: said twice it is done once")
    customer_id: Id = Field(description="the payer")
    channel: Literal[TABLE.column("channel").allowed]  # type: ignore[valid-type]
    done_on: Day
    outcome: Literal[TABLE.column("outcome").allowed]  # type: ignore[valid-type]
    direction: Literal["out", "in"] = "out"
    procedure: Id | None = None
    case_no: int | None = Field(default=None, ge=0, le=2**31)
    step: Id | None = None
    by: Id | None = Field(default=None, description="who did it")
    contact_id: Id | None = None
    call_back_on: Day | None = None
    document: Id | None = None
    invoice_ids: list[Id] = Field(default=[], max_length=1000)
    note: Words | None = None
    promise: PromiseIn | None = None
    dispute: DisputeIn | None = None


class OutcomesIn(Schema):
    """A batch of outcomes."""

    outcomes: list[OutcomeIn] = Field(min_length=1, max_length=MOST)


class Noted(Schema):
    """What became of one outcome: `new`, `same` (it was there), or `refused` with why."""

    outcome_id: str
    state: Literal["new", "same", "refused"]
    pointer: str
    detail: str
    task: int | None


class NotedAll(Schema):
    """What became of each."""

    outcomes: list[Noted]


@router.get(
    "/outcomes",
    response={200: OutcomePage},
    operation_id="list_outcomes",
    summary="List outcomes",
    auth=Bearer(Scope.OUTCOMES_READ),
)
def list_outcomes(
    request: HttpRequest, updated_since: Since = None, after: After | None = None, limit: Limit = 200
) -> HttpResponse:
    """Everything that was done: mails sent, calls made and what came of them, letters posted."""
    company = asker(request).company
    start = place(after, int)
    until = last_moment(company)
    rows = holding(company, "action")
    if updated_since is not None:
        rows = rows.filter(brought_by__gt=first_after(company, updated_since))
    if start:
        rows = rows.filter(pk__gt=start[0])
    shown = page(list(rows.order_by("pk")[: limit + 1]), limit, lambda row: [row.pk], until=until)
    shown["items"] = [as_row(TABLE, one) | {"import_number": one.brought_by_id} for one in shown["items"]]
    return reply(shown)


@router.post(
    "/outcomes",
    response={200: NotedAll},
    operation_id="note_outcomes",
    summary="Say what was done",
    openapi_extra=DESCRIBED,
    auth=Bearer(Scope.OUTCOMES_WRITE),
)
def note_outcomes(request: HttpRequest, said: OutcomesIn) -> HttpResponse:
    """Each by itself: one that is refused keeps no other from going in. The desk decides their customers anew within a minute."""
    token = asker(request)
    now = moment()
    today = today_of(token.company, now)

    def work() -> HttpResponse:
        done = [_one(token, one, index, today, now) for index, one in enumerate(said.outcomes)]
        return reply({"outcomes": done})

    return once(request, request.body, work)


def _one(token: Any, one: OutcomeIn, index: int, today: date, now: datetime) -> dict[str, Any]:
    told = {"outcome_id": one.outcome_id, "pointer": pointer("outcomes", index), "detail": "", "task": None}
    try:
        state, task = note_down(token.company, one, by=token.by, on=today, now=now)
    except Refused as wrong:
        where: Sequence[object] = ("outcomes", index, *wrong.place)
        return {**told, "state": "refused", "pointer": pointer(*where), "detail": str(wrong)}
    return {**told, "state": state, "task": task}
