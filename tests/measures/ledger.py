"""A small ledger as a run leaves it, and the figures that are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from creditdesk.measures.bench import EPOCH
from creditdesk.measures.series import series

DATE, NUMBER, TEXT = pa.date32(), pa.int64(), pa.string()
SCHEMAS = {
    "doc_rows": {"invoice_id": TEXT, "kind": TEXT, "customer_id": TEXT, "payer": TEXT, "currency": TEXT, "base": TEXT, "issued_day": NUMBER,
                 "eff_day": NUMBER, "amount": NUMBER, "amount_base": NUMBER, "apart": pa.bool_()},
    "debtor_rows": {"customer_id": TEXT, "survivor_id": TEXT, "base": TEXT},
    "rate_rows": {"currency": TEXT, "base": TEXT, "day": NUMBER, "factor": pa.float64()},
    "tolerance_rows": {"currency": TEXT, "tolerance": NUMBER},
    "allocation_rows": {"invoice_id": TEXT, "kind": TEXT, "payment_id": TEXT, "credit_note_id": TEXT, "allocated_on": DATE, "amount": NUMBER,
                        "reversed_on": DATE},
    "payment_rows": {"payment_id": TEXT, "customer_id": TEXT, "kind": TEXT, "value_date": DATE, "entry_date": DATE, "amount": NUMBER,
                     "currency": TEXT, "reverses_payment_id": TEXT},
    "action_rows": {"action_id": TEXT, "customer_id": TEXT, "channel": TEXT, "level": NUMBER, "done_on": DATE, "invoice_ids": pa.list_(TEXT),
                    "amount": NUMBER, "by": TEXT, "outcome": TEXT},
    "promise_rows": {"customer_id": TEXT, "currency": TEXT, "amount": NUMBER, "due_day": NUMBER, "state": TEXT},
    "dispute_rows": {"dispute_id": TEXT, "customer_id": TEXT, "currency": TEXT, "opened_on": DATE, "closed_on": DATE, "amount": NUMBER,
                     "reason": TEXT, "outcome": TEXT, "owner": TEXT, "deadline": DATE},
    "feedback_rows": {"customer_id": TEXT, "on": DATE, "score": NUMBER},
    "moved_rows": {"customer_id": TEXT, "segment_since": DATE},
    "customer_rows": {"customer_id": TEXT, "portfolio": NUMBER, "segment": TEXT, "collector": TEXT},
}  # fmt: skip


def on(text: str) -> date:
    return date.fromisoformat(text)


def number(text: str) -> int:
    return on(text).toordinal() - EPOCH


@dataclass
class Figures:
    """The figures of one run, asked for by name."""

    rows: dict[tuple[str, str, date, str, str], tuple[int, int]]

    def amount(self, name: str, day: str, part: str = "", *, group: str = "", grain: str = "month") -> int:
        return self.rows.get((group, grain, on(day), name, part), (0, 0))[0]

    def count(self, name: str, day: str, part: str = "", *, group: str = "", grain: str = "month") -> int:
        return self.rows.get((group, grain, on(day), name, part), (0, 0))[1]

    def parts(self, name: str, day: str, *, group: str = "", grain: str = "month") -> dict[str, int]:
        found = {
            key[4]: value[0] for key, value in self.rows.items() if key[:4] == (group, grain, on(day), name)
        }
        return dict(sorted(found.items()))


@dataclass
class Ledger:
    """Rows are added one by one; the customers are those that occur."""

    costs: Mapping[str, int] = field(default_factory=lambda: {"email": 10, "call": 900})
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in SCHEMAS})
    groups: dict[str, tuple[int | None, str, str]] = field(default_factory=dict)

    def invoice(self, name: str, customer: str, issued: str, due: str, amount: int, **more: Any) -> None:
        row = {"invoice_id": name, "kind": "invoice", "customer_id": customer, "payer": customer, "currency": "EUR", "base": "EUR",
               "issued_day": number(issued), "eff_day": number(due), "amount": amount, "amount_base": amount, "apart": False}  # fmt: skip
        self.rows["doc_rows"].append(row | more)

    def credit(self, name: str, customer: str, issued: str, amount: int) -> None:
        self.invoice(name, customer, issued, issued, amount, kind="credit_note")

    def pays(self, name: str, customer: str | None, value: str, amount: int, **more: Any) -> None:
        row = {"payment_id": name, "customer_id": customer, "kind": None, "value_date": on(value), "entry_date": None, "amount": amount,
               "currency": "EUR", "reverses_payment_id": None}  # fmt: skip
        self.rows["payment_rows"].append(row | more)

    def allocates(self, invoice: str, day: str, amount: int, payment: str | None = None, **more: Any) -> None:
        row = {"invoice_id": invoice, "kind": "payment", "payment_id": payment, "credit_note_id": None, "allocated_on": on(day),
               "amount": amount, "reversed_on": None}  # fmt: skip
        self.rows["allocation_rows"].append(row | more)

    def settles(self, invoice: str, customer: str, value: str, amount: int, **more: Any) -> None:
        """Money that came and was allocated on the same day."""
        self.pays(f"p-{invoice}-{value}", customer, value, amount, **more)
        self.allocates(invoice, value, amount, f"p-{invoice}-{value}")

    def acts(self, customer: str, channel: str, day: str, **more: Any) -> None:
        row = {"action_id": f"a{len(self.rows['action_rows'])}", "customer_id": customer, "channel": channel, "level": 1, "done_on": on(day),
               "invoice_ids": [], "amount": 0, "by": "carla", "outcome": "sent"}  # fmt: skip
        self.rows["action_rows"].append(row | more)

    def add(self, table: str, **row: Any) -> None:
        self.rows[table].append(row)

    def figures(self, as_of: str) -> Figures:
        """What a day would have written."""
        found = self.table(on(as_of))
        return Figures(
            {
                (row["group"], row["grain"], row["on"], row["name"], row["part"]): (
                    row["amount"],
                    row["count"],
                )
                for row in found.to_pylist()
            }
        )

    def table(self, as_of: date) -> pa.Table:
        con = duckdb.connect()
        for name, rows in {**self.rows, **self._customers()}.items():
            schema = pa.schema(list(SCHEMAS[name].items()))
            con.register(name, pa.Table.from_pylist(rows, schema))
        return series(con, as_of, self.costs)

    def _customers(self) -> dict[str, Sequence[dict[str, Any]]]:
        names = sorted(
            {row["customer_id"] for rows in self.rows.values() for row in rows if row.get("customer_id")}
            | set(self.groups)
        )
        grouped = {name: self.groups.get(name, (None, "", "")) for name in names}
        known = {row["customer_id"] for row in self.rows["debtor_rows"]}
        return {
            "debtor_rows": [
                *self.rows["debtor_rows"],
                *(
                    {"customer_id": name, "survivor_id": name, "base": "EUR"}
                    for name in names
                    if name not in known
                ),
            ],
            "customer_rows": [
                {"customer_id": name, "portfolio": portfolio, "segment": segment, "collector": collector}
                for name, (portfolio, segment, collector) in grouped.items()
            ],
            "tolerance_rows": [{"currency": "EUR", "tolerance": 500}, {"currency": "USD", "tolerance": 500}],
        }
