"""Whose work it is today, in which order, and how much of it fits the day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet

from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Task
from creditdesk.desk.standing.models import Account, Stale

MOST = 200
"""Tasks that are listed at once."""

WAITING = 8
"""Tasks shown beside the one under work."""


@dataclass
class Worklist:
    """One person's open tasks.

    Attributes:
        everybody: of all people in the same roles, not one's own alone.
    """

    scope: Scope
    everybody: bool = False

    @cached_property
    def tasks(self) -> QuerySet[Task]:
        """Open tasks, in the order in which they are to be done: what was tried in vain today comes last."""
        mine = self.scope.tasks()
        if not (self.everybody and self.scope.may(Right.HAND_OVER)):
            mine = mine.filter(Q(assigned=self.scope.person) | Q(assigned=""))
        return mine.order_by(F("tried_on").asc(nulls_first=True), "-priority", "-amount", "id")

    @cached_property
    def total(self) -> int:
        """How many there are."""
        return self.tasks.count()

    @cached_property
    def done(self) -> int:
        """How many this person did today."""
        return (
            self.scope.of(Task)
            .filter(state=Task.State.DONE, closed_on=self.scope.today, done_by=self.scope.name)
            .count()
        )

    @property
    def fits(self) -> int:
        """How many more fit into the day."""
        return max(self.scope.capacity - self.done, 0)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The tasks that fit, each with its customer."""
        return self.with_accounts(list(self.tasks[: min(self.fits or MOST, MOST)]))

    @property
    def later(self) -> int:
        """How many are for another day."""
        return max(self.total - len(self.rows), 0)

    def with_accounts(self, tasks: list[Task]) -> list[dict[str, Any]]:
        """Tasks with how their customers stand."""
        accounts = {
            one.customer: one
            for one in Account.objects.filter(
                company=self.scope.company, customer__in={task.customer for task in tasks}
            )
        }
        return [{"task": task, "account": accounts.get(task.customer)} for task in tasks]

    def after(self, current: int) -> int | None:
        """The task behind this one in the list, and after the last the first again: for whoever skips one."""
        order = list(self.tasks.values_list("pk", flat=True)[:MOST])
        behind = order.index(current) + 1 if current in order else 0
        return next((one for one in order[behind:] + order[:behind] if one != current), None)

    def following(self, but: int | None = None) -> Task | None:
        """The task to do next: not of a customer who is being decided anew, and not one that was tried today already."""
        waiting = Stale.objects.filter(company=self.scope.company).values("customer")
        ready = self.tasks.exclude(pk=but).exclude(customer__in=waiting)
        return ready.exclude(tried_on=self.scope.today).first()
