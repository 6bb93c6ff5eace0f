"""Subscriptions: made, renewed, tried and ended, by a token or by a person at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from creditdesk.desk.api.models import Delivery, Event, Subscription
from creditdesk.desk.api.webhooks import events
from creditdesk.desk.api.webhooks.address import NoSuchHost, read, resolve
from creditdesk.desk.api.webhooks.signing import OVERLAP, secret
from creditdesk.desk.casework.audit import note
from creditdesk.desk.ledger.models import Company

MOST = 20
"""Subscriptions of one company."""


class WrongSubscription(ValueError):
    """A subscription that cannot be made."""


def subscribe(
    company: Company, url: str, kinds: Iterable[str], *, by: str, now: datetime, why: str = ""
) -> tuple[Subscription, str]:
    """Subscribe an address. Gives the subscription and its secret, which is shown this once.

    Args:
        kinds: of `Event.Kind`; none = all.

    Raises:
        WrongAddress: nothing is sent there.
        WrongSubscription: it is subscribed already, there are too many, or an unknown kind.
    """
    target = read(url)
    with suppress(NoSuchHost):  # judged again whenever something is sent
        resolve(target)
    wanted = sorted(set(kinds))
    unknown = [one for one in wanted if one not in Event.Kind.values or one == Event.Kind.TEST]
    if unknown:
        raise WrongSubscription(f"found kind {unknown[0]!r}; allowed: {', '.join(Event.Kind.values)}")
    with transaction.atomic():
        standing = Subscription.objects.filter(company=company, on=True)
        if standing.filter(url=url).exists():
            raise WrongSubscription("this address is subscribed; the way out: end that subscription first")
        if standing.count() >= MOST:
            raise WrongSubscription(f"found {MOST} subscriptions; allowed: as many")
        row = Subscription.objects.create(company=company, url=url, kinds=wanted, made_by=by, made_at=now)
        note(
            company,
            by=by,
            at=now,
            what="webhook",
            ref=str(row.pk),
            became={"url": url, "kinds": wanted},
            why=why,
        )
    return row, secret(row)


def renew(subscription: Subscription, *, by: str, now: datetime, why: str = "") -> str:
    """Give it a new secret, shown this once; the one before stays valid for a day."""
    with transaction.atomic():
        subscription.turn += 1
        subscription.old_until = now + OVERLAP
        subscription.save(update_fields=["turn", "old_until"])
        note(
            subscription.company, by=by, at=now, what="webhook", ref=str(subscription.pk),
            became={"secret": "renewed"}, why=why,
        )  # fmt: skip
    return secret(subscription)


def end(subscription: Subscription, *, by: str, now: datetime, why: str = "") -> None:
    """Send nothing there any more; what waits is given up."""
    with transaction.atomic():
        ended = Subscription.objects.filter(pk=subscription.pk, on=True).update(on=False, off_because="ended")
        if ended:
            waiting = Delivery.objects.filter(subscription=subscription, state=Delivery.State.QUEUED)
            waiting.update(state=Delivery.State.DEAD, ended_at=now)
            note(
                subscription.company, by=by, at=now, what="webhook", ref=str(subscription.pk),
                was={"on": True}, became={"on": False}, why=why,
            )  # fmt: skip
    subscription.refresh_from_db()


def try_it(subscription: Subscription, now: datetime) -> Event:
    """Queue an event that only says that it works."""
    told = {"company_id": subscription.company.code, "subscription": subscription.pk}
    (event,) = events.put(subscription.company, [(Event.Kind.TEST, "", told)], now, only=subscription)
    return event
