"""Everything of the API, to look at: in Django's admin nothing can be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from creditdesk.desk.api import models
from creditdesk.desk.ledger.admin import ReadOnly

LONG = {"content", "digest", "asked"}
"""Columns that are read on the page of one row, not in a list."""


class ApiAdmin(ReadOnly):
    """A table of the API."""

    def get_list_display(self, _request: Any) -> list[str]:
        """What fits on a line."""
        return [field.attname for field in self.model._meta.concrete_fields if field.attname not in LONG][:12]

    def get_exclude(self, _request: Any, _obj: Any = None) -> list[str]:
        """The digest of a token is nobody's business."""
        return ["digest"]


for name in models.__all__:
    admin.site.register(getattr(models, name), ApiAdmin)
