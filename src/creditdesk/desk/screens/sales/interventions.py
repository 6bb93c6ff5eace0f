"""What is asked of Sales: open, each with its deadline and whom to reach; and what came of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from creditdesk.desk.access.roles import TASKS_OF, Role
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Task
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.sales.deadlines import Deadlines
from creditdesk.desk.screens.sales.mine import Whose
from creditdesk.desk.screens.today.outcomes import Outcome, offered
from creditdesk.desk.standing.models import Account

MOST = 60
LOOKED_BACK = timedelta(days=60)
FIRST = 3
"""Outcomes that are one tap away; the others stand behind one more."""


@dataclass
class Intervention:
    """One task of Sales.

    Attributes:
        last_on: the last day on which it is in time.
        phone: whom to call, and the number; empty when nobody is known.
        outcomes: what may be said of it: those that one needs most first.
    """

    task: Task
    account: Account | None
    last_on: date
    today: date
    who: str = ""
    phone: str = ""
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def days_left(self) -> int:
        """Days until the deadline; below zero when it has passed."""
        return (self.last_on - self.today).days

    @property
    def first(self) -> list[Outcome]:
        """The outcomes at hand."""
        return self.outcomes[:FIRST]

    @property
    def others(self) -> list[Outcome]:
        """The rest."""
        return self.outcomes[FIRST:]


def tasks_of_sales(whose: Whose) -> QuerySet[Task]:
    """Tasks of Sales of that account manager, whatever their state: those assigned to it, and those of nobody for its customers."""
    rows: QuerySet[Task] = whose.scope.of(Task).filter(role__in=TASKS_OF[Role.SALES])
    if not whose.manager:
        return rows
    own = whose.accounts().values("customer")
    return rows.filter(Q(assigned=whose.manager) | Q(assigned="", customer__in=own))


def open_ones(whose: Whose, start: int = 0) -> list[Intervention]:
    """A page of what is to be done, what was asked first in front; within it the next deadline first."""
    scope = whose.scope
    rows = tasks_of_sales(whose).filter(state=Task.State.OPEN)
    tasks = list(rows.order_by("opened_on", "-amount", "id")[start : start + MOST])
    accounts = _accounts(scope, tasks)
    people = _people(scope, tasks)
    deadlines = Deadlines(scope)
    found = []
    for task in tasks:
        contact = _whom(task, people.get(task.customer, []))
        one = Intervention(
            task, accounts.get(task.customer), deadlines.of(task), scope.today, outcomes=offered(scope, task)
        )
        if contact is not None:
            one.who = " ".join(filter(None, (contact.first_name, contact.name)))
            one.phone = contact.mobile or contact.phone or ""
        found.append(one)
    return sorted(found, key=lambda one: (one.task.tried_on == scope.today, one.last_on, -one.task.amount))


def ended_ones(whose: Whose) -> list[dict[str, Any]]:
    """What came of those that were done or closed lately, latest first."""
    scope = whose.scope
    rows = tasks_of_sales(whose).exclude(state=Task.State.OPEN)
    tasks = list(rows.filter(closed_on__gte=scope.today - LOOKED_BACK).order_by("-closed_on", "-id")[:MOST])
    accounts = _accounts(scope, tasks)
    return [{"task": task, "account": accounts.get(task.customer)} for task in tasks]


def _accounts(scope: Scope, tasks: Iterable[Task]) -> dict[str, Account]:
    rows = scope.accounts().filter(customer__in={task.customer for task in tasks})
    return {one.customer: one for one in rows}


def _people(scope: Scope, tasks: Iterable[Task]) -> dict[str, list[Any]]:
    """Contacts of these customers that can be called today."""
    rows = FACTS["contact"].objects.filter(
        Q(until_on=None) | Q(until_on__gte=scope.today), legal_entity=scope.company, replaced_by=None,
        customer_id__in={task.customer for task in tasks},
    )  # fmt: skip
    found: dict[str, list[Any]] = {}
    for one in rows:
        if (one.phone or one.mobile) and (one.known_from is None or one.known_from <= scope.today):
            found.setdefault(one.customer_id, []).append(one)
    return found


RANK = {"buyer": 0, "director": 1, "accounts_payable": 2, "general": 3}
"""Whom a salesman knows best."""


def _whom(task: Task, people: list[Any]) -> Any:
    """Whom the step names, else whom Sales knows best."""
    named = [one for one in people if one.contact_id == task.content.get("contact_id")]
    known = sorted(people, key=lambda one: (RANK.get(one.role, 9), not one.is_primary, one.contact_id))
    return (named or known or [None])[0]
