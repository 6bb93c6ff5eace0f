"""The screen *Policy*: what is in force, what is proposed, what was; and a version in words."""

from __future__ import annotations

import itertools
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Draft, Entry, PolicyVersion
from creditdesk.desk.casework.policies import NoPolicy, cases_of, in_force
from creditdesk.desk.screens import wording
from creditdesk.desk.screens.policy import changes
from creditdesk.desk.screens.policy.acts import Begin
from creditdesk.desk.screens.policy.checked import Checked, checked
from creditdesk.desk.screens.policy.reading import Reading

SHOWN = 50


@may(Right.SEE_POLICY)
def policies(request: Asked) -> HttpResponse:
    """What is in force, what comes, what is written, what was."""
    scope = request.scope
    now = standing(scope)
    versions = list(PolicyVersion.objects.filter(company=scope.company).defer("text", "cases")[:SHOWN])
    drafts = list(
        Draft.objects.filter(company=scope.company).select_related("base", "version").defer("cases")[:SHOWN]
    )
    approved = [one for one in versions if one.approved_at is not None]
    return render(
        request,
        "policy/list.html",
        {
            "now": now,
            "reading": Reading(wording.policy_of(now)) if now else None,
            "coming": [one for one in approved if one.effective_on > scope.today],
            "proposed": [one for one in drafts if one.state == Draft.State.PROPOSED],
            "waiting": [one for one in versions if one.approved_at is None and not _of_draft(one, drafts)],
            "drafts": [one for one in drafts if one.state == Draft.State.WRITING],
            "given_up": [one for one in drafts if one.state == Draft.State.DROPPED],
            "history": _spans(approved, scope),
        },
    )


def _of_draft(version: PolicyVersion, drafts: list[Draft]) -> bool:
    return any(one.version_id == version.pk for one in drafts)


def _spans(approved: list[PolicyVersion], scope: Scope) -> list[dict[str, Any]]:
    """The versions that were in force, newest first, with the first day on which each no longer was."""
    found: list[dict[str, Any]] = []
    until = None
    for one in approved:
        if found and one.effective_on == found[-1]["version"].effective_on:
            continue  # another version of the same day took its place before it ever decided
        found.append({"version": one, "until": until, "now": False, "coming": one.effective_on > scope.today})
        until = one.effective_on
    current = next((row for row in found if not row["coming"]), None)
    if current is not None:
        current["now"] = True
    for row, earlier in itertools.pairwise(found):
        row["earlier"] = earlier["version"].pk
    return found


def standing(scope: Scope) -> PolicyVersion | None:
    """The version in force today."""
    try:
        return in_force(scope.company, scope.today)
    except NoPolicy:
        return None


@may(Right.SET_POLICY)
def begin(request: Asked) -> HttpResponse:
    """Begin a draft: the form in the sheet; sent, the draft."""
    scope = request.scope
    sent = request.method == "POST"
    form = Begin(scope, None, request.POST if sent else None)
    if not sent and request.GET.get("from"):
        form.initial["base"] = request.GET["from"]
    if sent and form.is_valid():
        messages.success(request, form.do())
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = scope.url("policy:draft", pk=form.own.pk)
        return answer
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path}, status=422 if sent else 200
    )


@may(Right.SEE_POLICY)
def version(request: Asked, pk: int) -> HttpResponse:
    """One version: in words, as text, its cases, who wrote and approved it."""
    scope = request.scope
    found = PolicyVersion.objects.filter(company=scope.company, pk=pk).first()
    if found is None:
        raise Http404(f"no version {pk}")
    tab = request.GET.get("show", "words")
    tab = tab if tab in {"words", "text", "cases", "history"} else "words"
    return render(
        request,
        "policy/version.html",
        {
            "version": found, "tab": tab, "reading": Reading(wording.policy_of(found)),
            "text": found.text.splitlines(), "cases": cases_of(found.text, found.cases).splitlines() if tab == "cases" else [],
            "entries": Entry.objects.filter(company=scope.company, what="policy", ref=str(found))[:SHOWN],
            "draft": Draft.objects.filter(company=scope.company, version=found).first(),
            "earlier": PolicyVersion.objects.filter(
                company=scope.company, approved_at__isnull=False, effective_on__lt=found.effective_on
            ).first(),
        },
    )  # fmt: skip


@may(Right.SEE_POLICY)
def compare(request: Asked) -> HttpResponse:
    """Two texts side by side: versions (`v3`) and drafts (`d2`)."""
    scope = request.scope
    choices = _choices(scope)
    known = {key: text for key, _name, text in choices}
    one, two = (request.GET.get(name, "") for name in ("one", "two"))
    shown: dict[str, Any] = {"choices": choices, "one": one, "two": two}
    if one in known and two in known:
        before, after = checked(known[one]), checked(known[two])
        shown |= told(before, after, known[one], known[two])
    return render(request, "policy/compare.html", shown)


def told(before: Checked, after: Checked, one: str, other: str) -> dict[str, Any]:
    """What a template needs to tell what differs between two texts."""
    found: dict[str, Any] = {"lines": changes.lines(one, other), "compared": True}
    if before.policy is not None and after.policy is not None:
        found["parts"] = changes.parts(before.policy, after.policy)
    return found


def _choices(scope: Scope) -> list[tuple[str, Any, str]]:
    versions = PolicyVersion.objects.filter(company=scope.company)[:SHOWN]
    drafts = Draft.objects.filter(company=scope.company).exclude(state=Draft.State.DROPPED)[:SHOWN]
    return [
        *((f"v{one.pk}", one, one.text) for one in versions),
        *((f"d{one.pk}", one.title, one.text) for one in drafts if one.state != Draft.State.APPROVED),
    ]
