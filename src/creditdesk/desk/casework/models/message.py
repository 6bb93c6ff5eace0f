"""The outbox: messages written in the transaction that decides them, and sent once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """A message to a debtor, with the bytes that go out.

    queued -> sending -> sent | failed | queued (refused for now) | unknown (nobody can tell). `cancelled`: the gate, asked
    again at the moment of sending, said no. The natural key is company, customer, procedure, case, step and turn:
    unique among messages not cancelled. `unknown` is never sent again by itself; a person says what became of it.

    Attributes:
        turn: how often the step was brought to an end before, plus one, counted on the facts that decided.
        message_id: the Message-ID header, made of the natural key: the same whenever the message is made.
        raw: the message byte for byte as it is sent; empty once the person it names was erased.
        digest: SHA-256 of `raw`, kept for ever.
        asked_on, asked_no: the day and the last import with which the gate let it pass.
        reply: what the mail server answered.
    """

    class State(models.TextChoices):
        """Where a message stands."""

        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"
        CANCELLED = "cancelled", "Cancelled"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    procedure = models.CharField(max_length=100)
    case_no = models.BigIntegerField()
    step = models.CharField(max_length=100)
    turn = models.IntegerField()
    level = models.SmallIntegerField()
    template = models.CharField(max_length=100)
    channel = models.CharField(max_length=20, default="email")
    run = models.ForeignKey("casework.Run", models.SET_NULL, null=True, related_name="messages")
    policy_version = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=2)
    contact_id = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=320)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    raw = models.BinaryField()
    digest = models.CharField(max_length=64)
    invoice_ids = models.JSONField(default=list)
    amounts = models.JSONField(default=list)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    asked_on = models.DateField()
    asked_no = models.BigIntegerField()
    attempts = models.IntegerField(default=0)
    queued_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)
    resolved_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "customer", "procedure", "case_no", "step", "turn"),
                condition=~Q(state="cancelled"),
                name="message_once",
            ),
        )
        indexes = (
            models.Index(fields=("company", "state"), name="message_state"),
            models.Index(fields=("company", "customer"), name="message_customer"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.step} {self.state}"
