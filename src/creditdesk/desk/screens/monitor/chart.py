"""What a chart shows, as data: the same data draw the same picture, which is kept for whoever asks next."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

VERSION = 1
"""Raised when charts are drawn otherwise: pictures kept from before are drawn anew."""


class Shape(StrEnum):
    """How a chart is drawn."""

    LINES = "lines"
    """A line per series over the periods."""
    STACK = "stack"
    """Columns, the series on top of each other."""
    BARS = "bars"
    """A column per period for the first series, a mark across it for the second."""
    ROWS = "rows"
    """A bar per label, with its value behind it; one series."""
    SLOPES = "slopes"
    """A line per series from the first label to the last, named at its end."""


class Ink(StrEnum):
    """What a series is drawn with; the style sheet has the same for legends."""

    ACCENT = "accent"
    SOFT = "soft"
    DASHED = "dashed"
    STEP_1 = "step-1"
    STEP_2 = "step-2"
    STEP_3 = "step-3"
    STEP_4 = "step-4"
    STEP_5 = "step-5"
    STEP_6 = "step-6"


STEPS = (Ink.STEP_1, Ink.STEP_2, Ink.STEP_3, Ink.STEP_4, Ink.STEP_5, Ink.STEP_6)
"""Shades of the accent, faint to full: for parts that have an order, such as ages."""


@dataclass(frozen=True)
class Line:
    """One series.

    Attributes:
        label: what the legend calls it.
        values: one per label of the chart; None leaves a gap.
    """

    label: str
    values: tuple[float | None, ...]
    ink: Ink = Ink.ACCENT


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes:
        said: what it shows, in a sentence, for whoever does not see it.
        labels: of the periods or bars, in the reader's language; an empty one is not written.
        ticks: values of the axis with how they are written; in `ROWS` the value behind each bar.
        faint: number of the period that is under way; -1 = none.
    """

    shape: Shape
    said: str
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...] = ()
    faint: int = -1

    @property
    def key(self) -> str:
        """The same for the same picture, and for no other."""
        text = json.dumps([VERSION, asdict(self)], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def blank(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for line in self.lines for value in line.values)


def nice_ticks(most: float, least: float = 0.0, about: int = 3) -> list[float]:
    """Round values that an axis is marked with, from below the least to above the most: 0, 20, 40, 60."""
    span = max(most - min(least, 0.0), 1e-9)
    raw = span / about
    size = 10.0 ** _exponent(raw)
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    low = -(-int(-least / step + 0.999999) * step) if least < 0 else 0.0
    found: list[float] = []
    value = -abs(low) if least < 0 else 0.0
    while not found or found[-1] < most:
        found.append(round(value, 10))
        value += step
    return found


def _exponent(value: float) -> int:
    found = 0
    while value >= 10:
        value, found = value / 10, found + 1
    while value < 1:
        value, found = value * 10, found - 1
    return found
