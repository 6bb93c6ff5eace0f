"""The screen *Today*."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Alert, Message, Request, Task
from creditdesk.desk.casework.people import NotOpen
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.day.letters import WRITTEN
from creditdesk.desk.day.outbox import VERDICTS
from creditdesk.desk.ledger.dependence import NotUndone
from creditdesk.desk.ledger.row_check import WrongRows
from creditdesk.desk.screens.customer.acts import write_note
from creditdesk.desk.screens.customer.dossier import Dossier
from creditdesk.desk.screens.customer.running import running
from creditdesk.desk.screens.customer.timeline import said_last
from creditdesk.desk.screens.today.held import Held
from creditdesk.desk.screens.today.letters import waiting
from creditdesk.desk.screens.today.outcomes import Outcome, may_say, offered
from creditdesk.desk.screens.today.worklist import WAITING, Worklist

LAST = "last_outcome"
"""Where the session keeps what this person said last, so that it can be taken back."""


@may(Right.WORK, Right.DECIDE, Right.SELL)
def today(request: Asked) -> HttpResponse:
    """My work list, cut to what fits the day; of everybody in my roles with `?who=all`."""
    work = Worklist(request.scope, request.GET.get("who") == "all")
    return render(request, "today/list.html", {"work": work, "letters": waiting(work).count()})


@may(Right.WORK, Right.DECIDE, Right.SELL)
def held(request: Asked) -> HttpResponse:
    """What the gate held today, and why."""
    listing = Held(request, Held.steps(request.scope))
    return listing.file() or render(request, "today/held.html", {"listing": listing})


@may(Right.WORK, Right.DECIDE, Right.SELL)
def next_task(request: Asked) -> HttpResponse:
    """Leads to the first task of the list."""
    return HttpResponseRedirect(_following(request.scope))


@may(Right.WORK, Right.DECIDE, Right.SELL)
def task(request: Asked, pk: int) -> HttpResponse:
    """One task, with everything it needs on one page."""
    scope = request.scope
    found = _task(scope, pk)
    account = scope.accounts().filter(customer=found.customer).first()
    if account is None:
        raise Http404(f"no task {pk}")
    dossier = Dossier(scope, account)
    work = Worklist(scope)
    outcomes = offered(scope, found)
    return render(
        request,
        "today/task.html",
        {
            "task": found,
            "account": account,
            "dossier": dossier,
            "outcomes": outcomes if found.kind in {Task.Kind.STEP, Task.Kind.POST} else [],
            "contact": _contact(found, dossier),
            "writes": found.do in WRITTEN and found.kind in {Task.Kind.STEP, Task.Kind.POST},
            "by_post": found.do in {"letter", "registered_letter"},
            "said": said_last(scope, account.customer),
            "running": running(scope, account.customer, account.currency, dossier.known),
            "mine": set(found.invoice_ids),
            "waiting": work.with_accounts(list(work.tasks.exclude(pk=pk)[:WAITING])),
            "work": work,
            "skip": work.after(pk),
            "subject": _subject(scope, found),
            "stale": dossier.stale,
            "stale_url": scope.url("customer:stale", customer=account.customer),
        },
    )


def _task(scope: Scope, pk: int) -> Task:
    """A task of a customer this person may see, whoever has it and whatever its state."""
    found: Task | None = scope.of(Task).filter(pk=pk).first()
    if found is None:
        raise Http404(f"no task {pk}")
    return found


def _contact(found: Task, dossier: Dossier) -> Any:
    """Whom the step is to reach, else the first contact."""
    wanted = found.content.get("contact_id")
    named = [one for one in dossier.contacts if one.contact_id == wanted]
    return (named or dossier.contacts or [None])[0]


def _subject(scope: Scope, found: Task) -> Any:
    """What a task is about that is no step: the message of unknown fate, the request, the alert."""
    if found.kind == Task.Kind.UNKNOWN:
        return scope.of(Message).filter(message_id=found.ref).first()
    if found.kind == Task.Kind.REQUEST:
        number = found.ref.removeprefix("request:")
        return scope.of(Request).filter(pk=int(number)).first() if number.isdecimal() else None
    if found.kind == Task.Kind.ALERT:
        number = found.ref.removeprefix("alert:")
        return scope.of(Alert).filter(pk=int(number)).first() if number.isdecimal() else None
    return None


# --- saying what came of it -------------------------------------------------------------------------------------------


@may(Right.WORK, Right.SELL)
def outcome(request: Asked, pk: int) -> HttpResponse:
    """An outcome that needs no more than a key; what was said goes along as a note. Then the next task."""
    if request.method != "POST":
        return HttpResponseRedirect(request.scope.url("today:task", pk=pk))
    scope = request.scope
    found = _task(scope, pk)
    said = _outcome(scope, found, request.POST.get("outcome", ""))
    desk = scope.desk()
    with_note = request.POST.get("text", "").strip()[:4000]

    def act() -> None:
        if with_note:
            write_note(desk, found.customer, f"task:{pk}:{request.POST.get('token', '')[:40]}", with_note)
        desk.done(found, said.code, note_text=with_note)

    account = scope.accounts().filter(customer=found.customer).first()
    name = account.name if account else found.customer
    return _go_on(request, found, desk, act, f"{said.label}: {name}")


@may(Right.WORK, Right.SELL, Right.ASK)
def sheet(request: Asked, pk: int, name: str) -> HttpResponse:
    """An outcome that needs a form: promised with date and amount, disputed with part and reason, plan, call back."""
    scope = request.scope
    found = _task(scope, pk)
    said = _outcome(scope, found, name)
    if said.form is None:
        raise Http404(f"no form {name!r}")
    form = said.form(scope, scope.account(found.customer), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        desk = scope.desk()
        told: list[str] = []

        def act() -> None:
            told.append(form.do(desk))
            text = form.cleaned_data.get("text") or ""
            if text:
                write_note(desk, found.customer, form.fact_id(), text)
            how = {
                key: form.cleaned_data[key]
                for key in ("call_back_on", "document")
                if key in form.cleaned_data
            }
            desk.done(found, said.code, note_text=text, **how)

        try:
            answer = _go_on(request, found, desk, act, told)
        except WrongRows as wrong:
            form.add_error(None, str(wrong))
        else:
            part = HttpResponse(status=204)
            part["HX-Redirect"] = answer["Location"]
            return part
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path},
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


@may(Right.DECIDE)
def approve(request: Asked, pk: int) -> HttpResponse:
    """Yes or no to a held step, with a reason."""
    found = _task(request.scope, pk)
    granted, why = request.POST.get("granted"), request.POST.get("why", "").strip()[:1000]
    if request.method != "POST" or granted not in {"yes", "no"} or found.kind != Task.Kind.APPROVE:
        return HttpResponseRedirect(request.scope.url("today:task", pk=pk))
    if not why:
        messages.error(request, _("A reason is needed."))
        return HttpResponseRedirect(request.scope.url("today:task", pk=pk))
    desk = request.scope.desk()
    told = _("Approved.") if granted == "yes" else _("Refused.")
    return _go_on(request, found, desk, lambda: desk.approve(found, granted == "yes", why), told, back=False)


@may(Right.WORK)
def resolve(request: Asked, pk: int) -> HttpResponse:
    """What became of a message of unknown fate."""
    found = _task(request.scope, pk)
    verdict = request.POST.get("verdict", "")
    message = _subject(request.scope, found)
    if request.method != "POST" or verdict not in VERDICTS or not isinstance(message, Message):
        return HttpResponseRedirect(request.scope.url("today:task", pk=pk))
    desk = request.scope.desk()
    if message.state != Message.State.UNKNOWN:
        messages.warning(request, _("Somebody else has said what became of it."))
        return HttpResponseRedirect(_following(request.scope))
    return _go_on(request, found, desk, lambda: desk.resolve(message, verdict), _("Recorded."), back=False)


@may(Right.WORK, Right.DECIDE, Right.SELL)
def seen(request: Asked, pk: int) -> HttpResponse:
    """An alert was looked at: its task is done."""
    found = _task(request.scope, pk)
    if request.method == "POST" and found.kind == Task.Kind.ALERT:
        Task.objects.filter(pk=pk, state=Task.State.OPEN).update(
            state=Task.State.DONE, closed_on=request.scope.today, done_by=request.scope.name, outcome="seen"
        )
    return HttpResponseRedirect(_following(request.scope))


@require_POST
def _back(request: Asked) -> HttpResponse:
    """Take back what was said last: a slip of the finger."""
    said = request.session.pop(LAST, None)
    scope = request.scope
    found = scope.of(Task).filter(pk=said["task"]).first() if said else None
    if said is None or found is None or said["company"] != scope.company.code:
        messages.warning(request, _("There is nothing to take back."))
        return HttpResponseRedirect(scope.url("today:list"))
    try:
        scope.desk().take_back(found, said["imports"])
    except (NotOpen, NotUndone):
        messages.warning(request, _("This can no longer be taken back: something later rests on it."))
        return HttpResponseRedirect(scope.url("today:list"))
    messages.success(request, _("Taken back."))
    return HttpResponseRedirect(scope.url("today:task", pk=found.pk))


back = may(Right.WORK, Right.SELL)(_back)


def _outcome(scope: Scope, found: Task, code: str) -> Outcome:
    """The outcome of that code. Raises PermissionDenied for somebody else's work, Http404 for one that this task has not."""
    if not may_say(scope, found):
        raise PermissionDenied
    for one in offered(scope, found):
        if one.code == code:
            return one
    raise Http404(f"no outcome {code!r}")


