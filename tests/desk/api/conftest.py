"""What of the tests of the API is for the long run."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ON_ONE = ("test_described.py", "test_credit_figures.py")
"""Costly, and the same on both databases: `make test` runs them on the stricter one."""

ENGINE = "test_api_days.py"
ALWAYS = "test_a_customer_decided_alone_after_a_push_is_told_and_read[sqlite]"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE not in item.path.parents:
            continue
        if (item.path.name in ON_ONE and "[sqlite" in item.name) or (
            item.path.name == ENGINE and item.name != ALWAYS
        ):
            item.add_marker(pytest.mark.long)
