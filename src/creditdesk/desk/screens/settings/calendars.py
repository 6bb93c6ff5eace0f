"""Calendars: whose holidays hold for whom, what the policy changes in them, which days are not worked next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from babel import Locale
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework import policies
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.standing.models import Account
from creditdesk.facts.calendar import place_of, public_days
from creditdesk.policy.load import read_policy

MOST = 12
"""Places that are shown: those with the most customers."""

AHEAD = timedelta(days=366)
NEXT = 3


@may(Right.SEE_SETTINGS)
def page(request: Asked) -> HttpResponse:
    """The company's own place first, then those of its customers, then the banks."""
    scope = request.scope
    ours = (
        FACTS["company"]
        .objects.filter(legal_entity=scope.company, replaced_by=None, company_id=scope.company.code)
        .first()
    )
    try:
        version = policies.in_force(scope.company, scope.today)
        changes: Mapping[str, Any] = read_policy(version.text, "policy").calendars
    except policies.NoPolicy:
        version, changes = None, {}
    home = place_of(ours.country, ours.subdivision, "") if ours else ""
    customers = dict(
        Account.objects.filter(company=scope.company)
        .exclude(country="")
        .order_by()
        .values_list("country")
        .annotate(count=Count("id"))
        .order_by("-count", "country")[:MOST]
    )
    until = scope.today + AHEAD
    language = (get_language() or "en").split("-")[0]
    countries = Locale.parse(language).territories
    rows = []
    for place in dict.fromkeys([*([home] if home else []), *customers]):
        days = public_days(place, scope.today, until, language)
        country, _dash, part = place.partition("-")
        rows.append(
            {
                "place": place, "name": countries.get(country, country) + (f" ({part})" if part else ""),
                "ours": place == home, "customers": customers.get(place, 0), "next": days[:NEXT], "count": len(days),
            }
        )  # fmt: skip
    shown = [
        {
            "place": place,
            "works_on": sorted(one.works_on),
            "named": one.works_on_named,
            "closed_on": sorted(one.closed_on),
        }
        for place, one in sorted(changes.items())
    ]
    banks = public_days("@EUR", scope.today, until, language)
    return render(
        request,
        "settings/calendars.html",
        {
            "here": "calendars", "rows": rows, "changes": shown, "version": version, "banks": banks[:NEXT],
            "ours": rows[0] if home else None, "all_ours": public_days(home, scope.today, until, language) if home else [],
        },
    )  # fmt: skip
