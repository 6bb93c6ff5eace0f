"""What the trail calls what was changed, in the reader's language; facts go by the names of their tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.roles import Role
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.formats import day, speaking
from creditdesk.desk.screens.imports.words import COLUMNS, TABLES
from creditdesk.desk.screens.names import ROLES
from creditdesk.desk.screens.requests.words import KINDS

WHAT: dict[str, Any] = {
    "absence": _("Absence"),
    "comment": _("Remark"),
    "attachment": _("Document"),
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
    "policy draft": _("Draft of a policy"),
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


FIELDS: dict[str, Any] = {
    "outcome": _("Outcome"), "step": _("Step"), "roles": _("Roles"), "person": _("Name in the facts"),
    "digest": _("Fingerprint"), "state": _("State"), "source": _("Source"), "counts": _("Rows"),
    "quarantined": _("In quarantine"), "valid_until": _("Holds until"), "customers": _("Customers"),
    "granted": _("Granted"), "by": _("Who"), "decided_on": _("Decided on"), "subject": _("About"), "ref": _("Which one"),
    "approval_id": _("Approval"), "address": _("Address"), "hour": _("Hour"), "on": _("On"), "text": _("Text"),
    "until_on": _("Until"), "from_on": _("From"), "due_on": _("Due on"), "new": _("New"), "replaced": _("Replaced"),
    "same": _("Known already"), "tag": _("Kind"),
    "about": _("What it is"), "size": _("Bytes"),
}  # fmt: skip
"""Fields of entries, beside those that imports name."""


STATES: dict[str, Any] = {
    "writing": _("being written"), "proposed": _("proposed"), "approved": _("approved"), "dropped": _("given up"),
}  # fmt: skip
"""Where the draft of a policy stands."""

DAY = re.compile(r"[12]\d{3}-\d\d-\d\d")
"""Days are kept as texts."""


def named(what: str) -> str:
    """What was changed, in words; a code that has none as it stands."""
    first, _blank, rest = what.partition(" ")
    if what not in WHAT and first == "request" and rest in KINDS:
        return f"{WHAT[first]}: {KINDS[rest]}"
    return str(WHAT.get(what) or TABLES.get(what) or WHAT.get(first) or what.replace("_", " "))


def field(name: str) -> str:
    """What a field of an entry is called; one without a name as it stands."""
    return str(FIELDS.get(name) or COLUMNS.get(name) or name.replace("_", " "))


def told(name: str, value: Any) -> str:  # noqa: PLR0911  one line per kind of value
    """A value of a field as a person reads it: codes by their names, texts as they are, lists with commas."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(_t("yes") if value else _t("no"))
    if isinstance(value, Mapping):
        parts = (f"{_inner(one)} {told(str(one), inside)}" for one, inside in value.items() if inside != 0)
        return ", ".join(parts) or "–"
    if isinstance(value, list):
        return ", ".join(told(name, one) for one in value) or "–"
    text = str(value)
    if name == "outcome":
        return codes.outcome(text)
    if name == "step":
        return speaking().named("step", text)
    if name == "state":
        return str(STATES.get(text, text))
    if name == "roles" and text in set(Role):
        return str(ROLES[Role(text)])
    return _day(text) if DAY.fullmatch(text) else text


def _day(text: str) -> str:
    """A day that is kept as text; a text that only looks like one as it stands."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def _inner(name: str) -> str:
    """What stands inside a value: a table with its counts, or another field."""
    found = str(TABLES.get(name) or field(name))
    return found if speaking().code == "de" and name in TABLES else found[:1].lower() + found[1:]
