"""Master scales: a worse grade never stands for a lower probability, and a past report keeps its meaning."""

from __future__ import annotations

from datetime import date
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.scales import SCALE_SCHEMA, master_scale, scale_rows

BEST_FIRST = {
    ("graydon", "rating"): ["AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D"],
    ("creditsafe", "international_grade"): ["A", "B", "C", "D"],
    ("dnb", "delinquency_class"): ["1", "2", "3", "4", "5"],
    ("dnb", "risk_indicator"): ["1", "2", "3", "4"],
}


@pytest.mark.parametrize(("key", "grades"), BEST_FIRST.items(), ids=str)
def test_a_worse_grade_is_a_higher_probability(key: tuple[str, str], grades: list[str]) -> None:
    found = {row.grade: row for row in scale_rows() if (row.provider, row.scale) == key}
    assert sorted(map(str, found)) == sorted(grades)
    assert all(found[better].pd < found[worse].pd for better, worse in pairwise(grades))
    assert found[grades[0]].risk_class == "low"
    assert found[grades[-1]].risk_class == "high"


def test_a_higher_score_is_a_lower_probability_and_every_score_has_one() -> None:
    rows = [row for row in scale_rows() if row.scale == "score"]
    for _, edition in groupby(rows, key=lambda row: row.valid_from):
        spans = sorted(edition, key=lambda row: row.low or 0)
        assert (spans[0].low, spans[-1].high) == (0, 100)
        assert all(low.high is not None and low.high + 1 == high.low for low, high in pairwise(spans))
        assert all(low.pd > high.pd for low, high in pairwise(spans))


def test_a_score_of_33_was_high_risk_until_november_2023_and_is_moderate_since() -> None:
    spans = {
        row.valid_from: row.risk_class for row in scale_rows() if row.scale == "score" and row.low and row.high
        and row.low <= 33 <= row.high
    }  # fmt: skip
    assert spans == {date(2010, 1, 1): "high", date(2023, 11, 1): "medium"}


def test_every_shipped_row_is_marked_unverified_and_names_its_source() -> None:
    rows = scale_rows()
    assert {row.provider for row in rows} == {"graydon", "creditsafe", "dnb"}
    assert all(row.source and not row.verified for row in rows)


def test_rows_for_the_engine() -> None:
    table = master_scale()
    assert table.schema == SCALE_SCHEMA
    assert table.num_rows == len(scale_rows())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("pd: 0.3", "pd: 30"), "less than 1"),
        (("low: 21", "low: 20"), "spans overlap"),
        (("verified: false\n", ""), "field required"),
        (("provider:", "supplier:"), "extra inputs"),
    ],
)
def test_a_file_that_is_no_master_scale(
    change: tuple[str, str], said: str, tmp_path: Path, root: Path
) -> None:
    text = (root / "src/creditdesk/policy/scales/creditsafe.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(PolicyErrors, match=said) as raised:
        scale_rows(tmp_path)
    assert raised.value.errors[0].line > 0
