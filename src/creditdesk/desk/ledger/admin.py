"""Everything the ledger keeps, to look at: in Django's admin nothing can be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from creditdesk.desk.ledger.models import FACTS, Company, Confirmation, HeldCustomer, Import, Quarantined
from creditdesk.facts.column import Table

SHOWN = 8
"""Columns of a list."""


class ReadOnly(admin.ModelAdmin):
    """A table that is shown, page by page, without counting all of it first."""

    actions = None
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, _request: Any, _obj: Any = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, _request: Any, _obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, _request: Any, _obj: Any = None) -> bool:
        """Nobody deletes."""
        return False

    def get_list_display(self, _request: Any) -> list[str]:
        """The first columns of the table itself, then what makes a row a version."""
        fields = self.model._meta.concrete_fields
        own = [field.name for field in fields if field.attname == field.name]
        links = [field.attname for field in fields if field.attname != field.name]
        shown = [name for name in own if name not in {"content", "counts", "row"}][: SHOWN + 1]
        return [*shown, *links]

    def get_list_select_related(self, _request: Any) -> bool:
        """The links are shown as numbers: no table is joined."""
        return False

    def get_search_fields(self, _request: Any) -> list[str]:
        """By the exact id of a key or of a customer: these have an index."""
        table = getattr(self.model, "table", None)
        names = {field.name for field in self.model._meta.concrete_fields}
        wanted = [*(table.key if isinstance(table, Table) else ()), "customer_id", "code"]
        return [f"{name}__exact" for name in dict.fromkeys(wanted) if name in names]


for kept in (Company, Import, Confirmation, Quarantined, HeldCustomer, *FACTS.values()):
    admin.site.register(kept, ReadOnly)
