"""Writing streams, repeats itself to the last row, and leaves a complete folder or the old one."""

from __future__ import annotations

from datetime import date

import pyarrow.parquet as pq
import pytest

from creditdesk.sample import OutputFolderError, block, write_sample
from creditdesk.sample.writing import DATE_ORDER

ROWS = 5_000


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(block, "BLOCK", 250)


def all_tables(folder):
    return {path.stem: pq.read_table(path) for path in sorted(folder.glob("*.parquet"))}


def test_the_same_seed_writes_the_same_rows_and_the_same_bytes(small, tmp_path):
    again = write_sample(tmp_path / "again")
    assert all_tables(again.folder) == all_tables(small.folder)
    assert again.rows == small.rows
    for path in small.folder.iterdir():
        assert (again.folder / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_is_another_company(small, tmp_path):
    other = write_sample(tmp_path / "other", seed=8)
    assert all_tables(other.folder)["invoice"] != all_tables(small.folder)["invoice"]


def test_another_horizon_moves_the_history(tmp_path):
    sample = write_sample(tmp_path / "facts", customers=120, as_of=date(2025, 2, 14))
    tables = all_tables(sample.folder)
    assert max(tables["payment"]["entry_date"].to_pylist()) <= date(2025, 2, 14)
    assert max(tables["bank_statement"]["to_on"].to_pylist()) == date(2025, 2, 14)
    assert min(tables["invoice"]["issued"].to_pylist()) >= sample.history_from == date(2023, 2, 15)


@pytest.mark.usefixtures("small_blocks")
def test_a_large_sample_is_written_row_group_by_row_group(tmp_path):
    steps = []
    sample = write_sample(
        tmp_path / "facts",
        2_000,
        row_group_rows=ROWS,
        progress=lambda done, total: steps.append((done, total)),
    )
    for name in ("invoice", "payment", "allocation"):
        groups = pq.ParquetFile(sample.folder / f"{name}.parquet").metadata
        sizes = [groups.row_group(place).num_rows for place in range(groups.num_row_groups)]
        # Never more than what was asked for and one more block of some 250 customers is held.
        assert len(sizes) >= 4, name
        assert max(sizes) < ROWS + 8_000, name
        assert min(sizes[:-1]) >= ROWS, name
    assert steps[-1] == (2_000, 2_000)
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert len(steps) >= 7


@pytest.mark.usefixtures("small_blocks")
def test_the_size_of_row_groups_changes_no_row(tmp_path):
    fine = write_sample(tmp_path / "fine", 600, row_group_rows=1_000)
    coarse = write_sample(tmp_path / "coarse", 600)
    assert all_tables(fine.folder) == all_tables(coarse.folder)


def test_date_order_is_the_same_company_in_another_order(tmp_path):
    by_customer = write_sample(tmp_path / "by_customer", 200)
    by_date = write_sample(tmp_path / "by_date", 200, date_order=True)
    before, after = all_tables(by_customer.folder), all_tables(by_date.folder)
    assert set(before) == set(after)
    for name, order in DATE_ORDER.items():
        day, key = order.split(", ")
        keys = [(day, "ascending"), (key, "ascending")]
        # The rewriting engine marks columns without empty cells as such; names, types and cells are the same.
        assert after[name].cast(before[name].schema) == before[name].sort_by(keys), name
        assert after[name][day].to_pylist() == sorted(after[name][day].to_pylist()), name
    assert not any(path.suffix != ".parquet" for path in by_date.folder.iterdir())


def test_more_invoices_per_customer_can_be_asked_for(tmp_path):
    few = write_sample(tmp_path / "few", 300, invoices_per_customer=5)
    many = write_sample(tmp_path / "many", 300, invoices_per_customer=40)
    assert 4 * 300 < few.rows["invoice"] < 6.5 * 300
    assert 34 * 300 < many.rows["invoice"] < 46 * 300


@pytest.mark.usefixtures("small_blocks")
def test_a_killed_run_leaves_the_old_sample(tmp_path):
    old = write_sample(tmp_path / "facts", 300)
    before = all_tables(old.folder)

    class PowerCut(BaseException):
        pass

    def cut(done, _total):
        if done > 250:
            raise PowerCut

    with pytest.raises(PowerCut):
        write_sample(tmp_path / "facts", 900, seed=3, progress=cut)
    assert all_tables(tmp_path / "facts") == before
    assert [path.name for path in tmp_path.iterdir()] == ["facts"]


def test_a_new_sample_takes_the_place_of_an_old_one(tmp_path):
    write_sample(tmp_path / "facts", 300)
    (tmp_path / "facts" / "_checked.json").write_text("{}")
    smaller = write_sample(tmp_path / "facts", 40)
    assert pq.read_table(tmp_path / "facts" / "truth.parquet").num_rows == 40
    assert {path.stem for path in (tmp_path / "facts").iterdir()} == set(smaller.rows)


def test_a_folder_with_other_things_in_it_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputFolderError, match=r"thesis\.txt"):
        write_sample(tmp_path, 40)
    with pytest.raises(OutputFolderError, match="is a file"):
        write_sample(tmp_path / "thesis.txt", 40)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("customers", [1, 2, 7, 30, 100])
def test_a_tiny_sample_is_a_sample_too(tmp_path, customers):
    sample = write_sample(tmp_path / "facts", customers)
    assert pq.read_table(sample.folder / "truth.parquet").num_rows == customers
    assert len(set(pq.read_table(sample.folder / "customer.parquet")["customer_id"].to_pylist())) == customers


def test_impossible_sizes_are_refused(tmp_path):
    for arguments in ({"customers": 0}, {"customers": 10**9}, {"invoices_per_customer": 0}):
        with pytest.raises(ValueError, match="allowed are"):
            write_sample(tmp_path / "facts", **arguments)
    assert list(tmp_path.iterdir()) == []
