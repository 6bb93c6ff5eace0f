"""Who decides a request of which amount: a company's own bands, or those that hold where it has set none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Band
from creditdesk.desk.ledger.models import Company

USUAL = (
    Band(kind="limit", up_to=2_500_000, role="credit_manager", persons=1),
    Band(kind="limit", up_to=None, role="finance_director", persons=2),
    Band(kind="terms", up_to=None, role="credit_manager", persons=1),
    Band(kind="release", up_to=1_000_000, role="credit_manager", persons=1),
    Band(kind="release", up_to=None, role="finance_director", persons=1),
    Band(kind="plan", up_to=None, role="credit_manager", persons=1),
    Band(kind="write_off", up_to=50_000, role="credit_manager", persons=1),
    Band(kind="write_off", up_to=None, role="finance_director", persons=2),
)
"""Bands of a company that has set none of its own; amounts in minor units."""


class NoOrder(ValueError):
    """The amounts do not rise, or no band takes what is above them all."""


def bands_of(company: Company, kind: str) -> list[Band]:
    """The bands of a kind of request, the smallest amount first."""
    own = [*Band.objects.filter(company=company, kind=kind)] or [
        *Band.objects.filter(company=None, kind=kind)
    ]
    found = own or [band for band in USUAL if band.kind == kind]
    return sorted(found, key=lambda band: (band.up_to is None, band.up_to or 0))


def set_bands(
    company: Company,
    kind: str,
    bands: Sequence[tuple[int | None, str, int]],
    *,
    by: str,
    now: datetime,
    why: str,
) -> bool:
    """Set a company's bands of a kind: amount up to which it holds, role, persons. Gives whether anything changed.

    Requests that wait keep the band they were asked under.

    Raises:
        NoOrder: the amounts do not rise, or the last band has one.
    """
    limits = [limit for limit, _role, _persons in bands]
    steps = [one for one in limits[:-1] if one is not None]
    if not bands or limits[-1] is not None or len(steps) + 1 != len(limits) or steps != sorted(set(steps)):
        raise NoOrder(f"found {limits}; allowed: rising amounts, and a last band without one")
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=company.pk)
        was = told(bands_of(company, kind))
        fresh = [
            Band(company=company, kind=kind, up_to=limit, role=role, persons=persons)
            for limit, role, persons in bands
        ]
        if told(fresh) == was:
            return False
        Band.objects.filter(company=company, kind=kind).delete()
        Band.objects.bulk_create(fresh)
        note(
            company,
            by=by,
            at=now,
            what="bands",
            ref=kind,
            was={"bands": was},
            became={"bands": told(fresh)},
            why=why,
        )
    return True


def told(bands: Sequence[Band]) -> list[dict[str, Any]]:
    """Bands as data, for the audit trail."""
    return [{"up_to": one.up_to, "role": one.role, "persons": one.persons} for one in bands]
