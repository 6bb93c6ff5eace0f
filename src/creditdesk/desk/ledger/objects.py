"""Django's objects into the database by the thousand: one statement, prepared once for all of them.

Django's own `bulk_create` and `bulk_update` write a new statement for every few hundred rows, with a CASE per column and row;
at ten thousand objects a day that is most of what recording them costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models

from creditdesk.desk.ledger.bulk import quoted


def add(rows: Sequence[models.Model], otherwise: str = "DO NOTHING") -> None:
    """Insert objects of one model; their ids are not read back. A row whose key is taken is dealt with as `otherwise` says.

    Args:
        otherwise: what follows `ON CONFLICT`.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    columns, marks = ", ".join(quoted(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    _each(
        f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES ({marks}) ON CONFLICT {otherwise}",
        [
            [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
            for row in rows
        ],
    )


def change(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of objects of one model that are in the database."""
    if not rows:
        return
    model = type(rows[0])
    named = {field.name: field for field in model._meta.concrete_fields}
    fields = [named[name] for name in names]
    put = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
    _each(
        f"UPDATE {quoted(model._meta.db_table)} SET {put} WHERE id = %s",
        [
            [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk]
            for row in rows
        ],
    )


def _each(statement: str, values: Sequence[Sequence[object]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
