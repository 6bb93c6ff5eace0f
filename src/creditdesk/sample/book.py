"""A book to write single customers into by hand: row by row, with dates counted back from the horizon.

The drawn customers give the shapes; the written ones show each oddity of the contract at least once, in a state in
which it matters on the horizon. `truth.parquet` says for each what it is there to show.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from creditdesk.sample.bank_days import day_number
from creditdesk.sample.columns import from_rows
from creditdesk.sample.company import ACCOUNTS
from creditdesk.sample.ledger import Movements
from creditdesk.sample.places import CURRENCIES
from creditdesk.sample.truth import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditdesk.sample.bank_days import BankDays

Row = dict[str, Any]
STEPS = {"reminder": ("email", 1), "call": ("call", 2), "letter": ("letter", 3)}
UNEVEN = (0, 3, -3, 1, -2, 4, -4, 2, -1)


class Book:
    """Rows of the contract, gathered table by table; `ago(n)` is the day n calendar days before the horizon."""

    def __init__(self, horizon: date, bank: BankDays) -> None:
        self.horizon = horizon
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._showing = ""
        self._bank = bank
        self._truth: list[Row] = []
        self._counts: dict[str, int] = defaultdict(int)

    def ago(self, days: int) -> date:
        """A day before the horizon (negative: after it), weekends and holidays included."""
        return self.horizon - timedelta(days=days)

    def bank_day(self, days_ago: int) -> date:
        """The last bank day not after that day."""
        number = np.array([day_number(self.ago(days_ago))], dtype=np.int64)
        return date(1970, 1, 1) + timedelta(days=int(self._bank.on_or_before(number)[0]))

    def write(self, table: str, **columns: Any) -> None:
        """One row, as it stands in the contract."""
        self.rows[table].append(columns)

    def number(self, table: str) -> str:
        """The next running number of a table, as text."""
        self._counts[table] += 1
        return f"{self._counts[table]:04d}"

    def tell(self, story: Callable[[Book], None]) -> None:
        """Writes a story; its docstring goes into the truth of the customers it makes."""
        self._showing = (story.__doc__ or "").rstrip(".")
        story(self)

    def customer(self, name: str, *, contact: bool = True, live: bool = True, **columns: Any) -> str:
        """A customer with what most have: a contact and the go-live release."""
        customer = f"S{self.number('customer')}"
        row: Row = {
            "customer_id": customer, "name": name, "kind": "company", "status": "active", "country": "BE",
            "street": "Dorpsstraat 1", "postal_code": "9000", "city": "Gent", "language": "nl", "currency": "EUR",
            "legal_form": "BV", "sector": "46", "employees": 30, "customer_since": self.ago(1500),
            "account_manager": "am-dirkx", "collector": "cc-baert", "key_account": False, "intercompany": False,
            "payment_terms_days": 30, "invoice_manner": "email", "preferred_channel": "email",
            "po_required": False, "do_not_contact": False,
        }  # fmt: skip
        self.write("customer", **{**row, **columns})
        if contact:
            self.contact(customer, is_primary=True, role="accounts_payable")
        if live:
            self.approve(customer, "go_live", 50, reason="file checked at the start")
        self._truth.append(
            {"customer_id": customer, "payer_type": "written", "largest": False, "shows": self._showing}
        )
        return customer

    def customers(self) -> int:
        """How many customers are in the book."""
        return self._counts["customer"]

    def contact(self, customer: str, **columns: Any) -> str:
        """A contact; without other columns a payables desk with mail and telephone."""
        contact = f"T{self.number('contact')}"
        row: Row = {
            "contact_id": contact, "customer_id": customer, "role": "general", "is_primary": False, "first_name": "An",
            "name": "Peeters", "email": f"{contact.lower()}@written.example", "phone": "+32 555 000000",
            "address": "Dorpsstraat 1, 9000 Gent", "language": "nl", "opted_out": False,
        }  # fmt: skip
        self.write("contact", **{**row, **columns})
        return contact

    def approve(self, customer: str, subject: str, days_ago: int, reason: str, **columns: Any) -> None:
        """A person's yes."""
        row: Row = {
            "approval_id": f"L{self.number('approval')}", "customer_id": customer, "subject": subject,
            "decided_on": self.ago(days_ago), "granted": True, "by": "credit-manager", "reason": reason,
        }  # fmt: skip
        self.write("approval", **{**row, **columns})

    def bill(self, customer: str, euro: float, due_ago: int, *, days: int = 30, **columns: Any) -> str:
        """An invoice of that many euro (or other units) due so many days before the horizon."""
        invoice = f"SI{self.number('invoice')}"
        issued = self.ago(due_ago + days)
        row: Row = {
            "invoice_id": invoice, "customer_id": customer, "number": f"W-{invoice}", "kind": "invoice",
            "issued": issued, "due": self.ago(due_ago), "amount": round(euro * 100), "currency": "EUR",
            "net_amount": round(euro * 10_000 / 121), "manner": "email", "sent_on": issued, "delivery_state": "sent",
            "payment_method": "transfer",
        }  # fmt: skip
        self.write("invoice", **{**row, **columns})
        return invoice

    def credit_note(self, customer: str, euro: float, issued_ago: int, **columns: Any) -> str:
        """A credit note, open unless it is allocated."""
        note = self.bill(customer, euro, issued_ago, days=0, **{"kind": "credit_note", **columns})
        self.rows["invoice"][-1]["delivery_state"] = None
        return note

    def pay(
        self,
        customer: str | None,
        euro: float,
        days_ago: int,
        *,
        on: dict[str, float] | None = None,
        **columns: Any,
    ) -> str:
        """A payment; `on` says how much of it closes which invoices, the rest stays unallocated."""
        payment = f"SP{self.number('payment')}"
        day = self.bank_day(days_ago)
        currency = str(columns.get("currency", "EUR"))
        row: Row = {
            "payment_id": payment, "customer_id": customer, "kind": "receipt", "value_date": day, "entry_date": day,
            "amount": round(euro * 100), "currency": currency, "method": "transfer",
            "our_iban": ACCOUNTS[CURRENCIES.index(currency)],
        }  # fmt: skip
        self.write("payment", **{**row, **columns})
        for invoice, part in (on or {}).items():
            self.allocate(invoice, part, day, kind="payment", payment_id=payment)
        return payment

    def allocate(self, invoice: str, euro: float, day: date, **columns: Any) -> None:
        """Closes (part of) an invoice."""
        self.write(
            "allocation",
            allocation_id=f"SA{self.number('allocation')}",
            invoice_id=invoice,
            allocated_on=day,
            amount=round(euro * 100),
            **columns,
        )

    def settled(self, customer: str, count: int, late: int, euro: float = 800.0, **columns: Any) -> None:
        """Orders delivered, billed and paid about so many days late, one every seven weeks, the newest due 60 days ago.

        Neither weekday nor delay repeats itself, so that nobody takes it for a payment habit.
        """
        for place in range(count):
            days_late = late + UNEVEN[place % len(UNEVEN)]
            due_ago = 60 + 46 * place + place * place % 5 + max(days_late, 0)
            order = self.order(customer, euro, due_ago + 38, billed_ago=due_ago + 30, **columns)
            invoice = self.bill(customer, euro, due_ago, order_id=order, **columns)
            self.pay(customer, euro, due_ago - days_late, on={invoice: euro}, **columns)

    def order(
        self,
        customer: str,
        euro: float,
        ordered_ago: int,
        *,
        billed_ago: int | None = None,
        **columns: Any,
    ) -> str:
        """An order; delivered and invoiced in full when `billed_ago` is given."""
        order = f"SO{self.number('order')}"
        row: Row = {
            "order_id": order, "customer_id": customer, "ordered_on": self.ago(ordered_ago),
            "amount": round(euro * 100), "currency": "EUR",
        }  # fmt: skip
        if billed_ago is not None:
            row |= {"delivered_on": self.ago(billed_ago), "delivered_amount": row["amount"]}
            row |= {"invoiced_amount": row["amount"]}
        self.write("order", **{**row, **columns})
        return order

    def act(
        self, customer: str, channel: str, days_ago: int, level: int, invoices: list[str], **columns: Any
    ) -> None:
        """A step done, by the earlier system unless said otherwise."""
        row: Row = {
            "action_id": f"SX{self.number('action')}", "customer_id": customer, "procedure": "imported", "case_no": 1,
            "level": level, "channel": channel, "direction": "out", "done_on": self.bank_day(days_ago),
            "invoice_ids": invoices, "by": "system", "outcome": "sent",
        }  # fmt: skip
        self.write("action", **{**row, **columns})

    def step(self, customer: str, step: str, days_ago: int, invoices: list[str], **columns: Any) -> None:
        """A step of our own `reference` procedure done."""
        channel, level = STEPS[step]
        row: Row = {"procedure": "reference", "step": step, "policy_version": "1"}
        self.act(customer, channel, days_ago, level, invoices, **{**row, **columns})

    def promise(self, customer: str, euro: float, made_ago: int, due_ago: int, **columns: Any) -> None:
        """A promise to pay."""
        row: Row = {
            "promise_id": f"SS{self.number('promise')}", "customer_id": customer, "made_on": self.bank_day(made_ago),
            "due_on": self.bank_day(due_ago), "amount": round(euro * 100), "currency": "EUR", "by": "cc-baert",
            "channel": "call",
        }  # fmt: skip
        self.write("promise", **{**row, **columns})

    def tables(self) -> list[tuple[str, pa.Table]]:
        """All rows as tables of the contract."""
        return [(name, from_rows(name, rows)) for name, rows in self.rows.items()]

    def truth(self) -> pa.Table:
        """What each customer is there to show."""
        return pa.Table.from_pylist(self._truth, schema=SCHEMA)

    def moved(self) -> Movements:
        """The money for the bank statements."""
        rows = self.rows["payment"]
        sign = [1 if row["kind"] == "receipt" else -1 for row in rows]
        return Movements(
            currency=np.array([CURRENCIES.index(str(row["currency"])) for row in rows], dtype=np.int64),
            entry=np.array([day_number(row["entry_date"]) for row in rows], dtype=np.int64),
            amount=np.array([int(str(row["amount"])) for row in rows], dtype=np.int64)
            * np.array(sign, dtype=np.int64),
        )
