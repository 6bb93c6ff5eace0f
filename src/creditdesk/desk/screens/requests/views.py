"""The screen *Requests*."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework import requests as casework
from creditdesk.desk.casework import talk
from creditdesk.desk.casework.models import Comment, Request
from creditdesk.desk.ledger.row_check import WrongRows
from creditdesk.desk.screens.customer.dossier import Dossier
from creditdesk.desk.screens.customer.running import running
from creditdesk.desk.screens.requests import words
from creditdesk.desk.screens.requests.effects import Effect, as_seen, effects, lines, seen
from creditdesk.desk.screens.requests.listing import Requests, as_decider, requests_of, to_decide
from creditdesk.desk.screens.views import keep_view
from creditdesk.desk.standing.models import Account
from creditdesk.desk.standing.search import found, words_of

MOST_FOUND = 8


@may(Right.SEE_REQUESTS)
def requests(request: Asked) -> HttpResponse:
    """The list, or all of it as a file."""
    listing = Requests(request, requests_of(request.scope))
    return listing.file() or render(request, "requests/list.html", {"listing": listing})


@may(Right.SEE_REQUESTS, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view."""
    return keep_view(request, Requests.name, request.scope.url("requests:list"))


@may(Right.ASK)
def new(request: Asked) -> HttpResponse:
    """For whom: customers as somebody types; whoever is chosen opens the form of the request."""
    typed = request.GET.get("q", "").strip()[:100]
    rows = request.scope.accounts()
    chosen = list(found(rows, typed).order_by("name", "id")[:MOST_FOUND]) if words_of(typed) else []
    part = "requests/chosen.html" if "q" in request.GET else "requests/new.html"
    return render(request, part, {"chosen": chosen, "typed": typed})


@may(Right.SEE_REQUESTS)
def request_page(request: Asked, pk: int) -> HttpResponse:
    """One request: what it would change, who has said what, and the form of whoever decides."""
    scope = request.scope
    asked = get_object_or_404(requests_of(scope), pk=pk)
    account = scope.accounts().filter(customer=asked.customer).first()
    dossier = Dossier(scope, account) if account else None
    told: dict[str, Any] = {
        "asked": asked,
        "wanted": words.wanted(asked),
        "deciders": words.deciders(asked),
        "state": words.STATES[asked.state],
        "tint": words.TINTS[asked.state],
        "account": account,
        "dossier": dossier,
        "lines": lines(_effects(scope, asked, account, dossier), account.currency if account else asked.currency),
        "instalments": asked.wanted.get("more", {}).get("instalment", []),
        "votes": list(asked.votes.all()),
        "history": history(asked),
        "why_not": _why_not(scope, asked),
        "may_withdraw": asked.state == Request.State.OPEN and asked.asked_by == scope.name and scope.may(Right.ASK),
        "may_say": scope.may(Right.ASK) or scope.may(Right.DECIDE),
        "following": to_decide(scope, scope.of(Request)).exclude(pk=pk).order_by("expires_on", "pk").first(),
    }  # fmt: skip
    if account is not None:
        told["running"] = [
            one
            for one in running(scope, account.customer, account.currency)
            if (one.table, one.key) != ("request", str(pk))
        ]
        told["stale"] = dossier.stale if dossier else None
        told["stale_url"] = scope.url("customer:stale", customer=account.customer)
    return render(request, "requests/page.html", told)


def _effects(scope: Scope, asked: Request, account: Account | None, dossier: Dossier | None) -> list[Effect]:
    """What a yes would change; of a request that was decided, what its deciders were shown."""
    if asked.state == Request.State.OPEN and account is not None and dossier is not None:
        return effects(scope, asked, account, dossier.decision)
    last = asked.votes.last()
    return as_seen(last.seen) if last is not None else []


def _why_not(scope: Scope, asked: Request) -> str:
    """Why this person does not decide; empty for one who may."""
    if asked.state != Request.State.OPEN:
        return str(words.STATES[asked.state])
    if asked.expires_on is not None and asked.expires_on < scope.today:
        return _("Its time is over: it has to be asked for again.")
    if asked.asked_by == scope.name:
        return _("You asked for it: somebody else decides.")
    if not scope.may(Right.DECIDE) or asked.role not in as_decider(scope):
        return _("It is decided by: %(who)s.") % {"who": words.deciders(asked)}
    if asked.votes.filter(by=scope.name).exists():
        return _("You have said yes: another person decides too.")
    return ""


