"""The first rows of a foreign file, and how it seems to be written: encoding, delimiter, the line that holds the names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.records import BLANK, Dialect, records
from creditdesk.sources.cells import Cell
from creditdesk.sources.guessing.headers import known_words, plain
from creditdesk.sources.mapping import Read
from creditdesk.sources.tabular import DELIMITERS, Row, encoding_of, kind_of, open_source, sheets_of

LOOKED_AT = 2_000
"""Rows from which it is told what a column looks like."""

KEPT = 60
"""Rows that are kept to show how they would be read."""

TOP = 40
"""Lines among which the names of the columns are looked for."""

WIDEST = 400
"""Columns of a list; what has more is no list."""


@dataclass(frozen=True)
class Sample:
    """The beginning of a file.

    Attributes:
        read: how the file is read, as the field `read` of a mapping; every choice is written out.
        header: names of the columns.
        rows: the first rows behind it, each with its line, its cells, and what is wrong with it where it is no row.
        columns: all values looked at, column by column.
        sheets: names of the sheets of a spreadsheet.
        top: the first lines as text, for whoever looks for the names of the columns.
    """

    read: dict[str, Any]
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    columns: tuple[tuple[Cell, ...], ...] = field(repr=False)
    sheets: tuple[str, ...] = ()
    top: tuple[tuple[int, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Everything but `columns`, as JSON can keep it."""
        rows = [{**asdict(row), "cells": [_kept(cell) for cell in row.cells]} for row in self.rows]
        return {
            "read": self.read,
            "header": self.header,
            "rows": rows,
            "sheets": self.sheets,
            "top": self.top,
        }


def rows_of(kept: dict[str, Any]) -> list[Row]:
    """The rows of a sample that was kept as JSON."""
    return [Row(**{**row, "cells": tuple(_given(cell) for cell in row["cells"])}) for row in kept["rows"]]


def take_sample(path: Path, said: dict[str, Any]) -> Sample:
    """Look at a file.

    Args:
        said: what a person says of how it is read, as the field `read` of a mapping; what is left out is guessed.

    Raises:
        UnusableInput: it is of no known kind, cannot be opened, has no row that could hold names, or is no list.
    """
    read = dict(said)
    kind = read.setdefault("format", kind_of(path))
    sheets: tuple[str, ...] = ()
    top: list[Row]
    if kind == "csv":
        read.setdefault("encoding", encoding_of(path))
        lines = _first_lines(path, read["encoding"])
        read.setdefault("delimiter", _delimiter(lines))
        mark = "\t" if read["delimiter"] == "tab" else read["delimiter"]
        dialect = Dialect(read["encoding"], mark)
        top = [Row(line, dialect.split(text)[0], text=text) for line, text in lines]
    elif kind == "xlsx":
        sheets = sheets_of(path)
        read.setdefault("sheet", sheets[0])
        top = list(
            islice(open_source(path, Read(format="xlsx", sheet=read["sheet"], header=[""])).raw(), TOP)
        )
    else:
        top = []
    if kind != "parquet":
        read.setdefault("header_line", _header_line(top, path.name))
    source = open_source(path, Read.model_validate(read))
    if len(source.header) > WIDEST:
        raise UnusableInput(f"{path.name}: found {len(source.header)} columns; allowed: at most {WIDEST}")
    rows = list(islice(source.rows(), LOOKED_AT))
    good = [row.cells for row in rows if not row.refusal]
    columns = tuple(zip(*good, strict=True)) if good else tuple(() for _name in source.header)
    shown = tuple((row.line, row.text[:300]) for row in top[:12])
    return Sample(read, source.header, tuple(rows[:KEPT]), columns, sheets, shown)


def _first_lines(path: Path, encoding: str) -> list[tuple[int, str]]:
    """The first lines of a CSV file that are not blank, each whole: no delimiter is known yet."""
    whole = (one for one in records(path, Dialect(encoding, "\0")) if one.refusal != BLANK)
    return [(one.line, one.text) for one in islice(whole, TOP)]


def _delimiter(lines: Sequence[tuple[int, str]]) -> str:
    """The mark that stands equally often in most lines."""

    def evenness(mark: str) -> tuple[int, int]:
        counts = Counter(text.count(mark) for _line, text in lines)
        times, rows = max(((times, rows) for times, rows in counts.items() if times), default=(0, 0), key=lambda one: one[1] * one[0])  # fmt: skip
        return rows * times, times

    best = max(DELIMITERS, key=evenness)
    return {"\t": "tab"}.get(best, best)


def _header_line(top: Sequence[Row], name: str) -> int:
    """The line with the names: where most cells are words that such lists use, else the first that is all text and as wide as what follows."""
    if not top:
        raise UnusableInput(
            f"{name}: is empty; the way out: choose a file with a line of names and rows below it"
        )
    words = known_words()
    scored = []
    for place, row in enumerate(top):
        filled = [str(cell).strip() for cell in row.cells if cell is not None and str(cell).strip()]
        known = len({text for text in filled if plain(text) in words})
        texts = sum(
            isinstance(cell, str) and not _figure(cell)
            for cell in row.cells
            if cell is not None and str(cell).strip()
        )
        names = len(filled) > 1 and texts == len(filled) and len(set(filled)) == len(filled)
        scored.append((known if known > 1 else 0, len(filled) if names else 0, -place, row.line))
    return max(scored)[3]


def _figure(text: str) -> bool:
    return any(sign.isdigit() for sign in text) and not any(sign.isalpha() for sign in text)


def columns_of(sample: Sample) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """Each column with its values."""
    yield from zip(sample.header, sample.columns, strict=True)


def _kept(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if isinstance(cell, Decimal):
        return {"number": str(cell)}
    if isinstance(cell, str):
        return cell[:2_000]
    return cell


def _given(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell
    ((kind, text),) = cell.items()
    if kind == "moment":
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if kind == "day" else Decimal(text)
