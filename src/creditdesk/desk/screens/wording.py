"""Decisions in words, by the policy that made them: the desk's door to the report's words."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from creditdesk.desk.casework.models import PolicyVersion
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.screens.formats import day, number, speaking
from creditdesk.policy.document import Policy
from creditdesk.policy.load import read_policy
from creditdesk.report.words import Words


def words(company: Company, on: date) -> Words | None:
    """Words of the policy in force on a day; None while there is none."""
    found = (
        PolicyVersion.objects.filter(company=company, approved_at__isnull=False, effective_on__lte=on)
        .order_by("-effective_on", "-approved_at", "-id")
        .values_list("pk", "digest")
        .first()
    )
    return None if found is None else Words(speaking(), _policy(*found))


def policy_of(version: PolicyVersion) -> Policy:
    """The policy of a version, read once per process."""
    return _policy(version.pk, version.digest)


@lru_cache(maxsize=32)
def _policy(pk: int, digest: str) -> Policy:
    """A policy, read once per process: reading one takes longer than a page may."""
    del digest  # an approved version never changes; a draft written anew has another
    return read_policy(PolicyVersion.objects.values_list("text", flat=True).get(pk=pk), "policy")


def content(row: Any) -> dict[str, Any]:
    """What the engine said of a decision or a step, with its days as days."""
    told: dict[str, Any] = json.loads(row.content)
    for name, value in told.items():
        if (
            isinstance(value, str)
            and name.endswith(("_on", "_until", "_since", "until"))
            and len(value) == 10
        ):
            told[name] = date.fromisoformat(value)
    return told


def habit(more: dict[str, Any]) -> str:
    """When a customer usually pays; empty without a habit."""
    kind, on = more.get("habit"), str(more.get("habit_day") or "")
    if not kind:
        return ""
    told = {
        "declared": _("pays on day %(day)s of the month, as it told us"),
        "month_day": _("pays around day %(day)s of the month"),
        "last_business_day": _("pays on the last working days of the month"),
        "nth_business_day": _("pays on working day %(day)s of the month"),
        "weekday": _("pays on one day of the week: %(day)s"),
        "lag": _("pays %(day)s days after the due day"),
    }.get(str(kind), "%(day)s")
    said = told % {"day": _weekday(on) if kind == "weekday" else on.removeprefix("+")}
    if more.get("habit_next"):
        said = _("%(habit)s; next on %(day)s") % {
            "habit": said, "day": day(date.fromisoformat(str(more["habit_next"])))
        }  # fmt: skip
    return said


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(name: str) -> str:
    if name not in _WEEKDAYS:
        return name
    return str(speaking().locale.days["stand-alone"]["wide"][_WEEKDAYS.index(name)])


def behaviour(more: dict[str, Any]) -> str:
    """How late a customer pays."""
    late = more.get("days_late_shrunken")
    if late is None or not more.get("behaviour_evidence"):
        return _("no experience yet")
    days = round(late)
    told = (
        _("%(n)s days early") % {"n": number(-days)}
        if days < 0
        else _("on the day")
        if not days
        else _("%(n)s days late") % {"n": number(days)}
    )
    return _("%(how)s on average, from %(n)s invoices in 12 months") % {
        "how": told, "n": number(more.get("behaviour_evidence"))
    }  # fmt: skip
