"""Until when a person's step is to be done: after that the credit manager is told, and the ladder goes on (R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Task
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.wording import words
from creditdesk.facts.calendar import Calendar, Changes, calendar, place_of
from creditdesk.policy.document import Policy

USUAL = 5
"""Working days, where the policy says nothing."""


@dataclass
class Deadlines:
    """The last day of each task, in working days of our own place, as the engine counts them."""

    scope: Scope

    @cached_property
    def policy(self) -> Policy | None:
        """The policy in force."""
        found = words(self.scope.company, self.scope.today)
        return found.policy if found else None

    @cached_property
    def place(self) -> str:
        """Where we are."""
        ours = FACTS["company"].objects.filter(legal_entity=self.scope.company, replaced_by=None).first()
        return place_of(ours.country if ours else None, ours.subdivision if ours else None, "")

    @cached_property
    def _changes(self) -> Changes:
        change = self.policy.calendars.get(self.place) if self.policy else None
        if change is None:
            return Changes()
        return Changes(frozenset(change.works_on), tuple(change.works_on_named), frozenset(change.closed_on))

    def of(self, task: Task) -> date:
        """The last day on which it is in time."""
        days = self.days(task)
        until = task.opened_on + timedelta(days=3 * days + 30)
        place: Calendar = calendar(self.place, task.opened_on, until, self._changes)
        return place.add(task.opened_on, days)

    def days(self, task: Task) -> int:
        """Working days that its step gives to whoever does it."""
        if self.policy is None:
            return USUAL
        steps = self.policy.steps_of(task.procedure) if task.procedure in self.policy.procedures else ()
        owner: Any = next((one.owner for one in steps if one.id == task.step), "account_manager")
        return self.policy.conduct.overdue_after.get(owner, USUAL)
