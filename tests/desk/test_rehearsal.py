"""The demo fills a desk, runs it day by day, and writes to nobody."""

from __future__ import annotations

import email
import email.policy
from datetime import date, timedelta

import pytest

from creditdesk.desk.casework.models import Decision, Message, Run, Task
from creditdesk.desk.day.rehearsal import rehearse
from creditdesk.facts.problem import UnusableInput
from creditdesk.sample import HORIZON


@pytest.mark.long
def test_the_demo_runs_a_made_up_company_and_only_writes_files(desk, engine) -> None:
    first = HORIZON - timedelta(days=4)
    done = rehearse(desk.home, 20, 7, first, HORIZON, lambda *_told: None, engine)
    assert done["days"] == 5
    assert list(Run.objects.order_by("as_of").values_list("as_of", "state")) == [
        (first + timedelta(days=index), "done") for index in range(5)
    ]
    assert Decision.objects.filter(to_on=None).values("customer").distinct().count() >= 20
    assert sum(week["tasks_opened"] for week in done["weeks"]) == Task.objects.count() > 0
    sent = Message.objects.filter(state="sent")
    files = list((desk.home / "mail").glob("*.eml"))
    assert len(files) == sent.count() == sum(week["messages"] for week in done["weeks"]) > 0
    written = {
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["Message-ID"]
        for file in files
    }
    assert written == set(sent.values_list("message_id", flat=True))
    assert all(isinstance(week["week"], date) for week in done["weeks"])
    with pytest.raises(UnusableInput, match="found a database that holds brabo; allowed: an empty one"):
        rehearse(desk.home, 20, 7, first, HORIZON, lambda *_told: None, engine)
