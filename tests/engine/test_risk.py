"""Risk: what moves the probability, what can only worsen it, and who is never judged by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.engine.backend import connect
from creditdesk.engine.risk import READS, risk
from creditdesk.facts.profile import PROFILE
from creditdesk.policy.document import Policy
from engine.choice import ENGINE
from engine.customers import Row, in_hand, worked_out

TYPES = {name: str(PROFILE.schema()[name]) for name in READS} | {"cover_withdrawn": "boolean"}
QUIET: Row = {
    "risk_evidence": 0.0, "risk_events": 0.0, "oldest_undisputed_overdue_days": 0, "broken_promises_12m": 0,
    "behaviour_evidence": 12, "days_late_shrunken": 3.0,
}  # fmt: skip


def judged(policy: Policy, found: Sequence[Row]) -> list[Row]:
    backend = connect(ENGINE)
    sheet = in_hand(backend, [{**QUIET, **row} for row in found], TYPES)
    risk(policy, sheet)
    rows = worked_out(backend, sheet)
    backend.close()
    return rows


def by_hand(external: float | None, age: int, n: float, bad: float) -> float:
    """The published formula, with the starter's numbers: prior 3 %, its weight 6, k = 6, half-life 365 days."""
    own = (bad + 0.03 * 6) / (n + 6)
    trust = 0.5 ** (age / 365) if external is not None else 0.0
    odds = trust * _logit(external or 0.03) + (1 - trust) * _logit(0.03)
    weight = n / (n + 6)
    return 1 / (1 + math.exp(-(weight * _logit(own) + (1 - weight) * odds)))


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


# what is known: external probability and its age, own experiences and defaults among them
@pytest.mark.parametrize(
    ("external", "age", "n", "bad", "level", "why"),
    [
        (None, 0, 0.0, 0.0, "medium", "prior"),
        (None, 0, 12.0, 0.0, "low", "own"),
        (None, 0, 12.0, 2.0, "medium", "own"),
        (None, 0, 12.0, 4.0, "high", "own"),
        (0.005, 0, 0.0, 0.0, "low", "external"),
        (0.2, 0, 0.0, 0.0, "high", "external"),
        (0.2, 0, 30.0, 0.0, "low", "both"),  # much good experience outweighs a bad grade
        (0.2, 3650, 0.0, 0.0, "medium", "external"),  # ten years old: it says nothing any more
        (0.005, 365, 10.0, 1.0, "medium", "both"),
    ],
)
def test_own_experience_and_external_reports_are_pooled(
    starter: Policy, external: float | None, age: int, n: float, bad: float, level: str, why: str
) -> None:
    (found,) = judged(
        starter,
        [{"external_pd": external, "external_age_days": age, "risk_evidence": n, "risk_events": bad}],
    )
    assert found["risk_pd"] == pytest.approx(by_hand(external, age, n, bad), abs=0.0002)
    assert found["risk_pd"] == round(found["risk_pd"], 4)
    assert (found["risk_class"], found["risk_why"]) == (level, why)


@pytest.mark.parametrize(
    ("said", "pd", "level", "why"),
    [
        ({"legal_status": "bankruptcy"}, 1.0, "high", "legal_status"),
        ({"oldest_undisputed_overdue_days": 60, "risk_evidence": 50.0}, 0.1, "high", "overdue"),
        ({"oldest_undisputed_overdue_days": 59, "risk_evidence": 50.0}, None, "low", "own"),
        ({"cover_withdrawn": True, "risk_evidence": 50.0}, 0.03, "medium", "cover_withdrawn"),
        ({"cover_withdrawn": True, "external_pd": 0.5, "external_age_days": 0}, 0.5, "high", "external"),
        (
            {"oldest_undisputed_overdue_days": 90, "external_pd": 0.5, "external_age_days": 0},
            0.5,
            "high",
            "external",
        ),
    ],
)
def test_what_is_certain_can_only_worsen_it(
    starter: Policy, said: Row, pd: float | None, level: str, why: str
) -> None:
    (found,) = judged(starter, [said])
    if pd is not None:
        assert found["risk_pd"] == pd
    assert (found["risk_class"], found["risk_why"]) == (level, why)


@pytest.mark.parametrize(
    ("said", "level", "pd"),
    [
        ({}, "low", 0.015),
        ({"external_pd": 0.9, "external_age_days": 0}, "low", 0.015),  # what others estimate does not count
        ({"broken_promises_12m": 1}, "medium", 0.065),
        ({"oldest_undisputed_overdue_days": 31}, "medium", 0.065),
        ({"days_late_shrunken": 30.01}, "medium", 0.065),
        ({"days_late_shrunken": 99.0, "behaviour_evidence": 2}, "low", 0.015),
        ({"oldest_undisputed_overdue_days": 60}, "high", 0.2),
        ({"last_write_off_days": 365}, "high", 0.2),
        ({"last_write_off_days": 366}, "low", 0.015),
        ({"open_handover": True}, "high", 0.2),
        ({"legal_status": "debt_counselling"}, "high", 1.0),
    ],
)
def test_a_natural_person_has_a_class_from_rules(starter: Policy, said: Row, level: str, pd: float) -> None:
    (found,) = judged(starter, [{**said, "natural_person": True}])
    assert (found["risk_class"], found["risk_pd"]) == (level, pd)


KNOWN = st.fixed_dictionaries(
    {
        "external_pd": st.none() | st.floats(0.0001, 0.9),
        "external_age_days": st.integers(0, 1500),
        "risk_evidence": st.integers(0, 4000).map(lambda n: n / 100),
        "share": st.floats(0, 1),
        "oldest_undisputed_overdue_days": st.integers(0, 200),
        "last_write_off_days": st.none() | st.integers(0, 800),
        "broken_promises_12m": st.integers(0, 3),
        "natural_person": st.booleans(),
        "cover_withdrawn": st.booleans(),
        "legal_status": st.sampled_from([None, None, None, "bankruptcy"]),
    }
)


@settings(max_examples=20)
@given(st.lists(KNOWN, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_paying_and_good_news_never_worsen_it(starter: Policy, found: list[Any], chance: Any) -> None:
    """Paying takes an overdue item away and leaves the experiences as they are; a default less, or a better report."""
    before = []
    for row in found:
        share = row.pop("share")
        before.append({**row, "risk_events": round(row["risk_evidence"] * share, 2)})
    after = [
        {
            **row,
            "oldest_undisputed_overdue_days": chance.randint(0, row["oldest_undisputed_overdue_days"]),
            "risk_events": round(row["risk_events"] * chance.random(), 2),
            "external_pd": None
            if row["external_pd"] is None
            else row["external_pd"] * chance.uniform(0.2, 1),
        }
        for row in before
    ]
    for one, two in zip(judged(starter, before), judged(starter, after), strict=True):
        assert two["risk_pd"] <= one["risk_pd"], (one, two)
        assert ("low", "medium", "high").index(two["risk_class"]) <= ("low", "medium", "high").index(
            one["risk_class"]
        )
        assert 0 < one["risk_pd"] <= 1


@settings(max_examples=10)
@given(st.lists(KNOWN, min_size=1, max_size=40))
def test_the_class_of_a_company_is_that_of_its_probability(starter: Policy, found: list[Any]) -> None:
    rows = judged(
        starter,
        [{**{k: v for k, v in row.items() if k != "share"}, "natural_person": False} for row in found],
    )
    for row in rows:
        pd = row["risk_pd"]
        assert row["risk_class"] == ("low" if pd < 0.03 else "medium" if pd < 0.1 else "high")
