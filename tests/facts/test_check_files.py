"""What is said of whole files: encodings, quotes, ragged rows, headers, and the form of the folder."""

from __future__ import annotations

import pytest

from creditdesk.facts.problem import UnusableInput

HEADER = b"invoice_id,customer_id,number,kind,issued,due,amount,currency\n"


def row(number: int, name: str = "") -> bytes:
    return f"I{number},C1,{name or number},invoice,2024-01-05,2024-02-04,1000,EUR\n".encode()


def test_a_byte_order_mark_and_any_order_of_columns_are_fine(facts):
    facts.raw(
        "customer.csv",
        b'\xef\xbb\xbfkind,customer_id,name\r\ncompany,C1,Bakery\r\ncompany,C2,"Paint, & Co"\r\n',
    )

    checked = facts.check()

    assert checked.problems == ()
    assert facts.kept("customer", "customer_id", "name", "kind") == [
        ("C1", "Bakery", "company"),
        ("C2", "Paint, & Co", "company"),
    ]


def test_a_quote_that_never_closes_costs_one_line(facts):
    bad = b'I5,C1,"5,invoice,2024-01-05,2024-02-04,1000,EUR\n'
    facts.raw(
        "invoice.csv",
        HEADER + b"".join(row(n) for n in range(1, 4)) + bad + b"".join(row(n) for n in range(6, 1500)),
    )

    checked = facts.check()

    assert facts.counts("invoice") == (1498, 1497, 1)
    ((severity, code, line, column, found),) = facts.said()
    assert (severity, code, line, column) == ("error", "open_quote", 5, "number")
    assert found.startswith('I5,C1,"5')
    assert checked.held_customers == ("C1",)


def test_an_open_quote_before_a_quoted_value_costs_one_line(facts):
    facts.raw("invoice.csv", HEADER + row(1) + b'I2,C1,"2,invoice,2024-01-05,2024-02-04,1000,EUR\n'
              + b'I3,C1,"three, 3",invoice,2024-01-05,2024-02-04,1000,EUR\n' + row(4))  # fmt: skip

    facts.check()

    assert facts.kept("invoice", "invoice_id", "number") == [("I1", "1"), ("I3", "three, 3"), ("I4", "4")]
    assert [(code, line) for _, code, line, _, _ in facts.said()] == [("open_quote", 3)]


def test_a_line_break_inside_quotes_is_part_of_the_value(facts):
    facts.table(
        "note",
        'note_id,customer_id,on,text\nN1,C1,2024-01-01,"calls back\non ""Monday"""\nN2,C9,2024-01-02,plain\n',
    )

    facts.check()

    assert facts.kept("note", "note_id", "text") == [("N1", 'calls back\non "Monday"')]
    assert facts.said() == [("error", "dangling", 4, "customer_id", "C9")]


def test_a_field_of_100_mb_costs_one_line(facts):
    facts.raw("invoice.csv", HEADER + row(1) + row(2, "x" * 100_000_000) + row(3))

    facts.check()

    assert facts.counts("invoice") == (3, 2, 1)
    ((severity, code, line, _, found),) = facts.said()
    assert (severity, code, line) == ("error", "too_long", 3)
    assert found == "100000045 bytes"
    assert len(facts.problems()[0].row) == 10_000


def test_rows_with_too_many_or_too_few_values_are_named(facts):
    facts.raw(
        "invoice.csv",
        HEADER + row(1) + b"I2,C2,2,invoice\n" + b"I3,C1,3,invoice,2024-01-05,2024-02-04,1,000,EUR\n",
    )

    checked = facts.check()

    assert facts.counts("invoice") == (3, 1, 2)
    assert facts.said() == [
        ("error", "ragged", 3, "", "4 fields"),
        ("error", "ragged", 4, "", "9 fields"),
    ]
    assert facts.problems()[0].row == "I2,C2,2,invoice"
    assert checked.held_customers == ("C1", "C2")


