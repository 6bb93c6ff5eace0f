"""Days on which banks move money (the TARGET calendar), on whole arrays of days since 1970-01-01."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

import holidays
import numpy as np

if TYPE_CHECKING:
    from creditdesk.sample.columns import Ints

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


class BankDays:
    """The TARGET calendar over the years of a sample."""

    def __init__(self, first_year: int, last_year: int) -> None:
        closed = holidays.financial_holidays("XECB", years=range(first_year, last_year + 1))
        self._calendar = np.busdaycalendar(holidays=np.array(sorted(closed), dtype="datetime64[D]"))

    def on_or_after(self, days: Ints) -> Ints:
        """The same day if it is a bank day, else the next one."""
        return self._moved(days, 0, "forward")

    def on_or_before(self, days: Ints) -> Ints:
        """The same day if it is a bank day, else the one before."""
        return self._moved(days, 0, "backward")

    def after(self, days: Ints, steps: Ints | int) -> Ints:
        """The bank day `steps` bank days later, counted from the first bank day on or after."""
        return self._moved(days, steps, "forward")

    def is_open(self, days: Ints) -> np.ndarray:
        """True on bank days."""
        return np.is_busday(days.astype("datetime64[D]"), busdaycal=self._calendar)

    def _moved(self, days: Ints, steps: Ints | int, roll: Literal["forward", "backward"]) -> Ints:
        dates = days.astype("datetime64[D]")
        return np.busday_offset(dates, steps, roll=roll, busdaycal=self._calendar).astype(np.int64)


def weekday(days: Ints) -> Ints:
    """0 = Monday to 6 = Sunday."""
    return (days + 3) % 7


def month_of(days: Ints) -> Ints:
    """Months since January 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_of(months: Ints) -> Ints:
    """The first day of a month counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def last_of(months: Ints) -> Ints:
    """The last day of a month counted from January 1970."""
    return first_of(months + 1) - 1


def year_of(days: Ints) -> Ints:
    """The calendar year."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def on_weekday(days: Ints, wanted: Ints | int) -> Ints:
    """The first such weekday on or after each day."""
    return days + (wanted - weekday(days)) % 7
