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


def mark_column(card: str, line: int) -> str:
    """Name of the column that holds which band of a line a customer is in."""
    return f"mark_{card}_{line}"


def scored(sheet: Sheet, used: tuple[Card, ...], main: str | None) -> None:
    """Score every customer. Adds per scorecard `score_<name>` (two decimals; null below the least coverage), `score` of
    the policy's own scorecard, and for the latter `mark_<name>_<line>`: the number of the band, from which
    `score_parts` is made at the end.
    """
    bands = {
        mark_column(card.name, no): _marked(line, line.bands.expression(sheet[line.bands.column]))
        for card in used
        for no, line in enumerate(card.lines)
    }
    sheet.let_all(bands)
    step: dict[str, Value] = {}
    for card in used:
        known, total = [], []
        for no, line in enumerate(card.lines):
            points, weight = _points(card, no, sheet), _fixed(line.characteristic.weight)
            known.append(ibis.ifelse(points.isnull(), 0, weight))
            total.append((points * weight).fill_null(0))
        step[f"_known_{card.name}"], step[f"_sum_{card.name}"] = _sum(known), _sum(total)
    sheet.let_all(step)
    step = {"score": ibis.null("float64")}
    for card in used:
        known, weight = (
            sheet[f"_known_{card.name}"],
            sum(_fixed(one.characteristic.weight) for one in card.lines),
        )
        raw = float(card.scorecard.base) + sheet[f"_sum_{card.name}"] / known.nullif(0) / float(GRID)
        low, high = card.scorecard.lowest, card.scorecard.highest
        if low is not None and high is not None:
            raw = ((raw - float(low)) * (100.0 / float(high - low))).clip(0.0, 100.0)
        enough = known >= float(card.scorecard.least_coverage) * weight
        score = ibis.ifelse(enough, rnd(raw * GRID) / float(GRID), ibis.null("float64"))
        step[score_column(card.name)] = score
        if card.name == main:
            step["score"], step["score_weight"] = score, known
    sheet.let_all(step)


def score_parts(card: Card | None, sheet: Sheet) -> Value:
    """The parts of a score: name, band, and the points each adds to the score before it is brought to 0-100.

    Args:
        card: the policy's own scorecard; None = it has none.
        sheet: the marks, and `score_weight`: the weight that is known.
    """
    if card is None:
        return ibis.null(PARTS)
    parts = []
    for no, line in enumerate(card.lines):
        mark, weight = sheet[mark_column(card.name, no)], _fixed(line.characteristic.weight)
        earned = (
            rnd(_points(card, no, sheet) * weight / sheet["score_weight"].nullif(0)) / float(GRID)
        ).fill_null(0.0)
        names = list(line.bands.names)
        band = ibis.cases(*((mark == at, name) for at, name in enumerate(names)), else_=ibis.null("string"))
        parts.append(ibis.struct({"name": ibis.literal(line.name), "band": band, "points": earned}))
    return ibis.array(parts)


def _marked(line: Line, band: Value) -> Value:
    return ibis.cases(
        *((band == name, ibis.literal(at, type="int16")) for at, name in enumerate(line.bands.names)),
        else_=ibis.null("int16"),
    )


def _points(card: Card, no: int, sheet: Sheet) -> Value:
    """Points of a line in hundredths; null when the value is unknown and the line scores no missing one."""
    line = card.lines[no]
    one, mark = line.characteristic, sheet[mark_column(card.name, no)]
    missing = ibis.null("int64") if one.missing is None else ibis.literal(_fixed(one.missing), type="int64")
    points = [
        (mark == at, ibis.literal(_fixed(one.points[name]), type="int64"))
        for at, name in enumerate(line.bands.names)
    ]
    return ibis.cases(*points, else_=missing)


def _fixed(value: Decimal) -> int:
    return int((value * GRID).to_integral_value(rounding="ROUND_HALF_UP"))


def _sum(values: list[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total.cast("int64")
