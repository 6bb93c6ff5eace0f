"""Requests in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creditdesk.desk.access.roles import Role
from creditdesk.desk.screens.formats import money
from creditdesk.desk.screens.names import ROLES

KINDS: dict[str, Any] = {
    "limit": gettext_lazy("Credit limit"), "terms": gettext_lazy("Payment term"),
    "release": gettext_lazy("Release of an order"), "plan": gettext_lazy("Payment plan"),
    "write_off": gettext_lazy("Write-off"),
}  # fmt: skip
STATES: dict[str, Any] = {
    "open": gettext_lazy("Waits for a decision"), "granted": gettext_lazy("Granted"),
    "refused": gettext_lazy("Refused"), "withdrawn": gettext_lazy("Withdrawn"), "expired": gettext_lazy("Expired"),
}  # fmt: skip
TINTS = {"open": "accent", "granted": "good", "refused": "bad", "withdrawn": "", "expired": "warn"}


def size(request: Any) -> str:
    """How much is asked: an amount, or the days of a term."""
    if request.kind == "terms":
        return ngettext("%(n)s day", "%(n)s days", request.amount) % {"n": request.amount}
    return money(request.amount, request.currency)


def wanted(request: Any) -> str:
    """What is asked: `Credit limit: €50,000`."""
    return _("%(what)s: %(size)s") % {"what": KINDS[request.kind], "size": size(request)}


def deciders(request: Any) -> str:
    """Who decides: `2 × Finance director`."""
    role = ROLES[Role(request.role)] if request.role in set(Role) else request.role
    return str(role) if request.persons == 1 else _("%(n)s × %(role)s") % {"n": request.persons, "role": role}
