"""The worker's part of the API: events on their way, customers about whom something was pushed, reservations that are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from creditdesk.desk.api import allowance, repeating
from creditdesk.desk.api.credit.reserving import sweep
from creditdesk.desk.api.pushed import awaiting, decide_pushed
from creditdesk.desk.api.webhooks import events
from creditdesk.desk.api.webhooks.delivering import Delivered, deliver, ready, recover
from creditdesk.desk.day.clock import moment, today_of
from creditdesk.desk.day.jobs import decider
from creditdesk.desk.ledger.models import Company

HOURLY = timedelta(hours=1)
_forgot: list[datetime] = []


@task()
def deliver_events() -> str:
    """Events to whom subscribed."""
    done: Delivered = deliver(timezone.now)
    return f"{done.delivered} delivered, {done.later} later, {done.dead} dead"


@task()
def decide_what_was_pushed(code: str) -> str:
    """A company's customers about whom other programs told something."""
    company = Company.objects.get(code=code)
    now = moment()
    return f"{decide_pushed(company, today_of(company, now), decider(), now)} customers"


def put_on_list(sender: Any, now: datetime, **_more: Any) -> list[str]:
    """What is to be done now; called at each turn of a worker."""
    del sender
    found = []
    recover(now)
    if ready(now).exists() and not _listed(deliver_events.module_path):
        deliver_events.enqueue()
        found.append("deliver events")
    for company in Company.objects.all():
        if awaiting(company) and not _listed(decide_what_was_pushed.module_path, company.code):
            decide_what_was_pushed.enqueue(company.code)
            found.append(f"decide what was pushed to {company.code}")
    sweep(moment())
    if not _forgot or now - _forgot[-1] >= HOURLY:
        _forgot[:] = [now]
        allowance.forget(now - HOURLY)
        repeating.forget(now)
        events.forget(now)
    return found


def _listed(path: str, *words: str) -> bool:
    """Whether the same is on the list already, or being done; what was begun long ago is not being done any more."""
    begun = Q(status="RUNNING", started_at__gt=timezone.now() - HOURLY)
    waiting = DBTaskResult.objects.filter(Q(status="READY") | begun, task_path=path)
    return any(list(one.args_kwargs["args"]) == list(words) for one in waiting)
