"""One run: facts x policy x day -> the tables of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.arith import attach
from creditdesk.engine.backend import connect
from creditdesk.engine.binding import Facts, Source, bind, conform_arrow, few
from creditdesk.engine.day import Day, open_day
from creditdesk.engine.debtor import debtor
from creditdesk.engine.decision import decide_segments, finish_decision
from creditdesk.engine.funds import funds
from creditdesk.engine.items import documents
from creditdesk.engine.procedure import Inputs, procedure
from creditdesk.engine.profile import profile
from creditdesk.engine.promise_state import promise_state
from creditdesk.engine.stages import Stages
from creditdesk.engine.unallocated import unallocated
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.policy.document import Policy

OUTPUTS = ("profile", "decision", "action_due", "held", "skipped")
"""The tables of a run, in the order in which they are made."""


@dataclass(frozen=True)
class Previous:
    """What a run takes over of the one before: its decisions (for the brakes) and its list (for overdue tasks)."""

    decision: ir.Table | None = None
    action_due: ir.Table | None = None
    held: ir.Table | None = None

    @property
    def listed(self) -> ir.Table | None:
        """Steps that the run before listed, then or earlier: rows of `action_due` and of `held` with listed_since."""
        columns = ("customer_id", "company_id", "procedure", "case_no", "step", "listed_since")
        tables = [table.select(*columns) for table in (self.action_due, self.held) if table is not None]
        if not tables:
            return None
        rows = tables[0] if len(tables) == 1 else tables[0].union(tables[1])
        return rows.filter(rows.listed_since.notnull())


def decide(
    stages: Stages,
    facts: Facts,
    policy: Policy,
    as_of: date,
    previous: Previous | None = None,
    held_customers: Sequence[str] = (),
    until: date | None = None,
) -> dict[str, ir.Table]:
    """Decide for every customer on one day.

    Args:
        previous: of the previous run; None = a cold start.
        held_customers: customers with quarantined rows: their payers are held `data_problem`.
        until: last day of a replay, to which calendars and rates must reach.

    Returns:
        The tables named in OUTPUTS, materialised.

    Raises:
        MissingRate: an amount in another currency has no rate on or before its date.
        StageError: a statement failed; names stage and SQL.
    """
    day = open_day(stages, facts, policy, as_of, until)
    return decide_on(day, previous or Previous(), held_customers)


def decide_on(day: Day, previous: Previous, held_customers: Sequence[str] = ()) -> dict[str, ir.Table]:
    """The stages of a run, on a prepared day."""
    who = debtor(day)
    papers = documents(day, who)
    money = unallocated(day, who, papers.every, papers.few)
    promise = promise_state(day, who, papers.few) if day.facts.has("promise") else None
    features = profile(day, who, papers, promise, money)
    segmented = decide_segments(day, who, features, previous.decision, papers.open)
    problem = None
    if held_customers:
        ids = day.stages.backend.put("held_customer", pa.table({"customer_id": sorted(set(held_customers))}))
        problem = attach(ids, who.select("customer_id", "payer"), "customer_id").select("payer")
    outcome = procedure(
        day,
        Inputs(
            debtor=who,
            documents=papers,
            profile=features,
            segmented=segmented,
            promise=promise,
            funds=funds(day, who, papers.open, money),
            previous=previous.listed,
            data_problem=problem,
        ),
    )
    decision = finish_decision(day, segmented, outcome.case)
    return {
        "profile": features,
        "decision": decision,
        "action_due": outcome.action_due,
        "held": outcome.held,
        "skipped": outcome.skipped,
    }


def run(
    stages: Stages,
    sources: Mapping[str, Source],
    policy: Policy,
    as_of: date,
    previous: Mapping[str, Source] | None = None,
    held_customers: Sequence[str] = (),
) -> dict[str, ir.Table]:
    """`decide` on facts and a previous run that are still files or Arrow tables."""
    facts = bind(stages.backend, sources)
    return decide(stages, facts, policy, as_of, bind_previous(stages, previous), held_customers)


def bind_previous(stages: Stages, previous: Mapping[str, Source] | None) -> Previous:
    """The tables of a previous run, where they are given and not empty."""
    found: dict[str, ir.Table] = {}
    for name in ("decision", "action_due", "held"):
        source = (previous or {}).get(name)
        if source is None:
            continue
        schema = TABLES_OUT[name].schema()
        if isinstance(source, pa.Table):
            found[name] = stages.backend.put(f"previous_{name}", conform_arrow(source, schema))
        else:
            found[name] = stages.backend.read(f"previous_{name}", source, schema)
    return Previous(found.get("decision"), found.get("action_due"), found.get("held"))


def decide_tables(
    sources: Mapping[str, pa.Table],
    policy: Policy,
    as_of: date,
    previous: Mapping[str, pa.Table] | None = None,
    held_customers: Sequence[str] = (),
) -> dict[str, pa.Table]:
    """A run on facts in memory, with its tables in memory: for cases, explanations and tests."""
    backend = connect("polars://" if few(sources) else "duckdb://")
    try:
        tables = run(Stages(backend), sources, policy, as_of, previous, held_customers)
        return {name: backend.fetch(table) for name, table in tables.items()}
    finally:
        backend.close()
