"""From profile to segment, step by step, each customer in one row.

Risk comes first, for scorecards and rules may read it; then scores, bands, the first rule that holds, the cell of the
matrix; and at last the brakes.
"""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, rnd, to_day
from creditdesk.engine.bands import UNKNOWN, banded, score_column
from creditdesk.engine.book import Book
from creditdesk.engine.brakes import READS as BRAKE_READS
from creditdesk.engine.brakes import brake, start
from creditdesk.engine.day import Day
from creditdesk.engine.nearest import READS as NEAREST_READS
from creditdesk.engine.nearest import changed_by_criteria, nearest_change, oldest_overdue
from creditdesk.engine.risk import READS as RISK_READS
from creditdesk.engine.risk import risk
from creditdesk.engine.scorecard import scored
from creditdesk.engine.segment import by_number, first_rule, in_cell
from creditdesk.engine.segment_terms import inherits
from creditdesk.engine.sheet import Sheet
from creditdesk.engine.standing import standing
from creditdesk.engine.treatment import adjustments_of, contact_cap_of, dunning_of, procedure_of
from creditdesk.policy.columns import BAND

EVIDENCE = {"days_late_24m": "observations", "payment_index": "observations"}
"""Which count of experiences a column rests on, where it is not that of 12 months."""


def measured(
    day: Day,
    book: Book,
    debtor: ir.Table,
    profile: ir.Table,
    previous: ir.Table | None,
    reads: tuple[str, ...],
) -> ir.Table:
    """Stage `banded`: what is known of each customer, its risk, scores and bands, and where they put it.

    Args:
        reads: columns of the profile that later parts of the decision read.
    """
    sheet = weighed(day, book, debtor, profile, previous, reads)
    place(book, sheet, previous is not None)
    done = [
        f"{part}_{gauge.name}"
        for gauge in book.criteria
        for part in ("fresh", "fresh_cell", "known", "was_band")
    ]
    sheet.forget([*done, *(score_column(card.name) for card in book.cards), "risk_why"])
    return day.stages.run("banded", sheet.table)


def weighed(
    day: Day,
    book: Book,
    debtor: ir.Table,
    profile: ir.Table,
    previous: ir.Table | None,
    reads: tuple[str, ...],
) -> Sheet:
    """What is known of each customer, its risk and its scores: all that does not depend on where bands are cut."""
    columns = {
        *book.reads,
        *RISK_READS,
        *reads,
        "behaviour_evidence",
        "observations",
        "first_invoice_age_days",
    }
    names = ["customer_id", *sorted(columns - {"customer_id"})]
    sheet = Sheet(standing(day, debtor, profile, previous, names, book.criteria))
    with sheet.only(*RISK_READS, "cover_withdrawn"):
        risk(book.policy, sheet)
    with sheet.only(*(line.bands.column for card in book.cards for line in card.lines)):
        scored(sheet, book.cards, book.policy.score)
    return sheet


def placed(day: Day, book: Book, banded: ir.Table, item: ir.Table | None, had: bool) -> Sheet:
    """The move of today, the nearest change, and what conditions of the policy decide beside the segment.

    Adds segment, since, previous_segment, moved, proposed_segment, proposed_from, move_held, `near_` columns, cell_row,
    cell_column, procedure, dunning, contact_cap, and what `adjustments_of` gives.

    Args:
        had: whether there is a previous decision.
    """
    sheet = Sheet(banded)
    move(day, book, sheet, had)
    sheet.table = attach(sheet.table, _nearest(day, book, banded, item), "customer_id")
    matrix, none = book.policy.matrix, ibis.null("string")
    in_matrix = (sheet["rule_no"] < 0) & sheet["by_hand"].isnull()
    as_cell = inherits(book.policy)
    if as_cell:
        in_matrix = in_matrix | sheet["segment"].isin(as_cell)
    sheet.let(
        cell_row=ibis.ifelse(in_matrix, sheet[f"cell_{matrix.rows}"], none),
        cell_column=ibis.ifelse(in_matrix, sheet[f"cell_{matrix.columns}"], none),
        procedure=procedure_of(book, sheet),
        dunning=dunning_of(book, sheet),
        contact_cap=contact_cap_of(book, sheet),
        **adjustments_of(book, sheet),
    )
    return sheet


