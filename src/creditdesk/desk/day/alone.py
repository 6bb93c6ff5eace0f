"""Decides a few customers of a company while a person waits: with one set of statements, whoever they are.

Statements that were made for more than these customers have give the same: what was made for a dispute adds nothing
where there is none. So they are made once for a company and its policy, as if every table held rows of its customers, where
nobody waits for it (the day, a policy that is approved), and kept on disk. Only where there are none yet, customers are decided by
statements of their own, which takes seconds when they are the first of their kind.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from creditdesk.desk.day.decided import READ, Decided
from creditdesk.desk.day.ground import AsAWhole, Told, answer, currencies, oldest, rows_of, serve
from creditdesk.desk.ledger.reading import of_customers
from creditdesk.engine.backend import empty
from creditdesk.engine.binding import Wider, bind, conform_arrow, few
from creditdesk.engine.day import open_day
from creditdesk.engine.plan import Plan, keep, kept
from creditdesk.engine.planning import AHEAD, Watched, carry, digest, make_plan, put_held, shape
from creditdesk.engine.polars.backend import Polars
from creditdesk.engine.stages import Clock, Stages
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from creditdesk.policy.load import read_policy

if TYPE_CHECKING:
    from creditdesk.desk.day.decider import Decider

WIDE = frozenset(name for name in TABLES if of_customers(name))
"""Tables that any customer may have rows in."""

BY_COMPANY = (("order", "*"), ("contact", "*"), ("customer", "street"))
"""Where it is the company's having none that decides: invoices stand in for orders, and everybody can be reached."""

FOR_FEW = "polars, a few"
"""Under this name such statements are kept."""

STILL = timedelta(days=30)
"""Statements that hold no longer than that are made anew by a day."""

BACK = 3
"""Calendars and rates begin so many years back at least: whoever comes next is seldom older."""

READY = 4
"""Companies that are held ready in one process."""


@dataclass
class _Ready:
    """Statements in this process.

    Attributes:
        wider: currencies of the company, and places and days of all who were decided here.
        companies, rates: what calendars and rates were made of.
        filled: fact tables that hold rows in the engine.
    """

    policy: Policy
    stages: Stages
    plan: Plan
    wider: Wider
    companies: pa.Table
    rates: pa.Table
    filled: frozenset[str] = frozenset()

    @staticmethod
    def of(
        plan: Plan, policy: Policy, facts: Mapping[str, pa.Table], as_of: date, told: Told
    ) -> _Ready | None:
        """A plan that serves these facts, ready with them; None when it does not serve them."""
        if not plan.holds(as_of) or not serve(plan.questions, facts, WIDE, told):
            return None
        stages = Stages(Polars(), kept=READ, done=[*plan.statements])
        companies, rates = rows_of(facts, "company"), rows_of(facts, "fx_rate")
        ready = _Ready(policy, stages, plan, Wider(frozenset(plan.shape[0]), told=told), companies, rates)
        own = {name: rows for name, rows in facts.items() if name in WIDE}
        if not currencies(own) <= ready.wider.currencies or not ready._open(facts, as_of):
            return None
        for name, rows in plan.put.items():
            stages.backend.put(name, rows)
        return ready

    def takes(self, facts: Mapping[str, pa.Table], as_of: date, told: Told) -> bool:
        """Fill these facts in; False when the statements do not serve them."""
        own = {name: rows for name, rows in facts.items() if name in WIDE}
        money = currencies(own)
        if (
            not self.plan.holds(as_of)
            or not rows_of(facts, "company").equals(self.companies)
            or not rows_of(facts, "fx_rate").equals(self.rates)
            or not money <= self.wider.currencies
            or not serve(self.plan.questions, facts, WIDE, told)
        ):
            return False
        if (
            _places(facts) <= self.wider.places
            and self.wider.since is not None
            and oldest(facts, as_of) >= self.wider.since
            and money <= {*self.plan.shape[1]}  # whoever buys in another currency is asked for its rate
        ):
            self._fill(facts)
            Clock.put(self.stages.backend, as_of)
            return True
        return self._open(facts, as_of)

    def _open(self, facts: Mapping[str, pa.Table], as_of: date) -> bool:
        """Calendars, places and rates made anew: for these customers and those before."""
        since = min(
            oldest(facts, as_of), self.wider.since or as_of.replace(year=as_of.year - BACK, month=1, day=1)
        )
        self.wider = replace(self.wider, places=self.wider.places | _places(facts), since=since)
        bound = bind(self.stages.backend, facts, WIDE, self.wider)
        day = open_day(self.stages, bound, self.policy, as_of, as_of + AHEAD)
        self.filled = frozenset(facts)
        return shape(day) == self.plan.shape

    def _fill(self, facts: Mapping[str, pa.Table]) -> None:
        for name, table in TABLES.items():
            if name in facts:
                self.stages.backend.put(f"fact_{name}", conform_arrow(facts[name], table.schema()))
            elif name in self.filled:
                self.stages.backend.put(f"fact_{name}", empty(table.schema()))
        self.filled = frozenset(facts)


