"""Facts as they stand: the row that holds of each id, and what is new since a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from creditdesk.desk.ledger.models import FACTS, Company, Import
from creditdesk.facts.column import Table


def holding(company: Company, table: str) -> QuerySet[Any]:
    """The versions that hold now."""
    return FACTS[table].objects.filter(legal_entity=company, replaced_by=None)


def as_row(table: Table, version: Any) -> dict[str, Any]:
    """The columns of the contract."""
    return {column.name: getattr(version, column.name) for column in table.columns}


def customers(company: Company, ids: Sequence[str], today: date) -> dict[str, Any]:
    """Per customer the version that holds today: the latest of those known by then."""
    rows = holding(company, "customer").filter(customer_id__in=ids)
    rows = rows.filter(Q(known_from=None) | Q(known_from__lte=today))
    return {
        row.customer_id: row for row in rows.order_by("customer_id", F("known_from").asc(nulls_first=True))
    }


def first_after(company: Company, since: datetime) -> int:
    """Number of the last import before a moment: what a later one brought is news."""
    before = Import.objects.filter(legal_entity=company, made_at__lt=since).order_by("-id")
    return before.values_list("id", flat=True).first() or 0


def last_moment(company: Company) -> datetime | None:
    """When something last became known: the `updated_since` to ask with the next time."""
    return (
        Import.objects.filter(legal_entity=company).order_by("-id").values_list("made_at", flat=True).first()
    )


def distinct(values: Iterable[str], limit: int) -> list[str]:
    """At most so many different values, in order."""
    return list(dict.fromkeys(values))[:limit]
