"""Who would stand elsewhere under another policy: the engine's answer on what the last day knew, ready while a person waits.

What is compared is the same day decided twice, once by the policy in force and once by the other, both on top of the
decisions that stand. So nothing shows up that would happen anyway.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from creditdesk.desk.beside import beside
from creditdesk.desk.casework.policies import in_force
from creditdesk.desk.day.profiling import Kept, Mark, kept, mark_of
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.reading import known_rows
from creditdesk.engine.preview import PEOPLE, NeedsRun, Preview, columns_of
from creditdesk.policy.document import Policy
from creditdesk.policy.load import read_policy

SHOWN = 50
"""Customers that are named."""
COMPANIES = 3
"""Companies that are held ready in one process."""
ANSWERS = 8


class NoDay(LookupError):
    """No day was run yet: there is nobody to place."""


@dataclass(frozen=True)
class Flow:
    """Customers who would go from one segment to another; `sums`: exposure in minor units per currency."""

    start: str
    end: str
    count: int
    sums: dict[str, int]


@dataclass(frozen=True)
class Mover:
    """One customer who would stand elsewhere, or would be held back from it by `brake`."""

    customer: str
    start: str
    end: str
    brake: str
    currency: str
    exposure: int


@dataclass(frozen=True)
class WhatIf:
    """The difference that a policy would make.

    Attributes:
        as_of: the day whose figures it rests on.
        customers: how many were placed.
        flows, movers: who would move; of the movers the largest exposures.
        held: who would go elsewhere but for a brake: brake -> flows; held_movers: the largest of them.
    """

    as_of: date
    customers: int
    flows: tuple[Flow, ...]
    movers: tuple[Mover, ...]
    held: dict[str, tuple[Flow, ...]]
    held_movers: tuple[Mover, ...]

    @property
    def moved(self) -> int:
        """How many would move."""
        return sum(flow.count for flow in self.flows)

    @property
    def kept(self) -> int:
        """How many a brake would hold."""
        return sum(flow.count for flows in self.held.values() for flow in flows)


@dataclass
class _Ready:
    """One company held ready in this process."""

    mark: Mark
    columns: frozenset[str]
    kept: Kept
    preview: Preview
    answers: dict[str, pa.Table] = field(default_factory=dict)


_ready: dict[int, _Ready] = {}
_lock = threading.Lock()


def what_if(company: Company, policy: Policy, on: date, only: Collection[str] | None = None) -> WhatIf:
    """Who would stand elsewhere if this policy decided instead of the one in force.

    Args:
        on: today: which policy is in force.
        only: customers that count; None = all.

    Raises:
        NoDay: no day was run.
        NoPolicy: none is in force.
        NeedsRun: the profile would be another under this policy; only a replay can tell.
    """
    ready = _held(company, policy)
    now = _answer(ready, _in_force(company, on))
    then = _answer(ready, policy)
    return _difference(ready, now, then, only)


def spread(company: Company, on: date, only: Collection[str] | None = None) -> pa.Table:
    """What the policy in force read of every customer.

    Returns:
        customer_id, and per criterion source_, value_, text_ and band_ with its name.

    Raises:
        NoDay, NoPolicy, NeedsRun: as `what_if`.
    """
    policy = _in_force(company, on)
    return _of(_answer(_held(company, policy), policy), only)


def _in_force(company: Company, on: date) -> Policy:
    return _read(in_force(company, on).text)


_read_policies: dict[str, Policy] = {}


def _read(text: str) -> Policy:
    """A policy in force, read once per process."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest not in _read_policies:
        while len(_read_policies) >= ANSWERS:
            _read_policies.pop(next(iter(_read_policies)), None)
        _read_policies[digest] = read_policy(text, "policy")
    return _read_policies[digest]


