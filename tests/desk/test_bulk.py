"""Many rows come out as they went in, also by the way that is taken for many only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import transaction

from creditdesk.desk.ledger import bulk, filed, reading, writing
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


def test_tables_of_many_rows_are_files_that_say_the_same(monkeypatch: Any, tmp_path: Path) -> None:
    company = Company.objects.create(code="acme", name="Acme")
    writing.add_all(company, {name: [filled(name), bare(name)] for name in TABLES}, by="anna")
    usual = reading.facts(company)
    monkeypatch.setattr(filed, "MANY", 1)
    found = reading.filed_facts(company, reading.known_import(company, None), tmp_path)
    assert found.keys() == usual.keys()
    for name, rows in found.items():
        assert rows == [tmp_path / f"{name}.parquet"]
        assert (filed.count(rows), filed.names(rows)) == (2, usual[name].column_names)
        whole = filed.columns(rows, filed.names(rows))
        assert sorted(whole.to_pylist(), key=repr) == sorted(usual[name].to_pylist(), key=repr), name
        for column in usual[name].column_names:
            assert filed.has_value(rows, column) == filed.has_value(usual[name], column), (name, column)
    monkeypatch.setattr(filed, "MANY", 2)
    few = reading.filed_facts(company, reading.known_import(company, None), tmp_path / "unused")
    assert all(isinstance(rows, pa.Table) for rows in few.values())


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
