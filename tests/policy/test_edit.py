"""Edits of a policy's text: what was meant is changed, and every other character stays."""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.policy.edit import Drop, Edit, NotEditable, Put, arranged, edited
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import SHIPPED, policy_text, read_policy
from creditdesk.policy.yaml_source import read_document
from creditdesk.policy.yaml_value import flow

STARTER = policy_text("starter")


def lines(before: str, after: str) -> list[str]:
    """The lines that differ."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in found if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_one_value_changes_and_the_rest_of_its_line_stays() -> None:
    path = ("criteria", "size", "first_known", "0", "bands", "small")
    fresh = edited(STARTER, [Put(path, "<= 25")])
    assert lines(STARTER, fresh) == [
        '-      - {column: employees,      unit: persons, per: 10, bands: {small: "<= 20", medium: "<= 50", large: "> 50"}}',
        '+      - {column: employees,      unit: persons, per: 10, bands: {small: "<= 25", medium: "<= 50", large: "> 50"}}',
    ]
    assert read_policy(fresh, "x").criteria["size"].first_known[0].bands["small"] == "<= 25"


def test_many_edits_at_once() -> None:
    step = ("procedures", "strict", "steps", "2")
    fresh = edited(
        STARTER,
        [
            Put(("matrix", "cells", "small", "good"), "light"),
            Put(("brakes", "minimum_stay_days"), 45),
            Put((*step, "after_due"), 16),
            Put((*step, "approval"), True),
            Put(("brakes", "downgrade_on_write_off"), False),
            Drop(("criteria", "behaviour", "margin")),
            Drop((*step, "at_least")),
            Put(("procedures", "easy", "steps", "0", "else"), ["letter", "call"]),
            Put(("limit", "appetite"), "30%"),
        ],
    )
    policy = read_policy(fresh, "x")
    assert policy.matrix.cells["small"]["good"] == "light"
    assert (policy.brakes.minimum_stay_days, policy.brakes.downgrade_on_write_off) == (45, False)
    hand_over = policy.procedures["strict"].steps[2]
    assert (hand_over.after_due, hand_over.at_least, hand_over.approval) == (16, 0, True)
    assert policy.criteria["behaviour"].margin == 0
    assert policy.procedures["easy"].steps[0].else_ == ["letter", "call"]
    assert policy.limit.appetite == Decimal("0.3")
    assert comments(fresh) == comments(STARTER)
    assert len(lines(STARTER, fresh)) == 2 * 5 + 1 + 1  # five lines changed, one gone, one new


def comments(text: str) -> list[str]:
    return [line[line.index("#") :] for line in text.splitlines() if "#" in line]


PROCEDURE = """\
procedures:
  # the ladder of everybody
  reference:
    steps:
      # softly
      - {id: reminder, after: 2, do: email}   # two days
      - id: call
        after: 3          # then
        do: call

      # a letter comes last
      - {id: letter, after: 5, do: letter}
    # the end of the ladder
  other: {extends: reference}
"""


def test_steps_move_with_their_comments() -> None:
    fresh = arranged(PROCEDURE, ("procedures", "reference", "steps"), [2, 0, {"id": "sms", "after": 4}, 1])
    assert (
        fresh
        == """\
procedures:
  # the ladder of everybody
  reference:
    steps:
      # softly
      # a letter comes last
      - {id: letter, after: 5, do: letter}
      - {id: reminder, after: 2, do: email}   # two days
      - {id: sms, after: 4}
      - id: call
        after: 3          # then
        do: call

    # the end of the ladder
  other: {extends: reference}
