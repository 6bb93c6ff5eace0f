"""The line-wise reader: every line of a file ends up in exactly one record, whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creditdesk.facts.csvtable import load_csv
from creditdesk.facts.records import Dialect, records
from creditdesk.facts.scan import scan


def read(content: bytes, folder: Path, **dialect: str) -> list[tuple[int, int, tuple[str, ...], str]]:
    path = folder / "file.csv"
    path.write_bytes(content)
    return [(r.line, r.last_line, r.fields, r.refusal) for r in records(path, Dialect(**dialect))]


def test_a_record_may_run_over_lines(tmp_path):
    assert read(b'a,"b\r\nc",d\ne,f,g', tmp_path) == [
        (1, 2, ("a", "b\r\nc", "d"), ""),
        (3, 3, ("e", "f", "g"), ""),
    ]


def test_after_a_quote_that_never_closes_reading_goes_on_with_the_next_line(tmp_path):
    assert read(b'a,"b\nc,"d"\ne,f\n', tmp_path) == [
        (1, 1, (), "open_quote"),
        (2, 2, ("c", "d"), ""),
        (3, 3, ("e", "f"), ""),
    ]


def test_other_delimiters_and_encodings(tmp_path):
    assert read('Zürich;12;"a;b"\n'.encode("cp1252"), tmp_path, encoding="cp1252", delimiter=";") == [
        (1, 1, ("Zürich", "12", "a;b"), "")
    ]
    assert read("Zürich\t12\r\nBern\t3".encode("utf-16"), tmp_path, encoding="utf-16", delimiter="\t") == [
        (1, 1, ("Zürich", "12"), ""),
        (2, 2, ("Bern", "3"), ""),
    ]


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        (b"a,b\n1,2\n", True),
        (b"a,b\r\n1,2\r\n", True),
        (b"a,b\n1,2", True),
        (b"a,b\r\n1,2\n", False),
        (b"a,b\n\n1,2\n", False),
        (b'a,b\n1,"2\n3"\n', False),
        (b'a,b\n1,"2\n', False),
        (b"a,b\r1,2\r", False),
        (b"a,b\n1,\0\n", False),
        (b"a,b\n1,\xff\n", False),
    ],
)
def test_only_files_of_one_record_a_line_are_plain(tmp_path, content, plain):
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    assert scan(path).plain is plain


pieces = st.sampled_from(
    [
        b"a",
        b"1",
        b",",
        b",",
        b'"',
        b'""',
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"\0",
        b"\xe9",
        b"\xc3\xa9",
        b";",
    ]
)


@given(st.lists(pieces, max_size=60).map(b"".join))
@example(b'""\n')
@example(b"\r\n\r")
def test_every_line_of_any_bytes_is_in_exactly_one_record(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "file.csv"
    path.write_bytes(content)

    found = list(records(path))

    lines = [line for record in found for line in range(record.line, record.last_line + 1)]
    assert lines == list(range(1, scan(path).lines + 1))


@given(st.lists(pieces, max_size=60).map(b"".join))
@example(b'1,"2\n3,4')
@example(b'1,x"2"\n')
@example(b"\0\0\0")
def test_rows_in_are_rows_kept_and_rows_refused_for_any_bytes(tmp_path_factory, body):
    """And the fast way gives what the slow way gives."""
    path = tmp_path_factory.mktemp("any") / "file.csv"
    path.write_bytes(b"a,b\n" + body)
    con = duckdb.connect()

    refused = []

    found = load_csv(
        con, path, "loaded", lambda header: {name: at for at, name in enumerate(header)}, refused.extend
    )

    kept = con.execute("SELECT _line, a, b FROM loaded ORDER BY _line").fetchall()
    rows = [record for record in list(records(path))[1:] if record.refusal != "blank"]
    good = [(row.line, *row.fields) for row in rows if not row.refusal and len(row.fields) == 2]
    assert kept == good
    assert found.rows_in == len(rows) == len(kept) + len(refused)
    assert found.refused == len(refused)


def test_files_longer_than_a_batch(tmp_path, monkeypatch):
    monkeypatch.setattr("creditdesk.facts.csvtable.BATCH", 3)
    lines = [f"{n},x" if n % 3 else f"{n}" for n in range(1, 21)]
    (tmp_path / "file.csv").write_text("\n".join(["a,b", *lines, "", ""]))
    con = duckdb.connect()
    refused = []

    found = load_csv(con, tmp_path / "file.csv", "loaded", lambda _header: {"a": 0}, refused.extend)

    kept = con.execute("SELECT _line, a FROM loaded ORDER BY _line").fetchall()
    assert kept == [(n + 1, str(n)) for n in range(1, 21) if n % 3]
    assert [one.record.line for one in refused] == [n + 1 for n in range(3, 21, 3)]
    assert (found.rows_in, found.refused) == (20, 6)
