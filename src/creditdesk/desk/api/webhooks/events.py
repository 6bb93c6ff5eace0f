"""Events: written in the transaction of the change that they tell, with a delivery for everybody who subscribed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from creditdesk.desk.api.models import Delivery, Event, Subscription
from creditdesk.desk.api.replying import written
from creditdesk.desk.day.transitions import (
    ACTION_DUE,
    ORDER_BLOCK_CHANGED,
    RISK_CHANGED,
    SEGMENT_MOVED,
    Transition,
)
from creditdesk.desk.ledger.models import Company

KINDS = {
    SEGMENT_MOVED: Event.Kind.SEGMENT_MOVED,
    RISK_CHANGED: Event.Kind.RISK_CHANGED,
    ORDER_BLOCK_CHANGED: Event.Kind.ORDER_BLOCK_CHANGED,
    ACTION_DUE: Event.Kind.ACTION_DUE,
}

OF_DECISION = {
    SEGMENT_MOVED: ("segment", "segment_since", "risk_class", "acceptance", "terms_days", "procedure", "owner_id"),
    RISK_CHANGED: ("risk_class", "risk_pd", "payment_index", "segment"),
    ORDER_BLOCK_CHANGED: (
        "order_block", "order_block_reason", "order_release_when", "order_release_amount", "released_until", "currency",
    ),
}  # fmt: skip
"""What each event tells of the decision beside from what and to what."""

OF_ACTION = (
    "procedure", "case_no", "step", "level", "do", "due_on", "amount", "currency", "owner", "owner_id", "priority",
    "language", "invoice_ids",
)  # fmt: skip

KEPT = timedelta(days=30)
BATCH = 500


def write(
    sender: Any, company: Company, as_of: date, transitions: Sequence[Transition], **_more: Any
) -> None:
    """Write the events of a recording, and queue them for their subscribers. Called in the recording's transaction."""
    del sender
    put(
        company,
        [(KINDS[one.kind], one.customer, _data(company, as_of, one)) for one in transitions],
        timezone.now(),
    )


def put(
    company: Company,
    told: Iterable[tuple[str, str, dict[str, Any]]],
    now: datetime,
    only: Subscription | None = None,
) -> list[Event]:
    """Write events, and queue them.

    Args:
        told: kind, customer, and what is told.
        only: the one subscriber that is told; by default all who want to know.
    """
    fresh = []
    for kind, customer, data in told:
        key = f"evt_{secrets.token_hex(12)}"
        content = written({"type": str(kind), "timestamp": now, "data": data})
        fresh.append(
            Event(company=company, key=key, kind=str(kind), customer=customer, at=now, content=content)
        )
    events = Event.objects.bulk_create(fresh, batch_size=BATCH)
    wanted = [only] if only is not None else list(Subscription.objects.filter(company=company, on=True))
    Delivery.objects.bulk_create(
        (
            Delivery(subscription=one, event=event)
            for one in wanted
            for event in events
            if only is not None or not one.kinds or event.kind in one.kinds
        ),
        batch_size=BATCH,
    )
    return events


def _data(company: Company, as_of: date, one: Transition) -> dict[str, Any]:
    content = json.loads(one.row.content)
    told: dict[str, Any] = {"company_id": company.code, "customer_id": one.customer, "as_of": as_of}
    if one.kind == ACTION_DUE:
        return told | {name: content.get(name) for name in OF_ACTION}
    names = OF_DECISION[one.kind]
    return (
        told
        | {"from": one.was, "to": content.get(names[0])}
        | {name: content.get(name) for name in names[1:]}
    )


def forget(now: datetime) -> int:
    """Forget events after their time, with what was delivered of them. Gives how many."""
    old = Event.objects.filter(at__lt=now - KEPT)
    return old.delete()[0]
