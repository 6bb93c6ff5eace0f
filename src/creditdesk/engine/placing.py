"""Stages `standing` and `placed`: from profile to segment, step by step, each customer in one row.

Risk comes first, for scorecards and rules may read it; then scores, bands, the first rule that holds, the cell of the
matrix; and at last the brakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, rnd, to_day
from creditdesk.engine.bands import Gauge, banded, gauges
from creditdesk.engine.brakes import brake, start
from creditdesk.engine.day import Day
from creditdesk.engine.risk import READS as RISK_READS
from creditdesk.engine.risk import risk
from creditdesk.engine.scorecard import Card, cards, scored
from creditdesk.engine.segment import Rules, by_number, compile_rules, first_rule, in_cell
from creditdesk.engine.sheet import Sheet
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
    columns = sorted({*book.reads, *RISK_READS, *carry, "observations", "behaviour_evidence"} - {"customer_id"})
    found = standing(day, debtor, profile, previous, ["customer_id", *columns], book.criteria)
    sheet = Sheet(day.stages.run("standing", found))
    risk(book.policy, sheet)
    scored(sheet, book.cards, book.policy.score)
    _place(book, sheet, previous is not None)
    sheet = Sheet(day.stages.run("banded", sheet.table))
    _move(day, book, sheet, previous is not None)
    found = day.stages.run("placed", sheet.table)
    day.stages.drop("standing", "banded")
    return found


def _place(book: Book, sheet: Sheet, had: bool) -> None:
    """Bands, and where they put the customer: `target` with their margin, `figures` without."""
    policy = book.policy
    evidence = {
        gauge.name: next((EVIDENCE[one.column] for one in gauge.measures if one.column in EVIDENCE), "behaviour_evidence")
        for gauge in book.criteria
    }
    banded(sheet, book.criteria, evidence, had)
    rows, across = policy.matrix.rows, policy.matrix.columns
    step = {
        "rule_no": first_rule(book.rules, sheet),
        "cell_segment": in_cell(policy, sheet[f"cell_{rows}"], sheet[f"cell_{across}"]),
    }
    if had:
        today = {f"{BAND}{gauge.name}": sheet[f"fresh_{gauge.name}"] for gauge in book.criteria}
        step["_fresh_rule"] = first_rule(book.rules, sheet.instead(today))
        step["_fresh_cell"] = in_cell(policy, sheet[f"fresh_cell_{rows}"], sheet[f"fresh_cell_{across}"])
    sheet.let_all(step)
    adjusted = ibis.literal(False)
    for one, when in book.adjustments:
        if one.approve_moves:
            adjusted = adjusted | when(sheet)
    sheet.let(
        target=by_number(sheet["rule_no"], book.rules.segments, sheet["cell_segment"]),
        adjusted=adjusted,
        evidence=_evidence(book, sheet),
    )
    if had:
        sheet.let(figures=by_number(sheet["_fresh_rule"], book.rules.segments, sheet["_fresh_cell"]))
    sheet.forget()


def _evidence(book: Book, sheet: Sheet) -> Value:
    """Share of the criteria's weight that is known."""
    total = sum((gauge.criterion.weight for gauge in book.criteria), start=Decimal(0)) or Decimal(1)
    known = ibis.literal(0.0)
    for gauge in book.criteria:
        known = known + ibis.ifelse(sheet[f"known_{gauge.name}"], float(gauge.criterion.weight), 0.0)
    return rnd(known * (10_000 / float(total))) / 10_000.0


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


def _move(day: Day, book: Book, sheet: Sheet, had: bool) -> None:
    valid = list(book.policy.segments)
    if had and day.facts.has("approval"):
        answers = move_approvals(day)
        exact = answers.select("customer_id", target="ref", _yes="granted", _on="decided")
        whole = answers.filter(answers.ref == "").select("customer_id", _any_yes="granted", _any_on="decided")
        sheet.table = attach(attach(sheet.table, exact, ["customer_id", "target"]), whole, "customer_id")
        # an answer is used up by the move it allowed: only those of the present stay count
        since = sheet["was_segment_since"]
        answered = holds(sheet["_on"] >= since)
        sheet.let(
            approved=ibis.ifelse(answered, holds(sheet["_yes"]), holds(sheet["_any_yes"] & (sheet["_any_on"] >= since)))
        )
    else:
        sheet.let(approved=ibis.literal(False))
    sheet.let(by_hand=ibis.ifelse(sheet["by_segment"].isin(valid), sheet["by_segment"], ibis.null("string")))
    if had:
        kept = ibis.literal(False)
        for name in (book.policy.matrix.rows, book.policy.matrix.columns):
            kept = kept | (holds(sheet[f"how_{name}"] == "little_evidence") & sheet[f"{BAND}{name}"].notnull())
        sheet.let(kept_for_evidence=kept)
        brake(book.policy, book.rules.at_once(book.policy), sheet)
    else:
        start(sheet)
    sheet.forget()
