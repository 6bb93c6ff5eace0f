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
from creditdesk.engine.bands import Row
from creditdesk.facts.column import Column
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


@dataclass(frozen=True)
class Scored:
    """What a scorecard says of each customer.

    Attributes:
        score: two decimals; null below the least coverage.
        coverage: share of the weight that is known.
        parts: list of name, band and the points it adds to the score (before scaling to 0-100).
    """

    score: Value
    coverage: Value
    parts: Value


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


def scored(card: Card, row: Row) -> Scored:
    """The score of each customer."""
    weights: list[Value] = []
    products: list[Value] = []
    bands: list[Value] = []
    for line in card.lines:
        one = line.characteristic
        band = line.bands.expression(row[line.bands.column])
        missing = ibis.null("int64") if one.missing is None else _fixed(one.missing)
        points = ibis.cases(
            *((band == name, _fixed(value)) for name, value in one.points.items()), else_=missing
        )
        bands.append(band)
        weights.append(ibis.ifelse(points.isnull(), 0, _fixed(one.weight)))
        products.append((points * _fixed(one.weight)).fill_null(0))
    known, total = _sum(weights), sum(_fixed(line.characteristic.weight) for line in card.lines)
    coverage = rnd(known * 10_000.0 / total) / 10_000.0 if total else ibis.literal(0.0)
    raw = float(card.scorecard.base) + _sum(products) / known.nullif(0) / float(GRID)
    low, high = card.scorecard.lowest, card.scorecard.highest
    if low is not None and high is not None:
        raw = ((raw - float(low)) * (100.0 / float(high - low))).clip(0.0, 100.0)
    enough = coverage >= float(card.scorecard.least_coverage)
    score = ibis.ifelse(enough, rnd(raw * GRID) / float(GRID), ibis.null("float64"))
    parts = ibis.array(
        [
            ibis.struct(
                {
                    "name": ibis.literal(line.name),
                    "band": band,
                    "points": rnd(product * 1.0 / known.nullif(0)) / float(GRID),
                }
            )
            for line, band, product in zip(card.lines, bands, products, strict=True)
        ]
    )
    return Scored(score, coverage, parts)


def _fixed(value: Decimal) -> int:
    return int((value * GRID).to_integral_value(rounding="ROUND_HALF_UP"))


def _sum(values: list[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total.cast("int64")
