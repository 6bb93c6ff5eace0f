"""What a file seems to be: its columns by their names in four languages and by their values, and how its days and amounts are written."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from creditdesk.facts.problem import UnusableInput
from creditdesk.sources.guessing.headers import LANGUAGES, fields, likeness, plain
from creditdesk.sources.guessing.lists import LISTS, Choices, document
from creditdesk.sources.guessing.proposing import FITS, Proposal, propose
from creditdesk.sources.guessing.sampling import rows_of, take_sample
from creditdesk.sources.guessing.values import notice
from creditdesk.sources.importing import import_file
from creditdesk.sources.mapping_file import as_yaml, read_mapping

DATEV = """\
Liste offener Posten;;;;;;;
Stichtag 30.06.2024;;;;;;;

Debitor;Kundenname;Land;Belegnr;Belegdatum;Fälligkeit;Währung;Offener Betrag
10001;Müller & Söhne GmbH;DE;RE-1;01.03.2024;31.03.2024;EUR;1.190,00
10001;Müller & Söhne GmbH;DE;GU-1;05.03.2024;05.03.2024;EUR;119,50-
Summe 10001;;;;;;;1.070,50
10002;"Huber; Nachf.";AT;RE-3;29.02.2024;30.03.2024;EUR;12.345,67
"""
SAGE = """\
Compte;Intitulé;N° pièce;Date pièce;Échéance;Débit;Crédit
411DUP;Dupont SA;F001;05/01/2026;04/02/2026;1 250,00;
411DUP;Dupont SA;A002;16/01/2026;16/01/2026;;50,00
"""
BUSINESS_CENTRAL = """\
Klantnr.\tNaam\tDocumentnr.\tSoort\tBoekingsdatum\tVervaldatum\tRestbedrag\tValutacode
C1\tPeeters\tF1\tFactuur\t5-1-2026\t4-2-2026\t€ 1.250,00\tEUR
C1\tPeeters\tCN1\tCreditnota\t16-1-2026\t16-1-2026\t€ 50,00\tEUR
"""
ODOO = """\
Partner,Invoice Date,Due Date,Number,Amount Due
"Azure Interior",01/05/2026,02/04/2026,INV/1,"$ 1,250.00"
"Deco Addict",01/06/2026,02/05/2026,INV/2,"$ 99.50"
"""
PAID = """\
customer_id,invoice_no,invoice_date,due_date,amount,settled_date
C1,1,2026-01-05,2026-02-04,1250.00,2026-02-10
C1,2,2026-01-06,2026-02-05,99.50,
"""


def proposed(folder: Path, text: str, name: str = "list.csv", **said) -> Proposal:
    (folder / name).write_bytes(text.encode(said.pop("encoding", "utf-8")))
    return propose(take_sample(folder / name, {}), **said)


def brought_in(folder: Path, proposal: Proposal, name: str = "list.csv"):
    (folder / "map.yaml").write_text(as_yaml(document(proposal.choices, "mine")), encoding="utf-8")
    return import_file(folder / name, folder / "facts", folder / "map.yaml", part=True)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_german_list_with_a_title_and_subtotals(tmp_path, encoding) -> None:
    found = proposed(tmp_path, DATEV, encoding=encoding)
    assert (found.choices.kind, found.unsure) == ("open_items", ())
    assert dict(found.choices.columns) == {
        "customer_id": "Debitor", "customer_name": "Kundenname", "country": "Land", "invoice_number": "Belegnr",
        "issued": "Belegdatum", "due": "Fälligkeit", "currency": "Währung", "amount": "Offener Betrag",
    }  # fmt: skip
    assert (found.choices.dates, found.choices.decimal, found.choices.thousands) == (("D.M.YYYY",), ",", ".")
    result = brought_in(tmp_path, found)
    assert (result.rows_used, result.rows_skipped, result.rows_quarantined) == (3, 1, 0)
    assert result.tables == {"customer": 2, "invoice": 3}


def test_a_french_ledger_with_debit_and_credit(tmp_path) -> None:
    found = proposed(tmp_path, SAGE, currency="EUR")
    assert (found.choices.columns["debit"], found.choices.columns["credit"]) == ("Débit", "Crédit")
    assert (found.choices.dates, found.choices.decimal, found.choices.thousands) == (("D/M/YYYY",), ",", " ")
    brought_in(tmp_path, found)
    assert invoices(tmp_path) == [("A002", "credit_note", 5000, "EUR"), ("F001", "invoice", 125000, "EUR")]


def test_a_dutch_list_that_tells_credit_notes_by_their_type(tmp_path) -> None:
    found = proposed(tmp_path, BUSINESS_CENTRAL)
    assert (found.choices.credit_types, found.choices.signs) == (("Creditnota",), ("€",))
    brought_in(tmp_path, found)
    assert invoices(tmp_path) == [("CN1", "credit_note", 5000, "EUR"), ("F1", "invoice", 125000, "EUR")]


def test_an_english_list_with_dollars_and_no_customer_numbers(tmp_path) -> None:
    found = proposed(tmp_path, ODOO, currency="EUR")
    assert (found.choices.currency, found.choices.dates, found.choices.decimal) == ("USD", ("M/D/YYYY",), ".")
    assert found.unsure == ("dates",)
    assert LISTS["open_items"].missing(found.choices) == []
    brought_in(tmp_path, found)
    assert invoices(tmp_path) == [("INV/1", "invoice", 125000, "USD"), ("INV/2", "invoice", 9950, "USD")]


def test_invoices_with_the_day_they_were_paid(tmp_path) -> None:
    found = proposed(tmp_path, PAID, currency="USD")
    assert found.choices.kind == "invoices"
    assert brought_in(tmp_path, found).tables == {"customer": 1, "invoice": 2, "payment": 1, "allocation": 1}


def test_payments_contacts_customers_and_orders_are_told_apart(tmp_path) -> None:
    told = {
        "payments": "Klantnr.;Omschrijving;Valutadatum;Bedrag;Factuurnummer\nC1;F1;5-1-2026;100,00;F1\nC2;;6-1-2026;-7,00;\n",
        "contacts": "Kundennr;Vorname;Nachname;E-Mail;Funktion\nC1;Jan;Maier;jan@m.example;Buchhaltung\n",
        "customers": "N° client;Raison sociale;Code postal;Ville;Pays;N° TVA\nC1;Dupont;1000;Bruxelles;Belgique;BE0123456789\n",
        "orders": "Order no;Customer no;Order date;Amount\nO1;C1;2026-01-05;100.50\n",
    }
    for kind, text in told.items():
        found = proposed(tmp_path, text, currency="EUR")
        assert (found.choices.kind, LISTS[kind].missing(found.choices)) == (kind, []), kind
        result = brought_in(tmp_path, found)
        assert (result.rows_quarantined, [str(one) for one in result.problems]) == (0, []), kind
    assert proposed(tmp_path, told["customers"]).choices.countries == {"Belgique": "BE"}
    brought_in(tmp_path, proposed(tmp_path, told["payments"], currency="EUR"))
    assert read(tmp_path, "payment", "payment_id", "kind", "amount") == [
        ("5-1-2026/C1/100,00", "receipt", 10000), ("6-1-2026/C2/-7,00", "refund", 700)
    ]  # fmt: skip
    assert read(tmp_path, "allocation", "invoice_id", "amount") == [("F1", 10000)]


def test_what_was_chosen_before_under_the_same_name_is_chosen_again(tmp_path) -> None:
    text = "KLNR;OMS;STUK;D1;D2;BDR\n7;Peeters;1;5.1.2026;4.2.2026;10,00\n"
    assert LISTS["open_items"].missing(proposed(tmp_path, text, kind="open_items", currency="EUR").choices)
    learned = {
        "open_items": {
            "klnr": "customer_id",
            "oms": "customer_name",
            "stuk": "invoice_number",
            "bdr": "amount",
        }
    }
    found = proposed(tmp_path, text, learned=learned, currency="EUR")
    assert LISTS["open_items"].missing(found.choices) == []
    assert found.because["customer_id"] == "learned"
    # two columns of days without a telling name: the earlier one is the date of issue
    assert (found.choices.columns["issued"], found.because["due"]) == ("D1", "values")


def test_a_day_that_can_be_read_in_two_ways_is_told_by_the_other_column(tmp_path) -> None:
    text = (
        "Klant;Factuurnr;Factuurdatum;Vervaldatum;Saldo\n7;1;5/1/2026;{};10,00\n8;2;6/1/2026;5/2/2026;10,00\n"
    )
    assert proposed(tmp_path, text.format("4/2/2026")).unsure == ("dates",)
    sure = proposed(tmp_path, text.format("28/2/2026"))
    assert (sure.unsure, sure.choices.dates) == ((), ("D/M/YYYY",))
    american = proposed(tmp_path, text.format("2/28/2026"))
    assert (american.unsure, american.choices.dates) == ((), ("M/D/YYYY",))


def test_a_spreadsheet_with_days_and_numbers_as_such(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Intro"
    sheet = book.create_sheet("Offen")
    for row in (
        ["Offene Posten", None, None, None, None, None],
        [],
        ["Kundennr", "Name", "Rechnungsnr", "Rechnungsdatum", "Fällig am", "Offen"],
        [10001, "Bäcker", 9001, datetime(2024, 3, 1), datetime(2024, 3, 31), 1190.1],  # noqa: DTZ001
        [10001, "Bäcker", 9002, datetime(2024, 3, 5), datetime(2024, 3, 5), -0.29],  # noqa: DTZ001
    ):
        sheet.append(row)
    book.save(tmp_path / "op.xlsx")
    sample = take_sample(tmp_path / "op.xlsx", {"sheet": "Offen"})
    assert (sample.sheets, sample.read["header_line"], sample.header[0]) == (
        ("Intro", "Offen"),
        3,
        "Kundennr",
    )
    found = propose(sample, currency="EUR")
    assert LISTS["open_items"].missing(found.choices) == []
    brought_in(tmp_path, found, "op.xlsx")
    assert invoices(tmp_path) == [("9001", "invoice", 119010, "EUR"), ("9002", "credit_note", 29, "EUR")]
    # the rows are kept as they are, days as days
    kept = rows_of(sample.as_dict())
    assert [row.cells for row in kept] == [row.cells for row in sample.rows]


@pytest.mark.parametrize(
    ("values", "kind", "more"),
    [
        (["01.02.2026", "28.02.2026"], "date", {"dates": ("D.M.YYYY",)}),
        (["2026-02-01 00:00:00", "2026-02-28 00:00:00"], "date", {"dates": ("YYYY-M-D 00:00:00",)}),
        (["20260201", "20260228"], "date", {"dates": ("YYYYMMDD",)}),
        (["10203040", "99203040"], "id", {}),
        (["1.234,50", "(7,00)", "7,00-"], "amount", {"negative": 2 / 3}),
        (["1'234.50", "12.00"], "amount", {}),
        (["12,5 kr", "7 kr"], "amount", {"signs": ("kr",)}),
        (["EUR", "USD", "EUR"], "currency", {}),
        (["a@b.example", "c@d.example"], "email", {}),
        (["+32 2 123 45 67", "02/345.67.89"], "phone", {}),
        (["RE-2024-001", "RE-2024-002", "RE-2024-003"], "id", {}),
        (["", None, "  "], "empty", {}),
        ([date(2026, 1, 1), None], "date", {"dates": ()}),
        ([1.5, -2.0], "amount", {"negative": 0.5}),
        ([True, False], "flag", {}),
    ],
)
def test_what_values_look_like(values, kind, more) -> None:
    found = notice(values)
    assert found.kind == kind
    for name, value in more.items():
        assert getattr(found, name) == value


def test_names_are_matched_however_they_are_spelled() -> None:
    assert plain("  N° Pièce ") == "n piece"
    assert plain("InvoiceDate") == "invoice date"
    assert likeness("FACTUUR-NUMMER", "invoice_number") > 0.8
    assert likeness("Fälligkeitsdatum", "due") > likeness("Datum", "due")
    assert likeness("Vervaldatm", "due") > 0.5
    assert likeness("Gewicht", "due") == 0.0


def test_every_field_has_a_type_and_names_in_four_languages() -> None:
    for name, field in fields().items():
        assert field["type"] in FITS, name
        for code in LANGUAGES:
            assert field[code], (name, code)
            words = [plain(word) for word in field[code]]
            assert len(words) == len(set(words)), (name, code)
    assert {name for kind in LISTS.values() for name in kind.fields} == set(fields())


@pytest.mark.parametrize("kind", LISTS)
def test_any_choice_makes_a_mapping_that_can_be_read(kind) -> None:
    needed = {group[0]: f"Column {group[0]}" for group in LISTS[kind].needed}
    everything = {name: f"Column {name}" for name in LISTS[kind].fields}
    for columns in (needed, everything):
        choices = Choices(kind, columns, credit_types=("CN",), credit_marks=("H",), currency="EUR", signs=("€",),
                          countries={"België": "BE"}, consumer_kinds=("P",))  # fmt: skip
        assert LISTS[kind].missing(choices) == []
        mapping = read_mapping(as_yaml(document(choices, "mine")).encode(), "mine.yaml")
        assert Choices.of(choices.as_dict()) == choices
        assert mapping.mapping == "mine"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.csv", b"", "is empty"),
        ("wide.csv", b",".join(b"c%d" % number for number in range(500)) + b"\n", "found 500 columns"),
        ("letter.docx", b"PK", "found suffix '.docx'"),
        ("broken.xlsx", b"PK\x03\x04 no zip", "cannot be read as a spreadsheet"),
        ("broken.parquet", b"PAR1", "cannot be read as Parquet"),
    ],
)
def test_what_is_no_list_is_told(tmp_path, name, content, told) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnusableInput, match=told):
        take_sample(tmp_path / name, {})


def invoices(folder: Path) -> list[tuple[object, ...]]:
    return read(folder, "invoice", "invoice_id", "kind", "amount", "currency")


def read(folder: Path, table: str, *columns: str) -> list[tuple[object, ...]]:
    import duckdb

    return sorted(
        duckdb.read_parquet(str(folder / "facts" / f"{table}.parquet")).project(", ".join(columns)).fetchall()
    )
