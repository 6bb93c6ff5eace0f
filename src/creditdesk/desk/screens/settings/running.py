"""What runs: whether a worker is there, the last days and what became of them, what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.api.models import Delivery
from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Message, Run, Schedule
from creditdesk.desk.day import jobs
from creditdesk.desk.day.beating import last_word, workers
from creditdesk.desk.intake.models import Work
from creditdesk.desk.screens.settings.words import RUN_KINDS, RUN_STATES
from creditdesk.desk.standing.models import Stale

SHOWN = 10
"""Days that are shown."""


@may(Right.SEE_SETTINGS)
def page(request: Asked) -> HttpResponse:
    """All of it."""
    return render(request, "settings/running.html", {"here": "running", **_told(request.scope)})


@may(Right.SEE_SETTINGS)
def part(request: Asked) -> HttpResponse:
    """The part of the page that asks again by itself."""
    return render(request, "settings/running_part.html", _told(request.scope))


def _told(scope: Scope) -> dict[str, Any]:
    company, now = scope.company, scope.now
    runs = Run.objects.filter(company=company).exclude(kind=Run.Kind.PAST)[:SHOWN]
    schedule = Schedule.objects.filter(company=company).first()
    queued = Message.objects.filter(company=company)
    return {
        "workers": workers(now), "last_word": last_word(), "schedule": schedule,
        "next_day": _next_day(schedule, now, scope) if schedule and schedule.on else None,
        "runs": [
            {
                "run": one, "kind": RUN_KINDS.get(one.kind, one.kind), "state": RUN_STATES.get(one.state, one.state),
                "seconds": (one.finished_at - one.started_at).total_seconds() if one.finished_at else None,
            }
            for one in runs
        ],
        "waits": {
            "stale": Stale.objects.filter(company=company).count(),
            "messages": queued.filter(state=Message.State.QUEUED).count(),
            "unknown": queued.filter(state=Message.State.UNKNOWN).count(),
            "work": Work.objects.filter(company=company, state__in=(Work.State.WAITING, Work.State.WORKING)).count(),
            "deliveries": Delivery.objects.filter(
                subscription__company=company, subscription__on=True, state__in=(Delivery.State.QUEUED, Delivery.State.SENDING)
            ).count(),
        },
    }  # fmt: skip


def _next_day(schedule: Schedule, now: datetime, scope: Scope) -> datetime:
    """When the next day begins by itself."""
    here = now.astimezone(ZoneInfo(schedule.time_zone))
    begins = here.replace(hour=schedule.hour, minute=0, second=0, microsecond=0)
    done = Run.objects.filter(
        company=scope.company, as_of=here.date(), kind=Run.Kind.DAY, state=Run.State.DONE
    ).exists()
    return begins + timedelta(days=1) if done else begins


@require_POST
def _run_day(request: Asked) -> HttpResponse:
    """Put the day on the worker's list: running it again does nothing twice."""
    scope = request.scope
    jobs.day.enqueue(scope.company.code, scope.today.isoformat())
    note(
        scope.company, by=scope.name, at=scope.now, what="day", ref=scope.today.isoformat(), became={"asked for": True}
    )  # fmt: skip
    messages.success(request, _t("The day is on the worker's list."))
    return HttpResponseRedirect(scope.url("settings:running"))


run_day = may(Right.MANAGE)(_run_day)
