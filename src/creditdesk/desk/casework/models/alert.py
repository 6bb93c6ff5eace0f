"""What somebody should look at."""

from __future__ import annotations

from django.db import models


class Alert(models.Model):
    """One thing that came to pass, raised once for its subject.

    Attributes:
        ref: what it is about beside the customer: the promise, the invoice, the account and the day.
        detail: the figures behind it, as data; text is made of them per language.
    """

    class Kind(models.TextChoices):
        """What came to pass."""

        DETERIORATION = "deterioration", "Deterioration"
        LIMIT_PASSED = "limit_passed", "Limit passed"
        LARGE_MOVE = "large_move", "Large move"
        INSOLVENCY = "insolvency", "Insolvency"
        BROKEN_PROMISE = "broken_promise", "Broken promise"
        INSTALMENT_MISSED = "instalment_missed", "Instalment missed"
        RELEASE_EXPIRING = "release_expiring", "Release expiring"
        LIMIT_EXPIRING = "limit_expiring", "Limit expiring"
        LIMITATION_NEAR = "limitation_near", "Limitation date near"
        VAT_RELIEF_NEAR = "vat_relief_near", "VAT relief date near"
        ORDER_NUMBER_MISSING = "order_number_missing", "Purchase-order number missing"
        OWN_ACCOUNT_CHANGED = "own_account_changed", "Own bank account changed"
        DISPUTE_LATE = "dispute_late", "Dispute past its deadline"
        TASK_OVERDUE = "task_overdue", "Task overdue"
        UNKNOWN_MESSAGE = "unknown_message", "Message of unknown fate"
        MOVE_OBJECTED = "move_objected", "Sales objects to a move"

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    ref = models.CharField(max_length=300, blank=True)
    raised_on = models.DateField()
    role = models.CharField(max_length=20, default="credit_manager")
    detail = models.JSONField(default=dict)
    seen_by = models.CharField(max_length=150, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-raised_on", "-id")
        constraints = (
            models.UniqueConstraint(fields=("company", "kind", "customer", "ref"), name="alert_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.customer} {self.ref}"
