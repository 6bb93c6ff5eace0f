"""The engine, kept ready in this process: the statements of a run are built once and executed for every day and customer.

Building costs many times more than executing. What the statements were built for (which tables hold rows at all, which
currencies there are) is remembered, and they are built anew only when an answer has changed. Few customers are decided by
Polars, which plans nothing, many by DuckDB, which needs less memory for them.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from creditdesk.desk.beside import beside
from creditdesk.engine.backend import Backend, DuckDB, empty
from creditdesk.engine.binding import Facts, bind, conform_arrow, few
from creditdesk.engine.day import Day, open_day
from creditdesk.engine.plan import Plan, keep, kept
from creditdesk.engine.polars.backend import Polars
from creditdesk.engine.run import Previous, decide_on
from creditdesk.engine.stages import Clock, Stages
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from creditdesk.policy.load import read_policy

CARRIED = ("decision", "action_due", "held")
ASSUMED = frozenset({"action", "handover", "approval", "promise", "pause", "override"})
"""Tables that hold rows sooner or later: no new statements for the first of them."""

NOBODY = ("",)
"""Statements are built as if somebody's rows were quarantined: whose they are is a table."""

AHEAD = timedelta(days=400)
"""How far ahead the statements hold."""

WHOLE = ("turnover_rank", "prior")
"""The stages that look at all customers at once; for a few of them they are given as the last run left them."""


