"""The made-up company itself: its accounts, exchange rates, bank statements, what is known of its markets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditdesk.sample.bank_days import weekday
from creditdesk.sample.columns import dates, from_rows, ids, table, whole, words
from creditdesk.sample.customers import HISTORY_DAYS
from creditdesk.sample.master_data import iban
from creditdesk.sample.ordinals import run_starts
from creditdesk.sample.places import COUNTRIES, CURRENCIES, ROUGHLY_IN_EUR, TRADES

if TYPE_CHECKING:
    from creditdesk.sample.bank_days import BankDays
    from creditdesk.sample.columns import Ints
    from creditdesk.sample.ledger import Movements

COMPANY_ID = "brabo"
# A bank code that no bank has.
ACCOUNTS = tuple(iban("BE", f"000{position:09d}") for position in range(1, len(CURRENCIES) + 1))


def company_table() -> pa.Table:
    """The one company that sells."""
    return from_rows(
        "company",
        [
            {
                "company_id": COMPANY_ID, "name": "Brabo Technische Groothandel NV", "country": "BE",
                "street": "Havenlaan 1", "postal_code": "9000", "city": "Gent", "currency": "EUR", "language": "nl",
                "registration_number": "0000000001", "vat_number": "BE0000000001", "size": "sme",
            }
        ],
    )  # fmt: skip


def company_account_table() -> pa.Table:
    """One receipts account per currency."""
    return from_rows(
        "company_account",
        [
            {
                "iban": account,
                "company_id": COMPANY_ID,
                "currency": currency,
                "holder": "Brabo",
                "use": "receipts",
            }
            for account, currency in zip(ACCOUNTS, CURRENCIES, strict=True)
        ],
    )


def our_ibans() -> pa.Array:
    """Our account for each currency, in the order of `CURRENCIES`."""
    return pa.array(ACCOUNTS, pa.string())


def fx_rate_table(rng: np.random.Generator, horizon: int, bank: BankDays) -> pa.Table:
    """Daily rates for pound and dollar, weekly ones for the franc; they wander and come back."""
    days = np.arange(horizon - HISTORY_DAYS - 60, horizon + 1)
    days = days[bank.is_open(days)]
    tables = []
    for position in range(1, len(CURRENCIES)):
        usual, deviation, deviations = ROUGHLY_IN_EUR[position], 0.0, []
        for shock in rng.normal(0, 0.004, len(days)):
            deviation = 0.985 * deviation + float(shock)
            deviations.append(deviation)
        rates = np.floor(usual * np.exp(np.array(deviations)) * 100_000 + 0.5) / 100_000
        daily = CURRENCIES[position] != "CHF"
        shown = np.ones(len(days), dtype=bool) if daily else run_starts(days - weekday(days))
        tables.append(
            table(
                "fx_rate",
                int(shown.sum()),
                currency=CURRENCIES[position],
                base="EUR",
                on=dates(days[shown]),
                rate=pa.array(rates[shown]),
            )
        )
    return pa.concat_tables(tables)


class Statements:
    """Gathers what was booked, day by day and currency by currency, for the bank statements."""

    def __init__(self, horizon: int) -> None:
        self._first = horizon - HISTORY_DAYS - 5
        self._booked = np.zeros((len(CURRENCIES), HISTORY_DAYS + 6), dtype=np.int64)

    def add(self, moved: Movements) -> None:
        """Adds the money of one block."""
        np.add.at(self._booked, (moved.currency, moved.entry - self._first), moved.amount)

    def table(self, horizon: int, bank: BankDays) -> pa.Table:
        """A statement per account and bank day, each beginning where the last one ended, up to the horizon."""
        days = np.arange(self._first, horizon + 1)
        ends = days[bank.is_open(days) | (days == horizon)]
        begins = np.append(self._first, ends[:-1] + 1)
        tables = []
        for position, account in enumerate(ACCOUNTS):
            closing = np.cumsum(self._booked[position])[ends - self._first]
            opening = np.append(0, closing[:-1])
            tables.append(
                table(
                    "bank_statement",
                    len(ends),
                    statement_id=ids(f"{CURRENCIES[position]}-", (np.arange(len(ends)) + 1, 4)),
                    iban=account,
                    from_on=dates(begins),
                    to_on=dates(ends),
                    opening=whole(opening),
                    closing=whole(closing),
                    currency=CURRENCIES[position],
                    received_on=dates(ends),
                )
            )
        return pa.concat_tables(tables)


def market_table(rng: np.random.Generator, horizon: int) -> pa.Table:
    """Usual payment by country and sector, as a bureau would publish it."""
    pairs = np.array([(c, t) for c in range(len(COUNTRIES)) for t in range(len(TRADES))], dtype=np.int64)
    rows = len(pairs)
    from_on: Ints = np.full(rows, horizon - 200)
    return table(
        "market",
        rows,
        country=words(pairs[:, 0], [c.code for c in COUNTRIES]),
        sector=words(pairs[:, 1], [code for _, code in TRADES]),
        from_on=dates(from_on),
        provider="generated",
        payment_days=pa.array(np.floor(rng.uniform(25, 65, rows))),
        late_share=pa.array(np.floor(rng.uniform(0.25, 0.65, rows) * 100) / 100),
        default_rate=pa.array(np.floor(rng.uniform(0.005, 0.05, rows) * 1000) / 1000),
        growth=pa.array(np.floor(rng.uniform(-0.05, 0.08, rows) * 1000) / 1000),
    )
