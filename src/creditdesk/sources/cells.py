"""What a cell of a foreign file says: dates, numbers and money in the way the mapping declares they are written.

Nothing is guessed: a thousands separator in the wrong place or a day that does not exist is an error, not another
number or day. Money goes through `Decimal` to minor units, rounded half up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from creditdesk.facts.money import minor

Cell = str | int | float | Decimal | bool | date | datetime | None
"""A cell as read: text from CSV, typed values from XLSX and Parquet."""


class Unreadable(ValueError):
    """A cell does not say what it should; the message is what is allowed."""


@dataclass(frozen=True)
class Writing:
    """How a file writes its values.

    Attributes:
        dates: patterns of YYYY or YY, MM or M, DD or D and signs between them; the first that fits counts.
        decimal: the decimal mark.
        thousands: marks between groups of three digits; each character is one that may stand there.
        empty: texts that mean "no value".
        signs: texts that may stand before or behind a number, such as the sign of a currency.
    """

    dates: tuple[str, ...] = ("YYYY-MM-DD",)
    decimal: str = "."
    thousands: str = ""
    empty: frozenset[str] = frozenset()
    signs: tuple[str, ...] = ()


def text(cell: Cell, writing: Writing) -> str | None:
    """A cell as text without spaces around it; None when it is empty. A whole number is written without a point."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date() if cell.time() == cell.time().min else cell
    shown = cell.isoformat() if isinstance(cell, date) else str(cell).strip()
    return None if not shown or shown in writing.empty else shown


def day(cell: Cell, writing: Writing) -> date | None:
    """A cell as a date.

    Raises:
        Unreadable: when it is none in any of the declared ways.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    shown = text(cell, writing)
    if shown is None:
        return None
    for pattern in writing.dates:
        parts = date_pattern(pattern).fullmatch(shown)
        if parts is None:
            continue
        year = int(parts["year"])
        if len(parts["year"]) == 2:
            year += 2000 if year < 70 else 1900
        try:
            return date(year, int(parts["month"]), int(parts["day"]))
        except ValueError:
            continue
    raise Unreadable(f"a date written {' or '.join(writing.dates)}")


@cache
def date_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression of a date pattern.

    Raises:
        ValueError: when year, month or day is missing or stands there twice.
    """
    parts = {
        "YYYY": r"(?P<year>\d{4})", "YY": r"(?P<year>\d{2})", "MM": r"(?P<month>\d{2})", "M": r"(?P<month>\d{1,2})",
        "DD": r"(?P<day>\d{2})", "D": r"(?P<day>\d{1,2})",
    }  # fmt: skip
    found = re.split("(YYYY|YY|MM|M|DD|D)", pattern)
    try:
        compiled = re.compile("".join(parts.get(part, re.escape(part)) for part in found), re.ASCII)
    except re.error as error:
        raise ValueError(f"{pattern!r} names a part of the date twice") from error
    if set(compiled.groupindex) != {"year", "month", "day"}:
        raise ValueError(f"{pattern!r} must hold a year (YYYY or YY), a month (MM or M) and a day (DD or D)")
    return compiled


def number(cell: Cell, writing: Writing) -> Decimal | None:
    """A cell as a number; a minus may stand before or after it, or brackets around it.

    Raises:
        Unreadable: when it is none in the declared way.
    """
    if isinstance(cell, bool):
        raise Unreadable("a number")
    if isinstance(cell, int | Decimal):
        return Decimal(cell)
    if isinstance(cell, float):
        return Decimal(repr(cell))  # the shortest text that is this float: 0.1 is 0.1
    if isinstance(cell, date):
        raise Unreadable("a number, not a date")
    shown = text(cell, writing)
    if shown is None:
        return None
    return _parse(shown, writing)


def _parse(shown: str, writing: Writing) -> Decimal:
    negative = False
    body = _without_signs(shown, writing.signs)
    if body.startswith("(") and body.endswith(")"):
        negative, body = True, body[1:-1]
    elif body.endswith(("-", "−")):
        negative, body = True, body[:-1]
    elif body.startswith(("-", "−", "+")):
        negative, body = body[0] != "+", body[1:]
    body = body.strip()
    if _number_pattern(writing.decimal, writing.thousands).fullmatch(body) is None:
        raise Unreadable(f"a number such as {_example(writing)}")
    for mark in writing.thousands:
        body = body.replace(mark, "")
    try:
        value = Decimal(body.replace(writing.decimal, "."))
    except InvalidOperation as error:  # pragma: no cover  the pattern lets only numbers through
        raise Unreadable("a number") from error
    return -value if negative else value


def _without_signs(shown: str, signs: tuple[str, ...]) -> str:
    """A number without the sign of a currency: `€ 1.250,00-` and `-1.250,00 EUR` are told alike."""
    for sign in signs:
        if sign in shown:
            before, _sign, behind = shown.partition(sign)
            if not before.strip("-−+( \u00a0") or not behind.strip("-−) \u00a0"):
                return f"{before.strip()}{behind.strip()}".strip()
    return shown


@cache
def _number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    mark = re.escape(decimal)
    groups = rf"|\d{{1,3}}(?:[{re.escape(thousands)}]\d{{3}})+" if thousands else ""
    return re.compile(rf"(?:\d+{groups})(?:{mark}\d*)?|{mark}\d+", re.ASCII)


def _example(writing: Writing) -> str:
    mark = writing.thousands[:1]
    return f"1{mark}234{writing.decimal}50"


def whole(cell: Cell, writing: Writing) -> int | None:
    """A cell as a whole number.

    Raises:
        Unreadable: when it is none.
    """
    value = number(cell, writing)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise Unreadable("a whole number")
    return int(value)


def money(value: Decimal, currency: str) -> int:
    """An amount in major units as minor units of its currency, rounded half up.

    Raises:
        UnknownCurrency: when the code is none.
        Unreadable: when it is too large for 64 bits.
    """
    amount = minor(value, currency)
    if abs(amount) >= 2**63:
        raise Unreadable("an amount below 92 quadrillion minor units")
    return amount


_TRUE = frozenset({"true", "yes", "y", "1", "x", "ja", "j", "oui", "o", "wahr", "waar"})
_FALSE = frozenset({"false", "no", "n", "0", "nein", "nee", "non", "falsch", "onwaar"})


def flag(cell: Cell, writing: Writing) -> bool | None:
    """A cell as true or false.

    Raises:
        Unreadable: when it is neither.
    """
    if isinstance(cell, bool):
        return cell
    shown = text(cell, writing)
    if shown is None:
        return None
    if shown.lower() in _TRUE:
        return True
    if shown.lower() in _FALSE:
        return False
    raise Unreadable("yes or no (true, 1, ja, oui; false, 0, nee, nein, non)")


def listed(cell: Cell, writing: Writing, separators: Sequence[str] = (";", ",")) -> list[str] | None:
    """A cell as a list of ids, separated by the first separator that occurs."""
    shown = text(cell, writing)
    if shown is None:
        return None
    mark = next((sign for sign in separators if sign in shown), separators[0])
    return [part.strip() for part in shown.split(mark) if part.strip()] or None
