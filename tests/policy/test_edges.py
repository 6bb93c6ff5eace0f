"""Cut points: read from conditions, and moved so that every condition that names them says the new number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from creditdesk.facts.column import Column
from creditdesk.policy.bands import BandError
from creditdesk.policy.edges import cut_points, moved, written

STAFF = Column("employees", "int64", "staff", unit="persons")
DAYS = Column("days_late", "float64", "days late", unit="days")
REVENUE = Column("annual_revenue", "int64", "revenue", unit="minor units of the currency")
CLASS = Column("turnover_class", "string", "class", allowed=("A", "B", "C"))


@pytest.mark.parametrize(
    ("conditions", "column", "cuts"),
    [
        ({"small": "<= 20", "medium": "<= 50", "large": "> 50"}, STAFF, ["small 20 medium", "medium 50 large"]),
        ({"small": "< 21", "large": ">= 21"}, STAFF, ["small 20 large"]),
        ({"large": "> 50", "medium": "> 20 and <= 50", "small": "else"}, STAFF, ["small 20 medium", "medium 50 large"]),
        ({"good": "<= 5", "fair": "<= 15", "poor": "> 15"}, DAYS, ["good 5 fair", "fair 15 poor"]),
        ({"good": "< 2.5", "poor": ">= 2.5"}, DAYS, ["good <2.5 poor"]),
        ({"small": "<= 4m", "medium": "<= 10m", "large": "> 10m"}, REVENUE, ["small 4m medium", "medium 10m large"]),
        ({"small": "< 4m", "large": ">= 4m"}, REVENUE, ["small 3999999.99 large"]),
        ({"small": "C", "medium": "B", "large": "A"}, CLASS, []),
    ],
)  # fmt: skip
def test_cut_points(conditions: dict[str, str], column: Column, cuts: list[str]) -> None:
    found = cut_points(conditions, column)
    said = [f"{one.below} {'' if one.included else '<'}{one.written} {one.above}" for one in found]
    assert said == cuts
    assert list(found) == sorted(found, key=lambda one: one.at)


@pytest.mark.parametrize(
    ("conditions", "column", "which", "to", "after"),
    [
        ({"small": "<= 20", "medium": "<= 50", "large": "> 50"}, STAFF, 1, "60",
         {"small": "<= 20", "medium": "<= 60", "large": "> 60"}),
        ({"small": "< 21", "large": ">= 21"}, STAFF, 0, "30", {"small": "< 31", "large": ">= 31"}),
        ({"large": "> 50", "medium": "> 20 and <= 50", "small": "else"}, STAFF, 0, "8",
         {"large": "> 50", "medium": "> 8 and <= 50", "small": "else"}),
        ({"good": "<= 5", "fair": "<= 15", "poor": "> 15"}, DAYS, 0, "7.5", {"good": "<= 7.5", "fair": "<= 15", "poor": "> 15"}),
        ({"small": "< 4m", "large": ">= 4m"}, REVENUE, 0, "4999999.99", {"small": "< 5m", "large": ">= 5m"}),
        ({"small": "<= 4m", "large": "> 4m"}, REVENUE, 0, "2500000", {"small": "<= 2.5m", "large": "> 2.5m"}),
    ],
)  # fmt: skip
def test_a_cut_point_is_moved_in_every_condition_that_names_it(
    conditions: dict[str, str], column: Column, which: int, to: str, after: dict[str, str]
) -> None:
    cut = cut_points(conditions, column)[which]
    fresh = moved(conditions, {cut: Decimal(to)}, column)
    assert fresh == after
    assert cut_points(fresh, column)[which].at == Decimal(to)


def test_a_cut_point_does_not_pass_its_neighbour() -> None:
    conditions = {"small": "<= 20", "medium": "<= 50", "large": "> 50"}
    first, second = cut_points(conditions, STAFF)
    for cut, to in ((first, "50"), (first, "70"), (second, "20"), (second, "3")):
        with pytest.raises(BandError):
            moved(conditions, {cut: Decimal(to)}, STAFF)


def test_both_cut_points_move_at_once_past_where_the_other_was() -> None:
    conditions = {"small": "<= 20", "medium": "<= 50", "large": "> 50"}
    first, second = cut_points(conditions, STAFF)
    fresh = moved(conditions, {first: Decimal(60), second: Decimal(90)}, STAFF)
    assert fresh == {"small": "<= 60", "medium": "<= 90", "large": "> 90"}


@pytest.mark.parametrize(
    ("number", "like", "said"),
    [("2500", "4k", "2.5k"), ("2500.5", "4k", "2500.5"), ("4000000", "1m", "4m"), ("0.5", "3", "0.5"), ("20", "", "20")],
)  # fmt: skip
def test_a_number_is_written_as_its_author_would(number: str, like: str, said: str) -> None:
    assert written(Decimal(number), like) == said
