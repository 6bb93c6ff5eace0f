"""Where another policy would put customers, on the profile of a run that is over: nothing but placing is done again.

What customers are like was found out by the run; placing them is a small part of it, and the part that another cut point
changes is smaller still. So the answer is that of the engine, customer for customer, and is there while a person waits.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.backend import connect
from creditdesk.engine.binding import bind, conform_arrow
from creditdesk.engine.book import Book, open_book
from creditdesk.engine.day import Day, open_day
from creditdesk.engine.placing import move, place, weighed
from creditdesk.engine.profile import named_codes
from creditdesk.engine.risk import READS as RISK_READS
from creditdesk.engine.sheet import Sheet
from creditdesk.engine.stages import Stages
from creditdesk.facts.decisions import DECISION
from creditdesk.policy.document import Policy

PEOPLE = ("company", "override", "cover", "approval", "fx_rate")
"""Fact tables that placing reads beside the profile."""

MADE_OF = (
    "currency", "languages", "default_language", "costs", "tolerance", "measurement", "promise", "conduct", "calendars",
    "capital_rate",
)  # fmt: skip
"""Parts of a policy that the profile is made with; beside them how risk is weighed (`RISK`)."""
RISK = ("half_life_days", "scales")

ALWAYS = ("observations", "behaviour_evidence", "first_invoice_age_days")
MANY = 500_000
"""So many customers are placed by DuckDB, which needs less memory for them."""


class NeedsRun(ValueError):
    """The profile would be another under this policy: only a run, or a replay, can tell.

    Attributes:
        parts: what the policy changes: names of parts of the document, or `code_…`.
    """

    def __init__(self, parts: Sequence[str]) -> None:
        super().__init__(f"the profile depends on what is changed: {', '.join(parts)}")
        self.parts = tuple(parts)


def basis(policy: Policy) -> dict[str, Any]:
    """What the profile of a run was made with: equal where the profile is."""
    whole = json.loads(policy.model_dump_json(include={*MADE_OF, "risk"}))
    risk = {f"risk.{name}": whole["risk"][name] for name in RISK}
    return {name: whole[name] for name in MADE_OF} | risk


def columns_of(policy: Policy) -> set[str]:
    """Columns of the profile that placing reads, beside `customer_id`. A policy's own codes are among them."""
    return {*open_book(policy).reads, *RISK_READS, *ALWAYS} - {"customer_id"}


@dataclass
class _Ground:
    """What stands before bands are cut, and for which policies it does."""

    key: tuple[Any, ...]
    weighed: ir.Table


class Preview:
    """Customers as they were on a day, to be placed by one policy after another.

    It is asked from several threads, one at a time.
    """

    def __init__(
        self,
        profile: pa.Table,
        previous: pa.Table,
        facts: Mapping[str, pa.Table],
        as_of: date,
        made_with: Mapping[str, Any],
    ) -> None:
        """Take in what is known.

        Args:
            profile: rows of the run's profile: `customer_id` and the columns that will be read.
            previous: the decisions that the next run would follow; customers without one are not placed.
            facts: the tables `PEOPLE`, as known on the day.
            as_of: the day of the run.
            made_with: `basis` of the policy that made the profile.
        """
        self._engine = connect("duckdb://" if profile.num_rows > MANY else "polars://")
        self._columns = set(profile.column_names)
        self._made_with = dict(made_with)
        self._facts = {name: facts[name] for name in PEOPLE if name in facts}
        self._as_of = as_of
        self._profile = self._engine.put("profile", profile)
        self._previous = self._engine.put("previous_decision", conform_arrow(previous, DECISION.schema()))
        self._debtor = self._engine.put("debtor", _nobody(profile))
        self._day: Day | None = None
        self._ground: _Ground | None = None
        self._lock = threading.Lock()

    def place(self, policy: Policy) -> pa.Table:
        """Where a policy would put every customer today, brakes applied.

        Returns:
            customer_id; was (its segment now); segment, proposed_segment, move_held as in the decision; rule_no (-1 = the
            matrix), by_hand; and per criterion source_, value_, text_ and band_ with its name.

        Raises:
            NeedsRun: the profile would be another under this policy, or lacks what it reads.
        """
        self.check(policy)
        with self._lock:
            book = open_book(policy)
            day = self._open(policy)
            sheet = Sheet(self._weighed(day, book))
            place(book, sheet, had=True)
            move(day, book, sheet, had=True)
            parts = [
                f"{part}_{gauge.name}"
                for gauge in book.criteria
                for part in ("source", "value", "text", "band")
            ]
            sheet.let(was=sheet["was_segment"])
            names = ("customer_id", "was", "segment", "proposed_segment", "move_held", "rule_no", "by_hand")
            sheet.keep([*names, *parts])
            known = sheet.table.filter(sheet.table.was.notnull())
            return day.stages.backend.fetch(Stages(self._engine).run("previewed", known))

    def check(self, policy: Policy) -> None:
        """Raise NeedsRun for a policy that this profile cannot answer for."""
        now = basis(policy)
        parts = [name for name, value in now.items() if self._made_with.get(name) != value]
        parts += [name for name in named_codes(policy) if name not in self._columns]
        lacking = columns_of(policy) - self._columns - set(parts)
        if parts or lacking:
            raise NeedsRun([*parts, *sorted(lacking)])

    def close(self) -> None:
        """Give memory back."""
        with self._lock:
            self._engine.close()

    def _open(self, policy: Policy) -> Day:
        """The day under this policy: what it prepares depends on nothing that two policies with one basis differ in."""
        if self._day is None:
            stages = Stages(self._engine)
            self._day = open_day(stages, bind(self._engine, self._facts), policy, self._as_of)
        return replace(self._day, policy=policy)

    def _weighed(self, day: Day, book: Book) -> ir.Table:
        policy = book.policy
        key = (
            policy.risk, policy.brakes.downgrade_at_overdue_days, policy.score,
            tuple((card.name, card.scorecard) for card in book.cards),
            tuple(gauge.name for gauge in book.criteria), book.reads,
        )  # fmt: skip
        if self._ground is None or self._ground.key != key:
            sheet = weighed(day, book, self._debtor, self._profile, self._previous, ())
            self._ground = _Ground(key, Stages(self._engine).run("weighed", sheet.table))
        return self._ground.weighed


_OF_DEBTOR = {
    "base": pa.string(), "company_country": pa.string(), "company_size": pa.string(), "limit_scope": pa.string(),
    "credit_limit_until": pa.int64(), "credit_limit": pa.int64(),
}  # fmt: skip


def _nobody(profile: pa.Table) -> pa.Table:
    """The customers without what only limit and terms read of them."""
    count = profile.num_rows
    nothing = {name: pa.nulls(count, kind) for name, kind in _OF_DEBTOR.items()}
    return pa.table({"customer_id": profile.column("customer_id"), **nothing})
