"""Bands cover every value once, whatever the edges; what does not is refused."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.facts.column import Column
from creditdesk.policy.bands import BandError, parse_bands
from creditdesk.policy.document import Policy

PERSONS = Column("employees", "int64", "staff", unit="persons")
DAYS = Column("days_late", "float64", "days late", unit="days")
EUROS = Column("annual_revenue", "int64", "revenue", unit="minor units of the reporting currency")
CLASS = Column("turnover_class", "string", "class", allowed=("A", "B", "C"))
SECTOR = Column("sector", "string", "NACE code")

edges = st.lists(
    st.decimals(min_value=-10_000, max_value=10_000, places=2), min_size=1, max_size=6, unique=True
).map(sorted)


def written(cuts: list[Decimal], closed: list[bool], upwards: bool) -> dict[str, str]:
    """Conditions of bands between cuts, as an author writes them: from below (`<= 5`, `> 5`) or from above."""
    if upwards:
        conditions = {f"b{i}": f"{'<=' if closed[i] else '<'} {cut}" for i, cut in enumerate(cuts)}
        return {**conditions, "last": f"{'>' if closed[len(cuts) - 1] else '>='} {cuts[-1]}"}
    conditions = {
        f"b{i}": f"{'>' if closed[i] else '>='} {cut}" for i, cut in reversed(list(enumerate(cuts)))
    }
    return {**conditions, "last": f"{'<=' if closed[0] else '<'} {cuts[0]}"}


def meets(condition: str, value: Decimal) -> bool:
    """Plain reading of one condition, kept apart from the code under test."""
    sign, edge = condition.split()
    number = Decimal(edge)
    return {"<=": value <= number, "<": value < number, ">": value > number, ">=": value >= number}[sign]


@given(edges, st.lists(st.booleans(), min_size=6, max_size=6), st.booleans(), st.data())
def test_every_number_has_exactly_one_band_the_first_whose_condition_holds(
    cuts: list[Decimal], closed: list[bool], upwards: bool, data: st.DataObject
) -> None:
    conditions = written(cuts, closed, upwards)
    bands = parse_bands(conditions, DAYS)
    near = st.sampled_from(cuts).flatmap(
        lambda cut: st.sampled_from([cut - Decimal("0.01"), cut, cut + Decimal("0.01")])
    )
    value = data.draw(near | st.decimals(min_value=-20_000, max_value=20_000, places=2))
    expected = next(name for name, condition in conditions.items() if meets(condition, value))
    assert bands.band_of(value) == expected
    assert sum(interval.holds(value) for interval in bands.intervals) == 1


@given(edges, st.lists(st.booleans(), min_size=6, max_size=6), st.booleans(), st.data())
def test_a_band_left_out_is_a_gap_and_a_band_twice_never_holds(
    cuts: list[Decimal], closed: list[bool], upwards: bool, data: st.DataObject
) -> None:
    conditions = written(cuts, closed, upwards)
    with pytest.raises(BandError, match="never hold"):
        parse_bands({**conditions, "again": data.draw(st.sampled_from(list(conditions.values())))}, DAYS)
    without = {name: condition for name, condition in conditions.items() if name != "last"}
    with pytest.raises(BandError, match="leave numbers without a band"):
        parse_bands(without, DAYS)


@pytest.mark.parametrize(
    ("column", "conditions", "values"),
    [
        (PERSONS, {"small": "<= 20", "medium": "<= 50", "large": "> 50"}, {20: "small", 21: "medium", 51: "large"}),
        (PERSONS, {"small": "< 21", "medium": "< 51", "large": ">= 51"}, {20: "small", 21: "medium", 51: "large"}),
        (PERSONS, {"small": "<= 20", "large": ">= 21"}, {20: "small", 21: "large"}),
        (EUROS, {"small": "<= 4m", "large": "> 4m"}, {400_000_000: "small", 400_000_001: "large"}),
        (EUROS, {"little": "< 2.5k", "much": "else"}, {249_999: "little", 250_000: "much"}),
        (DAYS, {"fair": "> 5 and <= 15", "good": "<= 5", "poor": "> 15"}, {5: "good", 15: "fair", 15.1: "poor"}),
        (CLASS, {"small": "C", "other": "A, B"}, {"C": "small", "B": "other"}),
        (SECTOR, {"food wholesale": "46.3*", "wholesale": "46*", "rest": "else"},
         {"46.31": "food wholesale", "46.9": "wholesale", "47": "rest", "4": "rest"}),
        (Column("po_required", "boolean", ""), {"yes": "true", "no": "false"}, {True: "yes", False: "no"}),
    ],
)  # fmt: skip
def test_values_and_their_bands(
    column: Column, conditions: dict[str, str], values: dict[object, str]
) -> None:
    bands = parse_bands(conditions, column)
    assert {value: bands.band_of(value) for value in values} == values
    assert bands.band_of(None) is None
    table = ibis.memtable(pa.table({column.name: pa.array([*values, None])}))
    rows = ibis.duckdb.connect().to_pyarrow(table.select(band=bands.expression(table[column.name])))
    assert sorted(rows["band"].drop_null().to_pylist()) == sorted(values.values())
    assert rows["band"].null_count == 1


@pytest.mark.parametrize(
    ("column", "conditions", "said"),
    [
        (PERSONS, {}, "no bands"),
        (PERSONS, {"a": "<= 20", "b": "> 30"}, "leave numbers without a band; found > 20 and <= 30"),
        (PERSONS, {"a": "<= 20", "b": "> 10"}, "the band overlaps 'a'"),
        (PERSONS, {"a": "<= 20", "b": "<= 10", "c": "> 20"}, "can never hold"),
        (PERSONS, {"a": "<= 20", "b": "> 20", "c": "else"}, "can never hold"),
        (PERSONS, {"a": "else", "b": "> 20"}, "must be the last"),
        (PERSONS, {"a": "> 20 and <= 10", "b": "else"}, "no number can meet"),
        (PERSONS, {"a": "twenty", "b": "> 20"}, "no condition on a number"),
        (PERSONS, {"a": "<= twenty", "b": "> 20"}, "no number after the comparison"),
        (PERSONS, {"a": "> 5 and < 10", "b": "else"}, "would lie in more than one place"),
        (PERSONS, {"a": "> 5 and < 10", "b": "> 0", "c": "<= 0"}, "on both sides of an earlier one"),
        (CLASS, {"a": "A", "b": "B"}, "values without a band; found C"),
        (CLASS, {"a": "A, B", "b": "B, C"}, "already belongs to 'a'"),
        (CLASS, {"a": "A, B, C", "b": "D"}, "a value that the column never has"),
        (CLASS, {"a": "A, B, C", "b": "else"}, "can never hold"),
        (SECTOR, {"a": "46*", "b": "46.3*", "c": "else"}, "already belongs to 'a'"),
        (SECTOR, {"a": "> 46", "b": "else"}, "no value of a text column"),
        (Column("codes", "array<string>", ""), {"a": "x", "b": "else"}, "cannot be cut into bands"),
    ],
)
def test_bands_that_are_refused(column: Column, conditions: dict[str, str], said: str) -> None:
    with pytest.raises(BandError, match=said):
        parse_bands(conditions, column)


def test_every_band_of_the_starter_policy_meets_its_own_text(starter: Policy) -> None:
    behaviour = starter.criteria["behaviour"]
    bands = parse_bands(behaviour.bands, DAYS)
    assert [bands.band_of(value) for value in (-3, 5, 5.1, 15, 15.1)] == [
        "good",
        "good",
        "fair",
        "fair",
        "poor",
    ]
