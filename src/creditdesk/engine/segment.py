"""Where the policy puts a customer: by hand, else by the first rule that holds, else by its cell of the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis

from creditdesk.engine.arith import Value
from creditdesk.engine.sheet import Columns
from creditdesk.facts.column import Column
from creditdesk.policy.document import Policy
from creditdesk.policy.predicate import Predicate, columns_of, compile_predicate

BY_HAND = "override"
BY_MATRIX = "matrix"
"""What stands as the rule of a placing that no rule made."""

STATUS = frozenset({"intercompany", "legal_status", "open_handover", "kind"})
"""Columns that state a fact rather than measure one: what a rule reads from these alone takes effect at once."""


@dataclass(frozen=True)
class Rules:
    """The rules of a policy, compiled, in order."""

    when: tuple[Predicate, ...]
    segments: tuple[str, ...]
    names: tuple[str, ...]
    reads: tuple[frozenset[str], ...]

    def at_once(self, policy: Policy) -> frozenset[str]:
        """Segments that only a fact leads to (legal status, kind, own group): nothing delays a move from or to them."""
        by_fact = {s for s, reads in zip(self.segments, self.reads, strict=True) if reads <= STATUS}
        measured = {s for s, reads in zip(self.segments, self.reads, strict=True) if not reads <= STATUS}
        cells = {segment for row in policy.matrix.cells.values() for segment in row.values()}
        return frozenset(by_fact - measured - cells)


def compile_rules(policy: Policy, columns: Mapping[str, Column]) -> Rules:
    """The rules, ready to be held against customers."""
    return Rules(
        tuple(compile_predicate(rule.when, columns, policy.currency) for rule in policy.rules),
        tuple(rule.segment for rule in policy.rules),
        tuple(rule.name or rule.when for rule in policy.rules),
        tuple(columns_of(rule.when) for rule in policy.rules),
    )


def first_rule(rules: Rules, row: Columns, only: frozenset[int] | None = None) -> Value:
    """Number of the first rule that holds; -1 when none does.

    Args:
        only: numbers of the rules to try; None = all.
    """
    tried = [(no, when) for no, when in enumerate(rules.when) if only is None or no in only]
    if not tried:
        return ibis.literal(-1, type="int64")
    cases = [(when(row), ibis.literal(no, type="int64")) for no, when in tried]
    return ibis.cases(*cases, else_=ibis.literal(-1, type="int64"))


def by_number(number: Value, texts: tuple[str, ...], otherwise: Value) -> Value:
    """The text that a number stands for."""
    if not texts:
        return otherwise
    return ibis.cases(*((number == no, ibis.literal(text)) for no, text in enumerate(texts)), else_=otherwise)


def in_cell(policy: Policy, row_band: Value, column_band: Value) -> Value:
    """The segment of a cell of the matrix."""
    cells = policy.matrix.cells
    return ibis.cases(
        *(
            (
                row_band == row,
                ibis.cases(
                    *((column_band == column, ibis.literal(segment)) for column, segment in line.items()),
                    else_=ibis.null("string"),
                ),
            )
            for row, line in cells.items()
        ),
        else_=ibis.null("string"),
    )


def severity(policy: Policy) -> dict[str, int]:
    """How hard a segment is on its customers, from 0: by acceptance, then shorter terms, then place in the matrix.

    A move to an equal or higher number is a downgrade.
    """
    stance = {"open": 0, "limited": 1, "prepayment": 2, "refused": 3}
    matrix = policy.matrix
    drawn = matrix.draw_columns or list(
        dict.fromkeys(band for line in matrix.cells.values() for band in line)
    )
    place = {
        segment: drawn.index(band)
        for line in matrix.cells.values()
        for band, segment in line.items()
        if band in drawn
    }

    def key(name: str) -> tuple[int, int, int]:
        segment = policy.segments[name]
        if segment.acceptance == "cell":
            return 0, -10_000, 0  # as its cell: no move to it is a downgrade
        terms = segment.terms_days if isinstance(segment.terms_days, int) else 0
        return stance[segment.acceptance], -terms, place.get(name, 0)

    ranks = sorted({key(name) for name in policy.segments})
    return {name: ranks.index(key(name)) for name in policy.segments}
