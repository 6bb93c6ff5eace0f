"""Takes an import back, also out of order, where nothing later rests on it. Nothing is deleted: it is a further import."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.dependence import (
    NotUndone,
    refuse_putting_again,
    refuse_taking_back,
    taken_back,
    touched,
)
from creditdesk.desk.ledger.models import HeldCustomer, Import, Quarantined, SetApart
from creditdesk.desk.ledger.rows import db_table
from creditdesk.desk.ledger.writing import begin, reconnect
from creditdesk.facts.column import Table


def undo(number: int, *, by: str, why: str, at: datetime | None = None) -> Import:
    """Undo an import: the rows it brought hold no more, and those it replaced hold again.

    An undoing can be undone too: then the import stands again.

    Raises:
        NotUndone: no reason is given, it was undone already, or a later import replaced, repeated or names a row
            it brought.
        Import.DoesNotExist: there is no import with this number.
    """
    if not why.strip():
        raise NotUndone("an undoing needs a reason", "no_reason", number)
    reconnect()
    wrong = Import.objects.get(pk=number)
    with transaction.atomic():
        undoing = begin(wrong.legal_entity, kind=Import.Kind.UNDO, by=by, why=why, source=str(wrong), at=at)
        if wrong.pk in taken_back(wrong.legal_entity):
            before = Import.objects.filter(undoes=wrong).order_by("-id").first()
            raise NotUndone(
                f"{wrong} was undone already, by {before}; the way out: undo {before} to have it again",
                "undone_already",
                wrong.pk,
                before.pk if before else 0,
            )
        first, again = _first(wrong)
        if again:
            refuse_putting_again(first)
        else:
            refuse_taking_back(first)
        undoing.undoes = wrong
        undoing.save(force_insert=True)
        for table in touched(first):
            gone, back = _put_again(table, first, undoing) if again else _take_back(table, first, undoing)
            undoing.counts[table.name] = {"gone": gone, "back": back}
        for model in (Quarantined, HeldCustomer):
            _turn(model, wrong, undoing)
        undoing.save()
    return undoing


def _first(wrong: Import) -> tuple[Import, bool]:
    """The import that brought rows, at the end of a chain of undoings; and whether it is to stand again."""
    first, again = wrong, False
    while first.undoes is not None:
        first, again = first.undoes, not again
    return first, again


def _take_back(table: Table, first: Import, undoing: Import) -> tuple[int, int]:
    """Close what an import said, and bring back what it replaced."""
    stored = bulk.quoted(db_table(table.name))
    gone = _run(
        f"UPDATE {stored} SET replaced_by_id = %s WHERE legal_entity_id = %s AND replaced_by_id IS NULL "
        f"AND (brought_by_id = %s OR (origin_id = %s AND NOT (origin_id = brought_by_id)))",
        [undoing.pk, first.legal_entity_id, first.pk, first.pk],
    )
    return gone, _copy(table, undoing, "replaced_by_id", first)


def _put_again(table: Table, first: Import, undoing: Import) -> tuple[int, int]:
    """Close what holds under the keys of an import, and bring back what it said."""
    stored = bulk.quoted(db_table(table.name))
    gone = 0
    if table.key:
        keys = " AND ".join(
            f"(o.{bulk.quoted(name)} {_is()} {stored}.{bulk.quoted(name)})" for name in table.key
        )
        gone = _run(
            f"UPDATE {stored} SET replaced_by_id = %s WHERE legal_entity_id = %s AND replaced_by_id IS NULL "
            f"AND EXISTS (SELECT 1 FROM {stored} o WHERE o.legal_entity_id = {stored}.legal_entity_id "
            f"AND o.brought_by_id = %s AND {keys})",
            [undoing.pk, first.legal_entity_id, first.pk],
        )
    return gone, _copy(table, undoing, "brought_by_id", first)


def _copy(table: Table, undoing: Import, which: str, first: Import) -> int:
    stored = bulk.quoted(db_table(table.name))
    columns = ", ".join([*(bulk.quoted(column.name) for column in table.columns), "content", "origin_id"])
    return _run(
        f"INSERT INTO {stored} ({columns}, legal_entity_id, brought_by_id) "
        f"SELECT {columns}, legal_entity_id, %s FROM {stored} WHERE legal_entity_id = %s AND {which} = %s ORDER BY id",
        [undoing.pk, first.legal_entity_id, first.pk],
    )


def _turn(model: type[SetApart], wrong: Import, undoing: Import) -> None:
    """What an import (or undoing) set apart stands no more; what it settled stands again."""
    shared = {"id", "legal_entity_id", "brought_by_id", "replaced_by_id"}
    stored = bulk.quoted(model._meta.db_table)
    columns = ", ".join(
        bulk.quoted(field.column) for field in model._meta.concrete_fields if field.column not in shared
    )
    _run(
        f"UPDATE {stored} SET replaced_by_id = %s WHERE legal_entity_id = %s AND brought_by_id = %s "
        f"AND replaced_by_id IS NULL",
        [undoing.pk, wrong.legal_entity_id, wrong.pk],
    )
    _run(
        f"INSERT INTO {stored} ({columns}, legal_entity_id, brought_by_id) "
        f"SELECT {columns}, legal_entity_id, %s FROM {stored} WHERE legal_entity_id = %s AND replaced_by_id = %s "
        f"ORDER BY id",
        [undoing.pk, wrong.legal_entity_id, wrong.pk],
    )


def _is() -> str:
    return "IS" if connection.vendor == "sqlite" else "IS NOT DISTINCT FROM"


def _run(statement: str, parameters: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
