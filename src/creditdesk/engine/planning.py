"""Makes the plan of a run, and follows one: whoever decides on equal terms again builds nothing.

A run's statements depend on the policy, on which tables hold rows at all, and on the currencies and companies that occur;
never on the day, nor on what the rows say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.backend import Backend, empty
from creditdesk.engine.binding import Facts, Source, conform_arrow
from creditdesk.engine.day import Day, open_day
from creditdesk.engine.plan import Plan, keep, kept
from creditdesk.engine.run import OUTPUTS, Previous, decide_on
from creditdesk.engine.stages import Stages
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.policy.document import Policy

CARRIED = ("decision", "action_due", "held")
"""Tables of a run that the next one reads: for the brakes, and for tasks that were listed before."""

AHEAD = timedelta(days=400)
BEHIND = timedelta(days=60)
"""How far statements hold, after and before the day for which they were made."""

NOBODY = ("",)
"""Statements are built as if somebody's rows were quarantined: whose they are is a table."""

Question = tuple[str, tuple[str, ...], str]
"""A table, columns of it, and what was asked: `has`, `any` or `distinct`."""


@dataclass
class Watched(Facts):
    """Facts that remember what they were asked while statements were built."""

    questions: dict[Question, Any] = field(default_factory=dict)

    @classmethod
    def over(cls, facts: Facts) -> Watched:
        """The same facts, watched."""
        return cls(facts.backend, facts.tables, facts.present, facts.assume, facts.wider)

    def has(self, name: str) -> bool:
        """As `Facts.has`, remembered."""
        answer = super().has(name)
        self.questions[name, (), "has"] = answer
        return answer

    def any(self, name: str, column: str) -> bool:
        """As `Facts.any`, remembered."""
        answer = super().any(name, column)
        self.questions[name, (column,), "any"] = answer
        return answer

    def distinct(self, name: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
        """As `Facts.distinct`, remembered."""
        answer = super().distinct(name, columns)
        self.questions[name, tuple(columns), "distinct"] = answer
        return answer

    def answer(self, question: Question) -> Any:
        """What a question is answered now."""
        name, columns, kind = question
        if kind == "distinct":
            return self.distinct(name, columns)
        return self.any(name, columns[0]) if kind == "any" else self.has(name)


class _Noting:
    """A backend that remembers the tables that are made while statements are built."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.noted: dict[str, pa.Table] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    def put(self, name: str, rows: pa.Table) -> Any:
        self.noted[name] = rows
        return self.backend.put(name, rows)


def digest(policy_text: str) -> str:
    """What tells policies apart."""
    return hashlib.sha256(policy_text.encode()).hexdigest()


def shape(day: Day) -> tuple[Any, ...]:
    """What statements are built for beside the questions: currencies and our own companies."""
    companies = day.stages.backend.fetch(day.company).to_pylist()
    bases = sorted({row["base"] for row in companies})
    homes = sorted({(row["home"], row["company_country"] or "") for row in companies})
    return day.currencies, tuple(bases), tuple(homes), len(companies) > 1


def carry(backend: Backend, previous: Mapping[str, Source]) -> Previous:
    """Put the tables of the run before, empty where there is none, under the names that statements know."""
    found = {}
    for name in CARRIED:
        schema, source = TABLES_OUT[name].schema(), previous.get(name)
        if source is None:
            found[name] = backend.put(f"previous_{name}", empty(schema))
        elif isinstance(source, pa.Table):
            found[name] = backend.put(f"previous_{name}", conform_arrow(source, schema))
        else:
            found[name] = backend.read(f"previous_{name}", source, schema)
    return Previous(found["decision"], found["action_due"], found["held"])


def put_held(backend: Backend, customers: Sequence[str]) -> None:
    """Put the customers with quarantined rows: their payers are held `data_problem`."""
    backend.put("held_customer", pa.table({"customer_id": pa.array(sorted(set(customers)), pa.string())}))


def make_plan(
    stages: Stages,
    facts: Watched,
    policy: Policy,
    as_of: date,
    previous: Mapping[str, Source],
    held: Sequence[str],
) -> Plan:
    """Decide, and keep what it was decided by.

    Raises:
        MissingRate, StageError: as `decide`.
    """
    noting = _Noting(stages.backend)
    stages.backend = cast("Backend", noting)
    day = open_day(stages, facts, policy, as_of, as_of + AHEAD, as_of - BEHIND)
    before = carry(noting.backend, previous)
    facts.questions.clear()
    noting.noted.clear()
    decide_on(day, before, [*held, *NOBODY])
    stages.backend = noting.backend
    noting.noted.pop("held_customer")
    return Plan(
        engine=noting.name,
        statements=stages.last_readers(OUTPUTS),
        put=dict(noting.noted),
        questions=dict(facts.questions),
        shape=shape(day),
        since=as_of - BEHIND,
        until=as_of + AHEAD,
    )


def decide_by_plan(
    stages: Stages,
    facts: Facts,
    policy: Policy,
    policy_text: str,
    as_of: date,
    previous: Mapping[str, Source] | None = None,
    held: Sequence[str] = (),
    plans: Path | None = None,
) -> dict[str, ir.Table]:
    """`decide`, by a plan that was kept where one holds; else the plan is made and kept.

    Args:
        previous: `decision`, `action_due` and `held` of the run before.
        held: customers with quarantined rows.
        plans: folder of plans; None = nothing is kept.

    Raises:
        MissingRate, StageError: as `decide`.
    """
    backend, watched, name = stages.backend, Watched.over(facts), digest(policy_text)
    for plan in kept(plans, name, backend.name) if plans is not None else ():
        if not plan.holds(as_of) or any(
            watched.answer(asked) != said for asked, said in plan.questions.items()
        ):
            continue
        day = open_day(stages, facts, policy, as_of, as_of + AHEAD)
        if shape(day) != plan.shape:
            continue
        for table, rows in plan.put.items():
            backend.put(table, rows)
        carry(backend, previous or {})
        put_held(backend, [*held, *NOBODY])
        stages.done = [*plan.statements]
        stages.again()
        break
    else:
        plan = make_plan(stages, watched, policy, as_of, previous or {}, held)
        if plans is not None:
            keep(plans, name, plan)
    schemas = {stage.name: stage.schema for stage in plan.statements}
    return {table: backend.table(table, schemas[table]) for table in OUTPUTS}
