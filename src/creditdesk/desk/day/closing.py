"""The stage `close`: tasks whose reason has gone are closed, with why; tasks done late are shown."""

from __future__ import annotations

from collections.abc import Sequence

from creditdesk.desk.casework.models import Task
from creditdesk.desk.day.opening import Key, key_of
from creditdesk.desk.day.outcome import ATTEMPTS, Outcome
from creditdesk.desk.ledger import objects
from creditdesk.desk.ledger.models import Company

OF_STEPS = (Task.Kind.STEP, Task.Kind.POST, Task.Kind.APPROVE)
"""Kinds that a decision gives and takes away."""

PASSING = frozenset({"not_a_working_day", "contact_cap", "stale_bank_data", "habit"})
"""Holds that say "not today": the task stays for another day."""


def close_gone(
    company: Company, outcome: Outcome, live: set[Key], customers: Sequence[str] | None = None
) -> int:
    """Close open tasks of steps that are due no longer. Gives how many."""
    tasks = Task.objects.filter(company=company, state=Task.State.OPEN, kind__in=OF_STEPS)
    if customers is not None:
        tasks = tasks.filter(customer__in=list(customers))
    found = [task for task in tasks.exclude(customer__in=outcome.but).iterator() if key_of(task) not in live]
    if not found:
        return 0
    holds = outcome.holds()
    tried = _tried_today(outcome)
    skipped = {(row["customer_id"], row["case_no"], row["step"]) for row in outcome.skipped()}
    owing = _owing(outcome)
    closed = []
    for task in found:
        step = (task.customer, task.case_no, task.step)
        if (task.customer, task.case_no) in tried and step not in skipped:
            continue  # nobody was reached today: the task stays for the next try
        hold = holds.get(step)
        if hold in PASSING and step not in skipped:
            continue
        task.state = Task.State.CLOSED
        task.closed_on = outcome.as_of
        task.closed_because = (
            "overdue"
            if step in skipped
            else hold or ("no_longer_due" if task.customer in owing or not task.case_no else "paid")
        )
        closed.append(task)
    objects.change(closed, ["state", "closed_on", "closed_because"])
    return len(closed)


def _tried_today(outcome: Outcome) -> set[tuple[str, int]]:
    codes = ", ".join(f"'{one}'" for one in ATTEMPTS)
    rows = outcome.rows(
        f"SELECT DISTINCT customer_id, case_no FROM fact_action WHERE direction = 'out' AND done_on = $day "
        f"AND outcome IN ({codes}) AND case_no IS NOT NULL",
        day=outcome.as_of,
    )
    return {(row["customer_id"], row["case_no"]) for row in rows}


def _owing(outcome: Outcome) -> set[str]:
    """Payers with anything past due that is not settled."""
    rows = outcome.rows("SELECT DISTINCT payer FROM open_item WHERE overdue")
    return {row["payer"] for row in rows}
