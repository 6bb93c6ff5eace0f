"""Exchange rates of a company on a day, for the few amounts that are in another currency."""

from __future__ import annotations

import math
from datetime import date

from django.db import connection

from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.money import MissingRate, digits


class Rates:
    """The latest rates not after a day; read once, and only when one is asked for."""

    def __init__(self, company: Company, on: date) -> None:
        self._company = company
        self._on = on
        self._quoted: dict[date, dict[tuple[str, str], float]] = {}

    def convert(self, amount: int, currency: str, base: str, on: date | None = None) -> int:
        """An amount in minor units of another currency, rounded half up.

        Args:
            on: the day of the rate; today by default.

        Raises:
            MissingRate: there is no way from the one to the other.
        """
        if currency == base or not amount:
            return amount
        return math.floor(amount * self.factor(currency, base, on) + 0.5)

    def factor(self, currency: str, base: str, on: date | None = None) -> float:
        """From minor units to minor units: directly, the other way round, or both ways through a third currency."""
        if currency == base:
            return 1.0
        quoted = self._rates(on or self._on)
        found = _one(quoted, currency, base)
        if found is None:
            for bridge in sorted({code for pair in quoted for code in pair}):
                first, second = _one(quoted, currency, bridge), _one(quoted, bridge, base)
                if first is not None and second is not None:
                    found = first * second
                    break
        if found is None:
            raise MissingRate(currency, base, on or self._on)
        return float(found * 10.0 ** (digits(base) - digits(currency)))

    def _rates(self, on: date) -> dict[tuple[str, str], float]:
        if on not in self._quoted:
            name = bulk.quoted("on")
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT currency, base, rate FROM (SELECT currency, base, rate, row_number() OVER (PARTITION BY "
                    f"currency, base ORDER BY {name} DESC) AS place FROM fact_fx_rate WHERE legal_entity_id = %s AND "
                    f"replaced_by_id IS NULL AND rate > 0 AND {name} <= %s) quoted WHERE place = 1",
                    [self._company.pk, on],
                )
                self._quoted[on] = {(row[0], row[1]): row[2] for row in cursor.fetchall()}
        return self._quoted[on]


def _one(quoted: dict[tuple[str, str], float], currency: str, base: str) -> float | None:
    if (currency, base) in quoted:
        return quoted[currency, base]
    if (base, currency) in quoted:
        return 1.0 / quoted[base, currency]
    return None
