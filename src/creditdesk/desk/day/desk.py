"""The desk of one company on one day: a person acts, and the customer is decided anew, at once or by the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from creditdesk.desk.casework import people, requests
from creditdesk.desk.casework.models import Message, Request, Task
from creditdesk.desk.day import golive, letters, outbox
from creditdesk.desk.day.current import mark_stale
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.day.redecide import redecide
from creditdesk.desk.day.run import Worker
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.reading import known_import
from creditdesk.desk.ledger.undoing import undo


@dataclass
class Desk:
    """Where a person works.

    Attributes:
        on: today, in the company's place.
        by: who works.
        later: the customer is marked as stale, in the transaction of the act, and the worker decides it anew within moments:
            what a screen needs, since deciding takes longer than a person waits.
        imports: numbers of the imports that the acts brought, in their order: what `take_back` undoes.
    """

    company: Company
    on: date
    worker: Worker
    by: str
    later: bool = False
    imports: list[int] = field(default_factory=list)

    def fact(
        self, table: str, row: Mapping[str, Any], why: str = "", **more: list[dict[str, Any]]
    ) -> Outcome | None:
        """A promise, dispute, pause, plan, note, override, hand-over or any other fact; `more`: rows that belong to it."""

        def act() -> None:
            done = people.write_fact(
                self.company, table, row, by=self.by, why=why, now=self.worker.clock(), more=more or None
            )
            self._brought(done)

        return self._acting(act, row.get("customer_id"))

    def facts(self, table: str, rows: Sequence[Mapping[str, Any]], why: str = "") -> Outcome | None:
        """The same kind of fact for many customers: one import, an entry in the audit trail for each."""

        def act() -> None:
            self._brought(
                people.write_facts(self.company, table, rows, by=self.by, why=why, now=self.worker.clock())
            )

        return self._acting(act, *(row["customer_id"] for row in rows))

    def done(self, task: Task, outcome: str, **how: Any) -> Outcome | None:
        """What came of a task; of a letter that was sent its text is kept."""
        words = letters.kept(task, self.on) if outcome == "sent" else {}

        def act() -> None:
            self._brought(
                people.finish_task(task, outcome, by=self.by, on=self.on, now=self.worker.clock(), **how)
            )
            if words:
                Task.objects.filter(pk=task.pk).update(content={**task.content, **words})

        return self._acting(act, task.customer)

    def approve(self, task: Task, granted: bool, why: str) -> Outcome | None:
        """Yes or no to a held step."""

        def act() -> None:
            people.approve_step(task, granted, by=self.by, why=why, on=self.on, now=self.worker.clock())

        return self._acting(act, task.customer)

    def vote(
        self,
        request: Request,
        granted: bool,
        roles: list[str],
        why: str,
        seen: Sequence[Mapping[str, Any]] = (),
    ) -> Outcome | None:
        """Yes or no to a request; `seen`: what the person was shown that a yes would change."""

        def act() -> bool:
            voted = requests.vote(
                request, granted, by=self.by, roles=roles, why=why, on=self.on, now=self.worker.clock(), seen=seen
            )  # fmt: skip
            return voted.state == Request.State.GRANTED

        return self._acting(act, request.customer)

    def release(self, customers: list[str], why: str) -> Outcome | None:
        """Let a batch of payers go live (R5)."""

        def act() -> None:
            golive.release(self.company, customers, by=self.by, why=why, on=self.on, now=self.worker.clock())

        return self._acting(act, *customers)

    def resolve(self, message: Message, verdict: str) -> Outcome | None:
        """What became of a message of unknown fate."""

        def act() -> None:
            outbox.resolve(message, verdict, by=self.by, on=self.on, now=self.worker.clock())

        return self._acting(act, message.customer)

    def take_back(self, task: Task, imports: Sequence[int]) -> Outcome | None:
        """Take back what this person has just said came of a task: the task is open again, as if nothing was said.

        Args:
            imports: what the acts brought (`imports` of the desk that did them).

        Raises:
            NotOpen: somebody else did the task.
            NotUndone: something later rests on it.
        """

        def act() -> None:
            people.reopen_task(task, by=self.by, now=self.worker.clock())
            for number in reversed(imports):
                undo(number, by=self.by, why=f"task {task.pk}: taken back", at=self.worker.clock())

        return self._acting(act, task.customer)

    def _brought(self, done: Import) -> None:
        if done.changed:
            self.imports.append(done.pk)

    def _acting(self, act: Callable[[], bool | None], *customers: Any) -> Outcome | None:
        """Act, and have the customers decided anew unless the act says that it changed nothing for them."""
        named = [str(one) for one in customers if one]
        if self.later:
            with transaction.atomic():
                if act() is not False and named:
                    mark_stale(self.company, named, known_import(self.company, None), self.worker.clock())
            return None
        if act() is False or not named:
            return None
        return redecide(self.company, named, self.on, self.worker.decider, self.worker.clock())
