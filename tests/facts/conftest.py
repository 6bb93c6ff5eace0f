"""A facts folder that a test writes as text and checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import duckdb
import pytest

from creditdesk.facts.check import check_folder
from creditdesk.facts.problem import Problem
from creditdesk.facts.result import Checked


@dataclass
class FactsFolder:
    """A facts folder in the making. It begins with customers C1 and C2 and an invoice of each."""

    path: Path
    out: Path
    checked: Checked | None = None

    def table(self, name: str, text: str) -> None:
        """Write a table as CSV."""
        (self.path / f"{name}.csv").write_text(dedent(text).lstrip(), encoding="utf-8")

    def raw(self, name: str, content: bytes) -> None:
        """Write a file byte by byte."""
        (self.path / name).write_bytes(content)

    def parquet(self, name: str, query: str) -> None:
        """Write a table as Parquet from a DuckDB query."""
        self.path.joinpath(f"{name}.csv").unlink(missing_ok=True)
        duckdb.sql(query).write_parquet(str(self.path / f"{name}.parquet"))

    def check(self, **options: object) -> Checked:
        self.checked = check_folder(self.path, self.out, **options)  # type: ignore[arg-type]
        return self.checked

    def said(self, table: str = "") -> list[tuple[str, str, int | None, str, str]]:
        """What was said: severity, code, line, column, found."""
        return [
            (problem.severity, problem.code, problem.line, problem.column, problem.found)
            for problem in self.problems(table)
        ]

    def problems(self, table: str = "") -> Sequence[Problem]:
        assert self.checked is not None
        return [problem for problem in self.checked.problems if table in ("", problem.table)]

    def kept(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """Rows that were kept, sorted."""
        assert self.checked is not None
        paths = [str(path) for path in self.checked.tables[table].paths]
        names = ", ".join(columns)
        return sorted(duckdb.read_parquet(paths).project(names).fetchall(), key=str)

    def counts(self, table: str) -> tuple[int, int, int]:
        """Rows in, kept and quarantined."""
        assert self.checked is not None
        found = self.checked.tables[table]
        return found.rows_in, found.rows_kept, found.rows_quarantined


@pytest.fixture
def facts(tmp_path: Path) -> FactsFolder:
    (tmp_path / "facts").mkdir()
    folder = FactsFolder(tmp_path / "facts", tmp_path / "out")
    folder.table(
        "customer",
        """
        customer_id,name,kind
        C1,Bakery,company
        C2,Painter,sole_trader
        """,
    )
    folder.table(
        "invoice",
        """
        invoice_id,customer_id,number,kind,issued,due,amount,currency
        I1,C1,2024-1,invoice,2024-01-05,2024-02-04,12100,EUR
        I2,C2,2024-2,invoice,2024-01-08,2024-02-07,5000,EUR
        """,
    )
    return folder
