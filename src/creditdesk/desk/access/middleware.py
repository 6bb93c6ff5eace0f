"""What holds for every request: views that are declared, pages that nobody else's browser keeps, sign-in that ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers

from creditdesk.desk.access.declared import is_declared

Next = Callable[[Any], HttpResponse]


class Undeclared(RuntimeError):
    """A view does not say who may see it."""


class Declared:
    """Refuses a view that does not say who may see it: such a view is a mistake of ours, not of the person who asks."""

    def __init__(self, following: Next) -> None:
        self._next = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._next(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _parts: Any) -> None:
        """Called before a view. Raises Undeclared."""
        if not is_declared(view):
            raise Undeclared(
                f"{request.path}: the view does not say who may; the way out: @may, @signed_in or @public"
            )


class Fresh:
    """Keeps pages out of every cache, so that the back button shows what is true, and nobody reads after a sign-out.

    A part of a page that is asked for after the session has ended sends the whole page to sign in.
    """

    def __init__(self, following: Next) -> None:
        self._next = following

    def __call__(self, request: Any) -> HttpResponse:
        """Answer."""
        response = self._next(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        part = request.headers.get("HX-Request") == "true"
        if part and response.status_code in {301, 302} and not request.user.is_authenticated:
            sign_in = resolve_url(settings.LOGIN_URL)
            if response.headers["Location"].startswith(sign_in):
                response = HttpResponse(status=204)
                response["HX-Refresh"] = "true"
        return response
