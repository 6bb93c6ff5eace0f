"""An import into the ledger against what the database itself needs: `python benchmarks/ledger.py [--invoices N]`.

One facts folder of generated customers and invoices as CSV, each tried on an empty database:

- PostgreSQL: the whole `import_folder` (reading, checking, comparing, writing, one transaction) against `COPY` of the same
  rows, from one CSV file, into a table with the same columns and indexes;
- SQLite: the same against `executemany` of the same rows, made ready in memory, in one transaction.

Both sides use the same server or library with the same settings; nothing but the writing counts for the other side.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

CUSTOMERS_PER = 20
"""Invoices of one customer."""


def write_facts(folder: Path, invoices: int) -> None:
    """Customers and invoices as CSV (generated)."""
    import duckdb

    customers = max(1, invoices // CUSTOMERS_PER)
    con = duckdb.connect()
    con.execute(
        f"COPY (SELECT 'C' || lpad(i::VARCHAR, 9, '0') AS customer_id, 'Customer ' || i AS name, 'company' AS kind, "
        f"'BE' AS country, 'nl' AS language FROM range({customers}) t(i)) "
        f"TO '{folder}/customer.csv' (HEADER)"
    )
    con.execute(
        f"COPY (SELECT 'I' || lpad(i::VARCHAR, 9, '0') AS invoice_id, "
        f"'C' || lpad((hash(i) % {customers})::VARCHAR, 9, '0') AS customer_id, "
        f"'2026-' || i AS number, 'invoice' AS kind, DATE '2024-01-01' + (i * 730 // {invoices})::INT AS issued, "
        f"DATE '2024-01-31' + (i * 730 // {invoices})::INT AS due, (hash(i + 7) % 1000000 + 100)::BIGINT AS amount, "
        f"'EUR' AS currency, (hash(i + 7) % 1000000 + 100)::BIGINT * 100 // 121 AS net_amount, "
        f"'+++' || lpad(i::VARCHAR, 12, '0') || '+++' AS payment_reference, 'transfer' AS payment_method, "
        f"'email' AS manner FROM range({invoices}) t(i)) TO '{folder}/invoice.csv' (HEADER)"
    )


def import_once(folder: Path, address: str, home: Path) -> dict[str, float]:
    """The import, in a process of its own: its seconds without the start of Python, and its peak of memory."""
    environment = {**os.environ, "CREDITDESK_DATABASE": address, "CREDITDESK_HOME": str(home)}
    words = [sys.executable, __file__, "--import", str(folder)]
    done = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def import_here(folder: Path) -> None:
    """What `import_once` starts."""
    from creditdesk.desk import starting

    starting.start()
    from django.core.management import call_command

    from creditdesk.desk.ledger.importing import import_folder
    from creditdesk.desk.ledger.models import Company

    call_command("migrate", verbosity=0)
    company = Company.objects.create(code="acme", name="Acme")
    seconds, cpu = [], []
    for _ in range(2):
        began, worked = time.perf_counter(), time.process_time()
        done = import_folder(company, folder, by="benchmark")
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
    if done.exit_status or done.imported.changed:
        raise SystemExit("the import did not do what it should")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds[0], "cpu": cpu[0], "again": seconds[1], "peak": peak}))


@contextmanager
def server() -> Iterator[object]:
    """A PostgreSQL of its own, with the settings that Debian ships: durable, default memory."""
    from desk.databases import Postgres

    started = Postgres(durable=True)
    try:
        yield started
    finally:
        started.close()


def copy_once(source: str, table: str) -> float:
    """Seconds of COPY of the rows that the import left, into a table like it, from a file."""
    import psycopg

    with psycopg.connect(source, autocommit=True) as con, tempfile.TemporaryFile() as rows:
        con.execute("DROP TABLE IF EXISTS yardstick")
        con.execute(f"CREATE TABLE yardstick (LIKE {table} INCLUDING ALL)")
        names = [
            r[0]
            for r in con.execute(
                f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 ORDER BY attnum"
            )
        ]
        columns = ", ".join(f'"{name}"' for name in names)
        with con.cursor().copy(f"COPY {table} ({columns}) TO STDOUT (FORMAT csv)") as out:
            for data in out:
                rows.write(data)
        rows.seek(0)
        began = time.perf_counter()
        with con.cursor().copy(f"COPY yardstick ({columns}) FROM STDIN (FORMAT csv)") as copy:
            while data := rows.read(1 << 20):
                copy.write(data)
        return time.perf_counter() - began


def executemany_once(file: Path, table: str) -> tuple[float, float]:
    """Seconds, and seconds of the processor, of executemany of the rows that the import left, into a table like it, in one transaction."""
    target = file.with_name("yardstick.sqlite3")
    target.unlink(missing_ok=True)
    with sqlite3.connect(file) as con:
        shape = [
            r[0]
            for r in con.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC",
                [table],
            )
        ]
        rows = con.execute(f"SELECT * FROM {table}").fetchall()
    con = sqlite3.connect(target)
    con.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;")
    for statement in shape:
        con.execute(statement)
    marks = ", ".join("?" * len(rows[0]))
    began, worked = time.perf_counter(), time.process_time()
    with con:
        con.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    seconds = time.perf_counter() - began, time.process_time() - worked
    con.close()
    target.unlink()
    return seconds


def postgres_rounds(folder: Path, work: Path, rounds: int) -> tuple[list[dict[str, float]], list[float]]:
    """The import and COPY, alternating."""
    imports, copies = [], []
    with server() as postgres:
        for number in range(rounds):
            postgres.sql(f"CREATE DATABASE bench_{number}")
            address = postgres.address(f"bench_{number}")
            imports.append(import_once(folder, address, work))
            copies.append(copy_once(address, "fact_customer") + copy_once(address, "fact_invoice"))
            postgres.sql(f"DROP DATABASE bench_{number} WITH (FORCE)")
    return imports, copies


def sqlite_rounds(folder: Path, work: Path, rounds: int) -> tuple[list[dict[str, float]], list[float]]:
    """The import and executemany, alternating."""
    imports, yardsticks = [], []
    for _ in range(rounds):
        home = Path(tempfile.mkdtemp(dir=work))
        file = home / "desk.sqlite3"
        imports.append(import_once(folder, str(file), home))
        parts = [executemany_once(file, table) for table in ("fact_customer", "fact_invoice")]
        yardsticks.append(sum(seconds for seconds, _ in parts))
        imports[-1]["other_cpu"] = sum(cpu for _, cpu in parts)
        shutil.rmtree(home)
    return imports, yardsticks


def row(what: str, yardstick: str, invoices: int, found: tuple[list[dict[str, float]], list[float]]) -> str:
    """One line of the table in docs/benchmarks.md."""
    imports, others = found
    ours, other = median(one["seconds"] for one in imports), median(others)
    again = median(one["again"] for one in imports)
    busy = ""
    if "other_cpu" in imports[0]:
        mine, its = median(one["cpu"] for one in imports), median(one["other_cpu"] for one in imports)
        busy = f" (processor time {mine:.1f} s against {its:.1f} s: {mine / its:.1f} times)"
    peak = max(one["peak"] for one in imports) / (1 << 30)
    return (
        f"| import of {invoices:,} invoices and {max(1, invoices // CUSTOMERS_PER):,} customers from CSV into {what} | "
        f"{ours:.1f} s, {peak:.2f} GB at its peak; {yardstick} {other:.1f} s: **{ours / other:.1f} times**{busy}; the same "
        f"folder again {again:.1f} s |"
    )


def measure(invoices: int, rounds: int, databases: list[str]) -> list[str]:
    """The rows of docs/benchmarks.md."""
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as name:
        work = Path(name)
        folder = work / "facts"
        folder.mkdir()
        write_facts(folder, invoices)
        lines = []
        if "postgresql" in databases:
            lines.append(row("PostgreSQL", "COPY", invoices, postgres_rounds(folder, work, rounds)))
        if "sqlite" in databases:
            lines.append(row("SQLite", "executemany", invoices, sqlite_rounds(folder, work, rounds)))
        return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", action="append", choices=["postgresql", "sqlite"])
    parser.add_argument("--import", dest="facts", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.facts:
        import_here(asked.facts)
        return
    print("\n".join(measure(asked.invoices, asked.rounds, asked.database or ["postgresql", "sqlite"])))


if __name__ == "__main__":
    main()
