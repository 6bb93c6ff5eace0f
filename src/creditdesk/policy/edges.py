"""The cut points of a criterion: where one band ends and the next begins, and how the conditions read when one is moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from creditdesk.facts.column import Column
from creditdesk.policy.bands import ELSE, is_number, parse_bands
from creditdesk.policy.quantity import EDGE, parse_amount


@dataclass(frozen=True)
class CutPoint:
    """One cut point.

    Attributes:
        at: as the policy writes it, in major units; of whole numbers the last one that lies below the cut.
        included: whether the value itself belongs to the band below.
        below, above: the bands on its two sides.
        written: the number in the words of the policy: `4m`.
    """

    at: Decimal
    included: bool
    below: str
    above: str
    written: str


def cut_points(conditions: Mapping[str, str], column: Column, currency: str = "EUR") -> tuple[CutPoint, ...]:
    """The cut points of a column's bands, rising; none for a column of text.

    Raises:
        BandError: for conditions that are no bands.
    """
    if not is_number(column):
        return ()
    bands = parse_bands(conditions, column, currency)
    step = _step(column, bands.scale)
    said: dict[tuple[Decimal, bool], str] = {}
    for condition in conditions.values():
        for comparison, number in _parts(condition):
            cut = _cut(comparison, number, step)
            if comparison in ("<=", ">") or not step:
                said[cut] = number
    found = []
    for one, other in zip(bands.intervals, bands.intervals[1:], strict=False):
        at, included = (one.high or Decimal(0)) / bands.scale, one.high_included
        number = said.get((at, included)) or f"{at.normalize():f}"
        found.append(CutPoint(at, included, one.name, other.name, number))
    return tuple(found)


def moved(
    conditions: Mapping[str, str], to: Mapping[CutPoint, Decimal], column: Column, currency: str = "EUR"
) -> dict[str, str]:
    """The conditions with some cut points elsewhere; every other word of them stays.

    Raises:
        BandError: when the bands would overlap, leave a gap, or one of them could never hold.
    """
    step = _step(column, parse_bands(conditions, column, currency).scale)
    places = {(cut.at, cut.included): place for cut, place in to.items()}
    fresh = {band: _moved(condition, places, step) for band, condition in conditions.items()}
    parse_bands(fresh, column, currency)
    return fresh


def _step(column: Column, scale: int) -> Decimal:
    """From one value of the column to the next, in major units; 0 where there is no next."""
    return 1 / Decimal(scale) if column.type.startswith("int") else Decimal(0)


def _moved(condition: str, places: Mapping[tuple[Decimal, bool], Decimal], step: Decimal) -> str:
    if condition.strip() == ELSE:
        return condition
    parts = []
    for part in condition.split(" and "):
        match = EDGE.match(part)
        to = places.get(_cut(match[1], match[2], step)) if match is not None else None
        if match is None or to is None:
            parts.append(part)
            continue
        # of whole numbers `< 21` says the same as `<= 20`
        number = to + step if match[1] in ("<", ">=") else to
        parts.append(part[: match.start(2)] + written(number, like=match[2]) + part[match.end(2) :])
    return " and ".join(parts)


def _parts(condition: str) -> list[tuple[str, str]]:
    if condition.strip() == ELSE:
        return []
    matches = [EDGE.match(part) for part in condition.split(" and ")]
    return [(match[1], match[2]) for match in matches if match is not None]


def _cut(comparison: str, number: str, step: Decimal) -> tuple[Decimal, bool]:
    """Where a comparison cuts; of columns with steps as the last value below the cut."""
    edge = parse_amount(number)
    included = comparison in ("<=", ">")
    if not step:
        return edge, included
    floor = (edge / step).to_integral_value(rounding=ROUND_FLOOR) * step
    return (floor, True) if included or edge != floor else (floor - step, True)


def written(number: Decimal, like: str = "") -> str:
    """A number as a policy writes it, with `k` or `m` where the one it replaces has it."""
    suffix = like.strip()[-1:].lower()
    size = {"k": Decimal(1_000), "m": Decimal(1_000_000)}.get(suffix)
    if size is not None:
        short = (number / size).normalize()
        if short == short.quantize(Decimal("0.001")):
            return f"{short:f}{like.strip()[-1:]}"
    return f"{number.normalize():f}"
