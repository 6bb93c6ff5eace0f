"""The addresses of the credit check and of reservations."""

from __future__ import annotations

import threading
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field, model_validator

from creditdesk.desk.api.bearer import Bearer, asker
from creditdesk.desk.api.credit.checking import Question, check, reservation_row
from creditdesk.desk.api.credit.reserving import State, end
from creditdesk.desk.api.credit.words import preferred
from creditdesk.desk.api.models import Reservation
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.paging import After, Limit, page, place
from creditdesk.desk.api.problem import Problem, not_found
from creditdesk.desk.api.replying import reply
from creditdesk.desk.api.shapes import Amount, Currency, Day, Id
from creditdesk.desk.casework.policies import NoPolicy
from creditdesk.desk.day.clock import moment, today_of
from creditdesk.desk.day.jobs import decider
from creditdesk.desk.day.redecide import redecide
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.money import MissingRate, currencies

router = Router(tags=["credit"], auth=Bearer(Scope.CREDIT_CHECK))

Language = Literal["nl", "fr", "de", "en"]
MOST_MINUTES = 30 * 24 * 60
MOST_NUMBER = 2**63 - 1
PATIENCE = 3
"""Seconds that whoever stands at a till is kept waiting for a decision."""
UNJUDGED = ("facts_newer", "not_decided")
"""Reasons that a decision at once may take away."""


class OrderIn(Schema):
    """The order that is asked about."""

    amount: Amount = Field(description="value, VAT included, in minor units of `currency`")
    currency: Currency = Field(description="ISO 4217")
    order_id: Id | None = Field(
        default=None, description="id of the order or cart; asked twice it is answered alike"
    )
    terms_days: Annotated[int, Field(ge=0, le=3650)] | None = Field(
        default=None, description="the term the customer asks for, in calendar days"
    )
    delivery_on: Day | None = Field(default=None, description="day on which the goods leave")
    reserve: bool = Field(default=False, description="keep the room; needs an `order_id`")
    reserve_minutes: int = Field(default=60, ge=1, le=MOST_MINUTES, description="for how long")
    language: Language | None = Field(
        default=None, description="of the text; by default the first of Accept-Language, else English"
    )

    @model_validator(mode="after")
    def _needs_an_order(self) -> OrderIn:
        if self.reserve and self.order_id is None:
            raise ValueError("reserve needs an order_id")
        return self


class Why(Schema):
    """The binding reason; `code` does not change."""

    code: str
    text: str


class ReasonOut(Schema):
    """A reason, what it alone would ask for, and the figures behind it."""

    code: str
    answer: Literal["yes", "no", "prepay", "pay_first", "review"]
    amount: int | None
    figures: dict[str, Any]


class Terms(Schema):
    """Payment terms in calendar days: `offered` is the policy's, capped by law; `reason` names the article or the person."""

    requested: int | None
    granted: int | None
    offered: int | None
    reason: str | None


class GroupCounted(Schema):
    """A limit that is shared."""

    group: str
    limit: int
    exposure: int
    reserved: int
    headroom: int


class Counted(Schema):
    """What was counted, in minor units of `currency`, all of it without this order."""

    currency: str
    order: int
    exposure: int
    open_amount: int
    overdue: int
    open_orders: int
    reserved: int
    limit: int | None
    limit_reason: str | None
    insured_limit: int
    headroom: int | None
    headroom_after: int | None
    groups: list[GroupCounted]


class ReservationRow(Schema):
    """Room that is kept. `on_account`: what of it takes room, in minor units of `base_currency`."""

    id: int
    customer_id: str
    order_id: str
    amount: int
    currency: str
    on_account: int
    base_currency: str
    state: Literal["active", "ordered", "released", "expired"]
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class CheckRow(Schema):
    """The answer: yes; no; prepay `pay_amount` of the order; pay_first `pay_amount` of what is owed; review by a person."""

    check: int
    customer_id: str
    order_id: str | None
    company_id: str
    asked_at: datetime
    answer: Literal["yes", "no", "prepay", "pay_first", "review"]
    pay_amount: int | None
    pay_currency: str | None
    reason: Why
    reasons: list[ReasonOut]
    language: Language
    holds_until: datetime
    retry_after: int | None
    repeated: bool
    decided_on: date | None
    policy: str | None
    policy_version: str | None
    segment: str | None
    terms: Terms | None
    delivery_terms: str | None
    remarks: list[str]
    counted: Counted | None
    reservation: ReservationRow | None


