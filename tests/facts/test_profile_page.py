"""docs/profile.md is written from the code, and says of every column what a credit manager needs to know."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditdesk.facts.column import FLOAT, INTEGER
from creditdesk.facts.profile import PROFILE, SECTIONS, ProfileColumn
from creditdesk.facts.profile_docs import profile_page

COLUMNS = [column for columns in SECTIONS.values() for column in columns]


def test_the_page_is_current(root: Path) -> None:
    written = (root / "docs" / "profile.md").read_text(encoding="utf-8")
    assert written == profile_page(), "docs/profile.md is out of date: run `make docs`"


def test_no_column_stands_in_two_sections() -> None:
    names = [column.name for column in COLUMNS]
    assert sorted(names) == sorted(set(names))
    assert names == [column.name for column in PROFILE.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_column_explains_itself(column: ProfileColumn) -> None:
    assert column.meaning
    if column.type in (INTEGER, FLOAT):
        assert column.unit, "a number needs its unit"
