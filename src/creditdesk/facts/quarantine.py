"""What was found, gathered: the problems in the order of the files, all of them on disk, and who is held for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from creditdesk.facts import sql
from creditdesk.facts.problem import ERROR, Problem
from creditdesk.facts.schema import TABLES
from creditdesk.facts.workbench import Workbench

COLUMNS = (
    "severity", "code", "table", "file", "line", "column", "found", "reason", "allowed", "remedy", "customer_id", "row",
)  # fmt: skip
"""Columns of `quarantine.parquet` and `quarantine.csv`, as `Problem` explains them."""


def held_customers(bench: Workbench, before: Sequence[str] = ()) -> tuple[str, ...]:
    """Known customers with a quarantined invoice, payment, credit note or allocation, sorted.

    An allocation belongs to the customer of its invoice and to that of its payment. What a record that could not be
    read names counts as far as it can be told. `before` are customers whose rows an import could not read.
    """
    bench.put_owners("invoice", [(customer, "", "") for customer in before])
    owners = ["SELECT customer_id FROM refused_owner WHERE tbl IN ('invoice', 'payment', 'allocation')"]
    owners += [
        f"SELECT o.customer_id FROM refused_owner r JOIN {bench.tables[table].view} o ON r.{table}_id = o.{table}_id "
        f"WHERE r.tbl = 'allocation'"
        for table in ("invoice", "payment")
        if bench.has(table, "customer_id")
    ]
    owners += [
        f"SELECT customer_id FROM {bench.tables[table].view} SEMI JOIN {bench.bad(table)} USING (_file, _line)"
        for table in ("invoice", "payment")
        if bench.has(table, "customer_id")
    ]
    if _any_bad(bench, "allocation"):
        _name_allocations(bench)
        owners.append("SELECT customer_id FROM allocation_owner")
    found = bench.ask(
        f"SELECT DISTINCT customer_id FROM ({' UNION ALL '.join(owners)}) "
        f"WHERE customer_id IN (SELECT customer_id FROM {bench.good('customer')}) ORDER BY 1"
    )
    return tuple(row[0] for row in found)


def _any_bad(bench: Workbench, table: str) -> bool:
    return table in bench.tables and bench.tables[table].quarantined > bench.tables[table].refused


def _name_allocations(bench: Workbench) -> None:
    """Store whose each quarantined allocation is, and write it into the problems found."""
    allocation = bench.tables["allocation"]
    bad = f"SELECT * FROM {allocation.view} SEMI JOIN {bench.bad('allocation')} USING (_file, _line)"
    owners = [
        f"SELECT b._file, b._line, o.customer_id FROM bad b JOIN {bench.tables[table].view} o "
        f"ON b.{table}_id = o.{table}_id"
        for table in ("invoice", "payment")
        if bench.has(table, "customer_id") and bench.has("allocation", f"{table}_id")
    ]
    owners.append(
        "SELECT _file, _line, NULL AS customer_id FROM bad WHERE false"
    )  # there may be neither table
    bench.con.execute(
        f"CREATE OR REPLACE TEMP TABLE allocation_owner AS WITH bad AS MATERIALIZED ({bad}) "
        f"SELECT DISTINCT * FROM ({' UNION ALL '.join(owners)}) WHERE customer_id IS NOT NULL"
    )
    bench.con.execute(
        "UPDATE problem SET customer_id = o.customer_id FROM "
        "(SELECT _file, _line, min(customer_id) AS customer_id FROM allocation_owner GROUP BY 1, 2) o "
        "WHERE problem.file = o._file AND problem.line = o._line AND problem.customer_id IS NULL"
    )


def collect_problems(
    bench: Workbench, out: Path | None, shown: int
) -> tuple[tuple[Problem, ...], dict[tuple[str, str, str], int], Path | None]:
    """The first problems, the number of each kind, and the file with all of them (None when there is none)."""
    _gather(bench)
    counts = {
        (row[0], row[1], row[2]): row[3]
        for row in bench.ask(
            'SELECT severity, "table", code, count(*) FROM found GROUP BY 1, 2, 3 ORDER BY 1, 2, 3'
        )
    }
    order = f"severity <> {sql.text(ERROR)}, place, file, line NULLS FIRST, no"
    names = ", ".join(sql.name(name) for name in COLUMNS)
    first = bench.ask(f"SELECT {names} FROM found ORDER BY {order} LIMIT {shown}")
    problems = tuple(Problem(*row) for row in first)
    if out is None or not counts:
        return problems, counts, None
    target = out / "quarantine.parquet"
    everything = f"SELECT {names} FROM found ORDER BY {order}"
    bench.con.execute(f"COPY ({everything}) TO {sql.text(target)} (FORMAT parquet, COMPRESSION zstd)")
    bench.con.execute(f"COPY ({everything}) TO {sql.text(target.with_suffix('.csv'))} (FORMAT csv, HEADER)")
    return problems, counts, target


def _gather(bench: Workbench) -> None:
    """Make `found`: every problem with the words of its rule."""
    rules = pa.table(
        {
            "no": pa.array(range(len(bench.rules)), pa.int32()),
            "place": pa.array([list(TABLES).index(rule.table) for rule in bench.rules], pa.int32()),
            **{
                name: pa.array([getattr(rule, name) for rule in bench.rules], pa.string())
                for name in ("severity", "code", "table", "column", "reason", "allowed", "remedy")
            },
        }
    )
    files = sorted({str(path) for path in bench.folder.files()})
    shown = pa.table(
        {"path": pa.array(files, pa.string()), "short": pa.array(map(bench.shown, files), pa.string())}
    )
    whole = pa.table(
        {
            "no": pa.array([-1] * len(bench.whole), pa.int32()),
            "place": pa.array([-1] * len(bench.whole), pa.int32()),
            **{
                name: pa.array(
                    [getattr(problem, name) for problem in bench.whole],
                    pa.int64() if name == "line" else pa.string(),
                )
                for name in COLUMNS
            },
        }
    )
    bench.con.register("_rules", rules)
    bench.con.register("_files", shown)
    bench.con.register("_whole", whole)
    names = ", ".join(sql.name(name) for name in COLUMNS)
    bench.con.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT no, place, {names} FROM _whole UNION ALL "
        f'SELECT p.no, r.place, r.severity, r.code, r."table", f.short, p.line, r."column", coalesce(p.found, \'\'), '
        f"r.reason, r.allowed, r.remedy, p.customer_id, coalesce(p.row, '') "
        f"FROM problem p JOIN _rules r USING (no) JOIN _files f ON p.file = f.path"
    )
    for name in ("_rules", "_files", "_whole"):
        bench.con.unregister(name)
