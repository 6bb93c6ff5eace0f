"""Turns a foreign file into a facts folder by a mapping: what `creditdesk facts import` does.

Every row of the file is used, passed over by the mapping, or quarantined with file, line, column and reason:
rows read = rows used + rows skipped + rows quarantined. The folder appears whole or not at all.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.facts.check import MEMORY, SHOWN_PROBLEMS
from creditdesk.facts.folder import QUARANTINED_BEFORE, REQUIRED
from creditdesk.facts.problem import ERROR, WARNING, Problem, UnusableInput, whole_file
from creditdesk.facts.quarantine import COLUMNS
from creditdesk.facts.result import Checked
from creditdesk.facts.schema import TABLES
from creditdesk.facts.stamp import STAMP, WORK, check_and_stamp
from creditdesk.sources.assembly import Assembly, BadCell, Value
from creditdesk.sources.mapping import Mapping
from creditdesk.sources.mapping_file import load_mapping, shipped, written
from creditdesk.sources.row_text import as_json
from creditdesk.sources.tabular import Row, Source, open_source

BATCH = 50_000
QUARANTINE = "quarantine.csv"
OWED = ("invoice", "payment", "allocation")
"""Tables that say what a customer owes: a row of them that cannot be read holds its customer."""
Progress = Callable[[str, int, int], None]


@dataclass
class Imported:
    """What an import did.

    Attributes:
        mapping: name of the mapping used.
        out: the facts folder.
        rows_read: rows of the file, the header and blank rows not counted; rows_used + rows_skipped +
            rows_quarantined.
        rows_used, rows_skipped, rows_quarantined: rows that gave facts, that the mapping passes over, that could not
            be read.
        tables: rows made per table of the contract.
        problems: one per row quarantined (the first thousand; `quarantine` holds all), and warnings.
        held_customers: customers of quarantined rows, as far as they can be told.
        quarantine: CSV file with the rows quarantined; None when there are none.
        checked: the result of the check of the new folder; None for a part, which is checked where it is laid.
        header: names of the columns of the file.
        document: the mapping as JSON, for whoever reads a repaired row of the same file later.
        only_new: tables whose rows the ledger keeps as it has them.
    """

    mapping: str
    out: Path
    rows_read: int = 0
    rows_used: int = 0
    rows_skipped: int = 0
    rows_quarantined: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    held_customers: set[str] = field(default_factory=set)
    quarantine: Path | None = None
    checked: Checked | None = None
    header: tuple[str, ...] = ()
    document: str = ""
    only_new: frozenset[str] = frozenset()

    @property
    def exit_status(self) -> int:
        """0 = every row was used, 1 = some were quarantined, by the import or by the check after it."""
        return 1 if self.rows_quarantined or (self.checked and self.checked.rows_quarantined) else 0

    def as_dict(self) -> dict[str, object]:
        """The result for `--json`."""
        return {
            "mapping": self.mapping,
            "rows_read": self.rows_read,
            "rows_used": self.rows_used,
            "rows_skipped": self.rows_skipped,
            "rows_quarantined": self.rows_quarantined,
            "tables": self.tables,
            "problems": [str(problem) for problem in self.problems[:100]],
            "check": self.checked.as_dict() if self.checked else None,
        }


def import_file(
    source: Path,
    out: Path,
    mapping: str | Path | None = None,
    progress: Progress = lambda _what, _step, _steps: None,
    *,
    memory: str = MEMORY,
    part: bool = False,
) -> Imported:
    """Bring in a foreign file.

    Args:
        source: a CSV, XLSX or Parquet file.
        out: the facts folder to write; one that holds facts already is replaced, any other content is refused.
        mapping: a mapping file or the name of a shipped one; None takes the shipped one whose columns the file has.
        progress: called with what is being done, the rows so far, and 0 (how many there are is not known before).
        part: the folder adds to facts that are known elsewhere, and is not checked here.

    Raises:
        UnusableInput: when the file or the mapping cannot be used; nothing is written.
    """
    chosen, opened = _choose(source, mapping)
    if chosen.lacks and not part:
        raise UnusableInput(
            f"mapping {chosen.mapping}: gives no rows of {' and '.join(chosen.lacks)}, which every facts folder needs; the way "
            f"out: bring the file into a desk, where it adds to what is known, or give these tables too"
        )
    _recover(out)
    _check_target(out)
    fresh = out.with_name(f".{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        result = _assemble(Assembly(chosen, opened), fresh, out, progress, () if part else REQUIRED)
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    if not part:
        result.checked = check_and_stamp(out, memory=memory)
    return result


def _choose(source: Path, mapping: str | Path | None) -> tuple[Mapping, Source]:
    """The mapping, and the file opened as it says."""
    if mapping is not None:
        chosen = load_mapping(mapping)
        return chosen, open_source(source, chosen.read)
    reasons = []
    for name in shipped():
        chosen = load_mapping(name)
        try:
            opened = open_source(source, chosen.read)
            Assembly(chosen, opened)
        except UnusableInput as error:
            reasons.append(str(error))
        else:
            return chosen, opened
    raise UnusableInput(
        "no shipped mapping fits; the way out: write one and name it with --map (docs/facts.md is the reference).\n"
        + "\n".join(dict.fromkeys(reasons))
    )


def _check_target(out: Path) -> None:
    if not out.exists():
        return
    ours = {*TABLES, STAMP, WORK, QUARANTINED_BEFORE, "quarantine"}
    entries = sorted(out.iterdir()) if out.is_dir() else [out]
    foreign = [entry.name for entry in entries if entry.name not in ours and entry.stem not in ours]
    if foreign:
        raise UnusableInput(
            f"{out}: is no facts folder, found {', '.join(foreign[:5])} in it; the way out: name an empty or new folder"
        )


def _recover(out: Path) -> None:
    """Bring back the old folder when an import was killed between the two steps of `_swap`."""
    old = out.with_name(f".{out.name}.old")
    if old.is_dir() and not out.exists():
        old.rename(out)


def _swap(fresh: Path, out: Path) -> None:
    """Put the new folder in the place of the old one."""
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _assemble(
    assembly: Assembly, fresh: Path, out: Path, progress: Progress, required: tuple[str, ...]
) -> Imported:
    mapping = assembly.mapping
    result = Imported(
        mapping.mapping,
        out,
        header=assembly.source.header,
        only_new=mapping.only_new,
        document=written(mapping),
    )
    name = assembly.source.path.name
    owed = any(rule.table in OWED for rule in mapping.tables)
    with _Writers(fresh, required) as writers, _Quarantine(fresh, owed) as quarantine:
        for table, values in assembly.once():
            writers.add(table, values)
        for row in assembly.source.rows():
            result.rows_read += 1
            if result.rows_read % 10_000 == 0:
                progress(f"reading {name}", result.rows_read, 0)
            problem = _use(assembly, row, writers, result)
            if problem is not None:
                quarantine.add(problem)
        result.tables = writers.finish()
    result.rows_quarantined = quarantine.rows
    result.problems = quarantine.first
    result.held_customers = quarantine.customers
    result.quarantine = out / QUARANTINE if quarantine.rows else None
    if result.rows_read != result.rows_used + result.rows_skipped + result.rows_quarantined:
        raise AssertionError(
            f"{name}: {result.rows_read} rows read, but not all used, skipped or quarantined"
        )
    for table, keys in assembly.differing.items():
        shown = ", ".join(sorted(keys)[:5])
        reason = (
            f"rows say different things about the same {table} ({len(keys)} of them, such as {shown}); "
            f"the first was taken"
        )
        result.problems.append(
            whole_file(WARNING, "differs", table, name, reason, "Take such columns from one place.")
        )
    progress(f"read {name}", result.rows_read, result.rows_read)
    return result


def _use(assembly: Assembly, row: Row, writers: _Writers, result: Imported) -> Problem | None:
    """Turn one row into facts; gives the problem when it cannot be."""
    file = assembly.source.path.name
    if row.refusal:
        remedy = "Correct the row in the source, or how the mapping says the file is written (read)."
        return Problem(ERROR, "unreadable_row", "", file, row.line, "", row.found, row.refusal, "one value per column",
                       remedy, None, row.text)  # fmt: skip
    try:
        if assembly.skipped(row.cells):
            result.rows_skipped += 1
            return None
        made = assembly.rows(row.cells, row.line)
    except BadCell as bad:
        return Problem(ERROR, "unreadable_cell", "", file, row.line, bad.column, bad.found, "cannot be read as the "
                       "mapping says", bad.allowed, "Correct the cell or the mapping.",
                       assembly.owner(row.cells, row.line), as_json(assembly.source.header, row.cells, row.text))  # fmt: skip
    for table, values in made:
        writers.add(table, values)
    result.rows_used += 1
    return None


class _Quarantine:
    """Rows that could not be read, on disk as they come; the first of them are also kept at hand."""

    def __init__(self, folder: Path, owed: bool) -> None:
        self._folder = folder
        self._owed = owed
        self._file: TextIO | None = None
        self.rows = 0
        self.first: list[Problem] = []
        self.customers: set[str] = set()

    def add(self, problem: Problem) -> None:
        if self._file is None:
            self._file = (self._folder / QUARANTINE).open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(COLUMNS)
        csv.writer(self._file).writerow(getattr(problem, name) for name in COLUMNS)
        self.rows += 1
        if len(self.first) < SHOWN_PROBLEMS:
            self.first.append(problem)
        if problem.customer_id and self._owed:
            self.customers.add(problem.customer_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is None:
            return
        self._file.close()
        note = {"rows": self.rows, "customers": sorted(self.customers)}
        (self._folder / QUARANTINED_BEFORE).write_text(json.dumps(note), encoding="utf-8")


class _Writers:
    """One Parquet file per table, written in batches; those of `required` are there even without rows."""

    def __init__(self, folder: Path, required: tuple[str, ...]) -> None:
        self._folder = folder
        self._rows: dict[str, list[dict[str, Value]]] = {name: [] for name in required}
        self._files: dict[str, pq.ParquetWriter] = {}
        self._counts: Counter[str] = Counter()

    def add(self, table: str, values: dict[str, Value]) -> None:
        rows = self._rows.setdefault(table, [])
        rows.append(values)
        if len(rows) >= BATCH:
            self._flush(table)

    def finish(self) -> dict[str, int]:
        """Write what is left; gives the rows per table."""
        for table in list(self._rows):
            self._flush(table)
        return {name: self._counts[name] for name in TABLES if name in self._files}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self._files.values():
            file.close()

    def _flush(self, table: str) -> None:
        schema = pa.schema([item.with_nullable(True) for item in TABLES[table].schema().to_pyarrow()])
        if table not in self._files:
            self._files[table] = pq.ParquetWriter(
                self._folder / f"{table}.parquet", schema, compression="zstd"
            )
        rows = self._rows[table]
        columns = [pa.array([row.get(item.name) for row in rows], item.type) for item in schema]
        self._files[table].write_table(pa.table(columns, schema=schema))
        self._counts[table] += len(rows)
        self._rows[table] = []
