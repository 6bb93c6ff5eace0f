"""Random ledgers with every oddity of the contract: what a real one holds after ten years and three accountants."""

from __future__ import annotations

import random
from datetime import date, timedelta

from engine.ledger import Facts, Row

AS_OF = date(2026, 3, 31)
FIRST = date(2023, 12, 1)


class RandomLedger:
    """Builds one ledger from a seed."""

    def __init__(self, seed: int, customers: int) -> None:
        self.dice = random.Random(seed)
        self.customers = customers
        self.facts: Facts = {name: [] for name in (
            "customer", "invoice", "payment", "allocation", "order", "dispute", "promise", "collection", "fx_rate",
            "preference", "legal_status", "handover", "plan", "note", "action", "cover", "security", "legal_status",
        )}  # fmt: skip
        self._ids = 0

    def build(self) -> Facts:
        """The tables; those without rows are left out."""
        for on in (
            date(2023, 1, 1),
            date(2024, 6, 1),
            date(2025, 1, 15),
            date(2025, 12, 1),
            date(2026, 6, 1),
        ):
            self.facts["fx_rate"] += [
                {"currency": "USD", "base": "EUR", "on": on, "rate": self.dice.choice([0.8, 0.91, 0.95])},
                {"currency": "EUR", "base": "GBP", "on": on, "rate": self.dice.choice([0.83, 0.87])},
            ]
        for number in range(self.customers):
            self._customer(f"c{number:03d}", number)
        return {name: rows for name, rows in self.facts.items() if rows}

    def _id(self, letter: str) -> str:
        self._ids += 1
        return f"{letter}{self._ids:05d}"

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.dice.randint(0, max((last - first).days, 0)))

    def _customer(self, customer_id: str, number: int) -> None:
        dice = self.dice
        row: Row = {"customer_id": customer_id, "name": customer_id, "country": dice.choice(["BE", "NL", None]),
                    "kind": dice.choice(["company", "company", "sole_trader", "consumer", "public_body"])}  # fmt: skip
        if number and self._chance(0.08):
            row["payer_id"] = f"c{dice.randrange(number):03d}"
        if number and self._chance(0.15):
            row["parent_id"] = f"c{dice.randrange(number):03d}"
        if self._chance(0.05):
            row["intercompany"] = True
        if self._chance(0.04):
            row["insolvent_on"] = self._day(FIRST, AS_OF + timedelta(days=60))
        if self._chance(0.2):
            row |= {"credit_limit": dice.randint(0, 50) * 10_000, "currency": dice.choice(["EUR", "USD"])}
        merged = number > 2 and self._chance(0.05)
        if merged:
            row["merged_into_id"] = "c000"
        self.facts["customer"].append(row)
        if self._chance(0.08):
            return
        self._invoices(customer_id, dice.choice(["any", "any", "month_day", "last", "weekday", "lag", "few"]))
        self._others(customer_id)

    def _invoices(self, customer_id: str, manner: str) -> None:
        dice = self.dice
        count = dice.randint(1, 4) if manner == "few" else dice.randint(5, 26)
        currency = dice.choice(["EUR", "EUR", "EUR", "USD", "GBP"])
        usual, lag = dice.randint(1, 31), dice.randint(1, 40)
        for _ in range(count):
            issued = self._day(FIRST, AS_OF + timedelta(days=10))
            due = issued + timedelta(days=dice.choice([-3, 0, 14, 30, 30, 30, 60]))
            invoice: Row = {
                "invoice_id": self._id("i"), "customer_id": customer_id, "number": "n", "kind": "invoice",
                "issued": issued, "due": due, "amount": dice.choice([0, 1, 499, 9_999, 50_000, 123_457, 2_000_000]),
                "currency": currency if self._chance(0.93) else "EUR",
            }  # fmt: skip
            if self._chance(0.05):
                invoice["payment_method"] = "direct_debit"
                if self._chance(0.5):
                    self.facts["collection"].append(
                        {"collection_id": self._id("l"), "invoice_id": invoice["invoice_id"], "collect_on": due,
                         "amount": invoice["amount"], "returned_on": self._day(due, due + timedelta(days=9))}
                    )  # fmt: skip
            if self._chance(0.03):
                invoice["factored_on"] = self._day(issued, due + timedelta(days=30))
            self.facts["invoice"].append(invoice)
            if invoice["amount"]:
                self._settle(invoice, manner, usual, lag)
            if self._chance(0.12):
                self._dispute(invoice)
        if self._chance(0.3):
            self._credit_note(customer_id, currency)

    def _pay_day(self, invoice: Row, manner: str, usual: int, lag: int) -> date:
        dice, due = self.dice, invoice["due"]
        wobble = dice.choice([0, 0, 0, 0, 1, -1]) if self._chance(0.9) else dice.randint(-12, 25)
        if manner == "month_day":
            month = due + timedelta(days=dice.choice([0, 0, 31]))
            return date(month.year, month.month, min(usual, 28)) + timedelta(days=wobble)
        if manner == "last":
            following = (due.replace(day=28) + timedelta(days=4)).replace(day=1)
            return following - timedelta(days=1) + timedelta(days=wobble)
        if manner == "weekday":
            return due + timedelta(days=(usual % 5 - due.weekday()) % 7 + 7 * dice.randint(0, 3))
        if manner == "lag":
            return due + timedelta(days=lag + wobble)
        return due + timedelta(days=int(dice.gauss(lag / 2, 25)))

    def _settle(self, invoice: Row, manner: str, usual: int, lag: int) -> None:
        dice = self.dice
        left = invoice["amount"]
        invoice_id, currency = invoice["invoice_id"], invoice["currency"]
        if self._chance(0.07):
            return
        if self._chance(0.06):
            kind = dice.choice(["cash_discount", "bank_charge", "small_difference", "set_off", "write_off"])
            part = max(1, left // dice.choice([2, 50]))
            self._allocate(invoice_id, kind, self._day(invoice["issued"], AS_OF + timedelta(days=20)), part)
            left -= part
        while left > 0:
            on = max(self._pay_day(invoice, manner, usual, lag), date(2024, 1, 2))
            part = left if self._chance(0.85) else dice.randint(1, left)
            payer = invoice["customer_id"]
            if self._chance(0.04):
                payer = dice.choice([f"c{dice.randrange(self.customers):03d}", None, "nobody"])
            paid = part + (dice.randint(1, 5_000) if self._chance(0.06) else 0)
            pay_currency = currency if self._chance(0.97) else "EUR"
            payment: Row = {"payment_id": self._id("p"), "customer_id": payer, "value_date": on, "amount": paid,
                            "currency": pay_currency}  # fmt: skip
            if self._chance(0.05):
                payment["entry_date"] = on + timedelta(days=dice.randint(0, 9))
            if self._chance(0.03):
                payment["method"] = "direct_debit"
            self.facts["payment"].append(payment)
            self._allocate(invoice_id, "payment", on + timedelta(days=dice.choice([0, 0, 1, 5])), part,
                           payment_id=payment["payment_id"])  # fmt: skip
            if self._chance(0.03):
                back = {"customer_id": payer, "value_date": on + timedelta(days=3), "currency": pay_currency}
                self.facts["payment"].append(
                    {"payment_id": self._id("r"), "kind": "return", "amount": paid,
                     "reverses_payment_id": payment["payment_id"], **back}
                )  # fmt: skip
            elif paid > part and self._chance(0.4):
                self.facts["payment"].append(
                    {"payment_id": self._id("r"), "kind": "refund", "amount": paid - part, "customer_id": payer,
                     "value_date": on + timedelta(days=8), "currency": pay_currency}
                )  # fmt: skip
            left -= part
            if self._chance(0.15):
                return

    def _allocate(self, invoice_id: str, kind: str, on: date, amount: int, **row: object) -> None:
        entry: Row = {"allocation_id": self._id("a"), "invoice_id": invoice_id, "kind": kind, "allocated_on": on,
                      "amount": amount, **row}  # fmt: skip
        if self._chance(0.03):
            entry["reversed_on"] = on + timedelta(days=self.dice.randint(0, 60))
        self.facts["allocation"].append(entry)

    def _credit_note(self, customer_id: str, currency: str) -> None:
        own = [row for row in self.facts["invoice"] if row["customer_id"] == customer_id and row["amount"] > 400
               and row["kind"] == "invoice" and row["currency"] == currency]  # fmt: skip
        issued = self._day(FIRST, AS_OF + timedelta(days=10))
        note: Row = {"invoice_id": self._id("n"), "customer_id": customer_id, "number": "n", "kind": "credit_note",
                     "issued": issued, "due": issued, "amount": self.dice.randint(400, 90_000), "currency": currency}  # fmt: skip
        self.facts["invoice"].append(note)
        if own and self._chance(0.6):
            target = self.dice.choice(own)
            part = min(note["amount"], self.dice.randint(1, target["amount"]))
            self._allocate(target["invoice_id"], "credit_note", self._day(issued, AS_OF), part,
                           credit_note_id=note["invoice_id"])  # fmt: skip

    def _dispute(self, invoice: Row) -> None:
        opened = self._day(invoice["issued"], AS_OF + timedelta(days=15))
        row: Row = {"dispute_id": self._id("d"), "customer_id": invoice["customer_id"], "opened_on": opened,
                    "invoice_id": invoice["invoice_id"] if self._chance(0.9) else None, "reason": "price",
                    "amount": self.dice.choice([0, invoice["amount"], invoice["amount"] // 3, invoice["amount"] * 2])}  # fmt: skip
        if self._chance(0.6):
            row["closed_on"] = self._day(opened, AS_OF + timedelta(days=20))
            row["outcome"] = self.dice.choice(["customer_right", "partly_right", "we_right", "withdrawn"])
        self.facts["dispute"].append(row)

    def _others(self, customer_id: str) -> None:
        dice = self.dice
        for _ in range(dice.choice([0, 0, 1, 5, 9])):
            on = self._day(FIRST, AS_OF + timedelta(days=9))
            order: Row = {"order_id": self._id("o"), "customer_id": customer_id, "ordered_on": on,
                          "amount": dice.randint(0, 300_000), "currency": dice.choice(["EUR", "USD"])}  # fmt: skip
            if self._chance(0.7):
                order["delivered_on"] = self._day(on, AS_OF + timedelta(days=20))
                if self._chance(0.5):
                    order["delivered_amount"] = order["amount"] // dice.choice([1, 2])
            if self._chance(0.6):
                order["invoiced_amount"] = order["amount"] // dice.choice([1, 1, 3])
            if self._chance(0.1):
                order["cancelled_on"] = self._day(on, AS_OF + timedelta(days=20))
            if self._chance(0.1):
                order |= {"refused_on": self._day(on, AS_OF + timedelta(days=20)),
                          "refused_by": dice.choice(["customer", "us", None])}  # fmt: skip
            self.facts["order"].append(order)
            if self._chance(0.15):
                self.facts["payment"].append(
                    {"payment_id": self._id("p"), "customer_id": customer_id, "order_id": order["order_id"],
                     "value_date": self._day(date(2024, 1, 2), AS_OF + timedelta(days=9)),
                     "amount": dice.randint(1, 50_000), "currency": order["currency"]}
                )  # fmt: skip
        if self._chance(0.1):
            self.facts["preference"].append(
                {"customer_id": customer_id, "kind": "payment_run", "value": dice.choice(["5,20", "last", " Friday"]),
                 "from_on": self._day(FIRST, AS_OF), "set_by": "customer"}
            )  # fmt: skip
        for _ in range(dice.choice([0, 0, 0, 2])):
            self.facts["note"].append(
                {"note_id": self._id("k"), "customer_id": customer_id, "on": self._day(FIRST, AS_OF + timedelta(days=9)),
                 "tag": dice.choice(["stalling", "cash_trouble", "other", None]),
                 "tactic": dice.choice([None, None, "asks_copy", "token_payment"]), "text": "…"}
            )  # fmt: skip
