"""The pages of a draft on which it is written: what changes, matrix and bands, ladders, text, remarks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework import drafts
from creditdesk.desk.casework.audit import ReasonMissing
from creditdesk.desk.casework.models import Draft, Entry
from creditdesk.desk.screens.policy.acts import Act, Approve, GiveUp, Propose, SendBack
from creditdesk.desk.screens.policy.checked import Checked, checked
from creditdesk.desk.screens.policy.fields import document, edits, lay_errors, names
from creditdesk.desk.screens.policy.ladder_form import act as change_ladder
from creditdesk.desk.screens.policy.ladder_form import ladder_form, place_errors, take, written
from creditdesk.desk.screens.policy.matrix_form import matrix_form
from creditdesk.desk.screens.policy.reading import Reading
from creditdesk.desk.screens.policy.views import standing, told
from creditdesk.policy.edit import NotEditable, edited

ACTS: dict[str, tuple[type[Act], tuple[Right, ...]]] = {
    "propose": (Propose, (Right.SET_POLICY,)),
    "approve": (Approve, (Right.APPROVE_POLICY,)),
    "back": (SendBack, (Right.SET_POLICY, Right.APPROVE_POLICY)),
    "drop": (GiveUp, (Right.SET_POLICY,)),
}
TALK = (Right.SELL, Right.WORK, Right.SET_POLICY, Right.APPROVE_POLICY)
"""Who may say something of a draft: Sales too."""
LONGEST = 1_000_000


def draft_of(scope: Scope, pk: int) -> Draft:
    """A draft of this company. Raises Http404."""
    found = Draft.objects.filter(company=scope.company, pk=pk).select_related("base", "version").first()
    if found is None:
        raise Http404(f"no draft {pk}")
    return found


def shell(request: Asked, one: Draft, tab: str, **more: Any) -> dict[str, Any]:
    """What every page of a draft needs."""
    scope = request.scope
    writing = one.state == Draft.State.WRITING
    return {
        "draft": one, "tab": tab, "checked": checked(one.text), "may_write": writing and scope.may(Right.SET_POLICY),
        "may_approve": one.state == Draft.State.PROPOSED and scope.may(Right.APPROVE_POLICY),
        "own_work": scope.name in one.writers, "said": drafts.comments(one).count(),
        "may_talk": any(scope.may(right) for right in TALK), **more,
    }  # fmt: skip


@may(Right.SEE_POLICY)
def draft(request: Asked, pk: int) -> HttpResponse:
    """What changes: against the version it was begun from, or the one in force; and who did what."""
    one = draft_of(request.scope, pk)
    base = one.base or standing(request.scope)
    more: dict[str, Any] = {"base": base, "entries": Entry.objects.filter(
        company=request.scope.company, what__in=("policy draft",), ref=f"draft:{one.pk}"
    )[:20]}  # fmt: skip
    if base is not None:
        more |= told(checked(base.text), checked(one.text), base.text, one.text)
    return render(request, "policy/draft.html", shell(request, one, "changes", **more))


@may(Right.SEE_POLICY)
def words(request: Asked, pk: int) -> HttpResponse:
    """The draft in words."""
    one = draft_of(request.scope, pk)
    policy = checked(one.text).policy
    return render(
        request,
        "policy/words.html",
        shell(request, one, "words", reading=Reading(policy) if policy else None),
    )


# --- matrix and bands -------------------------------------------------------------------------------------------------


@may(Right.SEE_POLICY)
def matrix(request: Asked, pk: int) -> HttpResponse:
    """Cells, bands and brakes as a form."""
    one = draft_of(request.scope, pk)
    form = matrix_form(one.text)
    rest = lay_errors(form.fields, checked(one.text)) if form else checked(one.text).wrong
    return render(request, "policy/matrix.html", shell(request, one, "matrix", form=form, rest=rest))


@may(Right.SET_POLICY)
def save_matrix(request: Asked, pk: int) -> HttpResponse:
    """What was typed goes into the text where it stands; mistakes come back at their fields."""
    one = draft_of(request.scope, pk)
    here = request.scope.url("policy:matrix", pk=pk)
    form = matrix_form(one.text) if request.method == "POST" else None
    if form is None:
        return HttpResponseRedirect(here)
    changes = edits(form.fields, getattr(document(one.text), "value", None), request.POST)
    try:
        fresh = edited(one.text, changes)
    except NotEditable:
        return _not_editable(request, one)
    found = checked(fresh)
    rest = lay_errors(form.fields, found)
    if any(each.wrong for each in form.fields):
        more = shell(request, one, "matrix", form=form, rest=rest, edition=request.POST.get("edition"))
        return render(request, "policy/matrix.html", more, status=422)
    return _saved(request, one, fresh, here)


# --- ladders ----------------------------------------------------------------------------------------------------------


@may(Right.SEE_POLICY)
def ladders(request: Asked, pk: int) -> HttpResponse:
    """The procedures, one of which is opened."""
    one = draft_of(request.scope, pk)
    known = names(getattr(document(one.text), "value", None), "procedures")
    if not known:
        return render(request, "policy/ladder.html", shell(request, one, "ladders", form=None, known=[]))
    return HttpResponseRedirect(request.scope.url("policy:ladder", pk=pk, procedure=known[0]))


@may(Right.SEE_POLICY)
def ladder(request: Asked, pk: int, procedure: str) -> HttpResponse:
    """One ladder as a form."""
    one = draft_of(request.scope, pk)
    form = ladder_form(one.text, procedure)
    rest = _lay(form, checked(one.text)) if form else []
    return render(request, "policy/ladder.html", _ladder(request, one, procedure, form, rest))


@may(Right.SET_POLICY)
def save_ladder(request: Asked, pk: int, procedure: str) -> HttpResponse:
    """Save a ladder, or do one of its small acts (a step more, less, up, down), which save nothing."""
    one = draft_of(request.scope, pk)
    here = request.scope.url("policy:ladder", pk=pk, procedure=procedure)
    form = ladder_form(one.text, procedure) if request.method == "POST" else None
    if form is None:
        return HttpResponseRedirect(here)
    changes, order = take(form, one.text, request.POST)
    small = request.POST.get("do", "save")
    edition = request.POST.get("edition")
    if small != "save":
        change_ladder(form, small)
        return render(
            request,
            "policy/ladder.html",
            _ladder(request, one, procedure, form, [], edition=edition, unsaved=True),
        )
    if not order:
        more = _ladder(request, one, procedure, form, [], edition=edition, nothing=True)
        return render(request, "policy/ladder.html", more, status=422)
    try:
        fresh = written(one.text, form, changes, order)
    except NotEditable:
        return _not_editable(request, one)
    place_errors(form)
    rest = _lay(form, checked(fresh))
    if any(each.wrong for each in form.fields) or any(row.wrong for row in form.rows):
        more = _ladder(request, one, procedure, form, rest, edition=edition, unsaved=True)
        return render(request, "policy/ladder.html", more, status=422)
    return _saved(request, one, fresh, here)


def _lay(form: Any, found: Checked) -> list[Any]:
    """Mistakes at their fields; those of a step as a whole at the step."""
    rest = []
    for wrong in lay_errors(form.fields, found):
        path = tuple(wrong.field.split("."))
        inside = (
            path[: len(form.path)] == form.path
            and len(path) > len(form.path)
            and path[len(form.path)].isdigit()
        )
        number = int(path[len(form.path)]) if inside else len(form.rows)
        if number < len(form.rows):
            form.rows[number].wrong.append(wrong)
        else:
            rest.append(wrong)
    return rest


def _ladder(request: Asked, one: Draft, procedure: str, form: Any, rest: Any, **more: Any) -> dict[str, Any]:
    whole = getattr(document(one.text), "value", None)
    known = names(whole, "procedures")
    if procedure not in known:
        raise Http404(f"no procedure {procedure!r}")
    return shell(request, one, "ladders", form=form, rest=rest, known=known, procedure=procedure, **more)


# --- text -------------------------------------------------------------------------------------------------------------


@may(Right.SEE_POLICY)
def text(request: Asked, pk: int) -> HttpResponse:
    """The text as it stands, with every mistake beside it."""
    one = draft_of(request.scope, pk)
    return render(request, "policy/text.html", shell(request, one, "text", typed=one.text))


@may(Right.SET_POLICY)
def save_text(request: Asked, pk: int) -> HttpResponse:
    """Keep the text, also one that has mistakes: it can be proposed once it has none."""
    one = draft_of(request.scope, pk)
    here = request.scope.url("policy:text", pk=pk)
    typed = request.POST.get("text", "") if request.method == "POST" else ""
    if not typed.strip():
        return HttpResponseRedirect(here)
    if len(typed.encode()) > LONGEST or "\0" in typed:
        messages.error(request, _("That is no text of a policy."))
        return HttpResponseRedirect(here)
    return _saved(request, one, typed if typed.endswith("\n") else f"{typed}\n", here)


# --- remarks ----------------------------------------------------------------------------------------------------------


@may(Right.SEE_POLICY)
def remarks(request: Asked, pk: int) -> HttpResponse:
    """What people say of it."""
    one = draft_of(request.scope, pk)
    return render(
        request, "policy/remarks.html", shell(request, one, "remarks", comments=drafts.comments(one))
    )


@may(*TALK)
def remark(request: Asked, pk: int) -> HttpResponse:
    """Say something."""
    one = draft_of(request.scope, pk)
    if request.method == "POST":
        try:
            drafts.say(one, request.POST.get("text", "")[:4000], by=request.scope.name, now=request.scope.now)
        except ReasonMissing:
            messages.error(request, _("A remark needs a text."))
    return HttpResponseRedirect(request.scope.url("policy:remarks", pk=pk))


# --- acts -------------------------------------------------------------------------------------------------------------


@may(Right.SET_POLICY, Right.APPROVE_POLICY)
def act(request: Asked, pk: int, act: str) -> HttpResponse:
    """Propose, approve, send back, give up: the form in the sheet; sent, it is done."""
    if act not in ACTS:
        raise Http404(f"no act {act!r}")
    kind, rights = ACTS[act]
    request.scope.need(*rights)
    one = draft_of(request.scope, pk)
    sent = request.method == "POST"
    form = kind(request.scope, one, request.POST if sent else None)
    if sent and form.is_valid():
        try:
            messages.success(request, form.do())
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = request.scope.url("policy:draft", pk=pk)
            return answer
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path}, status=422 if sent else 200
    )


# --- saving -----------------------------------------------------------------------------------------------------------


def _saved(request: Asked, one: Draft, fresh: str, here: str) -> HttpResponse:
    scope = request.scope
    said = request.POST.get("edition", "")
    try:
        drafts.write(
            one,
            by=scope.name,
            now=scope.now,
            text=fresh,
            edition=int(said) if said.isdecimal() else one.edition,
        )
    except drafts.OutOfDate:
        held = draft_of(scope, one.pk)
        more = shell(request, held, "text", typed=fresh, theirs=held.text, edition=held.edition)
        return render(request, "policy/text.html", more, status=409)
    except drafts.NotWriting:
        messages.error(request, _("This draft is not being written any more: nothing was saved."))
        return HttpResponseRedirect(scope.url("policy:draft", pk=one.pk))
    mistakes = len(checked(fresh.replace("\r\n", "\n")).errors)
    if mistakes:
        messages.warning(request, _("Saved. The text still has mistakes."))
    else:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(here)


def _not_editable(request: Asked, one: Draft) -> HttpResponse:
    messages.error(request, _("This place is written in a way that no form can change: change it as text."))
    return HttpResponseRedirect(request.scope.url("policy:text", pk=one.pk))
