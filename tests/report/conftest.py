"""One output folder for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditdesk.report.output import Output, open_output
from report.portfolio import write_output


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_output(tmp_path_factory.mktemp("run") / "out", count=160)


@pytest.fixture(scope="session")
def output(folder: Path) -> Output:
    return open_output(folder)
