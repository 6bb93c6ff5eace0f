"""The moment, and the date where a company is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from creditdesk.desk import place
from creditdesk.desk.casework.models import Schedule
from creditdesk.desk.ledger.models import Company


def moment() -> datetime:
    """Now; on a desk whose day stands still (the demo), this time of that day."""
    now = timezone.localtime()
    still = place.standing_day()
    return now if still is None else datetime.combine(still, now.timetz())


def today_of(company: Company, now: datetime) -> date:
    """The date where the company is."""
    return now.astimezone(zone_of(company)).date()


def zone_of(company: Company) -> ZoneInfo:
    """The company's time zone: its schedule's, else the installation's."""
    try:
        return ZoneInfo(company.schedule.time_zone)
    except Schedule.DoesNotExist:
        return ZoneInfo(timezone.get_default_timezone_name())
