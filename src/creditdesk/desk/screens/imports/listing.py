"""The lists of the screen: what was brought in, and what stands in quarantine."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.forms import TextInput
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.ledger.dependence import taken_back
from creditdesk.desk.ledger.models import Import, Quarantined
from creditdesk.desk.screens.formats import moment, number
from creditdesk.desk.screens.imports.saying import place, reason, way
from creditdesk.desk.screens.imports.words import KINDS, TABLES, table_name
from creditdesk.desk.screens.listing import Column, Kind, Listing

BROUGHT = ("folder", "file", "api", "undo")
"""Kinds of imports that are shown at first: what people do at the desk is an import too, many times a day."""

ORIGINS = (
    ("", _("From outside")),
    *((code, KINDS[code]) for code in (*BROUGHT, "desk")),
    ("all", _("All")),
)


def brought_in(rows: QuerySet[Import]) -> QuerySet[Import]:
    """Imports that bring something from outside, take it back, or repair it."""
    return rows.filter(Q(kind__in=BROUGHT) | Q(kind="desk") & ~Q(source=""))


def counted(one: Import, *names: str) -> int:
    """Rows of all tables of an import."""
    return sum(table.get(name, 0) for table in one.counts.values() for name in names)


class ImportFilters(django_filters.FilterSet):
    """Search by source and person, kind."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        widget=TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=ORIGINS[1:], empty_label=ORIGINS[0][1], method="of_kind"
    )

    class Meta:
        model = Import
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet[Import]:
        """Without what people do at the desk all day, unless it is asked for."""
        rows: QuerySet[Import] = super().qs
        return rows if self.request.GET.get("kind") else brought_in(rows)

    def search(self, rows: QuerySet[Import], _name: str, value: str) -> QuerySet[Import]:
        """In the name of the source, the person and the reason; or the number."""
        found = Q(source__icontains=value) | Q(by__icontains=value) | Q(why__icontains=value)
        if value.isdecimal() and len(value) < 18:
            found |= Q(pk=int(value))
        return rows.filter(found)

    def of_kind(self, rows: QuerySet[Import], _name: str, value: str) -> QuerySet[Import]:
        """One kind, or all."""
        return rows if value == "all" else rows.filter(kind=value)


def _source(row: Import, listing: Imports) -> str:
    url = listing.scope.url("imports:page", number=row.pk)
    name = row.source or KINDS[row.kind]
    if row.kind == "undo" and row.undoes_id:
        name = gettext("Import %(number)s taken back") % {"number": row.undoes_id}
    state = ""
    if row.pk in listing.undone:
        state = format_html(' <span class="badge">{}</span>', gettext("taken back"))
    return format_html('<a href="{}">{}</a>{}<span class="sub">{}</span>', url, name, state, row.why)


def _kind(row: Import, _listing: Any) -> str:
    return str(KINDS[row.kind])


def _apart(row: Import, listing: Imports) -> str:
    standing = listing.standing.get(row.pk, 0)
    if not row.quarantined and not standing:
        return ""
    if not standing:
        return format_html('<span class="quiet">{}</span>', number(row.quarantined))
    url = f"{listing.scope.url('imports:quarantine')}?import={row.pk}"
    return format_html('<a class="bad-text" href="{}">{}</a>', url, number(standing))


class Imports(Listing):
    """What was brought into the ledger, the latest first."""

    name = "imports"
    order = "-pk"
    filters = ImportFilters
    columns = (
        Column("pk", _("No."), Kind.NUMBER, order="id", descending=True),
        Column("source", _("Source"), show=_source),
        Column("kind", _("Kind"), show=_kind, wide=True),
        Column("made_at", _("When"), show=lambda row, _listing: moment(row.made_at)),
        Column("by", _("Who"), wide=True),
        Column("new", _("New"), Kind.NUMBER, value=lambda row: counted(row, "new", "back") or None, wide=True),
        Column("replaced", _("Replaced"), Kind.NUMBER, value=lambda row: counted(row, "replaced") or None, wide=True),
        Column("gone", _("Taken back"), Kind.NUMBER, value=lambda row: counted(row, "gone") or None, wide=True),
        Column("quarantined", _("In quarantine"), Kind.NUMBER, show=_apart),
        Column("why", _("Why"), shown=False),
    )  # fmt: skip

    @cached_property
    def undone(self) -> set[int]:
        """Imports that do not stand."""
        return taken_back(self.scope.company)

    @cached_property
    def standing(self) -> dict[int, int]:
        """Mistakes that still stand, per import of the page."""
        shown = [row.pk for row in self.page.rows]
        rows = Quarantined.objects.filter(
            legal_entity=self.scope.company, brought_by__in=shown, replaced_by=None
        )
        return dict(rows.order_by().values_list("brought_by").annotate(count=Count("id")))


