"""Every story holds: what goes out and what is held, day by day, as a credit manager wrote it down."""

from __future__ import annotations

import re
from functools import cache

import pytest

from creditdesk.policy.document import Policy
from creditdesk.policy.load import load_policy
from stories.deciders import slow_reference, walking_duckdb, walking_engine
from stories.meeting import SIX, meeting
from stories.story import Story, load_stories
from stories.walk import Begin, Diary, complaints, walk

STORIES = load_stories()
PINNED = [
    story for story in STORIES
    if story.segment and not story.decided and "segment by policy" not in str(story.days)
]  # fmt: skip
"""Stories that the reference can tell: it knows the procedure and the gate, not what puts a customer in a segment."""


@cache
def policy_of(changes: str) -> Policy:
    """The starter policy, with what a story changes of it."""
    found = next((story.policy for story in STORIES if repr(story.policy) == changes), {})
    written = load_policy("starter").model_dump(by_alias=True, exclude_unset=True)
    return Policy.model_validate({**written, **found})


@cache
def walked(begin: Begin) -> dict[str, Diary]:
    """All stories, walked once per policy that they need."""
    found: dict[str, Diary] = {}
    chosen = PINNED if begin is slow_reference else STORIES
    for changes in sorted({repr(story.policy) for story in chosen}):
        same = [story for story in chosen if repr(story.policy) == changes]
        found |= walk(same, policy_of(changes), begin, every_day=begin is slow_reference)
    return found


def name(story: Story) -> str:
    return f"{story.id}: {story.title}"


@pytest.mark.xdist_group("stories in the engine")
@pytest.mark.parametrize("story", STORIES, ids=name)
def test_story_holds_in_the_engine(story: Story) -> None:
    found = complaints(walked(walking_engine)[story.id])
    assert not found, "\n".join([story.rule, story.title, *found])


@pytest.mark.long
@pytest.mark.xdist_group("stories on DuckDB")
@pytest.mark.parametrize("story", STORIES, ids=name)
def test_story_holds_in_the_engine_on_duckdb(story: Story) -> None:
    found = complaints(walked(walking_duckdb)[story.id])
    assert not found, "\n".join([story.rule, story.title, *found])


@pytest.mark.xdist_group("stories in the reference")
@pytest.mark.parametrize("story", PINNED, ids=name)
def test_story_holds_in_the_reference(story: Story) -> None:
    found = complaints(walked(slow_reference)[story.id])
    assert not found, "\n".join([story.rule, story.title, *found])


@pytest.mark.xdist_group("stories in the reference")
@pytest.mark.parametrize("rule", sorted({story.rule for story in PINNED if re.match(r"R[1-9]", story.rule)}))
def test_every_rule_is_told_with_all_that_can_happen_in_one_case(rule: str) -> None:
    diaries = [walked(slow_reference)[story.id] for story in PINNED if story.rule == rule]
    whole = [diary.story.title for diary in diaries if meeting(diary) == SIX]
    assert len(whole) >= 3, {diary.story.title: sorted(SIX - meeting(diary)) for diary in diaries}


def test_no_rule_is_without_stories() -> None:
    assert {story.rule.split()[0] for story in STORIES} >= {f"R{number}" for number in range(17)}
