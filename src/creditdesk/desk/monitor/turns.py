"""The worker's part of the monitor: figures that are missing (after an update) or old (after a large import) are made anew.

A day makes them itself; what a person says at the desk waits for the next day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django_tasks import task

from creditdesk.desk.casework.models import Run
from creditdesk.desk.casework.policies import in_force
from creditdesk.desk.day.clock import moment
from creditdesk.desk.day.jobs import decider
from creditdesk.desk.day.outcome import Outcome, previous
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.quarantine import held_customers
from creditdesk.desk.ledger.reading import facts as read_facts
from creditdesk.desk.ledger.reading import known_import
from creditdesk.desk.monitor.measuring import measure
from creditdesk.desk.monitor.models import Measured

AGAIN = timedelta(hours=1)
"""Figures are put on the list at most so often: the API may import every minute."""

LARGE = (Import.Kind.FOLDER, Import.Kind.FILE, Import.Kind.UNDO, Import.Kind.API)
"""Imports after which the past may read differently."""


def put_on_list(sender: Any, now: datetime, **_more: Any) -> list[str]:
    """Put on the list the companies whose figures are missing or old. Gives what was put there."""
    del sender
    found = []
    decided = Run.objects.filter(stages__name="record").exclude(kind=Run.Kind.PAST)
    for company in Company.objects.filter(pk__in=decided.values("company")):
        known, _made = Measured.objects.get_or_create(company=company)
        last = decided.filter(company=company).order_by("-as_of").values_list("as_of", "state").first()
        if last is None or last[1] == Run.State.RUNNING or not _old(company, known, last[0]):
            continue
        ours = Measured.objects.filter(pk=known.pk).filter(Q(asked_at=None) | Q(asked_at__lte=now - AGAIN))
        if ours.update(asked_at=now) == 1:
            measure_again.enqueue(company.code)
            found.append(f"measure {company.code} {last[0]}")
    return found


def _old(company: Company, known: Measured, last: Any) -> bool:
    if known.as_of is None or known.as_of < last:
        return True
    return Import.objects.filter(legal_entity=company, kind__in=LARGE, pk__gt=known.ledger_no).exists()


@task()
def measure_again(code: str) -> str:
    """Make the figures of a company anew, as of its last day: the facts are decided once more, and nothing else is recorded."""
    company = Company.objects.get(code=code)
    runs = Run.objects.filter(company=company, stages__name="record").exclude(kind=Run.Kind.PAST)
    as_of = runs.order_by("-as_of").values_list("as_of", flat=True).first()
    if as_of is None:
        return "no day yet"
    number = known_import(company, None)
    facts = read_facts(company, known=number)
    engine = decider()
    with engine.lock:
        decided = engine.decide(
            in_force(company, as_of).text,
            facts,
            as_of,
            previous(company, as_of),
            held=held_customers(company, number),
        )
        changed = measure(company, Outcome(decided, as_of), number, moment(), facts)
    return f"{as_of}: {changed} figures changed"
