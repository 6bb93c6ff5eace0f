"""The pages of a draft on which it is tried: who would move today, its own cases, the last months."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework import drafts
from creditdesk.desk.casework.models import Draft, Trial
from creditdesk.desk.day import trials
from creditdesk.desk.day.profiling import mark_of
from creditdesk.desk.screens.matrix.difference import difference
from creditdesk.desk.screens.policy import outcome
from creditdesk.desk.screens.policy.checked import checked, told
from creditdesk.desk.screens.policy.drafting import LONGEST, draft_of, shell
from creditdesk.desk.screens.policy.views import standing
from creditdesk.policy.cases import parse_cases
from creditdesk.policy.error import PolicyErrors

MONTHS = (12, 6, 3, 1)


@may(Right.SEE_POLICY)
def moves(request: Asked, pk: int) -> HttpResponse:
    """Who would move today: a part of the page that is asked for by itself, since it may take seconds."""
    one = draft_of(request.scope, pk)
    policy = checked(one.text).policy
    shown = difference(request.scope, policy) if policy is not None else {}
    return render(request, "policy/moves.html", {"draft": one, **shown})


# --- its own cases ----------------------------------------------------------------------------------------------------


@may(Right.SEE_POLICY)
def cases(request: Asked, pk: int) -> HttpResponse:
    """Its cases as text, and how they came out last."""
    one = draft_of(request.scope, pk)
    return render(request, "policy/cases.html", _cases(request, one))


def _cases(request: Asked, one: Draft, **more: Any) -> dict[str, Any]:
    wrong = []
    try:
        parse_cases(one.cases, "cases")
    except PolicyErrors as errors:
        wrong = [told(error) for error in errors.errors]
    last = one.trials.filter(kind=Trial.Kind.CASES).first()
    return shell(request, one, "cases", **{"typed": one.cases, "wrong": wrong, **_shown(one, last), **more})


@may(Right.SET_POLICY)
def save_cases(request: Asked, pk: int) -> HttpResponse:
    """Keep the cases."""
    one = draft_of(request.scope, pk)
    here = request.scope.url("policy:cases", pk=pk)
    typed = request.POST.get("cases", "") if request.method == "POST" else one.cases
    if len(typed.encode()) > LONGEST or "\0" in typed:
        messages.error(request, _("That is no text of cases."))
        return HttpResponseRedirect(here)
    said = request.POST.get("edition", "")
    try:
        drafts.write(
            one, by=request.scope.name, now=request.scope.now, cases=typed,
            edition=int(said) if said.isdecimal() else one.edition,
        )  # fmt: skip
    except drafts.OutOfDate:
        held = draft_of(request.scope, pk)
        more = _cases(request, held, typed=typed, theirs=held.changed_by)
        return render(request, "policy/cases.html", more, status=409)
    except drafts.NotWriting:
        messages.error(request, _("This draft is not being written any more: nothing was saved."))
    else:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(here)


@may(Right.SET_POLICY)
def run_cases(request: Asked, pk: int) -> HttpResponse:
    """Have the worker run them."""
    one = draft_of(request.scope, pk)
    if request.method == "POST":
        trials.ask_cases(request.scope.company, one, by=request.scope.name, now=request.scope.now)
    return HttpResponseRedirect(request.scope.url("policy:cases", pk=pk))


# --- the past ---------------------------------------------------------------------------------------------------------


@may(Right.SEE_POLICY)
def replay(request: Asked, pk: int) -> HttpResponse:
    """What it would have done in the last months, against the policy in force."""
    one = draft_of(request.scope, pk)
    last = one.trials.filter(kind=Trial.Kind.REPLAY).first()
    earlier = one.trials.filter(kind=Trial.Kind.REPLAY, state=Trial.State.DONE).exclude(
        pk=last.pk if last else None
    )
    return render(
        request,
        "policy/replay.html",
        shell(request, one, "replay", months=MONTHS, earlier=earlier[:5], **_shown(one, last)),
    )


@may(Right.SET_POLICY)
def run_replay(request: Asked, pk: int) -> HttpResponse:
    """Have the worker replay it."""
    scope = request.scope
    one = draft_of(scope, pk)
    here = HttpResponseRedirect(scope.url("policy:replay", pk=pk))
    if request.method != "POST":
        return here
    if checked(one.text).policy is None:
        messages.error(request, _("The text has mistakes: mend them first."))
        return here
    said = request.POST.get("months", "")
    months = int(said) if said.isdecimal() and int(said) in MONTHS else MONTHS[0]
    mark = mark_of(scope.company)
    first, last = trials.span(scope.company, mark.as_of if mark else scope.today, months)
    trials.ask_replay(scope.company, one, standing(scope), first, last, by=scope.name, now=scope.now)
    return here


@may(Right.SEE_POLICY)
def trial(request: Asked, pk: int) -> HttpResponse:
    """How far a trial is: the part that asks again until there is nothing more to come."""
    found = _trial(request, pk)
    one = draft_of(request.scope, found.draft_id) if found.draft_id else None
    more = {"draft": one, "again": True, "checked": checked(one.text) if one else None}
    return render(request, "policy/trial.html", {**more, **_shown(one, found)})


@may(Right.SET_POLICY)
def stop(request: Asked, pk: int) -> HttpResponse:
    """It is no longer wanted."""
    found = _trial(request, pk)
    if request.method == "POST":
        trials.stop_trial(found, request.scope.now)
    where = "cases" if found.kind == Trial.Kind.CASES else "replay"
    return HttpResponseRedirect(request.scope.url(f"policy:{where}", pk=found.draft_id))


def _trial(request: Asked, pk: int) -> Trial:
    found = (
        Trial.objects.filter(company=request.scope.company, pk=pk, draft__isnull=False)
        .select_related("draft")
        .first()
    )
    if found is None:
        raise Http404(f"no trial {pk}")
    return found


def _shown(one: Draft | None, found: Trial | None) -> dict[str, Any]:
    """What the parts about a trial need."""
    if found is None or one is None:
        return {"trial": None}
    same = found.text == one.text and (found.kind != Trial.Kind.CASES or found.cases == one.cases)
    shown: dict[str, Any] = {"trial": found, "of_earlier_text": not same, "mistakes": outcome.mistakes(found)}
    if found.state == Trial.State.DONE and found.kind == Trial.Kind.CASES:
        shown["passed"], shown["of"] = outcome.passed(found)
        shown["case_results"] = sorted(found.result["cases"], key=lambda case: case["passed"])
    elif found.state == Trial.State.DONE:
        shown |= {
            "heads": found.result["policies"],
            "whole": outcome.whole(found),
            "channels": outcome.channels(found),
            "holds": outcome.holds(found),
            "segments": outcome.segments(found),
        }
        shown["flows"], shown["flows_alike"] = outcome.flows(found)  # fmt: skip
    return shown
