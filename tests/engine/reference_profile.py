"""The profile once more, slowly and in plain Python: one customer after the other, one invoice after the other.

Written from the rules and from the formulas beside the columns, not from the queries: lists, loops and exact fractions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from creditdesk.facts.calendar import Calendar, calendar
from creditdesk.policy.document import Policy

Row = dict[str, Any]
YEAR = 365
MONEY = ("payment", "set_off")
EXCUSED = ("cash_discount", "bank_charge", "exchange_difference", "small_difference")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def half_up(value: Fraction | float) -> int:
    """Round to the nearest whole number, halves up."""
    return math.floor(value + (Fraction(1, 2) if isinstance(value, Fraction) else 0.5))


def to_grid(value: Fraction | float, digits: int) -> float:
    """A figure on its grid of decimals."""
    return half_up(value * 10**digits) / 10**digits


def lower(values: Sequence[int], share: Fraction) -> int:
    """The observed value by which `share` of all is reached."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


@dataclass
class Item:
    """One document as known on the day."""

    row: Row
    owner: str
    due: date
    open: int
    settled: bool
    closed: date | None
    pays: list[tuple[date, int]]
    weight: int
    excluded: bool
    disputed: int
    late: int | None = None
    since: int = 0
    written_off: list[tuple[date, int]] = field(default_factory=list)

    @property
    def overdue(self) -> bool:
        return self.row["kind"] == "invoice" and not self.settled and self.age > 0

    age: int = 0


