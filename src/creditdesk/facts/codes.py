"""The codes that facts may bear: currencies (ISO 4217) and countries (ISO 3166-1 alpha-2)."""

from __future__ import annotations

from functools import cache

from babel import Locale

from creditdesk.facts import money

_NO_CURRENCY = {"XXX", "XTS"}  # "no currency" and "for testing": nobody owes an amount in them
_NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}  # groups and placeholders of CLDR


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes in which an amount may stand, past ones included (an old invoice may bear one)."""
    return money.currencies() - _NO_CURRENCY


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes, and XK, which is in common use."""
    return frozenset(
        code
        for code in map(str, Locale("en").territories)
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    )
