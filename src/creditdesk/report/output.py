"""The output folder of a run, to be asked: small aggregates over its Parquet tables, never all their rows."""

from __future__ import annotations

import json
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
        decided: every customer once, its decision and its profile; equal columns are those of the decision.
    """

    folder: Path
    summary: Row
    profile: ir.Table
    decision: ir.Table
    action_due: ir.Table
    held: ir.Table
    decided: ir.Table

    def rows(self, expression: ir.Table) -> list[Row]:
        """The rows of a small result."""
        return list(expression.to_pyarrow().to_pylist())


def open_output(folder: Path) -> Output:
    """Read an output folder.

    Raises:
        NoOutput: when a table or the summary is missing.
    """
    missing = [
        name
        for name in (*(f"{table}.parquet" for table in TABLES), SUMMARY, POLICY)
        if not (folder / name).is_file()
    ]
    if missing:
        raise NoOutput(
            f"{folder}: no output of a run, {', '.join(missing)} missing; "
            f"the way out: name a folder that 'creditdesk decide --out' wrote"
        )
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    con = ibis.duckdb.connect()
    found = {name: con.read_parquet(str(folder / f"{name}.parquet"), table_name=name) for name in TABLES}
    profile, decision = found["profile"], found["decision"]
    own = [name for name in profile.columns if name not in decision.columns]
    # a view, so that the two hundred columns of the join are written once and not in every query
    decided = con.create_view("decided", decision.join(profile.select("customer_id", *own), "customer_id"))
    return Output(folder, summary, **found, decided=decided)
