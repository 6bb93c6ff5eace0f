"""What the screen calls scopes, events, states, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SCOPES: dict[str, Any] = {
    "facts:write": _("Push facts"),
    "customers:read": _("Read customers"),
    "decisions:read": _("Read decisions"),
    "actions:read": _("Read steps that are due or held"),
    "outcomes:read": _("Read what was done"),
    "outcomes:write": _("Say what was done"),
    "credit_check": _("Ask for credit, reserve it and release it"),
    "webhooks": _("Subscribe to events"),
}

EVENTS: dict[str, Any] = {
    "segment.moved": _("A customer moved to another segment"),
    "risk.changed": _("A risk class changed"),
    "action.due": _("A step is due"),
    "order_block.changed": _("A stop on orders changed"),
}

TOKEN_STATES: dict[str, Any] = {
    "active": _("in force"),
    "revoked": _("revoked"),
    "expired": _("expired"),
}

RUN_KINDS: dict[str, Any] = {
    "day": _("Day"),
    "catch_up": _("Missed day"),
    "past": _("Past day"),
}

RUN_STATES: dict[str, Any] = {
    "running": _("under way"),
    "done": _("done"),
    "failed": _("failed"),
}
