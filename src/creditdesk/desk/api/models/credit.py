"""What was asked for credit, what was answered, and what is reserved for orders that are on their way."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from creditdesk.desk.choices import TextChoices


class Reservation(models.Model):
    """Room that is kept for an order until it stands in the ledger, is released, or the time is up.

    Attributes:
        amount: in minor units of the order's `currency`: the whole order.
        base_amount: the part of it on account, in minor units of `base`, the reporting currency: what takes room.
    """

    class State(TextChoices):
        """Where a reservation stands."""

        ACTIVE = "active", "Active"
        ORDERED = "ordered", "Ordered"
        RELEASED = "released", "Released"
        EXPIRED = "expired", "Expired"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    order_id = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    base_amount = models.BigIntegerField()
    base = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "order_id"), condition=Q(state="active"), name="reservation_one_per_order"
            ),
        )
        indexes = (
            models.Index(
                fields=("company", "customer"), condition=Q(state="active"), name="reservation_active"
            ),
            models.Index(fields=("company", "order_id"), name="reservation_order"),
        )

    def __str__(self) -> str:
        return f"{self.order_id} of {self.customer}: {self.amount} {self.currency}, {self.state}"


class CreditCheck(models.Model):
    """One question for credit and its answer, kept for whoever asks later why.

    Attributes:
        asked: the question; `answer`: yes, no, prepay, pay_first, review; `content`: the whole answer.
    """

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    order_id = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    by = models.CharField(max_length=150)
    asked = models.JSONField()
    answer = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    content = models.JSONField()
    reservation = models.ForeignKey(Reservation, models.SET_NULL, null=True, related_name="checks")

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("company", "customer", "asked_at"), name="credit_check_customer"),
            models.Index(fields=("company", "order_id"), name="credit_check_order"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.order_id}: {self.answer}"
