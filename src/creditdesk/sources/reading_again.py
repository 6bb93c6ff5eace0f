"""Reads rows of a foreign file again that were set apart and repaired since, by the mapping they were read by the first time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from creditdesk.facts.records import Dialect
from creditdesk.sources.assembly import Assembly, BadCell, Value
from creditdesk.sources.cells import Cell
from creditdesk.sources.mapping import Mapping
from creditdesk.sources.tabular import Source

TYPED = "YYYY-MM-DD"
"""How a day is kept that was none of text, as in a spreadsheet."""


@dataclass(frozen=True)
class Again:
    """One row to be read again.

    Attributes:
        line: its line in the file.
        cells: as many as the header has names.
    """

    line: int
    cells: Sequence[Cell]


Made = list[tuple[str, dict[str, Value]]]
"""Rows of the contract, each with its table."""


def read_again(
    mapping: Mapping, header: Sequence[str], rows: Sequence[Again], file: str
) -> Iterator[Made | BadCell]:
    """For each row what it gives, or what cannot be read in it; none for a row that the mapping passes over.

    Raises:
        UnusableInput: the mapping does not fit the header.
    """
    source = Source(Path(file), "csv", tuple(header), Dialect(), mapping.read, 0)
    assembly = Assembly(_with_typed_days(mapping), source)
    for row in rows:
        try:
            yield [] if assembly.skipped(row.cells) else assembly.rows(row.cells, row.line)
        except BadCell as wrong:
            yield wrong


def _with_typed_days(mapping: Mapping) -> Mapping:
    """The mapping that also reads days as they are kept; nothing else is written like that."""
    formats = mapping.formats.model_copy(update={"date": [*mapping.formats.date, TYPED]})
    tables = [
        rule.model_copy(
            update={
                "columns": {
                    name: take.model_copy(update={"date": [*take.date, TYPED]}) if take.date else take
                    for name, take in rule.columns.items()
                }
            }
        )
        for rule in mapping.tables
    ]
    return mapping.model_copy(update={"formats": formats, "tables": tables})
