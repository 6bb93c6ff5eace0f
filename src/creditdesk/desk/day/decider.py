"""The engine, kept ready in this process: the statements of a run are built once and executed for every day and customer.

Building costs many times more than executing. What the statements were built for (which tables hold rows at all, which
currencies there are) is remembered, and they are built anew only when an answer has changed. Few customers are decided by
Polars, which plans nothing, many by DuckDB, which needs less memory for them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from creditdesk.desk.day.alone import Alone
from creditdesk.desk.day.decided import READ, Decided
from creditdesk.desk.day.ground import NOTHING, AsAWhole, Told, ground_of, hold, oldest
from creditdesk.desk.ledger import filed
from creditdesk.desk.ledger.filed import Source
from creditdesk.engine.backend import Backend, DuckDB, empty
from creditdesk.engine.binding import Wider, bind, conform_arrow, few
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
        whole: AsAWhole | None = None,
        held: Sequence[str] = (),
    ) -> Decided:
        """One run over facts in memory, or in files where they are many: those stay while what was decided is read.

        Args:
            previous: `decision`, `action_due` and `held` of the run before.
            held: customers with quarantined rows: their payers are held `data_problem`.
            whole: when the facts are those of a few customers: what they are decided with of their company.

        Raises:
            PolicyErrors: the policy's text is no policy.
            MissingRate, StageError: as the engine's `decide`.
        """
        with self.lock:
            return self._decide(policy_text, facts, as_of, previous or {}, whole, held)

    @cached_property
    def alone(self) -> Alone:
        """A second engine, for a few customers: a person's change is decided while a day is under way, beside it."""
        return Alone(Decider({**self._engine, "threads": "1"}, self._plans), self._plans)

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
        whole: AsAWhole | None,
        held: Sequence[str],
    ) -> Decided:
        told = whole.told if whole else NOTHING
        key = digest(policy_text), few(facts), frozenset(told.items())
        built = self._built.get(key)
        if (
            built is None
            or not built.plan.holds(as_of)
            or not hold(built.plan.questions, facts, ASSUMED, told)
            or not self._refill(built, facts, as_of, told)
        ):
            built, decided = self._build(key, policy_text, facts, as_of, previous, held)
            if decided and not whole:
                return Decided(built.policy, built.backend, built.plan.shape)
        carry(built.backend, previous)
        put_held(built.backend, held)
        built.stages.again(whole.stages if whole else None)
        return Decided(built.policy, built.backend, built.plan.shape)

    def _refill(self, built: _Built, facts: Mapping[str, Source], as_of: date, told: Told) -> bool:
        """Other facts under the same statements; False when the statements do not hold for them."""
        if ground_of(facts) == built.ground and oldest(facts, as_of) >= built.oldest:
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
        day = self._open(built.backend, built.stages, built.policy, facts, as_of, told)
        built.filled = {name for name, rows in facts.items() if filed.count(rows)}
        built.ground, built.oldest = ground_of(facts), oldest(facts, as_of)
        return shape(day) == built.plan.shape

    def _open(
        self,
        backend: Backend,
        stages: Stages,
        policy: Policy,
        facts: Mapping[str, Source],
        as_of: date,
        told: Told,
    ) -> Day:
        bound = bind(backend, facts, ASSUMED, Wider(told=told))
        return open_day(stages, bound, policy, as_of, as_of + AHEAD)

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
        which, small, answers = key
        told = dict(answers)
        name = Polars.name if small else DuckDB.name
        for plan in kept(self._plans, which, name) if self._plans is not None else ():
            if not plan.holds(as_of) or not hold(plan.questions, facts, ASSUMED, told):
                continue
            backend = self._backend(small)
            stages = Stages(backend, kept=READ)
            day = self._open(backend, stages, policy, facts, as_of, told)
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
        which, small, told = key
        backend = self._backend(small)
        stages = Stages(backend, kept=READ)
        bound = bind(backend, facts, ASSUMED, Wider(told=dict(told)))
        plan = make_plan(stages, Watched.over(bound), policy, as_of, previous, held)
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
        return _Built(policy, backend, stages, plan, ground_of(facts), oldest(facts, as_of), filled)


_Key = tuple[str, bool, frozenset[tuple[tuple[str, str], bool]]]
"""Digest of a policy's text, whether its facts are few, and what the company said of them."""
