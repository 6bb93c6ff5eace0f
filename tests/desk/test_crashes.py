"""A day that is killed anywhere, and run again: nothing is missing, nothing is doubled, the ambiguous is shown.

The mail server is a real one that counts; the processes are real and end by SIGKILL: at every stage, at random events
(a statement to the database or a word to the mail server, before or after it) and at random moments. How many
random ones: CREDITDESK_CRASHES.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from creditdesk.desk.casework.models import Alert, Case, Decision, Message, Run, Step, Task
from creditdesk.desk.day.run import STAGES
from creditdesk.desk.ledger.models import FACTS
from desk.databases import Desk, point_to
from desk.office import Office, Peer, facts

CRASHES = int(os.environ.get("CREDITDESK_CRASHES", "3"))
DAY = date(2026, 3, 25)
SEED = 20260325


@dataclass
class Driver:
    """The process that starts the days and kills them."""

    process: subprocess.Popen[str]

    def tell(self, **trial: Any) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(trial) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    plans = tmp_path_factory.getbasetemp().parent / "creditdesk-plans"
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("crash_driver.py")), str(plans)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Driver(process)
    assert process.stdin
    process.stdin.close()
    process.wait(30)


class Evening:
    """The evening before: reminders are out, one debtor has paid, and tomorrow holds mails, a call and a closing."""

    def __init__(self, desk: Desk, engine: Any, peer: Peer, request: pytest.FixtureRequest) -> None:
        self.desk = desk
        self.request = request
        self.copies: list[str] = []
        office = Office.open(engine, peer, [])
        rows = facts(["call", "pays", "mail1", "mail2", "mail3"])
        for row in rows["invoice"]:
            early = row["customer_id"] in {"call", "pays"}
            row["due"] = date(2026, 3, 18) if early else date(2026, 3, 23)
        del rows["company"]
        from creditdesk.desk.ledger.writing import add_all

        add_all(office.company, rows, by="import", at=office.now())
        office.day("2026-03-19")
        office.release(*(row["customer_id"] for row in rows["customer"]))
        office.day("2026-03-20")
        office.day("2026-03-24")
        office.pays("pays", "2026-03-24")
        assert office.messages("call") == office.messages("pays") == [("reminder", "sent")]
        peer.taken.clear()
        connections.close_all()
        if desk.vendor == "sqlite":
            with sqlite3.connect(desk.address) as file:
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy(self) -> str:
        """A database of its own in this state; gives its address."""
        name = f"trial_{uuid.uuid4().hex[:12]}"
        if self.desk.vendor == "sqlite":
            file = self.desk.home / f"{name}.sqlite3"
            shutil.copy(self.desk.address, file)
            return str(file)
        server = self.request.getfixturevalue("postgres")
        connections.close_all()
        base = self.desk.address.split("@/")[1].split("?")[0]
        server.sql(f"CREATE DATABASE {name} TEMPLATE {base}")
        self.copies.append(name)
        return server.address(name)

    def drop(self) -> None:
        connections.close_all()
        for name in self.copies:
            self.request.getfixturevalue("postgres").sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.copies.clear()


@pytest.fixture
def evening(desk: Desk, engine: Any, peer: Peer, request: pytest.FixtureRequest) -> Iterator[Evening]:
    made = Evening(desk, engine, peer, request)
    yield made
    made.drop()


def state() -> dict[str, Any]:
    """What a day left behind, as far as it must be the same however often it was killed.

    A debtor whose mail was out before the day was run again is decided anew knowing that: of those the segment is
    compared, of all others the whole decision.
    """
    written = set(Message.objects.filter(asked_on=DAY).values_list("customer", flat=True))
    decisions = Decision.objects.order_by().values_list("customer", "from_on", "to_on", "segment", "digest")
    return {
        "decisions": sorted((*row[:4], row[4] if row[0] not in written else "") for row in decisions),
        "steps": sorted(
            (one.customer, one.step, one.from_on, str(one.to_on), one.digest)
            for one in Step.objects.exclude(customer__in=written)
        ),
        "tasks": sorted(
            Task.objects.exclude(kind="unknown").values_list("customer", "step", "state", "closed_because")
        ),
        "messages": sorted(Message.objects.values_list("customer", "step", "turn", "digest")),
        "runs": sorted(Run.objects.values_list("as_of", "kind", "state")),
        "cases": sorted(
            (one.customer, one.case_no, str(one.closed_on), one.closed_because)
            for one in Case.objects.exclude(customer__in=written)
        ),
    }


def check(expected: dict[str, Any], peer: Peer, what: str) -> Counter[str]:
    """Nothing missing, nothing doubled, the ambiguous shown. Gives the states of the day's messages."""
    found = state()
    for name, rows in expected.items():
        assert found[name] == rows, (what, name)
    todays = list(Message.objects.filter(asked_on=DAY))
    actions = Counter(FACTS["action"].objects.filter(replaced_by=None).values_list("action_id", flat=True))
    for message in todays:
        taken = peer.taken[message.message_id]
        assert taken <= 1, (what, message, "went out twice")
        assert message.state in {"sent", "unknown"}, (what, message)
        shown = Task.objects.filter(kind="unknown", state="open", ref=message.message_id).count()
        told = Alert.objects.filter(kind="unknown_message", ref=message.message_id).count()
        if message.state == "sent":
            assert (taken, actions[f"message:{message.message_id}"], shown) == (1, 1, 0), (what, message)
        else:
            assert (actions[f"message:{message.message_id}"], shown, told) == (0, 1, 1), (what, message)
    assert len(todays) == 3, what
    return Counter(message.state for message in todays)


