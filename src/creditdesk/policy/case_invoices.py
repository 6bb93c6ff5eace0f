"""Invoices of a case, with what settled them, as rows of the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from creditdesk.facts.money import minor
from creditdesk.facts.schema import TABLES
from creditdesk.policy.case_words import WordError, Words

Row = dict[str, Any]

TERMS = 30
"""Calendar days between issue and due date where a line does not say."""


@dataclass
class Sheet:
    """The rows of one case while its lines are read.

    Attributes:
        prefix: stands before every id, so that cases can share one facts set.
        customer: id of the customer.
        on: the day of the case.
        steps: per step of the procedure under way, the channel and level it has.
        procedure: the procedure that the actions belong to.
    """

    prefix: str
    customer: str
    on: date
    currency: str
    procedure: str | None = None
    steps: dict[str, tuple[str, int]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    invoices: dict[str, Row] = field(default_factory=dict)

    def add(self, table: str, **values: Any) -> Row:
        """A row of the customer."""
        rows = self.rows.setdefault(table, [])
        row: Row = {"customer_id": self.customer} if "customer_id" in TABLES[table].schema() else {}
        row.update({name: value for name, value in values.items() if value is not None})
        rows.append(row)
        return row

    def id(self, kind: str, table: str) -> str:
        """The next id of a table."""
        return f"{self.prefix}{kind}{len(self.rows.get(table, ())) + 1}"

    def invoice(self, name: str) -> str:
        """The id of an invoice of the case by its name (`F1`)."""
        found = self.invoices.get(name)
        if found is None:
            raise WordError(repr(name), ", ".join(self.invoices) or "an invoice of the case")
        return str(found["invoice_id"])

    def minor(self, amount: Decimal, currency: str | None = None) -> int:
        """Minor units of an amount."""
        return minor(amount, currency or self.currency)


def invoice(sheet: Sheet, words: Words) -> None:
    """`1000 USD issued 2026-02-18 due 2026-03-20 paid 400 on 2026-04-02`, `credit 100 issued 2026-03-01 for F1`."""
    credit = words.skip("credit")
    amount = words.amount()
    currency = words.currency(sheet.currency)
    row: Row = {}
    closings: list[tuple[str, date, Decimal | None]] = []

    def closed(kind: str) -> Callable[[], None]:
        def read() -> None:
            if len(words.peek()) == 10 and words.peek()[4] == "-":
                closings.append((kind, words.day(), None))
                return
            part = words.amount()
            words.expect("on")
            closings.append((kind, words.day(), part))

        return read

    def dated(column: str) -> Callable[[], None]:
        return lambda: row.update({column: words.day()})

    def named(column: str, allowed: tuple[str, ...] = ()) -> Callable[[], None]:
        return lambda: row.update({column: words.one_of(allowed) if allowed else words.word()})

    allowed = TABLES["invoice"]
    words.pairs(
        {
            "issued": dated("issued"),
            "due": dated("due"),
            "sent": dated("sent_on"),
            "paid": closed("payment"),
            "written_off": closed("write_off"),
            "name": named("number"),
            "manner": named("manner", allowed.column("manner").allowed),
            "delivery": named("delivery_state", allowed.column("delivery_state").allowed),
            "method": named("payment_method", allowed.column("payment_method").allowed),
            "order": named("order_reference"),
            "for": lambda: row.update({"corrects_invoice_id": sheet.invoice(words.word())}),
        }
    )
    issued = row.pop("issued", None) or (row["due"] - timedelta(days=TERMS) if "due" in row else None)
    if issued is None:
        raise WordError(repr(words.text), "issued DATE, due DATE, or both")
    due = row.pop("due", issued if credit else issued + timedelta(days=TERMS))
    name = str(row.pop("number", f"F{len(sheet.invoices) + 1}"))
    if name in sheet.invoices:
        raise WordError(repr(name), "a name of its own per invoice")
    kind = "credit_note" if credit else "invoice"
    made = sheet.add(
        "invoice", invoice_id=f"{sheet.prefix}{name}", number=name, kind=kind, issued=issued, due=due,
        amount=sheet.minor(amount, currency), currency=currency, **row,
    )  # fmt: skip
    sheet.invoices[name] = made
    left = int(made["amount"])
    for closing, on, part in closings:
        taken = left if part is None else min(left, sheet.minor(part, currency))
        left -= taken
        close(sheet, made, closing, on, taken)


def close(sheet: Sheet, made: Row, kind: str, on: date, amount: int) -> None:
    """Close (a part of) an invoice by a payment or a write-off of that day."""
    paid = None
    if kind == "payment":
        paid = sheet.id("P", "payment")
        sheet.add("payment", payment_id=paid, value_date=on, amount=amount, currency=made["currency"])
    sheet.add(
        "allocation", allocation_id=sheet.id("A", "allocation"), invoice_id=made["invoice_id"], kind=kind,
        payment_id=paid, allocated_on=on, amount=amount,
    )  # fmt: skip


UNEVEN = (0, 5, -5, 8, -8, 3, -3)
"""Days around the mean at which a customer of a case pays: nobody is so regular that a habit is found by accident."""

EARLY = (-2, -9, -5, -1, -7, -12, -4)
"""Days before the due date at which a customer pays who pays on time."""


def history(sheet: Sheet, words: Words) -> None:
    """`12 x 1000 monthly from 2025-01-15 due after 30 paid 12 late`: settled invoices, 12 days late on average.

    `steady` at the end makes every one of them exactly so late.
    """
    count = words.number()
    words.expect("x")
    amount, currency = words.amount(), words.currency(sheet.currency)
    step = 7
    pace = words.one_of(("monthly", "weekly", "every"))
    if pace == "every":
        step = words.number()
        words.expect("days")
    words.expect("from")
    first = words.day()
    terms = TERMS
    if words.skip("due", "after"):
        terms = words.number()
    late = _lateness(words)
    for index in range(count):
        issued = months_after(first, index) if pace == "monthly" else first + timedelta(days=step * index)
        due = issued + timedelta(days=terms)
        name = f"H{len(sheet.invoices) + 1}"
        made = sheet.add(
            "invoice", invoice_id=f"{sheet.prefix}{name}", number=name, kind="invoice", issued=issued, due=due,
            amount=sheet.minor(amount, currency), currency=currency,
        )  # fmt: skip
        sheet.invoices[name] = made
        if late:
            close(sheet, made, "payment", due + timedelta(days=late[index % len(late)]), int(made["amount"]))


def _lateness(words: Words) -> tuple[int, ...]:
    """Days late in turn; empty = unpaid."""
    allowed = (
        "due after DAYS, then paid DAYS late, paid DAYS early, paid on time or unpaid; steady at the end"
    )
    late: tuple[int, ...] = EARLY
    if words.skip("unpaid"):
        late = ()
    elif words.skip("paid", "on", "time") or not words.skip("paid"):
        late = EARLY
    else:
        mean = words.number() * (1 if words.one_of(("late", "early")) == "late" else -1)
        late = (mean,) if words.skip("steady") else tuple(mean + days for days in UNEVEN)
    if words.more():
        raise WordError(repr(words.peek()), allowed)
    return late


def months_after(first: date, months: int) -> date:
    """The same day of the month so many months later; the last day where the month is shorter."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(first.day, (following - timedelta(days=1)).day))
