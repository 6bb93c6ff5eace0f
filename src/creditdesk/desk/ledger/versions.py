"""Lays rows upon the ledger: what is new is added, what changed replaces the version that held, what is equal is no news."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Import
from creditdesk.desk.ledger.rows import db_table
from creditdesk.facts import sql
from creditdesk.facts.column import LIST, STRING, Column, Table

FEW = 20_000
"""Up to so many rows are looked up by their keys; for more, all versions that hold are read."""

_UNIT, _EMPTY = "chr(31)", "chr(30)"
_UNSHOWN = "chr(65533)"

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the rows so far, and how many there are."""


@dataclass
class Laid:
    """What became of the rows of one table.

    Attributes:
        new: rows whose key nobody held.
        replaced: rows that took the place of another version.
        same: rows that were there already.
        confirmed: of these, per import that had brought them.
    """

    new: int = 0
    replaced: int = 0
    same: int = 0
    confirmed: dict[int, int] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """Rows that were written."""
        return self.new + self.replaced


@functools.cache
def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table of the contract, every column nullable."""
    return pa.schema([item.with_nullable(True) for item in table.schema().to_pyarrow()])


def take_in(con: duckdb.DuckDBPyConnection, table: Table, relation: str) -> int:
    """Make `incoming`: rows in contract shape as they are stored, with their fingerprint; gives their number.

    Args:
        relation: a FROM item with the columns of the contract in their types.
    """
    zero = _has_zero_bytes(con, table, relation)
    stored = [f"{_stored(column, zero)} AS {sql.name(column.name)}" for column in table.columns]
    texts = ", ".join(f"coalesce(CAST({sql.name(c.name)} AS VARCHAR), {_EMPTY})" for c in table.columns)
    fingerprint = (
        f"CAST(md5_number_lower(concat_ws({_UNIT}, {texts})) - 9223372036854775808::HUGEINT AS BIGINT)"
    )
    copy = "" if table.key else ", row_number() OVER (PARTITION BY content) AS _copy"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT *{copy} FROM "
        f"(SELECT *, {fingerprint} AS content FROM (SELECT {', '.join(stored)} FROM {relation}))"
    )
    return int(con.execute("SELECT count(*) FROM incoming").fetchall()[0][0])


def _stored(column: Column, zero: bool) -> str:
    """A column as it is stored: lists as JSON text, zero bytes as the mark for what cannot be shown."""
    name = sql.name(column.name)
    if column.type == LIST:
        return f"CAST(to_json({name}) AS VARCHAR)"
    return f"replace({name}, chr(0), {_UNSHOWN})" if zero and column.type == STRING else name


def _has_zero_bytes(con: duckdb.DuckDBPyConnection, table: Table, relation: str) -> bool:
    """Whether a text holds a zero byte, which no PostgreSQL can store; a CSV file with one is refused before."""
    texts = ", ".join(sql.name(column.name) for column in table.columns if column.type == STRING)
    found = con.execute(
        f"SELECT bool_or(contains(concat_ws('', {texts}), chr(0))) FROM {relation}"
    ).fetchall()
    return bool(found[0][0])


def fingerprint_of_all(con: duckdb.DuckDBPyConnection) -> str:
    """What tells the content of `incoming` as a whole, whatever its order."""
    count, total, mixed = con.execute(
        "SELECT count(*), coalesce(sum(content::HUGEINT), 0), coalesce(bit_xor(content), 0) FROM incoming"
    ).fetchall()[0]
    return f"{count}:{total}:{mixed}"


def compare(con: duckdb.DuckDBPyConnection, table: Table, company: int, *, only_new: bool = False) -> Laid:
    """Hold `incoming` against the versions that hold now; makes `matched` and says what would change.

    Args:
        only_new: rows of somebody whom the ledger holds already are left out, and count as the same.
    """
    con.register("holding", _holding(con, table, company))
    if only_new and table.key:
        return _only_new(con, sql.name(table.key[0]))
    if table.key:
        same_key = " AND ".join(
            f"i.{sql.name(name)} IS NOT DISTINCT FROM h.{sql.name(name)}" for name in table.key
        )
    else:
        same_key = "i.content = h.content AND i._copy = h._copy"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE matched AS SELECT i.*, h.id AS _old, h.content AS _old_content, "
        f"h.origin AS _old_import FROM incoming i LEFT JOIN holding h ON {same_key}"
    )
    con.unregister("holding")
    new, replaced, same = con.execute(
        "SELECT count(*) FILTER (_old IS NULL), count(*) FILTER (content <> _old_content), "
        "count(*) FILTER (content = _old_content) FROM matched"
    ).fetchall()[0]
    confirmed = con.execute(
        "SELECT _old_import, count(*) FROM matched WHERE content = _old_content GROUP BY 1"
    ).fetchall()
    return Laid(new, replaced, same, dict(confirmed))


def _only_new(con: duckdb.DuckDBPyConnection, key: str) -> Laid:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE matched AS SELECT *, NULL::BIGINT AS _old, NULL::BIGINT AS _old_content, "
        f"NULL::BIGINT AS _old_import FROM incoming WHERE {key} NOT IN (SELECT {key} FROM holding WHERE {key} IS NOT NULL)"
    )
    con.unregister("holding")
    given, new = con.execute(
        "SELECT (SELECT count(*) FROM incoming), (SELECT count(*) FROM matched)"
    ).fetchall()[0]
    return Laid(new, 0, given - new)


def lay(
    con: duckdb.DuckDBPyConnection, table: Table, imported: Import, laid: Laid, progress: Progress
) -> None:
    """Write what `compare` found to be news, as brought by an import."""
    if laid.replaced:
        old = con.sql("SELECT _old FROM matched WHERE content <> _old_content").to_arrow_table()
        close(table, old.column(0).to_pylist(), imported.pk)
    if laid.changed:
        names = ", ".join(sql.name(column.name) for column in table.columns)
        rows = con.sql(
            f"SELECT {names}, content, {imported.pk}::BIGINT AS brought_by_id, "
            f"{imported.pk}::BIGINT AS origin_id, {imported.legal_entity_id}::BIGINT AS legal_entity_id FROM matched "
            f"WHERE _old IS NULL OR content <> _old_content"
        ).to_arrow_reader(bulk.BATCH)
        bulk.store(
            db_table(table.name), rows, lambda done: progress(f"writing {table.name}", done, laid.changed)
        )
    if laid.changed > bulk.BATCH:
        bulk.learn(db_table(table.name))


def close(table: Table, ids: list[int], imported: int) -> None:
    """Say of versions that they hold no more."""
    bulk.update_each(
        f"UPDATE {bulk.quoted(db_table(table.name))} SET replaced_by_id = %s WHERE id", imported, ids
    )


def _holding(con: duckdb.DuckDBPyConnection, table: Table, company: int) -> pa.Table:
    """The versions that hold now and may be meant by `incoming`: id, key, content, the import that said so."""
    schema = pa.schema(
        [
            ("id", pa.int64()),
            *((name, arrow_schema(table).field(name).type) for name in table.key),
            ("content", pa.int64()),
            ("origin", pa.int64()),
        ]
    )
    keys = "".join(f", {bulk.quoted(name)}" for name in table.key)
    query = (
        f"SELECT id{keys}, content, origin_id AS origin FROM {bulk.quoted(db_table(table.name))} "
        f"WHERE legal_entity_id = %s AND replaced_by_id IS NULL"
    )
    parameters: list[object] = [company]
    asked = con.execute("SELECT count(*) FROM incoming").fetchall()[0][0]
    if table.key and asked <= FEW and table.column(table.key[0]).required:
        first = con.execute(f"SELECT DISTINCT {sql.name(table.key[0])} FROM incoming").fetchall()
        condition, values = bulk.among(table.key[0], [row[0] for row in first])
        query, parameters = f"{query} AND {condition}", [company, values]
    rows = bulk.fetch(query, parameters, schema)
    if table.key:
        return rows
    con.register("held", rows)
    return con.sql(
        "SELECT *, row_number() OVER (PARTITION BY content ORDER BY id) AS _copy FROM held"
    ).to_arrow_table()
