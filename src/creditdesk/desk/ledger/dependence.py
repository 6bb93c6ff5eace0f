"""What later imports rest on an import: whether it can be taken back beneath them, or put in force again.

The rule that all checks serve: the ledger holds what the imports that stand would give, laid one upon the other in the
order of their numbers. Where that cannot be had by moving the rows of this one import, it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company, Confirmation, Import
from creditdesk.desk.ledger.rows import db_table
from creditdesk.facts.column import LIST, Column, Table
from creditdesk.facts.links import KEPT
from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.schema import TABLES


class NotUndone(UnusableInput):
    """An import that cannot be undone; the message names the later import that rests on it, and the way out.

    Attributes:
        code: what stands in the way, for whoever says it in another language: `no_reason`, `undone_already`, `repeated`,
            `replaced`, `named`, `lost`, `rests_on_undone`, `changed`, `repeated_since`.
        first: the import.
        later: the import that stands in the way; 0 where it is none.
        table: in which table; empty where it is about no one table.
        rows: how many rows are meant.
        ref: what is named, where that is one thing.
    """

    def __init__(
        self,
        said: str,
        code: str,
        first: int = 0,
        later: int = 0,
        table: str = "",
        rows: int = 0,
        ref: str = "",
    ) -> None:
        super().__init__(said)
        self.code, self.first, self.later, self.table, self.rows, self.ref = (
            code,
            first,
            later,
            table,
            rows,
            ref,
        )


def taken_back(company: Company) -> set[int]:
    """Numbers of the imports that do not stand: undone, and their undoing was not undone in turn."""
    undoings = Import.objects.filter(legal_entity=company).exclude(undoes=None).order_by("-id")
    gone: set[int] = set()
    for number, undone in undoings.values_list("id", "undoes"):
        if number not in gone:
            gone.add(undone)
    return gone


def touched(first: Import) -> list[Table]:
    """The tables in which an import brought rows, in the order of the contract."""
    return [
        table
        for name, table in TABLES.items()
        if (counts := first.counts.get(name)) and (counts["new"] or counts["replaced"])
    ]


def refuse_taking_back(first: Import) -> None:
    """Raise `NotUndone` when something later rests on the rows of an import."""
    gone = taken_back(first.legal_entity)
    repeated = first.confirmed.exclude(by__in=gone).order_by("-by").first()
    if repeated is not None:
        raise _resting(
            first,
            repeated.by_id,
            f"brought {repeated.rows} of its rows in {repeated.table} again",
            "repeated",
            repeated.table,
            repeated.rows,
        )
    own = touched(first)
    for table in TABLES.values():
        if table in own:
            _refuse_replaced(first, table)
        for column in _strict_links(table):
            if TABLES[column.references] in own:
                _refuse_named(first, table, column)
            if table in own:
                _refuse_lost(first, table, column, "replaced_by_id")


def refuse_putting_again(first: Import) -> None:
    """Raise `NotUndone` when what an import rested on has changed while it did not stand."""
    gone = taken_back(first.legal_entity)
    lost = first.confirms.filter(of__in=gone).first()
    if lost is not None:
        raise NotUndone(
            f"{first} cannot stand again: it rests on rows of import {lost.of_id}, which was undone since; the way out: "
            f"bring its file in again",
            "rests_on_undone",
            first.pk,
            lost.of_id,
        )
    for table in touched(first):
        _refuse_changed(first, table)
        _refuse_repeated(first, table, gone)
        for column in _strict_links(table):
            _refuse_lost(first, table, column, "brought_by_id")


def _resting(first: Import, later: int, does: str, code: str, table: str, rows: int) -> NotUndone:
    said = f"{first} cannot be undone: import {later} {does}; the way out: undo import {later} first"
    return NotUndone(said, code, first.pk, later, table, rows)


def _strict_links(table: Table) -> list[Column]:
    """Links that a row cannot do without; a list of ids may name documents that left the books."""
    return [
        column
        for column in table.columns
        if column.references
        and column.references != "company"
        and column.type != LIST
        and (table.name, column.name) not in KEPT
    ]


def _refuse_replaced(first: Import, table: Table) -> None:
    """A later import that stands replaced rows that it brought."""
    brought, standing = _first(
        f"SELECT count(CASE WHEN brought_by_id = %s THEN 1 END), "
        f"count(CASE WHEN replaced_by_id IS NULL THEN 1 END) FROM {_of(table)} v",
        [first.pk, *_of_parameters(first)],
    )
    if brought == standing:
        return
    (later,) = _first(f"SELECT max(replaced_by_id) FROM {_of(table)} v", _of_parameters(first))
    gone = brought - standing
    does = f"replaced rows of it in {table.name} ({gone} of {brought})"
    raise _resting(first, later, does, "replaced", table.name, gone)


def _refuse_named(first: Import, table: Table, column: Column) -> None:
    """Rows of later imports name something that would no longer be there."""
    target = TABLES[column.references]
    key, name = bulk.quoted(target.key[0]), bulk.quoted(column.name)
    found = _first(
        f"SELECT max(r.origin_id), count(*) FROM {_of(target)} t JOIN {_t(table)} r ON r.{name} = t.{key} "
        f"AND r.legal_entity_id = t.legal_entity_id WHERE t.replaced_by_id IS NULL AND r.replaced_by_id IS NULL "
        f"AND r.origin_id > %s AND NOT EXISTS (SELECT 1 FROM {_t(target)} o "
        f"WHERE o.legal_entity_id = t.legal_entity_id AND o.{key} = t.{key} "
        f"AND ((o.replaced_by_id IS NULL AND o.origin_id <> %s) OR o.replaced_by_id = %s)) HAVING count(*) > 0",
        [*_of_parameters(first), first.pk, first.pk, first.pk],
    )
    if found:
        what = target.name.replace("_", " ")
        raise _resting(
            first, found[0], f"brought rows in {table.name} that name a {what} of it ({found[1]} in all)",
            "named", table.name, found[1],
        )  # fmt: skip


def _refuse_lost(first: Import, table: Table, column: Column, which: str) -> None:
    """A row that would come back names something that left the ledger since.

    Args:
        which: column of the import that tells the rows to come back: what it replaced, or what it brought.
    """
    target = TABLES[column.references]
    key, name = bulk.quoted(target.key[0]), bulk.quoted(column.name)
    comes = (
        "o.replaced_by_id IS NULL AND o.origin_id <> %s"
        if which == "replaced_by_id"
        else "o.replaced_by_id IS NULL AND %s > 0"
    )
    found = _first(
        f"SELECT min(c.{name}), count(*) FROM {_t(table)} c WHERE c.legal_entity_id = %s AND c.{which} = %s "
        f"AND c.{name} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_t(target)} o "
        f"WHERE o.legal_entity_id = c.legal_entity_id AND o.{key} = c.{name} AND (({comes}) OR o.{which} = %s)) "
        f"HAVING count(*) > 0",
        [first.legal_entity_id, first.pk, first.pk, first.pk],
    )
    if found:
        raise NotUndone(
            f"{first}: {found[1]} rows of {table.name} would come back that name {target.name.replace('_', ' ')} "
            f"{found[0]!r}, which is no longer there; the way out: bring that in again first",
            "lost",
            first.pk,
            0,
            table.name,
            found[1],
            str(found[0]),
        )


def _refuse_changed(first: Import, table: Table) -> None:
    """What held under its keys just before it must be what holds now."""
    if table.key:
        found = _first(
            f"SELECT max(n.origin_id), count(*) FROM {_t(table)} r "
            f"LEFT JOIN {_t(table)} b ON {_keys(table, 'b', 'r')} AND b.replaced_by_id = r.brought_by_id "
            f"LEFT JOIN {_t(table)} n ON {_keys(table, 'n', 'r')} AND n.replaced_by_id IS NULL "
            f"WHERE r.legal_entity_id = %s AND r.brought_by_id = %s "
            f"AND NOT ({_same('b.content', 'n.content')} AND {_same('b.origin_id', 'n.origin_id')}) HAVING count(*) > 0",
            [first.legal_entity_id, first.pk],
        )
    else:
        equal = f"FROM {_t(table)} o WHERE o.legal_entity_id = r.legal_entity_id AND o.content = r.content"
        found = _first(
            f"SELECT max(r.origin_id), count(*) FROM {_t(table)} r WHERE r.legal_entity_id = %s AND r.brought_by_id = %s "
            f"AND (SELECT count(*) {equal} AND o.brought_by_id < r.brought_by_id AND (o.replaced_by_id IS NULL "
            f"OR o.replaced_by_id >= r.brought_by_id)) <> (SELECT count(*) {equal} AND o.replaced_by_id IS NULL) "
            f"HAVING count(*) > 0",
            [first.legal_entity_id, first.pk],
        )
    if found:
        raise NotUndone(
            f"{first} cannot stand again: {found[1]} of the rows it brought in {table.name} were changed since; the way "
            f"out: bring its file in again",
            "changed",
            first.pk,
            0,
            table.name,
            found[1],
        )


def _refuse_repeated(first: Import, table: Table, gone: set[int]) -> None:
    """What it replaced was brought again by a later import, so that it would not hold even if it stood."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT origin_id FROM {_t(table)} WHERE legal_entity_id = %s AND replaced_by_id = %s",
            [first.legal_entity_id, first.pk],
        )
        origins = [row[0] for row in cursor.fetchall()]
    later = Confirmation.objects.filter(of__in=origins, table=table.name, by__gt=first.pk).exclude(
        by__in=gone
    )
    if (found := later.order_by("by").first()) is not None:
        raise NotUndone(
            f"{first} cannot stand again: import {found.by_id} said again what it had replaced in {table.name}; the way "
            f"out: bring its file in again",
            "repeated_since",
            first.pk,
            found.by_id,
            table.name,
        )


def _of(table: Table) -> str:
    """The versions whose origin is an import, as a FROM item; its parameters are `_of_parameters`.

    Written so that an index serves both those it brought itself and those that were brought back.
    """
    return (
        f"(SELECT * FROM {_t(table)} WHERE legal_entity_id = %s AND brought_by_id = %s AND origin_id = brought_by_id "
        f"UNION ALL SELECT * FROM {_t(table)} WHERE legal_entity_id = %s AND origin_id = %s "
        f"AND NOT (origin_id = brought_by_id))"
    )


def _of_parameters(first: Import) -> list[int]:
    return [first.legal_entity_id, first.pk] * 2


def _keys(table: Table, left: str, right: str) -> str:
    same = [_same(f"{left}.{bulk.quoted(name)}", f"{right}.{bulk.quoted(name)}") for name in table.key]
    return " AND ".join([f"{left}.legal_entity_id = {right}.legal_entity_id", *same])


def _t(table: Table) -> str:
    return bulk.quoted(db_table(table.name))


def _same(left: str, right: str) -> str:
    word = "IS" if connection.vendor == "sqlite" else "IS NOT DISTINCT FROM"
    return f"({left} {word} {right})"


def _first(query: str, parameters: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))
        return cursor.fetchone()
