"""Scorecards: points of what is known, weighted, and the parts that make the score."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.engine.backend import connect
from creditdesk.engine.scorecard import cards, score_parts, scored
from creditdesk.policy.columns import predicate_columns
from creditdesk.policy.document import Characteristic, Criterion, Policy, Scorecard
from engine.choice import ENGINE
from engine.customers import Row, customer, decide, in_hand, worked_out

TYPES = {
    "days_late_shrunken": "float64",
    "turnover_class": "string",
    "sector": "string",
    "order_median": "int64",
}


def card(**said: Any) -> Scorecard:
    lines = {
        "payment": Characteristic(column="days_late_shrunken", weight=Decimal(3), points={"<= 5": Decimal(100), "> 5": Decimal(20)}),
        "size": Characteristic(column="turnover_class", weight=Decimal(1), points={"A": Decimal(90), "B": Decimal(50), "C": Decimal(10)}),
        "sector": Characteristic(column="sector", weight=Decimal(1), missing=Decimal(60), points={"84*": Decimal(100), "10*, 11*": Decimal(0), "else": Decimal(40)}),
    }  # fmt: skip
    return Scorecard(characteristics=lines, **said)


def scores(policy: Policy, one: Scorecard, found: Sequence[Row]) -> list[Row]:
    policy = policy.model_copy(update={"scorecards": {"x": one}, "score": "x"})
    backend = connect(ENGINE)
    sheet = in_hand(backend, found, TYPES)
    used = cards(policy, predicate_columns(policy.criteria))
    scored(sheet, used, "x")
    sheet.let(parts=score_parts(used[0], sheet))
    rows = worked_out(backend, sheet)
    backend.close()
    return rows


@pytest.mark.parametrize(
    ("known", "score"),
    [
        ({"days_late_shrunken": 5.0, "turnover_class": "A", "sector": "84.11"}, (300 + 90 + 100) / 5),
        ({"days_late_shrunken": 5.1, "turnover_class": "C", "sector": "1071"}, (60 + 10 + 0) / 5),
        (
            {"days_late_shrunken": 5.0, "turnover_class": None, "sector": "62"},
            (300 + 40) / 4,
        ),  # over what is known
        (
            {"days_late_shrunken": None, "turnover_class": "B", "sector": None},
            (50 + 60) / 2,
        ),  # missing scores 60
        ({"days_late_shrunken": None, "turnover_class": None, "sector": None}, 60),
    ],
)
def test_the_score_is_the_weighted_mean_of_what_is_known(starter: Policy, known: Row, score: float) -> None:
    (found,) = scores(starter, card(), [known])
    assert found["score"] == pytest.approx(score)
    assert sum(part["points"] for part in found["parts"]) == pytest.approx(score, abs=0.02)


def test_the_parts_say_which_band_gave_how_much(starter: Policy) -> None:
    (found,) = scores(
        starter, card(), [{"days_late_shrunken": 2.0, "turnover_class": "B", "sector": "84.11"}]
    )
    assert found["parts"] == [
        {"name": "payment", "band": "<= 5", "points": 60.0},
        {"name": "size", "band": "B", "points": 10.0},
        {"name": "sector", "band": "84*", "points": 20.0},
    ]


def test_base_and_bounds_bring_the_score_to_a_hundred(starter: Policy) -> None:
    known = [{"days_late_shrunken": 2.0, "turnover_class": "A", "sector": "84.11"}]  # 98 of 100
    bounds = {"base": Decimal(2), "lowest": Decimal(50), "highest": Decimal(150)}
    assert scores(starter, card(**bounds), known)[0]["score"] == 50.0
    assert scores(starter, card(lowest=Decimal(0), highest=Decimal(90)), known)[0]["score"] == 100.0


def test_below_the_least_coverage_there_is_no_score(starter: Policy) -> None:
    known = [{"turnover_class": "A", "sector": "62"}, {"days_late_shrunken": 1.0, "sector": "62"}]
    found = scores(starter, card(least_coverage=Decimal("0.5")), known)
    assert [row["score"] for row in found] == [None, 85.0]


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(st.none() | st.floats(-60, 180), st.sampled_from([None, "A", "B", "C"])),
        min_size=1,
        max_size=40,
    )
)
def test_paying_sooner_never_lowers_the_score(
    starter: Policy, known: list[tuple[float | None, str | None]]
) -> None:
    rows = [{"days_late_shrunken": days, "turnover_class": size} for days, size in known]
    sooner = [{**row, "days_late_shrunken": None if row["days_late_shrunken"] is None else row["days_late_shrunken"] - 10}
              for row in rows]  # fmt: skip
    for one, two in zip(scores(starter, card(), rows), scores(starter, card(), sooner), strict=True):
        assert two["score"] >= one["score"]


def test_a_score_may_be_a_criterion_of_the_matrix(starter: Policy) -> None:
    by_score = Criterion(scorecard="customer", bands={"poor": "<= 40", "fair": "<= 60", "good": "> 60"})
    policy = starter.model_copy(update={"criteria": {**starter.criteria, "behaviour": by_score}})
    decided = decide(policy, [customer("good"), customer("poor", days_late_shrunken=40.0, orders_12m=2)])
    assert decided["good"]["score"] > 60
    assert (decided["good"]["cell_column"], decided["good"]["segment"]) == ("good", "easy")
    assert (decided["poor"]["cell_column"], decided["poor"]["segment"]) == ("poor", "strict")
    assert decided["poor"]["reasons"][1]["rule"] == "score_customer"
