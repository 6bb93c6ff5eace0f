"""Foreign files become facts folders by a mapping."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from textwrap import dedent

import duckdb
import openpyxl
import pytest

from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.stamp import open_checked
from creditdesk.sources.importing import import_file
from creditdesk.sources.mapping_file import UnusableMapping, load_mapping, shipped

OPEN_ITEMS = """\
Liste offener Posten;;;;;;;;
Stichtag 30.06.2024;;;;;;;;

Debitor;Kundenname;Land;Belegnr;Belegdatum;Fälligkeit;Währung;Betrag;Offener Betrag
10001;Müller & Söhne GmbH;DE;RE-1;01.03.2024;31.03.2024;EUR;1.190,00;1.190,00
10001;Müller & Söhne GmbH;DE;RE-2;15.04.2024;15.05.2024;EUR;2.380,00;380,50
10001;Müller & Söhne GmbH;DE;GU-1;05.03.2024;05.03.2024;EUR;-119,50;119,50-
Summe 10001;;;;;;;3.450,50;1.451,00
10002;"Huber; Nachf.";AT;RE-3;29.02.2024;30.03.2024;EUR;12.345,67;12.345,67
Gesamt;;;;;;;15.796,17;13.796,67
"""


def rows(folder: Path, table: str, *columns: str) -> list[tuple[object, ...]]:
    found = duckdb.read_parquet(str(folder / f"{table}.parquet")).project(", ".join(columns)).fetchall()
    return sorted(found, key=str)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def mapping(path: Path, text: str) -> Path:
    return write(path, dedent(text))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_list_of_open_items_with_title_subtotals_and_credit_notes(tmp_path, encoding):
    source = write(tmp_path / "op.csv", OPEN_ITEMS, encoding)

    result = import_file(source, tmp_path / "facts")

    assert result.mapping == "erp-open-items"
    assert (result.rows_read, result.rows_used, result.rows_skipped, result.rows_quarantined) == (6, 4, 2, 0)
    assert result.tables == {"customer": 2, "invoice": 4}
    assert rows(tmp_path / "facts", "customer", "customer_id", "name", "kind", "country") == [
        ("10001", "Müller & Söhne GmbH", "company", "DE"),
        ("10002", "Huber; Nachf.", "company", "AT"),
    ]
    assert rows(
        tmp_path / "facts", "invoice", "invoice_id", "kind", "issued", "due", "amount", "currency"
    ) == [
        ("GU-1", "credit_note", date(2024, 3, 5), date(2024, 3, 5), 11950, "EUR"),
        ("RE-1", "invoice", date(2024, 3, 1), date(2024, 3, 31), 119000, "EUR"),
        ("RE-2", "invoice", date(2024, 4, 15), date(2024, 5, 15), 38050, "EUR"),
        ("RE-3", "invoice", date(2024, 2, 29), date(2024, 3, 30), 1234567, "EUR"),
    ]
    assert result.exit_status == 0
    assert result.checked.rows_quarantined == 0
    assert result.problems == []


def test_the_same_list_from_a_spreadsheet(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Open items"])
    sheet.append([])
    sheet.append(
        ["Customer no", "Name", "Document no", "Document date", "Due date", "Currency", "Open amount"]
    )
    sheet.append([10001, "Bakery", 9001, datetime(2024, 3, 1), datetime(2024, 3, 31), "EUR", 1190.1])  # noqa: DTZ001
    sheet.append([10001, "Bakery", 9002, "05.03.2024", "05.03.2024", "EUR", -0.29])
    sheet.append([None, None, None, None, None, None, 1189.81])
    book.save(tmp_path / "op.xlsx")

    result = import_file(tmp_path / "op.xlsx", tmp_path / "facts", "erp-open-items")

    assert (result.rows_read, result.rows_used, result.rows_skipped) == (3, 2, 1)
    assert rows(tmp_path / "facts", "invoice", "invoice_id", "customer_id", "kind", "issued", "amount") == [
        ("9001", "10001", "invoice", date(2024, 3, 1), 119010),
        ("9002", "10001", "credit_note", date(2024, 3, 5), 29),
    ]


def test_a_row_that_cannot_be_read_is_quarantined_and_its_customer_held(tmp_path):
    source = write(
        tmp_path / "op.csv",
        OPEN_ITEMS.replace("15.04.2024", "31.04.2024").replace("2.380,00;380,50", "x;1.23,45"),
    )

    result = import_file(source, tmp_path / "facts")

    assert (result.rows_read, result.rows_used, result.rows_skipped, result.rows_quarantined) == (6, 3, 2, 1)
    (problem,) = result.problems
    assert (problem.file, problem.line, problem.code, problem.customer_id) == (
        "op.csv",
        6,
        "unreadable_cell",
        "10001",
    )
    assert problem.column in ("Belegdatum", "Offener Betrag")
    assert result.exit_status == 1
    assert "RE-2" in result.quarantine.read_text(encoding="utf-8")
    checked = open_checked(tmp_path / "facts", tmp_path / "work", currency="EUR")
    assert checked.stamped
    assert checked.held_customers == ("10001",)
    assert "1 rows of the file that was brought in were quarantined then" in str(checked.problems[0])


def test_ragged_rows_and_open_quotes_cost_their_line(tmp_path):
    source = write(tmp_path / "op.csv", OPEN_ITEMS.replace("10001;Müller & Söhne GmbH;DE;RE-2", '10001;"Müller;DE;RE-2')
                   .replace("10002;", "10002;one too many;"))  # fmt: skip

    result = import_file(source, tmp_path / "facts")

    assert (result.rows_used, result.rows_skipped, result.rows_quarantined) == (2, 2, 2)
    assert [(problem.line, problem.reason, problem.found[:10]) for problem in result.problems] == [
        (6, "opens a quote that never closes", '10001;"Mül'),
        (9, "the row has not 9 values as the header", "10 values"),
    ]


WIDE = """\
mapping: wide
currency: {from: Cur}
formats: {date: [DD/MM/YYYY, YYYYMMDD], decimal: ".", thousands: ",", empty: ["NULL"]}
tables:
  - table: customer
    one_row_per: customer_id
    columns:
      customer_id: Account
      name: Account name
      kind: {from: Type, map: {B: company, C: consumer}, otherwise: company, default: company}
      employees: {from: Staff, optional: true}
      key_account: {from: Key}
  - table: invoice
    columns:
      invoice_id: {text: "{Account}/{Doc}"}
      customer_id: Account
      number: Doc
      kind: {sign_of: {column: Debit, positive: invoice, negative: credit_note}, default: invoice}
      issued: Date
      due: {latest: [Date, Due]}
      amount: {debit: Debit, credit: Credit, sign: absolute}
  - table: payment
    when: [{column: Paid, filled: true}, {column: Debit, filled: true}]
    columns:
      payment_id: {text: "P-{line}"}
      customer_id: Account
      value_date: Paid
      amount: {from: Debit, negative_when: {column: DC, is: [H, C]}, sign: keep}
