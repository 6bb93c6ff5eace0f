"""Whatever is brought in and taken back: the ledger holds what the imports that stand give, laid one upon the other."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.desk.ledger import reading, writing
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.undoing import NotUndone, undo

KEYS = {"customer": "customer_id", "invoice": "invoice_id"}

customers = st.sampled_from(["c1", "c2", "c3"])
a_customer = st.builds(
    lambda key, name: {"customer_id": key, "name": name, "kind": "company"}, customers, st.sampled_from("AB")
)
an_invoice = st.builds(
    lambda key, customer, amount: {
        "invoice_id": key, "customer_id": customer, "number": key, "kind": "invoice", "issued": date(2026, 1, 1),
        "due": date(2026, 2, 1), "amount": amount, "currency": "EUR",
    },
    st.sampled_from(["i1", "i2", "i3"]), customers, st.sampled_from([1, 2]),
)  # fmt: skip
a_security = st.builds(
    lambda amount: {"customer_id": "c1", "kind": "deposit", "amount": amount, "currency": "EUR",
                    "from_on": date(2026, 1, 1)},
    st.sampled_from([1, 2]),
)  # fmt: skip
facts = st.fixed_dictionaries(
    {},
    optional={
        "customer": st.lists(a_customer, min_size=1, max_size=3, unique_by=lambda row: row["customer_id"]),
        "invoice": st.lists(an_invoice, min_size=1, max_size=3, unique_by=lambda row: row["invoice_id"]),
        "security": st.lists(a_security, min_size=1, max_size=2),
    },
)
steps = st.lists(st.one_of(facts, facts, st.integers(1, 12)), min_size=1, max_size=10)
"""Rows to bring in, or the number of an import to undo."""


@dataclass
class Reference:
    """The same ledger in plain Python: imports by number, and which of them stand."""

    brought: dict[int, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    undoes: dict[int, int] = field(default_factory=dict)

    def standing(self) -> list[int]:
        gone: set[int] = set()
        for number in sorted(self.undoes, reverse=True):
            if number not in gone:
                gone.add(self.undoes[number])
        return [number for number in sorted(self.brought) if number not in gone]

    def holds(self) -> dict[str, Counter[str]]:
        found: dict[str, Any] = {"customer": {}, "invoice": {}, "security": Counter()}
        for number in self.standing():
            for table, rows in self.brought[number].items():
                if table in KEYS:
                    found[table].update({row[KEYS[table]]: repr(plain(row)) for row in rows})
                else:
                    found[table] |= Counter(repr(plain(row)) for row in rows)
        return {
            table: Counter(rows.values()) if table in KEYS else rows for table, rows in found.items() if rows
        }


def plain(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted((name, value) for name, value in row.items() if value is not None)


def held(company: Company, **asked: Any) -> dict[str, Counter[str]]:
    return {
        name: Counter(repr(plain(row)) for row in table.to_pylist())
        for name, table in reading.facts(company, **asked).items()
    }


@pytest.mark.usefixtures("one_desk")
@settings(max_examples=25)
@given(steps)
def test_the_ledger_is_what_the_imports_that_stand_give(history) -> None:
    company = Company.objects.create(code=uuid.uuid4().hex, name="Acme")
    reference, then, offset = Reference(), {}, None
    for step in history:
        if isinstance(step, dict):
            there = held(company).get("customer", Counter())
            known = {key for key in ("c1", "c2", "c3") if any(f"'{key}'" in row for row in there)}
            known |= {row["customer_id"] for row in step.get("customer", [])}
            rows = {
                table: [row for row in found if row["customer_id"] in known] for table, found in step.items()
            }
            made = writing.add_all(company, rows, by="anna")
            if made.changed:
                offset = made.pk if offset is None else offset
                reference.brought[made.pk] = rows
        elif offset is not None:
            latest = max([*reference.brought, *reference.undoes])
            number = min(offset + step - 1, latest)
            before = held(company)
            try:
                made = undo(number, by="anna", why="wrong")
            except NotUndone:
                assert number != latest, "what came last can always be undone"
                assert held(company) == before
                continue
            reference.undoes[made.pk] = number
        else:
            continue
        assert held(company) == reference.holds()
        if made.changed:
            then[made.pk] = held(company)
    for number, state in then.items():
        assert held(company, known=number) == state
