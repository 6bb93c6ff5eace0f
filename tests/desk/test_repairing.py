"""Rows that were set apart: repaired one by one or many alike, tried again as they are, or left out with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditdesk.desk.ledger import importing, reading
from creditdesk.desk.ledger.dependence import NotUndone
from creditdesk.desk.ledger.models import Company, Import, Quarantined
from creditdesk.desk.ledger.repairing import Apart, leave_out, repair, rows_apart, whole_rows
from desk.books import CUSTOMERS, INVOICES, Books
from desk.screens.people import NOW

pytestmark = pytest.mark.usefixtures("desk")

LIST = """\
Debiteur;Naam;Factuurnummer;Factuurdatum;Vervaldatum;Openstaand;Valuta
7;Peeters;1;5.1.2026;4.2.2026;1.234,50;EUR
7;Peeters;2;6.1.2026;morgen;10,00;EUR
8;Maes;3;7.1.2026;6.2.2026;veel;EUR
8;Maes;4;8.1.2026;7.2.2026;20,00;EUR;te veel
"""


@pytest.fixture
def company() -> Company:
    return Company.objects.create(code="acme", name="Acme")


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "books")


def apart(company: Company) -> list[Apart]:
    return rows_apart(
        Quarantined.objects.filter(legal_entity=company, replaced_by=None)
        .order_by("id")
        .select_related("brought_by")
    )


def tried(company: Company, rows: list[Apart], changes: dict[int, dict[str, str]] | None = None):
    return repair(company, rows, changes or {}, by="mia", why="corrected with the customer", at=NOW)


def amounts(company: Company) -> dict[str, int]:
    rows = reading.facts(company)["invoice"]
    return dict(zip(rows.column("invoice_id").to_pylist(), rows.column("amount").to_pylist(), strict=True))


def test_the_wrong_value_of_a_row_is_corrected_and_the_row_goes_in(company, books) -> None:
    importing.import_folder(
        company, books.write(invoice=INVOICES.replace("2026-02-05,20000", "soon,a lot")), by="anna"
    )
    (row,) = apart(company)
    assert {one.column for one in row.mistakes} == {"due", "amount"}
    assert row.values is not None
    assert (row.values["invoice_id"], row.values["due"]) == ("i2", "soon")
    half = tried(company, [row], {row.first.pk: {"due": "2026-02-05"}})
    assert (half.imported, [(one.column, one.found) for one in half.wrong]) == (None, [("amount", "a lot")])
    assert reading.held_customers(company) == ["c1"]

    done = tried(company, [row], {row.first.pk: {"due": "2026-02-05", "amount": "20000"}})

    assert done.imported is not None
    assert (done.good, done.wrong, done.customers) == ([row.first.pk], [], {"c1"})
    assert (done.imported.by, done.imported.why) == ("mia", "corrected with the customer")
    assert amounts(company)["i2"] == 20000
    assert apart(company) == []
    assert reading.held_customers(company) == []


def test_undoing_a_repair_puts_the_row_back_into_quarantine(company, books) -> None:
    importing.import_folder(company, books.write(invoice=INVOICES.replace("2026-02-05", "soon")), by="anna")
    (row,) = apart(company)
    done = tried(company, [row], {row.first.pk: {"due": "2026-02-05"}})
    assert done.imported is not None
    with pytest.raises(NotUndone) as refused:
        importing.undo(1, by="anna", why="wrong folder")
    assert (refused.value.code, refused.value.later) == ("named", done.imported.pk)
    importing.undo(done.imported.pk, by="anna", why="wrong date after all")
    assert [one.first.found for one in apart(company)] == ["soon"]
    assert reading.held_customers(company) == ["c1"]


def test_a_key_that_was_missing_settles_the_row_too(company, books) -> None:
    importing.import_folder(company, books.write(invoice=INVOICES.replace("i2,c1", ",c1")), by="anna")
    (row,) = apart(company)
    tried(company, [row], {row.first.pk: {"invoice_id": "i2"}})
    assert apart(company) == []
    assert amounts(company)["i2"] == 20000


def test_what_a_row_names_may_have_come_since_so_that_it_is_good_as_it_is(company, books) -> None:
    importing.import_folder(
        company, books.write(invoice=INVOICES.replace("c2,3", "c9,3").replace("c3", "c9")), by="anna"
    )
    (row,) = apart(company)
    assert row.first.code == "dangling"
    assert tried(company, [row]).good == []
    more = Books(books.folder.parent / "more")
    more.folder.mkdir()
    (more.folder / "customer.csv").write_text("customer_id,name,kind\nc9,Claes,company\n")
    importing.import_folder(company, more.folder, by="anna")
    assert tried(company, apart(company)).good == [row.first.pk]
    assert amounts(company)["i3"] == 30000


def test_the_second_row_of_a_key_does_not_take_the_place_of_the_first(company, books) -> None:
    twice = INVOICES + "i3,c2,3,invoice,2026-01-07,2026-02-06,99,EUR\n"
    importing.import_folder(company, books.write(invoice=twice), by="anna")
    (row,) = apart(company)
    kept = amounts(company)["i3"]
    assert tried(company, [row]).good == []
    assert tried(company, [row], {row.first.pk: {"number": "4"}}).good == []
    assert amounts(company)["i3"] == kept
    assert tried(company, [row], {row.first.pk: {"invoice_id": "i4"}}).good == [row.first.pk]
    assert set(amounts(company)) == {"i1", "i2", "i3", "i4"}


def test_many_rows_at_once_and_those_still_bad_stay(company, books) -> None:
    wrong = INVOICES.replace("2026-02-04", "4/2/26").replace("2026-02-05", "5/2/26").replace("EUR\n", "EUR\n")
    importing.import_folder(company, books.write(invoice=wrong.replace("20000", "-1")), by="anna")
    rows = apart(company)
    changes = {row.first.pk: {"due": f"2026-02-0{index + 4}"} for index, row in enumerate(rows)}
    done = tried(company, rows, changes)
    assert len(done.good) == 1
    assert [(one.code, one.found) for one in done.wrong] == [("negative", "-1")]
    assert set(amounts(company)) == {"i1", "i3"}
    assert len(apart(company)) == 1


def test_rows_of_a_foreign_file_are_read_again_by_its_mapping(company, tmp_path) -> None:
    file = tmp_path / "open items.csv"
    file.write_text(LIST, encoding="utf-8")
    importing.import_foreign(company, file, by="anna")
    rows = apart(company)
    assert [(row.first.line, row.first.code, row.guessed) for row in rows] == [
        (3, "unreadable_cell", False), (4, "unreadable_cell", False), (5, "unreadable_row", True)
    ]  # fmt: skip
    assert rows[0].values is not None
    assert rows[0].values["Vervaldatum"] == "morgen"
    assert reading.held_customers(company) == ["7"]
    # what is a guess is not tried as it is
    assert tried(company, rows).good == []

    changes = {
        rows[0].first.pk: {"Vervaldatum": "5.2.2026"},
        rows[1].first.pk: {"Openstaand": "-1.000,00"},
        rows[2].first.pk: {"Openstaand": "20,00"},
    }
    done = tried(company, rows, changes)

    assert len(done.good) == 3
    assert amounts(company) == {"1": 123450, "2": 1000, "3": 100000, "4": 2000}
    assert sorted(reading.facts(company)["customer"].column("name").to_pylist()) == ["Maes", "Peeters"]
    assert (apart(company), reading.held_customers(company)) == ([], [])


def test_a_spreadsheets_days_and_numbers_are_kept_as_they_are(company, tmp_path) -> None:
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(LIST.splitlines()[0].split(";"))
    day = dt.datetime(2026, 1, 6)  # noqa: DTZ001  a cell
    sheet.append(["7", "Peeters", 1, day, day, 12.5, "EUR"])
    sheet.append(["7", "Peeters", 2, day, "morgen", 1000.1, "EUR"])
    book.save(tmp_path / "open items.xlsx")
    importing.import_foreign(company, tmp_path / "open items.xlsx", by="anna")
    (row,) = apart(company)
    assert row.values is not None
    assert (row.values["Factuurdatum"], row.values["Openstaand"]) == ("2026-01-06", 1000.1)
    assert tried(company, [row], {row.first.pk: {"Vervaldatum": "5.2.2026"}}).good == [row.first.pk]
    assert amounts(company)["2"] == 100010


def test_a_row_is_left_out_with_a_reason_and_holds_nobody_any_longer(company, books) -> None:
    importing.import_folder(company, books.write(invoice=INVOICES.replace("2026-02-05", "soon")), by="anna")
    rows = apart(company)
    with pytest.raises(ValueError, match="with a reason"):
        leave_out(company, rows, by="mia", why=" ", at=NOW)
    done = leave_out(company, rows, by="mia", why="never sent to the customer", at=NOW)
    assert (apart(company), reading.held_customers(company)) == ([], [])
    assert Import.objects.get(pk=done.pk).why == "never sent to the customer"
    importing.undo(done.pk, by="mia", why="it was sent")
    assert len(apart(company)) == 1
    assert reading.held_customers(company) == ["c1"]


def test_another_companys_rows_are_not_one_number_away(company, books) -> None:
    other = Company.objects.create(code="beta", name="Beta")
    importing.import_folder(other, books.write(invoice=INVOICES.replace("2026-02-05", "soon")), by="anna")
    (row,) = apart(other)
    assert whole_rows(company, row.numbers) == []
    assert [one.numbers for one in whole_rows(other, row.numbers)] == [row.numbers]


def test_what_an_import_would_do_is_told_without_doing_it(company, books, tmp_path) -> None:
    importing.import_folder(company, books.write(), by="anna")
    before = (Import.objects.count(), amounts(company))
    books.write(
        customer=CUSTOMERS + "c4,Claes,company,\n",
        invoice=INVOICES.replace("20000", "25000").replace("30000", "x"),
    )
    checks, laid = importing.examine_folder(company, books.folder, tmp_path / "work")
    assert {name: (one.new, one.replaced, one.same) for name, one in laid.items()} == {
        "customer": (1, 0, 3), "invoice": (0, 1, 1)
    }  # fmt: skip
    assert checks.quarantined == 1
    assert (Import.objects.count(), amounts(company)) == before


def test_a_list_of_payments_alone_adds_to_what_is_known(company, books, tmp_path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(
        "Klant;Datum;Bedrag;Nr\nc1;3.2.2026;100,00;P1\nc1;3.2.2026;weinig;P2\nc8;3.2.2026;5,00;P3\n"
    )
    mapping = tmp_path / "payments.yaml"
    mapping.write_text(
        "mapping: payments\nformats: {date: [D.M.YYYY], decimal: ','}\ncurrency: EUR\ntables:\n"
        "  - table: payment\n    columns: {payment_id: Nr, customer_id: Klant, value_date: Datum, amount: Bedrag}\n"
    )
    with pytest.raises(Exception, match="gives no rows of customer and invoice"):
        importing.import_foreign(company, file, mapping, by="anna")
    importing.import_folder(company, books.write(), by="anna")
    done = importing.import_foreign(company, file, mapping, by="anna")
    assert reading.facts(company)["payment"].num_rows == 2
    assert (done.imported.quarantined, reading.held_customers(company)) == (1, ["c1"])


def test_a_list_of_invoices_leaves_known_customers_as_they_are(company, tmp_path) -> None:
    books = Books(tmp_path / "books")
    importing.import_folder(company, books.write(customer=CUSTOMERS.replace("c1,Peeters", "7,Peeters en Zonen"),
                                                 invoice=INVOICES.replace("c1", "7")), by="anna")  # fmt: skip
    file = tmp_path / "open items.csv"
    file.write_text(
        LIST.splitlines()[0] + "\n" + LIST.splitlines()[1] + "\n9;Nieuw;9;5.1.2026;4.2.2026;1,00;EUR\n"
    )
    done = importing.import_foreign(company, file, by="anna")
    assert (done.laid["customer"].new, done.laid["customer"].replaced, done.laid["customer"].same) == (
        1,
        0,
        1,
    )
    names = dict(zip(*(reading.facts(company)["customer"].column(name).to_pylist() for name in ("customer_id", "name")), strict=True))  # fmt: skip
    assert (names["7"], names["9"]) == ("Peeters en Zonen", "Nieuw")