def trial(driver: Driver, evening: Evening, peer: Peer, log: Path, **how: Any) -> tuple[dict[str, Any], str]:
    """One day killed, and the same day run again."""
    database = evening.copy()
    peer.taken.clear()
    usual = {"database": database, "port": peer.port, "on": DAY.isoformat(), "log": str(log)}
    killed = driver.tell(**usual, **how)
    again = driver.tell(**usual)
    assert again == {"killed": False, "status": 0}, log.read_text()
    point_to(database)
    return killed, database


def test_a_day_killed_anywhere_and_run_again_is_one_day(driver, evening, peer, tmp_path) -> None:
    log = tmp_path / "log"
    chance = random.Random(SEED)
    assert driver.tell(warm=evening.copy(), on=DAY.isoformat(), log=str(log)) == {
        "killed": False,
        "status": 0,
    }, log.read_text()

    undisturbed = evening.copy()
    usual = {"port": peer.port, "on": DAY.isoformat(), "log": str(log)}
    started = time.monotonic()
    assert driver.tell(database=undisturbed, **usual) == {"killed": False, "status": 0}, log.read_text()
    length = time.monotonic() - started
    events = json.loads(log.read_text())["events"]
    point_to(undisturbed)
    expected = state()
    assert check(expected, peer, "undisturbed") == {"sent": 3}
    assert ("call", "call", "open", "") in expected["tasks"]
    assert any(row[0] == "pays" and row[3] == "paid" for row in expected["cases"])
    evening.drop()

    plan: list[dict[str, Any]] = [{"stage": name} for name in STAGES]
    plan += [{"at": chance.randint(1, events)} for _ in range(CRASHES - CRASHES // 3)]
    plan += [{"after": chance.uniform(0.0, length)} for _ in range(CRASHES // 3)]
    killed, states = 0, Counter[str]()
    for how in plan:
        one, _ = trial(driver, evening, peer, log, **how)
        killed += one["killed"]
        # a run that was killed has its attempts counted; what it did is the same
        states += check(expected, peer, str(how))
        evening.drop()
    assert killed >= len(STAGES) + CRASHES // 2  # a random moment may come after the end
    assert states["sent"] > states["unknown"]
    report = os.environ.get("CREDITDESK_CRASH_REPORT")
    if report:
        with Path(report).open("a") as file:
            row = {
                "database": evening.desk.vendor,
                "trials": len(plan),
                "killed": killed,
                "events": events,
                **states,
            }
            file.write(json.dumps(row) + "\n")
