"""The schema of the facts is the contract's, table for table and column for column: a folder written by it is taken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.schema import TABLES

ADDED = {"annual_account", "plan", "instalment"}
"""Tables that the contract tells in other words than a list of columns."""


@pytest.fixture(scope="module")
def told(root: Path) -> dict[str, str]:
    """What the contract says of each table, in the order of its lists."""
    file = root.parent / "shared" / "CONTRACT.md"
    if not file.is_file():
        pytest.skip("needs ../shared/CONTRACT.md beside the checkout")
    return dict(re.findall(r"^\| (\w+) \| (.+) \|$", file.read_text(encoding="utf-8"), re.MULTILINE))


def columns_of(text: str) -> dict[str, bool]:
    """Each column, and whether it may be empty."""
    while "(" in text:
        text = re.sub(r"\([^()]*\)", "", text)
    names = [part.strip() for part in re.split(r"[,;]", text)]
    return {name.rstrip("?"): name.endswith("?") for name in names if re.fullmatch(r"\w+\??", name)}


@pytest.mark.parametrize("name", sorted(TABLES.keys() - ADDED))
def test_a_table_of_facts(name: str, told: dict[str, str]) -> None:
    table = TABLES[name]
    if name not in told:
        assert table.later, "the contract lists what is used later in one sentence"
        return
    said = columns_of(told[name])
    ours = {column.name: column for column in table.columns}
    assert said.keys() - ours.keys() == set()
    assert {
        one for one, column in ours.items() if column.required and not column.made_of
    } - said.keys() == set()
    assert [one for one, empty in said.items() if empty and ours[one].required] == []
    for one, values in re.findall(r"(\w+)\?? \(([^()]*)\)", told[name]):
        if one in ours and ours[one].allowed:
            listed = {value.split(":")[0].split()[0] for value in re.split(r", |; ", values) if value}
            assert listed - {"default"} == set(ours[one].allowed), one


@pytest.mark.parametrize("name", ["decision", "action_due", "held"])
def test_a_table_of_decisions(name: str, told: dict[str, str]) -> None:
    ours = {column.name for column in TABLES_OUT[name].columns}
    said = columns_of(re.sub(r"as action_due, and", told["action_due"] + ",", told[name]))
    assert said.keys() - ours == set()
