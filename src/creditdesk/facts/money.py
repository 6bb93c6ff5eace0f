"""Money: minor units, currencies and their digits.

An amount is a whole number of minor units with an ISO 4217 code. A rate is looked up on a date, never assumed:
what has no rate is an error that names currency and date.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision, list_currencies


class UnknownCurrency(ValueError):
    """The code is no ISO 4217 currency."""


class MissingRate(ValueError):
    """No rate on or before a date; names currency and date."""

    def __init__(self, currency: str, base: str, on: date) -> None:
        super().__init__(
            f"no rate from {currency} to {base} on or before {on.isoformat()}; "
            f"the way out: add a row to fx_rate (currency {currency}, base {base})"
        )
        self.currency = currency
        self.base = base
        self.on = on


@cache
def currencies() -> frozenset[str]:
    """Every ISO 4217 code known to CLDR, past ones included (an old invoice may bear one)."""
    return frozenset(list_currencies())


@cache
def digits(currency: str) -> int:
    """Decimals of a currency's minor unit: EUR 2, JPY 0, KWD 3.

    Raises:
        UnknownCurrency: when the code is none.
    """
    if currency not in currencies():
        raise UnknownCurrency(f"found currency {currency!r}; allowed: an ISO 4217 code such as EUR")
    return int(get_currency_precision(currency))


def minor(amount: Decimal | int | str, currency: str) -> int:
    """An amount in major units as minor units, rounded half up."""
    scaled = Decimal(amount).scaleb(digits(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def major(amount: int, currency: str) -> Decimal:
    """Minor units as an amount in major units."""
    return Decimal(amount).scaleb(-digits(currency))
