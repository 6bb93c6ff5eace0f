"""Events, who subscribed to them, and the deliveries of each: an outbox like that of the messages."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from creditdesk.desk.choices import TextChoices


class Subscription(models.Model):
    """An address of another program that is told what changed.

    Its secret is not kept: it is made of the desk's secret key, this row's `key` and `turn`, whenever it is needed.

    Attributes:
        key: what tells it from all others, for ever.
        kinds: of `Event.Kind`; empty = all.
        turn: how often its secret was renewed; the one before is valid until `old_until`.
        tried_at, failures: of the last attempts that failed in a row; nothing else is sent before `wait_until`.
        off_because: why it is off, when the desk turned it off.
    """

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    url = models.CharField(max_length=2000)
    kinds = models.JSONField(default=list)
    on = models.BooleanField(default=True)
    turn = models.IntegerField(default=1)
    old_until = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    failures = models.IntegerField(default=0)
    wait_until = models.DateTimeField(null=True)
    off_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "url"), condition=Q(on=True), name="subscription_url_once"
            ),
        )

    def __str__(self) -> str:
        return self.url


class Event(models.Model):
    """Something that changed. Events are added, never changed, and kept for some weeks.

    Attributes:
        key: the `webhook-id`: the same whenever and to whomever it is sent.
        content: what is told, as JSON.
    """

    class Kind(TextChoices):
        """What changed."""

        SEGMENT_MOVED = "segment.moved", "Segment moved"
        RISK_CHANGED = "risk.changed", "Risk changed"
        ACTION_DUE = "action.due", "Action due"
        ORDER_BLOCK_CHANGED = "order_block.changed", "Order block changed"
        TEST = "webhook.test", "Test"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    key = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    customer = models.CharField(max_length=200)
    at = models.DateTimeField()
    content = models.TextField()

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("company", "customer"), name="event_customer"),
            models.Index(fields=("company", "at"), name="event_at"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.customer}"


class Delivery(models.Model):
    """One event on its way to one subscriber, at least once: the receiver tells a second one by its `webhook-id`.

    queued -> sending -> delivered | queued (another try) | dead (no try left, or given up). Found `sending` long after its
    claim, it is queued again.
    """

    class State(TextChoices):
        """Where a delivery stands."""

        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Dead"

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True)
    reply = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "deliveries"
        constraints = (models.UniqueConstraint(fields=("subscription", "event"), name="delivery_once"),)
        indexes = (
            models.Index(
                fields=("subscription", "id"),
                condition=Q(state__in=("queued", "sending")),
                name="delivery_open",
            ),
            models.Index(fields=("subscription", "state", "id"), name="delivery_state"),
        )

    def __str__(self) -> str:
        return f"event {self.event_id} to {self.subscription_id}: {self.state}"
