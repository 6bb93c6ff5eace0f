"""Policies as text, in versions: one in use is never edited in place."""

from __future__ import annotations

from typing import Any

from django.db import models


class PolicyInUse(ValueError):
    """An approved version is a record: write a new version."""


class PolicyVersion(models.Model):
    """One version of a company's policy.

    In force on a day: the approved version with the latest `effective_on` not after it, the later approved one of two.
    The database refuses a change of an approved version too.

    Attributes:
        cases: its own cases, as text; None = those of the shipped policy that it names, if it names any.
    """

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="policies")
    name = models.CharField(max_length=100)
    version = models.CharField(max_length=100)
    text = models.TextField()
    cases = models.TextField(null=True)
    digest = models.CharField(max_length=64)
    effective_on = models.DateField()
    author = models.CharField(max_length=150)
    reason = models.TextField()
    written_at = models.DateTimeField()
    approver = models.CharField(max_length=150, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-effective_on", "-approved_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("company", "name", "version"), name="policy_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep a draft, or approve one. Raises PolicyInUse for an approved version."""
        if self.pk and type(self).objects.filter(pk=self.pk, approved_at__isnull=False).exists():
            raise PolicyInUse(
                f"policy {self.name} {self.version} is approved and stays as it is; the way out: write a new version"
            )
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Forget a draft. Raises PolicyInUse for an approved version."""
        if self.approved_at is not None:
            raise PolicyInUse(f"policy {self.name} {self.version} is approved and stays on record")
        return super().delete(*args, **kwargs)