class Alone:
    """Decides a few customers, again and again; what it decided stays readable until it is asked the next time.

    Attributes:
        lock: who reads what was decided holds it meanwhile.
        own: decides with statements of the customers' own, where there are no others.
    """

    def __init__(self, own: Decider, plans: Path | None) -> None:
        """Make one. `plans`: folder in which statements are kept; None: nowhere, and there are only the customers' own."""
        self.own = own
        self.lock = threading.RLock()
        self._plans = plans
        self._ready: dict[str, list[_Ready]] = {}

    def close(self) -> None:
        """Give everything back."""
        with self.lock:
            self._ready.clear()
            self.own.close()

    def decide(
        self,
        policy_text: str,
        facts: Mapping[str, pa.Table],
        as_of: date,
        previous: Mapping[str, pa.Table],
        whole: AsAWhole,
        held: Sequence[str] = (),
    ) -> Decided:
        """One run over the facts of a few customers; for the arguments see `Decider.decide`.

        Raises:
            PolicyErrors, MissingRate, StageError: as `Decider.decide`.
        """
        with self.lock:
            ready = self._serving(policy_text, facts, as_of, whole.told) if few(facts) else None
            if ready is None:
                return self.own.decide(policy_text, facts, as_of, previous, whole, held)
            backend = ready.stages.backend
            carry(backend, previous)
            put_held(backend, held)
            ready.stages.again(whole.stages)
            return Decided(ready.policy, backend, ready.plan.shape)

    def prepare(
        self, policy_text: str, facts: Mapping[str, pa.Table], as_of: date, told: Told, money: Sequence[str]
    ) -> bool:
        """Make the statements that serve every customer of a company, and keep them, unless they are there.

        Takes seconds. Gives whether they were made.

        Args:
            facts: the tables about no customer.
            money: the company's currencies.

        Raises:
            PolicyErrors: the policy's text is no policy.
        """
        if self._plans is None:
            return False
        which, policy = digest(policy_text), read_policy(policy_text, "policy")
        for plan in kept(self._plans, which, FOR_FEW):
            if (
                plan.holds(as_of + STILL)
                and set(money) <= set(plan.shape[0])
                and _Ready.of(plan, policy, facts, as_of, told)
            ):
                return False
        stages = Stages(Polars(), kept=READ)
        bound = bind(stages.backend, facts, WIDE, Wider(frozenset(money), told=told))
        plan = make_plan(stages, Watched.over(bound), policy, as_of, {}, ())
        keep(self._plans, which, replace(plan, engine=FOR_FEW))
        return True

    def load(self, policy_text: str, facts: Mapping[str, pa.Table], as_of: date, told: Told) -> None:
        """Take the statements from the disk and decide nobody by them, so that the first customer waits no longer than the next.

        Args:
            facts: the tables about no customer.
        """
        with self.lock:
            ready = self._serving(policy_text, facts, as_of, told)
            if ready is not None:
                carry(ready.stages.backend, {})
                put_held(ready.stages.backend, ())
                ready.stages.again()

    def _serving(
        self, policy_text: str, facts: Mapping[str, pa.Table], as_of: date, told: Told
    ) -> _Ready | None:
        """Statements that serve these facts, filled with them; from the disk the first time."""
        which = digest(policy_text)
        held = self._ready.setdefault(which, [])
        for ready in held:
            if ready.takes(facts, as_of, told):
                return ready
        policy = held[0].policy if held else None
        for plan in kept(self._plans, which, FOR_FEW) if self._plans is not None else ():
            policy = policy or read_policy(policy_text, "policy")
            found = _Ready.of(plan, policy, facts, as_of, told)
            if found is not None:
                held.insert(0, found)
                self._let_go(which)
                return found
        return None

    def _let_go(self, but: str) -> None:
        del self._ready[but][READY:]
        while len(self._ready) > READY:
            self._ready.pop(next(one for one in self._ready if one != but))


def _places(facts: Mapping[str, pa.Table]) -> frozenset[tuple[str | None, str | None]]:
    return frozenset(answer(facts, ("customer", ("country", "subdivision"), "distinct")))