def _held(company: Company, policy: Policy) -> _Ready:
    """The company as it is kept now: read anew only when somebody was decided anew, or more columns are read."""
    mark = mark_of(company)
    if mark is None:
        raise NoDay(f"company {company.code}: no day was run yet")
    wanted = frozenset(columns_of(policy))
    with _lock:
        old = _ready.get(company.pk)
        if old is not None and old.mark == mark and wanted <= old.columns:
            return old
        columns = wanted | (old.columns if old is not None else frozenset())
        found = kept(company, set(columns))
        if found is None:
            raise NoDay(f"company {company.code}: no day was run yet")
        number = max(mark.ledger_no, mark.latest)
        facts = {name: known_rows(company, number, name, "", ()) for name in PEOPLE}
        facts = {name: rows for name, rows in facts.items() if rows.num_rows}
        preview = Preview(found.profile, found.previous, facts, mark.as_of, found.made_with)
        _ready.pop(company.pk, None)
        while len(_ready) >= COMPANIES:
            _ready.pop(next(iter(_ready)))
        _ready[company.pk] = _Ready(found.mark, columns, found, preview)
        return _ready[company.pk]


def _answer(ready: _Ready, policy: Policy) -> pa.Table:
    key = hashlib.sha256(policy.model_dump_json().encode()).hexdigest()
    found = ready.answers.get(key)
    if found is None:
        found = ready.preview.place(policy)
        with _lock:
            while len(ready.answers) >= ANSWERS:
                ready.answers.pop(next(iter(ready.answers)))
            ready.answers[key] = found
    return found


def _of(rows: pa.Table, only: Collection[str] | None) -> pa.Table:
    if only is None:
        return rows
    return rows.filter(pc.is_in(rows.column("customer_id"), pa.array(list(only), pa.string())))


_DIFFERENCES = """
CREATE TEMP TABLE differs AS
SELECT t.customer_id AS customer, n.segment AS start, p.currency, p.exposure,
    CASE WHEN t.segment <> n.segment THEN t.segment ELSE t.proposed_segment END AS "end",
    CASE WHEN t.segment <> n.segment THEN '' ELSE t.move_held END AS brake
FROM after t JOIN before n USING (customer_id) JOIN standing p USING (customer_id)
WHERE t.segment <> n.segment
    OR (t.proposed_segment IS NOT NULL AND t.proposed_segment IS DISTINCT FROM n.proposed_segment)
"""
_FLOWS = """
SELECT brake, start, "end", currency, count(*), sum(exposure)::BIGINT FROM differs GROUP BY ALL
ORDER BY brake, start, "end", currency
"""
_LARGEST = """
SELECT customer, start, "end", brake, currency, exposure FROM differs WHERE (brake = '') = ?
ORDER BY exposure DESC, customer LIMIT ?
"""


def _difference(ready: _Ready, now: pa.Table, then: pa.Table, only: Collection[str] | None) -> WhatIf:
    now = _of(now, only)
    names = ["customer_id", "segment", "proposed_segment", "move_held"]
    standing = ready.kept.previous.select(["customer_id", "currency", "exposure"])
    with beside(before=now.select(names), after=then.select(names), standing=standing) as con:
        con.execute(_DIFFERENCES)
        grouped: dict[str, dict[tuple[str, str], tuple[int, dict[str, int]]]] = {}
        for brake, start, end, currency, count, exposure in con.execute(_FLOWS).fetchall():
            pairs = grouped.setdefault(brake, {})
            known, sums = pairs.get((start, end), (0, {}))
            pairs[start, end] = known + count, {**sums, currency: exposure}
        movers, stayers = (
            tuple(Mover(*row) for row in con.execute(_LARGEST, [moves, SHOWN]).fetchall())
            for moves in (True, False)
        )
    flows = {brake: _flows(pairs) for brake, pairs in grouped.items()}
    moved = flows.pop("", ())
    return WhatIf(ready.mark.as_of, now.num_rows, moved, movers, flows, stayers)


def _flows(pairs: dict[tuple[str, str], Any]) -> tuple[Flow, ...]:
    """Largest first."""
    flows = [Flow(start, end, count, sums) for (start, end), (count, sums) in pairs.items()]
    return tuple(sorted(flows, key=lambda flow: (-flow.count, flow.start, flow.end)))


__all__ = ["Flow", "Mover", "NeedsRun", "NoDay", "WhatIf", "spread", "what_if"]
