"""Who would move under another policy: what is told before is what the next day does, once the policy is in force."""

from __future__ import annotations

from datetime import timedelta

import pytest

from creditdesk.desk.casework import policies
from creditdesk.desk.casework.models import Decision
from creditdesk.desk.day.whatif import NeedsRun, NoDay, spread, what_if
from creditdesk.desk.standing.models import Profiled, ProfiledSince
from creditdesk.policy.document import Policy
from creditdesk.policy.load import read_policy
from desk.office import LADDER, Office

pytestmark = pytest.mark.usefixtures("desk")

NINE = (
    LADDER.read_text()
    .replace("large: {good: standard, poor: standard}", "large: {good: trusted, poor: firm}")
    .replace("small: {good: standard, poor: standard}", "small: {good: easy, poor: strict}")
    .replace(
        "segments:\n",
        "brakes: {minimum_stay_days: 5}\nsegments:\n"
        + "".join(f"  {name}: {{procedure: ladder}}\n" for name in ("trusted", "firm", "easy", "strict")),
    )
)
STAFF = {"one": 4, "two": 12, "three": 18, "four": 40, "five": 400}


def edge(at: int, version: str = "1") -> str:
    text = NINE.replace('small: "<= 20", large: "> 20"', f'small: "<= {at}", large: "> {at}"')
    return text.replace('version: "1"', f'version: "{version}"')


def policy(text: str) -> Policy:
    return read_policy(text, "policy")


def enact(office: Office, text: str, effective: str = "2020-01-01") -> None:
    on = policy(text).effective if effective == "2020-01-01" else office.today.fromisoformat(effective)
    version = policies.propose(office.company, text, by="anna", why="x", now=office.now(), effective_on=on)
    policies.approve(version, by="bert", why="x", now=office.now())


def office_of(engine, peer) -> Office:
    office = Office.open(engine, peer, list(STAFF))
    for name, staff in STAFF.items():
        staffed(office, name, staff)
    enact(office, edge(20, "2"))
    return office


def staffed(office: Office, name: str, staff: int) -> None:
    office.fact("customer", customer_id=name, name=name.title(), kind="company", company_id="acme", country="BE",
                language="en", employees=staff, collector="carla")  # fmt: skip


def segments(office: Office) -> dict[str, str]:
    return dict(
        Decision.objects.filter(company=office.company, to_on=None).values_list("customer", "segment")
    )


def test_before_the_first_day_there_is_nobody_to_place(engine, peer) -> None:
    office = office_of(engine, peer)
    with pytest.raises(NoDay):
        what_if(office.company, policy(edge(10)), office.today)


def test_what_is_told_is_what_the_next_day_does(engine, peer) -> None:
    office = office_of(engine, peer)
    office.day("2026-03-23")
    assert segments(office) == {
        "one": "easy", "two": "easy", "three": "easy", "four": "trusted", "five": "trusted"
    }  # fmt: skip
    nothing = what_if(office.company, policy(edge(20)), office.today)
    assert (nothing.customers, nothing.moved, nothing.kept) == (5, 0, 0)

    # the minimum stay of five days holds them; that is told too
    early = what_if(office.company, policy(edge(10)), office.today)
    assert (early.moved, early.kept) == (0, 2)
    assert {one.customer: (one.start, one.end, one.brake) for one in early.held_movers} == {
        "two": ("easy", "trusted", "minimum_stay"), "three": ("easy", "trusted", "minimum_stay")
    }  # fmt: skip

    for day in range(24, 29):
        office.day(f"2026-03-{day}")
    told = what_if(office.company, policy(edge(10)), office.today)
    assert (told.moved, told.kept) == (2, 0)
    (flow,) = told.flows
    assert (flow.start, flow.end, flow.count, flow.sums) == ("easy", "trusted", 2, {"EUR": 200_000})
    assert segments(office)["two"] == "easy", "to ask changes nothing"

    # who was decided alone since counts with what is known of it now
    staffed(office, "one", 15)
    office.desk().fact("note", {"note_id": "n", "customer_id": "one", "on": office.today, "text": "grows"})
    assert ProfiledSince.objects.get().customer == "one"
    told = what_if(office.company, policy(edge(10)), office.today)
    assert {one.customer for one in told.movers} == {"one", "two", "three"}
    assert what_if(office.company, policy(edge(10)), office.today, only=["one", "five"]).moved == 1

    enact(office, edge(10, "3"), "2026-03-29")
    office.day("2026-03-29")
    now = segments(office)
    assert {name for name, segment in now.items() if segment == "trusted"} == set(now)
    assert not ProfiledSince.objects.exists(), "the day knows everybody again"
    assert Profiled.objects.get().as_of == office.today


def test_what_was_read_of_each_customer(engine, peer) -> None:
    office = office_of(engine, peer)
    office.day("2026-03-23")
    rows = spread(office.company, office.today).to_pylist()
    assert {row["customer_id"]: row["value_size"] for row in rows} == STAFF
    assert {row["source_size"] for row in rows} == {"employees"}


def test_what_measures_otherwise_needs_a_replay(engine, peer) -> None:
    office = office_of(engine, peer)
    office.day("2026-03-23")
    other = policy(edge(20) + "measurement: {window_days: 180}\n")
    with pytest.raises(NeedsRun, match="measurement"):
        what_if(office.company, other, office.today + timedelta(days=1))
