"""Pages of no company: where one begins, the language, and what is shown when something cannot be."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.i18n import set_language

from creditdesk.desk.access.declared import Asked, may, public, signed_in
from creditdesk.desk.access.roles import Right, Role
from creditdesk.desk.access.scope import companies_of
from creditdesk.desk.screens.registry import all_screens


@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """The first screen of the only company; a choice where there are several."""
    companies = list(companies_of(request.user))
    if len(companies) != 1:
        return render(request, "desk/companies.html", {"companies": companies})
    return redirect("company", company=companies[0].code)


@may(Right.MEMBER)
def company(request: Asked) -> HttpResponse:
    """Where this person's work is: the first screen of the menu that it may see in this company; of Sales, its own."""
    alone = request.scope.roles == {Role.SALES}
    for screen in sorted(all_screens(), key=lambda screen: alone and screen.name != "sales"):
        if screen.seen_by(request.scope):
            return redirect(request.scope.url(screen.address))
    raise PermissionDenied


language = public(set_language)


@public
def alive(_request: HttpRequest) -> HttpResponse:
    """Whether the desk answers: for whoever watches it."""
    return HttpResponse("alive", content_type="text/plain")


def stale_page(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of a page from before a sign-in, or from elsewhere, was sent: nothing is done, and the page is shown anew."""
    del reason
    if request.headers.get("HX-Request") == "true":
        messages.warning(
            request, _("This page was no longer fresh. Nothing was saved; here is how things stand now.")
        )
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return _told(request, 403, "stale")


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    del exception
    return _told(request, 400, "bad")


def refused(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403: a member whose role may not."""
    del exception
    return _told(request, 403, "refused")


def absent(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404: there is no such page, or it is none of this person's business."""
    del exception
    return _told(request, 404, "absent")


def broken(request: HttpRequest) -> HttpResponse:
    """500; 503 when the database is away."""
    import sys

    away = isinstance(sys.exc_info()[1], OperationalError)
    return _told(request, 503 if away else 500, "away" if away else "broken")


def _told(request: HttpRequest, status: int, what: str) -> HttpResponse:
    """A page that needs no database, since that may be what is missing."""
    from django.template.loader import render_to_string

    page = render_to_string(
        "desk/told.html", {"what": what, "status": status, "look": request.COOKIES.get("look", "")}
    )
    return HttpResponse(page, status=status)
