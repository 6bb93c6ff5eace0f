"""Many rows come out as they went in, also by the way that is taken for many only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import transaction
from django.utils import timezone

from creditdesk.desk.casework.privacy import PERSONAL
from creditdesk.desk.ledger import bulk, filed, kept, reading, writing
from creditdesk.desk.ledger.models import Company, Import
from creditdesk.desk.ledger.undoing import undo
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


@pytest.fixture
def ledger(monkeypatch: Any, tmp_path: Path) -> Callable[[], dict[str, list[str]]]:
    """A company with some invoices, read as a day reads them: gives what each kept table holds, and which files it was read whole into."""
    company = Company.objects.create(code="acme", name="Acme")
    writing.add_all(
        company, {"customer": [customer("c1")], "invoice": [invoice(one) for one in "abcdef"]}, by="anna"
    )
    monkeypatch.setattr(filed, "MANY", 1)

    def read() -> dict[str, list[str]]:
        whole: list[str] = []
        usual, take = reading.facts(company), kept.Kept.take
        with monkeypatch.context() as patch:
            patch.setattr(
                kept.Kept, "take", lambda self, name, path: (whole.append(name), take(self, name, path))
            )
            found = reading.filed_facts(
                company, reading.known_import(company, None), tmp_path, tmp_path / "kept"
            )
        rows = filed.columns(found["invoice"], usual["invoice"].column_names)
        assert sorted(rows.to_pylist(), key=repr) == sorted(usual["invoice"].to_pylist(), key=repr)
        return {"whole": whole, "files": sorted(one.name for one in found["invoice"])}

    return read


def customer(name: str) -> dict[str, Any]:
    return bare("customer") | {"customer_id": name}


def invoice(name: str, amount: int = 100) -> dict[str, Any]:
    return bare("invoice") | {"invoice_id": name, "customer_id": "c1", "amount": amount}


def test_of_a_kept_table_only_what_came_or_was_replaced_is_read(ledger: Any) -> None:
    company = Company.objects.get()
    assert ledger()["whole"] == ["invoice"]
    first = ledger()
    assert first["whole"] == []
    writing.add(company, "invoice", [invoice("g")], by="anna")
    came = ledger()
    assert came["whole"] == []
    assert set(first["files"]) < set(came["files"])
    corrected = writing.add(company, "invoice", [invoice("a", 250), invoice("h")], by="anna")
    assert ledger()["whole"] == []
    undo(corrected.pk, by="anna", why="a mistake")
    assert ledger()["whole"] == []
    for number in range(kept.MOST_FILES + 2):
        writing.add(company, "invoice", [invoice(f"n{number}")], by="anna")
        assert ledger()["whole"] == []
    assert len(ledger()["files"]) <= kept.MOST_FILES


def test_in_doubt_a_kept_table_is_read_whole(ledger: Any, tmp_path: Path, monkeypatch: Any) -> None:
    company = Company.objects.get()
    ledger()
    (file,) = ledger()["files"]
    (tmp_path / "kept" / file).write_bytes((tmp_path / "kept" / file).read_bytes()[:-20])
    assert ledger()["whole"] == ["invoice"], "cut short"
    assert file not in {one.name for one in (tmp_path / "kept").iterdir()}
    Import.objects.update(made_at=timezone.now())
    assert ledger()["whole"] == ["invoice"], "another database was restored"
    monkeypatch.setattr(kept, "__version__", "another")
    assert ledger()["whole"] == ["invoice"], "another program"
    (tmp_path / "kept" / kept.STAMP).write_text("{", encoding="utf-8")
    assert ledger()["whole"] == ["invoice"], "cut off while it was written"
    monkeypatch.setattr(kept, "MOST_NEW", 2)
    writing.add(company, "invoice", [invoice(one) for one in "xyz"], by="anna")
    assert ledger()["whole"] == ["invoice"], "too much came"


def test_what_is_erased_stands_in_no_kept_table() -> None:
    assert "contact" not in kept.KEPT
    assert not {column.name for name in kept.KEPT for column in TABLES[name].columns} & set(PERSONAL)
