"""The engine, kept ready in this process: the statements of a run are built once and executed for every day and customer.

Building costs many times more than executing. What the statements were built for (which tables hold rows at all, which
currencies there are) is remembered, and they are built anew only when an answer has changed. Few customers are decided by
Polars, which plans nothing, many by DuckDB, which needs less memory for them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from creditdesk.desk.beside import beside
from creditdesk.desk.ledger import filed
from creditdesk.desk.ledger.filed import Source
from creditdesk.engine.backend import Backend, DuckDB, empty
from creditdesk.engine.binding import bind, conform_arrow, few
from creditdesk.engine.day import Day, open_day
from creditdesk.engine.plan import Plan, keep, kept
from creditdesk.engine.planning import AHEAD, Watched, carry, digest, make_plan, put_held, shape
from creditdesk.engine.polars.backend import Polars
from creditdesk.engine.stages import Clock, Stages
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from creditdesk.policy.load import read_policy

ASSUMED = frozenset({"action", "handover", "approval", "promise", "pause", "override"})
"""Tables that hold rows sooner or later: no new statements for the first of them."""

WHOLE = ("turnover_rank", "prior")
"""The stages that look at all customers at once; for a few of them they are given as the last run left them."""


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

    def filed(self, query: str, path: Path) -> Source:
        """As `sql`, for many rows: into a file where the engine writes one."""
        if not isinstance(self.backend, DuckDB):
            return self.sql(query)
        target = str(path).replace("'", "''")
        self.backend.con.con.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
        return [path]

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
        facts: Mapping[str, Source],
        as_of: date,
        previous: Mapping[str, pa.Table] | None = None,
        whole: Mapping[str, pa.Table] | None = None,
        held: Sequence[str] = (),
        ordered: bool = False,
    ) -> Decided:
        """One run over facts in memory, or in files where they are many: those stay while what was decided is read.

        Args:
            previous: `decision`, `action_due` and `held` of the run before.
            held: customers with quarantined rows: their payers are held `data_problem`.
            whole: when the facts are those of a few customers: the stages `WHOLE` of the last run over all of them.
            ordered: their company has orders, be they nobody's here: where it has none invoices stand in for them.

        Raises:
            PolicyErrors: the policy's text is no policy.
            MissingRate, StageError: as the engine's `decide`.
        """
        with self.lock:
            return self._decide(policy_text, facts, as_of, previous or {}, whole, held, ordered)

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
        facts: Mapping[str, Source],
        as_of: date,
        previous: Mapping[str, pa.Table],
        whole: Mapping[str, pa.Table] | None,
        held: Sequence[str],
        ordered: bool,
    ) -> Decided:
        key = digest(policy_text), few(facts), ASSUMED | {"order"} if ordered else ASSUMED
        built = self._built.get(key)
        if (
            built is None
            or not built.plan.holds(as_of)
            or not _holds(built.plan.questions, facts, key[2])
            or not self._refill(built, facts, as_of, key[2])
        ):
            built, decided = self._build(key, policy_text, facts, as_of, previous, held)
            if decided and not whole:
                return Decided(built.policy, built.backend)
        carry(built.backend, previous)
        put_held(built.backend, held)
        built.stages.again(whole)
        return Decided(built.policy, built.backend)

    def _refill(
        self, built: _Built, facts: Mapping[str, Source], as_of: date, assumed: frozenset[str]
    ) -> bool:
        """Other facts under the same statements; False when the statements do not hold for them."""
        if _ground(facts) == built.ground and _oldest(facts, as_of) >= built.oldest:
            for name, table in TABLES.items():
                rows = facts.get(name)
                if rows is not None and filed.count(rows):
                    if isinstance(rows, pa.Table):
                        built.backend.put(f"fact_{name}", conform_arrow(rows, table.schema()))
                    else:
                        built.backend.read(f"fact_{name}", rows, table.schema())
                    built.filled.add(name)
                elif name in built.filled:
                    built.backend.put(f"fact_{name}", empty(table.schema()))
                    built.filled.discard(name)
            Clock.put(built.backend, as_of)
            return True
        day = self._open(built.backend, built.stages, built.policy, facts, as_of, assumed)
        built.filled = {name for name, rows in facts.items() if filed.count(rows)}
        built.ground, built.oldest = _ground(facts), _oldest(facts, as_of)
        return shape(day) == built.plan.shape

    def _open(
        self,
        backend: Backend,
        stages: Stages,
        policy: Policy,
        facts: Mapping[str, Source],
        as_of: date,
        assumed: frozenset[str],
    ) -> Day:
        return open_day(stages, bind(backend, facts, assumed), policy, as_of, as_of + AHEAD)

    def _build(
        self,
        key: _Key,
        policy_text: str,
        facts: Mapping[str, Source],
        as_of: date,
        previous: Mapping[str, pa.Table],
        held: Sequence[str],
    ) -> tuple[_Built, bool]:
        """Statements that hold, and whether making them has decided already."""
        old = self._built.pop(key, None)
        policy = old.policy if old else read_policy(policy_text, "policy")
        if old:
            old.backend.close()
        while len(self._built) > 3:  # several companies, each with its policy
            self._built.pop(next(iter(self._built))).backend.close()
        known = self._from_disk(key, policy, facts, as_of)
        built = known or self._anew(key, policy, facts, as_of, previous, held)
        self._built[key] = built
        return built, known is None

    def _from_disk(
        self, key: _Key, policy: Policy, facts: Mapping[str, Source], as_of: date
    ) -> _Built | None:
        which, small, assumed = key
        name = Polars.name if small else DuckDB.name
        for plan in kept(self._plans, which, name) if self._plans is not None else ():
            if not plan.holds(as_of) or not _holds(plan.questions, facts, assumed):
                continue
            backend = self._backend(small)
            stages = Stages(backend, kept=WHOLE)
            day = self._open(backend, stages, policy, facts, as_of, assumed)
            if shape(day) != plan.shape:
                backend.close()
                continue
            for name, rows in plan.put.items():
                backend.put(name, rows)
            stages.done = [*plan.statements]
            return self._standing(policy, backend, stages, plan, facts, as_of)
        return None

    def _backend(self, small: bool) -> Backend:
        return Polars() if small else DuckDB(":memory:", self._engine)

    def _anew(
        self,
        key: _Key,
        policy: Policy,
        facts: Mapping[str, Source],
        as_of: date,
        previous: Mapping[str, pa.Table],
        held: Sequence[str],
    ) -> _Built:
        which, small, assumed = key
        backend = self._backend(small)
        stages = Stages(backend, kept=WHOLE)
        plan = make_plan(stages, Watched.over(bind(backend, facts, assumed)), policy, as_of, previous, held)
        self.builds += 1
        if self._plans is not None:
            keep(self._plans, which, plan)
        return self._standing(policy, backend, stages, plan, facts, as_of)

    def _standing(
        self,
        policy: Policy,
        backend: Backend,
        stages: Stages,
        plan: Plan,
        facts: Mapping[str, Source],
        as_of: date,
    ) -> _Built:
        filled = {name for name, rows in facts.items() if filed.count(rows)}
        return _Built(policy, backend, stages, plan, _ground(facts), _oldest(facts, as_of), filled)


_Key = tuple[str, bool, frozenset[str]]
"""Digest of a policy's text, whether its facts are few, and which tables count as holding rows."""


