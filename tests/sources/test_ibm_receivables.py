"""The real accounts-receivable file goes in without a quarantined row, and as it was, to the cent."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from creditdesk.sources.importing import import_file


@pytest.fixture(scope="module")
def source(request):
    shared = request.getfixturevalue("shared_data")
    return shared / "ar_ibm_to_2013-06" / "invoices_known_on_2013-06-30.csv"


@pytest.fixture(scope="module")
def imported(source, tmp_path_factory):
    return import_file(source, tmp_path_factory.mktemp("ibm") / "facts")


def one(imported, table: str, question: str) -> tuple[object, ...]:
    return duckdb.read_parquet(str(imported.out / f"{table}.parquet")).aggregate(question).fetchall()[0]


def test_every_row_comes_in(imported):
    assert imported.mapping == "ibm-receivables"
    assert (imported.rows_read, imported.rows_used, imported.rows_quarantined) == (1930, 1930, 0)
    assert imported.problems == []
    assert imported.checked.rows_quarantined == 0
    assert imported.checked.problems == ()
    assert imported.tables == {
        "company": 1,
        "customer": 177,
        "customer_code": 100,
        "invoice": 1930,
        "payment": 1846,
        "allocation": 1846,
        "dispute": 412,
    }


def test_amounts_are_right_to_the_cent(imported, source):
    with source.open(newline="") as file:
        rows = list(csv.DictReader(file))
    billed = sum(Decimal(row["amount"]) for row in rows)
    paid = sum(Decimal(row["amount"]) for row in rows if row["settled_date"])

    assert one(imported, "invoice", "sum(amount)") == (int(billed * 100),)
    assert one(imported, "payment", "sum(amount)") == (int(paid * 100),)
    assert one(imported, "allocation", "sum(amount)") == (int(paid * 100),)


def test_a_customer_is_on_paper_until_the_day_it_chose_otherwise(imported):
    found = duckdb.read_parquet(str(imported.out / "customer.parquet")).filter("customer_id = '3993-QUNVJ'")

    assert sorted(found.project("invoice_manner, known_from").fetchall(), key=str) == [
        ("email", date(2012, 12, 31)),
        ("paper", None),
    ]


def test_a_dispute_is_not_known_before_it_can_show(imported):
    """Known from the due date, or from the settlement if that came first: never from the issue on."""
    invoices = duckdb.read_parquet(str(imported.out / "invoice.parquet"))
    disputes = duckdb.read_parquet(str(imported.out / "dispute.parquet"))
    joined = invoices.set_alias("i").join(disputes.set_alias("d"), "i.invoice_id = d.invoice_id")

    assert joined.filter("d.opened_on <= i.issued").fetchall() == []
    assert joined.filter("d.opened_on > i.due OR d.opened_on > d.closed_on").fetchall() == []
    assert joined.aggregate("count(*), count(DISTINCT outcome)").fetchall() == [(412, 1)]


def test_the_original_form_of_the_file_comes_in_too(tmp_path):
    """Month/day/year and the names of the original."""
    (tmp_path / "original.csv").write_text(
        "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,"
        "PaperlessBill,DaysToSettle,DaysLate\n"
        "391,0379-NEVHP,4/6/2013,611365,1/2/2013,2/1/2013,55.94,No,1/15/2013,Paper,13,0\n"
        "406,8976-AMJEO,3/3/2012,7900770,1/26/2013,2/25/2013,61.74,Yes,3/3/2013,Electronic,36,6\n"
    )

    result = import_file(tmp_path / "original.csv", tmp_path / "facts")

    assert (result.mapping, result.rows_quarantined, result.checked.rows_quarantined) == (
        "ibm-receivables",
        0,
        0,
    )
    assert duckdb.read_parquet(str(tmp_path / "facts" / "invoice.parquet")).project(
        "invoice_id, issued, due, amount, manner"
    ).fetchall() == [
        ("611365", date(2013, 1, 2), date(2013, 2, 1), 5594, "paper"),
        ("7900770", date(2013, 1, 26), date(2013, 2, 25), 6174, "email"),
    ]
    assert duckdb.read_parquet(str(tmp_path / "facts" / "dispute.parquet")).project(
        "invoice_id, opened_on, closed_on, outcome"
    ).fetchall() == [("7900770", date(2013, 2, 25), date(2013, 3, 3), "we_right")]
