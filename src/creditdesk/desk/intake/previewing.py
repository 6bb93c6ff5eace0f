"""Shows the first rows of a list as they would be read: rows of the contract, and what cannot be read in which cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from creditdesk.facts.column import Column
from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.records import Dialect
from creditdesk.facts.schema import TABLES
from creditdesk.sources.assembly import Assembly, BadCell
from creditdesk.sources.guessing.sampling import rows_of
from creditdesk.sources.mapping_file import UnusableMapping, read_mapping
from creditdesk.sources.tabular import Row, Source, open_source

ROWS = 8
"""Rows that are shown of a table."""

READ = 60
"""Rows of the file that are read for it."""

SMALL = 16 * 1024 * 1024
"""Up to here a file is opened for a preview whose mapping reads it in a way of its own."""


@dataclass
class Part:
    """One table as it would be read.

    Attributes:
        columns: those that hold something.
        rows: each with its line in the file and its values.
        count: how many rows the lines that were read give.
    """

    table: str
    columns: list[Column]
    rows: list[tuple[int, dict[str, Any]]]
    count: int = 0


@dataclass(frozen=True)
class Bad:
    """A row that could not be read."""

    line: int
    column: str
    found: str
    allowed: str
    code: str = "unreadable_cell"


@dataclass
class Preview:
    """What the first rows would become.

    Attributes:
        parts: per table.
        bad: rows that would be set apart.
        skipped: rows that are passed over.
        read: rows that were read.
        errors: why there is no preview: sentences.
    """

    parts: list[Part] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    skipped: int = 0
    read: int = 0
    errors: list[str] = field(default_factory=list)


def preview(document: str, name: str, kept: Mapping[str, Any], file: Path | None = None) -> Preview:
    """Read the first rows by a mapping.

    Args:
        kept: the sample of the file.
        file: the file itself, opened only where the mapping reads it otherwise than the sample was.
    """
    try:
        mapping = read_mapping(document.encode(), name)
    except UnusableMapping as wrong:
        return Preview(errors=list(wrong.errors))
    read = kept["read"]
    source = Source(
        Path(name), str(read.get("format", "csv")), tuple(kept["header"]), Dialect(), mapping.read, 0
    )
    rows: Sequence[Row] = rows_of(dict(kept))
    try:
        try:
            assembly = Assembly(mapping, source)
        except UnusableInput:
            if file is None or file.stat().st_size > SMALL:
                raise
            source = open_source(file, mapping.read)
            rows = list(islice(source.rows(), READ))
            assembly = Assembly(mapping, source)
    except UnusableInput as wrong:
        return Preview(errors=[str(wrong)])
    return _read(assembly, rows)


def _read(assembly: Assembly, rows: Sequence[Row]) -> Preview:
    found = Preview(read=len(rows))
    made: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for table, values in assembly.once():
        made.setdefault(table, []).append((0, values))
    for row in rows:
        if row.refusal:
            found.bad.append(Bad(row.line, "", row.found, row.refusal, "unreadable_row"))
            continue
        try:
            if assembly.skipped(row.cells):
                found.skipped += 1
                continue
            for table, values in assembly.rows(row.cells, row.line):
                made.setdefault(table, []).append((row.line, values))
        except BadCell as bad:
            found.bad.append(Bad(row.line, bad.column, bad.found, bad.allowed))
    for name, known in TABLES.items():
        if name in made:
            columns = [one for one in known.columns if _tells(one, made[name])]
            found.parts.append(Part(name, columns, made[name][:ROWS], len(made[name])))
    return found


def _tells(column: Column, rows: Sequence[tuple[int, dict[str, Any]]]) -> bool:
    """Whether a column says something that its neighbours do not: an amount says its currency, an id often is the number."""
    if column.name == "currency" or all(values.get(column.name) is None for _line, values in rows):
        return False
    return column.name != "invoice_id" or any(
        values.get("invoice_id") != values.get("number", object()) for _line, values in rows
    )
