"""Takes an import back, also out of order, where nothing later depends on it. Nothing is deleted: it is a further import."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import FACTS, Import
from creditdesk.desk.ledger.rows import db_table
from creditdesk.desk.ledger.writing import begin
from creditdesk.facts.schema import TABLES


class NotUndone(ValueError):
    """An import that cannot be undone; the message names the later import that depends on it, and the way out."""


def undo(number: int, *, by: str, why: str, at: datetime | None = None) -> Import:
    """Undo an import: the rows it brought hold no more, and those it replaced hold again.

    An undoing can be undone too.

    Raises:
        NotUndone: it was undone already, or a later import replaced, repeated or names a row it brought.
        Import.DoesNotExist: there is no import with this number.
    """
    if not why.strip():
        raise NotUndone("an undoing needs a reason")
    wrong = Import.objects.get(pk=number)
    with transaction.atomic():
        undoing = begin(wrong.legal_entity, kind=Import.Kind.UNDO, by=by, why=why, source=str(wrong), at=at)
        _refuse(wrong)
        undoing.undoes = wrong
        undoing.save(force_insert=True)
        for name in TABLES:
            counts = _take_back(name, wrong, undoing)
            if any(counts.values()):
                undoing.counts[name] = counts
        undoing.save()
    return undoing


def _take_back(name: str, wrong: Import, undoing: Import) -> dict[str, int]:
    """Close what it brought, bring back what it replaced."""
    stored = bulk.quoted(db_table(name))
    columns = ", ".join([*(bulk.quoted(column.name) for column in TABLES[name].columns), "content"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {stored} SET replaced_by_id = %s WHERE legal_entity_id = %s AND brought_by_id = %s "
            f"AND replaced_by_id IS NULL",
            [undoing.pk, wrong.legal_entity_id, wrong.pk],
        )
        gone = cursor.rowcount
        cursor.execute(
            f"INSERT INTO {stored} ({columns}, legal_entity_id, brought_by_id) "
            f"SELECT {columns}, legal_entity_id, %s FROM {stored} WHERE legal_entity_id = %s AND replaced_by_id = %s "
            f"ORDER BY id",
            [undoing.pk, wrong.legal_entity_id, wrong.pk],
        )
        return {"gone": gone, "back": cursor.rowcount}


def _refuse(wrong: Import) -> None:
    before = Import.objects.filter(undoes=wrong).order_by("-id").first()
    if before is not None and not Import.objects.filter(undoes=before).exists():
        raise NotUndone(f"{wrong} was undone already by {before}")
    for name, model in FACTS.items():
        rows = model.objects.filter(legal_entity=wrong.legal_entity, brought_by=wrong)
        later = (
            rows.exclude(replaced_by=None)
            .values("replaced_by")
            .annotate(n=Count("id"))
            .order_by("replaced_by")
        )
        if first := later.first():
            raise NotUndone(
                f"{wrong} cannot be undone: import {first['replaced_by']} replaced {first['n']} of its rows in "
                f"{name}; the way out: undo import {first['replaced_by']} first"
            )
    _refuse_repeated(wrong)


def _refuse_repeated(wrong: Import) -> None:
    repeated = wrong.confirmed.filter(by__undone_by=None).order_by("by").first()
    if repeated is not None:
        raise NotUndone(
            f"{wrong} cannot be undone: {repeated.by} brought {repeated.rows} of its rows in {repeated.table} again; "
            f"the way out: undo {repeated.by} first"
        )
