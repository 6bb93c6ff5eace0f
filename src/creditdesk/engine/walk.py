"""Decides day after day on the same facts: the statements are built and compiled once, and executed every day.

Building a run costs more than running it on a few thousand customers. The day is a one-row table, so the SQL of a run
holds for every day; what grows from day to day (actions done, and whatever else is named) is replaced as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine.backend import empty
from creditdesk.engine.binding import Source, bind, conform_arrow
from creditdesk.engine.day import Day, open_day
from creditdesk.engine.planning import CARRIED, carry
from creditdesk.engine.run import Previous, decide_on
from creditdesk.engine.stages import Clock, Stages
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy


class Walk:
    """A run that can be repeated for other days.

    Attributes:
        tables: the outputs of the last day, as tables of the backend.
    """

    tables: dict[str, ir.Table]

    def __init__(
        self,
        stages: Stages,
        sources: Mapping[str, Source],
        policy: Policy,
        first: date,
        last: date,
        growing: Sequence[str] = ("action",),
        held_customers: Sequence[str] = (),
    ) -> None:
        """Prepare a walk from `first` to `last`.

        Args:
            growing: fact tables whose rows are given anew each day; they count as present from the first day.

        Raises:
            MissingRate: an amount in another currency has no rate on or before its date.
        """
        self._stages = stages
        self._held = held_customers
        known = dict(sources)
        for name in growing:
            known.setdefault(name, empty(TABLES[name].schema()))
        facts = bind(stages.backend, known, assume=frozenset(growing))
        self._day: Day = open_day(stages, facts, policy, first, last)
        self._previous = self.begin()
        self._compiled = False

    def begin(self, before: Mapping[str, pa.Table] | None = None) -> Previous:
        """Make the next day follow these tables of a run, nothing where none are given, instead of the last day's.

        Args:
            before: rows of `decision`, `action_due` and `held`; what a row lacks of a table's columns is null.
        """
        return carry(self._stages.backend, before or {})

    def decide(self, as_of: date, grown: Mapping[str, pa.Table] | None = None) -> dict[str, ir.Table]:
        """Decide for one day, with the previous call's decisions as the previous run.

        Args:
            grown: all rows, as of this day, of the tables named as growing.

        Raises:
            StageError: a statement failed; names stage and SQL.
        """
        backend = self._stages.backend
        Clock.put(backend, as_of)
        for name, rows in (grown or {}).items():
            backend.put(f"fact_{name}", conform_arrow(rows, TABLES[name].schema()))
        if not self._compiled:
            self.tables = decide_on(self._day, self._previous, self._held)
            self._compiled = True
        else:
            self._stages.again()
        for name in CARRIED:
            backend.copy(f"previous_{name}", name, TABLES_OUT[name].schema())
        return self.tables

    def fetch(self, name: str) -> pa.Table:
        """Rows of an output of the last day."""
        return self._stages.backend.fetch(self.tables[name])
