"""What stands around every page: the menu of this person, the companies, the language, the look."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from creditdesk.desk import place
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope, companies_of
from creditdesk.desk.day.beating import workers
from creditdesk.desk.screens.registry import all_screens

LOOKS = ("light", "dark")
LOOK_COOKIE = "look"


def frame(request: Any) -> dict[str, Any]:
    """What every template may name."""
    scope: Scope | None = getattr(request, "scope", None)
    look = request.COOKIES.get(LOOK_COOKIE)
    found: dict[str, Any] = {
        "look": look if look in LOOKS else "",
        "languages": settings.LANGUAGES,
        "demo_day": place.standing_day(),
        "scope": scope,
    }
    if scope is not None:
        here = request.resolver_match.namespace if request.resolver_match else ""
        found["menu"] = [
            {"screen": one, "url": scope.url(one.address), "here": one.name == here}
            for one in all_screens()
            if one.seen_by(scope)
        ]
        found["companies"] = SimpleLazyObject(lambda: list(companies_of(request.user)))
        if scope.may(Right.MANAGE):  # a lone administrator would look for the mistake elsewhere
            found["no_worker"] = SimpleLazyObject(lambda: not workers(scope.now))
        found["right"] = {one.value: True for one in scope.rights}
    return found
