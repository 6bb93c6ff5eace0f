"""Writes down what changed: decisions and steps with the days from which and up to which they held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models

from creditdesk.desk.beside import beside
from creditdesk.desk.day import matching
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company


@dataclass(frozen=True)
class Laid:
    """How many rows were new, ended and unchanged."""

    new: int
    ended: int
    same: int


def lay(
    model: type[models.Model],
    key: Sequence[str],
    company: Company,
    as_of: date,
    rows: pa.Table,
    customers: Sequence[str] | None = None,
    but: Sequence[str] = (),
) -> Laid:
    """Make `rows` hold from `as_of` on. What holds already is left alone; on the same day the last word counts.

    Args:
        key: the columns that tell rows apart within a company.
        rows: columns named as the model's, with `customer` and `digest`; without company and days.
        customers: the rows are those of these customers alone; None = of all.
        but: customers that are left as they are.
    """
    table = model._meta.db_table
    current, ended = _standing(table, key, company, as_of, customers)
    # what a person's change decided for a later day stays
    ahead = current.filter(pc.greater(current.column("from_on"), pa.scalar(as_of))).column("customer")
    leave = pa.table({"customer": pa.array([*but, *ahead.unique().to_pylist()], pa.string())})
    compared = _compared if max(rows.num_rows, current.num_rows) > matching.FEW else _compared_few
    found = compared(key, as_of, rows, current, ended, leave)
    _apply(table, company, as_of, found)
    return Laid(found.fresh, len(found.drop) + len(found.close), found.given - found.fresh)


@dataclass(frozen=True)
class _Compared:
    """What rows that hold now make of those that stood: ids that go, end and hold again, and rows that are new."""

    drop: list[int]
    close: list[int]
    reopen: list[int]
    insert: pa.Table
    given: int
    fresh: int


def _compared(
    key: Sequence[str], as_of: date, rows: pa.Table, current: pa.Table, ended: pa.Table, leave: pa.Table
) -> _Compared:
    # what a row says besides is much: it is compared by its digest, and not copied
    told = numbered(rows, [*key, "digest"])
    with beside(given_rows=told, current_rows=current, ended_rows=ended, but_rows=leave) as con:
        same_key = " AND ".join(f"n.{name} = c.{name}" for name in key)
        con.execute("CREATE TEMP TABLE given AS SELECT * FROM given_rows ANTI JOIN but_rows USING (customer)")
        con.execute(
            "CREATE TEMP TABLE standing AS SELECT * FROM current_rows ANTI JOIN but_rows USING (customer)"
        )
        con.execute(
            f"CREATE TEMP TABLE fresh AS SELECT * FROM given n WHERE NOT EXISTS "
            f"(SELECT 1 FROM standing c WHERE {same_key} AND c.digest = n.digest)"
        )
        con.execute(
            f"CREATE TEMP TABLE gone AS SELECT * FROM standing c WHERE NOT EXISTS "
            f"(SELECT 1 FROM given n WHERE {same_key} AND c.digest = n.digest)"
        )
        con.execute(
            f"CREATE TEMP TABLE back AS SELECT n.*, c.id AS id_back FROM fresh n "
            f"JOIN ended_rows c ON {same_key} AND c.digest = n.digest"
        )
        today = [as_of]
        drop = _ids(con, "SELECT id FROM gone WHERE from_on >= ?", today)
        close = _ids(con, "SELECT id FROM gone WHERE from_on < ?", today)
        reopen = _ids(con, "SELECT id_back FROM back")
        insert = con.sql(
            f"SELECT {NUMBER} FROM fresh n WHERE NOT EXISTS (SELECT 1 FROM back c WHERE {same_key})"
        ).to_arrow_table()
        counts = con.execute("SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM fresh)").fetchall()
    ((given, fresh),) = counts
    return _Compared(drop, close, reopen, picked(rows, insert), given, fresh)


def _compared_few(
    key: Sequence[str], as_of: date, rows: pa.Table, current: pa.Table, ended: pa.Table, leave: pa.Table
) -> _Compared:
    """As `_compared`, without a database beside."""
    marks, left = [*key, "digest"], leave.column("customer")
    given, standing = matching.but(rows, left), matching.but(current, left)
    fresh, gone = matching.unmatched(given, standing, marks), matching.unmatched(standing, given, marks)
    days = gone.select(["id", "from_on"]).to_pylist()
    return _Compared(
        drop=[row["id"] for row in days if row["from_on"] >= as_of],
        close=[row["id"] for row in days if row["from_on"] < as_of],
        reopen=matching.matched(ended, fresh, marks).column("id").to_pylist(),
        insert=matching.unmatched(fresh, matching.matched(fresh, ended, marks), key),
        given=given.num_rows,
        fresh=fresh.num_rows,
    )


NUMBER = "_number"
"""Names a row where only some of its columns are looked at."""


def numbered(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """Some columns of rows, with the number of each row."""
    return rows.select(list(names)).append_column(NUMBER, pa.array(range(rows.num_rows), pa.int64()))


def picked(rows: pa.Table, numbers: pa.Table) -> pa.Table:
    """The rows with these numbers, a table with the one column `NUMBER`."""
    among = pa.array(range(rows.num_rows), pa.int64())
    return rows.filter(pc.is_in(among, numbers.column(NUMBER).combine_chunks()))


def _standing(
    table: str, key: Sequence[str], company: Company, as_of: date, customers: Sequence[str] | None
) -> tuple[pa.Table, pa.Table]:
    """What holds now, and what ended on this very day."""
    schema = pa.schema(
        [("id", pa.int64()), ("from_on", pa.date32()), ("digest", pa.string())]
        + [(name, pa.int64() if name == "case_no" else pa.string()) for name in key]
    )
    columns = ", ".join(bulk.quoted(name) for name in schema.names)
    where, values = "company_id = %s", [company.pk]
    if customers is not None:
        among, value = bulk.among("customer", list(customers))
        where, values = f"{where} AND {among}", [*values, value]
    query = f"SELECT {columns} FROM {bulk.quoted(table)} WHERE {where}"
    current = bulk.fetch(f"{query} AND to_on IS NULL", values, schema)
    ended = bulk.fetch(f"{query} AND to_on = %s AND from_on < %s", [*values, as_of, as_of], schema)
    return current, ended


def _ids(con: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None) -> list[int]:
    return [row[0] for row in con.execute(query, values or []).fetchall()]


def _apply(table: str, company: Company, as_of: date, found: _Compared) -> None:
    name = bulk.quoted(table)
    if found.drop:
        bulk.update_each(f"DELETE FROM {name} WHERE company_id = %s AND id", company.pk, found.drop)
    if found.close:  # a day is a parameter like any other
        bulk.update_each(f"UPDATE {name} SET to_on = %s WHERE id", cast("int", as_of), found.close)
    if found.reopen:
        bulk.update_each(
            f"UPDATE {name} SET to_on = NULL WHERE company_id = %s AND id", company.pk, found.reopen
        )
    if found.insert.num_rows:
        count = found.insert.num_rows
        rows = found.insert.append_column("company_id", pa.array([company.pk] * count, pa.int64()))
        rows = rows.append_column("from_on", pa.array([as_of] * count, pa.date32()))
        bulk.store(table, rows.to_reader(bulk.BATCH))
