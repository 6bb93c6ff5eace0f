"""Policies tried out beside the day's work: on their own cases, and on the last months. The worker's third hand.

A trial is a row: claimed by one conditional UPDATE, told of as it goes on, and begun anew when its worker has gone. It
changes nothing but its row.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import DatabaseError, close_old_connections
from django.db.models import Q
from django.utils import timezone

from creditdesk.desk.casework.models import Draft, PolicyVersion, Trial
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.quarantine import held_customers
from creditdesk.desk.ledger.reading import facts as read_facts
from creditdesk.desk.ledger.reading import known_import
from creditdesk.engine.cases import run_cases
from creditdesk.engine.replay import Replay, compare, cost_of, replay
from creditdesk.policy.cases import parse_cases
from creditdesk.policy.document import Policy
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import read_policy

log = logging.getLogger(__name__)

GONE = timedelta(minutes=5)
"""A worker that has not said so long that it is at work is gone."""

FLOWS = 60
"""Moves between segments that are told, the most frequent ones."""


class Stopped(Exception):
    """The trial is no longer wanted."""


def ask_cases(company: Company, draft: Draft, *, by: str, now: datetime) -> Trial:
    """Have a draft run on its own cases."""
    return _ask(
        Trial(company=company, draft=draft, kind=Trial.Kind.CASES, text=draft.text, cases=draft.cases),
        by,
        now,
    )


def ask_replay(
    company: Company,
    draft: Draft,
    against: PolicyVersion | None,
    first: date,
    last: date,
    *,
    by: str,
    now: datetime,
) -> Trial:
    """Have a draft run on the days from `first` to `last`, beside the policy in force."""
    trial = Trial(
        company=company, draft=draft, kind=Trial.Kind.REPLAY, text=draft.text, against=against, first=first, last=last,
        total=((last - first).days + 1) * (2 if against else 1),
    )  # fmt: skip
    return _ask(trial, by, now)


def _ask(trial: Trial, by: str, now: datetime) -> Trial:
    """Put it on the list; one that waits or runs already for the same draft is stopped for it."""
    under_way = Trial.objects.filter(
        company=trial.company,
        draft=trial.draft,
        kind=trial.kind,
        state__in=(Trial.State.WAITING, Trial.State.RUNNING),
    )
    under_way.update(state=Trial.State.STOPPED, finished_at=now)
    trial.asked_by, trial.asked_at = by, now
    trial.save()
    return trial


def stop_trial(trial: Trial, now: datetime) -> None:
    """A person wants it no longer."""
    wanted = Trial.objects.filter(pk=trial.pk, state__in=(Trial.State.WAITING, Trial.State.RUNNING))
    wanted.update(state=Trial.State.STOPPED, finished_at=now)


def try_one(now: Callable[[], datetime] = timezone.now, ended: Callable[[], bool] = lambda: False) -> bool:
    """Do the trial that has waited longest. Gives whether there was one.

    Args:
        ended: whether the worker is to end: then the trial waits for the next one.
    """
    at = now()
    free = Q(state=Trial.State.WAITING) | Q(state=Trial.State.RUNNING, beat_at__lt=at - GONE)
    trial = Trial.objects.filter(free).order_by("asked_at", "id").first()
    if trial is None:
        return False
    claim = Trial.objects.filter(free, pk=trial.pk)
    if not claim.update(state=Trial.State.RUNNING, started_at=at, beat_at=at, done=0, at="", error=""):
        return True
    mine = Trial.objects.filter(pk=trial.pk, state=Trial.State.RUNNING, started_at=at)

    def tell(done: int, what: str) -> None:
        if ended():
            mine.update(state=Trial.State.WAITING, beat_at=None, done=0, at="")
            raise Stopped
        if not mine.update(done=done, at=what[:100], beat_at=now()):
            raise Stopped

    try:
        result = _cases(trial, tell) if trial.kind == Trial.Kind.CASES else _replayed(trial, tell)
    except Stopped:
        return True
    except PolicyErrors as wrong:
        told = {"mistakes": [asdict(one) for one in wrong.errors]}
        mine.update(state=Trial.State.FAILED, result=told, finished_at=now())
    except Exception as wrong:
        log.exception("trial %s", trial.pk)
        mine.update(
            state=Trial.State.FAILED, error=f"{type(wrong).__name__}: {wrong}"[:2000], finished_at=now()
        )
    else:
        mine.update(state=Trial.State.DONE, result=result, finished_at=now())
    return True


def keep_trying(stop: threading.Event, every: float = 2.0) -> None:
    """Do what is on the list, until told to stop."""
    while not stop.is_set():
        close_old_connections()
        try:
            again = try_one(ended=stop.is_set)
        except DatabaseError:  # the database is away: what waits is still there when it is back
            log.exception("trials wait")
            stop.wait(10)
            continue
        if not again:
            stop.wait(every)


# --- its own cases --------------------------------------------------------------------------------------------------


def _cases(trial: Trial, tell: Callable[[int, str], None]) -> dict[str, Any]:
    policy = read_policy(trial.text, "policy")
    cases = parse_cases(trial.cases, "cases")
    days = sorted({case.on for case in cases.cases})
    Trial.objects.filter(pk=trial.pk).update(total=len(days))
    count = iter(range(len(days)))
    results = run_cases(cases, policy, lambda said: tell(next(count), said.partition(":")[0]))
    return {
        "cases": [
            {
                "name": one.case.name, "line": one.case.line, "passed": one.passed, "because": one.because,
                "differences": [asdict(each) for each in one.differences],
            }
            for one in results
        ]
    }  # fmt: skip


# --- the past -------------------------------------------------------------------------------------------------------


def _replayed(trial: Trial, tell: Callable[[int, str], None]) -> dict[str, Any]:
    company, last = trial.company, trial.last or trial.asked_at.date()
    first = trial.first or last
    policies = [
        *([read_policy(trial.against.text, "policy")] if trial.against else []),
        read_policy(trial.text, "policy"),
    ]
    tell(0, "")
    number = known_import(company, None)
    facts = read_facts(company, known=number)
    held = held_customers(company, number)
    days = (last - first).days + 1
    done: list[Replay] = []
    for turn, policy in enumerate(policies):

        def on(day: date, before: int = turn * days) -> None:
            tell(before + (day - first).days, day.isoformat())

        done.append(replay(facts, policy, first, last, progress=on, held_customers=held))
    return told(done, policies)


def told(done: list[Replay], policies: list[Policy]) -> dict[str, Any]:
    """What came of a replay, as data; of two, the one in force comes first.

    Figures are lists with one number per policy, amounts in minor units of `currency`.
    """
    rows = compare(done[0], done[-1]).rows.to_pylist()
    pick = (0,) if len(done) == 1 else (0, 1)
    figures: dict[str, Any] = {"policies": [f"{one.policy} {one.version}" for one in policies]}
    for row in rows:
        values = [(row["first"], row["second"])[one] for one in pick]
        if row["measure"] in ("actions", "holds"):
            figures.setdefault(row["measure"], {})[row["name"]] = values
        elif row["measure"] == "first_contact_days":
            figures[row["measure"]] = row["second"]
        else:
            figures[row["measure"]] = values
    figures["currency"] = done[-1].currency
    figures["action_cost"] = {
        name: [_cost_of(one, policy, name) for one, policy in zip(done, policies, strict=True)]
        for name in figures.get("actions", {})
    }
    figures["flows"] = _flows(done)
    figures["segments"] = _at_end(done)
    return figures


def _cost_of(one: Replay, policy: Policy, channel: str) -> int:
    return cost_of(one.actions.filter(pc.equal(one.actions.column("channel"), channel)), policy)


def _flows(done: list[Replay]) -> list[list[Any]]:
    """Moves from one segment to another: from, to, and how many under each policy."""
    counts: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(done):
        grouped = one.moves.group_by(["from_segment", "to_segment"]).aggregate([("customer_id", "count")])
        for row in grouped.to_pylist():
            pair = counts.setdefault((row["from_segment"], row["to_segment"]), [0] * len(done))
            pair[place] = row["customer_id_count"]
    ordered = sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0]))
    return [[start, end, *count] for (start, end), count in ordered[:FLOWS]]


def _at_end(done: list[Replay]) -> dict[str, list[int]]:
    """Customers per segment on the last day, under each policy."""
    found: dict[str, list[int]] = {}
    for place, one in enumerate(done):
        last: pa.Table = one.days.filter(
            pc.and_(
                pc.equal(one.days.column("kind"), "segment"),
                pc.equal(one.days.column("as_of"), pc.max(one.days.column("as_of"))),
            )
        )
        for row in last.to_pylist():
            found.setdefault(row["name"], [0] * len(done))[place] = row["count"]
    return dict(sorted(found.items(), key=lambda item: (-max(item[1]), item[0])))


def span(company: Company, last: date, months: int) -> tuple[date, date]:
    """The days of a replay of so many months up to a day, but not before the first invoice that is known."""
    from creditdesk.desk.ledger.models import FACTS

    first = last - timedelta(days=round(365 * months / 12) - 1)
    oldest = (
        FACTS["invoice"]
        .objects.filter(legal_entity=company, replaced_by=None)
        .order_by("issued")
        .values_list("issued", flat=True)
        .first()
    )
    return min(max(first, oldest or first), last), last
