"""Brings a facts folder or a foreign file into the ledger: checked in full, then laid upon it in one transaction."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from django.db import transaction

from creditdesk.desk.ledger import quarantine, versions
from creditdesk.desk.ledger.dependence import NotUndone, taken_back
from creditdesk.desk.ledger.models import Company, Import
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

__all__ = ["NotUndone", "Result", "import_folder", "import_foreign", "undo"]


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
) -> Result:
    """Bring in a facts folder.

    It may be a part: its rows may name what the ledger holds already (`part`: also where it holds nothing yet). Rows that break the contract are quarantined and
    kept with the import; the rest goes on. Rows that the ledger holds
    already are no news: the same folder twice changes nothing.

    Raises:
        UnusableInput: the folder cannot be used; nothing is written.
    """
    while True:
        with tempfile.TemporaryDirectory(prefix="creditdesk-import-") as work:
            reconnect()
            number = known_import(company, None)
            checked = _check(company, number, folder, Path(work), progress, part)
            apart = [checked.quarantine] if checked.quarantine else []
            try:
                return _bring_in(
                    company,
                    checked,
                    apart,
                    None,
                    kind,
                    source or folder.name,
                    by,
                    why,
                    at,
                    progress,
                    number,
                )
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
) -> Result:
    """Bring in a CSV, XLSX or Parquet file by a mapping (`sources.importing`).

    Raises:
        UnusableInput: the file or the mapping cannot be used; nothing is written.
    """
    with tempfile.TemporaryDirectory(prefix="creditdesk-import-") as work:
        read = import_file(source, Path(work) / "facts", mapping, progress)
        if read.checked is None:
            raise AssertionError("import_file checks what it wrote")
        apart = [file for file in (read.checked.quarantine, read.quarantine) if file]
        return _bring_in(
            company, read.checked, apart, read, Import.Kind.FILE, source.name, by, why, at, progress
        )


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


def _bring_in(
    company: Company,
    checked: Checked,
    apart: Sequence[Path],
    read: Imported | None,
    kind: str,
    source: str,
    by: str,
    why: str,
    at: datetime | None,
    progress: Progress,
    number: int | None = None,
) -> Result:
    laid: dict[str, Laid] = {}
    reconnect()
    with transaction.atomic(), working() as con:
        imported = begin(company, kind=kind, by=by, why=why, source=source, at=at)
        if (
            number
            and Import.objects.filter(legal_entity=company, kind=Import.Kind.UNDO, pk__gt=number).exists()
        ):
            raise _TakenBackMeanwhile
        prints = hashlib.sha256(quarantine.read_quarantine(con, apart).encode())
        for name, result in checked.tables.items():
            progress(f"comparing {name}", 0, result.rows_kept)
            versions.take_in(con, TABLES[name], _relation(con, TABLES[name], result.paths))
            prints.update(f"{name}:{versions.fingerprint_of_all(con)};".encode())
            laid[name] = versions.compare(con, TABLES[name], company.pk)
            if laid[name].changed:
                keep(imported)
                versions.lay(con, TABLES[name], imported, laid[name], progress)
                quarantine.settle(con, TABLES[name], imported)
        imported.content = prints.hexdigest()
        imported.quarantined = checked.rows_quarantined + (read.rows_quarantined if read else 0)
        if imported.pk is None and _came_before(imported):
            return Result(imported, checked, laid, read)
        keep(imported)
        quarantine.settle_source(imported, checked.tables)
        quarantine.keep(con, imported, checked.held_customers)
        quarantine.release(imported)
        finish(imported, laid)
    progress("imported", 1, 1)
    return Result(imported, checked, laid, read)


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
