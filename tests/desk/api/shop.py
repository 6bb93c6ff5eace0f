"""A web shop and its company: customers with a decision each, written as a day would have, and orders that are asked about."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from creditdesk.desk import place
from creditdesk.desk.casework import policies
from creditdesk.desk.casework.models import Decision, PolicyVersion, Run, Stage
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.writing import add, add_all
from creditdesk.facts.column import BOOLEAN, DATE, FLOAT, INTEGER, STRING
from creditdesk.facts.decisions import DECISION
from creditdesk.policy.load import policy_text
from desk.api.asking import Program, company
from desk.office import HERE

PLAIN = {STRING: "", INTEGER: 0, FLOAT: 0.0, BOOLEAN: False, DATE: None}
TODAY = date(2026, 3, 23)
NOON = datetime(2026, 3, 23, 12, tzinfo=HERE)


def stand_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's day is 23 March 2026."""
    home = tmp_path / "standing"
    home.mkdir()
    place.write_standing_day(home, TODAY)
    monkeypatch.setenv(place.HOME, str(home))


class Shop:
    """One company, its customers, and a program that asks."""

    def __init__(self) -> None:
        self.company: Company = company()
        self.program = Program.of(self.company)
        self.policy = self._enact()

    def _enact(self) -> PolicyVersion:
        """The shipped policy, in force: it was read when it was written."""
        text = policy_text("starter")
        return PolicyVersion.objects.create(
            company=self.company, name="starter", version="1", text=text, digest=hashlib.sha256(text.encode()).hexdigest(),
            effective_on=date(2020, 1, 1), author="anna", reason="the first", written_at=NOON, approver="bert",
            approved_at=NOON,
        )  # fmt: skip

    def customer(self, name: str, *, segment: str = "standard", limit: int | None = 1_000_000, owes: int = 0,
                 late: int = -10, **facts: Any) -> None:  # fmt: skip
        """A customer that was decided today; it owes something that is `late` days past due."""
        add(
            self.company,
            "customer",
            [{"customer_id": name, "name": name.title(), "kind": "company", **facts}],
            by="import",
        )
        if owes:
            self.invoice(f"i-{name}", name, owes, late)
        self.decided(name, segment, limit)

    def invoice(self, number: str, of: str, amount: int, late: int = -10, **more: Any) -> None:
        add(self.company, "invoice", [self._invoice(number, of, amount, late) | more], by="import")

    @staticmethod
    def _invoice(number: str, of: str, amount: int, late: int) -> dict[str, Any]:
        due = TODAY - timedelta(days=late)
        return {"invoice_id": number, "customer_id": of, "number": number, "kind": "invoice", "due": due, "amount": amount,
                "issued": min(due, TODAY) - timedelta(days=30), "currency": "EUR"}  # fmt: skip

    def pays(self, customer: str, amount: int, invoice: str) -> None:
        name = f"p-{customer}-{amount}"
        add_all(
            self.company,
            {
                "payment": [{"payment_id": name, "customer_id": customer, "value_date": TODAY, "amount": amount,
                             "currency": "EUR"}],
                "allocation": [{"allocation_id": name, "invoice_id": invoice, "kind": "payment", "payment_id": name,
                                "allocated_on": TODAY, "amount": amount}],
            },
            by="import",
        )  # fmt: skip

    def decided(self, name: str, segment: str, limit: int | None, on: date = TODAY, **more: Any) -> Decision:
        """What a day decides, and that it was done with everything known by now."""
        given = policies.in_force(self.company, TODAY)
        blank = {column.name: PLAIN[column.type] if column.required else None for column in DECISION.columns}
        del blank["as_of"], blank["moved"]
        found = json.loads(json.dumps(blank | {
            "customer_id": name, "segment_since": on.isoformat(), "risk_class": "low", "acceptance": "open", "fees": "none",
            "delivery_terms": "normal", "currency": "EUR", "order_block": "none", "credit_limit": limit, "policy": given.name, "policy_version": given.version, "segment": segment, "terms_days": 30,
            "terms_reason": None, "limit_reason": "need", "order_block_reason": None, "natural_person": False,
            "cell_row": "medium", "cell_column": "fair",
        } | more))  # fmt: skip
        run, _ = Run.objects.update_or_create(
            company=self.company, as_of=on, defaults={"by": "test", "started_at": NOON, "state": "done"}
        )
        last = (
            Import.objects.filter(legal_entity=self.company)
            .order_by("-id")
            .values_list("id", flat=True)
            .first()
        )
        Stage.objects.update_or_create(
            run=run, name="record", defaults={"finished_at": NOON, "ledger_no": last}
        )
        Decision.objects.filter(company=self.company, customer=name, to_on=None).delete()
        acceptance = {"contested": "prepayment", "occasional": "prepayment", "firm": "limited"}.get(
            segment, "open"
        )
        return Decision.objects.create(
            company=self.company, customer=name, from_on=on, digest="x", segment=segment, risk_class="low",
            acceptance=more.get("acceptance", acceptance), order_block=more.get("order_block", "none"), currency="EUR",
            exposure=0, credit_limit=limit, headroom=limit, content=json.dumps(found),
        )  # fmt: skip

    def asks(self, customer: str, amount: int, order: str | None = None, **more: Any) -> Any:
        """An order of so many cents."""
        language = more.pop("accept_language", None)
        headers = {"accept_language": language} if language else {}
        body = {"amount": amount, "currency": "EUR", "order_id": order, "language": "en", **more}
        if language:
            del body["language"]
        got = self.program.post(f"/customers/{customer}/credit-check", body, **headers)
        assert got.status == 200, got.content
        return got.content

    def says(
        self, customer: str, amount: int, order: str | None = None, **more: Any
    ) -> tuple[str, int | None, str]:
        """Answer, what is to be paid, and why."""
        got = self.asks(customer, amount, order, **more)
        return got["answer"], got["pay_amount"], got["reason"]["code"]
