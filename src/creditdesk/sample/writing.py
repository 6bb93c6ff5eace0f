"""Streaming tables into a folder of Parquet files that appears complete or not at all."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.facts.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRUTH = "truth"
# Ids and texts that hardly repeat: a dictionary of them costs time and saves nothing.
UNLIKE = ("_id", "number", "reference", "remittance", "name", "email", "phone", "mobile")
# The order in which a real export comes: by the day a row became known.
DATE_ORDER = {
    "invoice": "issued, invoice_id",
    "payment": "entry_date, payment_id",
    "allocation": "allocated_on, allocation_id",
    "order": "ordered_on, order_id",
    "action": "done_on, action_id",
    "dispute": "opened_on, dispute_id",
    "credit_report": "received_on, report_id",
}


# Rows of all tables that may wait together for their row group to fill; then the largest is written as it is.
WAITING_BYTES = 64_000_000


class OutputFolderError(Exception):
    """The folder to write holds something that is not a sample."""


class TableFiles:
    """One Parquet file per table, written a row group at a time, so that no table is ever held in memory."""

    def __init__(self, folder: Path, row_group_rows: int) -> None:
        self.rows: dict[str, int] = {}
        self._folder = folder
        self._row_group_rows = row_group_rows
        self._waiting: dict[str, list[pa.Table]] = {}
        self._waiting_rows: Counter[str] = Counter()
        self._waiting_bytes: Counter[str] = Counter()
        self._writers: dict[str, pq.ParquetWriter] = {}

    def add(self, name: str, part: pa.Table) -> None:
        """Takes rows of a table; writes a row group once enough have come together."""
        if part.num_rows == 0:
            return
        self.rows[name] = self.rows.get(name, 0) + part.num_rows
        self._waiting.setdefault(name, []).append(part)
        self._waiting_rows[name] += part.num_rows
        self._waiting_bytes[name] += part.nbytes
        if self._waiting_rows[name] >= self._row_group_rows:
            self._write(name)
        if self._waiting_bytes.total() > WAITING_BYTES:
            self._write(self._waiting_bytes.most_common(1)[0][0])

    def close(self) -> None:
        """Writes what is waiting and closes the files."""
        for name in list(self._waiting):
            self._write(name)
        for writer in self._writers.values():
            writer.close()

    def _write(self, name: str) -> None:
        waiting = self._waiting.pop(name, [])
        del self._waiting_rows[name], self._waiting_bytes[name]
        if not waiting:
            return
        group = pa.concat_tables(waiting)
        if name not in self._writers:
            alike = [
                field.name
                for field in group.schema
                if pa.types.is_string(field.type) and not field.name.endswith(UNLIKE)
            ]
            self._writers[name] = pq.ParquetWriter(
                self._folder / f"{name}.parquet",
                group.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=alike,
            )
        self._writers[name].write_table(group, row_group_size=group.num_rows)


def put_in_date_order(folder: Path, memory: str = "2GB") -> None:
    """Rewrites the large tables ordered by date, as a real export is; spills to the folder's own disk."""
    with duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{memory}'")
        database.execute(f"SET temp_directory = '{folder / 'spill'}'")
        for name, order in DATE_ORDER.items():
            path = folder / f"{name}.parquet"
            if not path.exists():
                continue
            ordered = folder / f"{name}.ordered"
            source, target = (str(p).replace("'", "''") for p in (path, ordered))
            database.execute(
                f"COPY (SELECT * FROM read_parquet('{source}') ORDER BY {order}) "  # noqa: S608  our own names
                f"TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
            )
            ordered.replace(path)
    shutil.rmtree(folder / "spill", ignore_errors=True)


@contextmanager
def complete_folder(out: Path) -> Iterator[Path]:
    """A folder to write into that takes the place of `out` at the end: a killed run leaves `out` as it was.

    Raises:
        OutputFolderError: `out` is a file, or holds something else than tables of a facts folder.
    """
    refuse_foreign(out)
    partial = out.with_name(f".{out.name}.partial")
    replaced = out.with_name(f".{out.name}.replaced")
    for left in (partial, replaced):
        shutil.rmtree(left, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if out.exists():
        out.rename(replaced)
    partial.rename(out)
    shutil.rmtree(replaced, ignore_errors=True)


def refuse_foreign(out: Path) -> None:
    """Refuses a folder in which something would be lost that a sample did not put there."""
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputFolderError(f"{out} is a file; name a new folder, or one that an earlier sample wrote")
    known = {f"{name}.parquet" for name in (*TABLES, TRUTH)}
    foreign = sorted(
        entry.name for entry in out.iterdir() if entry.name not in known and entry.name[0] not in "._"
    )
    if foreign:
        raise OutputFolderError(
            f"{out} holds {', '.join(foreign[:5])}, which no sample wrote; name a new folder, or empty this one"
        )
