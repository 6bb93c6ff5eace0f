"""The screen *Disputes*."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework import talk
from creditdesk.desk.casework.models import Comment
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.row_check import WrongRows
from creditdesk.desk.screens.customer.dossier import contacts
from creditdesk.desk.screens.disputes.acts import ACTS, CaseAct
from creditdesk.desk.screens.disputes.cases import case_of, cases
from creditdesk.desk.screens.disputes.listing import Disputes
from creditdesk.desk.screens.views import keep_view


@may(Right.SEE_DISPUTES)
def disputes(request: Asked) -> HttpResponse:
    """The list, or all of it as a file."""
    listing = Disputes(request, cases(request.scope))
    return listing.file() or render(request, "disputes/list.html", {"listing": listing})


@may(Right.SEE_DISPUTES, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view."""
    return keep_view(request, Disputes.name, request.scope.url("disputes:list"))


@may(Right.SEE_DISPUTES)
def dispute(request: Asked, dispute: str) -> HttpResponse:
    """One dispute, with what is needed to settle it and nothing else of the customer."""
    scope = request.scope
    case = case_of(scope, dispute)
    return render(
        request,
        "disputes/page.html",
        {
            "case": case,
            "row": case.row,
            "acts": [(name, one) for name, one in ACTS.items() if case.mine and one.on_open == case.is_open],
            "dossier": {"contacts": contacts(scope, case.row.customer_id, scope.today)},
            "history": case.history(),
            "others": case.others(),
            "may_say": scope.may(Right.HANDLE_DISPUTES) or scope.may(Right.SELL),
        },
    )


@may(Right.HANDLE_DISPUTES, Right.SELL)
def say(request: Asked, dispute: str) -> HttpResponse:
    """A remark."""
    scope = request.scope
    case = case_of(scope, dispute)
    text = request.POST.get("text", "").strip()[:4000]
    if request.method == "POST" and text:
        talk.comment(
            scope.company, Comment.Subject.DISPUTE, dispute, case.row.customer_id, text, by=scope.name, now=scope.now
        )  # fmt: skip
        messages.success(request, _("Noted."))
    elif request.method == "POST":
        messages.warning(request, _("Nothing was written."))
    return HttpResponseRedirect(scope.url("disputes:page", dispute=dispute))


@may(Right.HANDLE_DISPUTES, Right.SELL)
def act(request: Asked, dispute: str, act: str) -> HttpResponse:
    """One act: its form in the sheet; sent, it is done."""
    if act not in ACTS:
        raise Http404(f"no act {act!r}")
    scope, kind = request.scope, ACTS[act]
    case = case_of(scope, dispute)
    if not case.mine:
        raise PermissionDenied
    sent = request.method == "POST"
    form = kind(scope, case, request.POST if sent else None)
    if kind.on_open != case.is_open:
        return _too_late(request, dispute)
    if sent and form.is_valid():
        try:
            told = _done(request, form, dispute)
        except WrongRows as wrong:
            form.add_error(None, str(wrong))
        else:
            if told is None:
                return _too_late(request, dispute)
            messages.success(request, told)
            return _to_page(request, dispute)
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path}, status=422 if sent else 200
    )


def _done(request: Asked, form: CaseAct, dispute: str) -> str | None:
    """Do it, one person after the other; None when somebody else has settled it, or opened it again, meanwhile."""
    scope = request.scope
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=scope.company.pk)
        if case_of(scope, dispute).is_open != form.on_open:
            return None
        return form.do(scope.desk())


def _too_late(request: Asked, dispute: str) -> HttpResponse:
    messages.warning(
        request, _("Somebody else was first: here is how the dispute stands now. Nothing was recorded.")
    )
    return _to_page(request, dispute)


def _to_page(request: Asked, dispute: str) -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = request.scope.url("disputes:page", dispute=dispute)
    return answer
