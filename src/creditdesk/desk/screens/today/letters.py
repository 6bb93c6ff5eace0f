"""The letters of a day: printed in one go, and recorded as posted in one go; a registered one is posted by itself, with its number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Task
from creditdesk.desk.casework.people import NotOpen
from creditdesk.desk.day.letters import letter_of
from creditdesk.desk.screens.today.worklist import Worklist

MOST = 50
"""Letters that are printed at once."""


def waiting(work: Worklist) -> Any:
    """Plain letters of a work list, in its order."""
    return work.tasks.filter(do="letter", kind__in=(Task.Kind.STEP, Task.Kind.POST))


@may(Right.WORK)
def letters(request: Asked) -> HttpResponse:
    """The letters of my work list, one page of paper each."""
    scope = request.scope
    work = Worklist(scope, request.GET.get("who") == "all")
    tasks = list(waiting(work)[:MOST])
    names = {row["task"].pk: row["account"] for row in work.with_accounts(tasks)}
    pages = [
        {"task": one, "letter": letter, "account": names[one.pk]}
        for one in tasks
        if (letter := letter_of(one, scope.today)) is not None
    ]
    return render(request, "today/letters.html", {"pages": pages, "work": work})


@require_POST
def _posted(request: Asked) -> HttpResponse:
    """The letters that were printed are on their way."""
    scope = request.scope
    chosen = [one for one in request.POST.getlist("task")[:MOST] if one.isdecimal() and len(one) < 19]
    done = sum(_post(scope, one) for one in waiting(Worklist(scope, everybody=True)).filter(pk__in=chosen))
    if done:
        told = ngettext("%(n)s letter recorded as posted.", "%(n)s letters recorded as posted.", done)
        messages.success(request, told % {"n": done})
    else:
        messages.warning(request, _("None of these letters waits any more."))
    return HttpResponseRedirect(scope.url("today:list"))


posted = may(Right.WORK)(_posted)


def _post(scope: Scope, task: Task) -> bool:
    try:
        scope.desk().done(task, "sent")
    except NotOpen:
        return False
    return True
