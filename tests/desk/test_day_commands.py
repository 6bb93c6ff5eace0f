"""`creditdesk day` and the worker: exit statuses, hours of the day, and one day at a time over processes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from creditdesk.desk.casework import policies
from creditdesk.desk.casework.models import Message, PolicyVersion, Run, Schedule
from creditdesk.desk.day import jobs
from creditdesk.desk.day.lock import one_day
from creditdesk.desk.ledger.models import FACTS, Company
from desk.office import Office

pytestmark = pytest.mark.usefixtures("desk")


def creditdesk(desk: Any, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "creditdesk.cli", *words],
        env=desk.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_second_day_ends_with_status_3_and_says_so(desk, engine, peer) -> None:
    office = Office.open(engine, peer, ["anton"])
    with one_day(office.company):
        refused = creditdesk(desk, "day")
    assert (refused.returncode, Run.objects.count()) == (3, 0)
    assert "the day of acme is under way in another process" in refused.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("day", "--as-of", "2190-01-01"), "allowed: today"),
        (("day", "--company", "other"), "found 'other'; allowed: acme"),
    ],
)
def test_what_cannot_be_run_is_refused_with_status_2(desk, engine, peer, words, says) -> None:
    Office.open(engine, peer, ["anton"])
    refused = creditdesk(desk, *words)
    assert refused.returncode == 2
    assert says in refused.stderr


def test_a_company_without_a_policy_is_told_the_way_out(desk, engine, peer) -> None:
    Office.open(engine, peer, ["anton"])
    PolicyVersion.objects.filter(approved_at=None).delete()
    Company.objects.create(code="bare", name="Bare")
    refused = creditdesk(desk, "day", "--company", "bare")
    assert refused.returncode == 2
    assert "no approved policy is in force" in refused.stderr


def test_a_policy_is_put_in_force_by_two_persons_and_payers_are_released(desk, engine, peer) -> None:
    office = Office.open(engine, peer, ["anton"])
    words = ("enact", "starter", "--author", "anna", "--why", "the shipped one")
    refused = creditdesk(desk, *words, "--approver", "anna")
    assert (refused.returncode, "somebody else approves it" in refused.stderr) == (2, True)
    assert creditdesk(desk, *words, "--approver", "bert").returncode == 0
    assert policies.in_force(office.company, office.today).name == "starter"
    released = creditdesk(desk, "golive", "anton", "--by", "bert")
    assert released.returncode == 0
    assert [row.customer_id for row in FACTS["approval"].objects.filter(subject="go_live")] == ["anton"]


def test_a_day_by_hand_tells_what_it_did(desk, engine, peer) -> None:
    office = Office.open(engine, peer, ["anton"])
    engine.decide  # noqa: B018  the plans are there before the process asks for them
    (desk.home / "plans").symlink_to(engine._plans)
    done = creditdesk(desk, "day", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["state"], told["preview"], told["counts"]["customers"]) == ("done", True, 1)
    assert Run.objects.get(company=office.company).state == "done"


MOMENTS = [
    # the clocks go forward at 2: there is no half past two, and the day is due at half past three
    ("2026-03-29T00:30", 2, None),
    ("2026-03-29T01:30", 2, "2026-03-29"),
    # the clocks go back at 3: it is half past two twice, and the day is due from the first on
    ("2026-10-24T23:30", 2, None),
    ("2026-10-25T00:30", 2, "2026-10-25"),
    # the new year begins in Brussels an hour before it does in Greenwich
    ("2026-12-31T22:30", 0, "2026-12-31"),
    ("2026-12-31T23:30", 0, "2027-01-01"),
]


@pytest.mark.parametrize(("utc", "hour", "day"), MOMENTS)
def test_a_day_is_due_from_its_hour_on_where_the_company_is(utc, hour, day) -> None:
    company = Company.objects.create(code="acme", name="Acme")
    Schedule.objects.create(company=company, hour=hour, time_zone="Europe/Brussels")
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert jobs.put_on_list(now) == ([] if day is None else [f"day acme {day}"])
    assert jobs.put_on_list(now + timedelta(minutes=1)) == []  # it is on the list
    assert jobs.put_on_list(now + timedelta(minutes=11)) == (
        [] if day is None else [f"day acme {day}"]
    )  # not done


def test_a_company_with_a_policy_in_force_has_its_hour_without_being_asked(engine, peer, monkeypatch) -> None:
    Office.open(engine, peer, ["anton"])
    Company.objects.create(code="bare", name="No policy yet")
    monkeypatch.setenv(jobs.HOUR, "5")
    assert jobs.put_on_list(datetime(2026, 7, 1, 2, 59, tzinfo=UTC)) == []
    assert jobs.put_on_list(datetime(2026, 7, 1, 3, 0, tzinfo=UTC)) == ["day acme 2026-07-01"]
    assert [row.company.code for row in Schedule.objects.all()] == ["acme"]


def test_the_worker_runs_the_day_once_and_sends_what_waits(engine, peer, monkeypatch) -> None:
    office = Office.open(engine, peer, ["anton"])
    monkeypatch.setattr(jobs, "_decider", engine)
    Schedule.objects.create(company=office.company, hour=0, time_zone="UTC")
    jobs.work(threading.Event(), once=True)
    run = Run.objects.get()
    assert (run.state, run.by, run.as_of) == ("done", "worker", timezone.now().astimezone(UTC).date())
    later = timezone.now() + timedelta(minutes=11)
    assert jobs.put_on_list(later) == []
    Message.objects.create(
        company=office.company, customer="anton", procedure="p", case_no=1, step="s", turn=1, level=1, template="t",
        language="en", address="anton@example.org", subject="s", text="t", message_id="<1@example>", raw=b"", digest="",
        amount=1, currency="EUR", asked_on=run.as_of, asked_no=0, queued_at=later,
    )  # fmt: skip
    assert jobs.put_on_list(later) == [f"deliver acme {run.as_of}"]
