"""What meets in one case of a story: part payment, promise, dispute, credit note, a new invoice and a move."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from stories.story import Story
from stories.walk import Diary

SIX = frozenset({"part payment", "promise", "dispute", "credit note", "new invoice", "move"})
WORDS = {"promised": "promise", "disputes": "dispute", "credit note": "credit note", "moved to": "move"}
SETTLED = 5.0
"""A rest up to this is no part payment any more, in the currency of the story."""


def meeting(diary: Diary) -> frozenset[str]:
    """What of the six happened in the case of a story in which most of it did.

    A case takes what happens after the last step of the one before it and before the first step of the next. An
    invoice is new when a later message of the case lists it and the first did not.
    """
    story, told = diary.story, happenings(diary.story)
    cases: dict[int, list[tuple[date, frozenset[str]]]] = defaultdict(list)
    for on, rows in sorted(diary.due.items()):
        for row in rows:
            if int(str(row["case_no"] or 0)) >= 1:
                cases[int(str(row["case_no"]))].append((on, frozenset(row["invoice_ids"] or ())))
    most: frozenset[str] = frozenset()
    for number, steps in cases.items():
        others = {no: [on for on, _ in each] for no, each in cases.items()}
        start = max((days[-1] for no, days in others.items() if no < number), default=date.min)
        end = min(
            (days[0] for no, days in others.items() if no > number), default=story.last + timedelta(days=1)
        )
        found = {kind for kind, days in told.items() if any(start < on < end for on in days)}
        if any(listed - steps[0][1] for _, listed in steps):
            found.add("new invoice")
        most = max(most, frozenset(found), key=len)
    return most


def happenings(story: Story) -> Mapping[str, list[date]]:
    """The days on which each of the six, save new invoices, happened in a story."""
    rest = {letter: _amount(said) for letter, said in story.invoices.items()}
    whole = dict(rest)
    found: dict[str, list[date]] = defaultdict(list)
    for on, sentences in sorted(story.days.items()):
        for said in sentences:
            for word, kind in WORDS.items():
                if said.startswith(word):
                    found[kind].append(on)
            back = re.fullmatch(r"payment on (\w+) taken back", said)
            if back:
                rest[back[1]] = whole[back[1]]
            for amount, letter in re.findall(
                r"([\d.]+) on (\w+)", said if said.startswith(("paid", "credit")) else ""
            ):
                rest[letter] -= float(amount)
                if said.startswith("paid") and rest[letter] > SETTLED:
                    found["part payment"].append(on)
    for on, outcomes in story.done.items():
        for said in outcomes.values():
            for word, kind in WORDS.items():
                if str(said).startswith(word):
                    found[kind].append(on)
    return found


def _amount(said: object) -> float:
    written = str(said["is"] if isinstance(said, dict) else said)
    found = re.search(r"([\d.]+) due", written)
    return float(found[1]) if found else 0.0
