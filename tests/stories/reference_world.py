"""All facts of a company with the policy they are read under; a payer's facts are cut out once, for any day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from creditdesk.facts.calendar import Changes
from creditdesk.policy.document import Policy
from stories.reference_facts import Payer, Row, Tables
from stories.reference_reading import payer_on


@dataclass
class World:
    """All facts, with the policy and its calendars; a payer's facts are cut out once and read as of any day."""

    tables: Tables
    policy: Policy
    rates: Mapping[str, float] = field(default_factory=dict)
    _cut: dict[str, Tables] = field(default_factory=dict)
    _seen: dict[tuple[str, str, date], Payer] = field(default_factory=dict)

    @cached_property
    def changes(self) -> Mapping[str, Changes]:
        return {
            place: Changes(frozenset(each.works_on), tuple(each.works_on_named), frozenset(each.closed_on))
            for place, each in self.policy.calendars.items()
        }

    @cached_property
    def own_actions_since(self) -> date:
        """The first day on which a step of ours was done for anybody."""
        days = [
            row["done_on"]
            for row in self.tables.get("action", ())
            if row["direction"] == "out" and row.get("procedure") not in (None, "imported")
        ]
        return min(days, default=date.max)

    @cached_property
    def live_since(self) -> date:
        """The first day on which a person released anybody."""
        days = [
            row["decided_on"]
            for row in self.tables.get("approval", ())
            if row["subject"] == "go_live" and row["granted"]
        ]
        return min(days, default=date.max)

    def payer(self, payer: str, company: str, on: date) -> Payer:
        key = (payer, company, on)
        if key not in self._seen:
            if payer not in self._cut:
                self._cut[payer] = cut_out(self.tables, payer)
            found = payer_on(self._cut[payer], payer, company, on, self.changes)
            found.rates = self.rates
            found.own_actions_exist = self.own_actions_since <= on
            found.live_since = self.live_since if self.live_since <= on else None
            found.addresses_kept = "contact" in self.tables or any(
                row.get("street") for row in self.tables.get("customer", ())
            )
            self._seen[key] = found
        return self._seen[key]

    def base(self, amount: int, currency: str) -> int:
        """An amount in the reporting currency."""
        return int(amount * self.rates.get(currency, 1.0) + 0.5)


def cut_out(tables: Tables, payer: str) -> Tables:
    """The rows that concern one payer; tables without a customer come along whole."""
    members = {
        row["customer_id"] for row in tables.get("customer", ())
        if (row.get("payer_id") or row.get("merged_into_id") or row["customer_id"]) == payer
        or row["customer_id"] == payer
    }  # fmt: skip
    found: dict[str, list[Row]] = {}
    for name, rows in tables.items():
        if name in (
            "company",
            "bank_statement",
            "fx_rate",
            "allocation",
            "collection",
            "instalment",
            "payment",
        ):
            continue
        found[name] = [row for row in rows if row.get("customer_id") in members]
    found["approval"] = [
        row for row in tables.get("approval", ()) if row.get("customer_id") in (None, *members)
    ]
    for name in ("company", "bank_statement"):
        if name in tables:
            found[name] = list(tables[name])
    candidates = {row["payment_id"] for row in found.get("payment_candidate", ())}
    found["payment"] = [
        row for row in tables.get("payment", ())
        if row.get("customer_id") in members or row["payment_id"] in candidates
    ]  # fmt: skip
    invoices = {row["invoice_id"] for row in found.get("invoice", ())}
    payments = {row["payment_id"] for row in found["payment"]}
    found["allocation"] = [
        row for row in tables.get("allocation", ())
        if row["invoice_id"] in invoices or row.get("payment_id") in payments
        or row.get("credit_note_id") in invoices
    ]  # fmt: skip
    more = {row.get("payment_id") for row in found["allocation"]} - payments
    found["payment"] += [row for row in tables.get("payment", ()) if row["payment_id"] in more]
    found["collection"] = [row for row in tables.get("collection", ()) if row["invoice_id"] in invoices]
    plans = {row["plan_id"] for row in found.get("plan", ())}
    found["instalment"] = [row for row in tables.get("instalment", ()) if row["plan_id"] in plans]
    return found
