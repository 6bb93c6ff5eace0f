"""Delivers events: each is claimed by one conditional UPDATE, sent, and tried again with growing patience.

At least once: a process that dies between sending and recording leaves the event to be sent again, under the same
`webhook-id`. A receiver that fails is asked with one event at a time, so that it holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from creditdesk.desk.api.models import Delivery, Subscription
from creditdesk.desk.api.webhooks.address import WrongAddress, read
from creditdesk.desk.api.webhooks.sending import WHOLE, NotDelivered, post
from creditdesk.desk.api.webhooks.signing import headers

LATER = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
"""How long is waited after each attempt that failed; after the last one the delivery is dead."""

STUCK = timedelta(minutes=5)
"""Claimed so long ago and not recorded: whoever claimed it is gone."""

TOO_OLD = timedelta(days=7)
"""An event that could not be delivered for so long is dead, however seldom it was tried."""

AT_ONCE = 200
"""Deliveries to one receiver before the next one's turn comes."""

GONE = 410
AGENT = "creditdesk-webhooks"
State = Delivery.State
Clock = Callable[[], datetime]


@dataclass
class Delivered:
    """What a round did."""

    delivered: int = 0
    later: int = 0
    dead: int = 0


def ready(now: datetime) -> QuerySet[Delivery]:
    """Deliveries that may be tried now."""
    waits = Q(subscription__wait_until=None) | Q(subscription__wait_until__lte=now)
    due = Q(next_try_at=None) | Q(next_try_at__lte=now)
    return Delivery.objects.filter(waits, due, state=State.QUEUED, subscription__on=True)


def deliver(clock: Clock, whole: float = WHOLE) -> Delivered:
    """One round: everything that may be sent now, receiver by receiver.

    Args:
        whole: seconds for one request.
    """
    done = Delivered()
    recover(clock())
    for number in list(
        ready(clock()).values_list("subscription", flat=True).order_by("subscription").distinct()
    ):
        subscription = Subscription.objects.get(pk=number)
        for _ in range(AT_ONCE):
            delivery = ready(clock()).filter(subscription=number).order_by("id").first()
            if delivery is None or not subscription.on:
                break
            if claim(delivery, clock()) and not _send(subscription, delivery, clock, whole, done):
                break
    return done


def recover(now: datetime) -> int:
    """Queue again what was claimed long ago by somebody who is gone, and give up what is too old. Gives how many."""
    stuck = Delivery.objects.filter(state=State.SENDING, claimed_at__lte=now - STUCK)
    count = stuck.update(state=State.QUEUED)
    old = Delivery.objects.filter(state=State.QUEUED, event__at__lte=now - TOO_OLD)
    return count + old.update(state=State.DEAD, ended_at=now)


def claim(delivery: Delivery, now: datetime) -> bool:
    """Make a delivery ours; False when somebody else has it."""
    claimed = Delivery.objects.filter(pk=delivery.pk, state=State.QUEUED).update(
        state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    return claimed == 1


def _send(
    subscription: Subscription, delivery: Delivery, clock: Clock, whole: float, done: Delivered
) -> bool:
    """Send one and record what came of it; False when the receiver failed."""
    event = delivery.event
    body = event.content.encode()
    status: int | None = None
    try:
        signed = headers(subscription, event.key, body, clock())
        more = {"Content-Type": "application/json", "User-Agent": AGENT, **signed}
        status, reply = post(read(subscription.url), body, more, whole)
    except (NotDelivered, WrongAddress) as wrong:
        reply = str(wrong)
    now, mine = clock(), Delivery.objects.filter(pk=delivery.pk, state=State.SENDING)
    if status is not None and 200 <= status < 300:
        mine.update(state=State.DELIVERED, ended_at=now, status=status, reply=reply[:500])
        Subscription.objects.filter(pk=subscription.pk).exclude(failures=0).update(
            failures=0, wait_until=None
        )
        done.delivered += 1
        return True
    if status is not None and 300 <= status < 400:
        reply = f"leads elsewhere, which is not followed. {reply}"
    attempts = delivery.attempts + 1
    if status == GONE:
        _turn_off(subscription, now)
        mine.update(state=State.DEAD, ended_at=now, status=status, reply=reply[:500])
        done.dead += 1
        return False
    if attempts > len(LATER):
        mine.update(state=State.DEAD, ended_at=now, status=status, reply=reply[:500])
        done.dead += 1
    else:
        again = now + LATER[attempts - 1]
        mine.update(state=State.QUEUED, next_try_at=again, status=status, reply=reply[:500])
        done.later += 1
    subscription.failures += 1
    wait = now + LATER[min(subscription.failures, len(LATER)) - 1]
    Subscription.objects.filter(pk=subscription.pk).update(failures=F("failures") + 1, wait_until=wait)
    return False


def _turn_off(subscription: Subscription, now: datetime) -> None:
    """The receiver says that it is there no more."""
    because = "the receiver answered 410 Gone"
    Subscription.objects.filter(pk=subscription.pk).update(on=False, off_because=because)
    open_ = Delivery.objects.filter(subscription=subscription, state=State.QUEUED)
    open_.update(state=State.DEAD, ended_at=now)
    subscription.on = False


def again(delivery: Delivery) -> bool:
    """Queue a dead delivery once more, from the first try on. False when it is not dead."""
    queued = Delivery.objects.filter(pk=delivery.pk, state=State.DEAD).update(
        state=State.QUEUED, attempts=0, next_try_at=None, ended_at=None
    )
    return queued == 1
