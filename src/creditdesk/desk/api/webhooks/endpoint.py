"""The addresses of webhooks: subscriptions, what was delivered, and the events themselves for who prefers to fetch them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from creditdesk.desk.api.bearer import Bearer, asker
from creditdesk.desk.api.models import Delivery, Event, Subscription
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.paging import After, Limit, page, place
from creditdesk.desk.api.problem import Problem, not_found
from creditdesk.desk.api.replying import reply
from creditdesk.desk.api.shapes import Id
from creditdesk.desk.api.webhooks import subscribing
from creditdesk.desk.api.webhooks.address import LONGEST, WrongAddress
from creditdesk.desk.api.webhooks.delivering import again

router = Router(tags=["webhooks"], auth=Bearer(Scope.WEBHOOKS))

Kind = Literal["segment.moved", "risk.changed", "action.due", "order_block.changed"]
Any_ = Literal["segment.moved", "risk.changed", "action.due", "order_block.changed", "webhook.test"]
State = Literal["queued", "sending", "delivered", "dead"]
MOST_NUMBER = 2**63 - 1


class SubscriptionIn(Schema):
    """Who is told what."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    kinds: list[Kind] = Field(default=[], max_length=10, description="empty = all")


class SubscriptionRow(Schema):
    """A subscription. `waiting`: deliveries on their way; `dead`: given up."""

    id: int
    url: str
    kinds: list[Kind]
    on: bool
    off_because: str
    made_at: datetime
    failures: int
    wait_until: datetime | None
    waiting: int
    dead: int


class SubscriptionMade(SubscriptionRow):
    """A subscription with its secret, which is shown this once."""

    secret: str


class SubscriptionList(Schema):
    """All subscriptions of the company, ended ones too."""

    items: list[SubscriptionRow]


class DeliveryRow(Schema):
    """One event on its way to one receiver."""

    id: int
    event: str
    kind: Any_
    state: State
    attempts: int
    next_try_at: datetime | None
    ended_at: datetime | None
    status: int | None
    reply: str


class DeliveryPage(Schema):
    """Deliveries, oldest first."""

    items: list[DeliveryRow]
    next: str | None


class EventRow(Schema):
    """An event as it is sent; `id` is the `webhook-id`."""

    id: str
    type: Any_
    timestamp: datetime
    data: dict[str, Any]


class EventPage(Schema):
    """Events in the order in which they came to pass. `next` is given on the last page too: ask with it for what follows."""

    items: list[EventRow]
    next: str | None


@router.post(
    "/webhooks", response={201: SubscriptionMade}, operation_id="subscribe", summary="Subscribe to events"
)
def subscribe(request: HttpRequest, wanted: SubscriptionIn) -> HttpResponse:
    """Events are sent by POST, signed after Standard Webhooks. The secret is shown this once."""
    token, now = asker(request), timezone.now()
    try:
        row, secret = subscribing.subscribe(token.company, wanted.url, wanted.kinds, by=token.by, now=now)
    except WrongAddress as wrong:
        raise _wrong("/url", str(wrong)) from wrong
    except subscribing.WrongSubscription as wrong:
        raise Problem("already_there", str(wrong)) from wrong
    return reply({**_row(row), "secret": secret}, 201)


@router.get(
    "/webhooks", response={200: SubscriptionList}, operation_id="list_webhooks", summary="List subscriptions"
)
def list_webhooks(request: HttpRequest) -> HttpResponse:
    """With how many deliveries wait and how many were given up."""
    rows = Subscription.objects.filter(company=asker(request).company)
    return reply({"items": [_row(one) for one in rows]})


@router.get(
    "/webhooks/{number}",
    response={200: SubscriptionRow},
    operation_id="read_webhook",
    summary="Read one subscription",
)
def read_webhook(request: HttpRequest, number: int) -> HttpResponse:
    """Whether it is on, and whether its receiver answers."""
    return reply(_row(_one(request, number)))


@router.delete(
    "/webhooks/{number}",
    response={200: SubscriptionRow},
    operation_id="unsubscribe",
    summary="End a subscription",
)
def unsubscribe(request: HttpRequest, number: int) -> HttpResponse:
    """Nothing is sent there any more; said twice it ends once."""
    row = _one(request, number)
    subscribing.end(row, by=asker(request).by, now=timezone.now())
    return reply(_row(row))


