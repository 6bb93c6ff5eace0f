"""Who changed what, when, from what to what, and why."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One change by a person. Entries are added, never changed: the database refuses it.

    Attributes:
        what: what was changed: the fact table, `policy`, `portfolio`, `contact`.
        ref: which one.
        was, became: the values before and after; empty where there was none.
    """

    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    company = models.ForeignKey("ledger.Company", models.PROTECT, null=True, related_name="+")
    customer = models.CharField(max_length=200, blank=True)
    what = models.CharField(max_length=50)
    ref = models.CharField(max_length=300, blank=True)
    was = models.JSONField(null=True)
    became = models.JSONField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name_plural = "entries"
        indexes = (
            models.Index(fields=("company", "customer"), name="audit_customer"),
            models.Index(fields=("at",), name="audit_at"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by} {self.what} {self.ref}"


class Erased(models.Model):
    """A contact whose personal data was erased: an import that brings it again is emptied again."""

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    contact_id = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    why = models.TextField()

    class Meta:
        verbose_name_plural = "erased"
        constraints = (models.UniqueConstraint(fields=("company", "contact_id"), name="erased_once"),)

    def __str__(self) -> str:
        return self.contact_id
