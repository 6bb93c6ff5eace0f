"""Files that people attach to a customer: a contract, a proof of delivery, a letter that came in."""

from __future__ import annotations

from django.db import models


class Attachment(models.Model):
    """One file, as it was received. Its content is never changed; taken away, the content goes and the row stays.

    Attributes:
        name: what the file is called, without folders.
        kind: its ending, one of those that `casework/attachments.py` takes.
        about: what it is, in a few words; may be empty.
        digest: SHA-256 of the content, which stays as proof.
        removed_at: when its content was taken away; empty while it is there.
    """

    company = models.ForeignKey("ledger.Company", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    about = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    removed_by = models.CharField(max_length=150, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("company", "customer", "at"), name="attachment_of"),)

    def __str__(self) -> str:
        return f"{self.name} of {self.customer}"
