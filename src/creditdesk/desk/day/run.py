"""The day of a company: read the ledger, decide, record what changed, open tasks and write messages, close, deliver.

Every stage is one transaction that also records that it is done, and every effect has a natural key, so that a day which
was cut off anywhere is simply run again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from creditdesk.desk import place
from creditdesk.desk.casework.models import Message, PolicyVersion, Redecided, Run, Stage
from creditdesk.desk.casework.policies import in_force
from creditdesk.desk.casework.privacy import empty_again
from creditdesk.desk.casework.requests import expire
from creditdesk.desk.day.alerts import raise_alerts
from creditdesk.desk.day.closing import close_gone
from creditdesk.desk.day.current import grouped
from creditdesk.desk.day.decided import Decided
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.golive import is_live
from creditdesk.desk.day.lock import one_day
from creditdesk.desk.day.opening import open_due
from creditdesk.desk.day.outbox import Ask, Delivered, deliver, recover
from creditdesk.desk.day.outcome import Outcome, previous
from creditdesk.desk.day.preparing import prepare
from creditdesk.desk.day.recording import record
from creditdesk.desk.day.redecide import ask_again
from creditdesk.desk.day.transport import Smtp, Transport
from creditdesk.desk.ledger import filed
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.quarantine import held_customers
from creditdesk.desk.ledger.reading import filed_facts, known_import
from creditdesk.desk.monitor.measuring import Figures, making, measure
from creditdesk.facts.problem import UnusableInput

STAGES = ("read", "decide", "record", "open", "close", "alert", "measure", "deliver")
"""The stages of a day, in order."""

Tell = Callable[[str, int, int], None]
"""Called with the stage, how far it is and how far it goes."""


@dataclass
class Worker:
    """What a day needs beside the company.

    Attributes:
        decider: the engine of this process.
        transport: makes a connection for messages.
        clock: the moment, aware of its zone.
        by: who runs it.
        figures: whether the figures of the monitor are made anew; days that are rehearsed one after the other need those of the last.
    """

    decider: Decider = field(default_factory=Decider)
    transport: Callable[[], Transport] = Smtp
    clock: Callable[[], datetime] = timezone.now
    by: str = "creditdesk"
    figures: bool = True


class DayToCome(UnusableInput):
    """A day after today cannot be run."""


def run_day(
    company: Company, as_of: date, today: date, worker: Worker, tell: Tell = lambda *_told: None
) -> Run:
    """Run a day, with everything missed before it.

    Today has effects. A missed day is decided and recorded, without effects; a day not after the last one decided is
    decided and shown, and changes nothing (R6).

    Raises:
        AnotherRun: another process is at work on this company's day.
        NoPolicy: no approved policy is in force.
        DayToCome: `as_of` is after today.
        MissingRate, StageError: as the engine's `decide`; the run is marked as failed.
    """
    if as_of > today:
        raise DayToCome(f"found --as-of {as_of}; allowed: today, {today}, or a day before")
    with one_day(company) as still:
        recover(company, today, worker.clock())
        empty_again(company)
        last = _last_day(company)
        with _folder(company) as folder:
            day = _Day(company, worker, folder, still, tell)
            if last is not None and as_of <= last and as_of < today:
                return day.past(as_of)
            for missed in _between(last, as_of):
                day.catch_up(missed)
            return day.today(as_of) if as_of == today else day.catch_up(as_of)


@contextmanager
def _folder(company: Company) -> Iterator[Path]:
    """Where a day puts facts that are many; what one that was killed left there goes. The caller holds the day."""
    folder = place.home() / "day" / str(company.pk)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def deliver_again(company: Company, today: date, worker: Worker) -> Delivered:
    """Send what waits, outside of the day.

    Raises:
        AnotherRun: another process is at work on this company's day.
    """
    with one_day(company) as still:
        recover(company, today, worker.clock())
        return deliver(
            company, today, worker.transport(), _asking(company, today, worker), worker.clock, still
        )


def _asking(company: Company, as_of: date, worker: Worker) -> Ask:
    def ask(messages: Sequence[Message]) -> None:
        ask_again(company, messages, as_of, worker.decider, worker.clock())

    return ask


def _last_day(company: Company) -> date | None:
    """The last day that was decided and recorded."""
    runs = Run.objects.filter(company=company).exclude(kind=Run.Kind.PAST).exclude(stages=None)
    done = runs.filter(stages__name="record").order_by("-as_of").values_list("as_of", flat=True)
    return done.first()


def _between(last: date | None, as_of: date) -> Iterator[date]:
    day = last + timedelta(days=1) if last is not None else as_of
    while day < as_of:
        yield day
        day += timedelta(days=1)


class _Day:
    """One company's day under way."""

    def __init__(
        self, company: Company, worker: Worker, folder: Path, still: Callable[[], None], tell: Tell
    ) -> None:
        self._company = company
        self._worker = worker
        self._folder = folder
        self._still = still
        self._tell = tell
        self._facts: dict[str, filed.Source] | None = None
        self._number = 0

    def past(self, as_of: date) -> Run:
        """Decide a past day and show it: nothing is recorded but that it was run."""
        run = self._begin(as_of, Run.Kind.PAST)
        with self._failing(run), self._worker.decider.lock:
            decided = self._decide(run, as_of)
            outcome = Outcome(decided, as_of)
            run.counts = {"customers": outcome.decisions().num_rows, "due": len(outcome.due())}
        return self._end(run)

    def catch_up(self, as_of: date) -> Run:
        """Decide and record a missed day, without effects."""
        run = self._begin(as_of, Run.Kind.CATCH_UP)
        with self._failing(run), self._worker.decider.lock:
            outcome = self._outcome(run, as_of)
            with self._stage(run, "record", outcome) as stage:
                run.counts = record(self._company, outcome, self._number)
                stage.rows = run.counts["customers"]
        return self._end(run)

    def today(self, as_of: date) -> Run:
        """Decide, record, and act."""
        run = self._begin(as_of, Run.Kind.DAY)
        with self._failing(run), self._worker.decider.lock, ExitStack() as stack:
            outcome = self._outcome(run, as_of)
            made = stack.enter_context(self._making(outcome)) if self._worker.figures else None
            with self._stage(run, "record", outcome) as stage:
                run.counts = record(self._company, outcome, self._number)
                run.preview = not is_live(outcome)
                stage.rows = run.counts["customers"]
            with self._stage(run, "open", outcome) as stage:
                opened = open_due(self._company, outcome, run, self._number, self._worker.clock())
                run.counts |= {"tasks": opened.tasks, "messages": opened.messages, "skipped": opened.skipped}
                stage.rows = opened.tasks + opened.messages
            with self._stage(run, "close", outcome) as stage:
                stage.rows = close_gone(self._company, outcome, opened.live)
                expired = expire(self._company, as_of, self._worker.clock())
                run.counts |= {"tasks_closed": stage.rows, "requests_expired": expired}
            with self._stage(run, "alert", outcome) as stage:
                stage.rows = raise_alerts(self._company, outcome)
                run.counts |= {"alerts": stage.rows}
            if made is not None:
                with self._work(run, "measure") as stage:
                    stage.rows = self._measured(made, outcome)
        with self._failing(run):
            prepare(self._company, run.policy, as_of, self._worker.decider, outcome.decided.shape[0])
            self._deliver(run, as_of)
        return self._end(run)

    def _making(self, outcome: Outcome) -> AbstractContextManager[Figures]:
        """Figures are made while the day records and opens: they need what was decided, and nothing that it writes."""
        customers = grouped(self._company, outcome)
        return making(self._company, outcome, customers, self._folder / "figures", self._facts or {})

    def _measured(self, made: Figures, outcome: Outcome) -> int:
        if outcome.but:  # who was decided alone meanwhile is grouped otherwise now
            return measure(self._company, outcome, self._number, self._worker.clock(), self._facts or {})
        return made.keep(self._number, self._worker.clock())

    def _deliver(self, run: Run, as_of: date) -> None:
        """Send what is queued: each message in transactions of its own."""
        with self._work(run, "deliver") as stage:
            done = deliver(
                self._company,
                as_of,
                self._worker.transport(),
                _asking(self._company, as_of, self._worker),
                self._worker.clock,
                self._still,
                lambda count, total: self._told(run, "deliver", count, total),
            )
            stage.rows = done.sent
            run.counts |= {
                "sent": done.sent, "failed": done.failed, "later": done.later, "unknown": done.unknown,
                "cancelled": done.cancelled,
            }  # fmt: skip

    def _outcome(self, run: Run, as_of: date) -> Outcome:
        return Outcome(self._decide(run, as_of), as_of)

    def _decide(self, run: Run, as_of: date) -> Decided:
        policy: PolicyVersion = in_force(self._company, as_of)
        run.policy = policy
        if self._facts is None:
            with self._work(run, "read") as stage:
                self._number = known_import(self._company, None)
                keeping = place.home() / "kept" / str(self._company.pk)
                self._facts = filed_facts(self._company, self._number, self._folder, keeping)
                stage.rows = sum(filed.count(rows) for rows in self._facts.values())
        run.ledger_no = self._number
        with self._work(run, "decide") as stage:
            before = previous(self._company, as_of)
            held = held_customers(self._company, self._number)
            decided = self._worker.decider.decide(policy.text, self._facts, as_of, before, held=held)
            stage.rows = filed.count(self._facts["customer"]) if "customer" in self._facts else 0
        return decided

    def _begin(self, as_of: date, kind: Any) -> Run:
        now = self._worker.clock()
        with transaction.atomic():
            run = None
            if kind != Run.Kind.PAST:
                run = (
                    Run.objects.filter(company=self._company, as_of=as_of).exclude(kind=Run.Kind.PAST).first()
                )
            if run is None:
                return Run.objects.create(
                    company=self._company, as_of=as_of, kind=kind, by=self._worker.by, started_at=now
                )
            run.kind, run.state, run.error, run.finished_at = kind, Run.State.RUNNING, "", None
            run.attempt += 1
            run.by, run.started_at = self._worker.by, now
            run.save()
        return run

    def _end(self, run: Run) -> Run:
        run.state, run.stage = Run.State.DONE, ""
        run.finished_at = self._worker.clock()
        run.save()
        return run

    @contextmanager
    def _failing(self, run: Run) -> Iterator[None]:
        try:
            yield
        except Exception as wrong:
            with transaction.atomic():
                Run.objects.filter(pk=run.pk).update(
                    state=Run.State.FAILED, error=f"{type(wrong).__name__}: {wrong}"[:4000], stage=run.stage
                )
            raise

    @contextmanager
    def _stage(self, run: Run, name: str, outcome: Outcome) -> Iterator[Stage]:
        """One stage that writes: its work and the record that it is done, in one transaction.

        A customer decided alone since the ledger was read keeps that decision.
        """
        with self._timed(run, name) as (stage, keep), transaction.atomic():
            Company.objects.select_for_update(no_key=True).get(pk=self._company.pk)
            later = Redecided.objects.filter(company=self._company, ledger_no__gt=self._number)
            outcome.but = tuple(later.values_list("customer", flat=True))
            yield stage
            keep()

    @contextmanager
    def _work(self, run: Run, name: str) -> Iterator[Stage]:
        """One stage that writes nothing: no transaction is held while it works."""
        with self._timed(run, name) as (stage, keep):
            yield stage
            with transaction.atomic():
                keep()

    @contextmanager
    def _timed(self, run: Run, name: str) -> Iterator[tuple[Stage, Callable[[], None]]]:
        self._still()
        self._told(run, name)
        started = time.monotonic()
        stage = Stage(run=run, name=name)

        def keep() -> None:
            seconds = round(time.monotonic() - started, 3)
            done = {
                "rows": stage.rows, "seconds": seconds, "finished_at": self._worker.clock(),
                "ledger_no": self._number,
            }  # fmt: skip
            Stage.objects.update_or_create(run=run, name=name, defaults=done)
            run.save()

        yield stage, keep

    def _told(self, run: Run, stage: str, done: int = 0, total: int = 0) -> None:
        run.stage, run.done, run.total = stage, done, total
        Run.objects.filter(pk=run.pk).update(stage=stage, done=done, total=total)
        self._tell(stage, done, total)
