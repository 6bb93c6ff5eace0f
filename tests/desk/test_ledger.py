"""What the ledger holds after facts were added, changed, repeated and taken back."""

from __future__ import annotations

from datetime import date

import pytest

from creditdesk.desk.ledger import importing, reading, writing
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.facts.schema import TABLES

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def company() -> Company:
    return Company.objects.create(code="acme", name="Acme")


def customer(name: str = "Peeters", **more: object) -> dict[str, object]:
    return {"customer_id": "c1", "name": name, "kind": "company", **more}


def rows(company: Company, table: str, **asked: object) -> list[dict[str, object]]:
    found = reading.facts(company, **asked)
    return found[table].to_pylist() if table in found else []


def test_a_row_that_was_added_is_read_back_as_it_was(company) -> None:
    plan = {
        "plan_id": "p1",
        "customer_id": "c1",
        "agreed_on": date(2026, 3, 1),
        "invoice_ids": ["a;1", 'b"2', ""],
    }
    odd = {"customer_id": "c1", "name": 'O\'Neil, "Sons"\nLtd', "kind": "company", "street": "", "city": None,
           "key_account": True, "intercompany": False, "employees": 12, "founded_on": date(1999, 12, 31)}  # fmt: skip
    rate = {"currency": "USD", "base": "EUR", "on": date(2026, 1, 2), "rate": 0.1 + 0.2}
    for table, row in (("customer", odd), ("plan", plan), ("fx_rate", rate)):
        writing.add(company, table, [row], by="anna")
        (found,) = rows(company, table)
        assert found == {column.name: row.get(column.name) for column in TABLES[table].columns}


def test_a_zero_byte_is_marked_since_not_every_database_can_keep_it(company) -> None:
    writing.add(company, "customer", [customer("Pee\0ters")], by="anna")
    assert [row["name"] for row in rows(company, "customer")] == ["Pee\N{REPLACEMENT CHARACTER}ters"]
    assert not writing.add(company, "customer", [customer("Pee\0ters")], by="anna").changed


def test_what_changed_replaces_and_what_is_equal_is_no_news(company) -> None:
    first = writing.add(company, "customer", [customer()], by="anna")
    again = writing.add(company, "customer", [customer()], by="anna")
    second = writing.add(company, "customer", [customer("Peeters NV")], by="bert")
    assert (first.changed, again.changed, second.changed) == (True, False, True)
    assert [row["name"] for row in rows(company, "customer")] == ["Peeters NV"]
    assert [row["name"] for row in rows(company, "customer", known=first)] == ["Peeters"]
    assert Import.objects.count() == 2


def test_an_undoing_brings_back_what_was_replaced(company) -> None:
    writing.add(company, "customer", [customer()], by="anna")
    second = writing.add(company, "customer", [customer("Peeters NV")], by="bert")
    undone = importing.undo(second.pk, by="anna", why="wrong name")
    assert [row["name"] for row in rows(company, "customer")] == ["Peeters"]
    assert [row["name"] for row in rows(company, "customer", known=second)] == ["Peeters NV"]
    importing.undo(undone.pk, by="bert", why="it was right")
    assert [row["name"] for row in rows(company, "customer")] == ["Peeters NV"]


def test_every_table_of_the_contract_comes_back_for_one_customer(company) -> None:
    writing.add(
        company,
        "customer",
        [customer(), customer(customer_id="c2", payer_id="c1"), customer(customer_id="c3")],
        by="a",
    )
    assert {row["customer_id"] for row in rows(company, "customer", customers=["c1"])} == {"c1", "c2"}
