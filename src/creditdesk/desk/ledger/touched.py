"""Whose facts an import told anew."""

from __future__ import annotations

from django.db import connection

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Import
from creditdesk.desk.ledger.reading import THROUGH
from creditdesk.desk.ledger.rows import db_table
from creditdesk.facts.schema import TABLES


def customers_of(imported: Import, most: int) -> list[str]:
    """Customers of whom an import brought, replaced or took back a row, sorted; at most so many."""
    found: set[str] = set()
    for name in TABLES:
        if name in imported.counts and len(found) < most:
            found |= _of_table(name, imported, most)
    return sorted(found)[:most]


def _of_table(name: str, imported: Import, most: int) -> set[str]:
    table = bulk.quoted(db_table(name))
    touched = " UNION ALL ".join(
        f"SELECT * FROM {table} WHERE legal_entity_id = %s AND {column} = %s"
        for column in ("brought_by_id", "replaced_by_id")
    )
    if any(column.name == "customer_id" for column in TABLES[name].columns):
        query = f"SELECT DISTINCT x.customer_id FROM ({touched}) x WHERE x.customer_id IS NOT NULL LIMIT %s"
    elif name in THROUGH:
        through, column = THROUGH[name]
        query = (
            f"SELECT DISTINCT t.customer_id FROM ({touched}) x JOIN {bulk.quoted(db_table(through))} t "
            f"ON t.legal_entity_id = x.legal_entity_id AND t.{column} = x.{column} AND t.replaced_by_id IS NULL LIMIT %s"
        )
    else:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(query, [*[imported.legal_entity_id, imported.pk] * 2, most])
        return {row[0] for row in cursor.fetchall()}
