"""The demo fills a desk, runs it day by day, and writes to nobody."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import date, timedelta

import psutil
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


@pytest.mark.long
def test_the_demo_ends_with_the_desk_in_the_browser_and_stops_with_its_worker(tmp_path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = (
        "demo",
        str(tmp_path / "desk"),
        "--customers",
        "20",
        "--days",
        "2",
        "--serve",
        "--port",
        str(port),
    )
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("CREDITDESK_")}
    demo = subprocess.Popen([sys.executable, "-m", "creditdesk.cli", *words], env=surroundings)
    try:
        for _try in range(1200):
            assert demo.poll() is None, "the demo ended by itself"
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/alive", timeout=5) as answer,
            ):
                assert answer.status == 200
                break
            time.sleep(0.2)
        beside = psutil.Process(demo.pid).children()
        assert any("worker" in one.cmdline() for one in beside)
    finally:
        demo.send_signal(signal.SIGINT)
    assert demo.wait(60) == 0
    gone, left = psutil.wait_procs(beside, timeout=30)
    assert left == [], gone
