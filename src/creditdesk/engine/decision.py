"""Stage `segmented` and the table `decision`: what the policy decides for one customer on one day.

`decide_segments` says who is in which segment and everything that follows from it but the position in the procedure;
the procedure reads it; `finish_decision` adds what the procedure found, and the stance on orders, which a step done may
harden.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine import limit as limits
from creditdesk.engine import order_block, stance, terms
from creditdesk.engine.arith import Value, attach, to_date
from creditdesk.engine.backend import conform
from creditdesk.engine.bands import UNKNOWN
from creditdesk.engine.day import Day
from creditdesk.engine.nearest import nearest_change
from creditdesk.engine.placing import Book, open_book, placed
from creditdesk.engine.reasons import reasons
from creditdesk.engine.segment_terms import give_terms, inherits
from creditdesk.engine.sheet import Sheet
from creditdesk.engine.treatment import adjustments_of, contact_cap_of, dunning_of, procedure_of
from creditdesk.facts.decisions import DECISION

CARRY: tuple[str, ...] = (
    "currency", "company_id", "payment_index", "insured", "uninsured_maximum_loss", *limits.READS, *terms.READS,
    *stance.READS, *order_block.READS,
)  # fmt: skip
"""Columns of the profile that the decision reads beside those that the policy names."""

FOR_PROCEDURE: tuple[str, ...] = (
    "customer_id", "segment", "segment_since", "procedure", "dunning", "contact_cap", "adjustments", "first_offset",
    "channel_first", "first_template", "tell_sales", "risk_class", "risk_pd", "natural_person", "owner_id", "exposure",
    "credit_limit", "limit_use", "fees",
)  # fmt: skip
"""Columns of stage `segmented` that the procedure may rely on; `procedure` is null where there is none."""


def decide_segments(
    day: Day,
    debtor: ir.Table,
    profile: ir.Table,
    previous: ir.Table | None = None,
    item: ir.Table | None = None,
) -> ir.Table:
    """Stage `segmented`: one row per customer of the profile.

    Args:
        previous: the table `decision` of the previous run, conforming to DECISION; None = a cold start.
        item: stage `item`, from which the invoice is named whose payment would move the customer.

    Columns: those of FOR_PROCEDURE, those of DECISION but the procedure's and the stance on orders, and what
    `finish_decision` needs for the latter.
    """
    book, had = open_book(day.policy), previous is not None
    sheet = Sheet(placed(day, book, debtor, profile, previous, CARRY))
    nearest_change(day, book, sheet, item)
    give_terms(day, sheet)
    _decided_by_people(day, sheet)
    if day.facts.has("credit_group"):
        sheet.table = attach(sheet.table, limits.group_limits(day, debtor, profile), "customer_id")
    else:
        sheet.let(shared_limit=ibis.null("int64"), shared_exposure=ibis.null("int64"))
    limits.limit(day, sheet)
    terms.offered_terms(day, sheet)
    stance.stance(day.policy, book.criteria, sheet)
    _describe(day, book, sheet, had)
    found = day.stages.run("segmented", _narrow(sheet, book))
    day.stages.drop("placed")
    return found


def _decided_by_people(day: Day, sheet: Sheet) -> None:
    if day.facts.has("approval"):
        sheet.table = attach(sheet.table, limits.limit_approvals(day), "customer_id")
        sheet.table = attach(sheet.table, order_block.order_releases(day), "customer_id")
        return
    names = ("approved_limit", "approved_until", "approved_on", "released_amount", "released_day")
    sheet.let_all({name: ibis.null("int64") for name in names})


def _describe(day: Day, book: Book, sheet: Sheet, had: bool) -> None:
    """Procedure, reasons, bands as a map, and the columns that say which run this was."""
    matrix = book.policy.matrix
    in_matrix = (sheet["rule_no"] < 0) & sheet["by_hand"].isnull()
    as_cell = inherits(day)
    if as_cell:
        in_matrix = in_matrix | sheet["segment"].isin(as_cell)
    none = ibis.null("string")
    sheet.let(
        procedure=procedure_of(book, sheet),
        dunning=dunning_of(book, sheet),
        contact_cap=contact_cap_of(book, sheet),
        **adjustments_of(book, sheet),
        bands=_bands(book, sheet),
        reasons=reasons(book.criteria, book.rules, sheet),
        cell_row=ibis.ifelse(in_matrix, sheet[f"cell_{matrix.rows}"], none),
        cell_column=ibis.ifelse(in_matrix, sheet[f"cell_{matrix.columns}"], none),
        as_of=to_date(sheet["today"]),
        policy=ibis.literal(book.policy.policy),
        policy_version=ibis.literal(book.policy.version),
        segment_since=to_date(sheet["since"]),
        proposed_since=to_date(sheet["proposed_from"]),
        review_on=to_date(limits.review_on(sheet, had)),
        currency=sheet["currency"].fill_null(sheet["base"]),
    )


def _bands(book: Book, sheet: Sheet) -> Value:
    names = [gauge.name for gauge in book.criteria]
    if not names:
        return ibis.null("map<string, string>")
    keys = ibis.array([ibis.literal(name) for name in names])
    return ibis.map(keys, ibis.array([sheet[f"band_{name}"].fill_null(UNKNOWN) for name in names]))


def _narrow(sheet: Sheet, book: Book) -> ir.Table:
    """What is read later: the decision, the procedure, and what the stance on orders is made of."""
    orders = [
        *(name for name in sheet.table.columns if name.startswith("give_") and name in _GIVEN),
        *order_block.READS, "released_amount", "released_day", "base", "today", "was_segment", "was_order_block",
        "was_order_block_reason",
    ]  # fmt: skip
    wanted = dict.fromkeys([*DECISION.schema(), *FOR_PROCEDURE, *orders])
    del book
    return sheet.table.select(*[name for name in wanted if name in sheet.table.columns])


_GIVEN = frozenset(
    f"give_{name}"
    for name in (
        "always", "review_use", "review_overdue_days", "prepayment_use", "stop_use", "stop_overdue_days",
        "stop_overdue_amount", "release", "within_cover",
    )
)  # fmt: skip


def finish_decision(day: Day, segmented: ir.Table, case_state: ir.Table | None = None) -> ir.Table:
    """Stage `decision`: one row per customer, conforming to DECISION.

    Args:
        case_state: rows keyed by `customer_id` with any of case_no, last_step, next_step, next_due_on, and
            `stop_step_done`: a step that stops deliveries was done in the open case.
    """
    sheet = Sheet(segmented)
    if case_state is not None:
        sheet.table = attach(sheet.table, case_state, "customer_id")
    if "stop_step_done" not in sheet:
        sheet.let(stop_step_done=ibis.literal(False))
    order_block.order_stance(day, sheet, "was_order_block" in sheet)
    return day.stages.run("decision", conform(sheet.table, DECISION.schema()))
