"""The two that decide a day of the stories: the engine, and the slow reference."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from creditdesk.engine.backend import connect
from creditdesk.engine.run import decide_tables
from creditdesk.engine.stages import Stages
from creditdesk.engine.walk import Walk
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.policy.document import Policy
from stories.reference_gate import Place
from stories.reference_procedure import decide
from stories.reference_world import World
from stories.walk import OUTPUTS, Decider, Row, Rows, arrow

GROWING = (
    "action", "promise", "dispute", "approval", "handover", "payment", "allocation", "invoice", "override",
    "collection", "legal_status", "plan", "instalment", "pause", "contra",
)  # fmt: skip
"""Fact tables that the days of a story add to."""


def walking_engine(tables: Mapping[str, list[Row]], policy: Policy, first: date, last: date) -> Decider:
    """The engine as a replay of few customers uses it: what it does is built once, and repeated every day."""
    return _walking("polars://", tables, policy, first, last)


def walking_duckdb(tables: Mapping[str, list[Row]], policy: Policy, first: date, last: date) -> Decider:
    """The engine as a replay of many customers uses it."""
    return _walking("duckdb://", tables, policy, first, last)


def _walking(url: str, tables: Mapping[str, list[Row]], policy: Policy, first: date, last: date) -> Decider:
    names = sorted({*GROWING, *tables})
    repeated = Walk(Stages(connect(url)), arrow(tables), policy, first, last, growing=names)

    def decide_day(today: Mapping[str, list[Row]], day: date, previous: Rows | None) -> Rows:
        if previous is None:
            repeated.begin()
        repeated.decide(day, arrow({name: today.get(name, []) for name in names}))
        return {name: repeated.fetch(name).to_pylist() for name in OUTPUTS}

    return decide_day


def single_runs(_tables: Mapping[str, list[Row]], policy: Policy, _first: date, _last: date) -> Decider:
    """The engine as a daily run uses it: every day by itself, with the tables of the run before."""

    def decide_day(today: Mapping[str, list[Row]], day: date, previous: Rows | None) -> Rows:
        before = {
            name: pa.Table.from_pylist(list(rows), schema=TABLES_OUT[name].schema().to_pyarrow())
            for name, rows in (previous or {}).items()
        }
        found = decide_tables(arrow(today), policy, day, before or None)
        return {name: found[name].to_pylist() for name in OUTPUTS}

    return decide_day


def slow_reference(_tables: Mapping[str, list[Row]], policy: Policy, _first: date, _last: date) -> Decider:
    """The slow reference."""
    return lambda today, day, previous: reference(today, policy, day, previous)


def reference(tables: Mapping[str, list[Row]], policy: Policy, day: date, previous: Rows | None) -> Rows:
    """The slow reference, for customers whose segment is set by hand."""
    rates = {str(row["currency"]): float(row["rate"]) for row in tables.get("fx_rate", ())}
    world = World(tables, policy, rates)
    found: dict[str, list[Row]] = {name: [] for name in OUTPUTS}
    listed: dict[str, dict[tuple[int, str], date]] = {}
    for row in (*(previous or {}).get("action_due", ()), *(previous or {}).get("held", ())):
        if row["listed_since"] is not None:
            listed.setdefault(str(row["customer_id"]), {})[row["case_no"], row["step"]] = row["listed_since"]
    for customer in tables["customer"]:
        name = str(customer["customer_id"])
        segment, since = pinned(tables, name, day)
        if segment is None or not policy.segments[segment].dunning:
            continue
        places = {None, f"country = '{customer.get('country')}'"}
        procedure = next(each.use for each in policy.segments[segment].procedure if each.when in places)
        at = Place(segment, procedure, since)
        answer = decide(world, name, str(customer.get("company_id") or "HQ"), at, day, listed.get(name))
        found["decision"].append(
            {"customer_id": name, "segment": segment, "procedure": procedure, "case_no": answer.case_no,
             "last_step": answer.last_step, "next_step": answer.next_step, "next_due_on": answer.next_due_on}
        )  # fmt: skip
        for line in answer.lines:
            row = {
                "customer_id": name, "procedure": procedure, "case_no": line.case_no, "step": line.step,
                "level": line.level, "do": line.do, "due_on": line.due_on, "invoice_ids": list(line.invoices),
                "amount": line.amount, "owner": line.owner, "holds": list(line.holds),
                "hold": line.holds[0] if line.holds else None, "reason": line.reason,
                # a day on which a listed step is held, a Sunday for one, does not begin its wait anew
                "listed_since": listed.get(name, {}).get(
                    (line.case_no, line.step), day if line.verdict == "due" else None
                ),
            }  # fmt: skip
            found[{"due": "action_due", "held": "held", "skipped": "skipped"}[line.verdict]].append(row)
    return found


def pinned(tables: Mapping[str, list[Row]], customer: str, day: date) -> tuple[str | None, date | None]:
    """The segment set by hand for a customer on a day, and since when where it was another before."""
    rows = sorted(
        (
            row for row in tables.get("override", ())
            if row["customer_id"] == customer and row["field"] == "segment" and row["from_on"] <= day
        ),
        key=lambda row: row["from_on"],
    )  # fmt: skip
    valid = [row for row in rows if (row.get("until_on") or day) >= day]
    if not valid:
        return None, None
    now = valid[-1]
    return str(now["value"]), now["from_on"] if len(rows) > 1 else None
