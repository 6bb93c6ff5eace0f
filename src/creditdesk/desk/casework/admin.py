"""Everything of casework, to look at: in Django's admin nothing can be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from creditdesk.desk.casework import models
from creditdesk.desk.ledger.admin import ReadOnly

LONG = {
    "content",
    "text",
    "raw",
    "digest",
    "detail",
    "was",
    "became",
    "wanted",
    "counts",
    "invoice_ids",
    "amounts",
}
"""Columns that are read on the page of one row, not in a list."""


class Casework(ReadOnly):
    """A table of casework."""

    def get_list_display(self, _request: Any) -> list[str]:
        """What fits on a line."""
        names = [field.attname for field in self.model._meta.concrete_fields if field.attname not in LONG]
        return names[:12]

    def get_search_fields(self, _request: Any) -> list[str]:
        """By customer: that has an index."""
        names = {field.name for field in self.model._meta.concrete_fields}
        return ["customer__exact"] if "customer" in names else []

    def get_exclude(self, _request: Any, _obj: Any = None) -> list[str]:
        """The bytes of a message and of a document are no text."""
        return {models.Message: ["raw"], models.Attachment: ["content"]}.get(self.model, [])


for name in models.__all__:
    if name != "PolicyInUse":
        admin.site.register(getattr(models, name), Casework)
