"""What is known of one customer, for whoever has it on the line: contacts, items, the decision, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Decision, Step
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.conditions import Conditions
from creditdesk.desk.screens.wording import content, words
from creditdesk.desk.standing.models import Account, OpenItem, Stale
from creditdesk.report.words import BY_MATRIX, PLACING, Words

MOST_ITEMS = 300
"""Open items on a page; the rest is counted."""

BUCKETS = ((0, "not_due"), (30, "1_30"), (60, "31_60"), (90, "61_90"), (180, "91_180"))


@dataclass
class Dossier:
    """One customer on one day; each part is read when it is asked for."""

    scope: Scope
    account: Account

    @property
    def customer(self) -> str:
        """Its id."""
        return self.account.customer

    @cached_property
    def words(self) -> Words | None:
        """Words of the policy in force."""
        return words(self.scope.company, self.scope.today)

    @cached_property
    def stale(self) -> Stale | None:
        """That something was recorded which the figures do not know yet."""
        return Stale.objects.filter(company=self.scope.company, customer=self.customer).first()

    @cached_property
    def decision(self) -> dict[str, Any]:
        """What holds for it; empty before the first day."""
        found = Decision.objects.filter(
            company=self.scope.company, customer=self.customer, to_on=None
        ).first()
        return content(found) if found else {}

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        """Steps that are due or held today, most urgent first, with what they say in words."""
        rows = Step.objects.filter(company=self.scope.company, customer=self.customer, to_on=None)
        return [{**content(row), "state": row.state} for row in rows]

    @cached_property
    def items(self) -> list[OpenItem]:
        """Open items, oldest first; of a payer those of all it pays for."""
        rows = OpenItem.objects.filter(company=self.scope.company, customer=self.customer)
        return list(rows.order_by("due_on", "id")[:MOST_ITEMS])

    def lines(self) -> list[dict[str, Any]]:
        """Open items with their age on the day."""
        return [
            {"item": one, "days": max(0, (self.scope.today - one.due_on).days), "holds": one.holds.split()}
            for one in self.items
        ]

    @property
    def withheld(self) -> bool:
        """Whether something keeps any of it from being collected: without it nothing has to be told."""
        return any(one.holds or one.disputed for one in self.items)

    def ageing(self) -> list[dict[str, Any]]:
        """What is open by age, in the reporting currency; credit notes are left out."""
        sums = {name: 0 for _days, name in BUCKETS} | {"over_180": 0}
        for one in self.items:
            if one.kind == "invoice":
                age = (self.scope.today - one.due_on).days
                sums[next((name for days, name in BUCKETS if age <= days), "over_180")] += one.open_base
        most = max(sums.values()) or 1
        return [
            {"bucket": name, "amount": amount, "most": most}
            for name, amount in sums.items()
            if amount or name == "not_due"
        ]

    @cached_property
    def contacts(self) -> list[Any]:
        """Whom to reach, as known today; the main one first."""
        return contacts(self.scope, self.customer, self.scope.today)

    @cached_property
    def facts(self) -> Any:
        """The customer's own row of the ledger: address, numbers, terms."""
        rows = FACTS["customer"].objects.filter(
            legal_entity=self.scope.company, customer_id=self.customer, replaced_by=None
        )
        known = [one for one in rows if one.known_from is None or one.known_from <= self.scope.today]
        return max(known, key=lambda one: one.known_from or date.min, default=None)

    # --- in words -------------------------------------------------------------------------------------------------

    def why(self) -> str:
        """Why it is in its segment."""
        return self.words.reasons(self.decision) if self.words and self.decision else ""

    def criteria(self) -> list[str]:
        """Each criterion with its band and value."""
        return self.words.criteria(self.decision) if self.words and self.decision else []

    @property
    def by_rule(self) -> bool:
        """Whether a rule or a person placed it, not the matrix: then the criteria say more than the reason."""
        placing = [one["rule"] for one in self.decision.get("reasons") or () if one["criterion"] == PLACING]
        return placing not in ([], [BY_MATRIX])

    def change(self) -> str:
        """What would move it."""
        near = self.decision.get("nearest_change") or {}
        if not (self.words and near):
            return ""
        if near.get("invoice_id"):  # whoever pays knows an invoice by its number
            number = self.numbers([near["invoice_id"]]).get(near["invoice_id"])
            near = {**near, "invoice_id": number or near["invoice_id"]}
        return self.words.change({**self.decision, "nearest_change": near})

    def numbers(self, invoices: list[str]) -> dict[str, str]:
        """The numbers of invoices by their ids."""
        absent = set(invoices) - self.known.keys()
        if not absent:
            return self.known
        rows = FACTS["invoice"].objects.filter(
            legal_entity=self.scope.company, invoice_id__in=absent, replaced_by=None
        )
        return {**self.known, **dict(rows.values_list("invoice_id", "number"))}

    @cached_property
    def known(self) -> dict[str, str]:
        """The numbers of the open items, which are read anyhow."""
        return {one.invoice: one.number for one in self.items}

    def rule(self) -> str:
        """What the rule asks by which it was placed, in words; empty where the matrix or a person placed it."""
        placing = next(
            (one["rule"] for one in self.decision.get("reasons") or () if one["criterion"] == PLACING), ""
        )
        rules = self.words.policy.rules if self.words and self.by_rule else ()
        when = next((one.when for one in rules if one.name == placing), "")
        return Conditions(self.words.policy, self.words.t).said(when) if self.words and when else ""

    @property
    def quiet(self) -> bool:
        """Whether its segment gets no reminders at all."""
        segment = self.words.policy.segments.get(self.account.segment) if self.words else None
        return segment is not None and not segment.dunning

    @property
    def passed(self) -> bool:
        """Whether the day of the planned step is past though nothing of it is due: it was passed over, or does not go."""
        on = self.account.next_due_on
        return on is not None and on <= self.scope.today and not self.steps


def contacts(scope: Scope, customer: str, on: date) -> list[Any]:
    """The contacts of a customer on a day: the version known then, without those that have left."""
    rows = FACTS["contact"].objects.filter(legal_entity=scope.company, customer_id=customer, replaced_by=None)
    latest: dict[str, Any] = {}
    for one in sorted(rows, key=lambda row: row.known_from or date.min):
        if one.known_from is None or one.known_from <= on:
            latest[one.contact_id] = one
    found = [one for one in latest.values() if one.until_on is None or one.until_on >= on]
    return sorted(found, key=lambda one: (not one.is_primary, one.role != "accounts_payable", one.contact_id))
