"""Checks a facts folder: which rows keep the contract, which are quarantined and why, and who has to be held for it.

The order is that in which one mistake causes the next: values, identities, rates, links, balances. Each question is
first counted over whole tables; rows are looked up only where the count is not zero, so that a clean folder costs a
few passes over the columns that matter. In the end rows in = rows kept + rows quarantined, table by table.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import duckdb

from creditdesk.facts import sql
from creditdesk.facts.balances import balanced, check_balances
from creditdesk.facts.column import LIST
from creditdesk.facts.csvtable import Miscounted
from creditdesk.facts.folder import CSV, QUARANTINED_BEFORE, Folder, open_folder
from creditdesk.facts.keys import check_keys
from creditdesk.facts.known import Known, lean_on
from creditdesk.facts.links import check_allocations, check_links
from creditdesk.facts.problem import WARNING, UnusableInput, whole_file
from creditdesk.facts.quarantine import collect_problems, held_customers
from creditdesk.facts.rates import check_rates, reporting_currencies
from creditdesk.facts.reading import read_table
from creditdesk.facts.result import Checked, TableResult
from creditdesk.facts.rowrules import check_rows
from creditdesk.facts.workbench import Loaded, Progress, Workbench, silent

MEMORY = f"{min(4 * 10**9, os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') * 6 // 10)}B"
"""What DuckDB takes at most before it spills: the balances of twenty million allocations take 2.5 GB of it."""

SHOWN_PROBLEMS = 1000
TABLES_FOLDER = "tables"


def check_folder(
    folder: Path,
    out: Path | None = None,
    progress: Progress = silent,
    *,
    currency: str | None = None,
    memory: str = MEMORY,
    known: Known | None = None,
) -> Checked:
    """Check a facts folder in full.

    Args:
        folder: the facts folder; it is only read.
        out: folder for what is written: `tables/TABLE.parquet` for tables that cannot be read as they are (CSV, other
            types, quarantined rows), `quarantine.parquet` and `quarantine.csv` where there are problems. None writes
            nothing.
        progress: called with what is being done, the step and the number of steps.
        currency: reporting currency where there is no company table (the policy's).
        known: facts that are known already and that the folder adds to: its rows may name them, and no table is
            required. They are not judged again.
        memory: the most DuckDB may hold; beyond that it uses a folder of temporary files, which is removed.

    Raises:
        UnusableInput: when a required table or column is missing, or a file cannot be read at all.
        Miscounted: when rows were lost; a defect of this program.
    """
    found = open_folder(folder) if known is None else open_folder(folder, ())
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    spill = Path(tempfile.mkdtemp(prefix="creditdesk-check-", dir=out))
    con = duckdb.connect()
    try:
        settings = {"temp_directory": str(spill), "memory_limit": memory, "TimeZone": "UTC"}
        for name, value in {**settings, "enable_progress_bar": "false"}.items():
            con.execute(f"SET {name} = {sql.text(value)}")
        bench = Workbench(con, found)
        bench.whole.extend(found.problems)
        bench.open()
        return _check(bench, out, progress, currency, known)
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        raise _unreadable(found, error) from error
    finally:
        con.close()
        shutil.rmtree(spill, ignore_errors=True)


def _unreadable(folder: Folder, error: duckdb.Error) -> Exception:
    """Damage inside a file that shows only while it is read; what names no file of the folder is a defect of ours."""
    said = str(error)
    for path in folder.files():
        if str(path) in said:
            return UnusableInput(
                f"{folder.shown(path)}: the file is damaged ({said.splitlines()[0][:300]}); the way out: write it anew"
            )
    return error


def _check(
    bench: Workbench, out: Path | None, progress: Progress, currency: str | None, known: Known | None
) -> Checked:
    folder: Folder = bench.folder
    steps = len(folder.tables) + 4
    for step, files in enumerate(folder.tables.values()):
        progress(f"reading {files.table}", step, steps)
        read_table(bench, files)
        loaded = bench.tables.get(files.table)
        if loaded is None:
            continue
        check_rows(bench, loaded)
        if files.format == CSV:
            bench.settle(loaded)
        check_keys(bench, loaded)
    if known is not None:
        lean_on(bench, known)
    progress("rates", steps - 4, steps)
    bases = reporting_currencies(bench, currency)
    check_rates(bench, bases)
    progress("links", steps - 3, steps)
    check_links(bench)
    progress("allocations", steps - 2, steps)
    if not balanced(bench):
        check_allocations(bench)
        check_balances(bench)
    progress("writing", steps - 1, steps)
    for name in bench.tables:
        bench.fill_problems(name)
    tables = {
        name: _finish(bench, loaded, out) for name, loaded in bench.tables.items() if name in folder.tables
    }
    held = held_customers(bench, _quarantined_before(bench))
    problems, counts, quarantine = collect_problems(bench, out, SHOWN_PROBLEMS)
    progress("checked", steps, steps)
    return Checked(folder.path, tables, problems, counts, held, bases, quarantine)


def _quarantined_before(bench: Workbench) -> list[str]:
    """Customers whose rows an import could not read; what they owe is not known in full."""
    note = bench.folder.path / QUARANTINED_BEFORE
    if not note.is_file():
        return []
    content = json.loads(note.read_text(encoding="utf-8"))
    reason = f"{content['rows']} rows of the file that was brought in were quarantined then (quarantine.csv)"
    remedy = "Correct them in the source and bring it in again; until then their customers are held."
    bench.whole.append(whole_file(WARNING, "quarantined_before", "", note.name, reason, remedy))
    return [str(customer) for customer in content["customers"]]


def _finish(bench: Workbench, loaded: Loaded, out: Path | None) -> TableResult:
    """Write a table where that is needed, and prove that no row was lost."""
    untouched = loaded.as_is and not loaded.quarantined
    paths: tuple[Path, ...] = loaded.files.paths if untouched else ()
    relation = bench.own(loaded.name)
    if not untouched and out is not None:
        target = out / TABLES_FOLDER / f"{loaded.name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        columns = ", ".join(
            f"CASE WHEN len({sql.name(c.name)}) > 0 THEN {sql.name(c.name)} END AS {sql.name(c.name)}"
            if c.type == LIST else sql.name(c.name)
            for c in loaded.table.columns
        )  # fmt: skip
        bench.con.execute(
            f"COPY (SELECT {columns} FROM {relation}) TO {sql.text(target)} (FORMAT parquet, COMPRESSION zstd)"
        )
        paths = (target,)
        kept = bench.number(f"SELECT sum(num_rows) FROM parquet_file_metadata({sql.text(target)})")
    else:
        kept = bench.number(f"SELECT count(*) FROM {relation}")
    if loaded.rows_in != kept + loaded.quarantined:
        raise Miscounted(
            f"{loaded.name}: {loaded.rows_in} rows in, but {kept} kept and {loaded.quarantined} quarantined"
        )
    return TableResult(loaded.rows_in, kept, loaded.quarantined, loaded.warnings, paths)
