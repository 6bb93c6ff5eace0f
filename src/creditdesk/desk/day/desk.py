"""The desk of one company on one day: a person acts, and the customer is decided anew at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from creditdesk.desk.casework import people, requests
from creditdesk.desk.casework.models import Message, Request, Task
from creditdesk.desk.day import golive, outbox
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.day.redecide import redecide
from creditdesk.desk.day.run import Worker
from creditdesk.desk.ledger.models import Company


@dataclass
class Desk:
    """Where a person works.

    Attributes:
        on: today, in the company's place.
        by: who works.
    """

    company: Company
    on: date
    worker: Worker
    by: str

    def fact(
        self, table: str, row: Mapping[str, Any], why: str = "", **more: list[dict[str, Any]]
    ) -> Outcome | None:
        """A promise, dispute, pause, plan, note, override, hand-over or any other fact; `more`: rows that belong to it."""
        people.write_fact(
            self.company, table, row, by=self.by, why=why, now=self.worker.clock(), more=more or None
        )
        return self._again(row.get("customer_id"))

    def done(self, task: Task, outcome: str, **how: Any) -> Outcome | None:
        """What came of a task."""
        people.finish_task(task, outcome, by=self.by, on=self.on, now=self.worker.clock(), **how)
        return self._again(task.customer)

    def approve(self, task: Task, granted: bool, why: str) -> Outcome | None:
        """Yes or no to a held step."""
        people.approve_step(task, granted, by=self.by, why=why, on=self.on, now=self.worker.clock())
        return self._again(task.customer)

    def vote(self, request: Request, granted: bool, roles: list[str], why: str) -> Outcome | None:
        """Yes or no to a request."""
        voted = requests.vote(
            request, granted, by=self.by, roles=roles, why=why, on=self.on, now=self.worker.clock()
        )
        return self._again(request.customer) if voted.state == Request.State.GRANTED else None

    def release(self, customers: list[str], why: str) -> Outcome | None:
        """Let a batch of payers go live (R5)."""
        golive.release(self.company, customers, by=self.by, why=why, on=self.on, now=self.worker.clock())
        return self._again(*customers)

    def resolve(self, message: Message, verdict: str) -> Outcome | None:
        """What became of a message of unknown fate."""
        outbox.resolve(message, verdict, by=self.by, on=self.on, now=self.worker.clock())
        return self._again(message.customer)

    def _again(self, *customers: Any) -> Outcome | None:
        named = [str(one) for one in customers if one]
        if not named:
            return None
        return redecide(self.company, named, self.on, self.worker.decider, self.worker.clock())
