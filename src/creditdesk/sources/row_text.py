"""A row of a foreign file as text that can be read again: what is kept of a row that was set apart, so that it can be repaired."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from creditdesk.sources.cells import Cell

MARKS = (";", ",", "\t", "|")
LONGEST = 100_000
"""Characters of a row that are kept as cells; a longer one is kept as the first characters of its text."""


def distinct(header: Sequence[str]) -> list[str]:
    """The names of the columns, told apart where the file says a name twice or none at all."""
    seen: dict[str, int] = {}
    names = []
    for place, name in enumerate(header, 1):
        shown = name or f"({place})"
        seen[shown] = seen.get(shown, 0) + 1
        names.append(shown if seen[shown] == 1 else f"{shown} ({seen[shown]})")
    return names


def as_json(header: Sequence[str], cells: Sequence[Cell], otherwise: str = "") -> str:
    """The cells by the names of their columns; `otherwise` where they are too long to be kept."""
    told = json.dumps(
        dict(zip(distinct(header), map(_plain, cells), strict=False)), ensure_ascii=False, default=str
    )
    return told if len(told) <= LONGEST else otherwise


def cells_of(header: Sequence[str], text: str) -> list[Cell] | None:
    """The cells of a row that was kept; None when it was kept as it stood in the file."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    if not isinstance(told, dict) or not set(told) <= set(distinct(header)):
        return None
    return [told.get(name) for name in distinct(header)]


def guessed(header: Sequence[str], text: str) -> list[Cell]:
    """The cells of a row that could not be cut into values, as well as can be told; a person looks at them."""
    mark = max(MARKS, key=lambda one: (text.count(one) == len(header) - 1, text.count(one)))
    parts: list[Cell] = [part.strip().strip('"') or None for part in text.split(mark)]
    parts += [None] * (len(header) - len(parts))
    return parts[: len(header)]


def _plain(cell: Cell) -> Any:
    """A cell as JSON has it. Days are written as YYYY-MM-DD."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell
