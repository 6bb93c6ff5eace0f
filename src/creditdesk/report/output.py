"""The output folder of a run, to be asked: small aggregates over its Parquet tables, never all their rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

TABLES = ("profile", "decision", "action_due", "held")
SUMMARY = "summary.json"
POLICY = "policy.yaml"

Row = dict[str, Any]


class NoOutput(ValueError):
    """The folder is no output of a run."""


@dataclass(frozen=True)
class Output:
    """One run, as written.

    Attributes:
        folder: where it stands.
        summary: `summary.json`.
        profile, decision, action_due, held: its tables.
    """

    folder: Path
    summary: Row
    profile: ir.Table
    decision: ir.Table
    action_due: ir.Table
    held: ir.Table

    @property
    def decided(self) -> ir.Table:
        """Every customer once: its decision and its profile. Equal columns are those of the decision."""
        own = [name for name in self.profile.columns if name not in self.decision.columns]
        return self.decision.join(self.profile.select("customer_id", *own), "customer_id")

    def rows(self, expression: ir.Table) -> list[Row]:
        """The rows of a small result."""
        return list(expression.to_pyarrow().to_pylist())


def open_output(folder: Path) -> Output:
    """Read an output folder.

    Raises:
        NoOutput: when a table or the summary is missing.
    """
    missing = [
        name for name in (*(f"{table}.parquet" for table in TABLES), SUMMARY) if not (folder / name).is_file()
    ]
    if missing:
        raise NoOutput(
            f"{folder}: no output of a run, {', '.join(missing)} missing; "
            f"the way out: name a folder that 'creditdesk decide --out' wrote"
        )
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return Output(folder, summary, **tables(folder, TABLES))


def tables(folder: Path, names: Iterable[str]) -> dict[str, ir.Table]:
    """The Parquet tables of a folder, on an engine of their own."""
    con = ibis.duckdb.connect()
    return {name: con.read_parquet(str(folder / f"{name}.parquet"), table_name=name) for name in names}
