"""Two samples, written once: the small one as a newcomer gets it, a larger one in which shares can be measured."""

# ruff: noqa: S608  the statements are built from the contract's own names

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from creditdesk.sample import SampleSummary, write_sample

AS_OF = date(2026, 6, 30)
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return write_sample(tmp_path_factory.mktemp("small") / "facts")


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return write_sample(tmp_path_factory.mktemp("large") / "facts", customers=6_000)


@pytest.fixture(scope="session")
def ask_small(small: SampleSummary) -> Ask:
    return asker(small.folder)


@pytest.fixture(scope="session")
def ask_large(large: SampleSummary) -> Ask:
    return asker(large.folder)


@pytest.fixture(params=["small", "large"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Either sample: what has to hold holds in both."""
    return request.getfixturevalue(f"ask_{request.param}")


def asker(folder: Path) -> Ask:
    """SQL over a facts folder, each table under its own name."""
    database = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        database.execute(f"CREATE VIEW \"{path.stem}\" AS SELECT * FROM read_parquet('{path}')")

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return database.execute(sql).fetchall()

    return ask
