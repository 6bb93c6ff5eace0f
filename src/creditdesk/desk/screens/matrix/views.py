"""The screen *Matrix*."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework import drafts
from creditdesk.desk.casework.policies import NoPolicy, in_force
from creditdesk.desk.day.profiling import mark_of
from creditdesk.desk.day.whatif import NeedsRun, NoDay, spread
from creditdesk.desk.screens import wording
from creditdesk.desk.screens.matrix.cuts import Cuts, cuts_of, measure
from creditdesk.desk.screens.matrix.difference import difference, only_of
from creditdesk.desk.screens.matrix.figures import MEASURES, portfolio
from creditdesk.desk.screens.matrix.flows import SINCE, flows
from creditdesk.desk.screens.matrix.listing import Held, Movers, held, moved
from creditdesk.policy.edit import NotEditable, edited


@may(Right.SEE_CUSTOMERS)
def now(request: Asked) -> HttpResponse:
    """The portfolio as it stands."""
    scope = request.scope
    by = request.GET.get("by", "")
    by = by if by in MEASURES else "exposure"
    words = wording.words(scope.company, scope.today)
    drawn = portfolio(scope, words.policy, by) if words else None
    return render(
        request,
        "matrix/now.html",
        {"tab": "now", "by": by, "drawn": drawn, "words": words, "policy": words and words.policy},
    )


@may(Right.SEE_CUSTOMERS)
def moves(request: Asked) -> HttpResponse:
    """Who moved since yesterday, last week, last month; or would, but for a brake."""
    scope = request.scope
    words = wording.words(scope.company, scope.today)
    mark = mark_of(scope.company)
    asked = request.GET.get("since", "")
    since = asked if asked in (*SINCE, "held") else "week"
    shown: dict[str, Any] = {"tab": "moves", "since": since, "words": words}
    if words is not None and mark is not None:
        if since == "held":
            shown["listing"] = Held(request, held(scope))
        else:
            shown["flows"] = flows(scope, words.policy, mark, since)
            start, end = request.GET.get("from", "")[:100], request.GET.get("to", "")[:100]
            shown |= {"from": start, "to": end}
            shown["listing"] = Movers(request, moved(scope, shown["flows"].since, start, end))
        file = shown["listing"].file()
        if file is not None:
            return file
    return render(request, "matrix/moves.html", shown)


@may(Right.SEE_POLICY)
def attempt(request: Asked) -> HttpResponse:
    """The cut points, with the customers along them, to be moved."""
    scope = request.scope
    cuts = _cuts(scope)
    shown: dict[str, Any] = {"tab": "try", "cuts": cuts}
    # laying many customers along takes seconds the first time: the page is there at once, and asks for them
    if cuts is not None and (request.htmx or request.GET.get("shown")):
        cuts.read(request.GET)
        shown |= {"laid": True, **_laid(scope, cuts)}
        if cuts.changed and not cuts.wrong and "why_not" not in shown:
            shown |= difference(scope, cuts.moved())
    return render(request, "matrix/try.html", shown)


@may(Right.SEE_POLICY)
def preview(request: Asked) -> HttpResponse:
    """Who would move with these cut points: the part of the page that follows the sliders."""
    cuts = _cuts(request.scope)
    shown: dict[str, Any] = {"cuts": cuts}
    if cuts is not None:
        cuts.read(request.GET)
        if not cuts.wrong:
            shown |= difference(request.scope, cuts.moved())
    return render(request, "matrix/preview.html", shown)


@may(Right.SET_POLICY)
def save(request: Asked) -> HttpResponse:
    """Keep the cut points as a draft of the policy; the policy in force stays what it is."""
    scope = request.scope
    back = scope.url("matrix:try")
    try:
        version = in_force(scope.company, scope.today)
    except NoPolicy:
        return HttpResponseRedirect(back)
    cuts = cuts_of(wording.policy_of(version))
    cuts.read(request.POST)
    if cuts.wrong or not cuts.changed:
        return render(
            request,
            "matrix/try.html",
            {"tab": "try", "cuts": cuts, "laid": True, **_laid(scope, cuts)},
            status=422,
        )
    title = request.POST.get("title", "").strip()[:100] or cuts.title
    try:
        text = edited(version.text, cuts.edits())
    except NotEditable:
        messages.error(
            request, _("This policy is written in a way that no form can change: change it as text.")
        )
        return HttpResponseRedirect(scope.url("policy:list"))
    draft = drafts.begin(scope.company, title=title, by=scope.name, now=scope.now, base=version)
    draft = drafts.write(draft, by=scope.name, now=scope.now, text=text)
    messages.success(request, _("Saved as a draft. The policy in force has not changed."))
    return HttpResponseRedirect(scope.url("policy:draft", pk=draft.pk))


def _cuts(scope: Scope) -> Cuts | None:
    words = wording.words(scope.company, scope.today)
    return cuts_of(words.policy) if words else None


def _laid(scope: Scope, cuts: Cuts) -> dict[str, Any]:
    """The customers along the cut points, or why there are none."""
    try:
        measure(cuts, spread(scope.company, scope.today, only_of(scope)))
    except NoDay:
        return {"why_not": "day"}
    except NeedsRun:
        return {"why_not": "run", "next": scope.today + timedelta(days=1)}
    return {}