class ReservationPage(Schema):
    """Reservations, oldest first."""

    items: list[ReservationRow]
    next: str | None


@router.post(
    "/customers/{path:customer_id}/credit-check",
    response={200: CheckRow},
    operation_id="check_credit",
    summary="Ask whether a customer may have an order on account",
)
def check_credit(request: HttpRequest, customer_id: Id, order: OrderIn) -> HttpResponse:
    """One call at order time. An unknown customer is a `review`, not an error. The answer is kept on record."""
    token, now = asker(request), moment()
    if order.currency not in currencies():
        raise Problem(
            "invalid_request", f"{order.currency} is no currency.",
            errors=[{"pointer": "/currency", "detail": "allowed: an ISO 4217 code such as EUR"}],
        )  # fmt: skip
    asked = Question(
        customer=customer_id,
        amount=order.amount,
        currency=order.currency,
        order_id=order.order_id or "",
        terms_days=order.terms_days,
        delivery_on=order.delivery_on,
        reserve=order.reserve,
        minutes=order.reserve_minutes,
        language=order.language or preferred(request.headers.get("Accept-Language", ""), "en"),
    )
    today = today_of(token.company, now)
    content = check(token.company, asked, by=token.by, now=now, today=today)
    if content["reason"]["code"] in UNJUDGED and decide_now(token.company, customer_id, today, now):
        content = check(token.company, asked, by=token.by, now=now, today=today)
    return reply(content)


def decide_now(company: Company, customer: str, today: date, now: datetime) -> bool:
    """Decide a customer at once whose facts have just come in; False where that cannot be done, or not soon.

    What takes longer (the first time in a process the engine gets ready) goes on behind the answer, for the next question.
    """
    done: list[bool] = []

    def work() -> None:
        try:
            _do_not_wait_long()
            done.append(redecide(company, [customer], today, decider(), now) is not None)
        except (NoPolicy, MissingRate, OperationalError):
            done.append(False)
        finally:
            connection.close()  # this thread's own

    thread = threading.Thread(target=work, daemon=True, name=f"decide {customer}")
    thread.start()
    thread.join(PATIENCE)
    return any(done)


def _do_not_wait_long() -> None:
    """An import under way holds the company for minutes: whoever waits at a till is not held up by it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{PATIENCE}s"])


@router.get(
    "/reservations",
    response={200: ReservationPage},
    operation_id="list_reservations",
    summary="List reservations",
)
def list_reservations(
    request: HttpRequest,
    state: Literal["active", "ordered", "released", "expired"] | None = None,
    customer_id: Id | None = None,
    order_id: Id | None = None,
    after: After | None = None,
    limit: Limit = 200,
) -> HttpResponse:
    """What is kept for orders on their way, and what became of it."""
    start = place(after, int)
    rows = Reservation.objects.filter(company=asker(request).company)
    wanted = {"state": state, "customer": customer_id, "order_id": order_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if start:
        rows = rows.filter(pk__gt=start[0])
    shown = [reservation_row(one) for one in rows.order_by("pk")[: limit + 1]]
    return reply(page(shown, limit, lambda row: [row["id"]]))


@router.get(
    "/reservations/{number}",
    response={200: ReservationRow},
    operation_id="read_reservation",
    summary="Read one reservation",
)
def read_reservation(request: HttpRequest, number: int) -> HttpResponse:
    """Whether it still holds."""
    return reply(reservation_row(_one(request, number)))


@router.delete(
    "/reservations/{number}",
    response={200: ReservationRow},
    operation_id="release_reservation",
    summary="Release a reservation",
)
def release_reservation(request: HttpRequest, number: int) -> HttpResponse:
    """The cart was given up: its room is free for the next one. Said twice it is released once."""
    found = _one(request, number)
    end(found.company, [found.pk], State.RELEASED, moment())
    found.refresh_from_db()
    return reply(reservation_row(found))


def _one(request: HttpRequest, number: int) -> Reservation:
    found = None
    if 0 < number <= MOST_NUMBER:
        found = Reservation.objects.filter(company=asker(request).company, pk=number).first()
    if found is None:
        raise not_found("reservation")
    return found
