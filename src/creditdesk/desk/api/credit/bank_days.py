"""The day from which lateness counts: the due day, or the next day on which banks settle (R0)."""

from __future__ import annotations

from datetime import date
from functools import cache

from creditdesk.facts.calendar import Calendar, Changes, calendar
from creditdesk.policy.document import Policy


def changes_of(policy: Policy, currency: str) -> Changes:
    """What the policy changes in the bank days of a currency."""
    change = policy.calendars.get(f"@{currency}")
    if change is None:
        return Changes()
    return Changes(frozenset(change.works_on), tuple(change.works_on_named), frozenset(change.closed_on))


def effective(due: date, currency: str, changes: Changes) -> date:
    """The effective due day."""
    return _year(currency, due.year, changes).next(due)


@cache
def _year(currency: str, year: int, changes: Changes) -> Calendar:
    """A year, and the month after it: no bank is closed for so long."""
    return calendar(f"@{currency}", date(year, 1, 1), date(min(year + 1, 9999), 1, 31), changes)
