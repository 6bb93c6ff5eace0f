"""The band of each customer per criterion: what is known, where it was read, and the brake of the margin.

A criterion is read from one column, from the first known of several, or from a scorecard. A band once given is kept
until the value clears its edge by the criterion's margin, so that a customer on an edge does not move to and fro.
Too little evidence leaves a band unknown: with a previous band that band stays, and without one the matrix (never a
rule) takes the band of the value itself, which shrinkage has already drawn towards what is usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis

from creditdesk.engine.arith import Value, holds
from creditdesk.facts.column import Column, share
from creditdesk.policy.bands import Bands, Interval, parse_bands, plain_number
from creditdesk.policy.document import Criterion, Policy

UNKNOWN = "unknown"
"""What stands in the decision's map of bands where a criterion has none."""

Row = Mapping[str, Value]
"""The columns of one customer, by name: a condition is built against it, also with a column put in its place."""


@dataclass(frozen=True)
class Measure:
    """One thing a criterion may be read from.

    Attributes:
        column: the column.
        bands: its bands, in units of the column.
        unit: in which the distance to another band is told.
        per: how much of it is one step, in units of the column.
        margin: how far past an edge a value must be, in units of the column.
    """

    column: str
    bands: Bands
    unit: str
    per: Decimal
    margin: Decimal

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers."""
        return bool(self.bands.intervals)


@dataclass(frozen=True)
class Gauge:
    """A criterion ready to be measured."""

    name: str
    criterion: Criterion
    measures: tuple[Measure, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Its bands, as the policy lists them."""
        return self.criterion.band_names()

    @property
    def middle(self) -> str:
        """The band of a customer of whom nothing is known: the middle one; of two the later one."""
        return self.names[len(self.names) // 2]


def score_column(scorecard: str) -> str:
    """Name of the column that holds the score of a scorecard."""
    return f"score_{scorecard}"


def gauges(policy: Policy, columns: Mapping[str, Column]) -> tuple[Gauge, ...]:
    """The criteria of a policy, compiled.

    Args:
        columns: what criteria may be read from, by name.
    """
    return tuple(
        Gauge(name, criterion, _measures(criterion, columns, policy.currency))
        for name, criterion in policy.criteria.items()
    )


def _measures(criterion: Criterion, columns: Mapping[str, Column], currency: str) -> tuple[Measure, ...]:
    if criterion.scorecard is not None:
        name = score_column(criterion.scorecard)
        column = share(name, "score of a scorecard", "0-100", least=None, most=None)
        sources = [(column, criterion.bands, None, None)]
    elif criterion.column is not None:
        sources = [(columns[criterion.column], criterion.bands, None, None)]
    else:
        sources = [(columns[one.column], one.bands, one.unit, one.per) for one in criterion.first_known]
    found = []
    for column, conditions, unit, per in sources:
        bands = parse_bands(conditions, column, currency)
        scale = Decimal(bands.scale)
        found.append(
            Measure(
                column.name,
                bands,
                unit or criterion.unit,
                (criterion.per if per is None else per) * scale,
                criterion.margin * scale,
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class Banded:
    """What one criterion says of each customer.

    Attributes:
        source: the column it was read from; null = none is known.
        value: a number read, in units of its column; null for a text.
        text: a text read.
        fresh: the band of the value today, null when unknown or with too little evidence.
        band: the band that holds: the fresh one, or the previous one kept; null when unknown.
        cell: the band for the matrix, never null; `fresh_cell` the same without brakes.
        known: whether the criterion counts as known for the share of evidence.
        how: `missing`, `margin`, `little_evidence`, or null when the value speaks for itself.
    """

    source: Value
    value: Value
    text: Value
    fresh: Value
    band: Value
    cell: Value
    fresh_cell: Value
    known: Value
    how: Value


def banded(gauge: Gauge, row: Row, was: Value | None) -> Banded:
    """Measure one criterion.

    Args:
        row: the columns of the customer, `observations` among them.
        was: the band of the previous decision; None = a cold start.
    """
    known = [row[measure.column].notnull() for measure in gauge.measures]
    by_value = ibis.cases(
        *(
            (flag, measure.bands.expression(row[measure.column]))
            for flag, measure in zip(known, gauge.measures, strict=True)
        ),
        else_=ibis.null("string"),
    )
    source = ibis.cases(
        *((flag, ibis.literal(measure.column)) for flag, measure in zip(known, gauge.measures, strict=True)),
        else_=ibis.null("string"),
    )
    value = _first(
        known,
        [row[one.column].cast("float64") if one.numeric else None for one in gauge.measures],
        "float64",
    )
    text = _first(
        known,
        [None if one.numeric else row[one.column].cast("string") for one in gauge.measures],
        "string",
    )
    least = gauge.criterion.least_evidence
    little = (
        holds(row["observations"] < least) | row["observations"].isnull() if least else ibis.literal(False)
    )
    missing = gauge.criterion.missing
    filled = by_value.fill_null(missing) if missing is not None else by_value
    fresh = ibis.ifelse(little & by_value.notnull(), ibis.null("string"), filled)
    none = ibis.null("string")
    how = ibis.cases(
        (by_value.isnull(), ibis.literal("missing")), (little, ibis.literal("little_evidence")), else_=none
    )
    band, cell = fresh, ibis.coalesce(fresh, by_value, ibis.literal(gauge.middle))
    fresh_cell = cell
    if was is not None:
        had = holds(was.isin(list(gauge.names)))
        keep = had & (little | holds(_within(gauge, row, known, was)))
        band = ibis.ifelse(keep, was, fresh)
        cell = ibis.coalesce(band, by_value, ibis.literal(gauge.middle))
        held = keep & ~little & (fresh.isnull() | (fresh != was))
        how = ibis.ifelse(held, ibis.literal("margin"), how)
    return Banded(source, value, text, fresh, band, cell, fresh_cell, by_value.notnull() & ~little, how)


def _first(known: list[Value], values: list[Value | None], dtype: str) -> Value:
    """The first known of several values; null where the first known one is of another kind."""
    null = ibis.null(dtype)
    branches = [(flag, null if value is None else value) for flag, value in zip(known, values, strict=True)]
    return ibis.cases(*branches, else_=null)


def _within(gauge: Gauge, row: Row, known: list[Value], was: Value) -> Value:
    """Whether the value lies in the previous band, widened by the margin on both sides."""
    none = ibis.literal(False)
    branches = []
    for flag, measure in zip(known, gauge.measures, strict=True):
        inside = none
        if measure.numeric and measure.margin > 0:
            value = row[measure.column]
            inside = ibis.cases(
                *((was == one.name, wider(value, one, measure.margin)) for one in measure.bands.intervals),
                else_=none,
            )
        branches.append((flag, inside))
    return ibis.cases(*branches, else_=none)


def wider(value: Value, interval: Interval, margin: Decimal) -> Value:
    """Whether a value lies in an interval whose edges are moved outwards by a margin."""
    low, high = ibis.literal(True), ibis.literal(True)
    if interval.low is not None:
        edge = plain_number(interval.low - margin)
        low = value >= edge if interval.low_included else value > edge
    if interval.high is not None:
        edge = plain_number(interval.high + margin)
        high = value <= edge if interval.high_included else value < edge
    return low & high
