"""The stamp that `facts check` leaves in a facts folder, so that `decide` need not check unchanged files again.

`.creditdesk-check.json` names every file with its size and fingerprint, the counts, the customers held and where the
converted tables are. It holds for exactly these bytes, this version of the contract and these rules; anything else is
checked anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from creditdesk.facts.check import MEMORY, check_folder
from creditdesk.facts.folder import QUARANTINED_BEFORE, Folder, open_folder
from creditdesk.facts.problem import Problem
from creditdesk.facts.result import Checked, TableResult
from creditdesk.facts.schema import TABLES
from creditdesk.facts.workbench import Progress, silent

STAMP = ".creditdesk-check.json"
WORK = ".creditdesk-check"
"""Folder beside the stamp: converted tables and the quarantine."""

RULES = 1
"""Raised whenever the check would judge the same rows otherwise."""

WHOLE_FILE = 1 << 23
EDGE = 1 << 20


def check_and_stamp(
    folder: Path, progress: Progress = silent, *, currency: str | None = None, memory: str = MEMORY
) -> Checked:
    """What `creditdesk facts check` does: check in full, write quarantine, converted tables and stamp into the folder.

    Nothing but the hidden file and folder is written. A stamp that stood there is removed first, so that a check that
    was killed leaves none. A folder that may not be written to is checked without leaving anything.

    Raises:
        UnusableInput: as `check_folder`; no stamp is left.
    """
    prints = fingerprints(open_folder(folder))
    if not os.access(folder, os.W_OK):
        return check_folder(folder, None, progress, currency=currency, memory=memory)
    stamp = folder / STAMP
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder / WORK, ignore_errors=True)
    checked = check_folder(folder, folder / WORK, progress, currency=currency, memory=memory)
    content = {
        "contract": contract_version(),
        "files": prints,
        "tables": {
            name: {**asdict(table), "paths": [path.relative_to(folder).as_posix() for path in table.paths]}
            for name, table in checked.tables.items()
        },
        "problems": [asdict(problem) for problem in checked.problems],
        "counts": [[*key, count] for key, count in checked.counts.items()],
        "held_customers": checked.held_customers,
        "currencies": checked.currencies,
        "quarantine": checked.quarantine.relative_to(folder).as_posix() if checked.quarantine else None,
    }
    fresh = stamp.with_name(f"{STAMP}.new")
    fresh.write_text(json.dumps(content), encoding="utf-8")
    fresh.replace(stamp)
    return checked


def open_checked(
    folder: Path,
    work: Path,
    progress: Progress = silent,
    *,
    currency: str | None = None,
    memory: str = MEMORY,
) -> Checked:
    """The facts of a folder, checked: from its stamp where that holds, else by a full check that writes into `work`.

    Args:
        folder: the facts folder; it is only read.
        work: folder for converted tables and the quarantine; the caller keeps it as long as it reads the tables.
        currency: reporting currency where there is no company table (the policy's).

    Raises:
        UnusableInput: as `check_folder`.
    """
    stamped = read_stamp(folder, currency)
    if stamped is not None:
        return stamped
    return check_folder(folder, work, progress, currency=currency, memory=memory)


def read_stamp(folder: Path, currency: str | None = None) -> Checked | None:
    """The result of an earlier check, when it holds for the files as they are now; otherwise None."""
    stamp = folder / STAMP
    if not stamp.is_file():
        return None
    try:
        content: dict[str, Any] = json.loads(stamp.read_text(encoding="utf-8"))
        if content["contract"] != contract_version():
            return None
        if "company" not in content["tables"] and currency and content["currencies"] != [currency]:
            return None
        if content["files"] != fingerprints(open_folder(folder)):
            return None
        return _restore(folder, content)
    except (ValueError, KeyError, TypeError):
        return None  # not a stamp, or one that was tampered with: check anew


def _restore(folder: Path, content: dict[str, Any]) -> Checked | None:
    tables = {
        name: TableResult(**{**table, "paths": tuple(folder / path for path in table["paths"])})
        for name, table in content["tables"].items()
    }
    if not all(path.is_file() for table in tables.values() for path in table.paths):
        return None
    quarantine = folder / content["quarantine"] if content["quarantine"] else None
    return Checked(
        folder,
        tables,
        tuple(Problem(**problem) for problem in content["problems"]),
        {(severity, table, code): count for severity, table, code, count in content["counts"]},
        tuple(content["held_customers"]),
        tuple(content["currencies"]),
        quarantine,
        stamped=True,
    )


def contract_version() -> str:
    """Changes with every table, column and rule."""
    return f"{RULES}:{hashlib.sha256(repr(TABLES).encode()).hexdigest()[:16]}"


def fingerprints(folder: Folder) -> dict[str, list[object]]:
    """Per file its size, and what tells its content: a hash of all of a file up to 8 MiB.

    Of a larger one the hash of its first and last MiB (a Parquet file's statistics stand at its end) and the time of its
    last change in nanoseconds.
    """
    note = folder.path / QUARANTINED_BEFORE
    files = [*folder.files(), *([note] if note.is_file() else [])]
    return {folder.shown(path): _fingerprint(path) for path in files}


def _fingerprint(path: Path) -> list[object]:
    stat = path.stat()
    with path.open("rb") as file:
        if stat.st_size <= WHOLE_FILE:
            return [stat.st_size, hashlib.file_digest(file, "sha256").hexdigest(), 0]
        digest = hashlib.sha256(file.read(EDGE))
        file.seek(-EDGE, os.SEEK_END)
        digest.update(file.read(EDGE))
    return [stat.st_size, digest.hexdigest(), stat.st_mtime_ns]
