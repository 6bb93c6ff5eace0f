"""Many rows come out as they went in, also by the way that is taken for many only."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from django.db import transaction

from creditdesk.desk.ledger import bulk, reading, writing
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.schema import TABLES
from desk.test_bindings import bare, filled

pytestmark = pytest.mark.usefixtures("desk")

LARGE = {"fact_customer", "fact_plan", "fact_fx_rate"}
"""Tables that have every type of the contract between them."""


def test_large_tables_come_out_like_small_ones(monkeypatch: Any) -> None:
    company = Company.objects.create(code="acme", name="Acme")
    writing.add_all(company, {name: [filled(name), bare(name)] for name in TABLES}, by="anna")
    usual = reading.facts(company)
    monkeypatch.setattr(bulk, "large_tables", lambda: LARGE)
    for name, rows in reading.facts(company).items():
        assert rows.schema == usual[name].schema
        assert sorted(rows.to_pylist(), key=repr) == sorted(usual[name].to_pylist(), key=repr), name


def test_a_transaction_sees_what_it_wrote_itself(monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "large_tables", lambda: LARGE)
    company = Company.objects.create(code="acme", name="Acme")
    with transaction.atomic():
        writing.add(company, "customer", [filled("customer")], by="anna")
        assert reading.facts(company)["customer"].num_rows == 1
        transaction.set_rollback(True)
    assert reading.facts(company) == {}


def test_a_table_that_has_grown_much_is_known_to_be_large(desk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "BATCH", 300)
    monkeypatch.setattr(bulk, "MANY", 800)
    company = Company.objects.create(code="acme", name="Acme")
    count = bulk.MANY + 1
    rows = pa.table(
        {
            "customer_id": [f"c{number}" for number in range(count)],
            "name": ["x"] * count,
            "kind": ["company"] * count,
        }
    )
    writing.add(company, "customer", rows, by="anna")
    assert bulk.large_tables() == ({"fact_customer"} if desk.vendor == "postgresql" else set())
    assert reading.facts(company)["customer"].num_rows == count
