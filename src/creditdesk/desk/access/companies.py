"""Changes a company and its day, and makes a new company, each with its entry in the audit trail."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Schedule
from creditdesk.desk.ledger.models import Company


def change(company: Company, *, name: str, sender: str, by: str, now: datetime, why: str) -> bool:
    """Name and sender. Gives whether anything changed."""
    return _changed(company, {"name": name, "sender": sender}, company, "company", by, now, why)


def set_day(
    company: Company, *, hour: int, time_zone: str, on: bool, by: str, now: datetime, why: str
) -> bool:
    """When the company's day begins, and whether it does by itself. Gives whether anything changed.

    Args:
        hour: 0 to 23, of the company's own place.
        time_zone: a name of the IANA database.
    """
    with transaction.atomic():
        schedule, new = Schedule.objects.get_or_create(
            company=company, defaults={"hour": hour, "time_zone": time_zone, "on": on}
        )
        wanted = {"hour": hour, "time_zone": time_zone, "on": on}
        if new:
            note(company, by=by, at=now, what="schedule", ref=company.code, became=wanted, why=why)
            return True
        return _changed(schedule, wanted, company, "schedule", by, now, why)


def found(code: str, name: str, sender: str, *, by: str, now: datetime, why: str) -> Company:
    """Make a company. Raises IntegrityError where the code is taken."""
    with transaction.atomic():
        company = Company.objects.create(code=code, name=name, sender=sender)
        note(
            company, by=by, at=now, what="company", ref=code, became={"name": name, "sender": sender}, why=why
        )
    return company


def _changed(
    row: Company | Schedule,
    wanted: dict[str, object],
    company: Company,
    what: str,
    by: str,
    now: datetime,
    why: str,
) -> bool:
    was = {field: getattr(row, field) for field, value in wanted.items() if getattr(row, field) != value}
    if not was:
        return False
    with transaction.atomic():
        for field in was:
            setattr(row, field, wanted[field])
        row.save(update_fields=list(was))
        note(
            company, by=by, at=now, what=what, ref=company.code, was=was, became={field: wanted[field] for field in was},
            why=why,
        )  # fmt: skip
    return True
