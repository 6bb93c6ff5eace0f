"""Brings a facts folder or a foreign file into the ledger: checked in full, then laid upon it in one transaction."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from creditdesk.desk.ledger import versions
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.undoing import undo
from creditdesk.desk.ledger.versions import Laid
from creditdesk.desk.ledger.writing import begin, finish, keep, working
from creditdesk.facts import sql
from creditdesk.facts.result import Checked
from creditdesk.facts.schema import TABLES
from creditdesk.facts.stamp import open_checked
from creditdesk.facts.workbench import Progress, silent
from creditdesk.sources.importing import Imported, import_file

__all__ = ["Result", "import_folder", "import_foreign", "undo"]


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
) -> Result:
    """Bring in a facts folder.

    Rows that break the contract are quarantined and kept with the import; the rest goes on. Rows that the ledger holds
    already are no news: the same folder twice changes nothing.

    Raises:
        UnusableInput: the folder cannot be used; nothing is written.
    """
    with tempfile.TemporaryDirectory(prefix="creditdesk-import-") as work:
        checked = open_checked(folder, Path(work), progress)
        return _bring_in(company, checked, Import.Kind.FOLDER, folder.name, by, why, at, progress)


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
        done = _bring_in(company, read.checked, Import.Kind.FILE, source.name, by, why, at, progress)
        return Result(done.imported, done.checked, done.laid, read)


def _bring_in(
    company: Company,
    checked: Checked,
    kind: str,
    source: str,
    by: str,
    why: str,
    at: datetime | None,
    progress: Progress,
) -> Result:
    prints = hashlib.sha256()
    laid: dict[str, Laid] = {}
    with transaction.atomic(), working() as con:
        imported = begin(company, kind=kind, by=by, why=why, source=source, at=at)
        for name, result in checked.tables.items():
            table = TABLES[name]
            if not result.paths:
                continue
            progress(f"comparing {name}", 0, result.rows_kept)
            files = ", ".join(sql.text(path) for path in result.paths)
            there = {
                row[0] for row in con.execute(f"DESCRIBE SELECT * FROM read_parquet([{files}])").fetchall()
            }
            columns = ", ".join(
                f"CAST({sql.name(c.name) if c.name in there else 'NULL'} AS {DUCK[c.type]}) AS {sql.name(c.name)}"
                for c in table.columns
            )
            versions.take_in(con, table, f"(SELECT {columns} FROM read_parquet([{files}]))")
            prints.update(f"{name}:{versions.fingerprint_of_all(con)};".encode())
            laid[name] = versions.compare(con, table, company.pk)
            if laid[name].changed:
                keep(imported)
                versions.lay(con, table, imported, laid[name], progress)
        imported.content = prints.hexdigest()
        imported.quarantined = checked.rows_quarantined
        finish(imported, laid)
    progress("imported", 1, 1)
    return Result(imported, checked, laid)


DUCK = {
    "string": "VARCHAR", "date": "DATE", "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN",
    "array<string>": "VARCHAR[]",
}  # fmt: skip
"""The types of the contract in DuckDB."""
