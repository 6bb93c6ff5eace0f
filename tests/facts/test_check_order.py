"""Shuffling rows and splitting files changes nothing, and no row is ever lost."""

from __future__ import annotations

import random
import shutil

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditdesk.facts.check import check_folder
from creditdesk.facts.result import Checked

few = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

HEADERS = {
    "customer": "customer_id,name,kind,parent_id,merged_into_id",
    "invoice": "invoice_id,customer_id,number,kind,issued,due,amount,currency",
    "payment": "payment_id,customer_id,value_date,amount,currency",
    "allocation": "allocation_id,invoice_id,kind,payment_id,credit_note_id,allocated_on,amount,reversed_on",
}
customers, invoices, payments = ("C1", "C2", "C3"), ("I1", "I2", "I3", "I4"), ("P1", "P2", "P3")
days = st.sampled_from(["2024-01-05", "2024-02-01", "2024-02-30", "1024-01-01", ""])
amounts = st.sampled_from(["100", "50", "150", "0", "-1", "1.5"])
one_of = st.sampled_from


def rows(*fields: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.tuples(*fields).map(",".join), max_size=7)


ledgers = st.fixed_dictionaries(
    {
        "customer": rows(one_of(customers), one_of(["Ann", "Bob"]), one_of(["company", "company", "x"]),
                         one_of(["", *customers]), one_of(["", "", *customers])),
        "invoice": rows(one_of(invoices), one_of([*customers, "C9"]), one_of(["1"]), one_of(["invoice", "credit_note"]),
                        days, one_of(["2024-03-01"]), amounts, one_of(["EUR", "EUR", "USD", "XYZ"])),
        "payment": rows(one_of(payments), one_of(["", *customers, "C9"]), days, amounts, one_of(["EUR"])),
        "allocation": rows(one_of(["A1", "A2", "A3", "A4"]), one_of(invoices),
                           one_of(["payment", "payment", "write_off", "credit_note"]), one_of(["", *payments]),
                           one_of(["", *invoices]), one_of(["2024-02-02", "2024-02-03"]), amounts,
                           one_of(["", "", "2024-02-05", "2024-01-01"])),
    }
)  # fmt: skip


def contents(checked: Checked) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: sorted(
            duckdb.read_parquet([str(path) for path in table.paths]).project(HEADERS[name]).fetchall(),
            key=str,
        )
        for name, table in checked.tables.items()
    }


@few
@given(ledgers, st.randoms(use_true_random=False))
@pytest.mark.long
def test_the_order_of_rows_and_the_number_of_files_change_nothing(
    tmp_path_factory, ledger, dice: random.Random
):
    folder = tmp_path_factory.mktemp("ledger")
    one, two, three = (folder / name for name in ("one", "two", "three"))
    for target in (one, two, three):
        target.mkdir()
    for name, lines in ledger.items():
        shuffled = dice.sample(lines, len(lines))
        (one / f"{name}.csv").write_text("\n".join([HEADERS[name], *lines, ""]))
        (two / f"{name}.csv").write_text("\n".join([HEADERS[name], *shuffled, ""]))
        (three / name).mkdir()
        for part in (0, 1):  # the same rows, as text, in two Parquet files
            text = "\n".join([HEADERS[name], *shuffled[part::2], ""])
            (folder / "part.csv").write_text(text)
            duckdb.read_csv(str(folder / "part.csv"), all_varchar=True, header=True, auto_detect=False,
                            columns=dict.fromkeys(HEADERS[name].split(","), "VARCHAR"), sep=",",
                            ).write_parquet(str(three / name / f"{part}.parquet"))  # fmt: skip

    found = [
        check_folder(target, folder / f"out-{target.name}", currency="EUR") for target in (one, two, three)
    ]

    for checked in found:
        for name, table in checked.tables.items():
            assert table.rows_in == len(ledger[name]) == table.rows_kept + table.rows_quarantined
    first, *others = found
    for other in others:
        assert contents(other) == contents(first)
        assert other.held_customers == first.held_customers
        assert other.counts == first.counts
    shutil.rmtree(folder)


@few
@given(ledgers)
def test_what_was_kept_keeps_the_contract(tmp_path_factory, ledger):
    """Checked once more, the kept rows give no error: nothing slips through and nothing more is taken out."""
    folder = tmp_path_factory.mktemp("ledger")
    for name, lines in ledger.items():
        (folder / f"{name}.csv").write_text("\n".join([HEADERS[name], *lines, ""]))
    first = check_folder(folder, folder / "out", currency="EUR")

    again = check_folder(folder / "out" / "tables", folder / "again", currency="EUR")

    assert again.errors == 0
    assert again.rows_quarantined == 0
    assert contents(again) == contents(first)
    shutil.rmtree(folder)
