"""What people keep for themselves."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """Filters and order of a list under a name.

    Attributes:
        screen: the list: `customers`.
        query: the query of its address.
        shared: everybody in the company sees it.
    """

    company = models.ForeignKey("ledger.Company", models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    screen = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("company", "owner", "screen", "name"), name="view_name_once"),
        )

    def __str__(self) -> str:
        return self.name
