"""Facts that are known already, where a folder only adds to them: today's payments name last year's invoices.

What the rows of the folder name and the folder does not hold is fetched, with what that names in turn, and stands among
its tables while links and balances are checked. It is not judged again and not given out again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from creditdesk.facts import sql
from creditdesk.facts.column import LIST, Table
from creditdesk.facts.folder import PARQUET, REQUIRED, TableFiles
from creditdesk.facts.schema import TABLES
from creditdesk.facts.workbench import KNOWN, Loaded, Workbench

Known = Callable[[str, str, Sequence[str]], pa.Table]
"""`known(table, column, values)`: the rows known of a table whose column has one of the values; all rows where no column is
named."""

_WHOLE = ("company", "fx_rate")
"""Small tables that every check asks."""

_ROUNDS = 4
"""An allocation names an invoice, that its customer, that its payer."""


def lean_on(bench: Workbench, known: Known) -> None:
    """Put what is known beside the rows of the folder, as far as they name it."""
    for name in REQUIRED:
        if name not in bench.tables:
            _open(bench, TABLES[name])
    found = {name: [known(name, "", ())] for name in _WHOLE}
    for name, column in (("allocation", "invoice_id"), ("allocation", "payment_id")):
        if "allocation" in bench.tables:
            found.setdefault(name, []).append(known(name, column, _values(bench, name, column)))
    for name, rows in found.items():
        _put(bench, TABLES[name], rows)
    for _ in range(_ROUNDS):
        came = [_fetch(bench, target, known) for target in TABLES.values() if target.key]
        if not any(came):
            break


def _fetch(bench: Workbench, target: Table, known: Known) -> bool:
    """Fetch what rows name of one table and is not there; True when something was found."""
    key = target.key[0]
    there = (
        f"SELECT {sql.name(key)} FROM {bench.good(target.name)}"
        if target.name in bench.tables
        else "SELECT ''"
    )
    named = [
        f"SELECT {'unnest(' if column.type == LIST else '('}{sql.name(column.name)}) AS id FROM {bench.good(loaded.name)}"
        for loaded in bench.tables.values()
        for column in loaded.table.columns
        if column.name in loaded.present
        and (column.references == target.name or (loaded.name, column.name, target.name) == _PAYER)
    ]
    if not named or target.name in _WHOLE:
        return False
    lost = bench.ask(
        f"SELECT DISTINCT id FROM ({' UNION ALL '.join(named)}) WHERE id IS NOT NULL AND id NOT IN ({there})"
    )
    if not lost:
        return False
    return _put(bench, target, [known(target.name, key, [row[0] for row in lost])])


_PAYER = ("payment", "customer_id", "customer")
"""A link that the contract does not demand, and the check follows."""


def _values(bench: Workbench, table: str, column: str) -> list[str]:
    if not bench.has(table, column):
        return []
    name = sql.name(column)
    return [
        row[0]
        for row in bench.ask(f"SELECT DISTINCT {name} FROM {bench.good(table)} WHERE {name} IS NOT NULL")
    ]


def _put(bench: Workbench, table: Table, rows: Sequence[pa.Table]) -> bool:
    """Put rows among those of a table; those whose key it holds itself are left out."""
    given = pa.concat_tables(rows)
    if not given.num_rows:
        return False
    if table.name not in bench.tables:
        _open(bench, table)
    loaded = bench.tables[table.name]
    columns = ", ".join(sql.name(column.name) for column in table.columns)
    key = ", ".join(sql.name(name) for name in table.key)
    same = " AND ".join(f"g.{sql.name(name)} IS NOT DISTINCT FROM t.{sql.name(name)}" for name in table.key)
    bench.con.register("_given", given)
    fresh = sql.name(f"known_{table.name}_{bench.number('SELECT count(*) FROM duckdb_tables()')}")
    bench.con.execute(
        f"CREATE TEMP TABLE {fresh} AS SELECT _file, _line, {columns} FROM {loaded.typed} UNION ALL "
        f"SELECT {sql.text(KNOWN)}, -row_number() OVER (), {columns} FROM (SELECT DISTINCT ON ({key}) * FROM _given) g "
        f"WHERE NOT EXISTS (SELECT 1 FROM {loaded.typed} t WHERE {same})"
    )
    bench.con.unregister("_given")
    loaded.typed, loaded.leans = fresh, True
    loaded.present = frozenset(column.name for column in table.columns)
    return True


def _open(bench: Workbench, table: Table) -> None:
    """A table that the folder does not have."""
    empty = pa.table(
        {"_file": pa.array([], pa.string()), "_line": pa.array([], pa.int64())}
        | {item.name: pa.array([], item.type) for item in table.schema().to_pyarrow()}
    )
    name = sql.name(f"none_{table.name}")
    bench.con.register("_none", empty)
    bench.con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM _none")
    bench.con.unregister("_none")
    files = TableFiles(table.name, PARQUET, ())
    bench.add(Loaded(table, files, 0, name, name, name, frozenset(), as_is=False))
