"""Lays a few rows upon the ledger by plain statements, as `versions` does with many by a database beside it.

What stands in the ledger afterwards is the same to the bit; only the time differs: a message that went out is one row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import pyarrow as pa
from django.db import connection

from creditdesk.desk.ledger import bulk, versions
from creditdesk.desk.ledger.models import Import
from creditdesk.desk.ledger.rows import db_table
from creditdesk.desk.ledger.versions import Laid
from creditdesk.facts.column import FLOAT, LIST, STRING, Table

FEW = 50
"""Up to so many rows are laid one by one."""

_UNIT, _EMPTY = chr(31), chr(30)

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """Rows held against the versions that hold now.

    Attributes:
        laid: what becomes of them.
        fresh: those that are news, each with its fingerprint.
        old: numbers of the versions they replace.
    """

    laid: Laid
    fresh: list[tuple[Row, int]]
    old: list[int]


def suits(table: Table, rows: pa.Table) -> bool:
    """Whether rows in contract shape can be laid so: few, with a key of texts, and values whose text is beyond doubt."""
    keys = [table.column(name) for name in table.key]
    if rows.num_rows > FEW or not keys or not all(one.type == STRING and one.required for one in keys):
        return False
    for column in table.columns:
        values = rows.column(column.name)
        if column.type == FLOAT and values.null_count < rows.num_rows:
            return False
        if column.type == STRING:
            least = " " if column.name in table.key else chr(1)
            if not all(_plain(text, least) for text in values.to_pylist()):
                return False
        if column.type == LIST and not all(
            _plain(text, " ") for texts in values.to_pylist() for text in texts or ()
        ):
            return False
    return True


def _plain(text: str | None, least: str) -> bool:
    return not text or min(text) >= least


def compare(table: Table, company: int, rows: pa.Table) -> Compared:
    """As `versions.compare`."""
    given = rows.to_pylist()
    standing = _standing(table, company, [row[table.key[0]] for row in given])
    laid, fresh, old = Laid(), [], []
    for row in given:
        content = fingerprint(table, row)
        holds = standing.get(tuple(row[name] for name in table.key))
        if holds is None:
            laid.new += 1
        elif holds.content != content:
            laid.replaced += 1
            old.append(holds.number)
        else:
            laid.same += 1
            laid.confirmed[holds.origin] = laid.confirmed.get(holds.origin, 0) + 1
            continue
        fresh.append((row, content))
    return Compared(laid, fresh, old)


def lay(table: Table, imported: Import, compared: Compared) -> None:
    """As `versions.lay`."""
    if compared.old:
        versions.close(table, compared.old, imported.pk)
    names = [column.name for column in table.columns]
    own = ("content", "brought_by_id", "origin_id", "legal_entity_id")
    columns = ", ".join(bulk.quoted(name) for name in (*names, *own))
    marks = ", ".join(["%s"] * (len(names) + len(own)))
    statement = f"INSERT INTO {bulk.quoted(db_table(table.name))} ({columns}) VALUES ({marks})"
    with connection.cursor() as cursor:
        for row, content in compared.fresh:
            values = [_stored(row[name]) for name in names]
            cursor.execute(statement, [*values, content, imported.pk, imported.pk, imported.legal_entity_id])


def fingerprint(table: Table, row: Row) -> int:
    """As `versions.take_in` makes it."""
    text = _UNIT.join(_text(row[column.name]) for column in table.columns)
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") - 2**63


def key_text(table: Table, row: Row) -> str:
    """The key as a quarantined row keeps it."""
    return _json([row[name] for name in table.key])


@dataclass(frozen=True)
class _Holds:
    """A version that holds now: its number, its fingerprint, the import that said so."""

    number: int
    content: int
    origin: int


def _standing(table: Table, company: int, first: Sequence[str]) -> dict[tuple[str, ...], _Holds]:
    condition, values = bulk.among(table.key[0], first)
    keys = ", ".join(bulk.quoted(name) for name in table.key)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, content, origin_id, {keys} FROM {bulk.quoted(db_table(table.name))} "
            f"WHERE legal_entity_id = %s AND replaced_by_id IS NULL AND {condition}",
            [company, values],
        )
        return {
            tuple(key): _Holds(number, content, origin) for number, content, origin, *key in cursor.fetchall()
        }


def _text(value: Any) -> str:
    """A value as DuckDB writes it."""
    if value is None:
        return _EMPTY
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return _json(value) if isinstance(value, list) else str(value)


def _stored(value: Any) -> Any:
    if isinstance(value, list):
        return _json(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _json(texts: Sequence[str | None]) -> str:
    return json.dumps(list(texts), ensure_ascii=False, separators=(",", ":"))
