"""Amounts, days and numbers as the reader's language writes them, fast enough for a table of hundreds of cells.

What is written comes from Babel, once per language and currency; a cell only puts digits into that pattern.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from babel.dates import format_date
from django.utils import timezone, translation

from creditdesk.facts.money import digits as digits_of
from creditdesk.facts.money import major
from creditdesk.report.language import Language, language

_PROBE = 1_234_567


def speaking(country: str | None = None) -> Language:
    """The language of the request, as written in a country of ours."""
    code = (translation.get_language() or "en").split("-")[0]
    return _language(code, country)


@cache
def _language(code: str, country: str | None) -> Language:
    return language(code, country)


@cache
def _pattern(code: str, currency: str, exact: bool) -> tuple[str, str, str, str]:
    """What stands before and after the digits, between thousands, and before the decimals."""
    t = _language(code, None)
    digits = digits_of(currency)
    probe = _PROBE * 10**digits
    text = t.exact(probe, currency) if exact else t.money(probe, currency)
    first, last = text.index("1"), text.rindex("7")
    inner = text[first : last + 1]
    between = inner[1 : inner.index("2")]
    rest = text[last + 1 :]
    point = ""
    if exact and digits:
        zeros = "0" * digits
        at = rest.index(zeros)
        point, rest = rest[:at], rest[at + digits :]
    return text[:first], rest, between, point


def money(amount: int | None, currency: str, *, exact: bool = False) -> str:
    """An amount in minor units, in whole units or to the last minor unit; empty for none."""
    if not isinstance(amount, int):
        return ""
    code = (translation.get_language() or "en").split("-")[0]
    before, behind, between, point = _pattern(code, currency, exact)
    digits = digits_of(currency)
    size = abs(amount)
    scale = 10**digits
    whole, rest = divmod(size, scale) if exact else ((size + scale // 2) // scale, 0)
    written = f"{whole:,}".replace(",", between)
    if point:
        written += f"{point}{rest:0{digits}d}"
    sign = "−" if amount < 0 and (whole or rest) else ""
    return f"{sign}{before}{written}{behind}"


def plain(amount: int, currency: str) -> str:
    """An amount for machines and for fields of a form: `1234.50`."""
    return str(major(amount, currency))


def number(value: float | None, digits: int = 0) -> str:
    """A number with at most so many decimals; empty for none."""
    return "" if value is None else speaking().number(value, digits)


def day(value: date | None, form: str = "medium") -> str:
    """A day: `31 Mar 2026`; empty for none."""
    return "" if value is None else _day(value, form, speaking().locale.language)


@cache
def _day(value: date, form: str, code: str) -> str:
    return format_date(value, form, locale=_language(code, None).locale)


def moment(value: datetime | None) -> str:
    """A moment where the desk stands: `31 Mar 2026, 14:05`; empty for none."""
    if value is None:
        return ""
    here = timezone.localtime(value)
    return f"{day(here.date())}, {here:%H:%M}"
