"""Reads a foreign CSV, XLSX or Parquet file as rows of cells, each with its place in the file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.records import BLANK, Dialect, records
from creditdesk.sources.cells import Cell
from creditdesk.sources.mapping import Read

DELIMITERS = (",", ";", "\t", "|")
_SUFFIXES = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xlsx",
             ".ods": "xlsx", ".parquet": "parquet", ".pq": "parquet"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row of a foreign file.

    Attributes:
        line: line of a CSV file, row of a sheet or Parquet file, from 1.
        cells: as many as the header has names; empty for a refused row.
        refusal: what is wrong with a row that could not be read; empty for a good one.
        found: what was found there.
        text: the row as it stands there, for the quarantine.
    """

    line: int
    cells: Sequence[Cell]
    refusal: str = ""
    found: str = ""
    text: str = ""


@dataclass(frozen=True)
class Source:
    """A foreign file, opened.

    Attributes:
        path: the file.
        format: `csv`, `xlsx` or `parquet`.
        header: names of the columns, without spaces around them.
        dialect: of a CSV file.
        read: how it is read.
        start: line of the header; 0 when the first line holds values.
    """

    path: Path
    format: str
    header: tuple[str, ...]
    dialect: Dialect
    read: Read
    start: int

    def rows(self) -> Iterator[Row]:
        """Every row after the header, refused ones included; blank rows are passed over."""
        for row in self.raw():
            if row.line <= self.start:
                continue
            if not row.refusal and len(row.cells) != len(self.header):
                extra = row.cells[len(self.header) :]
                if len(row.cells) > len(self.header) and all(cell in (None, "") for cell in extra):
                    yield Row(row.line, row.cells[: len(self.header)], text=row.text)
                else:
                    found = f"{len(row.cells)} values"
                    yield Row(
                        row.line,
                        (),
                        f"the row has not {len(self.header)} values as the header",
                        found,
                        row.text,
                    )
            else:
                yield row

    def raw(self) -> Iterator[Row]:
        """Every row as it stands there, whatever its width, those before the header included."""
        return _raw_rows(self.path, self.format, self.dialect, self.read)


def kind_of(path: Path) -> str:
    """`csv`, `xlsx` or `parquet`, by the suffix of a file.

    Raises:
        UnusableInput: it is another one.
    """
    kind = _SUFFIXES.get(path.suffix.lower(), "")
    if not kind:
        raise UnusableInput(
            f"{path.name}: found suffix {path.suffix!r}; allowed: {', '.join(_SUFFIXES)}, or a mapping with read.format"
        )
    return kind


def sheets_of(path: Path) -> tuple[str, ...]:
    """Names of the sheets of a spreadsheet, at least one.

    Raises:
        UnusableInput: it cannot be read as one.
    """
    names = tuple(_book(path).sheet_names)
    if not names:
        raise UnusableInput(f"{path.name}: has no sheet")
    return names


def open_source(path: Path, read: Read) -> Source:
    """Open a file and read its header.

    Raises:
        UnusableInput: when the file is not there, is of no known kind, or has no header.
    """
    if not path.is_file():
        raise UnusableInput(f"{path}: there is no such file")
    kind = read.format if read.format != "auto" else kind_of(path)
    if kind == "parquet":
        return Source(path, kind, tuple(_parquet(path).schema_arrow.names), Dialect(), read, 0)
    dialect = _dialect(path, read) if kind == "csv" else Dialect()
    if read.header is not None:
        return Source(path, kind, tuple(read.header), dialect, read, read.header_line - 1)
    wanted = {name.strip() for name in (read.header_with or "").split("|")} - {""}
    for row in _raw_rows(path, kind, dialect, read):
        if row.line < read.header_line:
            continue
        header = tuple(_heading(cell) for cell in row.cells)
        if wanted and wanted.isdisjoint(header):
            continue
        if row.refusal:
            raise UnusableInput(
                f"{path.name}, line {row.line}: the header cannot be read: {row.refusal} ({row.found})"
            )
        return Source(path, kind, header, dialect, read, row.line)
    looked = f"with {' or '.join(map(repr, sorted(wanted)))}" if wanted else f"on line {read.header_line}"
    raise UnusableInput(f"{path.name}: no header {looked}; the way out: set read.header_line or read.header")


def _heading(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def _raw_rows(path: Path, kind: str, dialect: Dialect, read: Read) -> Iterator[Row]:
    if kind == "csv":
        return _csv_rows(path, dialect)
    return _sheet_rows(path, read.sheet) if kind == "xlsx" else _parquet_rows(path)


_REFUSALS = {
    "encoding": "is not written in the encoding declared",
    "zero_byte": "holds a zero byte",
    "too_long": "is too long to be one row",
    "open_quote": "opens a quote that never closes",
    "bad_quote": "has text after a closing quote",
}


def _csv_rows(path: Path, dialect: Dialect) -> Iterator[Row]:
    for record in records(path, dialect):
        if record.refusal == BLANK:
            continue
        if record.refusal:
            yield Row(record.line, (), _REFUSALS[record.refusal], record.found, record.text)
        elif any(record.fields):
            yield Row(record.line, record.fields, text=record.text)


def _dialect(path: Path, read: Read) -> Dialect:
    encoding = read.encoding if read.encoding != "auto" else encoding_of(path)
    if read.delimiter != "auto":
        return Dialect(encoding, read.delimiter)
    probe = Dialect(encoding, "\0")  # whole lines: no delimiter is known yet
    wanted = [name.strip() for name in (read.header_with or "").split("|")]
    for record in records(path, probe):
        if record.refusal == BLANK or record.line < read.header_line:
            continue
        if any(name in record.text for name in wanted):
            return Dialect(encoding, max(DELIMITERS, key=record.text.count))
    return Dialect(encoding)


def encoding_of(path: Path) -> str:
    """UTF-8 where all of the file is, UTF-16 by its mark, else Windows-1252, as older programs write."""
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(head)
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _sheet_rows(path: Path, sheet: str | None) -> Iterator[Row]:
    book = _book(path)
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise UnusableInput(f"{path.name}: has no sheet {sheet!r}; found: {', '.join(names)}")
    rows = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    for line, cells in enumerate(rows, start=1):
        if any(cell not in ("", None) for cell in cells):
            yield Row(line, tuple(_typed(cell) for cell in cells), text=_joined(cells))


def _book(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        raise UnusableInput(f"{path.name}: cannot be read as a spreadsheet ({error})") from error


def _typed(cell: Any) -> Cell:
    return None if cell == "" else cell


def _joined(cells: Sequence[object]) -> str:
    return ";".join("" if cell is None else str(cell) for cell in cells)[:10_000]


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise UnusableInput(f"{path.name}: cannot be read as Parquet ({error})") from error


def _parquet_rows(path: Path) -> Iterator[Row]:
    line = 0
    for batch in _parquet(path).iter_batches(batch_size=10_000):
        for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            line += 1
            yield Row(line, cells, text=_joined(cells))
