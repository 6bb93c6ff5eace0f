"""Who asks: the token of a request, its company, what it may do and how often."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from creditdesk.desk.api import allowance, tokens
from creditdesk.desk.api.models import Token
from creditdesk.desk.api.problem import Problem, wrong_token


class Bearer(HttpBearer):
    """A token with a scope, in the header `Authorization: Bearer <token>`."""

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = str(scope)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The token's row.

        Raises:
            Problem: 401 for what is no token in force, 429 when it asks too often, 403 when it lacks the scope.
        """
        del request
        now = timezone.now()
        found = tokens.find(token.strip(), now)
        if found is None:
            raise wrong_token("This token is unknown, revoked or expired.")
        wait = allowance.take(found, now)
        if wait:
            raise Problem(
                "too_many_requests",
                f"The token has {found.per_minute} requests a minute; the next minute begins in {wait} s.",
                headers={"Retry-After": str(wait)},
            )
        tokens.used(found, now)
        if self.scope and self.scope not in found.scopes:
            raise Problem(
                "missing_scope",
                f"This needs the scope {self.scope!r}; the token has: {', '.join(found.scopes)}.",
            )
        return found


def asker(request: Any) -> Token:
    """The token of a request that was let in."""
    token: Token = request.auth
    return token