class Reference:
    """The profile of a ledger on a day."""

    def __init__(self, facts: Mapping[str, Sequence[Row]], policy: Policy, as_of: date) -> None:
        self.facts = {name: list(rows) for name, rows in facts.items()}
        self.policy = policy
        self.today = as_of
        self.customers = {row["customer_id"]: row for row in self.facts["customer"]}
        self._calendars: dict[str, Calendar] = {}
        self.items = [self._item(row) for row in self.facts["invoice"] if row["issued"] <= as_of]
        self.prior = self._prior()

    # ------------------------------------------------------------------------------------------------- small helpers

    def table(self, name: str) -> list[Row]:
        return self.facts.get(name, [])

    def survivor(self, customer_id: str | None) -> str | None:
        row = self.customers.get(customer_id or "")
        return None if row is None else row.get("merged_into_id") or row["customer_id"]

    def banks(self, currency: str) -> Calendar:
        if currency not in self._calendars:
            self._calendars[currency] = calendar(f"@{currency}", date(2022, 1, 1), date(2029, 1, 1))
        return self._calendars[currency]

    def rate(self, currency: str, on: date) -> float:
        """Euros per unit: the latest quotation not after the day, straight or the other way round."""
        if currency == "EUR":
            return 1.0
        straight = [
            row for row in self.table("fx_rate") if (row["currency"], row["base"]) == (currency, "EUR")
        ]
        turned = [row for row in self.table("fx_rate") if (row["currency"], row["base"]) == ("EUR", currency)]
        quotes = sorted((row["on"], row["rate"]) for row in straight or turned)
        quote = [rate for day, rate in quotes if day <= on][-1]
        return quote if straight else 1.0 / quote

    def euros(self, amount: int, currency: str | None, on: date | None = None) -> int:
        if currency in (None, "EUR"):
            return amount
        return half_up(amount * self.rate(str(currency), on or self.today))

    def tolerance(self, currency: str, amount: int) -> int:
        fixed = 500
        if currency != "EUR":
            first = max(min(row["on"] for row in self.table("fx_rate")), self._first_day())
            fixed = int(500 / self.rate(currency, first) + 0.5)
        return max(fixed, half_up(amount * 0.005))

    def _first_day(self) -> date:
        dates = [row[name] for row in self.table("invoice") for name in ("due", "issued")]
        dates += [row["value_date"] for row in self.table("payment")]
        dates += [row["done_on"] for row in self.table("action")]
        return min([*dates, self.today]) - timedelta(days=60)

    # ---------------------------------------------------------------------------------------------------- documents

    def known_payments(self) -> dict[str, Row]:
        known = {
            row["payment_id"]: row
            for row in self.table("payment")
            if (row.get("entry_date") or row["value_date"]) <= self.today and row["value_date"] <= self.today
        }
        back: Counter[str] = Counter()
        for row in known.values():
            if row.get("kind") == "return" and row.get("reverses_payment_id"):
                back[row["reverses_payment_id"]] += row["amount"]
        return {key: {**row, "gone": back[key] >= row["amount"]} for key, row in known.items()}

    def allocations(self) -> list[Row]:
        payments = self.known_payments()
        found = []
        for row in self.table("allocation"):
            if row["allocated_on"] > self.today:
                continue
            if row.get("reversed_on") and row["reversed_on"] <= self.today:
                continue
            payment = payments.get(row.get("payment_id") or "")
            if row["kind"] == "payment" and (payment is None or payment["gone"]):
                continue
            found.append({**row, "payment": payment})
        return found

    def _item(self, row: Row) -> Item:
        if not hasattr(self, "_by_invoice"):
            self._by_invoice: dict[str, list[Row]] = defaultdict(list)
            self._used: Counter[str] = Counter()
            for found in self.allocations():
                self._by_invoice[found["invoice_id"]].append(found)
            for found in self.table("allocation"):
                in_force = found["allocated_on"] <= self.today and not (
                    found.get("reversed_on") and found["reversed_on"] <= self.today
                )
                if found.get("credit_note_id") and in_force:
                    self._used[found["credit_note_id"]] += found["amount"]
        parts = self._by_invoice[row["invoice_id"]]
        note = row["kind"] == "credit_note"
        taken = self._used[row["invoice_id"]] if note else sum(part["amount"] for part in parts)
        rest = max(row["amount"] - taken, 0)
        settled = rest <= self.tolerance(row["currency"], row["amount"])
        due = self.banks(row["currency"]).next(row["due"])
        pays, days = [], []
        for part in parts:
            on = part["payment"]["value_date"] if part["payment"] else part["allocated_on"]
            days.append(on)
            if part["kind"] in MONEY:
                pays.append((on, part["amount"]))

        def total(*kinds: str) -> int:
            return sum(part["amount"] for part in parts if part["kind"] in kinds)

        customer = self.customers[row["customer_id"]]
        disputes = [d for d in self.table("dispute") if d.get("invoice_id") == row["invoice_id"]]
        lost = any(
            d.get("outcome") == "customer_right" and d.get("closed_on") and d["closed_on"] <= self.today
            for d in disputes
        )
        returned = any(
            c["invoice_id"] == row["invoice_id"] and c.get("returned_on") and c["returned_on"] <= self.today
            for c in self.table("collection")
        )
        item = Item(
            row=row,
            owner=str(self.survivor(row["customer_id"])),
            due=due,
            open=rest,
            settled=settled,
            closed=max(days) if settled and days else None,
            pays=pays,
            weight=max(row["amount"] - total("credit_note", *EXCUSED, "write_off"), 0),
            excluded=(
                note
                or total("write_off") > 0
                or bool(row.get("factored_on") and row["factored_on"] <= self.today)
                or (row.get("payment_method") == "direct_debit" and not returned)
                or bool(customer.get("intercompany"))
                or lost
            ),
            disputed=sum(
                d["amount"] for d in disputes
                if d["opened_on"] <= self.today and not (d.get("closed_on") and d["closed_on"] <= self.today)
            ),
            age=(self.today - due).days,
            written_off=[(p["allocated_on"], p["amount"]) for p in parts if p["kind"] == "write_off"],
        )  # fmt: skip
        paid = sum(amount for _on, amount in pays)
        if not item.excluded and item.weight > 0 and (item.overdue or (settled and paid > 0)):
            days_paid = sum((on - due).days * amount for on, amount in pays)
            waiting = rest if item.overdue else 0
            exact = Fraction(days_paid + waiting * item.age, paid + waiting)
            item.late = min(max(half_up(exact), -60), 180)
            item.since = (self.today - item.closed).days if settled and item.closed else 0
        return item

    def observed(self, owner: str, window: int | None = None) -> list[Item]:
        return [
            item for item in self.items
            if item.owner == owner and item.late is not None and (window is None or item.since < window)
        ]  # fmt: skip

    # -------------------------------------------------------------------------------------------------- the portfolio

    def owners(self) -> list[str]:
        return [key for key in self.customers if self.survivor(key) == key]

    def _prior(self) -> Row:
        groups = {owner: self.observed(owner, YEAR) for owner in self.owners()}
        groups = {owner: items for owner, items in groups.items() if items}
        longer = [item.late for owner in self.owners() for item in self.observed(owner, 2 * YEAR)]
        days = {owner: [item.late for item in items] for owner, items in groups.items()}
        late = {owner: [int(item.late > 0) for item in items] for owner, items in groups.items()}
        every = [value for values in days.values() for value in values]
        return {
            "days12": sum(every) / len(every) if every else None,
            "days24": sum(longer) / len(longer) if longer else None,
            "late12": sum(value > 0 for value in every) / len(every) if every else None,
            "days_k": _credibility_k(list(days.values()), 1.0),
            "late_k": _credibility_k(list(late.values()), 4.0),
        }

    # --------------------------------------------------------------------------------------------------- the customer

    def profile(self, owner: str) -> Row:
        """The columns that are compared, of one customer."""
        return {
            "customer_id": owner,
            **self._behaviour(owner),
            **self._distribution(owner),
            **self._exposure(owner),
            **self._turnover(owner),
            **self._orders(owner),
            **self._conduct(owner),
            **self._habit(owner),
        }

    def _behaviour(self, owner: str) -> Row:
        ever, year, years = (self.observed(owner, window) for window in (None, YEAR, 2 * YEAR))
        n = len(year)
        late = [item.late for item in year]

        def weight(item: Item) -> int:
            return self.euros(item.weight, item.row["currency"], item.row["issued"])

        def mean(
            items: list[Item], value: Callable[[Item], int], scale: Callable[[Item], int]
        ) -> Fraction | None:
            total = sum(scale(item) for item in items)
            return Fraction(sum(scale(item) * value(item) for item in items), total) if total else None

        def days(item: Item) -> int:
            assert item.late is not None
            return item.late

        def faded(half_life: int) -> Callable[[Item], int]:
            return lambda item: half_up(1024 * 2.0 ** -(item.since / half_life))

        by_money, by_money24 = mean(year, days, weight), mean(years, days, weight)
        fading = faded(self.policy.measurement.half_life_days)
        recent = mean(years, days, lambda item: weight(item) * fading(item))
        to_pay = mean(year, lambda item: days(item) + (item.due - item.row["issued"]).days, weight)
        share = Fraction(sum(value > 0 for value in late), n) if n else None
        k, prior = self.prior["days_k"], self.prior
        longer = _careful(len(years), by_money24, k, prior["days24"], 2)
        risk = faded(self.policy.risk.half_life_days)
        lost = self._written_off(owner)
        disputed = {d["invoice_id"] for d in self._open_disputes() if d.get("invoice_id")}
        bad = [item for item in ever if days(item) > 60 and item.row["invoice_id"] not in disputed]
        lost_weight = sum(
            half_up(1024 * 2.0 ** -(since / self.policy.risk.half_life_days)) for since, _a in lost
        )
        stops = [
            self.today if not item.settled else item.closed
            for item in ever
            if not item.settled or days(item) > 0
        ]
        clean_from = max(stops) if stops else min((item.closed for item in ever if item.closed), default=None)
        settled12 = [item for item in year if item.settled]
        undisputed_late = any(
            item.overdue and min(item.disputed, item.open) < item.open for item in self._of(owner)
        )
        return {
            "observations": len(ever),
            "settled_count": sum(item.settled for item in ever),
            "behaviour_evidence": n,
            "days_late": None if by_money is None else to_grid(by_money, 2),
            "days_late_plain": to_grid(Fraction(sum(late), n), 2) if n else None,
            "days_late_sd": to_grid(math.sqrt(_variance(late)), 2) if n > 1 else None,
            "late_share": None if share is None else to_grid(share, 4),
            "late30_share": to_grid(Fraction(sum(value > 30 for value in late), n), 4) if n else None,
            "days_late_recent": None if recent is None else to_grid(recent, 2),
            "days_late_shrunken": _careful(n, by_money, k, prior["days12"], 2),
            "late_share_shrunken": _careful(n, share, prior["late_k"], prior["late12"], 4),
            "days_late_24m": longer,
            "payment_index": _index(longer) if len(years) >= 3 else None,
            "days_to_pay": None if to_pay is None else to_grid(to_pay, 2),
            "clean_days": None if clean_from is None else (self.today - clean_from).days,
            "paid_on_time_count": sum(item.settled and days(item) <= 0 for item in ever),
            "first_slip": undisputed_late and bool(settled12) and all(days(item) <= 0 for item in settled12),
            "default_events_12m": sum(value > 60 for value in late) + sum(since < YEAR for since, _a in lost),
            "risk_evidence": (sum(risk(item) for item in ever) + lost_weight) / 1024,
            "risk_events": (sum(risk(item) for item in bad) + lost_weight) / 1024,
            "written_off_12m": sum(amount for since, amount in lost if since < YEAR),
            "days_late_trend": _theil_sen(self.observed(owner, 2 * YEAR)),
        }

    def _of(self, owner: str) -> list[Item]:
        return [item for item in self.items if item.owner == owner]

    def _open_disputes(self) -> list[Row]:
        return [
            d for d in self.table("dispute")
            if d["opened_on"] <= self.today and not (d.get("closed_on") and d["closed_on"] <= self.today)
        ]  # fmt: skip

    def _written_off(self, owner: str) -> list[tuple[int, int]]:
        """Per invoice written off: days since the last write-off, and what was lost in euros of the day of issue."""
        found = []
        for item in self._of(owner):
            if item.written_off:
                lost = sum(amount for _on, amount in item.written_off)
                base = self.euros(item.row["amount"], item.row["currency"], item.row["issued"])
                since = (self.today - max(on for on, _amount in item.written_off)).days
                found.append((since, half_up(lost * (base / item.row["amount"]))))
        return found

    def _distribution(self, owner: str) -> Row:
        year = self.observed(owner, YEAR)
        late = [item.late for item in year if item.late is not None]
        if not late:
            return dict.fromkeys(
                ("days_late_median", "days_late_q1", "days_late_q3", "days_late_p80", "km_median")
            )
        survival, km = Fraction(1), None
        for day in sorted(set(late)):
            at_risk = sum(value >= day for value in late)
            paid = sum(item.late == day and item.settled for item in year)
            survival *= Fraction(at_risk - paid, at_risk)
            if survival <= Fraction(1, 2):
                km = day
                break
        return {
            "days_late_median": lower(late, Fraction(1, 2)),
            "days_late_q1": lower(late, Fraction(1, 4)),
            "days_late_q3": lower(late, Fraction(3, 4)),
            "days_late_p80": lower(late, Fraction(4, 5)),
            "km_median": km,
        }

    # -------------------------------------------------------------------------------------------------- what is open

    def _exposure(self, owner: str) -> Row:
        items = [item for item in self._of(owner) if item.open > 0]
        invoices = [item for item in items if item.row["kind"] == "invoice"]
        late = [item for item in invoices if item.overdue]

        def worth(item: Item) -> int:
            return self.euros(item.open, item.row["currency"])

        def disputed(item: Item) -> int:
            part = min(item.disputed, item.open)
            return half_up(part * (worth(item) / item.open)) if part else 0

        def bucket(first: int, last: float) -> int:
            return sum(worth(item) for item in late if first <= item.age <= last)

        opened = sum(map(worth, invoices))
        free, deposit, repaid = self._money(owner)
        credit = max(sum(worth(item) for item in items if item.row["kind"] == "credit_note") - repaid, 0)
        ordered, delivered = self._open_orders(owner)
        undisputed = [item for item in late if min(item.disputed, item.open) < item.open]
        return {
            "open_items": sum(not item.settled for item in invoices),
            "open_amount": opened,
            "overdue_amount": sum(map(worth, late)),
            "not_due_amount": opened - sum(map(worth, late)),
            "overdue_1_30": bucket(1, 30),
            "overdue_31_60": bucket(31, 60),
            "overdue_61_90": bucket(61, 90),
            "overdue_91_180": bucket(91, 180),
            "overdue_over_180": bucket(181, math.inf),
            "overdue_items": len(late),
            "oldest_overdue_days": max((item.age for item in late), default=0),
            "oldest_undisputed_overdue_days": max((item.age for item in undisputed), default=0),
            "undisputed_overdue_amount": sum(worth(item) - disputed(item) for item in late),
            "disputed_amount": sum(map(disputed, invoices)),
            "unallocated_amount": free,
            "deposits": deposit,
            "credits_open": credit,
            "open_orders": ordered,
            "delivered_not_invoiced": delivered,
            "exposure": opened + ordered + delivered - free - deposit - credit,
        }

    def _money(self, owner: str) -> tuple[int, int, int]:
        """Unallocated, deposits, and what was paid back beyond it: euros, per currency never below 0."""
        moved: Counter[str] = Counter()
        bound: Counter[str] = Counter()
        payments = self.known_payments()
        used: Counter[str] = Counter()
        rows = {row["invoice_id"]: row for row in self.table("invoice")}
        for found in self.table("allocation"):
            in_force = found["allocated_on"] <= self.today and not (
                found.get("reversed_on") and found["reversed_on"] <= self.today
            )
            if found.get("payment_id") and in_force:
                used[found["payment_id"]] += found["amount"]
        for row in payments.values():
            if self.survivor(row.get("customer_id")) != owner:
                continue
            sign = -1 if row.get("kind") in ("refund", "return") else 1
            moved[row["currency"]] += sign * row["amount"]
            if row.get("order_id") and sign > 0 and not row["gone"]:
                bound[row["currency"]] += max(row["amount"] - used[row["payment_id"]], 0)
        for found in self.allocations():
            payment = found["payment"]
            if found["kind"] != "payment" or self.survivor(payment.get("customer_id")) != owner:
                continue
            invoice = rows[found["invoice_id"]]
            if invoice["issued"] > self.today:
                continue
            amount = found["amount"]
            if invoice["currency"] != payment["currency"]:
                on = payment["value_date"]
                amount = half_up(
                    amount * self.rate(invoice["currency"], on) / self.rate(payment["currency"], on)
                )
            moved[payment["currency"]] -= amount
        free = deposit = repaid = 0
        for currency, left in moved.items():
            held = min(bound[currency], max(left, 0))
            free += self.euros(max(left - held, 0), currency)
            deposit += self.euros(held, currency)
            repaid += self.euros(max(-left, 0), currency)
        return free, deposit, repaid

    def _valid_orders(self, owner: str) -> list[Row]:
        return [
            row for row in self.table("order")
            if self.survivor(row["customer_id"]) == owner and row["ordered_on"] <= self.today
            and not (row.get("cancelled_on") and row["cancelled_on"] <= self.today)
            and not (row.get("refused_on") and row["refused_on"] <= self.today)
        ]  # fmt: skip

    def _open_orders(self, owner: str) -> tuple[int, int]:
        waiting = delivered = 0
        for row in self._valid_orders(owner):
            done = 0
            if row.get("delivered_on") and row["delivered_on"] <= self.today:
                done = row["amount"] if row.get("delivered_amount") is None else row["delivered_amount"]
            value, done, billed = (
                self.euros(part, row["currency"])
                for part in (row["amount"], done, row.get("invoiced_amount") or 0)
            )
            waiting += max(value - max(done, billed), 0)
            delivered += max(done - billed, 0)
        return waiting, delivered

    # ------------------------------------------------------------------------------------------- size, orders, conduct

    def _sold(self, owner: str, first: int, last: int) -> int:
        total = 0
        for item in self._of(owner):
            if first <= (self.today - item.row["issued"]).days <= last:
                value = self.euros(item.row["amount"], item.row["currency"], item.row["issued"])
                total += value if item.row["kind"] == "invoice" else -value
        return total

    def _turnover(self, owner: str) -> Row:
        ranked = sorted(self.owners(), key=lambda one: (-self._sold(one, 0, YEAR - 1), one))
        bought = {one: max(self._sold(one, 0, YEAR - 1), 0) for one in ranked}
        total, ahead, place = sum(bought.values()), 0, ""
        for one in ranked:
            if one == owner:
                share = Fraction(ahead, total) if total else Fraction(1)
                place = (
                    "C"
                    if not bought[one]
                    else "A"
                    if share < Fraction(8, 10)
                    else "B"
                    if share < Fraction(95, 100)
                    else "C"
                )
                break
            ahead += bought[one]
        blocks = sorted(self._sold(owner, 30 * i, 30 * i + 29) for i in range(12))
        invoices = [item for item in self._of(owner) if item.row["kind"] == "invoice"]
        return {
            "turnover_12m": self._sold(owner, 0, YEAR - 1),
            "turnover_previous_12m": self._sold(owner, YEAR, 2 * YEAR - 1),
            "turnover_class": place,
            "turnover_rank": ranked.index(owner) + 1,
            "invoices_12m": sum((self.today - item.row["issued"]).days < YEAR for item in invoices),
            "peak_month_sales": max(blocks[-1], 0),
            **self._outstanding(owner),
            "sales_per_day_p90": half_up(Fraction(max(blocks[-2], 0), 30)),
            "first_invoice_age_days": max(
                ((self.today - item.row["issued"]).days for item in invoices), default=None
            ),
        }

    def _outstanding(self, owner: str) -> Row:
        """DSO: simple, counted back month by month, at best, and what lateness adds."""
        sold = self._sold(owner, 0, YEAR - 1)
        if sold <= 0:
            return dict.fromkeys(("dso", "dso_countback", "dso_best", "dso_delinquent"))
        exposed = self._exposure(owner)
        opened, rest, days = exposed["open_amount"], exposed["open_amount"], Fraction(0)
        for month in range(12):
            newest = max(self._sold(owner, 30 * month, 30 * month + 29), 0)
            if rest > 0:
                days += Fraction(30 * rest, newest) if rest < newest else 30
            rest -= newest
        simple = Fraction(half_up(Fraction(opened * YEAR * 10, sold)), 10)
        best = Fraction(half_up(Fraction((opened - exposed["overdue_amount"]) * YEAR * 10, sold)), 10)
        return {
            "dso": float(simple),
            "dso_countback": half_up(days * 10) / 10,
            "dso_best": float(best),
            "dso_delinquent": float(simple - best),
        }

    def _orders(self, owner: str) -> Row:
        year = [row for row in self._valid_orders(owner) if (self.today - row["ordered_on"]).days < YEAR]
        amounts = [self.euros(row["amount"], row["currency"]) for row in year]
        refused = [
            row for row in self.table("order")
            if self.survivor(row["customer_id"]) == owner and row["ordered_on"] <= self.today
            and row.get("refused_on") and 0 <= (self.today - row["refused_on"]).days < YEAR
        ]  # fmt: skip
        return {
            "orders_12m": len(year),
            "order_median": lower(amounts, Fraction(1, 2)) if amounts else None,
            "refused_orders_12m": len(refused),
            "refused_by_customer_12m": sum(row.get("refused_by") == "customer" for row in refused),
        }

    def _conduct(self, owner: str) -> Row:
        mine = [
            d
            for d in self.table("dispute")
            if self.survivor(d["customer_id"]) == owner and d["opened_on"] <= self.today
        ]
        year = [d for d in mine if (self.today - d["opened_on"]).days < YEAR]
        running = [d for d in mine if not (d.get("closed_on") and d["closed_on"] <= self.today)]
        named = {d["invoice_id"] for d in year if d.get("invoice_id")}
        invoices = sum(
            item.row["kind"] == "invoice" and (self.today - item.row["issued"]).days < YEAR
            for item in self._of(owner)
        )
        notes = [
            n
            for n in self.table("note")
            if self.survivor(n["customer_id"]) == owner and n["on"] <= self.today
        ]
        recent = [n for n in notes if (self.today - n["on"]).days < YEAR]
        tactics = sorted({n["tactic"] for n in recent if n.get("tactic")})
        return {
            "disputes_12m": len(year),
            "dispute_share_12m": (
                to_grid(min(Fraction(len(named), invoices), Fraction(1)), 4) if invoices else float(bool(named))
            ),
            "disputes_open": len(running),
            "oldest_dispute_days": max(((self.today - d["opened_on"]).days for d in running), default=0),
            "stalling_12m": sum(bool(n.get("tag") == "stalling" or n.get("tactic")) for n in recent),
            "tactics": tactics or None,
            "cash_trouble_days": min(
                ((self.today - n["on"]).days for n in notes if n.get("tag") == "cash_trouble"), default=None
            ),
        }  # fmt: skip

    # ------------------------------------------------------------------------------------------------------- the habit

    def _habit(self, owner: str) -> Row:
        """The habit found in the payment dates; a declared one goes before it. Whether it has lapsed is told elsewhere."""
        wishes = [
            p for p in self.table("preference")
            if self.survivor(p["customer_id"]) == owner and p["kind"] == "payment_run" and p["from_on"] <= self.today
        ]  # fmt: skip
        if wishes:
            latest = max(wishes, key=lambda p: p["from_on"])
            return {
                "habit": "declared",
                "habit_day": latest["value"].lower().replace(" ", ""),
                "habit_share": None,
            }
        found = self._habit_found(owner)
        return dict(zip(("habit", "habit_day", "habit_share"), found or (None, None, None), strict=True))

    def _dates(self, owner: str) -> list[date]:
        days = {
            row["value_date"]
            for row in self.known_payments().values()
            if self.survivor(row.get("customer_id")) == owner and not row["gone"]
            and row.get("kind") in (None, "receipt") and row.get("method") != "direct_debit"
            and (self.today - row["value_date"]).days < 730
        }  # fmt: skip
        return sorted(days)

    def _habit_found(self, owner: str) -> tuple[str, str, float] | None:
        dates = self._dates(owner)
        last = dates[-24:]
        if len(last) < 6 or (last[-1] - last[0]).days < 92:
            return None
        chance = {"weekday": Fraction(1, 5)}
        best: tuple[Any, ...] | None = None
        for order, (kind, code, near, exact) in enumerate(self._hypotheses()):
            hits = sum(near(day) for day in last)
            if _beyond_chance(hits, len(last), chance.get(kind, Fraction(1, 7))):
                mark = (hits, sum(exact(day) for day in last), -order)
                if best is None or mark > best[0]:
                    best = (mark, kind, code, near)
        lag = self._lag(owner)
        if lag and (best is None or lag[1] >= Fraction(best[0][0], len(last))):
            return "lag", f"+{lag[0]}", to_grid(lag[1], 2)
        if best is None or not (best[3](dates[-1]) or best[3](dates[-2])):
            return None
        return best[1], best[2], to_grid(Fraction(best[0][0], len(last)), 2)

    def _lag(self, owner: str) -> tuple[int, Fraction] | None:
        lags = Counter(item.late for item in self.observed(owner, YEAR) if item.settled)
        if not lags:
            return None

        def span(day: int) -> int:
            return lags[day - 1] + lags[day] + lags[day + 1]

        middle = max(lags, key=lambda day: (span(day), lags[day], -day))
        n = sum(lags.values())
        if n >= 6 and middle >= 1 and _beyond_chance(span(middle), n, Fraction(1, 7)):
            return middle, Fraction(span(middle), n)
        return None

    def _hypotheses(self) -> Iterable[tuple[str, str, Callable[[date], bool], Callable[[date], bool]]]:
        """Kind, code, and whether a day hits it within one bank day, and exactly; in the order that decides a tie."""
        if not hasattr(self, "_known_hypotheses"):
            banks = self.banks("EUR")
            days = [banks.first + timedelta(days=i) for i in range((banks.last - banks.first).days)]
            open_days = [day for day in days if banks.works(day)]
            place = {day: i for i, day in enumerate(open_days)}
            months: dict[tuple[int, int], list[date]] = defaultdict(list)
            for day in open_days:
                months[day.year, day.month].append(day)
            wanted: list[tuple[str, str, set[int]]] = []
            for back in range(3):
                code = f"last-{back}" if back else "last"
                wanted.append(
                    ("last_business_day", code, {place[month[-1 - back]] for month in months.values()})
                )
            for number in range(1, 32):
                chosen = {
                    place[min((day for day in month if day.day >= number), default=month[-1])]
                    for month in months.values()
                }
                wanted.append(("month_day", str(number), chosen))
            wanted += [
                ("nth_business_day", str(number), {place[month[number - 1]] for month in months.values()})
                for number in range(1, 6)
            ]
            for number, name in enumerate(WEEKDAYS):
                chosen = {place[banks.next(day)] for day in days[:-30] if day.weekday() == number}
                wanted.append(("weekday", name, chosen))

            def test(chosen: set[int], reach: int) -> Callable[[date], bool]:
                return lambda day: any(
                    place[banks.next(day)] + step in chosen for step in range(-reach, reach + 1)
                )

            self._known_hypotheses = [
                (kind, code, test(chosen, 0 if kind == "weekday" else 1), test(chosen, 0))
                for kind, code, chosen in wanted
            ]
        return self._known_hypotheses


