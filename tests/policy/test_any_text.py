"""Whatever stands in the file, loading gives a policy or says what is wrong, with a line that exists."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.policy.document import Policy
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import read_policy

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
LINES = SMALL.splitlines()
WORDS = sorted({word for line in LINES for word in line.replace("{", " ").replace("}", " ").split()})
ODD = [
    *WORDS,
    "",
    "~",
    "null",
    "-1",
    "1e9",
    ".inf",
    "0x1F",
    "[]",
    "{}",
    "'",
    '"',
    "&a",
    "*a",
    "!!set",
    "? x",
    "|",
    ">",
    "2026-02-30",
    "\t",
    "ß",
]


def loads_or_says_why(text: str) -> None:
    wrong = None
    try:
        assert isinstance(read_policy(text, "any"), Policy)
    except PolicyErrors as raised:
        wrong = raised
    if wrong is not None:
        lines = max(len(text.splitlines()), 1)
        assert wrong.errors
        assert all(1 <= error.line <= lines + 1 for error in wrong.errors)
        assert all(error.message for error in wrong.errors)


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_at_all(text: str) -> None:
    loads_or_says_why(text)


@given(st.data())
@settings(max_examples=60)
def test_a_policy_with_words_exchanged(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        words = lines[place].split(" ")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(ODD))
        lines[place] = " ".join(words)
    loads_or_says_why("\n".join(lines) + "\n")


@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=4, unique=True), st.booleans())
@settings(max_examples=60)
def test_a_policy_with_lines_left_out_or_said_twice(places: list[int], twice: bool) -> None:
    lines = [line for place, line in enumerate(LINES) for _ in range(_times(place in places, twice))]
    loads_or_says_why("\n".join(lines) + "\n")


def _times(chosen: bool, twice: bool) -> int:
    return 1 if not chosen else (2 if twice else 0)


def test_the_property_is_not_empty() -> None:
    with pytest.raises(PolicyErrors):
        read_policy(SMALL.replace("easy: {procedure: short}", "easy: {procedure: shrt}"), "any")
    assert read_policy(SMALL, "any").policy == "small"