def test_a_line_that_is_not_utf8_is_quarantined_and_the_rest_kept(facts):
    facts.raw("customer.csv", b"customer_id,name,kind\nC1,Caf\xe9,company\nC2,Caf\xc3\xa9,company\n")

    facts.check()

    assert facts.kept("customer", "customer_id", "name") == [("C2", "Café")]
    assert facts.said("customer") == [("error", "encoding", 2, "name", "byte 0xE9 in 'Café'")]
    assert facts.said("invoice") == [("error", "dangling", 2, "customer_id", "C1")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_table_in_utf_16_or_32_is_quarantined_row_by_row(facts, encoding):
    text = "note_id,customer_id,on,text\nN1,C1,2024-01-01,hello\nN2,C1,2024-01-01,again\n"
    facts.raw("note.csv", text.encode(encoding))

    facts.check()

    assert facts.counts("note") == (2, 0, 2)
    assert [(code, line) for _, code, line, _, _ in facts.said("note")] == [("encoding", 2), ("encoding", 3)]
    assert facts.problems()[0].found.startswith("UTF-")


def test_customers_in_utf_16_cannot_be_used_at_all(facts):
    facts.raw("customer.csv", "customer_id,name,kind\nC1,Bakery,company\n".encode("utf-16"))

    with pytest.raises(UnusableInput, match=r"customer.csv: the file is UTF-16; allowed: UTF-8"):
        facts.check()


def test_zero_bytes_blank_lines_and_mixed_line_ends(facts):
    facts.raw(
        "invoice.csv",
        HEADER.rstrip()
        + b"\r\n"
        + row(1).rstrip()
        + b"\r"
        + row(2)
        + b"\n\n"
        + row(3, "a\0b")
        + row(4).rstrip(),
    )

    facts.check()

    assert facts.kept("invoice", "invoice_id") == [("I1",), ("I2",), ("I4",)]
    assert facts.said() == [("error", "zero_byte", 6, "number", "a zero byte")]


def test_text_after_a_closing_quote_is_named(facts):
    facts.raw("invoice.csv", HEADER + row(1) + b'I2,C1,"2"x,invoice,2024-01-05,2024-02-04,1000,EUR\n')

    facts.check()

    assert [(code, line, column) for _, code, line, column, _ in facts.said()] == [("bad_quote", 3, "number")]


def test_an_inch_sign_inside_a_value_is_text(facts):
    facts.table(
        "customer", 'customer_id,name,kind\nC1,Pipes 5" & more,company\nC2,"Pipes ""6"" Ltd",company\n'
    )

    facts.check()

    assert facts.kept("customer", "name") == [('Pipes "6" Ltd',), ('Pipes 5" & more',)]


def test_a_header_alone_is_an_empty_table(facts):
    facts.table("payment", "payment_id,value_date,amount,currency\n")

    facts.check()

    assert facts.counts("payment") == (0, 0, 0)
    assert facts.kept("payment", "payment_id", "method") == []


def test_an_empty_file_is_an_absent_table_unless_it_is_required(facts):
    facts.raw("payment.csv", b"")

    facts.check()

    assert "payment" not in facts.checked.tables
    assert [(severity, code) for severity, code, *_ in facts.said()] == [("warning", "empty_file")]

    facts.raw("invoice.csv", b"")
    with pytest.raises(UnusableInput, match=r"invoice.csv: the file is empty"):
        facts.check()


def test_unknown_columns_and_files_are_reported_and_not_read(facts):
    facts.table(
        "customer", "customer_id,name,kind,shoe_size,employes\nC1,Bakery,company,42,5\nC2,Painter,company,,\n"
    )
    facts.raw("invoices.csv", b"x\n")
    facts.raw(".hidden.csv", b"x\n")
    facts.raw("truth.parquet", b"not read")

    facts.check()

    assert [str(problem) for problem in facts.problems()] == [
        "customer.csv, column employes: is no column of the contract and is not read. Rename it if employees is meant.",
        "customer.csv, column shoe_size: is no column of the contract and is not read. Nothing needs to be done.",
        "invoices.csv: is no table of the contract and is not read. If invoice was meant, rename it",
    ]
    assert facts.counts("customer") == (2, 2, 0)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("customer_id,name\nC1,Bakery\n", "no column 'kind'"),
        ("customer_id;name;kind\nC1;Bakery;company\n", "separate the columns by commas"),
        ("customer_id,Name,kind\nC1,Bakery,company\n", "no column 'name' .is 'Name' meant"),
        (
            "customer_id,name,kind,name\nC1,Bakery,company,Bakers\n",
            "column 'name' stands in the header 2 times",
        ),
    ],
)
def test_a_header_that_cannot_be_used_stops_the_check(facts, header, message):
    facts.table("customer", header)

    with pytest.raises(UnusableInput, match=message):
        facts.check()


def test_customer_and_invoice_are_required(facts):
    (facts.path / "invoice.csv").unlink()

    with pytest.raises(UnusableInput, match="no table invoice"):
        facts.check()


def test_two_files_for_one_table_have_to_be_sorted_out(facts):
    facts.path.joinpath("customer.parquet").write_bytes(b"")

    with pytest.raises(
        UnusableInput, match=r"'customer' stands there more than once .customer.csv and customer.parquet"
    ):
        facts.check()


def test_all_problems_are_written_beside_the_kept_rows(facts):
    facts.raw("invoice.csv", HEADER + row(1) + b"I2,C1\n" + row(1))

    checked = facts.check()

    assert checked.quarantine == facts.out / "quarantine.parquet"
    text = (facts.out / "quarantine.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith("severity,code,table,file,line,column,found")
    assert '"I2,C1"' in text
    assert "duplicate_row" in text