def _beyond_chance(hits: int, n: int, chance: Fraction) -> bool:
    tail = sum(math.comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(hits, n + 1))
    return hits * 4 >= n * 3 and 45 * tail < Fraction(1, 100)


def _variance(values: Sequence[int]) -> Fraction:
    n = len(values)
    return Fraction(n * sum(value * value for value in values) - sum(values) ** 2, n * (n - 1))


def _careful(n: int, x: Fraction | None, k: float, prior: float | None, digits: int) -> float | None:
    if prior is None:
        return None
    return to_grid((n * float(x or 0) + k * prior) / (n + k), digits)


def _credibility_k(groups: list[list[int]], otherwise: float) -> float:
    """Variance within over variance between groups of unequal size, from the analysis of variance."""
    n, g = sum(map(len, groups)), len(groups)
    if g < 10 or n - g < 10:
        return otherwise
    means = [Fraction(sum(group), len(group)) for group in groups]
    grand = Fraction(sum(map(sum, groups)), n)
    within = sum((v - mean) ** 2 for group, mean in zip(groups, means, strict=True) for v in group) / (n - g)
    spread = sum(len(group) * (mean - grand) ** 2 for group, mean in zip(groups, means, strict=True)) / (
        g - 1
    )
    size = Fraction(n - Fraction(sum(len(group) ** 2 for group in groups), n), g - 1)
    between = (spread - within) / size
    k = 20.0 if between <= 0 else float(within / between)
    return to_grid(min(max(k, 0.25), 20.0), 3)


def _index(days: float | None) -> int | None:
    anchors = (
        (-30, 100),
        (-20, 90),
        (0, 80),
        (15, 70),
        (22, 60),
        (30, 50),
        (60, 40),
        (90, 30),
        (120, 20),
        (180, 1),
    )
    if days is None:
        return None
    if days <= anchors[0][0]:
        return 100
    for (x0, y0), (x1, y1) in pairwise(anchors):
        if days <= x1:
            return half_up(y0 + (Fraction(str(days)) - x0) * (y1 - y0) / (x1 - x0))
    return 1


def _theil_sen(items: list[Item]) -> float | None:
    ordered = sorted(items, key=lambda item: (item.due, item.late))[-12:]
    if len(ordered) < 4:
        return None
    late = [item.late for item in ordered]
    slopes = sorted(Fraction(late[j] - late[i], j - i) for i, j in combinations(range(len(late)), 2))
    return to_grid(slopes[(len(slopes) - 1) // 2], 2)
