"""Files of the largest tables, kept from one day to the next: only rows that came or were replaced since are read again.

They repeat what the ledger holds and can be taken away at any time. A version of a fact never changes but by being replaced, so
what an import made of the ledger is known by what it brought and what it replaced; undoing is an import too. In any doubt the
table is read whole: other columns, another program, a history of imports that is not the one that was read (a restored database),
a file that is missing or cut short. Tables about persons are not kept, since what is erased there is erased in place.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from creditdesk import __version__
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.rows import db_table
from creditdesk.desk.ledger.versions import arrow_schema
from creditdesk.facts.schema import TABLES

KEPT = frozenset({"action", "allocation", "invoice", "order", "payment"})
"""Tables whose files are kept."""

VERSION = "_version"
"""The column of a kept file that says which row of the ledger it repeats."""

MOST_NEW = 200_000
"""More rows than that are not added to a file: the table is read whole."""

MOST_FILES = 8
"""Of more files a table is made one again."""

STAMP = "facts.json"


class Kept:
    """The kept files of one company, brought up to an import. One day of a company works with them at a time."""

    def __init__(self, company: Company, folder: Path, number: int) -> None:
        self._company, self._folder, self._number = company, folder, number
        self._old = self._read_stamp()
        self._new: dict[str, list[str]] = {}

    def find(self, name: str) -> list[Path] | None:
        """The files of a table, holding what import `number` left; None where it is to be read whole."""
        known = self._old.get("tables", {}).get(name)
        if known is None or known["columns"] != _digest(name) or not self._whole(known["files"]):
            return None
        files, since = list(known["files"]), int(self._old["number"])
        if since < self._number and not self._follow(name, files, since):
            return None
        self._new[name] = files
        return self._paths(files)

    def target(self, name: str) -> Path:
        """Where the rows of a table go that is read whole."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / self._fresh(name)

    def take(self, name: str, path: Path) -> None:
        """Keep a file that was written to `target`."""
        self._new[name] = [path.name]

    def stamp(self) -> None:
        """Say what is kept, and take away what is not any more."""
        if not self._folder.is_dir():
            return
        tables = {
            name: {
                "columns": _digest(name),
                "files": {one: pq.read_metadata(self._folder / one).num_rows for one in files},
            }
            for name, files in self._new.items()
        }
        said = {
            "version": __version__,
            "number": self._number,
            "history": self._history(self._number),
            "tables": tables,
        }
        waiting = self._folder / f"{STAMP}.new"
        waiting.write_text(json.dumps(said), encoding="utf-8")
        waiting.replace(self._folder / STAMP)
        named = {one for files in self._new.values() for one in files} | {STAMP}
        for file in self._folder.iterdir():
            if file.name not in named:
                file.unlink()

    def _read_stamp(self) -> dict[str, Any]:
        try:
            said: dict[str, Any] = json.loads((self._folder / STAMP).read_text(encoding="utf-8"))
            number = int(said["number"])
            same = said["version"] == __version__ and number <= self._number
            return said if same and said["history"] == self._history(number) else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _history(self, number: int) -> list[Any]:
        """What tells one history of imports from another: how many there were, and the last with its moment."""
        imports = Import.objects.filter(legal_entity=self._company, pk__lte=number)
        last = imports.order_by("-pk").values_list("pk", "made_at").first()
        return [imports.count(), *([last[0], last[1].isoformat()] if last else [])]

    def _whole(self, files: dict[str, int]) -> bool:
        try:
            return all(pq.read_metadata(self._folder / one).num_rows == rows for one, rows in files.items())
        except (OSError, pa.ArrowException):
            return False

    def _follow(self, name: str, files: list[str], since: int) -> bool:
        """Bring files from one import to another; False where too much happened between."""
        table, company = bulk.quoted(db_table(name)), self._company.pk
        gone = bulk.fetch(
            f"SELECT id FROM {table} WHERE legal_entity_id = %s AND brought_by_id <= %s "
            "AND replaced_by_id > %s AND replaced_by_id <= %s",
            [company, since, since, self._number],
            pa.schema([("id", pa.int64())]),
        ).column("id")
        fresh = bulk.fetch(
            f"SELECT {columns(name)} FROM {table} WHERE legal_entity_id = %s AND brought_by_id > %s "
            f"AND brought_by_id <= %s AND (replaced_by_id IS NULL OR replaced_by_id > %s) LIMIT {MOST_NEW + 1}",
            [company, since, self._number, self._number],
            schema(name),
        )
        if len(gone) > MOST_NEW or fresh.num_rows > MOST_NEW:
            return False
        if len(gone) or len(files) >= MOST_FILES:
            one = self._fresh(name)
            _write(self._folder / one, schema(name), self._without(files, gone))
            files[:] = [one]
        if fresh.num_rows:
            files.append(self._fresh(name))
            _write(self._folder / files[-1], schema(name), iter(fresh.to_batches()))
        return True

    def _without(self, files: list[str], gone: pa.ChunkedArray) -> Iterator[pa.RecordBatch]:
        named = gone.combine_chunks()
        for path in self._paths(files):
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches():
                    yield batch.filter(pc.invert(pc.is_in(batch.column(VERSION), named)))

    def _fresh(self, name: str) -> str:
        """A name that no file bears that is in use."""
        return f"{name}-{self._number}-{secrets.token_hex(4)}.parquet"

    def _paths(self, files: list[str]) -> list[Path]:
        return [self._folder / one for one in files]


def columns(name: str) -> str:
    """The columns of a kept table, as SQL."""
    return ", ".join(
        [*(bulk.quoted(one.name) for one in TABLES[name].columns), f"id AS {bulk.quoted(VERSION)}"]
    )


def schema(name: str) -> pa.Schema:
    """The columns of a kept table, as Arrow."""
    return arrow_schema(TABLES[name]).append(pa.field(VERSION, pa.int64()))


def _digest(name: str) -> str:
    return hashlib.sha256(str(schema(name)).encode()).hexdigest()


def _write(path: Path, shape: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    with pq.ParquetWriter(path, shape) as writer:
        for batch in batches:
            writer.write_batch(batch)
