"""The stamp of `facts check`: it spares a second check of the same files, and only of the same."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from creditdesk.facts.check import check_folder
from creditdesk.facts.problem import UnusableInput
from creditdesk.facts.stamp import STAMP, WORK, check_and_stamp, open_checked, read_stamp


@pytest.fixture
def stamped(facts):
    facts.table(
        "payment",
        "payment_id,customer_id,value_date,amount,currency\nP1,C1,2024-02-01,0,EUR\nP2,C9,2024-02-01,5,EUR\n",
    )
    check_and_stamp(facts.path)
    return facts


def test_a_stamp_gives_the_same_result_without_another_check(stamped, tmp_path):
    full = check_folder(stamped.path, tmp_path / "full")

    again = open_checked(stamped.path, tmp_path / "work", currency="EUR")

    assert again.stamped
    assert not (tmp_path / "work").exists()
    assert again.problems == full.problems
    assert again.counts == full.counts
    assert again.held_customers == full.held_customers == ("C1",)
    assert {name: (t.rows_in, t.rows_kept, t.rows_quarantined) for name, t in again.tables.items()} == {
        name: (t.rows_in, t.rows_kept, t.rows_quarantined) for name, t in full.tables.items()
    }
    assert all(path.is_file() for table in again.tables.values() for path in table.paths)
    assert again.exit_status == 1


def test_a_folder_that_was_moved_or_copied_keeps_its_stamp(stamped, tmp_path):
    shutil.copytree(stamped.path, tmp_path / "elsewhere")

    assert read_stamp(tmp_path / "elsewhere").stamped


def change_a_value(folder: Path) -> None:
    path = folder / "invoice.csv"
    path.write_text(path.read_text().replace("12100", "12101"))


def add_a_table(folder: Path) -> None:
    (folder / "contra.csv").write_text("customer_id,on,amount,currency\n")


def lose_a_table(folder: Path) -> None:
    (folder / "payment.csv").unlink()


def lose_a_converted_table(folder: Path) -> None:
    (folder / WORK / "tables" / "invoice.parquet").unlink()


def break_the_stamp(folder: Path) -> None:
    (folder / STAMP).write_text("{")


def change_the_contract(folder: Path) -> None:
    content = json.loads((folder / STAMP).read_text())
    (folder / STAMP).write_text(json.dumps({**content, "contract": "0:other"}))


@pytest.mark.parametrize(
    "change",
    [change_a_value, add_a_table, lose_a_table, lose_a_converted_table, break_the_stamp, change_the_contract],
)
def test_whatever_changes_is_checked_anew(stamped, tmp_path, change):
    change(stamped.path)

    checked = open_checked(stamped.path, tmp_path / "work", currency="EUR")

    assert not checked.stamped
    assert checked.tables["invoice"].rows_kept == 2


def test_a_stamp_for_another_reporting_currency_does_not_hold(stamped):
    assert read_stamp(stamped.path, "EUR") is not None
    assert read_stamp(stamped.path, "USD") is None


def test_a_large_file_that_was_touched_is_checked_anew(facts, monkeypatch):
    monkeypatch.setattr("creditdesk.facts.stamp.WHOLE_FILE", 10)
    monkeypatch.setattr("creditdesk.facts.stamp.EDGE", 5)
    check_and_stamp(facts.path)
    assert read_stamp(facts.path) is not None

    os.utime(facts.path / "invoice.csv", ns=(1, 1))

    assert read_stamp(facts.path) is None


def test_an_unusable_folder_has_no_stamp(stamped):
    (stamped.path / "invoice.csv").write_text("invoice_id\n")

    with pytest.raises(UnusableInput):
        check_and_stamp(stamped.path)

    assert not (stamped.path / STAMP).exists()


def test_the_check_writes_nothing_but_its_own_hidden_files(facts):
    before = {path.name: path.read_bytes() for path in facts.path.iterdir()}

    check_and_stamp(facts.path)

    assert {path.name for path in facts.path.iterdir()} - set(before) == {STAMP, WORK}
    assert {name: (facts.path / name).read_bytes() for name in before} == before
    assert [path.name for path in (facts.path / WORK).iterdir()] == ["tables"]
