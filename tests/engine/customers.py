"""Customers for the tests of scoring and segments: profiles written by hand, decided in one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from creditdesk.engine.backend import Backend, connect
from creditdesk.engine.binding import bind
from creditdesk.engine.day import open_day
from creditdesk.engine.debtor import debtor
from creditdesk.engine.decision import decide_segments, finish_decision
from creditdesk.engine.sheet import Sheet
from creditdesk.engine.stages import Stages
from creditdesk.facts.column import Table
from creditdesk.facts.decisions import DECISION
from creditdesk.facts.profile import PROFILE
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from engine.choice import ENGINE

TODAY = date(2026, 4, 1)
Row = dict[str, Any]

PLAIN: Row = {
    "kind": "company", "currency": "EUR", "country": "BE", "turnover_class": "C", "turnover_rank": 100,
    "days_late_shrunken": 3.0, "days_late_24m": 3.0, "observations": 20, "behaviour_evidence": 12, "orders_12m": 10,
    "first_invoice_age_days": 900, "last_purchase_days": 3, "open_items": 1, "open_amount": 100_000,
    "exposure": 100_000, "peak_month_sales": 1_000_000, "risk_evidence": 10.0, "collector": "collector@us",
    "account_manager": "sales@us", "uninsured_maximum_loss": 100_000, "group_members": 1,
}  # fmt: skip
"""A small Belgian company that buys every month, pays three days late, and owes EUR 1,000."""


def customer(customer_id: str, **columns: object) -> Row:
    """A profile like PLAIN, with some columns otherwise."""
    rest: Row = {
        column.name: {"int64": 0, "float64": 0.0, "boolean": False}.get(column.type)
        for column in PROFILE.columns
        if column.required
    }
    kind = columns.get("kind", "company")
    person = {"natural_person": kind in ("consumer", "sole_trader")}
    return {**rest, **PLAIN, **person, **columns, "customer_id": customer_id}


def rows(table: Table, found: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows of a table of the contract; what they do not say is empty."""
    schema = table.schema().to_pyarrow()
    unknown = {name for row in found for name in row} - set(schema.names)
    assert not unknown, f"{table.name} has no columns {sorted(unknown)}"
    return pa.Table.from_pylist([{**dict.fromkeys(schema.names), **row} for row in found], schema=schema)


def decide(
    policy: Policy,
    customers: Sequence[Row],
    facts: Mapping[str, Sequence[Row]] | None = None,
    previous: Sequence[Row] | None = None,
    on: date = TODAY,
    case: Sequence[Row] | None = None,
    backend: Backend | None = None,
) -> dict[str, Row]:
    """The decisions on a day, by customer.

    Args:
        facts: rows of fact tables; the table `customer` is made from the profiles and completed by what is given here.
        previous: decisions of the run before.
        case: rows of the procedure, with `stop_step_done`.
    """
    given = {name: list(found) for name, found in (facts or {}).items()}
    known = {str(row["customer_id"]): row for row in given.pop("customer", [])}
    shared = ("kind", "country", "collector", "account_manager", "key_account", "intercompany")
    who = [
        {"name": row["customer_id"], **{name: row.get(name) for name in shared}, "customer_id": row["customer_id"],
         **known.get(row["customer_id"], {})}
        for row in customers
    ]  # fmt: skip
    sources = {"customer": rows(TABLES["customer"], who)}
    sources |= {name: rows(TABLES[name], found) for name, found in given.items()}
    here = backend or connect(ENGINE)
    stages = Stages(here)
    day = open_day(stages, bind(here, sources), policy, on)
    before = here.put("previous", rows(DECISION, [_as_input(row) for row in previous])) if previous else None
    profile = here.put("profile", rows(PROFILE, customers))
    segmented = decide_segments(day, debtor(day), profile, before)
    state = here.put("case_state", pa.Table.from_pylist(list(case))) if case else None
    decided = here.fetch(finish_decision(day, segmented, state)).to_pylist()
    if backend is None:
        here.close()
    return {row["customer_id"]: _plain(row) for row in decided}


def in_hand(backend: Backend, found: Sequence[Mapping[str, object]], types: Mapping[str, str]) -> Sheet:
    """A sheet with the columns that one part of the decision reads, to try that part alone; false where not said."""
    rest = {name: False if dtype == "boolean" else None for name, dtype in types.items()}
    schema = ibis.schema({**types, "row_no": "int64"}).to_pyarrow()
    numbered = [{**rest, **row, "row_no": no} for no, row in enumerate(found)]
    return Sheet(backend.put("in_hand", pa.Table.from_pylist(numbered, schema=schema)))


def worked_out(backend: Backend, sheet: Sheet) -> list[Row]:
    """The rows of a sheet that was put in hand, in their order."""
    return sorted(backend.fetch(sheet.table).to_pylist(), key=lambda row: int(row["row_no"]))


def was(customer_id: str, segment: str, since: date, **columns: object) -> Row:
    """The decision of the run before, as far as the next one reads it."""
    return {"customer_id": customer_id, "segment": segment, "segment_since": since, "bands": {}, **columns}


def _plain(row: Row) -> Row:
    bands = row["bands"]
    return {**row, "bands": dict(bands) if bands is not None else None}


def _as_input(row: Row) -> Row:
    bands = row.get("bands")
    return {**row, "bands": list(bands.items()) if isinstance(bands, dict) else bands}
