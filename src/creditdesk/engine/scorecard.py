"""Scorecards: points per band of a column, weighted, over what is known; brought to 0-100, the parts kept as data.

`score = base + sum(weight x points) / sum(weight)` over the lines whose value is known (or that score a missing one),
then `(score - lowest) / (highest - lowest) x 100`, kept within 0 and 100. Below the least coverage there is no score.
Sums are of whole numbers, so the score is the same on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis

from creditdesk.engine.arith import Value, rnd
from creditdesk.engine.bands import score_column
from creditdesk.engine.sheet import Sheet
from creditdesk.facts.column import Column
from creditdesk.facts.decisions import PARTS
from creditdesk.policy.bands import Bands, parse_bands
from creditdesk.policy.document import Characteristic, Policy, Scorecard

GRID = 100
"""Points and weights are kept in hundredths."""


@dataclass(frozen=True)
class Line:
    """One characteristic, compiled; the bands are named by their own conditions."""

    name: str
    characteristic: Characteristic
    bands: Bands


@dataclass(frozen=True)
class Card:
    """A scorecard, compiled."""

    name: str
    scorecard: Scorecard
    lines: tuple[Line, ...]


def cards(policy: Policy, columns: Mapping[str, Column]) -> tuple[Card, ...]:
    """The scorecards that are used: the policy's score, and those that a criterion is read from."""
    used = {policy.score, *(criterion.scorecard for criterion in policy.criteria.values())}
    return tuple(
        Card(
            name,
            card,
            tuple(
                Line(line, one, parse_bands(dict(zip(one.points, one.points, strict=True)), columns[one.column],
                                            policy.currency))
                for line, one in card.characteristics.items()
            ),
        )
        for name, card in policy.scorecards.items()
        if name in used
    )  # fmt: skip


def scored(sheet: Sheet, used: tuple[Card, ...], main: str | None) -> None:
    """Score every customer. Adds per scorecard `score_<name>` (two decimals; null below the least coverage), and

    - `score`, `score_parts`: of the policy's own scorecard, the parts as a list of name, band and the points each adds
      to the score before it is brought to 0-100; null where the policy has none
    """
    step: dict[str, Value] = {}
    for card in used:
        for no, line in enumerate(card.lines):
            step[f"_band_{card.name}_{no}"] = line.bands.expression(sheet[line.bands.column])
    sheet.let_all(step)
    step = {}
    for card in used:
        for no, line in enumerate(card.lines):
            one = line.characteristic
            band = sheet[f"_band_{card.name}_{no}"]
            missing = (
                ibis.null("int64") if one.missing is None else ibis.literal(_fixed(one.missing), type="int64")
            )
            earned = (
                (band == name, ibis.literal(_fixed(value), type="int64"))
                for name, value in one.points.items()
            )
            step[f"_points_{card.name}_{no}"] = ibis.cases(*earned, else_=missing)
    sheet.let_all(step)
    step = {}
    for card in used:
        points = [sheet[f"_points_{card.name}_{no}"] for no in range(len(card.lines))]
        weights = [_fixed(line.characteristic.weight) for line in card.lines]
        known = [ibis.ifelse(one.isnull(), 0, weight) for one, weight in zip(points, weights, strict=True)]
        sums = [(one * weight).fill_null(0) for one, weight in zip(points, weights, strict=True)]
        step[f"_known_{card.name}"], step[f"_sum_{card.name}"] = _sum(known), _sum(sums)
    sheet.let_all(step)
    step = {"score": ibis.null("float64"), "score_parts": ibis.null(PARTS)}
    for card in used:
        known, total = (
            sheet[f"_known_{card.name}"],
            sum(_fixed(line.characteristic.weight) for line in card.lines),
        )
        raw = float(card.scorecard.base) + sheet[f"_sum_{card.name}"] / known.nullif(0) / float(GRID)
        low, high = card.scorecard.lowest, card.scorecard.highest
        if low is not None and high is not None:
            raw = ((raw - float(low)) * (100.0 / float(high - low))).clip(0.0, 100.0)
        enough = known >= float(card.scorecard.least_coverage) * total
        score = ibis.ifelse(enough, rnd(raw * GRID) / float(GRID), ibis.null("float64"))
        step[score_column(card.name)] = score
        if card.name == main:
            step["score"], step["score_parts"] = score, _parts(sheet, card)
    sheet.let_all(step)


def _parts(sheet: Sheet, card: Card) -> Value:
    known = sheet[f"_known_{card.name}"]
    parts = []
    for no, line in enumerate(card.lines):
        product = sheet[f"_points_{card.name}_{no}"] * _fixed(line.characteristic.weight)
        share = (rnd(product / known.nullif(0)) / float(GRID)).fill_null(0.0)
        parts.append(
            ibis.struct(
                {"name": ibis.literal(line.name), "band": sheet[f"_band_{card.name}_{no}"], "points": share}
            )
        )
    return ibis.array(parts)


def _fixed(value: Decimal) -> int:
    return int((value * GRID).to_integral_value(rounding="ROUND_HALF_UP"))


def _sum(values: list[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total.cast("int64")
