"""A policy made ready for a run: criteria, scorecards, rules and adjustments compiled, and the columns they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from creditdesk.engine.bands import Gauge, gauges
from creditdesk.engine.scorecard import Card, cards
from creditdesk.engine.segment import Rules, compile_rules
from creditdesk.facts.column import Column
from creditdesk.policy.columns import BAND, predicate_columns
from creditdesk.policy.document import Adjustment, Policy
from creditdesk.policy.predicate import Predicate, columns_of, compile_predicate

SCORING = frozenset({"risk_class", "risk_pd", "score"})
"""Columns that scoring adds; they are not read from the profile."""


@dataclass(frozen=True)
class Book:
    """A policy made ready for a run.

    Attributes:
        columns: what conditions may name.
        reads: profile columns that the policy's conditions, criteria and scorecards read.
    """

    policy: Policy
    columns: Mapping[str, Column]
    criteria: tuple[Gauge, ...]
    cards: tuple[Card, ...]
    rules: Rules
    adjustments: tuple[tuple[Adjustment, Predicate], ...]
    reads: frozenset[str]

    @property
    def main_card(self) -> Card | None:
        """The scorecard whose result is the customer's score; None where the policy names none."""
        return next((card for card in self.cards if card.name == self.policy.score), None)


def open_book(policy: Policy) -> Book:
    """Compile everything of a policy that a segment depends on."""
    columns = predicate_columns(policy.criteria)
    criteria, used = gauges(policy, columns), cards(policy, columns)
    conditions = [
        *(rule.when for rule in policy.rules),
        *(one.when for one in policy.adjustments),
        *(one.when for one in policy.templates),
        *(choice.when for segment in policy.segments.values() for choice in segment.procedure if choice.when),
    ]
    reads = {name for condition in conditions for name in columns_of(condition)}
    reads |= {
        measure.column for gauge in criteria for measure in gauge.measures if not gauge.criterion.scorecard
    }
    reads |= {line.bands.column for card in used for line in card.lines}
    bands = {f"{BAND}{gauge.name}" for gauge in criteria}
    return Book(
        policy=policy,
        columns=columns,
        criteria=criteria,
        cards=used,
        rules=compile_rules(policy, columns),
        adjustments=tuple(
            (one, compile_predicate(one.when, columns, policy.currency)) for one in policy.adjustments
        ),
        reads=frozenset(reads - bands - SCORING),
    )