"""
    )


def test_a_step_is_taken_out_and_added_within_a_line() -> None:
    assert (
        arranged("steps: [{id: a}, {id: b},   {id: c}] # all\n", ("steps",), [2, {"id": "d"}, 0])
        == "steps: [{id: c}, {id: d}, {id: a}] # all\n"
    )


@pytest.mark.parametrize(
    ("text", "edit", "after"),
    [
        ("a: 1\n", Put(("b",), 2), "a: 1\nb: 2\n"),
        ("a: 1   # one", Put(("b",), 2), "a: 1   # one\nb: 2"),
        ("a: {}\n", Put(("a", "b"), 2), "a: {b: 2}\n"),
        ("a:\nc: 1\n", Put(("a",), 2), "a: 2\nc: 1\n"),
        ("a:\nc: 1\n", Put(("a", "b"), 2), "a: {b: 2}\nc: 1\n"),
        ("a:\n  b: 1\n  # end\nc: 1\n", Put(("a", "d"), "x: y"), 'a:\n  b: 1\n  d: "x: y"\n  # end\nc: 1\n'),
        ("a:\n  b: 1\n  d: 2 # two\nc: 1\n", Drop(("a", "d")), "a:\n  b: 1\nc: 1\n"),
        ("a: {b: 1, d: 2}\n", Drop(("a", "b")), "a: {d: 2}\n"),
        ("a: {b: 1, d: 2}\n", Drop(("a", "d")), "a: {b: 1}\n"),
        ("a: 'x'\n", Put(("a",), "it's"), "a: 'it''s'\n"),
        ('a: "x"  # c\n', Put(("a",), "y"), 'a: "y"  # c\n'),
        ("a: x\n", Put(("a",), "5"), 'a: "5"\n'),
        ("a: [1,\n  2]\nb: 1\n", Put(("a",), [3]), "a: [3]\nb: 1\n"),
        ("a:\n  - 1\n  - 2\n\nb: 1\n", Put(("a",), [3]), "a:\n  [3]\n\nb: 1\n"),
    ],
)  # fmt: skip
def test_small_texts(text: str, edit: Edit, after: str) -> None:
    assert edited(text, [edit]) == after


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: &x {b: 1}\nc: *x\n", Put(("c", "b"), 2)),
        ("a: &x {b: 1}\nc: *x\n", Put(("a", "b"), 2)),
        ("a: |\n  long\n  text\n", Put(("a",), "short")),
        ("a: {b: 1}\n", Drop(("a", "b"))),
        ("a: 1\n", Drop(("b",))),
        ("a: 1\n", Put(("a", "b"), 2)),
    ],
)
def test_what_no_form_can_edit_is_refused(text: str, edit: Edit) -> None:
    with pytest.raises(NotEditable):
        edited(text, [edit])


def test_what_is_no_yaml_says_where() -> None:
    with pytest.raises(PolicyErrors, match="line 2"):
        edited("a: 1\n  b: {\n", [Put(("a",), 2)])


@st.composite
def edits_of_shipped(draw: Any) -> tuple[str, list[Edit]]:
    name = draw(st.sampled_from(SHIPPED))
    whole = read_document(policy_text(name), name)
    scalars = [
        path
        for path, place in whole.places.items()
        if path and place.style not in ("|", ">") and not isinstance(_of(whole.value, path), dict | list)
    ]
    chosen = draw(st.lists(st.sampled_from(scalars), min_size=1, max_size=6, unique=True))
    texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
    values = st.one_of(texts, st.integers(-1000, 10**9), st.booleans(), st.dates())
    return name, [Put(path, draw(values)) for path in chosen]


def _of(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


@settings(max_examples=25)
@given(edits_of_shipped())
def test_any_value_of_a_shipped_policy_can_be_exchanged(case: tuple[str, list[Edit]]) -> None:
    name, edits = case
    text = policy_text(name)
    fresh = edited(text, edits)
    # line by line: a shortest difference may tell equal lines between two changes as changed too
    before, after = text.split("\n"), fresh.split("\n")
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) <= len(edits)
    assert comments_only(fresh) == comments_only(text)


def comments_only(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("#")]


@given(
    st.recursive(
        st.one_of(st.text(max_size=15), st.integers(), st.booleans(), st.dates(), st.none()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=3)),
        max_leaves=6,
    )
)  # fmt: skip
def test_a_value_within_a_line_reads_back_as_itself(value: Any) -> None:
    try:
        text = f"a: {flow(value)}\n"
        text.encode()
    except UnicodeEncodeError:
        return
    found = read_document(text, "x")
    assert found.errors == []
    assert found.value == {"a": value}
