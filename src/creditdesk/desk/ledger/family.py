"""Whom a decision about one customer hangs on: payers, groups, mergers and shared limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.ledger.rows import RELATIVES


def family(company: Company, number: int, customers: Iterable[str]) -> list[str]:
    """The customers, and all that share a payer, a parent, a survivor, a legal person or a limit with them, sorted.

    Args:
        number: of the last import known.
    """
    known = set(customers)
    fresh = set(known)
    while fresh:
        fresh = (_related(company, number, sorted(fresh))) - known
        known |= fresh
    return sorted(known)


def _related(company: Company, number: int, customers: list[str]) -> set[str]:
    return _relatives(company, number, customers) | _sharers(company, number, set(customers))


def _relatives(company: Company, number: int, customers: list[str]) -> set[str]:
    """One step up, down and aside."""
    found: set[str] = set()
    columns = ", ".join(("customer_id", *RELATIVES))
    rows = _ask(company, number, columns, "customer_id", customers)
    for row in rows:
        found.update(one for one in row[:4] if one)
    for column in RELATIVES[:3]:
        found.update(row[0] for row in _ask(company, number, "customer_id", column, customers))
    parties = sorted({row[4] for row in rows if row[4]})
    if parties:
        found.update(row[0] for row in _ask(company, number, "customer_id", "party_id", parties))
    return found


def _ask(
    company: Company, number: int, columns: str, column: str, values: list[str]
) -> list[tuple[Any, ...]]:
    condition, value = bulk.among(column, values)
    query = (
        f"SELECT {columns} FROM fact_customer WHERE legal_entity_id = %s AND brought_by_id <= %s "
        f"AND (replaced_by_id IS NULL OR replaced_by_id > %s) AND {condition}"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [company.pk, number, number, value])
        return cursor.fetchall()


def _sharers(company: Company, number: int, customers: set[str]) -> set[str]:
    """Members of the credit groups of these customers; there are few groups, so all are looked at."""
    groups = (
        FACTS["credit_group"]
        .objects.filter(legal_entity=company, brought_by__lte=number)
        .exclude(replaced_by__lte=number)
    )
    found: set[str] = set()
    for members in groups.values_list("customer_ids", flat=True):
        if customers & set(members):
            found.update(members)
    return found
