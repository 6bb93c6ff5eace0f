"""The scale of a slider: values a person would choose, close together where the customers are, and how many stand at each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

MOST = 160
"""Steps of a slider."""
BARS = 64
WIDTH, HEIGHT = 1000, 60
"""Of the drawing, in its own units."""

_NICE = tuple(Decimal(one) for one in ("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8"))


@dataclass(frozen=True)
class Bar:
    """How many customers stand between two values."""

    x: float
    y: float
    width: float
    height: float


def scale(values: np.ndarray, cuts: Sequence[Decimal], whole: bool) -> list[Decimal]:
    """The steps of a slider, rising; the cut points that stand now are among them.

    Args:
        values: what is known of the customers.
        whole: only whole numbers make sense.
    """
    low, high = _ends(values, cuts)
    span = high - low
    if whole and span <= MOST:
        steps = [Decimal(number) for number in range(int(low), int(high) + 1)]
    elif low >= 0 and len(values) and high > 12 * Decimal(str(max(float(np.median(values)), 0.5))):
        steps = _growing(low, high, whole)
    else:
        steps = _even(low, high, whole)
    return sorted({*steps, *cuts})


def _ends(values: np.ndarray, cuts: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """From where to where: nearly all customers, and room on both sides of the cut points."""
    low, high = min(cuts), max(cuts)
    room = max(abs(low), abs(high), Decimal(1)) / 2
    low = low - room if low < 0 else max(low - room, Decimal(0))
    high += room
    if len(values):
        low = min(low, Decimal(int(np.floor(np.percentile(values, 1)))))
        high = max(high, Decimal(int(np.ceil(np.percentile(values, 98)))))
    return low.to_integral_value(), high.to_integral_value()


def _even(low: Decimal, high: Decimal, whole: bool) -> list[Decimal]:
    raw = max((high - low) / (MOST - 20), Decimal("0.001"))
    size = Decimal(1).scaleb(raw.adjusted())
    step = next(
        one * size
        for one in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
        if one * size >= raw
    )
    if whole:
        step = max(step.to_integral_value(), Decimal(1))
    first = (low / step).to_integral_value() * step
    return [first + step * number for number in range(int((high - first) / step) + 2)]


def _growing(low: Decimal, high: Decimal, whole: bool) -> list[Decimal]:
    """Steps that grow with the number: 1, 1.2, 1.5, 2, … 10, 12, …"""
    steps = [low]
    size = Decimal(1) if whole else Decimal(1).scaleb(max(high.adjusted() - 5, -1))
    while not steps or steps[-1] < high:
        for nice in _NICE:
            value = nice * size
            if value > low and (not whole or value == value.to_integral_value()):
                steps.append(value)
            if value >= high:
                break
        size *= 10
    return steps[-MOST:] if len(steps) > MOST else steps


def place(steps: Sequence[Decimal], value: Decimal) -> int:
    """The step nearest to a value."""
    at = bisect_left(steps, value)
    near = [one for one in (at - 1, at) if 0 <= one < len(steps)]
    return min(near, key=lambda one: abs(steps[one] - value))


def across(steps: Sequence[Decimal], at: int) -> float:
    """Where a step stands in the drawing."""
    return round(WIDTH * at / max(len(steps) - 1, 1), 2)


def bars(values: np.ndarray, steps: Sequence[Decimal]) -> list[Bar]:
    """The customers along the scale; those beyond its ends stand at the ends."""
    every = max(1, -(-len(steps) // BARS))
    edges = [float(one) for one in steps[::every]]
    if edges[-1] < float(steps[-1]):
        edges.append(float(steps[-1]))
    if len(edges) < 2 or not len(values):
        return []
    counts, _edges = np.histogram(np.clip(values, edges[0], edges[-1]), bins=np.array(edges))
    # a few customers among very many are still to be seen
    heights = np.sqrt(counts / max(int(counts.max()), 1)) * HEIGHT
    found = []
    for number, height in enumerate(heights):
        start = across(steps, min(number * every, len(steps) - 1))
        end = across(steps, min((number + 1) * every, len(steps) - 1))
        if height > 0:
            found.append(
                Bar(
                    start,
                    round(HEIGHT - float(height), 2),
                    round(max(end - start - 1, 1), 2),
                    round(float(height), 2),
                )
            )
    return found
