"""What the worker does by itself: each company's day at its hour, and messages that wait for another try."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import DatabaseError, close_old_connections
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone
from django_tasks import task
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker

from creditdesk.desk import place
from creditdesk.desk.casework.models import Message, PolicyVersion, Run, Schedule
from creditdesk.desk.day.at_once import decide_stale, keep_deciding
from creditdesk.desk.day.beating import beat, keep_beating
from creditdesk.desk.day.clock import moment, today_of
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.preparing import load, prepare_coming
from creditdesk.desk.day.run import Worker, deliver_again, run_day
from creditdesk.desk.day.transport import Folder
from creditdesk.desk.day.trials import keep_trying, try_one
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.problem import AnotherRun
from creditdesk.engine.backend import StageError
from creditdesk.facts.money import MissingRate
from creditdesk.policy.error import PolicyErrors

log = logging.getLogger(__name__)

HOUR = "CREDITDESK_DAY_HOUR"

turn = Signal()
"""Sent with `now` at each turn of a worker: other rooms put on the list what they have to do."""


@dataclass(frozen=True)
class Beside:
    """What a worker does beside the days, in a thread of its own.

    Attributes:
        keep: does it until told to stop.
        once: does all that waits now.
    """

    name: str
    keep: Callable[[threading.Event], None]
    once: Callable[[], object]


beside: list[Beside] = []
"""What other rooms have a worker do beside the days."""

AGAIN = timedelta(minutes=10)
"""A day that was put on the list and is not done is put there again after so long."""

_decider: Decider | None = None
_making = threading.Lock()
_ready: set[tuple[int, int | None]] = set()


def decider() -> Decider:
    """The engine of this process, made when first asked for."""
    global _decider  # noqa: PLW0603  one per process: building it is what takes long
    with _making:
        if _decider is None:
            _decider = Decider(plans=place.home() / "plans")
        return _decider


def hand(by: str = "worker") -> Worker:
    """What the worker works with. The demo writes its messages into a folder."""
    if place.standing_day() is None:
        return Worker(decider=decider(), by=by)
    return Worker(decider=decider(), transport=lambda: Folder(place.home() / "mail"), clock=moment, by=by)


@task()
def day(code: str, on: str) -> str:
    """One company's day."""
    company = Company.objects.get(code=code)
    as_of = date.fromisoformat(on)
    try:
        run = run_day(company, as_of, as_of, hand())
    except AnotherRun as busy:
        return str(busy)
    return f"{run.as_of}: {run.state}"


@task()
def deliver(code: str, on: str) -> str:
    """A company's messages that wait."""
    company = Company.objects.get(code=code)
    try:
        done = deliver_again(company, date.fromisoformat(on), hand())
    except AnotherRun as busy:
        return str(busy)
    return f"{done.sent} sent, {done.later} later, {done.failed} failed, {done.unknown} unknown"


def keep_schedules() -> None:
    """Give every company with a policy in force its hour: `CREDITDESK_DAY_HOUR`, six in the morning by default."""
    for company in Company.objects.filter(schedule=None, policies__approved_at__isnull=False).distinct():
        usual = {"hour": int(os.environ.get(HOUR) or 6), "time_zone": timezone.get_default_timezone_name()}
        Schedule.objects.get_or_create(company=company, defaults=usual)


def put_on_list(now: datetime) -> list[str]:
    """Put on the list what is due now. Gives what was put there."""
    keep_schedules()
    found = []
    for schedule in Schedule.objects.filter(on=True).select_related("company"):
        here = now.astimezone(ZoneInfo(schedule.time_zone))
        if here.hour < schedule.hour:
            continue
        company, today = schedule.company, here.date()
        done = Run.objects.filter(
            company=company, as_of=today, kind=Run.Kind.DAY, state=Run.State.DONE
        ).exists()
        waiting = Message.objects.filter(company=company, state=Message.State.QUEUED)
        if done and not waiting.filter(Q(next_try_at=None) | Q(next_try_at__lte=now)).exists():
            continue
        ours = Schedule.objects.filter(pk=schedule.pk).filter(
            Q(tried_at=None) | Q(tried_at__lte=now - AGAIN) | Q(tried_at__lt=_midnight(here))
        )
        if ours.update(tried_at=now) == 1:
            (deliver if done else day).enqueue(company.code, today.isoformat())
            found.append(f"{'deliver' if done else 'day'} {company.code} {today}")
    for _receiver, more in turn.send(sender=Schedule, now=now):
        found += more or []
    return found


def _midnight(here: datetime) -> datetime:
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def make_ready(now: datetime) -> None:
    """What deciding a customer alone needs, for policies approved since the last turn, and after the program was renewed."""
    for company in Company.objects.exclude(schedule=None):
        approved = PolicyVersion.objects.filter(company=company, approved_at__isnull=False)
        newest = company.pk, approved.order_by("-approved_at").values_list("pk", flat=True).first()
        if newest in _ready:
            continue
        _ready.add(newest)
        try:
            prepare_coming(company, today_of(company, now), decider())
            load(company, today_of(company, now), decider())
        except (MissingRate, PolicyErrors, StageError, DatabaseError):  # its day says so to people
            log.exception("company %s: nothing is made ready for deciding a customer alone", company.code)


def work(stop: threading.Event, every: float = 20.0, once: bool = False) -> None:
    """Put on the list what is due and do what is on it, until told to stop: what is under way is finished first.

    Beside it, each in a thread of its own, customers about whom a person has said something are decided anew at once, policies
    are tried out, and is done what other rooms have added to `beside`.
    """
    threads = [
        threading.Thread(target=keep_deciding, args=(decider(), stop), name="at once"),
        threading.Thread(target=keep_trying, args=(stop,), name="trials"),
        threading.Thread(target=keep_beating, args=(stop,), name="beat"),
        *(threading.Thread(target=one.keep, args=(stop,), name=one.name) for one in beside),
    ]
    for thread in () if once else threads:
        thread.start()
    if once:
        beat(moment())
    while not stop.is_set():
        close_old_connections()
        put_on_list(moment())
        TaskWorker(
            queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
            worker_id="creditdesk", excluded_queue_names=[],
        ).run()  # fmt: skip
        if once:
            for one in beside:
                one.once()
            decide_stale(decider(), moment())
            while try_one():
                pass
            return
        make_ready(moment())
        stop.wait(every)
    for thread in threads:
        thread.join()
