"""One upload on its way: received, its columns chosen, tried, brought in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.intake import receiving, working
from creditdesk.desk.intake.models import Upload, Work
from creditdesk.desk.intake.wrong import NotTaken
from creditdesk.desk.screens.imports.choosing import columns_page
from creditdesk.desk.screens.imports.finding import busy, one, to, to_page
from creditdesk.desk.screens.imports.saying import not_taken

Step = Upload.Step
BUSY = {Step.READING: Work.Kind.READ, Step.CHECKING: Work.Kind.CHECK, Step.BRINGING: Work.Kind.BRING}


@require_POST
def _receive(request: Any) -> HttpResponse:
    """Files come in: they lie on the disk already."""
    scope = request.scope
    try:
        if request.not_taken is not None:
            raise request.not_taken
        upload = receiving.take(scope.company, request.received, by=scope.name, now=scope.now)
    except NotTaken as wrong:
        messages.error(request, not_taken(wrong.as_dict()))
        return to(request, scope.url("imports:list"))
    return to_page(request, upload)


receive = receiving.exempt(may(Right.IMPORT)(receiving.to_disk(_receive)))


@may(Right.IMPORT)
def upload(request: Asked, token: str) -> HttpResponse:
    """How far it is, and what a person does next."""
    found = one(request, token)
    told: dict[str, Any] = {"upload": found, "steps": _steps(found)}
    if found.step in BUSY:
        return render(request, "imports/busy.html", told | _busy(request, found))
    if found.step == Step.MAPPING:
        return render(request, "imports/columns.html", told | columns_page(request, found))
    if found.step == Step.CHECKED:
        return render(request, "imports/checked.html", told | {"result": found.result})
    if found.step == Step.DONE:
        work = found.works.filter(kind=Work.Kind.BRING, state=Work.State.DONE).order_by("-id").first()
        waiting = work.result.get("waiting", 0) if work else 0
        return render(request, "imports/done.html", told | {"result": found.result, "waiting": waiting})
    return render(request, "imports/failed.html", told | {"said": not_taken(found.wrong)})


def _steps(upload: Upload) -> list[dict[str, Any]]:
    """The way of an upload: where it is, what is behind it."""
    names = [_("File"), _("Columns"), _("Check"), _("In the ledger")]
    at = {
        Step.READING: 0, Step.MAPPING: 1, Step.CHECKING: 2, Step.CHECKED: 2, Step.BRINGING: 3, Step.DONE: 4, Step.FAILED: 0,
    }[upload.step]  # fmt: skip
    if upload.kind == Upload.Kind.FOLDER:
        return [
            {"name": name, "done": place < at, "here": place == at}
            for place, name in enumerate(names)
            if place != 1
        ]
    return [{"name": name, "done": place < at, "here": place == at} for place, name in enumerate(names)]


def _busy(request: Asked, upload: Upload) -> dict[str, Any]:
    work = upload.works.filter(kind=BUSY[upload.step]).order_by("-id").first()
    return busy(request, work) | {"busy_url": request.scope.url("imports:progress", token=upload.token)}


@may(Right.IMPORT)
def progress(request: Asked, token: str) -> HttpResponse:
    """How far the work is; once it is done, the page loads itself again."""
    found = one(request, token)
    if found.step not in BUSY:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "imports/progress.html", {"upload": found} | _busy(request, found))


@require_POST
def _back(request: Asked, token: str) -> HttpResponse:
    """Back to the columns, or to the check where there are none to choose."""
    found = one(request, token)
    if found.step not in (Step.CHECKED, Step.FAILED):
        return to_page(request, found)
    if found.kind == Upload.Kind.FILE and found.seen:
        Upload.objects.filter(pk=found.pk).update(step=Step.MAPPING, wrong={}, touched_at=request.scope.now)
        return to_page(request, found)
    again = Work.Kind.CHECK if found.kind == Upload.Kind.FOLDER else Work.Kind.READ
    step = Step.CHECKING if again == Work.Kind.CHECK else Step.READING
    Upload.objects.filter(pk=found.pk).update(step=step, wrong={}, touched_at=request.scope.now)
    working.ask(again, upload=found, by=request.scope.name, now=request.scope.now)
    return to_page(request, found)


back = may(Right.IMPORT)(_back)


@require_POST
def _bring(request: Asked, token: str) -> HttpResponse:
    """The person says yes."""
    found = one(request, token)
    why = request.POST.get("why", "").strip()[:500]
    ready = Upload.objects.filter(pk=found.pk, step=Step.CHECKED)
    if ready.update(step=Step.BRINGING, touched_at=request.scope.now) == 1:
        working.ask(Work.Kind.BRING, upload=found, by=request.scope.name, now=request.scope.now, why=why)
    return to_page(request, found)


bring = may(Right.IMPORT)(_bring)


@require_POST
def _discard(request: Asked, token: str) -> HttpResponse:
    """It is not wanted."""
    found = one(request, token)
    if found.step in BUSY:
        messages.warning(request, _("It is being worked on. Wait until that is done."))
        return to_page(request, found)
    receiving.discard(found)
    messages.success(
        request, _("“%(name)s” was discarded. Nothing of it was brought in.") % {"name": found.name}
    )
    return HttpResponseRedirect(request.scope.url("imports:list"))


discard = may(Right.IMPORT)(_discard)