def _ground(facts: Mapping[str, Source]) -> tuple[object, ...]:
    """What calendars, places, companies and rates are made of."""
    places = _answer(facts, "customer", ("country", "subdivision"), "distinct")
    companies = _all(facts, "company").to_pylist()
    money = {
        code
        for rows in facts.values()
        if "currency" in filed.names(rows)
        for code in filed.columns(rows, ["currency"]).column(0).unique().to_pylist()
    }
    rates = _all(facts, "fx_rate").to_pydict()
    return places, companies, sorted(money - {None}), rates


def _all(facts: Mapping[str, Source], name: str) -> pa.Table:
    rows = facts.get(name)
    return pa.table({}) if rows is None else filed.columns(rows, filed.names(rows))


def _oldest(facts: Mapping[str, Source], as_of: date) -> date:
    """The oldest date that a calendar is asked for."""
    found = [as_of]
    for table, column in (
        ("invoice", "due"),
        ("invoice", "issued"),
        ("payment", "value_date"),
        ("action", "done_on"),
    ):
        if table in facts and filed.count(facts[table]):
            least = pc.min(filed.columns(facts[table], [column]).column(0)).as_py()
            found.append(least or as_of)
    return min(found)


def _holds(
    questions: Mapping[tuple[str, tuple[str, ...], str], Any],
    facts: Mapping[str, Source],
    assumed: frozenset[str],
) -> bool:
    return all(_answer(facts, *question, assumed) == answer for question, answer in questions.items())


def _answer(
    facts: Mapping[str, Source],
    name: str,
    columns: tuple[str, ...],
    question: str,
    assumed: frozenset[str] = frozenset(),
) -> Any:
    """The answer that the facts give now, without asking the engine."""
    rows = facts.get(name)
    if question == "distinct":
        if rows is None:
            return []
        distinct = filed.columns(rows, columns).group_by(list(columns)).aggregate([])
        return sorted(
            zip(*(distinct.column(column).to_pylist() for column in columns), strict=True),
            key=lambda row: tuple((value is not None, str(value)) for value in row),
        )
    if name in assumed:
        return True
    if rows is None or not filed.count(rows):
        return False
    return all(column in filed.names(rows) and filed.has_value(rows, column) for column in columns)
