"""The screen *Customer*: one customer with everything about it, and every act in place."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework import attachments
from creditdesk.desk.casework.models import Message, Task
from creditdesk.desk.day.letters import letter_of
from creditdesk.desk.ledger.row_check import WrongRows
from creditdesk.desk.screens.customer.act import Act
from creditdesk.desk.screens.customer.acts import ACTS
from creditdesk.desk.screens.customer.attaching import ACCEPTED, MOST_MB
from creditdesk.desk.screens.customer.documents import documents
from creditdesk.desk.screens.customer.dossier import Dossier
from creditdesk.desk.screens.customer.merged import merged_into
from creditdesk.desk.screens.customer.past import past
from creditdesk.desk.screens.customer.running import end, running
from creditdesk.desk.screens.customer.timeline import GROUPS, timeline
from creditdesk.desk.standing.models import Account, Stale

MOST_MEMBERS = 15


@may(Right.SEE_CUSTOMERS)
def customer(request: Asked, customer: str) -> HttpResponse:
    """Everything about one customer."""
    scope = request.scope
    found = scope.accounts().filter(customer=customer).first()
    goes_on = "" if found else merged_into(scope, customer)
    if goes_on:
        messages.info(request, _("%(id)s was merged into this customer.") % {"id": customer})
        return HttpResponseRedirect(scope.url("customer:page", customer=goes_on))
    account = found or scope.account(customer)
    dossier = Dossier(scope, account)
    tasks = scope.of(Task).filter(customer=customer, state=Task.State.OPEN).order_by("-priority", "id")
    return render(
        request,
        "customer/page.html",
        {
            "account": account,
            "dossier": dossier,
            "acts": [(name, one) for name, one in ACTS.items() if scope.may(one.right) and name != "contact"],
            "tasks": tasks,
            "running": running(scope, customer, account.currency, dossier.known),
            "members": _members(request, account),
            "documents": documents(scope, customer),
            "attach": {"accept": ACCEPTED, "most": MOST_MB, "kinds": ", ".join(attachments.KINDS)},
            "groups": GROUPS,
            "stale": dossier.stale,
            "stale_url": scope.url("customer:stale", customer=customer),
        },
    )


def _members(request: Asked, account: Account) -> list[Account]:
    """The customer's group, itself included, where it has one: the largest exposures first."""
    if int(account.more.get("group_members") or 1) < 2:
        return []
    rows = request.scope.accounts().filter(group_id=account.group_id)
    return list(rows.order_by("-exposure", "id")[:MOST_MEMBERS])


@may(Right.SEE_CUSTOMERS)
def happened(request: Asked, customer: str) -> HttpResponse:
    """A part of the timeline."""
    account = request.scope.account(customer)
    group = request.GET.get("group", "")
    part = timeline(
        request.scope,
        customer,
        group=group if group in GROUPS else "",
        before=_day(request.GET.get("before")),
    )
    return render(
        request,
        "customer/timeline.html",
        {"account": account, "part": part, "group": group, "groups": GROUPS},
    )


@may(Right.SEE_CUSTOMERS)
def stale(request: Asked, customer: str) -> HttpResponse:
    """Whether the customer is still being decided anew; once it is not, the page loads itself again."""
    request.scope.account(customer)
    waiting = Stale.objects.filter(company=request.scope.company, customer=customer).first()
    if waiting is None:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "desk/stale.html", {"stale": waiting, "stale_url": request.path})


@may(Right.SEE_CUSTOMERS)
def then(request: Asked, customer: str) -> HttpResponse:
    """How the customer stood on a past day."""
    account = request.scope.account(customer)
    on = _day(request.GET.get("day"))
    if on is None or on > request.scope.today:
        messages.warning(request, _("Choose today or a day before."))
        return HttpResponseRedirect(request.scope.url("customer:page", customer=customer))
    dossier = Dossier(request.scope, account)
    found = past(request.scope, customer, on)
    told = {
        "account": account, "past": found, "dossier": dossier,
        "why": dossier.words.reasons(found.decision) if dossier.words and found.decision else "",
    }  # fmt: skip
    return render(request, "customer/then.html", told)


@may(Right.SEE_CUSTOMERS)
def message(request: Asked, customer: str, pk: int) -> HttpResponse:
    """A message as it went out."""
    account = request.scope.account(customer)
    found = get_object_or_404(request.scope.of(Message).filter(customer=customer), pk=pk)
    return render(request, "customer/message.html", {"account": account, "message": found})


@may(Right.SEE_CUSTOMERS)
def letter(request: Asked, customer: str, pk: int) -> HttpResponse:
    """What a person posts: as it would go today, or as it went; to be printed."""
    account = request.scope.account(customer)
    found = get_object_or_404(request.scope.of(Task).filter(customer=customer), pk=pk)
    written = letter_of(found, request.scope.today)
    if written is None:
        raise Http404(f"task {pk} writes no letter")
    return render(request, "customer/letter.html", {"account": account, "task": found, "letter": written})


@may(Right.WORK, Right.ASK, Right.DECIDE)
def act(request: Asked, customer: str, act: str) -> HttpResponse:
    """One act: its form in the sheet; sent, it is done, and the page shows how things stand then."""
    if act not in ACTS:
        raise Http404(f"no act {act!r}")
    kind = ACTS[act]
    request.scope.need(kind.right)
    account = request.scope.account(customer)
    form = kind(
        request.scope, account, request.POST if request.method == "POST" else None, _start(request, act)
    )
    if request.method == "POST" and form.is_valid():
        told = done(form, request)
        if told:
            messages.success(request, told)
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = request.scope.url("customer:page", customer=customer)
            return answer
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path},
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


def done(form: Act, request: Asked) -> str:
    """Do what a form says. Gives what is told; empty when the ledger refused a row, which the form then says."""
    try:
        return form.do(request.scope.desk())
    except WrongRows as wrong:
        form.add_error(None, str(wrong))
        return ""


def _start(request: Asked, act: str) -> dict[str, Any]:
    """What a form opens with, beside its own: the contact that is changed, the invoice that is meant."""
    if act == "contact" and request.GET.get("contact_id"):
        dossier = Dossier(request.scope, request.scope.account(request.resolver_match.kwargs["customer"]))
        for one in dossier.contacts:
            if one.contact_id == request.GET["contact_id"]:
                names = (
                    "contact_id",
                    "role",
                    "first_name",
                    "name",
                    "email",
                    "phone",
                    "mobile",
                    "language",
                    "is_primary",
                )
                return {name: getattr(one, name) for name in names}
    start: dict[str, Any] = {}
    for name in ("invoice_id", "kind"):
        if request.GET.get(name):
            start[name] = request.GET[name]
    if act == "ask" and request.GET.get("amount", "").isdecimal():
        start["amount"] = int(request.GET["amount"])
    return start


@require_POST
def _end_running(request: Asked, customer: str) -> HttpResponse:
    """End what runs: a promise, a pause, a plan, a file with others."""
    scope = request.scope
    scope.account(customer)
    told = end(scope, scope.desk(), customer, request.POST.get("table", ""), request.POST.get("key", ""))
    if told:
        messages.success(request, told)
    else:
        messages.warning(request, _("This does not run any more."))
    return HttpResponseRedirect(scope.url("customer:page", customer=customer))


end_running = may(Right.WORK)(_end_running)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
