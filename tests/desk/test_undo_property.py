"""Whatever is brought in and taken back: the ledger holds what the imports that stand give, laid one upon the other."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from creditdesk.desk.ledger import reading, writing
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.undoing import NotUndone, undo

IDS = ("c1", "c2")
TOLD = ("customer", "invoice", "security")
KEYS = {"customer": "customer_id", "invoice": "invoice_id"}

a_customer = st.builds(
    lambda key, name: {"customer_id": key, "name": name, "kind": "company"},
    st.sampled_from(["c1", "c2"]),
    st.sampled_from("AB"),
)
an_invoice = st.builds(
    lambda key, customer, amount: {
        "invoice_id": key, "customer_id": customer, "number": key, "kind": "invoice", "issued": date(2026, 1, 1),
        "due": date(2026, 2, 1), "amount": amount, "currency": "EUR",
    },
    st.sampled_from(["i1", "i2"]), st.sampled_from(["c1", "c1", "c2"]), st.sampled_from([1, 2]),
)  # fmt: skip
a_security = st.builds(
    lambda amount: {"customer_id": "c1", "kind": "deposit", "amount": amount, "currency": "EUR",
                    "from_on": date(2026, 1, 1)},
    st.sampled_from([1, 2]),
)  # fmt: skip
facts = st.one_of(
    st.fixed_dictionaries(
        {"invoice": st.lists(an_invoice, min_size=1, max_size=2, unique_by=lambda row: row["invoice_id"])}
    ),
    st.fixed_dictionaries(
        {"customer": st.lists(a_customer, min_size=1, max_size=2, unique_by=lambda row: row["customer_id"])}
    ),
    st.fixed_dictionaries({"security": st.lists(a_security, min_size=1, max_size=2)}),
)
steps = st.lists(st.one_of(facts, st.integers(0, 30)), min_size=4, max_size=12)
"""Rows to bring in, or which of the imports so far to undo."""

CHANGES = [{"invoice": [{**row, "amount": amount}]} for row in [
    {"invoice_id": "i1", "customer_id": "c1", "number": "i1", "kind": "invoice", "issued": date(2026, 1, 1),
     "due": date(2026, 2, 1), "currency": "EUR"}] for amount in (1, 2, 3)]  # fmt: skip
NAMED = {"customer": [{"customer_id": "c2", "name": "A", "kind": "company"}]}
NAMES = {"invoice": [{**CHANGES[0]["invoice"][0], "invoice_id": "i2", "customer_id": "c2"}]}


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


def held(company: Company, known: int | None = None) -> dict[str, Counter[str]]:
    number = reading.known_import(company, known)
    found = {name: reading.known_rows(company, number, name, "", ()) for name in TOLD}
    return {
        name: Counter(repr(plain(row)) for row in table.to_pylist())
        for name, table in found.items()
        if table.num_rows
    }


@pytest.mark.usefixtures("one_desk")
@settings(max_examples=15)
@given(steps)
@example([CHANGES[0], CHANGES[1], 1, 2, 1, 3])  # beneath a later version
@example([CHANGES[0], CHANGES[1], 2, CHANGES[2], 3, 5])  # an undoing beneath a later version
@example([CHANGES[0], CHANGES[0], CHANGES[1], 2, 1])
@example([CHANGES[0], {**CHANGES[0], **NAMED}, 1, 2, 1])  # said again by a later one
@example([CHANGES[0], CHANGES[1], 2, {**CHANGES[0], **NAMED}, 3])  # what was replaced is said again
@example([NAMED, NAMES, 1, 2, 1])  # named by a later one
def test_the_ledger_is_what_the_imports_that_stand_give(history) -> None:
    company = Company.objects.create(code=uuid.uuid4().hex, name="Acme")
    base = {"customer": [{"customer_id": "c1", "name": "Base", "kind": "company"}]}
    first = writing.add_all(company, base, by="anna")
    reference, then = Reference({first.pk: base}), {first.pk: held(company)}
    for step in history:
        if isinstance(step, dict):
            known = {one for one in IDS for row in held(company)["customer"] if f"'{one}'" in row}
            known |= {row["customer_id"] for row in step.get("customer", [])}
            rows = {
                name: [row for row in found if row["customer_id"] in known] for name, found in step.items()
            }
            made = writing.add_all(company, rows, by="anna")
            if made.changed:
                reference.brought[made.pk] = rows
        else:
            there = sorted([*reference.brought, *reference.undoes])
            number = there[step % len(there)]
            if number == first.pk:
                continue
            before = held(company)
            try:
                made = undo(number, by="anna", why="wrong")
            except NotUndone:
                assert number != there[-1], "what came last can always be undone"
                assert held(company) == before
                continue
            reference.undoes[made.pk] = number
        assert held(company) == reference.holds()
        if made.changed:
            then[made.pk] = held(company)
    for number, state in then.items():
        assert held(company, known=number) == state
