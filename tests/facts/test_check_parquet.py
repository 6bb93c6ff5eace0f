"""Parquet: read as it is where it keeps the contract, converted where the values are exactly the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.schema import TABLES

ROW = "'I1' AS invoice_id, 'C1' AS customer_id, '1' AS number, 'invoice' AS kind, DATE '2024-01-05' AS issued, DATE '2024-02-04' AS due, {amount} AS amount, 'EUR' AS currency"


def invoice(amount: str = "CAST(100 AS BIGINT)", **other: str) -> str:
    row = ROW.format(amount=amount)
    for name, value in other.items():
        row = (
            ", ".join(part for part in row.split(", ") if not part.endswith(f" AS {name}"))
            + f", {value} AS {name}"
        )
    return f"SELECT {row}"


def test_a_file_that_keeps_the_contract_is_not_copied(facts):
    facts.parquet("invoice", invoice())

    checked = facts.check()

    assert checked.tables["invoice"].paths == (facts.path / "invoice.parquet",)
    assert not (facts.out / "tables" / "invoice.parquet").exists()


def test_what_a_person_set_needs_no_id_of_its_own(facts):
    facts.parquet("override", "SELECT 'C1' AS customer_id, 'segment' AS field, 'partner' AS value, DATE '2024-01-05' AS from_on, "
                  "'anna' AS by, 'known for years' AS reason")  # fmt: skip

    facts.check()

    assert facts.said() == []
    assert facts.kept("override", "override_id", "value") == [("C1:segment:2024-01-05", "partner")]


def test_parts_in_a_folder_are_one_table(facts):
    facts.path.joinpath("invoice.csv").unlink()
    folder = facts.path / "invoice"
    folder.mkdir()
    for number in (1, 2, 3):
        duckdb.sql(f"SELECT 'I{number}' AS invoice_id, 'C1' AS customer_id, '1' AS number, 'invoice' AS kind, "
                   f"DATE '2024-01-05' AS issued, DATE '2024-02-04' AS due, CAST({number - 2} AS BIGINT) AS amount, "
                   f"'EUR' AS currency").write_parquet(str(folder / f"part-{number}.parquet"))  # fmt: skip

    facts.check()

    assert facts.counts("invoice") == (3, 2, 1)
    (problem,) = [one for one in facts.problems() if one.severity == "error"]
    assert (problem.file, problem.line, problem.found) == ("invoice/part-1.parquet", 1, "-1")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (invoice("CAST(100.0 AS DOUBLE)"), None),
        (invoice("CAST(100 AS DECIMAL(18,2))"), None),
        (invoice("CAST(100 AS INTEGER)"), None),
        (invoice("'100'"), None),
        (invoice(issued="TIMESTAMP '2024-01-05 00:00:00'"), None),
        (invoice(issued="'2024-01-05'"), None),
        (invoice("CAST(100.5 AS DOUBLE)"), "not_a_whole_number"),
        (invoice("CAST(100.5 AS DECIMAL(18,2))"), "not_a_whole_number"),
        (invoice("CAST('nan' AS DOUBLE)"), "not_a_whole_number"),
        (invoice("true"), "not_a_whole_number"),
        (invoice(issued="TIMESTAMP '2024-01-05 13:00:00'"), "not_a_date"),
        (invoice(issued="20240105"), "not_a_date"),
        (invoice(number="''"), "missing"),
    ],
)
def test_other_types_are_taken_where_the_value_is_exactly_the_same(facts, query, code):
    facts.parquet("invoice", query)

    facts.check()

    if code is None:
        assert facts.checked.problems == ()
        assert facts.kept("invoice", "issued", "amount") == [(date(2024, 1, 5), 100)]
    else:
        assert facts.counts("invoice") == (1, 0, 1)
        assert [found[1] for found in facts.said()] == [code]


def test_ids_as_numbers_are_the_same_ids(facts):
    facts.parquet("customer", "SELECT CAST(7 AS BIGINT) AS customer_id, 'Bakery' AS name, 'company' AS kind")
    facts.parquet("invoice", invoice(customer_id="CAST(7 AS DOUBLE)"))

    facts.check()

    assert facts.checked.problems == ()
    assert facts.kept("customer", "customer_id") == facts.kept("invoice", "customer_id") == [("7",)]


def test_an_empty_text_is_an_empty_value(facts):
    facts.parquet(
        "customer",
        "SELECT 'C1' AS customer_id, 'Bakery' AS name, 'company' AS kind, '' AS payer_id, '' AS country",
    )
    facts.parquet("invoice", invoice())

    facts.check()

    assert facts.checked.problems == ()
    assert facts.kept("customer", "payer_id", "country") == [(None, None)]


@pytest.mark.parametrize("table", ["customer", "invoice", "payment", "action", "credit_group"])
def test_converted_files_have_the_schema_of_the_contract(facts, table):
    facts.table("payment", "payment_id,value_date,amount,currency\nP1,2024-01-01,5,EUR\n")
    facts.table(
        "action",
        "action_id,customer_id,channel,direction,done_on,invoice_ids\nX1,C1,email,out,2024-02-10,I1\n",
    )
    facts.table("credit_group", "group_id,currency,customer_ids\nG1,EUR,C1;C2\n")

    (path,) = facts.check().tables[table].paths

    found = pq.read_schema(path)
    expected = TABLES[table].schema().to_pyarrow()
    assert found.names == expected.names
    assert [str(kind).replace("element", "item") for kind in found.types] == [
        str(kind).replace("element", "item").replace(" not null", "") for kind in expected.types
    ]


def test_a_file_that_is_no_parquet_stops_the_check(facts):
    facts.path.joinpath("invoice.csv").unlink()
    facts.raw("invoice.parquet", b"PAR1 but no more")

    with pytest.raises(UnusableInput, match=r"invoice.parquet: cannot be read as Parquet"):
        facts.check()


def test_damage_inside_a_file_stops_the_check_with_its_name(facts):
    facts.path.joinpath("invoice.csv").unlink()
    path = facts.path / "invoice.parquet"
    duckdb.sql(
        "SELECT 'I' || i AS invoice_id, 'C1' AS customer_id, md5(i::VARCHAR) AS number, 'invoice' AS kind, "
        "DATE '2024-01-05' AS issued, DATE '2024-02-04' AS due, i AS amount, 'EUR' AS currency FROM range(20000) t(i)"
    ).write_parquet(str(path))
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 2000] = bytes(byte ^ 0x5A for byte in content[middle : middle + 2000])
    path.write_bytes(content)

    with pytest.raises(
        UnusableInput, match=r"invoice.parquet: the file is damaged .*; the way out: write it anew"
    ):
        facts.check()


def test_a_missing_required_column_stops_the_check(facts):
    facts.parquet("invoice", "SELECT 'I1' AS invoice_id")

    with pytest.raises(
        UnusableInput,
        match="no column 'customer_id', 'number', 'kind', 'issued', 'due', 'amount', 'currency'",
    ):
        facts.check()


def test_nothing_is_written_without_a_folder_to_write_to(facts):
    facts.out = None
    before = sorted(path.name for path in facts.path.rglob("*"))

    checked = facts.check()

    assert sorted(path.name for path in facts.path.rglob("*")) == before
    assert checked.tables["invoice"].paths == ()
    assert checked.rows_kept == 4
    assert Path(facts.path).is_dir()
