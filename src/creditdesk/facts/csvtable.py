"""Loads the CSV file of one table into DuckDB as text, with the line of every row.

Two ways with one result: DuckDB's own reader for a file that is plain all through, and the reading line by line
(`records.py`) for any other and for any file on which the two do not agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from creditdesk.facts import sql
from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.records import BLANK, Dialect, Record, records
from creditdesk.facts.scan import RECORD_LIMIT, Scan, scan

BATCH = 20_000
OWNER_COLUMNS = ("customer_id", "invoice_id", "payment_id")


@dataclass(frozen=True)
class Refused:
    """A record that is no row: it could not be read, or has another number of fields than the header.

    Attributes:
        record: the record; `record.refusal` is the code.
        column: the column at fault, empty when it cannot be told.
        owners: what stands, as far as can be told, in the columns that name a customer, invoice or payment.
    """

    record: Record
    column: str
    owners: dict[str, str]


@dataclass
class CsvTable:
    """A CSV file in DuckDB.

    Attributes:
        relation: table of `_file`, `_line` and the columns wanted, all text; an empty field is an empty text.
        header: the names of the header, in order.
        encoding: as `scan` tells it.
        rows_in: records of the file, the header not counted.
        refused: how many of them are no rows.
    """

    relation: str
    header: tuple[str, ...]
    encoding: str
    rows_in: int
    refused: int = 0


class EmptyFile(ValueError):
    """The file has no header."""


class Miscounted(AssertionError):
    """Rows were lost or made while reading: a defect of this program, never of the input."""


def load_csv(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    relation: str,
    wanted: Callable[[tuple[str, ...]], dict[str, int]],
    refuse: Callable[[list[Refused]], None],
) -> CsvTable:
    """Load a file into the new table `relation`.

    Args:
        wanted: given the header, the columns to load and their positions; raises UnusableInput where the header
            cannot be used.
        refuse: takes the records that are no rows, some thousands at a time.

    Raises:
        EmptyFile: when there is no header.
        UnusableInput: from `wanted`.
    """
    found = scan(path)
    header = _header(path, found)
    positions = wanted(header)
    columns = ", ".join(f"{sql.name(column)} VARCHAR" for column in positions)
    con.execute(
        f"CREATE TEMP TABLE {sql.name(relation)} (_file VARCHAR, _line BIGINT{', ' if columns else ''}{columns})"
    )
    rows_in = found.lines - 1
    # DuckDB lets a superfluous comma at the end of a line pass, so the commas have to be as many as they should be
    whole = found.plain and found.commas == found.lines * (len(header) - 1)
    if whole and _fast(con, path, relation, header, positions, rows_in):
        return CsvTable(relation, header, found.encoding, rows_in)
    con.execute(f"DELETE FROM {sql.name(relation)}")
    return _slow(con, path, relation, header, positions, found, refuse)


def _dialect(found: Scan) -> Dialect:
    """How the file is read: as UTF-8, or as what it is instead, to name and show its rows."""
    return Dialect(found.encoding if found.encoding != "other" else "utf-8")


def _header(path: Path, found: Scan) -> tuple[str, ...]:
    for record in records(path, _dialect(found)):
        if record.refusal == BLANK:
            continue
        if record.refusal:
            raise UnusableInput(
                f"{path.name}, line {record.line}: the header cannot be read ({record.found}); allowed: UTF-8 text, "
                f"columns separated by commas; the way out: write the file anew as UTF-8 CSV"
            )
        return tuple(name.strip() for name in record.fields)
    raise EmptyFile(path.name)


def _fast(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    relation: str,
    header: tuple[str, ...],
    positions: dict[str, int],
    rows: int,
) -> bool:
    """Let DuckDB read; False when it finds a fault or does not find as many rows as were counted."""
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(header)))
    picked = "".join(
        f", coalesce(c{position}, '') AS {sql.name(column)}" for column, position in positions.items()
    )
    read = (
        f"read_csv({sql.text(path)}, auto_detect=false, header=false, skip=1, columns={{{types}}}, delim=',', "
        f"quote='\"', escape='\"', strict_mode=true, null_padding=false, ignore_errors=false, "
        f"max_line_size={RECORD_LIMIT}, encoding='utf-8')"
    )
    try:
        con.execute(
            f"INSERT INTO {sql.name(relation)} "
            f"SELECT {sql.text(path)}, row_number() OVER () + 1{picked} FROM {read}"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return False
    counted = con.execute(f"SELECT count(*) FROM {sql.name(relation)}").fetchall()[0][0]
    return bool(counted == rows)


def _slow(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    relation: str,
    header: tuple[str, ...],
    positions: dict[str, int],
    found: Scan,
    refuse: Callable[[list[Refused]], None],
) -> CsvTable:
    refused: list[Refused] = []
    lines: list[int] = []
    values: list[list[str]] = [[] for _ in positions]
    places = list(positions.values())
    covered = kept = out = 0
    seen_header = False
    wide = _dialect(found).wide
    for record in records(path, _dialect(found)):
        covered += record.last_line - record.line + 1
        if record.refusal == BLANK:
            continue
        if not seen_header:
            seen_header = True
            continue
        if wide or record.refusal or len(record.fields) != len(header):
            refused.append(_refuse(record, header, positions, found.encoding.upper() if wide else ""))
            out += 1
            if len(refused) >= BATCH:
                refuse(refused)
                refused = []
            continue
        lines.append(record.line)
        for column, place in zip(values, places, strict=True):
            column.append(record.fields[place])
        if len(lines) >= BATCH:
            kept += _insert(con, path, relation, list(positions), lines, values)
            lines, values = [], [[] for _ in positions]
    kept += _insert(con, path, relation, list(positions), lines, values)
    if refused:
        refuse(refused)
    if covered != found.lines and not wide:
        raise Miscounted(f"{path.name}: {found.lines} lines counted, {covered} read")
    return CsvTable(relation, header, found.encoding, kept + out, out)


def _insert(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    relation: str,
    columns: list[str],
    lines: list[int],
    values: list[list[str]],
) -> int:
    if not lines:
        return 0
    arrays = [pa.array([str(path)] * len(lines), pa.string()), pa.array(lines, pa.int64())]
    arrays += [pa.array(column, pa.string()) for column in values]
    batch = pa.table(arrays, names=["_file", "_line", *columns])
    con.register("_batch", batch)
    con.execute(f"INSERT INTO {sql.name(relation)} SELECT * FROM _batch")
    con.unregister("_batch")
    return len(lines)


def _refuse(record: Record, header: tuple[str, ...], positions: dict[str, int], wide: str) -> Refused:
    fields = record.fields
    if wide:
        record = replace(record, refusal="encoding", found=wide)
    elif not record.refusal:
        record = replace(record, refusal="ragged", found=f"{len(fields)} fields")
    column = header[record.column] if 0 <= record.column < len(header) else ""
    fields = fields or tuple(record.text.split(","))
    owners = {
        name: fields[positions[name]]
        for name in OWNER_COLUMNS
        if name in positions and positions[name] < len(fields)
    }
    return Refused(record, column, owners)
