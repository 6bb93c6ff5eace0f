"""Stages `standing` and `placed`: from profile to segment, step by step, each customer in one row.

Risk comes first, for scorecards and rules may read it; then scores, bands, the first rule that holds, the cell of the
matrix; and at last the brakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, rnd, to_day
from creditdesk.engine.bands import Banded, Gauge, Row, banded, gauges, score_column
from creditdesk.engine.brakes import Was, brake, bypass, needs_approval
from creditdesk.engine.day import Day
from creditdesk.engine.risk import READS as RISK_READS
from creditdesk.engine.risk import risk
from creditdesk.engine.scorecard import Card, cards, scored
from creditdesk.engine.segment import Rules, by_number, compile_rules, first_rule, in_cell
from creditdesk.engine.standing import standing
from creditdesk.facts.column import Column
from creditdesk.policy.columns import BAND, predicate_columns
from creditdesk.policy.document import Adjustment, Policy
from creditdesk.policy.predicate import Predicate, columns_of, compile_predicate

SCORING = frozenset({"risk_class", "risk_pd", "score"})
"""Columns that scoring adds; they are not read from the profile."""

EVIDENCE = {"days_late_24m": "observations", "payment_index": "observations"}
"""Which count of experiences a column rests on, where it is not that of 12 months."""


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


def open_book(policy: Policy) -> Book:
    """Compile everything of a policy that a segment depends on."""
    columns = predicate_columns(policy.criteria)
    criteria, used = gauges(policy, columns), cards(policy, columns)
    conditions = [
        *(rule.when for rule in policy.rules),
        *(one.when for one in policy.adjustments),
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


def placed(
    day: Day,
    book: Book,
    debtor: ir.Table,
    profile: ir.Table,
    previous: ir.Table | None,
    carry: tuple[str, ...],
) -> ir.Table:
    """Stage `placed`: everything of `standing`, risk, scores, bands and the move of today.

    Args:
        carry: further columns of the profile that later parts of the decision read.
    """
    columns = sorted(
        {*book.reads, *RISK_READS, *carry, "observations", "behaviour_evidence"} - {"customer_id"}
    )
    found = standing(day, debtor, profile, previous, ["customer_id", *columns], book.criteria)
    found = _scored(book, found)
    found = day.stages.run("standing", found)
    found = day.stages.run("banded", _banded(day, book, found, previous is not None))
    found = _moved(day, book, found, previous is not None)
    found = day.stages.run("placed", found)
    day.stages.drop("standing", "banded")
    return found


def _row(table: ir.Table) -> dict[str, Value]:
    return {name: table[name] for name in table.columns}


def _scored(book: Book, table: ir.Table) -> ir.Table:
    found = risk(book.policy, _row(table), table.cover_withdrawn)
    table = table.mutate(risk_pd=found.pd, risk_class=found.level, risk_why=found.why)
    results = {card.name: scored(card, _row(table)) for card in book.cards}
    added: dict[str, Value] = {score_column(name): one.score for name, one in results.items()}
    main = results.get(book.policy.score or "")
    none = ibis.null("float64")
    added["score"] = none if main is None else main.score
    if main is not None:
        added["score_parts"] = main.parts
    return table.mutate(**added)


def _banded(day: Day, book: Book, table: ir.Table, had: bool) -> ir.Table:
    """Bands per criterion, and where they put the customer with and without their margin."""
    policy = book.policy
    row = _row(table)
    measured: dict[str, Banded] = {}
    for gauge in book.criteria:
        counted = {EVIDENCE.get(one.column, "behaviour_evidence") for one in gauge.measures}
        seen = {**row, "observations": row[counted.pop()]} if len(counted) == 1 else row
        measured[gauge.name] = banded(gauge, seen, row[f"was_band_{gauge.name}"] if had else None)
    added: dict[str, Value] = {}
    for name, one in measured.items():
        added |= {
            f"source_{name}": one.source, f"value_{name}": one.value, f"text_{name}": one.text,
            f"fresh_{name}": one.fresh, f"{BAND}{name}": one.band, f"cell_{name}": one.cell,
            f"fresh_cell_{name}": one.fresh_cell, f"known_{name}": one.known, f"how_{name}": one.how,
        }  # fmt: skip
    table = table.mutate(**added)
    row = _row(table)
    rows, across = policy.matrix.rows, policy.matrix.columns
    rule = first_rule(book.rules, row)
    table = table.mutate(
        rule_no=rule, cell_segment=in_cell(policy, table[f"cell_{rows}"], table[f"cell_{across}"])
    )
    if had:
        today = {**_row(table), **{f"{BAND}{name}": table[f"fresh_{name}"] for name in measured}}
        fresh_cell = in_cell(policy, table[f"fresh_cell_{rows}"], table[f"fresh_cell_{across}"])
        fresh = by_number(first_rule(book.rules, today), book.rules.segments, fresh_cell)
        table = table.mutate(figures=fresh)
    target = by_number(table.rule_no, book.rules.segments, table.cell_segment)
    return table.mutate(target=target, adjusted=_adjusted(book, _row(table), needs=True))


def _adjusted(book: Book, row: Row, needs: bool) -> Value:
    """Whether an adjustment that holds for the customer asks for approval of moves."""
    condition = ibis.literal(False)
    for one, when in book.adjustments:
        if one.approve_moves and needs:
            condition = condition | holds(when(row))  # type: ignore[arg-type]
    return condition


def move_approvals(day: Day) -> ir.Table:
    """Rows (customer_id, ref, granted, decided): the latest answer per customer and segment; an empty `ref` = any."""
    now = day.clock.day
    approval = day.facts["approval"]
    known = approval.filter(
        (approval.subject == "move")
        & (to_day(approval.decided_on) <= now)
        & (approval.valid_until.isnull() | (to_day(approval.valid_until) >= now))
    ).mutate(ref=_.ref.fill_null(""), decided=to_day(_.decided_on))
    order = ibis.row_number().over(
        ibis.window(
            group_by=[known.customer_id, known.ref],
            order_by=[ibis.desc(known.decided), ibis.desc(known.approval_id)],
        )
    )
    latest = known.mutate(_rank=order).filter(_._rank == 0)
    return latest.select("customer_id", "ref", "granted", "decided")


def _moved(day: Day, book: Book, table: ir.Table, had: bool) -> ir.Table:
    policy, now = book.policy, table.today
    valid = list(policy.segments)
    by_hand = ibis.ifelse(table.by_segment.isin(valid), table.by_segment, ibis.null("string"))
    was = None
    figures = table.target
    at_once = approved = needed = ibis.literal(False)
    if had:
        if day.facts.has("approval"):
            answers = move_approvals(day)
            exact = answers.rename(target="ref", exact_granted="granted", exact_decided="decided")
            whole = answers.filter(answers.ref == "").select(
                "customer_id", whole_granted="granted", whole_decided="decided"
            )
            table = attach(attach(table, exact, ["customer_id", "target"]), whole, "customer_id")
            by_hand = ibis.ifelse(table.by_segment.isin(valid), table.by_segment, ibis.null("string"))
            now = table.today
            # a yes is used up by the move it allowed: only those of the present stay count
            since = table.was_segment_since
            yes = holds(table.exact_granted & (table.exact_decided >= since))
            no = holds(~table.exact_granted & (table.exact_decided >= since))
            any_yes = holds(table.whole_granted & (table.whole_decided >= since))
            approved = yes | (any_yes & ~no)
        was = Was(
            table.was_segment,
            table.was_segment_since,
            table.was_previous_segment,
            table.was_proposed_segment,
            table.was_proposed_since,
        )
        figures = table.figures
        at_once = bypass(
            policy,
            book.rules.at_once(policy),
            table.was_segment,
            figures,
            table.legal_status.notnull(),
            table.last_write_off_days,
            table.oldest_undisputed_overdue_days,
            now - table.was_segment_since,
        )
        needed = needs_approval(policy, table.was_segment, table.target, table.adjusted)
    sides = (policy.matrix.rows, policy.matrix.columns)
    evidence = ibis.literal(False)
    if had:
        for name in sides:
            kept = table[f"how_{name}"] == "little_evidence"
            evidence = evidence | holds(kept & table[f"{BAND}{name}"].notnull())
    move = brake(policy, now, by_hand, table.target, figures, evidence, was, at_once, needed, approved)
    return table.mutate(
        by_hand=by_hand,
        segment=move.segment,
        since=move.since,
        previous_segment=move.previous,
        moved=move.moved,
        proposed_segment=move.proposed,
        proposed_since=move.proposed_since,
        move_held=move.held,
        evidence=_evidence(book, table),
    )


def _evidence(book: Book, table: ir.Table) -> Value:
    """Share of the criteria's weight that is known."""
    total = sum((gauge.criterion.weight for gauge in book.criteria), start=0) or 1
    known = ibis.literal(0.0)
    for gauge in book.criteria:
        known = known + ibis.ifelse(table[f"known_{gauge.name}"], float(gauge.criterion.weight), 0.0)
    return rnd(known * (10_000 / float(total))) / 10_000.0
