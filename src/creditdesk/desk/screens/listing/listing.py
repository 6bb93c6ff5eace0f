"""One list as it is asked for: filtered, ordered, a page of it, its saved views, its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.declared import Asked
from creditdesk.desk.screens.listing.column import Column
from creditdesk.desk.screens.listing.export import as_csv, as_xlsx
from creditdesk.desk.screens.listing.keyset import Order, Page, page
from creditdesk.desk.screens.models import SavedView

NOT_KEPT = ("after", "before", "format", "view")
"""Parts of the address that a saved view leaves out."""

COUNTED = 10_000
"""Rows are counted up to here; beyond, a list says "more than"."""


@dataclass(frozen=True)
class Tab:
    """A view that a list offers to everybody.

    Attributes:
        query: the query of its address.
        label: what it is called (lazy, translated).
        key: the key that leads there.
        count: how many rows there are, where that matters.
    """

    query: str
    label: Any
    key: str = ""
    count: int | None = None


class Listing:
    """Declare one per list, and make one per request.

    Attributes:
        name: of the list: of saved views and of files.
        columns: in the order in which they stand.
        filters: a django-filter `FilterSet`, or None.
        order: the name of the column that it opens with; `-` in front: the largest first.
        size: rows of a page.
    """

    name: str
    columns: Sequence[Column]
    filters: Any = None
    order: str
    size = 50

    def __init__(self, request: Asked, rows: QuerySet[Any]) -> None:
        """Args: rows: all that this person may see."""
        self.request = request
        self.scope = request.scope
        self.shown = [column for column in self.columns if column.shown]
        self.filter = self.filters(request.GET, queryset=rows, request=request) if self.filters else None
        self._rows = rows

    def tabs(self) -> Sequence[Tab]:
        """The views that it offers before those that people saved; the first one is the list without any filter."""
        return (Tab("", _("All")),)

    @property
    def form(self) -> Any:
        """The filters as a form."""
        return self.filter.form if self.filter is not None else None

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """All rows that pass the filters. A filter that makes no sense passes nothing."""
        if self.filter is None:
            return self._rows
        return self.filter.qs if self.filter.is_valid() else self._rows.none()

    @cached_property
    def ordered_by(self) -> tuple[Column, bool]:
        """The column it is ordered by, and whether the largest comes first."""
        known = {column.name: column for column in self.columns if column.order}
        asked = self.request.GET.get("order", "")
        name = asked if asked.removeprefix("-") in known else self.order
        return known[name.removeprefix("-")], name.startswith("-")

    @cached_property
    def page(self) -> Page:
        """The page that is asked for."""
        column, down = self.ordered_by
        order = Order(column.order, down, column.nullable)
        return page(
            self.rows, order, self.size, self.request.GET.get("after", ""), self.request.GET.get("before", "")
        )

    @cached_property
    def count(self) -> int:
        """How many rows there are, counted up to `COUNTED` and one."""
        return self.rows.order_by()[: COUNTED + 1].count()

    @property
    def many(self) -> bool:
        """Whether there are more than are counted."""
        return self.count > COUNTED

    @property
    def narrowed(self) -> bool:
        """Whether a filter is set."""
        return self.filter is not None and any(
            value not in {"", None}
            for name, value in self.request.GET.items()
            if name in self.filter.form.fields
        )

    def heads(self) -> list[dict[str, Any]]:
        """The head of the table: each column with the address that orders by it."""
        now, down = self.ordered_by
        heads = []
        for column in self.shown:
            query = self._query()
            here = column is now
            turned = (not down) if here else column.descending
            query["order"] = f"-{column.name}" if turned else column.name
            sort = ("descending" if down else "ascending") if here else ""
            heads.append({"column": column, "query": query.urlencode(), "sort": sort})
        return heads

    def lines(self) -> list[dict[str, Any]]:
        """The rows of the page, each with its cells as HTML."""
        return [
            {"row": row, "cells": [(column, column.cell(row, self)) for column in self.shown]}
            for row in self.page.rows
        ]

    def after(self) -> str:
        """The query of the next page; empty on the last."""
        return self._turned("after", self.page.after)

    def before(self) -> str:
        """The query of the page before; empty on the first."""
        return self._turned("before", self.page.before)

    def _turned(self, way: str, key: str) -> str:
        if not key:
            return ""
        query = self._query()
        query[way] = key
        return query.urlencode()

    @property
    def query(self) -> str:
        """Filters and order as a query, for files and saved views."""
        return self._query().urlencode()

    def _query(self) -> QueryDict:
        query = self.request.GET.copy()
        for name in NOT_KEPT:
            query.pop(name, None)
        for name in [name for name, value in query.items() if not value]:
            query.pop(name)
        return query

    # --- files ------------------------------------------------------------------------------------------------------

    def file(self) -> HttpResponse | None:
        """All rows as a file, where `?format=csv` or `xlsx` asks for one."""
        asked = self.request.GET.get("format")
        if asked not in {"csv", "xlsx"}:
            return None
        column, down = self.ordered_by
        rows = self.rows.order_by(*Order(column.order, down, column.nullable).by()).iterator(chunk_size=2000)
        name = f"{self.name}-{self.scope.today.isoformat()}"
        return as_csv(name, self.columns, rows) if asked == "csv" else as_xlsx(name, self.columns, rows)

    # --- saved views ------------------------------------------------------------------------------------------------

    @cached_property
    def views(self) -> list[SavedView]:
        """The saved views of this list that this person sees."""
        mine = SavedView.objects.filter(company=self.scope.company, screen=self.name)
        return [one for one in mine if one.shared or one.owner_id == self.request.user.pk]

    def is_view(self, view: SavedView) -> bool:
        """Whether the list is shown as that view has it."""
        return QueryDict(view.query) == self._query()
