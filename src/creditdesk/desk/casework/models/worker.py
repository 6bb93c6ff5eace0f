"""That a worker is there: the row it writes every few seconds."""

from __future__ import annotations

from django.db import models


class WorkerSeen(models.Model):
    """One worker process, as long as it is seen.

    Attributes:
        name: host and process, such as `desk-1:4711`.
        seen_at: when it last said that it is there.
    """

    name = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-seen_at",)
        verbose_name_plural = "workers seen"

    def __str__(self) -> str:
        return self.name