def _nearest(day: Day, book: Book, banded: ir.Table, item: ir.Table | None) -> ir.Table:
    """Stage `nearest`: customer_id and `near_<part>`; on its own, for it tries much and reads few columns."""
    asked = {
        name
        for gauge in book.criteria
        for name in (
            f"source_{gauge.name}",
            f"value_{gauge.name}",
            f"cell_{gauge.name}",
            f"{BAND}{gauge.name}",
        )
    }
    asked |= {measure.column for gauge in book.criteria for measure in gauge.measures}
    asked |= changed_by_criteria(book) | {*NEAREST_READS} | {"by_segment"}
    sheet = Sheet(banded.select("customer_id", *sorted(name for name in asked if name in banded.columns)))
    sheet.let(by_hand=_by_hand(book, sheet))
    if item is not None:
        sheet.table = attach(sheet.table, oldest_overdue(day, item), "customer_id")
    else:
        sheet.let(oldest_invoice=ibis.null("string"), oldest_amount=ibis.null("int64"))
    nearest_change(day, book, sheet)
    sheet.keep(["customer_id", *(name for name in sheet.table.columns if name.startswith("near_"))])
    return day.stages.run("nearest", sheet.table)


def bands_map(book: Book, sheet: Sheet) -> Value:
    """The bands as a map from criterion to band."""
    names = [gauge.name for gauge in book.criteria]
    if not names:
        return ibis.null("map<string, string>")
    keys = ibis.array([ibis.literal(name) for name in names])
    return ibis.map(keys, ibis.array([sheet[f"{BAND}{name}"].fill_null(UNKNOWN) for name in names]))


def place(book: Book, sheet: Sheet, had: bool) -> None:
    """Bands, and where they put the customer: `target` with their margin, `figures` without."""
    policy = book.policy
    evidence = {
        gauge.name: next(
            (EVIDENCE[one.column] for one in gauge.measures if one.column in EVIDENCE), "behaviour_evidence"
        )
        for gauge in book.criteria
    }
    measured = {measure.column for gauge in book.criteria for measure in gauge.measures}
    before = {f"was_band_{gauge.name}" for gauge in book.criteria}
    with sheet.only(*measured, *evidence.values(), *before, "observations", "first_invoice_age_days"):
        banded(sheet, book.criteria, evidence, policy.measurement.first_invoice_days, had)
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


def _evidence(book: Book, sheet: Sheet) -> Value:
    """Share of the criteria's weight that is known."""
    total = sum((gauge.criterion.weight for gauge in book.criteria), start=Decimal(0)) or Decimal(1)
    known = ibis.literal(0.0)
    for gauge in book.criteria:
        known = known + ibis.ifelse(sheet[f"known_{gauge.name}"], float(gauge.criterion.weight), 0.0)
    # a third written out is a decimal of so many digits that no other can be multiplied with it
    return rnd(known.cast("float64") * 10_000 / float(total)) / 10_000.0


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


def _by_hand(book: Book, sheet: Sheet) -> Value:
    """The segment that a person assigned, where the policy knows it."""
    assigned = sheet["by_segment"]
    return ibis.ifelse(assigned.isin(list(book.policy.segments)), assigned, ibis.null("string"))


def move(day: Day, book: Book, sheet: Sheet, had: bool) -> None:
    """The move of today, as `brake` makes it, with what people assigned and approved."""
    if had and day.facts.has("approval"):
        answers = move_approvals(day)
        exact = answers.select("customer_id", target="ref", _yes="granted", _on="decided")
        whole = answers.filter(answers.ref == "").select("customer_id", _any_yes="granted", _any_on="decided")
        sheet.table = attach(attach(sheet.table, exact, ["customer_id", "target"]), whole, "customer_id")
        # an answer is used up by the move it allowed: only those of the present stay count
        since = sheet["was_segment_since"]
        answered = holds(sheet["_on"] >= since)
        sheet.let(
            approved=ibis.ifelse(
                answered, holds(sheet["_yes"]), holds(sheet["_any_yes"] & (sheet["_any_on"] >= since))
            )
        )
    else:
        sheet.let(approved=ibis.literal(False))
    sheet.let(by_hand=_by_hand(book, sheet))
    if had:
        kept = ibis.literal(False)
        for name in (book.policy.matrix.rows, book.policy.matrix.columns):
            kept = kept | (
                holds(sheet[f"how_{name}"] == "little_evidence") & sheet[f"{BAND}{name}"].notnull()
            )
        sheet.let(kept_for_evidence=kept)
        with sheet.only(*BRAKE_READS):
            brake(book.policy, book.rules.at_once(book.policy), sheet)
    else:
        start(sheet)
