"""What slows a move, and what no brake holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.engine.backend import connect
from creditdesk.engine.brakes import READS as BRAKE_READS
from creditdesk.engine.brakes import brake
from creditdesk.policy.document import Policy
from engine.choice import ENGINE
from engine.customers import TODAY, Row, customer, decide, in_hand, was, worked_out

BRAKE_TYPES = {
    "today": "int64", "kept_for_evidence": "boolean", "adjusted": "boolean", "approved": "boolean",
    "last_write_off_days": "int64", "oldest_undisputed_overdue_days": "int64", "was_segment_since": "int64",
    "was_proposed_since": "int64",
}  # fmt: skip

LONG_AGO = date(2025, 6, 1)
YESTERDAY = TODAY - timedelta(days=1)

# today's figures, the previous decision, and segment, brake and proposal of today
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, str | None, str | None]]] = {
    "past the edge, within the margin": (
        {"days_late_shrunken": 7.0}, {"segment": "easy", "behaviour": "good"}, ("easy", "margin", "light")),
    "past the margin": (
        {"days_late_shrunken": 7.01}, {"segment": "easy", "behaviour": "good"}, ("light", None, None)),
    "back past the edge, within the margin": (
        {"days_late_shrunken": 4.0}, {"segment": "light", "behaviour": "fair"}, ("light", "margin", "easy")),
    "back past the margin": (
        {"days_late_shrunken": 3.0}, {"segment": "light", "behaviour": "fair"}, ("easy", None, None)),
    "two bands at once": (
        {"days_late_shrunken": 40.0}, {"segment": "easy", "behaviour": "good"}, ("strict", None, None)),
    "moved too recently": (
        {"days_late_shrunken": 9.0}, {"segment": "easy", "behaviour": "good", "since": TODAY - timedelta(days=29)},
        ("easy", "minimum_stay", "light")),
    "stayed long enough": (
        {"days_late_shrunken": 9.0}, {"segment": "easy", "behaviour": "good", "since": TODAY - timedelta(days=30)},
        ("light", None, None)),
    "key account": (
        {"days_late_shrunken": 9.0, "key_account": True}, {"segment": "easy", "behaviour": "good"},
        ("easy", "approval", "light")),
    "one of the twenty largest": (
        {"days_late_shrunken": 9.0, "turnover_rank": 20}, {"segment": "easy", "behaviour": "good"},
        ("easy", "approval", "light")),
    "key account, approved": (
        {"days_late_shrunken": 9.0, "key_account": True}, {"segment": "easy", "behaviour": "good"}, ("light", None, None)),
    "key account, any move approved": (
        {"days_late_shrunken": 9.0, "key_account": True}, {"segment": "easy", "behaviour": "good"}, ("light", None, None)),
    "key account, approved for another segment": (
        {"days_late_shrunken": 9.0, "key_account": True}, {"segment": "easy", "behaviour": "good"},
        ("easy", "approval", "light")),
    "key account, refused": (
        {"days_late_shrunken": 9.0, "key_account": True}, {"segment": "easy", "behaviour": "good"},
        ("easy", "approval", "light")),
    "key account, approved before its last move": (
        {"days_late_shrunken": 9.0, "key_account": True}, {"segment": "easy", "behaviour": "good", "since": date(2026, 2, 1)},
        ("easy", "approval", "light")),
    "too little evidence now": (
        {"days_late_shrunken": 30.0, "behaviour_evidence": 2}, {"segment": "easy", "behaviour": "good"},
        ("easy", "evidence", "strict")),
    "insolvent, moved yesterday": (
        {"legal_status": "bankruptcy", "key_account": True}, {"segment": "easy", "behaviour": "good", "since": YESTERDAY},
        ("insolvent", None, None)),
    "no longer insolvent": (
        {}, {"segment": "insolvent", "behaviour": "good", "since": YESTERDAY}, ("easy", None, None)),
    "60 days overdue, moved yesterday": (
        {"oldest_undisputed_overdue_days": 60, "days_late_shrunken": 30.0, "key_account": True},
        {"segment": "easy", "behaviour": "good", "since": YESTERDAY}, ("strict", None, None)),
    "60 days overdue is no reason to move up": (
        {"oldest_undisputed_overdue_days": 60, "days_late_shrunken": 30.0, "employees": 30},
        {"segment": "strict", "behaviour": "poor", "since": YESTERDAY}, ("strict", "minimum_stay", "firm")),
    "written off since it came": (
        {"last_write_off_days": 0, "days_late_shrunken": 30.0},
        {"segment": "easy", "behaviour": "good", "since": YESTERDAY}, ("strict", None, None)),
    "written off before it came": (
        {"last_write_off_days": 200, "days_late_shrunken": 30.0},
        {"segment": "easy", "behaviour": "good", "since": YESTERDAY}, ("easy", "minimum_stay", "strict")),
    "a segment that is no more": (
        {"days_late_shrunken": 9.0}, {"segment": "silver", "since": YESTERDAY}, ("light", None, None)),
}  # fmt: skip

APPROVALS: list[Row] = [
    {"approval_id": str(no), "customer_id": name, "subject": "move", "ref": ref, "decided_on": on, "granted": granted,
     "by": "Bo", "reason": "seen"}
    for no, (name, ref, on, granted) in enumerate([
        ("key account, approved", "light", TODAY, True),
        ("key account, any move approved", None, YESTERDAY, True),
        ("key account, approved for another segment", "strict", TODAY, True),
        ("key account, refused", "light", YESTERDAY, True),
        ("key account, refused", "light", TODAY, False),
        ("key account, approved before its last move", "light", date(2026, 1, 15), True),
    ])
]  # fmt: skip


def before(name: str, said: dict[str, Any]) -> Row:
    bands = {"size": "small"} | ({"behaviour": said["behaviour"]} if "behaviour" in said else {})
    return was(name, said["segment"], said.get("since", LONG_AGO), bands=bands, previous_segment="new")


@pytest.fixture(scope="module")
def decided(starter: Policy) -> dict[str, Row]:
    return decide(
        starter,
        [customer(name, **figures) for name, (figures, _before, _after) in CASES.items()],
        {"approval": APPROVALS},
        previous=[before(name, said) for name, (_figures, said, _after) in CASES.items()],
    )


@pytest.mark.parametrize("name", CASES)
def test_the_move_of_today(decided: dict[str, Row], name: str) -> None:
    _figures, said, (segment, held, proposed) = CASES[name]
    found = decided[name]
    assert (found["segment"], found["move_held"], found["proposed_segment"]) == (segment, held, proposed)
    moved = segment != said["segment"]
    assert found["moved"] is moved
    assert found["segment_since"] == (TODAY if moved else said.get("since", LONG_AGO))
    assert found["previous_segment"] == (said["segment"] if moved else "new")
    assert found["proposed_since"] == (TODAY if held else None)


def test_a_move_that_waits_for_a_person_asks_for_one(decided: dict[str, Row]) -> None:
    assert decided["key account"]["human_review"] is True
    assert decided["moved too recently"]["human_review"] is False


def test_a_proposal_keeps_its_first_day_and_a_new_one_starts_anew(starter: Policy) -> None:
    first = date(2026, 3, 20)
    standing = {
        "proposed_segment": "light",
        "proposed_since": first,
        "bands": {"size": "small", "behaviour": "good"},
    }
    decided = decide(
        starter,
        [
            customer("same", days_late_shrunken=6.0),
            customer("other", days_late_shrunken=30.0, key_account=True),
        ],
        previous=[was(name, "easy", LONG_AGO, **standing) for name in ("same", "other")],
    )
    assert (decided["same"]["proposed_segment"], decided["same"]["proposed_since"]) == ("light", first)
    assert (decided["other"]["proposed_segment"], decided["other"]["proposed_since"]) == ("strict", TODAY)


def test_a_segment_may_ask_for_approval_and_for_a_longer_stay(starter: Policy) -> None:
    segments = dict(starter.segments)
    segments["easy"] = segments["easy"].model_copy(
        update={"approve_moves_to": ["strict"], "minimum_stay_days": 60}
    )
    segments["light"] = segments["light"].model_copy(update={"approve_moves": True, "minimum_stay_days": 0})
    policy = starter.model_copy(update={"segments": segments})
    good, fair = {"size": "small", "behaviour": "good"}, {"size": "small", "behaviour": "fair"}
    decided = decide(
        policy,
        [customer("to strict", days_late_shrunken=30.0), customer("to light", days_late_shrunken=10.0),
         customer("from light", days_late_shrunken=30.0), customer("early", days_late_shrunken=10.0)],
        previous=[was("to strict", "easy", LONG_AGO, bands=good), was("to light", "easy", LONG_AGO, bands=good),
                  was("from light", "light", TODAY, bands=fair),
                  was("early", "easy", TODAY - timedelta(days=59), bands=good)],
    )  # fmt: skip
    assert {name: (found["segment"], found["move_held"]) for name, found in decided.items()} == {
        "to strict": ("easy", "approval"),
        "to light": ("light", None),
        "from light": ("light", "approval"),
        "early": ("easy", "minimum_stay"),
    }


FIGURES = ("easy", "light", "strict", "firm", "contested", "insolvent")


@settings(max_examples=10)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(FIGURES), st.integers(1, 25), st.booleans()), min_size=8, max_size=8),
        min_size=10, max_size=30,
    )
)  # fmt: skip
def test_nobody_moves_twice_within_the_stay_unless_at_once(
    starter: Policy, walks: list[list[tuple[str, int, bool]]]
) -> None:
    """Whatever the figures say: a move on day n, and the next before the stay is over, is one that no brake holds."""
    backend, days = connect(ENGINE), [0] * len(walks)
    state = [{"segment": "easy", "since": 0} for _ in walks]
    for step in range(8):
        today: list[Row] = []
        for no, walk in enumerate(walks):
            figures, later, overdue = walk[step]
            days[no] += later
            today.append(
                {"today": days[no], "target": figures, "figures": figures, "was_segment": state[no]["segment"],
                 "was_segment_since": state[no]["since"], "oldest_undisputed_overdue_days": 60 if overdue else 0,
                 "legal_status": "bankruptcy" if figures == "insolvent" else None}
            )  # fmt: skip
        sheet = in_hand(backend, today, {name: BRAKE_TYPES.get(name, "string") for name in BRAKE_READS})
        brake(starter, frozenset({"insolvent"}), sheet)
        for no, found in enumerate(worked_out(backend, sheet)):
            early = days[no] - int(state[no]["since"]) < 30
            if found["moved"] and early:
                at_once = "insolvent" in (found["segment"], state[no]["segment"]) or walks[no][step][2]
                assert at_once, (walks[no], step)
            assert found["moved"] == (found["segment"] != state[no]["segment"])
            assert found["since"] == (days[no] if found["moved"] else state[no]["since"])
            assert (found["move_held"] is None) == (found["segment"] == found["figures"])
            state[no] = {"segment": found["segment"], "since": found["since"]}
    backend.close()
