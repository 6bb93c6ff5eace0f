"""Bands of criteria: every value has one, an edge has two sides, and the margin keeps a customer on its side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.engine.backend import connect
from creditdesk.engine.bands import Gauge, banded, gauges
from creditdesk.facts.profile import PROFILE
from creditdesk.policy.columns import predicate_columns
from creditdesk.policy.document import Criterion, Policy
from engine.choice import ENGINE
from engine.customers import Row, in_hand, worked_out

TYPES = {
    "employees": "int64", "annual_revenue": "int64", "turnover_class": "string", "days_late_shrunken": "float64",
    "behaviour_evidence": "int64", "observations": "int64", "first_invoice_age_days": "int64",
    "was_band_size": "string", "was_band_behaviour": "string",
}  # fmt: skip
ENOUGH: Row = {"behaviour_evidence": 9, "observations": 9, "first_invoice_age_days": 900}


@pytest.fixture(scope="module")
def criteria(starter: Policy) -> tuple[Gauge, ...]:
    return gauges(starter, predicate_columns(starter.criteria))


def measured(criteria: tuple[Gauge, ...], found: Sequence[Row], had: bool = False) -> list[Row]:
    backend = connect(ENGINE)
    sheet = in_hand(backend, [{**ENOUGH, **row} for row in found], TYPES)
    evidence = {gauge.name: "behaviour_evidence" for gauge in criteria}
    banded(sheet, criteria, evidence, 90, had)
    rows = worked_out(backend, sheet)
    backend.close()
    return rows


@pytest.mark.parametrize(
    ("read", "band", "source", "value"),
    [
        ({"employees": 20}, "small", "employees", 20.0),
        ({"employees": 21}, "medium", "employees", 21.0),
        ({"employees": 50}, "medium", "employees", 50.0),
        ({"employees": 51, "annual_revenue": 0, "turnover_class": "C"}, "large", "employees", 51.0),
        ({"annual_revenue": 4_000_000_00}, "small", "annual_revenue", 4_000_000_00.0),
        ({"annual_revenue": 4_000_000_01}, "medium", "annual_revenue", 4_000_000_01.0),
        (
            {"annual_revenue": 10_000_000_01, "turnover_class": "C"},
            "large",
            "annual_revenue",
            10_000_000_01.0,
        ),
        ({"turnover_class": "B"}, "medium", "turnover_class", None),
        ({}, None, None, None),
    ],
)
def test_size_is_the_first_that_is_known(
    criteria: tuple[Gauge, ...], read: Row, band: str | None, source: str | None, value: float | None
) -> None:
    (found,) = measured(criteria, [read])
    assert (found["band_size"], found["source_size"], found["value_size"]) == (band, source, value)
    assert found["text_size"] == (read.get("turnover_class") if source == "turnover_class" else None)
    assert found["cell_size"] == (band or "medium")  # nothing known: the middle
    assert found["known_size"] is (band is not None)
    assert found["how_size"] == (None if band else "missing")


@pytest.mark.parametrize(
    ("days", "band"),
    [(-60.0, "good"), (5.0, "good"), (5.01, "fair"), (15.0, "fair"), (15.01, "poor"), (180.0, "poor")],
)
def test_an_edge_belongs_to_one_band(criteria: tuple[Gauge, ...], days: float, band: str) -> None:
    (found,) = measured(criteria, [{"days_late_shrunken": days}])
    assert found["band_behaviour"] == found["cell_behaviour"] == band


@pytest.mark.parametrize(
    ("evidence", "was", "band", "cell", "how"),
    [
        ({"behaviour_evidence": 3}, None, "fair", "fair", None),
        ({"behaviour_evidence": 2}, None, None, "fair", "little_evidence"),  # known for long: the value speaks
        ({"behaviour_evidence": 2, "observations": 2}, None, None, "poor", "little_evidence"),  # never known: careful
        ({"first_invoice_age_days": 89}, None, None, "poor", "little_evidence"),
        ({"behaviour_evidence": 2}, "good", "good", "good", "little_evidence"),
        ({"behaviour_evidence": 2}, "unknown", None, "fair", "little_evidence"),
        ({"behaviour_evidence": None}, None, None, "fair", "little_evidence"),
    ],
)  # fmt: skip
def test_too_little_evidence(
    criteria: tuple[Gauge, ...], evidence: Row, was: str | None, band: str | None, cell: str, how: str | None
) -> None:
    row = {"days_late_shrunken": 10.0, **evidence, "was_band_behaviour": was}
    (found,) = measured(criteria, [row], had=was is not None)
    assert (found["band_behaviour"], found["cell_behaviour"], found["how_behaviour"]) == (band, cell, how)
    assert found["fresh_behaviour"] == (None if how else "fair")


def test_a_missing_value_takes_the_band_the_policy_says(starter: Policy) -> None:
    said = starter.criteria["behaviour"].model_copy(update={"missing": "good", "least_evidence": 0})
    policy = starter.model_copy(update={"criteria": {"behaviour": said, "size": starter.criteria["size"]}})
    (found,) = measured(gauges(policy, predicate_columns(policy.criteria)), [{}])
    assert (found["band_behaviour"], found["cell_behaviour"], found["how_behaviour"]) == (
        "good",
        "good",
        "missing",
    )
    assert found["known_behaviour"] is False


NAMES = ("good", "fair", "poor")


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.floats(-60, 180), st.sampled_from([*NAMES, "unknown", None])), min_size=1, max_size=60
    )
)
def test_every_value_has_one_band_and_keeps_the_old_one_within_its_margin(
    criteria: tuple[Gauge, ...], said: list[tuple[float, str | None]]
) -> None:
    edges = {"good": (None, 5), "fair": (5, 15), "poor": (15, None)}
    found = measured(
        criteria, [{"days_late_shrunken": value, "was_band_behaviour": old} for value, old in said], had=True
    )
    for row in found:
        value, old = row["days_late_shrunken"], row["was_band_behaviour"]
        inside = [
            name
            for name, (low, high) in edges.items()
            if (low is None or value > low) and (high is None or value <= high)
        ]
        assert [row["fresh_behaviour"]] == inside
        assert row["band_behaviour"] in NAMES
        low, high = edges.get(old or "", (None, -999))
        kept = (low is None or value > low - 2) and (high is None or value <= high + 2)
        assert row["band_behaviour"] == (old if kept else row["fresh_behaviour"])
        assert (row["how_behaviour"] == "margin") == (kept and old != row["fresh_behaviour"])


@settings(max_examples=15)
@given(st.lists(st.lists(st.floats(3.01, 7.0), min_size=6, max_size=6), min_size=1, max_size=40))
def test_nobody_oscillates_within_the_margin_of_an_edge(
    criteria: tuple[Gauge, ...], walks: list[list[float]]
) -> None:
    before: list[str | None] = [None] * len(walks)
    seen: list[set[str]] = [set() for _ in walks]
    for step in range(6):
        today = [
            {"days_late_shrunken": walk[step], "was_band_behaviour": old}
            for walk, old in zip(walks, before, strict=True)
        ]
        before = [row["band_behaviour"] for row in measured(criteria, today, had=step > 0)]
        for bands, band in zip(seen, before, strict=True):
            bands.add(str(band))
    assert all(len(bands) == 1 for bands in seen)


@settings(max_examples=25)
@given(
    st.lists(st.integers(-200, 200), min_size=1, max_size=5, unique=True).map(sorted),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.lists(st.integers(-250, 250), min_size=1, max_size=40),
)
def test_bands_of_any_policy_are_exhaustive_and_exclusive(
    edges: list[int], closed: list[bool], values: list[int]
) -> None:
    """Bands cut at any edges, open or closed: the engine's band is the only one whose condition the value meets."""
    bands: dict[str, str] = {}
    for no, edge in enumerate(edges):
        bands[f"b{no}"] = f"{'<=' if closed[no] else '<'} {edge}"
    bands["rest"] = "else"
    criterion = Criterion(column="days_late_shrunken", bands=bands, margin=Decimal(0))
    columns = {column.name: column for column in PROFILE.columns}
    policy: Any = _Alone({"x": criterion})
    found = measured(gauges(policy, columns), [{"days_late_shrunken": float(value)} for value in values])
    for row in found:
        read = row["days_late_shrunken"]
        first = next(
            (f"b{no}" for no, edge in enumerate(edges) if read < edge or (closed[no] and read == edge)),
            "rest",
        )
        assert row["band_x"] == first


class _Alone:
    """A policy of one criterion, as far as its bands are concerned."""

    def __init__(self, criteria: dict[str, Criterion]) -> None:
        self.criteria = criteria
        self.currency = "EUR"
        self.matrix = type("M", (), {"rows": "x", "columns": "x", "draw_rows": [], "draw_columns": []})()