def _go_on(
    request: Asked, found: Task, desk: Desk, act: Any, told: str | list[str], *, back: bool = True
) -> HttpResponseRedirect:
    """Act in one transaction, and lead to the next task; when somebody else was first, say so and go on."""
    try:
        with transaction.atomic():
            act()
    except NotOpen:
        found.refresh_from_db()
        who = found.done_by or _("the day")
        messages.warning(
            request, _("%(who)s was first: this task is closed. Nothing was recorded.") % {"who": who}
        )
        return HttpResponseRedirect(_next(request, found.pk))
    if back:
        request.session[LAST] = {
            "task": found.pk,
            "imports": desk.imports,
            "company": request.scope.company.code,
        }
    messages.success(request, told if isinstance(told, str) else told[0], extra_tags="back" if back else "")
    return HttpResponseRedirect(_next(request, found.pk))


def _next(request: Asked, but: int) -> str:
    """The next task; for whoever said it on the page of Sales, that page."""
    asked_there = request.scope.url("sales:interventions")
    shown = request.htmx.current_url_abs_path or request.POST.get("back", "")
    return shown if shown.startswith(asked_there) else _following(request.scope, but)


def _following(scope: Scope, but: int | None = None) -> str:
    following = Worklist(scope).following(but)
    return scope.url("today:task", pk=following.pk) if following else scope.url("today:list")
