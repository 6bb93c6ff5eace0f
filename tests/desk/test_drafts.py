"""A policy from the first word to the day on which it holds: written by some, approved by another, tried before."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from creditdesk.desk.casework import drafts, policies
from creditdesk.desk.casework.models import Draft, Entry, PolicyVersion, Trial
from creditdesk.desk.day import trials
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import policy_text, read_policy
from desk.office import Office

pytestmark = pytest.mark.usefixtures("desk")

CASE = """\
cases:
  - case: small and new gets a reminder
    on: 2026-03-24
    customer: {employees: 5}
    invoices: 1000 due 2026-03-20
    expect: {segment: standard, action: reminder}
  - case: nobody is a partner here
    on: 2026-03-24
    customer: {employees: 5}
    invoices: 1000 due 2026-03-20
    expect: {segment: partner}
"""


@pytest.fixture
def office(engine, peer) -> Office:
    return Office.open(engine, peer, ["one", "two"])


def begin(office: Office, by: str = "mia") -> Draft:
    base = policies.in_force(office.company, office.today)
    return drafts.begin(office.company, title="Faster", by=by, now=office.now(), base=base)


def test_a_draft_is_written_proposed_and_approved_by_somebody_else(office: Office) -> None:
    draft = begin(office)
    slow = draft.text.replace("{id: reminder, after: 2", "{id: reminder, after: 1")
    draft = drafts.write(draft, by="mia", now=office.now(), text=slow, edition=1)
    draft = drafts.write(draft, by="carla", now=office.now(), cases=CASE, edition=2)
    with pytest.raises(drafts.OutOfDate):
        drafts.write(draft, by="mia", now=office.now(), text="policy: x", edition=2)

    start = office.today + timedelta(days=3)
    version = drafts.propose(
        draft, version="2", effective_on=start, by="mia", why="too slow", now=office.now()
    )
    assert (version.version, version.effective_on, version.cases) == ("2", start, CASE)
    assert 'version: "2"' in version.text
    assert f"effective: {start}" in version.text
    assert policies.in_force(office.company, start).version == "1", "proposed is not in force"
    draft.refresh_from_db()
    with pytest.raises(drafts.NotWriting):
        drafts.write(draft, by="mia", now=office.now(), text="policy: x")
    for writer in ("mia", "carla"):
        with pytest.raises(policies.SamePerson):
            drafts.approve(draft, by=writer, why="good", now=office.now(), today=office.today)
    drafts.approve(draft, by="fien", why="good", now=office.now(), today=office.today)
    draft.refresh_from_db()
    assert draft.state == "approved"
    assert policies.in_force(office.company, start).version == "2"
    assert policies.in_force(office.company, start - timedelta(days=1)).version == "1"
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(cases="")
    told = Entry.objects.filter(company=office.company).order_by("id").values_list("what", "by", "why")
    assert [one for one in told if one[0].startswith("policy")][-5:] == [
        ("policy draft", "mia", "Faster"), ("policy draft", "mia", ""), ("policy draft", "carla", ""),
        ("policy", "mia", "too slow"), ("policy", "fien", "good"),
    ]  # fmt: skip


def test_what_is_approved_late_does_not_hold_for_days_that_are_over(office: Office) -> None:
    draft = begin(office)
    day = office.today
    drafts.propose(draft, version="2", effective_on=day, by="mia", why="x", now=office.now())
    draft.refresh_from_db()
    later = day + timedelta(days=5)
    version = drafts.approve(draft, by="fien", why="x", now=office.now(), today=later)
    assert version.effective_on == later


def test_a_proposal_is_sent_back_and_proposed_again(office: Office) -> None:
    draft = begin(office)
    drafts.propose(draft, version="2", effective_on=office.today, by="mia", why="x", now=office.now())
    draft = drafts.send_back(draft, by="fien", why="too harsh", now=office.now())
    assert (draft.state, draft.version) == ("writing", None)
    assert not PolicyVersion.objects.filter(version="2").exists()
    again = drafts.propose(draft, version="2", effective_on=office.today, by="mia", why="x", now=office.now())
    draft.refresh_from_db()
    assert draft.version == again
    other = begin(office)
    with pytest.raises(drafts.VersionTaken):
        drafts.propose(other, version="2", effective_on=office.today, by="mia", why="x", now=office.now())
    assert drafts.next_version(office.company, "ladder") == "3"


def test_a_text_with_mistakes_is_kept_and_not_proposed(office: Office) -> None:
    draft = drafts.write(begin(office), by="mia", now=office.now(), text="policy: x\nsegments: 5\n")
    assert Draft.objects.get(pk=draft.pk).text.startswith("policy: x")
    with pytest.raises(PolicyErrors):
        drafts.propose(draft, version="2", effective_on=office.today, by="mia", why="x", now=office.now())
    assert drafts.drop(draft, by="mia", why="no", now=office.now()).state == "dropped"


def test_the_first_policy_of_a_company_is_begun_from_a_shipped_one(office: Office) -> None:
    draft = drafts.begin(
        office.company, title="Ours", by="mia", now=office.now(), base=None, shipped="two-speed"
    )
    assert draft.text == policy_text("two-speed")
    assert draft.cases.count("- case:") == 12


def test_a_draft_is_run_on_its_own_cases(office: Office) -> None:
    draft = drafts.write(begin(office), by="mia", now=office.now(), cases=CASE)
    trials.ask_cases(office.company, draft, by="mia", now=office.now())
    assert trials.try_one()
    trial = Trial.objects.get()
    assert (trial.state, trial.error) == ("done", "")
    first, second = trial.result["cases"]
    assert first["passed"]
    assert second["differences"] == [{"name": "segment", "expected": "partner", "found": "standard"}]
    assert not trials.try_one(), "nothing is left"

    wrong = drafts.write(draft, by="mia", now=office.now(), cases="cases:\n  - case: x\n")
    trials.ask_cases(office.company, wrong, by="mia", now=office.now())
    trials.try_one()
    trial = Trial.objects.first()
    assert trial is not None
    assert trial.state == "failed"
    assert {one["field"] for one in trial.result["mistakes"]} == {"cases.0.on", "cases.0.expect"}


def test_a_draft_is_replayed_against_the_policy_in_force(office: Office) -> None:
    draft = begin(office)
    quick = draft.text.replace("{id: reminder, after: 2", "{id: reminder, after: 1")
    draft = drafts.write(draft, by="mia", now=office.now(), text=quick)
    against = policies.in_force(office.company, office.today)
    first, last = date(2026, 3, 20), date(2026, 3, 27)
    trials.ask_replay(office.company, draft, against, first, last, by="mia", now=office.now())
    assert trials.try_one()
    trial = Trial.objects.get()
    assert (trial.state, trial.error, trial.total) == ("done", "", 16)
    told = trial.result
    assert told["policies"] == ["ladder 1", "ladder 1"]
    assert told["actions"]["email"] == [2, 2]
    assert told["actions"]["call"] == [2, 2] or told["actions"]["call"][1] >= told["actions"]["call"][0]
    assert told["first_contact_days"] == -1
    assert told["cost"] == [sum(one[0] for one in told["action_cost"].values()),
                            sum(one[1] for one in told["action_cost"].values())]  # fmt: skip
    assert told["segments"] == {"standard": [2, 2]}


def test_a_trial_is_stopped_by_a_person_and_begun_anew_when_its_worker_has_gone(office: Office) -> None:
    draft = begin(office)
    one = trials.ask_replay(
        office.company, draft, None, date(2026, 3, 1), date(2026, 3, 20), by="mia", now=office.now()
    )
    two = trials.ask_replay(
        office.company, draft, None, date(2026, 3, 20), date(2026, 3, 21), by="mia", now=office.now()
    )
    one.refresh_from_db()
    assert one.state == "stopped", "a new one takes its place"

    ending = threading.Event()
    ending.set()
    assert trials.try_one(ended=ending.is_set)
    two.refresh_from_db()
    assert two.state == "waiting", "the worker ended: the next one does it"

    Trial.objects.filter(pk=two.pk).update(state="running", beat_at=office.now() - timedelta(hours=1))
    assert trials.try_one()
    two.refresh_from_db()
    assert two.state == "done"

    three = trials.ask_cases(office.company, draft, by="mia", now=office.now())
    trials.stop_trial(three, office.now())
    assert not trials.try_one()


def test_a_replay_begins_with_the_first_invoice_that_is_known(office: Office) -> None:
    assert trials.span(office.company, date(2026, 3, 23), 12) == (date(2026, 2, 18), date(2026, 3, 23))
    assert trials.span(office.company, date(2027, 3, 23), 12) == (date(2026, 3, 24), date(2027, 3, 23))
    assert trials.span(office.company, date(2026, 1, 1), 12) == (date(2026, 1, 1), date(2026, 1, 1))
    assert read_policy(begin(office).text, "x").policy == "ladder"