@dataclass
class _Watched(Facts):
    """Facts that remember what they were asked while statements were built."""

    questions: dict[tuple[str, tuple[str, ...], str], Any] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        answer = super().has(name)
        self.questions[name, (), "has"] = answer
        return answer

    def any(self, name: str, column: str) -> bool:
        answer = super().any(name, column)
        self.questions[name, (column,), "any"] = answer
        return answer

    def distinct(self, name: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
        answer = super().distinct(name, columns)
        self.questions[name, tuple(columns), "distinct"] = answer
        return answer


@dataclass
class _Built:
    """Statements of one policy, and for which facts they hold.

    Attributes:
        plan: the statements, and what they hold for.
        ground: what calendars, places, companies and rates were made of.
        filled: fact tables that hold rows in the engine.
    """

    policy: Policy
    backend: Backend
    stages: Stages
    plan: Plan
    ground: tuple[object, ...]
    oldest: date
    filled: set[str]


@dataclass(frozen=True)
class Decided:
    """One run, still in the engine.

    Attributes:
        policy: the policy that decided.
        backend: where its stages are, until it decides the next time.
    """

    policy: Policy
    backend: Backend

    def sql(self, query: str, values: Mapping[str, Any] | None = None, **more: pa.Table) -> pa.Table:
        """Rows of a query in DuckDB's SQL over stages and facts (`fact_<table>`).

        Args:
            values: what stands for its parameters.
            more: further rows, as tables.
        """
        if isinstance(self.backend, DuckDB):
            con = self.backend.con.con
            for name, rows in more.items():
                con.register(name, rows)
            try:
                return con.sql(query, params=values or None).to_arrow_table()
            finally:
                for name in more:
                    con.unregister(name)
        frames = cast("Polars", self.backend)
        named = {name: frames.rows(name) for name in set(_WORD.findall(query)) & frames.frames.keys()}
        with beside(**named, **more) as con:
            return con.sql(query, params=values or None).to_arrow_table()

    def columns(self, name: str) -> list[str]:
        """The columns of a stage."""
        return self.sql(f'SELECT * FROM "{name}" LIMIT 0').column_names

    def fetch(self, name: str) -> pa.Table:
        """Rows of an output table of the contract, or of a stage."""
        return self.sql(f'SELECT * FROM "{name}"')


_WORD = re.compile(r"\w+")


class Decider:
    """Decides, again and again; one per process is enough.

    What it decided stays readable until it is asked the next time: who reads it holds `lock` meanwhile.
    """

    def __init__(self, engine: Mapping[str, str] | None = None, plans: Path | None = None) -> None:
        """Make one.

        Args:
            engine: settings of DuckDB (`memory_limit`, `threads`).
            plans: folder in which statements are kept for the next process; None = nowhere.
        """
        self._plans = plans
        self._engine = dict(engine or {})
        self._built: dict[_Key, _Built] = {}
        self.builds = 0
        self.lock = threading.RLock()

    def decide(
        self,
        policy_text: str,
        facts: Mapping[str, pa.Table],
        as_of: date,
        previous: Mapping[str, pa.Table] | None = None,
        whole: Mapping[str, pa.Table] | None = None,
        held: Sequence[str] = (),
    ) -> Decided:
        """One run over facts in memory.

        Args:
            previous: `decision`, `action_due` and `held` of the run before.
            held: customers with quarantined rows: their payers are held `data_problem`.
            whole: when the facts are those of a few customers: the stages `WHOLE` of the last run over all of them.

        Raises:
            PolicyErrors: the policy's text is no policy.
            MissingRate, StageError: as the engine's `decide`.
        """
        with self.lock:
            return self._decide(policy_text, facts, as_of, previous or {}, whole, held)

    @cached_property
    def alone(self) -> Decider:
        """A second engine, for a few customers: a person's change is decided while a day is under way, beside it."""
        return Decider({**self._engine, "threads": "1"}, self._plans)

    def close(self) -> None:
        """Give everything back."""
        if "alone" in self.__dict__:
            self.alone.close()
        with self.lock:
            for built in self._built.values():
                built.backend.close()
            self._built.clear()

    def _decide(
        self,
        policy_text: str,
        facts: Mapping[str, pa.Table],
        as_of: date,
        previous: Mapping[str, pa.Table],
        whole: Mapping[str, pa.Table] | None,
        held: Sequence[str],
    ) -> Decided:
        key = hashlib.sha256(policy_text.encode()).hexdigest(), few(facts)
        built = self._built.get(key)
        if (
            built is None
            or as_of > built.plan.until
            or not _holds(built.plan.questions, facts)
            or not self._refill(built, facts, as_of)
        ):
            built = self._build(key, policy_text, facts, as_of)
        backend = built.backend
        for name in CARRIED:
            schema = TABLES_OUT[name].schema()
            rows = previous.get(name)
            backend.put(f"previous_{name}", empty(schema) if rows is None else conform_arrow(rows, schema))
        backend.put("held_customer", pa.table({"customer_id": pa.array(sorted(set(held)), pa.string())}))
        for stage in built.plan.statements:
            if whole and stage.name in whole:
                backend.put(stage.name, conform_arrow(whole[stage.name], stage.schema))
            else:
                backend.again(stage.name, stage.statement, stage.schema)
        return Decided(built.policy, backend)

    def _refill(self, built: _Built, facts: Mapping[str, pa.Table], as_of: date) -> bool:
        """Other facts under the same statements; False when the statements do not hold for them."""
        if _ground(facts) == built.ground and _oldest(facts, as_of) >= built.oldest:
            for name, table in TABLES.items():
                rows = facts.get(name)
                if rows is not None and rows.num_rows:
                    built.backend.put(f"fact_{name}", conform_arrow(rows, table.schema()))
                    built.filled.add(name)
                elif name in built.filled:
                    built.backend.put(f"fact_{name}", empty(table.schema()))
                    built.filled.discard(name)
            Clock.put(built.backend, as_of)
            return True
        day = self._open(built.backend, built.stages, built.policy, facts, as_of)
        built.filled = {name for name, rows in facts.items() if rows.num_rows}
        built.ground, built.oldest = _ground(facts), _oldest(facts, as_of)
        return _shape(day) == built.plan.shape

    def _open(
        self, backend: Backend, stages: Stages, policy: Policy, facts: Mapping[str, pa.Table], as_of: date
    ) -> Day:
        known = bind(backend, facts, ASSUMED)
        watched = _Watched(backend, known.tables, known.present, known.assume)
        return open_day(stages, watched, policy, as_of, as_of + AHEAD)

    def _build(self, key: _Key, policy_text: str, facts: Mapping[str, pa.Table], as_of: date) -> _Built:
        old = self._built.pop(key, None)
        policy = old.policy if old else read_policy(policy_text, "policy")
        if old:
            old.backend.close()
        while len(self._built) > 3:  # several companies, each with its policy
            self._built.pop(next(iter(self._built))).backend.close()
        built = self._from_disk(key, policy, facts, as_of) or self._anew(key, policy, facts, as_of)
        self._built[key] = built
        return built

    def _from_disk(
        self, key: _Key, policy: Policy, facts: Mapping[str, pa.Table], as_of: date
    ) -> _Built | None:
        digest, small = key
        name = Polars.name if small else DuckDB.name
        for plan in kept(self._plans, digest, name) if self._plans is not None else ():
            if as_of > plan.until or not _holds(plan.questions, facts):
                continue
            backend = self._backend(small)
            stages = Stages(backend)
            day = self._open(backend, stages, policy, facts, as_of)
            if _shape(day) != plan.shape:
                backend.close()
                continue
            for name, rows in plan.put.items():
                backend.put(name, rows)
            return self._standing(policy, backend, stages, plan, facts, as_of)
        return None

    def _backend(self, small: bool) -> Backend:
        return Polars() if small else DuckDB(":memory:", self._engine)

    def _anew(self, key: _Key, policy: Policy, facts: Mapping[str, pa.Table], as_of: date) -> _Built:
        digest, small = key
        noting = _Noting(self._backend(small))
        backend = cast("Backend", noting)
        stages = Stages(backend)
        day = self._open(backend, stages, policy, facts, as_of)
        shape = _shape(day)
        watched = cast("_Watched", day.facts)
        watched.questions.clear()
        before = {name: backend.put(f"previous_{name}", empty(TABLES_OUT[name].schema())) for name in CARRIED}
        noting.noted.clear()
        decide_on(day, Previous(before["decision"], before["action_due"], before["held"]), NOBODY)
        self.builds += 1
        plan = Plan(
            engine=noting.name,
            statements=[*stages.done],
            put=dict(noting.noted),
            questions=dict(watched.questions),
            shape=shape,
            until=as_of + AHEAD,
        )
        if self._plans is not None:
            keep(self._plans, digest, plan)
        return self._standing(policy, noting.backend, Stages(noting.backend), plan, facts, as_of)

    def _standing(
        self,
        policy: Policy,
        backend: Backend,
        stages: Stages,
        plan: Plan,
        facts: Mapping[str, pa.Table],
        as_of: date,
    ) -> _Built:
        filled = {name for name, rows in facts.items() if rows.num_rows}
        return _Built(policy, backend, stages, plan, _ground(facts), _oldest(facts, as_of), filled)


_Key = tuple[str, bool]
"""Digest of a policy's text, and whether its facts are few."""


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


def _ground(facts: Mapping[str, pa.Table]) -> tuple[object, ...]:
    """What calendars, places, companies and rates are made of."""
    places = _answer(facts, "customer", ("country", "subdivision"), "distinct")
    companies = facts["company"].to_pylist() if "company" in facts else []
    money = {
        code
        for rows in facts.values()
        if "currency" in rows.column_names
        for code in rows.column("currency").unique().to_pylist()
    }
    rates = facts["fx_rate"].to_pydict() if "fx_rate" in facts else {}
    return places, companies, sorted(money - {None}), rates


def _oldest(facts: Mapping[str, pa.Table], as_of: date) -> date:
    """The oldest date that a calendar is asked for."""
    found = [as_of]
    for table, column in (
        ("invoice", "due"),
        ("invoice", "issued"),
        ("payment", "value_date"),
        ("action", "done_on"),
    ):
        if table in facts and facts[table].num_rows:
            least = pc.min(facts[table].column(column)).as_py()
            found.append(least or as_of)
    return min(found)


def _shape(day: Day) -> tuple[object, ...]:
    """What statements are built for beside the questions: currencies and our own companies."""
    companies = day.stages.backend.fetch(day.company).to_pylist()
    bases = sorted({row["base"] for row in companies})
    homes = sorted({(row["home"], row["company_country"] or "") for row in companies})
    return day.currencies, tuple(bases), tuple(homes), len(companies) > 1


def _holds(questions: Mapping[tuple[str, tuple[str, ...], str], Any], facts: Mapping[str, pa.Table]) -> bool:
    return all(_answer(facts, *question) == answer for question, answer in questions.items())


def _answer(facts: Mapping[str, pa.Table], name: str, columns: tuple[str, ...], question: str) -> Any:
    """The answer that the facts give now, without asking the engine."""
    rows = facts.get(name)
    if question == "distinct":
        if rows is None:
            return []
        distinct = rows.select(list(columns)).group_by(list(columns)).aggregate([])
        return sorted(
            zip(*(distinct.column(column).to_pylist() for column in columns), strict=True),
            key=lambda row: tuple((value is not None, str(value)) for value in row),
        )
    if name in ASSUMED:
        return True
    if rows is None or not rows.num_rows:
        return False
    return all(
        column in rows.column_names and rows.column(column).null_count < rows.num_rows for column in columns
    )