@dataclass(frozen=True)
class Happened:
    """One thing that happened with a request."""

    at: datetime
    icon: str
    title: str
    detail: str = ""
    by: str = ""


def history(asked: Request) -> list[Happened]:
    """All that happened with a request, latest first."""
    found_events = [Happened(asked.asked_at, "send", _("Asked for"), asked.reason, asked.asked_by)]
    for one in asked.votes.all():
        title = _("Said yes") if one.granted else _("Said no")
        found_events.append(Happened(one.at, "check" if one.granted else "x", title, one.reason, one.by))
    rows = Comment.objects.filter(company=asked.company, subject=Comment.Subject.REQUEST, ref=str(asked.pk))
    found_events += [Happened(one.at, "message-square", one.text, "", one.by) for one in rows]
    if asked.state in {Request.State.WITHDRAWN, Request.State.EXPIRED} and asked.decided_at:
        found_events.append(Happened(asked.decided_at, "circle-x", str(words.STATES[asked.state])))
    return sorted(found_events, key=lambda one: one.at, reverse=True)


@require_POST
def _vote(request: Asked, pk: int) -> HttpResponse:
    """Yes or no, with a reason; what the person was shown is kept with it."""
    scope = request.scope
    asked = get_object_or_404(scope.of(Request), pk=pk)
    granted, why = request.POST.get("granted"), request.POST.get("why", "").strip()[:1000]
    back = HttpResponseRedirect(scope.url("requests:page", pk=pk))
    if granted not in {"yes", "no"}:
        return back
    if not why:
        messages.error(request, _("A reason is needed."))
        return back
    account = scope.accounts().filter(customer=asked.customer).first()
    shown = _effects(scope, asked, account, Dossier(scope, account) if account else None)
    try:
        scope.desk().vote(asked, granted == "yes", as_decider(scope), why, seen(shown))
    except casework.NotAllowed:
        asked.refresh_from_db()
        told = _why_not(scope, asked) or _("Somebody else was first.")
        messages.warning(request, _("%(why)s Nothing was recorded.") % {"why": _sentence(told)})
        return back
    except WrongRows as wrong:
        messages.error(request, _("This can no longer be written: %(wrong)s") % {"wrong": wrong})
        return back
    asked.refresh_from_db()
    done = {
        Request.State.GRANTED: _("Granted. The customer is being decided anew."),
        Request.State.REFUSED: _("Refused."),
    }
    messages.success(request, done.get(asked.state, _("Said yes; another person decides too.")))
    return back


vote = may(Right.DECIDE)(_vote)


@require_POST
def _withdraw(request: Asked, pk: int) -> HttpResponse:
    """Who asked asks no more."""
    scope = request.scope
    asked = get_object_or_404(scope.of(Request), pk=pk)
    why = request.POST.get("why", "").strip()[:300]
    try:
        casework.withdraw(asked, by=scope.name, why=why, on=scope.today, now=scope.now)
    except casework.NotAllowed:
        messages.warning(request, _("It was decided already, or another person asked for it."))
    else:
        messages.success(request, _("Withdrawn."))
    return HttpResponseRedirect(scope.url("requests:page", pk=pk))


withdraw = may(Right.ASK)(_withdraw)


@require_POST
def _say(request: Asked, pk: int) -> HttpResponse:
    """A remark."""
    scope = request.scope
    asked = get_object_or_404(scope.of(Request), pk=pk)
    text = request.POST.get("text", "").strip()[:4000]
    if text:
        talk.comment(
            scope.company, Comment.Subject.REQUEST, str(pk), asked.customer, text, by=scope.name, now=scope.now
        )  # fmt: skip
        messages.success(request, _("Noted."))
    else:
        messages.warning(request, _("Nothing was written."))
    return HttpResponseRedirect(scope.url("requests:page", pk=pk))


say = may(Right.ASK, Right.DECIDE)(_say)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
