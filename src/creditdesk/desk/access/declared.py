"""Every view says who may see it. One that does not is refused at once, and fails the build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, get_resolver

from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope, scope_of

View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")

OTHERS = {
    "allauth.": "signing in and out, passwords, second factors: each view of the library says itself who may",
    "django.contrib.admin.": "the admin: superusers alone, read-only",
    "django.contrib.auth.admin.": "the admin: superusers alone",
    "django.contrib.contenttypes.views.shortcut": "the admin: superusers alone",
    "django.views.i18n.": "the language of a page",
    "django.views.generic.base.RedirectView": "leads on to a view that says who may",
    "ninja.": "the API: tokens with scopes",
}
"""Views that are not ours, by module, and who may see them."""


class Asked(HttpRequest):
    """A request for a page of a company: what views get.

    Attributes:
        scope: who asks, in which company.
        htmx: true when htmx asks for a part of a page.
    """

    scope: Scope
    htmx: Any
    user: Any


def may(*rights: Right, own: bool = False) -> Callable[[View], View]:
    """Declare a view under `/c/<company>/`: members who hold one of the rights; 404 for others, 403 for other roles.

    A view under a right that only sees answers GET alone, so that who may only look can change nothing.

    Args:
        own: it changes only what a person keeps for oneself (a saved view), and may therefore take POST under any right.
    """

    def declare(view: View) -> View:
        reading = not own and all(right.name.startswith("SEE") for right in rights)

        @wraps(view)
        def allowed(request: Any, company: str, **parts: Any) -> HttpResponse:
            request.scope = scope_of(request.user, company)
            request.scope.need(*rights)
            if reading and request.method not in SAFE:
                return HttpResponseNotAllowed(SAFE)
            return view(request, **parts)

        allowed.declared = rights  # type: ignore[attr-defined]
        return allowed

    return declare


def signed_in(view: View) -> View:
    """Declare a view of no company: whoever is signed in."""
    view.declared = ("signed in",)  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Declare a view that anybody may see, without signing in."""
    open_view: Any = login_not_required(view)
    open_view.declared = ("anybody",)
    return open_view


def patterns(
    resolver: URLResolver | None = None, before: str = ""
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route of the desk, with its view."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route, one.callback
        else:
            yield from patterns(one, route)


def undeclared() -> list[str]:
    """Routes whose view does not say who may: there must be none."""
    return [
        f"{route} ({_where(view)})"
        for route, view in patterns()
        if not hasattr(view, "declared") and not _where(view).startswith(tuple(OTHERS))
    ]


def _where(view: Any) -> str:
    of = getattr(view, "view_class", view)
    return f"{of.__module__}.{getattr(of, '__qualname__', '')}"


def is_declared(view: Any) -> bool:
    """Whether a view says who may see it."""
    return hasattr(view, "declared") or _where(view).startswith(tuple(OTHERS))