@router.post(
    "/webhooks/{number}/secret",
    response={200: SubscriptionMade},
    operation_id="renew_secret",
    summary="Give a subscription a new secret",
)
def renew_secret(request: HttpRequest, number: int) -> HttpResponse:
    """For a day deliveries are signed with both secrets."""
    row = _one(request, number)
    secret = subscribing.renew(row, by=asker(request).by, now=timezone.now())
    return reply({**_row(row), "secret": secret})


@router.post(
    "/webhooks/{number}/test",
    response={200: EventRow},
    operation_id="try_webhook",
    summary="Send a test event",
)
def try_webhook(request: HttpRequest, number: int) -> HttpResponse:
    """It goes the way of all events: look at the deliveries for what came of it."""
    row = _one(request, number)
    if not row.on:
        raise Problem("already_there", "This subscription has ended.")
    return reply(_event(subscribing.try_it(row, timezone.now())))


@router.get(
    "/webhooks/{number}/deliveries",
    response={200: DeliveryPage},
    operation_id="list_deliveries",
    summary="List deliveries of a subscription",
)
def list_deliveries(
    request: HttpRequest,
    number: int,
    state: State | None = None,
    after: After | None = None,
    limit: Limit = 200,
) -> HttpResponse:
    """`state=dead` shows what was given up, with the last answer of the receiver."""
    row = _one(request, number)
    start = place(after, int)
    found = Delivery.objects.filter(subscription=row).select_related("event")
    if state is not None:
        found = found.filter(state=state)
    if start:
        found = found.filter(pk__gt=start[0])
    shown = [_delivery(one) for one in found.order_by("pk")[: limit + 1]]
    return reply(page(shown, limit, lambda one: [one["id"]]))


@router.post(
    "/webhooks/{number}/deliveries/{delivery}/retry",
    response={200: DeliveryRow},
    operation_id="retry_delivery",
    summary="Try a dead delivery again",
)
def retry_delivery(request: HttpRequest, number: int, delivery: int) -> HttpResponse:
    """From the first try on, under the same id."""
    row = _one(request, number)
    found = None
    if 0 < delivery <= MOST_NUMBER:
        found = Delivery.objects.filter(subscription=row, pk=delivery).select_related("event").first()
    if found is None:
        raise not_found("delivery")
    again(found)
    found.refresh_from_db()
    return reply(_delivery(found))


@router.get("/events", response={200: EventPage}, operation_id="list_events", summary="List events")
def list_events(
    request: HttpRequest,
    kind: Kind | None = None,
    customer_id: Id | None = None,
    after: After | None = None,
    limit: Limit = 200,
) -> HttpResponse:
    """The events of the last thirty days, for who prefers to fetch them: keep `next`, and ask with it again later."""
    start = place(after, int)
    rows = Event.objects.filter(company=asker(request).company).exclude(kind=Event.Kind.TEST)
    wanted = {"kind": kind, "customer": customer_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if start:
        rows = rows.filter(pk__gt=start[0])
    found = list(rows.order_by("pk")[: limit + 1])
    shown = page(found, limit, lambda one: [one.pk])
    if shown["next"] is None:
        last = found[-1].pk if found else start[0] if start else None
        shown["next"] = None if last is None else page([0, 0], 1, lambda _one: [last])["next"]
    shown["items"] = [_event(one) for one in shown["items"]]
    return reply(shown)


def _wrong(where: str, said: str) -> Problem:
    return Problem("invalid_request", said, errors=[{"pointer": where, "detail": said}])


def _one(request: HttpRequest, number: int) -> Subscription:
    found = None
    if 0 < number <= MOST_NUMBER:
        found = Subscription.objects.filter(company=asker(request).company, pk=number).first()
    if found is None:
        raise not_found("webhook")
    return found


def _row(one: Subscription) -> dict[str, Any]:
    open_ = one.deliveries.exclude(state=Delivery.State.DELIVERED).order_by()
    counts = dict(open_.values_list("state").annotate(count=Count("id")))
    return {
        "id": one.pk, "url": one.url, "kinds": one.kinds, "on": one.on, "off_because": one.off_because,
        "made_at": one.made_at, "failures": one.failures, "wait_until": one.wait_until,
        "waiting": counts.get("queued", 0) + counts.get("sending", 0), "dead": counts.get("dead", 0),
    }  # fmt: skip


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.pk, "event": one.event.key, "kind": one.event.kind, "state": one.state, "attempts": one.attempts,
        "next_try_at": one.next_try_at, "ended_at": one.ended_at, "status": one.status, "reply": one.reply,
    }  # fmt: skip


def _event(one: Event) -> dict[str, Any]:
    return {"id": one.key, **json.loads(one.content)}
