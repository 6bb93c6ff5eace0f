"""What the trail calls what was changed, in the reader's language; facts go by the names of their tables."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from creditdesk.desk.screens.imports.words import TABLES

WHAT: dict[str, Any] = {
    "absence": _("Absence"),
    "bands": _("Who decides requests"),
    "company": _("Company"),
    "day": _("Day"),
    "erasure": _("Erasure of personal data"),
    "go_live": _("Going live"),
    "import": _("Import"),
    "mapping": _("Mapping"),
    "member": _("Member"),
    "message": _("Message"),
    "move": _("Move to another segment"),
    "policy": _("Policy"),
    "portfolio": _("Portfolio"),
    "quarantine": _("Rows in quarantine"),
    "request": _("Request"),
    "reservation": _("Reservation"),
    "schedule": _("Hour of the day"),
    "task": _("Task"),
    "token": _("Token"),
    "way_in": _("Link to sign in"),
    "webhook": _("Webhook"),
}


def named(what: str) -> str:
    """What was changed, in words; a code that has none as it stands."""
    return str(WHAT.get(what) or TABLES.get(what) or what.replace("_", " "))
