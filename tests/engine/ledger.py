"""A ledger written by hand: a few lines per customer, and its profile on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from creditdesk.engine.backend import connect
from creditdesk.engine.binding import bind
from creditdesk.engine.day import open_day
from creditdesk.engine.debtor import debtor
from creditdesk.engine.items import documents
from creditdesk.engine.profile import profile
from creditdesk.engine.promise_state import promise_state
from creditdesk.engine.stages import Stages
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from engine.choice import ENGINE

Row = dict[str, Any]
Facts = dict[str, list[Row]]


def arrow(facts: Mapping[str, Sequence[Row]]) -> dict[str, pa.Table]:
    """Fact tables from rows; what a row does not say is empty."""
    tables = {}
    for name, rows in facts.items():
        schema = TABLES[name].schema().to_pyarrow()
        unknown = {column for row in rows for column in row} - set(schema.names)
        assert not unknown, f"{name} has no columns {sorted(unknown)}"
        blank = dict.fromkeys(schema.names)
        tables[name] = pa.Table.from_pylist([{**blank, **row} for row in rows], schema=schema)
    return tables


def profiles(
    facts: Mapping[str, Sequence[Row]], policy: Policy, as_of: date, url: str = ENGINE
) -> dict[str, Row]:
    """The profile of every customer on a day."""
    backend = connect(url)
    try:
        day = open_day(Stages(backend), bind(backend, arrow(facts)), policy, as_of)
        who = debtor(day)
        rows = backend.fetch(profile(day, who, documents(day, who))).to_pylist()
        return {row["customer_id"]: row for row in rows}
    finally:
        backend.close()


def promise_states(facts: Mapping[str, Sequence[Row]], policy: Policy, as_of: date) -> dict[str, Row]:
    """Every promise as it stands on a day."""
    backend = connect(ENGINE)
    try:
        day = open_day(Stages(backend), bind(backend, arrow(facts)), policy, as_of)
        who = debtor(day)
        states = promise_state(day, who)
        return {row["promise_id"]: row for row in backend.fetch(states).to_pylist()}
    finally:
        backend.close()


class Ledger:
    """Facts that are told line by line: `invoice`, `pay`, `credit`, and the tables themselves in `facts`."""

    def __init__(self, currency: str = "EUR") -> None:
        self.facts: Facts = {"customer": [], "invoice": [], "payment": [], "allocation": []}
        self.currency = currency
        self._count = 0

    def add(self, table: str, **row: object) -> None:
        """A row of any table."""
        self.facts.setdefault(table, []).append(row)

    def customer(self, customer_id: str, **row: object) -> None:
        """A Belgian company, unless said otherwise."""
        self.add(
            "customer",
            **{"customer_id": customer_id, "name": customer_id, "kind": "company", "country": "BE", **row},
        )

    def invoice(
        self, invoice_id: str, customer_id: str, due: date, amount: int, term: int = 30, **row: object
    ) -> None:
        """An invoice in whole euros, issued `term` days before it is due."""
        self.add(
            "invoice",
            **{
                "invoice_id": invoice_id, "customer_id": customer_id, "number": invoice_id, "kind": "invoice",
                "issued": due - timedelta(days=term), "due": due, "amount": amount * 100, "currency": self.currency,
                **row,
            },
        )  # fmt: skip

    def pay(
        self,
        customer_id: str,
        on: date,
        amount: int,
        *invoices: str,
        share: Sequence[int] = (),
        **row: object,
    ) -> str:
        """A payment in whole euros, allocated to invoices: wholly to one, or by `share` to several."""
        self._count += 1
        payment_id = f"p{self._count}"
        self.add(
            "payment",
            **{"payment_id": payment_id, "customer_id": customer_id, "value_date": on, "amount": amount * 100,
               "currency": self.currency, **row},
        )  # fmt: skip
        for invoice_id, part in zip(invoices, share or [amount] * len(invoices), strict=True):
            self.allocate(invoice_id, on, part, payment_id=payment_id)
        return payment_id

    def allocate(self, invoice_id: str, on: date, amount: int, kind: str = "payment", **row: object) -> None:
        """An allocation in whole euros."""
        self._count += 1
        self.add(
            "allocation",
            **{"allocation_id": f"a{self._count}", "invoice_id": invoice_id, "kind": kind, "allocated_on": on,
               "amount": amount * 100, **row},
        )  # fmt: skip

    def credit_note(self, note_id: str, customer_id: str, on: date, amount: int, **row: object) -> None:
        """A credit note in whole euros."""
        self.invoice(note_id, customer_id, on, amount, term=0, kind="credit_note", **row)
