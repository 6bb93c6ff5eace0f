"""Brings a facts folder or a foreign file into the ledger: checked in full, then laid upon it in one transaction."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from django.db import transaction

from creditdesk.desk.ledger import quarantine, versions
from creditdesk.desk.ledger.dependence import NotUndone, taken_back
from creditdesk.desk.ledger.models import FACTS, Company, Import
from creditdesk.desk.ledger.reading import known_import, known_rows
from creditdesk.desk.ledger.undoing import undo
from creditdesk.desk.ledger.versions import Laid
from creditdesk.desk.ledger.writing import begin, finish, keep, reconnect, working
from creditdesk.facts import sql
from creditdesk.facts.check import check_folder
from creditdesk.facts.column import Table
from creditdesk.facts.folder import PARQUET, open_folder
from creditdesk.facts.result import Checked
from creditdesk.facts.schema import TABLES
from creditdesk.facts.stamp import open_checked, read_stamp
from creditdesk.facts.workbench import Progress, silent
from creditdesk.sources.importing import Imported, import_file

__all__ = [
    "NotUndone",
    "Result",
    "examine_folder",
    "examine_foreign",
    "import_folder",
    "import_foreign",
    "undo",
]

Beside = Callable[[Import], None]
"""Called in the transaction of an import, at its end: what is to be written with it or not at all. The import has no number
where it brought no news."""


def nothing_beside(_imported: Import) -> None:
    """Nothing."""


@dataclass(frozen=True)
class Result:
    """What an import did.

    Attributes:
        imported: the import; without a number when there was nothing new.
        checked: the check of the facts.
        laid: per table what was new, replaced and the same.
        read: the reading of a foreign file; None for a facts folder.
    """

    imported: Import
    checked: Checked
    laid: dict[str, Laid]
    read: Imported | None = None

    @property
    def exit_status(self) -> int:
        """0 = every row was used, 1 = some were quarantined."""
        return self.read.exit_status if self.read else self.checked.exit_status


def import_folder(
    company: Company,
    folder: Path,
    *,
    by: str,
    why: str = "",
    at: datetime | None = None,
    progress: Progress = silent,
    kind: str = Import.Kind.FOLDER,
    source: str = "",
    part: bool = False,
    settles: Sequence[int] = (),
    only_new: frozenset[str] = frozenset(),
    beside: Beside = nothing_beside,
) -> Result:
    """Bring in a facts folder.

    It may be a part: its rows may name what the ledger holds already (`part`: also where it holds nothing yet). Rows that break the contract are quarantined and
    kept with the import; the rest goes on. Rows that the ledger holds
    already are no news: the same folder twice changes nothing.

    Args:
        settles: numbers of quarantined rows that are repaired by it.
        only_new: tables whose rows the ledger keeps as it has them.

    Raises:
        UnusableInput: the folder cannot be used; nothing is written.
    """
    told = _Told(kind, source or folder.name, by, why, at, settles, beside)
    while True:
        with tempfile.TemporaryDirectory(prefix="creditdesk-import-") as work:
            reconnect()
            number = known_import(company, None)
            checked = _check(company, number, folder, Path(work), progress, part)
            try:
                return _bring_in(company, Checks(checked, None, only_new), told, progress, number)
            except _TakenBackMeanwhile:
                continue  # what its rows name may be gone: they are checked again


class _TakenBackMeanwhile(Exception):
    """An import was undone between the check and the moment in which its result is laid upon the ledger."""


def _check(
    company: Company, number: int, folder: Path, work: Path, progress: Progress, part: bool
) -> Checked:
    """The facts, checked in the light of what the ledger knows: by themselves where it is empty."""
    if not number and not part:
        return open_checked(folder, work, progress)
    stamped = read_stamp(folder)
    if stamped is not None and not stamped.rows_quarantined:
        return stamped
    known = functools.partial(known_rows, company, number)
    return check_folder(folder, work, progress, known=known)


def import_foreign(
    company: Company,
    source: Path,
    mapping: str | Path | None = None,
    *,
    by: str,
    why: str = "",
    at: datetime | None = None,
    progress: Progress = silent,
    name: str = "",
    beside: Beside = nothing_beside,
) -> Result:
    """Bring in a CSV, XLSX or Parquet file by a mapping (`sources.importing`).

    Once the ledger holds something its rows may name what it holds, and the mapping need not give customers and invoices.

    Args:
        name: of the file, where it is not that of the path.

    Raises:
        UnusableInput: the file or the mapping cannot be used; nothing is written.
    """
    told = _Told(Import.Kind.FILE, name or source.name, by, why, at, (), beside)
    while True:
        with tempfile.TemporaryDirectory(prefix="creditdesk-import-") as work:
            reconnect()
            number = known_import(company, None)
            checks = _check_foreign(company, number, source, mapping, Path(work), progress)
            try:
                return _bring_in(company, checks, told, progress, number)
            except _TakenBackMeanwhile:
                continue


@dataclass(frozen=True)
class Checks:
    """Facts that were checked and not laid yet.

    Attributes:
        read: the reading of a foreign file; None for a facts folder.
        only_new: tables whose rows the ledger keeps as it has them.
    """

    checked: Checked
    read: Imported | None = None
    only_new: frozenset[str] = frozenset()

    @property
    def apart(self) -> list[Path]:
        """Files with the rows that are out."""
        files = (self.checked.quarantine, self.read.quarantine if self.read else None)
        return [file for file in files if file]

    @property
    def quarantined(self) -> int:
        """Rows that are out."""
        return self.checked.rows_quarantined + (self.read.rows_quarantined if self.read else 0)


def examine_folder(
    company: Company, folder: Path, work: Path, progress: Progress = silent
) -> tuple[Checks, dict[str, Laid]]:
    """What `import_folder` would do now: the check, and per table what would be new, replaced and the same. Writes nothing.

    Args:
        work: folder for converted tables and the quarantine.

    Raises:
        UnusableInput: as `import_folder`.
    """
    checks = Checks(_check(company, known_import(company, None), folder, work, progress, False))
    return checks, _foresee(company, checks, progress)


def examine_foreign(
    company: Company, source: Path, mapping: str | Path, work: Path, progress: Progress = silent
) -> tuple[Checks, dict[str, Laid]]:
    """What `import_foreign` would do now. Writes nothing.

    Raises:
        UnusableInput: as `import_foreign`.
    """
    checks = _check_foreign(company, known_import(company, None), source, mapping, work, progress)
    return checks, _foresee(company, checks, progress)


def _foresee(company: Company, checks: Checks, progress: Progress) -> dict[str, Laid]:
    with working() as con:
        return dict(_compared(con, company, checks, progress))


def _check_foreign(
    company: Company, number: int, source: Path, mapping: str | Path | None, work: Path, progress: Progress
) -> Checks:
    """A foreign file, read and checked: by itself where the ledger is empty."""
    read = import_file(source, work / "facts", mapping, progress, part=bool(number))
    checked = read.checked or _check(company, number, read.out, work / "check", progress, True)
    return Checks(checked, read, read.only_new)


def companies_in(folder: Path) -> dict[str, str]:
    """The companies of a facts folder by code, with their names; empty where there is no table of them.

    Raises:
        UnusableInput: it is no facts folder.
    """
    files = open_folder(folder, ()).tables.get("company")
    if files is None:
        return {}
    paths = ", ".join(sql.text(path) for path in files.paths)
    reader = (
        f"read_parquet([{paths}])" if files.format == PARQUET else f"read_csv({paths}, all_varchar = true)"
    )
    with working() as con:
        try:
            return dict(
                con.execute(f"SELECT company_id, name FROM {reader} WHERE company_id <> ''").fetchall()
            )
        except duckdb.Error:
            return {}  # what is wrong with it, the check will say


@dataclass(frozen=True)
class _Told:
    """What is told of an import by whoever makes it."""

    kind: str
    source: str
    by: str
    why: str
    at: datetime | None
    settles: Sequence[int]
    beside: Beside


def _bring_in(company: Company, checks: Checks, told: _Told, progress: Progress, number: int) -> Result:
    checked, read = checks.checked, checks.read
    laid: dict[str, Laid] = {}
    reconnect()
    with transaction.atomic(), working() as con:
        imported = begin(company, kind=told.kind, by=told.by, why=told.why, source=told.source, at=told.at)
        if (
            number
            and Import.objects.filter(legal_entity=company, kind=Import.Kind.UNDO, pk__gt=number).exists()
        ):
            raise _TakenBackMeanwhile
        prints = hashlib.sha256(quarantine.read_quarantine(con, checks.apart).encode())
        for name, one in _compared(con, company, checks, progress):
            laid[name] = one
            prints.update(f"{name}:{versions.fingerprint_of_all(con)};".encode())
            if one.changed:
                keep(imported)
                versions.lay(con, TABLES[name], imported, one, progress)
                quarantine.settle(con, TABLES[name], imported)
        imported.content = prints.hexdigest()
        imported.quarantined = checks.quarantined
        if read is not None:
            imported.mapping, imported.header = read.document, list(read.header)
        if imported.pk is None and not told.settles and _came_before(imported):
            told.beside(imported)
            return Result(imported, checked, laid, read)
        keep(imported)
        quarantine.settle_source(imported, checked.tables)
        quarantine.settle_rows(imported, told.settles)
        quarantine.keep(con, imported, _held(company, checks))
        quarantine.release(imported)
        finish(imported, laid)
        told.beside(imported)
    progress("imported", 1, 1)
    return Result(imported, checked, laid, read)


def _compared(
    con: duckdb.DuckDBPyConnection, company: Company, checks: Checks, progress: Progress
) -> Iterable[tuple[str, Laid]]:
    """Each table, taken in and held against the ledger."""
    for name, result in checks.checked.tables.items():
        progress(f"comparing {name}", 0, result.rows_kept)
        versions.take_in(con, TABLES[name], _relation(con, TABLES[name], result.paths))
        yield name, versions.compare(con, TABLES[name], company.pk, only_new=name in checks.only_new)


def _held(company: Company, checks: Checks) -> list[str]:
    """Whom the quarantine holds: as the check says, and who is known to the ledger and named by a row that could not be read."""
    held = set(checks.checked.held_customers)
    named = sorted(checks.read.held_customers - held) if checks.read else []
    customers = FACTS["customer"].objects.filter(legal_entity=company, replaced_by=None)
    for start in range(0, len(named), 500):
        part = customers.filter(customer_id__in=named[start : start + 500])
        held |= set(part.values_list("customer_id", flat=True))
    return sorted(held)


def _came_before(imported: Import) -> bool:
    """Whether exactly these rows were brought in before, by an import that still stands."""
    same = Import.objects.filter(legal_entity=imported.legal_entity, content=imported.content)
    return same.exclude(pk__in=taken_back(imported.legal_entity)).exists()


def _relation(con: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path]) -> str:
    """Parquet files as a FROM item in contract shape; what they lack is empty."""
    files = f"read_parquet([{', '.join(sql.text(path) for path in paths)}])"
    there = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()}
    columns = ", ".join(
        f"CAST({sql.name(c.name) if c.name in there else 'NULL'} AS {DUCK[c.type]}) AS {sql.name(c.name)}"
        for c in table.columns
    )
    return f"(SELECT {columns} FROM {files})"


DUCK = {
    "string": "VARCHAR", "date": "DATE", "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN",
    "array<string>": "VARCHAR[]",
}  # fmt: skip
"""The types of the contract in DuckDB."""
