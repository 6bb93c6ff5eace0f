"""A facts folder: which file holds which table.

A table is `TABLE.parquet`, `TABLE.csv` or a folder `TABLE/` of Parquet parts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from creditdesk.facts.problem import WARNING, Problem, UnusableInput, whole_file
from creditdesk.facts.schema import TABLES

REQUIRED = ("customer", "invoice")
BESIDE = ("truth", "quarantine")
"""Files that stand beside facts without being facts: the sample's true behaviour, rows that an import could not read."""

QUARANTINED_BEFORE = ".creditdesk-import.json"
"""Left by an import that could not read some rows: how many (`rows`), and the ids of their customers (`customers`)."""

CSV = "csv"
PARQUET = "parquet"


@dataclass(frozen=True)
class TableFiles:
    """The files of one table.

    Attributes:
        table: name of the table.
        format: `csv` or `parquet`.
        paths: one CSV file, or one or more Parquet files in the order of their names.
    """

    table: str
    format: str
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Folder:
    """What stands in a facts folder.

    Attributes:
        path: the folder.
        tables: files per table that is there, in the order of the contract.
        problems: warnings about files that are no table.
    """

    path: Path
    tables: dict[str, TableFiles]
    problems: tuple[Problem, ...]

    def shown(self, file: str | Path) -> str:
        """A file's path as messages name it: relative to the folder."""
        path = Path(file)
        return path.relative_to(self.path).as_posix() if path.is_relative_to(self.path) else path.name

    def files(self) -> Iterable[Path]:
        """Every file of every table."""
        for files in self.tables.values():
            yield from files.paths


def open_folder(path: Path, required: tuple[str, ...] = REQUIRED) -> Folder:
    """Find the tables of a facts folder. Hidden files are passed over.

    Args:
        required: tables that must be there; none where the folder adds to facts that are known already.

    Raises:
        UnusableInput: when the folder or a required table is missing, or two files claim one table.
    """
    if not path.is_dir():
        raise UnusableInput(
            f"{path}: there is no such folder; the way out: name a folder that holds customer.csv"
        )
    found: dict[str, list[TableFiles]] = {}
    problems: list[Problem] = []
    for entry in sorted(path.iterdir()):
        if entry.name.startswith((".", "_")):
            continue
        files = _claim(entry)
        if files is None:
            if entry.stem not in BESIDE:
                problems.append(_unknown(entry))
        else:
            found.setdefault(files.table, []).append(files)
    for table, claims in found.items():
        if len(claims) > 1:
            names = " and ".join(_entry_name(path, claim) for claim in claims)
            raise UnusableInput(
                f"{path}: table {table!r} stands there more than once ({names}); the way out: keep the one that is "
                f"up to date and remove the other"
            )
    missing = [table for table in required if table not in found]
    if not found and not missing:
        missing = list(REQUIRED)
    if missing:
        there = ", ".join(sorted(found)) or "none"
        raise UnusableInput(
            f"{path}: no table {' and no table '.join(missing)}; found tables: {there}; allowed: TABLE.parquet, "
            f"TABLE.csv or a folder TABLE/ of Parquet parts; the way out: add {missing[0]}.csv or bring the facts in "
            f"with 'creditdesk facts import'"
        )
    tables = {name: found[name][0] for name in TABLES if name in found}
    return Folder(path, tables, tuple(problems))


def _claim(entry: Path) -> TableFiles | None:
    if entry.is_dir():
        parts = tuple(sorted(entry.rglob("*.parquet")))
        return TableFiles(entry.name, PARQUET, parts) if entry.name in TABLES and parts else None
    if entry.stem not in TABLES:
        return None
    if entry.suffix == ".csv":
        return TableFiles(entry.stem, CSV, (entry,))
    if entry.suffix == ".parquet":
        return TableFiles(entry.stem, PARQUET, (entry,))
    return None


def _unknown(entry: Path) -> Problem:
    stem = entry.name if entry.is_dir() else entry.stem
    name = entry.name + ("/" if entry.is_dir() else "")
    near = difflib.get_close_matches(stem.lower(), TABLES, n=1)
    if stem in TABLES:
        wanted = "a folder of Parquet parts" if entry.is_dir() else f"{stem}.csv or {stem}.parquet"
        reason = f"is not {wanted} and is not read"
    else:
        reason = "is no table of the contract and is not read"
    meant = f"If {near[0]} was meant, rename it" if near and stem not in TABLES else "Remove it or leave it"
    return whole_file(WARNING, "unknown_file", "", name, reason, meant)


def _entry_name(folder: Path, files: TableFiles) -> str:
    first = files.paths[0].relative_to(folder)
    return f"{first.parts[0]}/" if len(first.parts) > 1 else first.name
