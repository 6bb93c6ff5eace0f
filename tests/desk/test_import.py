"""A facts folder and a foreign file, brought into the ledger, brought again, corrected and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from creditdesk.desk.ledger import importing, reading, writing
from creditdesk.desk.ledger.models import Company, HeldCustomer, Import, Quarantined
from creditdesk.facts.problem import UnusableInput
from desk.books import INVOICES, Books

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def company() -> Company:
    return Company.objects.create(code="acme", name="Acme")


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "books")


def state(company: Company, **asked: object) -> dict[str, list[tuple[object, ...]]]:
    """Everything that holds, in an order that does not depend on the database."""
    return {
        name: sorted(map(repr, table.to_pylist())) for name, table in reading.facts(company, **asked).items()
    }


def counts(result: importing.Result) -> Mapping[str, tuple[int, int, int]]:
    return {name: (one.new, one.replaced, one.same) for name, one in result.laid.items()}


def test_a_folder_is_in_the_ledger_as_it_was_checked(company, books) -> None:
    done = importing.import_folder(company, books.write(), by="anna")
    assert (done.exit_status, counts(done)) == (0, {"customer": (3, 0, 0), "invoice": (3, 0, 0)})
    facts = reading.facts(company)
    assert facts["invoice"].column("amount").to_pylist() == [10000, 20000, 30000]
    assert Import.objects.get().source == "books"


def test_the_same_folder_twice_changes_nothing(company, books) -> None:
    importing.import_folder(company, books.write(), by="anna")
    before = state(company)
    again = importing.import_folder(company, books.write(), by="bert")
    assert not again.imported.changed
    assert counts(again) == {"customer": (0, 0, 3), "invoice": (0, 0, 3)}
    assert state(company) == before
    assert Import.objects.count() == 1


def test_the_ledger_is_known_as_it_was_after_each_import(company, books) -> None:
    first = importing.import_folder(company, books.write(), by="anna").imported
    one = state(company)
    second = importing.import_folder(
        company, books.write(invoice=INVOICES.replace("20000", "25000").replace("i3,", "i4,")), by="anna"
    )
    two = state(company)
    assert counts(second)["invoice"] == (1, 1, 1)
    assert state(company, known=first) == one
    assert state(company, known=second.imported.made_at) == two
    assert state(company, known=first.made_at) == one
    assert state(company, known=0) == {}


def test_an_import_is_undone_out_of_order_where_nothing_rests_on_it(company, books) -> None:
    importing.import_folder(company, books.write(), by="anna")
    one = state(company)
    wrong = writing.add(company, "invoice", [an_invoice("i9")], by="bert")
    writing.add(company, "invoice", [an_invoice("i8")], by="carl")
    importing.undo(wrong.pk, by="anna", why="typed twice")
    assert len(state(company)["invoice"]) == 4
    importing.undo(Import.objects.get(by="carl").pk, by="anna", why="typed twice too")
    assert state(company) == one
    with pytest.raises(importing.NotUndone, match="was undone already, by import 4"):
        importing.undo(wrong.pk, by="anna", why="again")


def test_an_import_is_not_undone_beneath_a_later_one(company, books) -> None:
    first = importing.import_folder(company, books.write(), by="anna").imported
    changed = importing.import_folder(
        company, books.write(invoice=INVOICES.replace("20000", "25000")), by="anna"
    )
    with pytest.raises(
        importing.NotUndone, match=r"import 2 brought .* again; the way out: undo import 2 first"
    ):
        importing.undo(first.pk, by="anna", why="wrong folder")
    importing.undo(changed.imported.pk, by="anna", why="wrong folder")
    writing.add(company, "promise", [a_promise()], by="bert")
    with pytest.raises(
        importing.NotUndone, match=r"import 4 brought rows in promise that name a customer of it"
    ):
        importing.undo(first.pk, by="anna", why="wrong folder")
    importing.undo(4, by="bert", why="for another customer")
    importing.undo(first.pk, by="anna", why="wrong folder")
    assert state(company) == {}


def test_a_reminder_that_lists_an_invoice_does_not_stop_its_undoing(company, books) -> None:
    importing.import_folder(company, books.write(), by="anna")
    wrong = writing.add(company, "invoice", [an_invoice("i9")], by="bert")
    sent = {"action_id": "a1", "customer_id": "c1", "channel": "email", "direction": "out", "done_on": day(1),
            "invoice_ids": ["i9"]}  # fmt: skip
    writing.add(company, "action", [sent], by="desk")
    importing.undo(wrong.pk, by="anna", why="another company's invoice")
    assert len(state(company)["invoice"]) == 3
    assert len(state(company)["action"]) == 1


def test_a_bad_row_is_kept_its_customer_is_held_and_a_good_row_settles_it(company, books) -> None:
    bad = importing.import_folder(
        company, books.write(invoice=INVOICES.replace("2026-02-05", "soon")), by="anna"
    )
    assert (bad.exit_status, bad.imported.quarantined) == (1, 1)
    kept = Quarantined.objects.get()
    assert (kept.file, kept.line, kept.column, kept.found, kept.customer_id) == (
        "invoice.csv",
        3,
        "due",
        "soon",
        "c1",
    )
    assert '"i2"' in kept.row
    assert reading.held_customers(company) == ["c1"]
    assert not importing.import_folder(company, books.folder, by="anna").imported.changed
    writing.add(company, "invoice", [an_invoice("i2")], by="bert")
    assert reading.held_customers(company) == []
    assert reading.held_customers(company, known=bad.imported) == ["c1"]
    importing.undo(2, by="bert", why="not sure of the date")
    assert reading.held_customers(company) == ["c1"]


def test_the_same_folder_corrected_settles_what_could_not_even_be_read(company, books) -> None:
    broken = INVOICES + 'i4,"c3,4,invoice,2026-01-07,2026-02-06,30000,EUR\n'
    importing.import_folder(company, books.write(invoice=broken), by="anna")
    assert Quarantined.objects.filter(replaced_by=None).count() == 1
    importing.import_folder(company, books.write(invoice=broken.replace('"c3', "c3")), by="anna")
    assert Quarantined.objects.filter(replaced_by=None).count() == 0
    assert HeldCustomer.objects.filter(replaced_by=None).count() == 0
    assert len(state(company)["invoice"]) == 4


def test_two_companies_know_nothing_of_each_other(company, books) -> None:
    other = Company.objects.create(code="beta", name="Beta")
    importing.import_folder(company, books.write(), by="anna")
    importing.import_folder(other, books.write(invoice=INVOICES.replace("10000", "11000")), by="anna")
    assert reading.facts(company)["invoice"].column("amount").to_pylist()[0] == 10000
    assert reading.facts(other)["invoice"].column("amount").to_pylist()[0] == 11000
    importing.undo(1, by="anna", why="wrong company")
    assert state(company) == {}
    assert len(state(other)["invoice"]) == 3


def test_a_foreign_file_comes_in_by_its_mapping(company, tmp_path: Path) -> None:
    file = tmp_path / "open items.csv"
    file.write_text(
        "Debiteur;Naam;Factuurnummer;Factuurdatum;Vervaldatum;Openstaand;Valuta\n"
        "7;Peeters;1;5.1.2026;4.2.2026;1.234,50;EUR\n"
        "7;Peeters;2;6.1.2026;morgen;10,00;EUR\n",
        encoding="utf-8",
    )
    done = importing.import_foreign(company, file, by="anna")
    assert (done.exit_status, done.imported.kind, done.imported.source) == (1, "file", "open items.csv")
    assert reading.facts(company)["invoice"].column("amount").to_pylist() == [123450]
    assert [(one.file, one.line, one.found) for one in Quarantined.objects.all()] == [
        ("open items.csv", 3, "morgen")
    ]
    assert reading.held_customers(company) == ["7"]
    assert not importing.import_foreign(company, file, by="anna").imported.changed


def test_a_part_names_what_the_ledger_holds(company, books, tmp_path: Path) -> None:
    importing.import_folder(company, books.write(), by="anna")
    part = tmp_path / "today"
    part.mkdir()
    (part / "payment.csv").write_text(
        "payment_id,customer_id,value_date,amount,currency\n"
        "p1,c1,2026-02-01,9000,EUR\np2,c1,2026-02-02,9000,EUR\np3,nobody,2026-02-02,5,EUR\n"
    )
    (part / "allocation.csv").write_text(
        "allocation_id,invoice_id,kind,payment_id,allocated_on,amount\n"
        "a1,i1,payment,p1,2026-02-01,9000\na2,i9,payment,p2,2026-02-02,100\n"
    )
    (part / "invoice.csv").write_text(
        "invoice_id,customer_id,number,kind,issued,due,amount,currency\n"
        "i4,c3,4,invoice,2026-02-01,2026-03-01,100,EUR\ni5,c9,5,invoice,2026-02-01,2026-03-01,100,EUR\n"
    )
    done = importing.import_folder(company, part, by="anna")
    assert counts(done) == {"invoice": (1, 0, 0), "payment": (3, 0, 0), "allocation": (1, 0, 0)}
    assert {(one.table, one.column, one.found) for one in Quarantined.objects.all()} == {
        ("allocation", "invoice_id", "i9"),
        ("invoice", "customer_id", "c9"),
    }
    assert not importing.import_folder(company, part, by="anna").imported.changed
    more = tmp_path / "tomorrow"
    more.mkdir()
    (more / "allocation.csv").write_text(
        "allocation_id,invoice_id,kind,payment_id,allocated_on,amount\n"
        "a3,i1,payment,p2,2026-02-03,2000\na4,i2,payment,p2,2026-02-03,2000\n"
    )
    over = importing.import_folder(company, more, by="anna")
    assert counts(over) == {"allocation": (1, 0, 0)}
    kept = Quarantined.objects.get(file="allocation.csv", line=2, source="tomorrow")
    assert kept.found == "allocated 11000 of 10000"
    assert reading.held_customers(company) == ["c1"]


def test_what_a_part_names_may_be_taken_back_while_it_is_checked(
    company, books, tmp_path: Path, monkeypatch
) -> None:
    importing.import_folder(company, books.write(), by="anna")
    extra = writing.add(
        company, "customer", [{"customer_id": "c9", "name": "N", "kind": "company"}], by="anna"
    )
    part = tmp_path / "today"
    part.mkdir()
    (part / "invoice.csv").write_text(
        INVOICES.lstrip().splitlines()[0] + "\ni9,c9,9,invoice,2026-02-01,2026-03-01,5,EUR\n"
    )
    check = importing.check_folder

    def slow_check(*given, **named):
        checked = check(*given, **named)
        if not Import.objects.filter(undoes=extra).exists():
            importing.undo(extra.pk, by="bert", why="no customer of ours")
        return checked

    monkeypatch.setattr(importing, "check_folder", slow_check)
    done = importing.import_folder(company, part, by="anna")
    assert (counts(done), done.imported.quarantined) == ({"invoice": (0, 0, 0)}, 1)


def test_a_part_may_be_about_no_customer_at_all(company, books, tmp_path: Path) -> None:
    importing.import_folder(company, books.write(), by="anna")
    part = tmp_path / "rates"
    part.mkdir()
    (part / "fx_rate.csv").write_text("currency,base,on,rate\nUSD,EUR,2026-02-01,0.9\n")
    assert counts(importing.import_folder(company, part, by="anna")) == {"fx_rate": (1, 0, 0)}
    (part / "fx_rate.csv").unlink()
    with pytest.raises(UnusableInput, match="no table customer"):
        importing.import_folder(company, part, by="anna")


def an_invoice(number: str) -> dict[str, object]:
    return {"invoice_id": number, "customer_id": "c1", "number": number, "kind": "invoice", "issued": day(5),
            "due": day(30), "amount": 500, "currency": "EUR"}  # fmt: skip


def a_promise() -> dict[str, object]:
    return {"promise_id": "p1", "customer_id": "c1", "invoice_id": "i1", "made_on": day(8), "due_on": day(20),
            "amount": 10000, "currency": "EUR"}  # fmt: skip


def day(number: int) -> date:
    return date(2026, 1, number)