class QuarantineFilters(django_filters.FilterSet):
    """Search, table, kind of mistake; by address alone the import."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        widget=TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )
    table = django_filters.ChoiceFilter(label=_("Table"), choices=[], empty_label=_("All"), method="of_table")
    code = django_filters.ChoiceFilter(label=_("What is wrong"), choices=[], empty_label=_("All"))

    class Meta:
        model = Quarantined
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.queryset.order_by()
        tables = rows.values_list("table", flat=True).distinct()
        codes = rows.values_list("code", flat=True).distinct()
        self.filters["table"].extra["choices"] = sorted(
            ((code or "file", table_name(code) if code else gettext("Rows of a file")) for code in tables), key=lambda one: one[1]
        )  # fmt: skip
        self.filters["code"].extra["choices"] = sorted(
            ((code, reason(code)) for code in codes), key=lambda one: one[1]
        )

    @property
    def qs(self) -> QuerySet[Quarantined]:
        """The mistakes; those of one import have no field of their own."""
        rows: QuerySet[Quarantined] = super().qs
        asked = self.request.GET.get("import", "")
        return rows.filter(brought_by=int(asked)) if asked.isdecimal() and len(asked) < 18 else rows

    def search(self, rows: QuerySet[Quarantined], _name: str, value: str) -> QuerySet[Quarantined]:
        """In what was found, the customer, the file and the row itself."""
        return rows.filter(
            Q(found__icontains=value)
            | Q(customer_id__icontains=value)
            | Q(file__icontains=value)
            | Q(row__icontains=value)
        )

    def of_table(self, rows: QuerySet[Quarantined], _name: str, value: str) -> QuerySet[Quarantined]:
        """One table; `file` are rows of a foreign file, which are of none yet."""
        return rows.filter(table="" if value == "file" else value)


def _where(row: Quarantined, listing: Listing) -> str:
    url = listing.scope.url("imports:row", pk=row.pk)
    said = place(row.file, row.line, row.column, foreign=not row.table)
    table = table_name(row.table) if row.table else gettext("Row of a file")
    link = '<a href="{0}" hx-get="{0}" hx-target="#sheet-body">{1}</a><span class="sub">{2}</span>'
    return format_html(link, url, said, table)


def _wrong(row: Quarantined, _listing: Any) -> str:
    return format_html('{}<span class="sub">{}</span>', reason(row.code), way(row.code, row.allowed))


def _found(row: Quarantined, _listing: Any) -> str:
    shown = row.found if len(row.found) <= 80 else f"{row.found[:80]}…"
    return format_html("<code>{}</code>", shown) if shown else ""


def _import(row: Quarantined, listing: Listing) -> str:
    return format_html(
        '<a href="{}">{}</a>', listing.scope.url("imports:page", number=row.brought_by_id), row.brought_by_id
    )


class Quarantine(Listing):
    """Mistakes in rows that were set apart and are not settled, the latest import first."""

    name = "quarantine"
    order = "-pk"
    filters = QuarantineFilters
    columns = (
        Column("pk", _("No."), Kind.NUMBER, order="id", descending=True, shown=False),
        Column("where", _("Where"), show=_where, value=lambda row: f"{row.file}, {row.line}, {row.column}"),
        Column("found", _("Found"), show=_found),
        Column("code", _("What is wrong"), show=_wrong, wide=True),
        Column("customer_id", _("Customer"), wide=True),
        Column("brought_by_id", _("Import"), show=_import, wide=True),
        Column("table", _("Table"), shown=False),
        Column("row", _("Row"), shown=False),
    )  # fmt: skip


__all__ = ["TABLES", "Imports", "Quarantine", "brought_in", "counted"]
