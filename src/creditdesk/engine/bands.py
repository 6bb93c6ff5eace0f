"""The band of each customer per criterion: what is known, where it was read, and the brake of the margin.

A criterion is read from one column, from the first known of several, or from a scorecard. A band once given is kept
until the value clears its edge by the criterion's margin, so that a customer on an edge does not move to and fro.
Too little evidence leaves a band unknown: with a previous band that band stays. Without one the matrix (never a rule)
takes the band of the value itself, which shrinkage has already drawn towards what is usual; but of a customer who never
gave enough evidence, or is too young a relation, it takes the most careful band: only long overdue debt brings one past
the rules for new customers, and paying it must not leave it worse off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis

from creditdesk.engine.arith import Value, holds
from creditdesk.engine.sheet import Sheet
from creditdesk.facts.column import Column, share
from creditdesk.policy.bands import Bands, Interval, parse_bands, plain_number
from creditdesk.policy.document import Criterion, Policy

UNKNOWN = "unknown"
"""What stands in the decision's map of bands where a criterion has none."""


@dataclass(frozen=True)
class Measure:
    """One thing a criterion may be read from.

    Attributes:
        column: the column.
        bands: its bands, in units of the column.
        unit: in which the distance to another band is told.
        per: how much of it is one step, in units of the column.
        margin: how far past an edge a value must be, in units of the column.
        whole: whether the column holds whole numbers only.
        remedy: what a customer can do to come to another band, by name.
    """

    column: str
    bands: Bands
    unit: str
    per: Decimal
    margin: Decimal
    whole: bool = False
    remedy: str | None = None

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers."""
        return bool(self.bands.intervals)


@dataclass(frozen=True)
class Gauge:
    """A criterion ready to be measured. `drawn`: its bands from the model customers to those to be careful with."""

    name: str
    criterion: Criterion
    measures: tuple[Measure, ...]
    drawn: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its bands, as the policy lists them."""
        return self.criterion.band_names()

    @property
    def careful(self) -> str:
        """The most careful band, the last as drawn."""
        return self.drawn[-1]

    @property
    def middle(self) -> str:
        """The band of a customer of whom nothing is known: the middle one; of two the later one."""
        return self.drawn[len(self.drawn) // 2]


def score_column(scorecard: str) -> str:
    """Name of the column that holds the score of a scorecard."""
    return f"score_{scorecard}"


def gauges(policy: Policy, columns: Mapping[str, Column]) -> tuple[Gauge, ...]:
    """The criteria of a policy, compiled.

    Args:
        columns: what criteria may be read from, by name.
    """
    matrix = policy.matrix
    drawn = {matrix.rows: matrix.draw_rows, matrix.columns: matrix.draw_columns}
    return tuple(
        Gauge(
            name,
            criterion,
            _measures(criterion, columns, policy.currency),
            tuple(drawn.get(name) or criterion.band_names()),
        )
        for name, criterion in policy.criteria.items()
    )


def _measures(criterion: Criterion, columns: Mapping[str, Column], currency: str) -> tuple[Measure, ...]:
    sources: list[tuple[Column, dict[str, str], str | None, Decimal | None, str | None]]
    if criterion.scorecard is not None:
        name = score_column(criterion.scorecard)
        column = share(name, "score of a scorecard", "0-100", least=None, most=None)
        sources = [(column, criterion.bands, None, None, None)]
    elif criterion.column is not None:
        sources = [(columns[criterion.column], criterion.bands, None, None, None)]
    else:
        sources = [
            (columns[one.column], one.bands, one.unit, one.per, one.remedy) for one in criterion.first_known
        ]
    found = []
    for column, conditions, unit, per, remedy in sources:
        bands = parse_bands(conditions, column, currency)
        scale = Decimal(bands.scale)
        found.append(
            Measure(
                column.name,
                bands,
                unit or criterion.unit,
                (criterion.per if per is None else per) * scale,
                criterion.margin * scale,
                column.type.startswith("int"),
                remedy or criterion.remedy,
            )
        )
    return tuple(found)


def banded(
    sheet: Sheet, criteria: tuple[Gauge, ...], evidence: Mapping[str, str], young: int, had: bool
) -> None:
    """Measure every criterion. Adds per criterion:

    - `source_<c>`: the column it was read from; null = none is known
    - `value_<c>`, `text_<c>`: what was read, a number in units of its column or a text
    - `fresh_<c>`: the band of the value today, null when unknown or with too little evidence
    - `band_<c>`: the band that holds: the fresh one, or the previous one kept; null when unknown
    - `cell_<c>`: the band for the matrix, never null; `fresh_cell_<c>` the same without brakes
    - `known_<c>`: whether the criterion counts as known for the share of evidence
    - `how_<c>`: missing, margin, little_evidence, or null when the value speaks for itself

    Args:
        sheet: the columns that criteria are read from; with `had`, `was_band_<c>` of the previous decision.
        evidence: the column that counts the experiences behind a criterion; `observations` counts all of them.
        young: days since the first invoice below which a relation gives too little evidence.
    """
    none, no = ibis.null("string"), ibis.literal(False)
    sheet.let_all(
        {
            name: value
            for gauge in criteria
            for name, value in _read(gauge, sheet, evidence[gauge.name], young).items()
        }
    )
    step: dict[str, Value] = {}
    for gauge in criteria:
        name, missing = gauge.name, gauge.criterion.missing
        by_value, little = sheet[f"_by_value_{name}"], sheet[f"_little_{name}"]
        filled = by_value.fill_null(missing) if missing is not None else by_value
        step[f"fresh_{name}"] = ibis.ifelse(little & by_value.notnull(), none, filled)
        step[f"known_{name}"] = by_value.notnull() & ~little
        step[f"_cell_{name}"] = ibis.cases(
            (by_value.isnull(), missing or gauge.middle),
            (sheet[f"_never_{name}"], gauge.careful),
            else_=by_value,
        )
        step[f"_keep_{name}"] = no
        if had:
            was = sheet[f"was_band_{name}"]
            within = holds(_within(gauge, sheet, was))
            step[f"_keep_{name}"] = holds(was.isin(list(gauge.names))) & (little | within)
    sheet.let_all(step)
    step = {}
    for gauge in criteria:
        name = gauge.name
        fresh, keep, little = sheet[f"fresh_{name}"], sheet[f"_keep_{name}"], sheet[f"_little_{name}"]
        was = sheet[f"was_band_{name}"] if had else none
        band = ibis.ifelse(keep, was, fresh)
        step[f"band_{name}"] = band
        step[f"cell_{name}"] = ibis.coalesce(band, sheet[f"_cell_{name}"])
        step[f"fresh_cell_{name}"] = ibis.coalesce(fresh, sheet[f"_cell_{name}"])
        step[f"how_{name}"] = ibis.cases(
            (keep & ~little & ~holds(fresh == was), "margin"),
            (sheet[f"_by_value_{name}"].isnull(), "missing"),
            (little, "little_evidence"),
            else_=none,
        )
    sheet.let_all(step)


def _read(gauge: Gauge, sheet: Sheet, evidence: str, young: int) -> dict[str, Value]:
    name, measures = gauge.name, gauge.measures
    known = [sheet[measure.column].notnull() for measure in measures]
    least = gauge.criterion.least_evidence
    little = never = ibis.literal(False)
    if least:
        fresh = ~holds(sheet["first_invoice_age_days"] >= young)
        little = ~holds(sheet[evidence] >= least) | fresh
        never = ~holds(sheet["observations"] >= least) | fresh
    return {
        f"source_{name}": _first(known, [ibis.literal(one.column) for one in measures], "string"),
        f"value_{name}": _first(
            known, [sheet[one.column].cast("float64") if one.numeric else None for one in measures], "float64"
        ),
        f"text_{name}": _first(
            known, [None if one.numeric else sheet[one.column].cast("string") for one in measures], "string"
        ),
        f"_by_value_{name}": _first(
            known, [one.bands.expression(sheet[one.column]) for one in measures], "string"
        ),
        f"_little_{name}": little,
        f"_never_{name}": never,
    }


def _first(known: list[Value], values: list[Value | None], dtype: str) -> Value:
    """The first known of several values; null where the first known one is of another kind."""
    null = ibis.null(dtype)
    branches = [(flag, null if value is None else value) for flag, value in zip(known, values, strict=True)]
    return ibis.cases(*branches, else_=null)


def _within(gauge: Gauge, sheet: Sheet, was: Value) -> Value:
    """Whether the value lies in the previous band, widened by the margin on both sides."""
    none = ibis.literal(False)
    known = [sheet[measure.column].notnull() for measure in gauge.measures]
    branches = []
    for measure in gauge.measures:
        inside = none
        if measure.numeric and measure.margin > 0:
            value = sheet[measure.column]
            inside = ibis.cases(
                *((was == one.name, wider(value, one, measure.margin)) for one in measure.bands.intervals),
                else_=none,
            )
        branches.append(inside)
    return _first(known, branches, "boolean")


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
