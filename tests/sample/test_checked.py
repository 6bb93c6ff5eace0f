"""The sample passes the check that every facts folder has to pass."""

from __future__ import annotations

import pytest

from creditdesk.facts.check import check_folder


@pytest.mark.parametrize("size", ["small", "large"])
def test_no_row_is_quarantined_and_only_the_two_rows_meant_so_are_warned_about(size, request):
    sample = request.getfixturevalue(size)
    checked = check_folder(sample.folder)
    assert checked.rows_quarantined == 0
    assert checked.held_customers == ()
    assert {name: result.rows_kept for name, result in checked.tables.items()} == {
        name: rows for name, rows in sample.rows.items() if name != "truth"
    }
    # A rent that is due before it is billed, and an invoice over nothing: kept, with a warning.
    assert checked.counts == {
        ("warning", "invoice", "due_before_issued"): 1,
        ("warning", "invoice", "zero_amount"): 1,
    }
