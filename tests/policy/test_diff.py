"""What differs between two policies: one line per difference, and none for what is the same."""

from __future__ import annotations

import pytest

from creditdesk.policy.diff import diff
from creditdesk.policy.document import Policy
from creditdesk.policy.load import SHIPPED, load_policy, read_policy

CALL = "- {id: call,              after: 3, do: call, owner: collector, level: 2, template: call_reminder}\n"
LETTER = "      - {id: letter,            after: 5, do: letter, owner: system, level: 3, template: firm_letter, interest: true}\n"

# what is changed in the text of the starter policy | what the difference says
CHANGES = [
    ({}, []),
    ({"effective: 2026-01-01": "effective: 2026-02-01"}, ["~ effective: 2026-01-01 -> 2026-02-01"]),
    ({"good: partner,": "good: trusted,"}, ["~ matrix.cells.large.good: partner -> trusted"]),
    ({CALL: CALL.replace("3", "4", 1)}, ["~ procedures.reference.steps.call.after: 3 -> 4"]),
    ({CALL + LETTER: CALL}, [
        ("- procedures.reference.steps.letter: {after: 5, do: letter, id: letter, interest: true, level: 3, "
        "owner: system, template: firm_letter}"),
    ]),
    ({CALL: CALL + "      - {id: text, after: 1, do: sms, owner: system, level: 2, template: text}\n"}, [
        "+ procedures.reference.steps.text: {after: 1, do: sms, id: text, level: 2, owner: system, template: text}",
    ]),
    ({"  - {name: consumer, segment: consumer, when: \"kind = 'consumer'\"}\n": "",
      "  - {name: group company,": "  - {name: consumer, segment: consumer, when: \"kind = 'consumer'\"}\n"
                                  "  - {name: group company,"},
     ["~ rules.consumer: moved from place 4 to 1"]),
    ({"stop_overdue_amount: 250": "stop_overdue_amount: 250.00"}, []),
    ({"calendars: {}": "calendars: {NL: {works_on_named: [Good Friday]}}"},
     ["+ calendars.NL: {works_on_named: [Good Friday]}"]),
    ({"email: 10, sms": "email: 15, sms"}, ["~ minimum_amounts.email: 10 -> 15"]),
    ({"review_use: 120%": "review_use: 1.3"}, ["~ segments.partner.order.review_use: 1.2 -> 1.3"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), CHANGES)
def test_a_change_and_what_is_said_of_it(
    changes: dict[str, str], said: list[str], starter: Policy, starter_text: str
) -> None:
    text = starter_text
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    assert [str(change) for change in diff(starter, read_policy(text, "changed"))] == said


@pytest.mark.parametrize("name", SHIPPED)
def test_a_policy_does_not_differ_from_itself(name: str) -> None:
    assert diff(load_policy(name), load_policy(name)) == ()


def test_two_policies_differ_both_ways() -> None:
    there = diff(load_policy("starter"), load_policy("two-speed"))
    back = diff(load_policy("two-speed"), load_policy("starter"))
    added = {change.path for change in there if change.kind == "added"}
    removed = {change.path for change in back if change.kind == "removed"}
    assert added == removed
    assert ("segments", "slow_much") in added
