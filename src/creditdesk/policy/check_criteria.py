"""Checks across the document: criteria, their bands, scorecards and the matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from creditdesk.facts.column import Column
from creditdesk.policy.bands import Bands, parse_bands
from creditdesk.policy.columns import find_column
from creditdesk.policy.document import Characteristic, Criterion, Policy
from creditdesk.policy.error import listed
from creditdesk.policy.mistake import Mistake, unknown, wrong_bands

SCORE = Column("score", "float64", "score of a scorecard", unit="0-100")


def check_criteria(policy: Policy, columns: Mapping[str, Column]) -> Iterator[Mistake]:
    """Each criterion is read from one thing, its columns exist, its bands cover every value once."""
    for name, criterion in policy.criteria.items():
        path = ("criteria", name)
        ways = [way for way in ("column", "first_known", "scorecard") if getattr(criterion, way)]
        if len(ways) != 1:
            yield Mistake(
                path,
                "a criterion is read from one thing",
                listed(ways),
                "one of column, first_known, scorecard",
            )
            continue
        if ways == ["first_known"]:
            yield from _first_known(path, criterion, columns, policy.currency)
        else:
            yield from _single(path, criterion, policy, columns)
        if criterion.missing is not None:
            yield from unknown((*path, "missing"), "band", criterion.missing, criterion.band_names())


def _single(
    path: tuple[str, ...], criterion: Criterion, policy: Policy, columns: Mapping[str, Column]
) -> Iterator[Mistake]:
    if criterion.scorecard is not None:
        yield from unknown((*path, "scorecard"), "scorecard", criterion.scorecard, policy.scorecards)
        yield from wrong_bands((*path, "bands"), criterion.bands, SCORE, policy.currency)
        return
    yield from _of_column(path, criterion.column or "", criterion.bands, columns, policy.currency)


def _first_known(
    path: tuple[str, ...], criterion: Criterion, columns: Mapping[str, Column], currency: str
) -> Iterator[Mistake]:
    if criterion.bands:
        yield Mistake((*path, "bands"), "each source has its own bands", "bands", "bands inside first_known")
    names = criterion.band_names()
    for index, source in enumerate(criterion.first_known):
        own = (*path, "first_known", str(index))
        yield from _of_column(own, source.column, source.bands, columns, currency)
        if set(source.bands) != set(names):
            yield Mistake(
                (*own, "bands"), "other bands than the first source", listed(source.bands), listed(names)
            )


def _of_column(
    path: tuple[str, ...], name: str, bands: Mapping[str, str], columns: Mapping[str, Column], currency: str
) -> Iterator[Mistake]:
    column = find_column(columns, name)
    if column is None:
        yield from unknown((*path, "column"), "column of the profile", name, columns)
    else:
        yield from wrong_bands((*path, "bands"), bands, column, currency)


def check_scorecards(policy: Policy, columns: Mapping[str, Column]) -> Iterator[Mistake]:
    """Each characteristic reads a column, its points cover every value once and run as `monotone` says."""
    if policy.score is not None:
        yield from unknown(("score",), "scorecard", policy.score, policy.scorecards)
    for name, card in policy.scorecards.items():
        path = ("scorecards", name)
        if not card.characteristics:
            yield Mistake((*path, "characteristics"), "a scorecard without lines", "none", "at least one")
        if card.lowest is not None and card.highest is not None and card.lowest >= card.highest:
            yield Mistake(
                (*path, "lowest"), "not below the highest", str(card.lowest), f"less than {card.highest}"
            )
        for line, characteristic in card.characteristics.items():
            own = (*path, "characteristics", line)
            column = find_column(columns, characteristic.column)
            if column is None:
                yield from unknown((*own, "column"), "column of the profile", characteristic.column, columns)
                continue
            wrong = list(_wrong_points(own, characteristic, column, policy.currency))
            yield from wrong or _not_monotone(own, characteristic, column, policy.currency)


def _wrong_points(
    path: tuple[str, ...], characteristic: Characteristic, column: Column, currency: str
) -> Iterator[Mistake]:
    conditions = {condition: condition for condition in characteristic.points}
    yield from wrong_bands((*path, "points"), conditions, column, currency)


def point_bands(characteristic: Characteristic, column: Column, currency: str = "EUR") -> Bands:
    """The bands of a scorecard's line: each is named by its own condition, which is also the key of its points.

    Raises:
        BandError: when the conditions do not cover every value once.
    """
    return parse_bands({condition: condition for condition in characteristic.points}, column, currency)


def _not_monotone(
    path: tuple[str, ...], characteristic: Characteristic, column: Column, currency: str
) -> Iterator[Mistake]:
    if characteristic.monotone == "no":
        return
    bands = point_bands(characteristic, column, currency)
    if not bands.intervals:
        yield Mistake(
            (*path, "monotone"), "the points of a text neither rise nor fall", characteristic.monotone, "no"
        )
        return
    points = [characteristic.points[interval.name] for interval in bands.intervals]
    step = Decimal(1) if characteristic.monotone == "rising" else Decimal(-1)
    for before, after, interval in zip(points, points[1:], bands.intervals[1:], strict=False):
        if (after - before) * step < 0:
            yield Mistake(
                (*path, "points", interval.name),
                f"the points are said to be {characteristic.monotone}, and here they are not",
                f"{after} after {before}",
                f"{'at least' if step > 0 else 'at most'} {before}",
            )


def check_matrix(policy: Policy) -> Iterator[Mistake]:
    """Rows and columns are two criteria; every cell stands and names a segment; the drawing names every band."""
    matrix = policy.matrix
    for side in ("rows", "columns"):
        yield from unknown(("matrix", side), "criterion", getattr(matrix, side), policy.criteria)
    if matrix.rows == matrix.columns:
        yield Mistake(
            ("matrix", "columns"), "rows and columns are the same", matrix.columns, "another criterion"
        )
    if matrix.rows not in policy.criteria or matrix.columns not in policy.criteria:
        return
    rows = policy.criteria[matrix.rows].band_names()
    across = policy.criteria[matrix.columns].band_names()
    yield from _complete(("matrix", "cells"), matrix.cells, rows)
    for row, cells in matrix.cells.items():
        yield from _complete(("matrix", "cells", row), cells, across)
        for column, segment in cells.items():
            path = ("matrix", "cells", row, column)
            yield from unknown(path, "segment", segment, policy.segments)
            yield from _as_cell(path, segment, policy)
    for field, drawn, bands in (
        ("draw_rows", matrix.draw_rows, rows),
        ("draw_columns", matrix.draw_columns, across),
    ):
        if drawn and sorted(drawn) != sorted(bands):
            yield Mistake(("matrix", field), "not every band once", listed(drawn), listed(bands))


def _complete(
    path: tuple[str, ...], found: Mapping[str, object], bands: tuple[str, ...]
) -> Iterator[Mistake]:
    missing = [band for band in bands if band not in found]
    if missing:
        yield Mistake(path, "bands without a cell", listed(missing), f"a cell for each of {listed(bands)}")
    for band in found:
        yield from unknown((*path, band), "band", band, bands)


def _as_cell(path: tuple[str, ...], name: str, policy: Policy) -> Iterator[Mistake]:
    segment = policy.segments.get(name)
    if segment is None:
        return
    taken = [
        field
        for field, value in (
            ("acceptance", segment.acceptance),
            ("terms_days", segment.terms_days),
            ("fees", segment.fees),
            ("limit", "cell" if segment.limit.cell else ""),
            ("order", "cell" if segment.order.cell else ""),
        )
        if value == "cell"
    ]
    if taken:
        yield Mistake(
            path,
            "a segment of the matrix cannot take from its cell what the cell is to give",
            f"{name}: {listed(taken)} as the cell",
            "values of its own",
        )
