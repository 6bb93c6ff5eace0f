"""Keeps what was set apart: the rows that break the contract, and the customers about whom not all is known for it.

A quarantined row is settled by the next import that brings a good row with its key, or that brings its file again. A
customer is held until nothing of it stands in quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from django.db import connection

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company, HeldCustomer, Import, Quarantined
from creditdesk.facts import sql
from creditdesk.facts.column import Table
from creditdesk.facts.quarantine import COLUMNS
from creditdesk.facts.schema import TABLES

KEPT = (
    "code",
    "table",
    "file",
    "line",
    "column",
    "found",
    "reason",
    "allowed",
    "remedy",
    "customer_id",
    "row",
)
OWED = ("invoice", "payment", "allocation")
"""Tables whose quarantined rows hold a customer."""


def read_quarantine(con: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> str:
    """Make `set_apart`: the rows that are out, with their key as JSON where it can be read; gives a fingerprint of them.

    Args:
        files: `quarantine.parquet` of a check, `quarantine.csv` of a foreign file.
    """
    names = ", ".join(sql.name(name) for name in COLUMNS)
    parts = [f"SELECT {names} FROM {_reader(file)}" for file in files]
    empty = ", ".join(
        f"NULL::{'BIGINT' if name == 'line' else 'VARCHAR'} AS {sql.name(name)}" for name in COLUMNS
    )
    everything = " UNION ALL ".join([*parts, f"SELECT {empty} WHERE false"])
    keys = " ".join(
        f"WHEN {sql.text(table.name)} THEN {_key_of_json(table)}" for table in TABLES.values() if table.key
    )
    kept = ", ".join(_kept(name) for name in KEPT)
    key = _storable(f'CASE WHEN json_valid("row") THEN CASE "table" {keys} END END')
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE set_apart AS SELECT {kept}, {key} AS key "
        f"FROM ({everything}) WHERE severity = 'error'"
    )
    count, mixed = con.execute(
        "SELECT count(*), coalesce(bit_xor(md5_number_lower(to_json(s)::VARCHAR)), 0) FROM set_apart s"
    ).fetchall()[0]
    return f"quarantine:{count}:{mixed}"


def _kept(name: str) -> str:
    """A column as it is kept: texts are never empty values, but for whose row it is."""
    if name == "line":
        return name
    value = sql.name(name)
    return f"{_storable(value if name == 'customer_id' else _never_empty(value))} AS {value}"


def _never_empty(value: str) -> str:
    return f"coalesce({value}, '')"


def _storable(value: str) -> str:
    """Zero bytes as the mark for what cannot be shown: no PostgreSQL can store one."""
    return f"replace({value}, chr(0), chr(65533))"


def settle(con: duckdb.DuckDBPyConnection, table: Table, imported: Import) -> None:
    """Settle what was set apart of a table where `incoming` bears its key."""
    standing = Quarantined.objects.filter(
        legal_entity=imported.legal_entity, table=table.name, replaced_by=None
    ).exclude(key=None)
    rows = list(standing.values_list("id", "key")) if table.key else []
    if not rows:
        return
    con.register("standing", pa.table({"id": [row[0] for row in rows], "key": [row[1] for row in rows]}))
    keys = f"SELECT {_key_of_row(table)} FROM incoming"
    found = con.execute(f"SELECT id FROM standing WHERE key IN ({keys})").fetchall()
    con.unregister("standing")
    Quarantined.objects.filter(pk__in=[row[0] for row in found]).update(replaced_by=imported)


def settle_keys(table: Table, imported: Import, keys: Sequence[str]) -> None:
    """As `settle`, for a few rows, by their keys as JSON."""
    Quarantined.objects.filter(
        legal_entity=imported.legal_entity_id, table=table.name, replaced_by=None, key__in=keys
    ).update(replaced_by=imported)


def settle_source(imported: Import, tables: Iterable[str]) -> None:
    """Settle what an earlier import of the same folder or file set apart: what that says now counts."""
    Quarantined.objects.filter(
        legal_entity=imported.legal_entity, source=imported.source, table__in=[*tables, ""], replaced_by=None
    ).exclude(brought_by=imported).update(replaced_by=imported)


def settle_rows(imported: Import, numbers: Sequence[int]) -> None:
    """Settle rows that an import repairs, or that a person decides to leave out."""
    standing = Quarantined.objects.filter(legal_entity=imported.legal_entity, replaced_by=None)
    for start in range(0, len(numbers), 500):
        standing.filter(pk__in=numbers[start : start + 500]).update(replaced_by=imported)


def keep(con: duckdb.DuckDBPyConnection, imported: Import, held: Iterable[str]) -> None:
    """Write down `set_apart`, and whom it holds."""
    rows = con.sql(
        f"SELECT *, {sql.text(imported.source)} AS source, {imported.pk}::BIGINT AS brought_by_id, "
        f"{imported.legal_entity_id}::BIGINT AS legal_entity_id FROM set_apart"
    ).to_arrow_reader(bulk.BATCH)
    bulk.store(Quarantined._meta.db_table, rows)
    HeldCustomer.objects.bulk_create(
        (
            HeldCustomer(legal_entity=imported.legal_entity, brought_by=imported, customer_id=customer)
            for customer in held
        ),
        batch_size=5_000,
    )


def release(imported: Import) -> None:
    """End the holds of customers of whom nothing is set apart any longer by the import that held them."""
    holds = bulk.quoted(HeldCustomer._meta.db_table)
    apart = bulk.quoted(Quarantined._meta.db_table)
    owed = ", ".join(sql.text(name) for name in OWED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {holds} SET replaced_by_id = %s WHERE legal_entity_id = %s AND replaced_by_id IS NULL "
            f"AND NOT EXISTS (SELECT 1 FROM {apart} q WHERE q.legal_entity_id = {holds}.legal_entity_id "
            f"AND q.brought_by_id = {holds}.brought_by_id AND q.replaced_by_id IS NULL "
            f'AND (q."table" IN ({owed}) OR q."table" = \'\') '
            f"AND (q.customer_id IS NULL OR q.customer_id = {holds}.customer_id OR q.\"table\" = 'allocation'))",
            [imported.pk, imported.legal_entity_id],
        )


def held_customers(company: Company, number: int) -> list[str]:
    """Customers held for what was set apart, as known after import `number`, sorted."""
    holds = HeldCustomer.objects.filter(legal_entity=company, brought_by__lte=number).exclude(
        replaced_by__lte=number
    )
    return sorted(set(holds.values_list("customer_id", flat=True)))


def _reader(file: Path) -> str:
    if file.suffix == ".parquet":
        return f"read_parquet({sql.text(file)})"
    columns = ", ".join(
        f"{sql.text(name)}: '{'BIGINT' if name == 'line' else 'VARCHAR'}'" for name in COLUMNS
    )
    return f"read_csv({sql.text(file)}, header = true, columns = {{{columns}}}, quote = '\"', escape = '\"')"


def _key_of_json(table: Table) -> str:
    parts = ", ".join(f'json_extract_string("row", {sql.text("$." + name)})' for name in table.key)
    first = f'json_extract_string("row", {sql.text("$." + table.key[0])})'
    return f"CASE WHEN {first} <> '' THEN to_json([{parts}])::VARCHAR END"


def _key_of_row(table: Table) -> str:
    parts = ", ".join(f"CAST({sql.name(name)} AS VARCHAR)" for name in table.key)
    return f"to_json([{parts}])::VARCHAR"