"""


def test_every_way_to_write_a_value(tmp_path):
    map_file = mapping(tmp_path / "wide.yaml", WIDE)
    source = write(
        tmp_path / "wide.csv",
        """\
Account,Account name,Type,Key,Doc,Date,Due,Cur,Debit,Credit,Paid,DC
A1,Alpha,B,yes,1,05/03/2024,04/04/2024,EUR,"1,234.505",,20240410,S
A1,Alpha,B,yes,2,05/03/2024,01/03/2024,JPY,1500.5,NULL,NULL,S
A2,Beta,C,nein,3,20240305,04/04/2024,KWD,(2.0005),,NULL,S
A3,Gamma,,,4,20240305,04/04/2024,USD,10,2.5,NULL,S
""",
    )

    result = import_file(source, tmp_path / "facts", map_file)

    assert rows(
        tmp_path / "facts", "invoice", "invoice_id", "kind", "issued", "due", "amount", "currency"
    ) == [
        ("A1/1", "invoice", date(2024, 3, 5), date(2024, 4, 4), 123451, "EUR"),
        ("A1/2", "invoice", date(2024, 3, 5), date(2024, 3, 5), 1501, "JPY"),
        ("A2/3", "credit_note", date(2024, 3, 5), date(2024, 4, 4), 2001, "KWD"),
        ("A3/4", "invoice", date(2024, 3, 5), date(2024, 4, 4), 750, "USD"),
    ]
    assert rows(tmp_path / "facts", "customer", "customer_id", "kind", "key_account", "employees") == [
        ("A1", "company", True, None),
        ("A2", "consumer", False, None),
        ("A3", "company", None, None),
    ]
    assert rows(tmp_path / "facts", "payment", "payment_id", "value_date", "amount", "currency") == [
        ("P-2", date(2024, 4, 10), 123451, "EUR")
    ]
    assert result.rows_used == 4


def test_customers_that_rows_describe_differently_are_told(tmp_path):
    map_file = mapping(tmp_path / "wide.yaml", WIDE)
    header = "Account,Account name,Type,Key,Doc,Date,Due,Cur,Debit,Credit,Paid,DC\n"
    source = write(tmp_path / "wide.csv", header + "A1,Alpha,B,yes,1,05/03/2024,04/04/2024,EUR,1,,,S\n"
                   "A1,Alfa,B,yes,2,05/03/2024,04/04/2024,EUR,1,,,S\n")  # fmt: skip

    result = import_file(source, tmp_path / "facts", map_file)

    assert rows(tmp_path / "facts", "customer", "name") == [("Alpha",)]
    (problem,) = result.problems
    assert problem.severity == "warning"
    assert "rows say different things about the same customer (1 of them, such as A1)" in str(problem)
    assert result.exit_status == 0


def test_parquet_comes_in_by_the_same_mapping(tmp_path):
    duckdb.sql(
        "SELECT 'A1' AS Account, 'Alpha' AS \"Account name\", 'B' AS Type, true AS Key, 1 AS Doc, DATE '2024-03-05' AS Date, "
        "TIMESTAMP '2024-04-04 00:00:00' AS Due, 'EUR' AS Cur, CAST(12.345 AS DECIMAL(9,3)) AS Debit, "
        "CAST(NULL AS DOUBLE) AS Credit, CAST(NULL AS DATE) AS Paid, 'S' AS DC"
    ).write_parquet(str(tmp_path / "wide.parquet"))

    import_file(tmp_path / "wide.parquet", tmp_path / "facts", mapping(tmp_path / "wide.yaml", WIDE))

    assert rows(tmp_path / "facts", "invoice", "invoice_id", "due", "amount") == [
        ("A1/1", date(2024, 4, 4), 1235)
    ]


@pytest.mark.parametrize(
    ("cell", "replacement", "column", "allowed"),
    [
        ("05/03/2024,04", "03/25/2024,04", "Date", "a date written DD/MM/YYYY or YYYYMMDD"),
        ('"1,234.50"', '"1,23.50"', "Debit", "a number such as 1,234.50"),
        ('"1,234.50"', "twelve", "Debit", "a number such as 1,234.50"),
        ("EUR", "EURO", "Debit", "an amount in an ISO 4217 currency"),
        ("EUR", "", "Cur", "a currency in every row"),
        ("yes", "perhaps", "Key", "yes or no (true, 1, ja, oui; false, 0, nee, nein, non)"),
    ],
)
def test_nothing_is_guessed(tmp_path, cell, replacement, column, allowed):
    text = 'Account,Account name,Type,Key,Doc,Date,Due,Cur,Debit,Credit,Paid,DC\nA1,Alpha,B,yes,1,05/03/2024,04/04/2024,EUR,"1,234.50",,,S\n'
    assert cell in text
    source = write(tmp_path / "wide.csv", text.replace(cell, replacement))

    result = import_file(source, tmp_path / "facts", mapping(tmp_path / "wide.yaml", WIDE))

    (problem,) = result.problems
    assert (problem.line, problem.column, problem.allowed) == (2, column, allowed)
    assert result.rows_quarantined == 1


def test_a_mapping_names_all_its_errors_with_their_lines(tmp_path):
    path = mapping(
        tmp_path / "bad.yaml",
        """\
        mapping: bad
        currency: EURO
        read: {delimitter: ";"}
        formats: {date: DD.MM}
        tables:
          - table: custmer
            columns: {customer_id: a}
          - table: customer
            columns: {customer_id: a, name: b, kind: {constant: firm}}
          - table: invoice
            columns:
              invoice_id: {from: a, constant: 3}
              amonut: b
        """,
    )

    with pytest.raises(UnusableMapping) as caught:
        load_mapping(path)

    said = caught.value.errors
    assert [error.split(": ")[0] for error in said] == [
        "bad.yaml, line 3, read.delimitter",
        "bad.yaml, line 4, formats.date",
        "bad.yaml, line 2, currency",
        "bad.yaml, line 6, tables.0.table",
        "bad.yaml, line 8, tables.1",
        "bad.yaml, line 12, tables.2.columns.invoice_id",
    ]
    assert "customer.kind cannot be firm; allowed: company, sole_trader, consumer, public_body" in said[4]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: [1", "line 1: is no YAML"), ("- a", "found no fields"), ("\t", "is no YAML")],
)
def test_what_is_no_mapping_is_said(tmp_path, text, message):
    with pytest.raises(UnusableMapping, match=message):
        load_mapping(write(tmp_path / "x.yaml", text))


def test_shipped_mappings_load():
    assert shipped() == ["erp-open-items", "ibm-receivables"]
    assert all(load_mapping(name).mapping == name for name in shipped())


def test_a_file_that_no_mapping_fits_says_what_is_needed(tmp_path):
    source = write(tmp_path / "x.csv", "a,b\n1,2\n")

    with pytest.raises(UnusableInput, match="no shipped mapping fits") as caught:
        import_file(source, tmp_path / "facts")

    assert "needs column 'customer_id' or 'customerID' (customer.customer_id); found: a, b" in str(
        caught.value
    )
    assert not (tmp_path / "facts").exists()


def test_an_import_replaces_an_earlier_one_but_no_other_folder(tmp_path):
    source = write(tmp_path / "op.csv", OPEN_ITEMS)
    import_file(source, tmp_path / "facts")
    write(source, OPEN_ITEMS.replace("RE-1;", "RE-9;"))

    import_file(source, tmp_path / "facts")

    assert ("RE-9",) in rows(tmp_path / "facts", "invoice", "invoice_id")
    (tmp_path / "photos").mkdir()
    write(tmp_path / "photos" / "cat.jpg", "meow")
    with pytest.raises(UnusableInput, match=r"is no facts folder, found cat.jpg in it"):
        import_file(source, tmp_path / "photos")
    assert (tmp_path / "photos" / "cat.jpg").exists()


def test_an_import_that_was_killed_between_its_steps_is_mended(tmp_path):
    source = write(tmp_path / "op.csv", OPEN_ITEMS)
    import_file(source, tmp_path / "facts")
    (tmp_path / "facts").rename(tmp_path / ".facts.old")

    with pytest.raises(UnusableInput, match="no header with"):
        import_file(write(tmp_path / "other.csv", "a;b\n"), tmp_path / "facts", "erp-open-items")
    import_file(source, tmp_path / "facts")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts", "op.csv", "other.csv"]
