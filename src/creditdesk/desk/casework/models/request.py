"""Requests that a second person decides: limits, terms, releases, plans, write-offs."""

from __future__ import annotations

from django.db import models

from creditdesk.desk.choices import TextChoices

KINDS = (
    ("limit", "Limit"),
    ("terms", "Terms"),
    ("release", "Order release"),
    ("plan", "Plan"),
    ("write_off", "Write-off"),
)


class Band(models.Model):
    """Who may decide a request of some kind up to an amount: how many persons, and of which group.

    Attributes:
        up_to: largest amount in minor units of the company's currency; empty = any.
        role: the group (Django's) that a decider belongs to.
        persons: how many different persons, none of them the one who asks.
    """

    company = models.ForeignKey("ledger.Company", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    up_to = models.BigIntegerField(null=True)
    role = models.CharField(max_length=30)
    persons = models.SmallIntegerField(default=1)

    class Meta:
        ordering = ("kind", models.F("up_to").asc(nulls_last=True), "id")

    def __str__(self) -> str:
        return f"{self.kind} up to {self.up_to}: {self.persons} x {self.role}"


class Request(models.Model):
    """Something that one person asks and others decide.

    Attributes:
        amount: in minor units of `currency`: the limit, the release, the sum of the plan or the write-off; days of a term.
        wanted: what to write when it is granted: the row of the fact table.
        role, persons: of the band that held when it was asked.
        expires_on: the last day on which it may be decided; empty = it does not expire.
    """

    class State(TextChoices):
        """Where a request stands."""

        OPEN = "open", "Open"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Expired"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=KINDS)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    wanted = models.JSONField(default=dict)
    reason = models.TextField()
    role = models.CharField(max_length=30)
    persons = models.SmallIntegerField()
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (
            models.Index(fields=("company", "state"), name="request_state"),
            models.Index(fields=("company", "customer"), name="request_customer"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.amount} {self.currency} for {self.customer}: {self.state}"


class Vote(models.Model):
    """One person's word on a request; a person has one word.

    Attributes:
        seen: what the person was shown that a yes would change: rows of code, before and after.
    """

    request = models.ForeignKey(Request, models.CASCADE, related_name="votes")
    by = models.CharField(max_length=150)
    granted = models.BooleanField()
    reason = models.TextField()
    at = models.DateTimeField()
    seen = models.JSONField(default=list)

    class Meta:
        ordering = ("at", "id")
        constraints = (models.UniqueConstraint(fields=("request", "by"), name="vote_once"),)

    def __str__(self) -> str:
        return f"{self.by}: {'yes' if self.granted else 'no'}"
