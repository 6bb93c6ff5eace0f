"""Tokens: who may ask what, how often, and what was answered to a request that bears a key."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from creditdesk.desk.choices import TextChoices


class Scope(TextChoices):
    """What a token may do."""

    FACTS_WRITE = "facts:write", "Push facts"
    CUSTOMERS_READ = "customers:read", "Read customers"
    DECISIONS_READ = "decisions:read", "Read decisions"
    ACTIONS_READ = "actions:read", "Read steps that are due or held"
    OUTCOMES_READ = "outcomes:read", "Read what was done"
    OUTCOMES_WRITE = "outcomes:write", "Say what was done"
    CREDIT_CHECK = "credit_check", "Ask for credit, reserve it and release it"
    WEBHOOKS = "webhooks", "Subscribe to events"


class Token(models.Model):
    """A key of another program to one company. Its secret is shown once; what is kept is its digest.

    Attributes:
        prefix: the part of the token that may be shown, by which it is found.
        digest: SHA-256 of the whole token, as hexadecimal text.
        scopes: of `Scope`.
        per_minute: the most requests in one minute, over all processes.
        last_used_at: to the minute.
    """

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    per_minute = models.IntegerField(default=600)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=150, blank=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "name"), condition=Q(revoked_at=None), name="token_name_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def by(self) -> str:
        """How it is named in the ledger and the audit trail."""
        return f"token:{self.name}"

    def state(self, now: datetime) -> str:
        """`active`, `revoked` or `expired`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


class Allowance(models.Model):
    """How many requests of a token were given out in one minute: taken in small lots by each process.

    Attributes:
        minute: minutes since 1970.
    """

    token = models.ForeignKey(Token, models.CASCADE, related_name="+")
    minute = models.BigIntegerField()
    taken = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "minute"), name="allowance_once"),)

    def __str__(self) -> str:
        return f"{self.token_id} {self.minute}: {self.taken}"


class Answered(models.Model):
    """What was answered to a request with an `Idempotency-Key`: the same request gets the same answer.

    Attributes:
        digest: of method, path and body: a key used for something else is refused.
        status: empty while the request is under way.
    """

    token = models.ForeignKey(Token, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    content = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "answered"
        constraints = (models.UniqueConstraint(fields=("token", "key"), name="answered_once"),)
        indexes = (models.Index(fields=("begun_at",), name="answered_begun"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.status or 'under way'}"
