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
from creditdesk.engine.arith import attach, to_date
from creditdesk.engine.backend import conform
from creditdesk.engine.book import Book, open_book
from creditdesk.engine.day import Day
from creditdesk.engine.nearest import PARTS as CHANGE_PARTS
from creditdesk.engine.nearest import told
from creditdesk.engine.placing import bands_map, measured, placed
from creditdesk.engine.reasons import reasons
from creditdesk.engine.scorecard import mark_column, score_parts
from creditdesk.engine.segment_terms import give, put_terms
from creditdesk.engine.sheet import Sheet
from creditdesk.facts.decisions import DECISION

READS: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            "customer_id", "currency", "company_id", "payment_index", "insured", "uninsured_maximum_loss",
            *limits.READS, *terms.READS, *stance.READS, *order_block.READS,
        )
    )
)  # fmt: skip
"""Columns of the profile that the decision reads beside those that the policy names."""

FOR_PROCEDURE: tuple[str, ...] = (
    "customer_id", "segment", "segment_since", "procedure", "dunning", "contact_cap", "first_offset", "channel_first", "first_template", "variants", "tell_sales", "risk_class", "risk_pd", "natural_person", "owner_id", "exposure",
    "credit_limit", "limit_use", "fees",
)  # fmt: skip
"""Columns of stage `segmented` that the procedure may rely on; `procedure` is null where there is none."""

_HERE = (
    "today", "since", "proposed_from", "base", "company_country", "company_size", "limit_scope", "credit_limit_until",
    "credit_limit_given", "was_review_on", "was_risk_class",
)  # fmt: skip
"""Further columns that limit, terms and stance read."""


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

    Columns: those of FOR_PROCEDURE; the plain ones of DECISION but the procedure's and the stance on orders; and what
    `finish_decision` makes the rest of.
    """
    had = previous is not None
    book = open_book(day.policy)
    banded = measured(day, book, debtor, profile, previous, READS)
    sheet = placed(day, book, banded, item, had)
    needed = {*READS, *_later(book), *DECISION.schema(), *FOR_PROCEDURE, *_HERE}
    sheet.keep([name for name in sheet.table.columns if name in needed or name.startswith("by_")])
    with sheet.only("customer_id", "segment", "cell_segment"):
        found = give(day, sheet.table, put_terms(day), ("acceptance", "terms", "fees", "limit"), own=True)
        if day.facts.has("approval"):
            found = attach(found, limits.limit_approvals(day), "customer_id")
        if day.facts.has("credit_group"):
            found = attach(found, limits.group_limits(day, debtor, profile), "customer_id")
        sheet.table = found
        absent = [name for name in (*limits.APPROVED, *limits.SHARED) if name not in sheet]
        sheet.let_all({name: ibis.null("int64") for name in absent})
    with sheet.only(*limits.READS, *limits.ALSO):
        limits.limit(day, sheet)
    with sheet.only(*terms.READS, *terms.ALSO):
        terms.offered_terms(day, sheet)
    stance.stance(day.policy, sheet)
    sheet.let(
        segment_since=to_date(sheet["since"]),
        proposed_since=to_date(sheet["proposed_from"]),
        review_on=to_date(limits.review_on(sheet, had)),
        currency=sheet["currency"].fill_null(sheet["base"]),
    )
    wanted = dict.fromkeys([*DECISION.schema(), *FOR_PROCEDURE, *_later(book)])
    sheet.keep([name for name in wanted if name in sheet])
    result = day.stages.run("segmented", sheet.table)
    day.stages.drop("banded")
    return result


def _later(book: Book) -> list[str]:
    """Columns of which `finish_decision` makes the stance on orders, reasons, parts of the score and warnings."""
    names = [
        f"{part}_{gauge.name}"
        for gauge in book.criteria
        for part in ("source", "value", "text", "band", "how")
    ]
    names += [f"near_{part}" for part in CHANGE_PARTS]
    main = book.main_card
    names += [] if main is None else [mark_column(main.name, no) for no in range(len(main.lines))]
    return [*names, *order_block.READS, "cell_segment", "base", "was_segment", "was_order_block",
            "was_order_block_reason", "rule_no", "by_hand", "target", "score_weight", "country", "external_age_days",
            "turnover_12m", "limit_expired", "override_unknown"]  # fmt: skip


def finish_decision(day: Day, segmented: ir.Table, case_state: ir.Table | None = None) -> ir.Table:
    """Stage `decision`: one row per customer, conforming to DECISION.

    Lists, maps and structures are made here and nowhere before: copied from stage to stage they cost more than all else.

    Args:
        case_state: rows keyed by `customer_id` with any of case_no, last_step, next_step, next_due_on, and
            `stop_step_done`: a step that stops deliveries was done in the open case.
    """
    book = open_book(day.policy)
    found = give(day, segmented, put_terms(day), ("order",))
    if case_state is not None:
        found = attach(found, case_state, "customer_id")
    if "stop_step_done" not in found.columns:
        found = found.mutate(stop_step_done=ibis.literal(False))
    if day.facts.has("approval"):
        found = attach(found, order_block.order_releases(day), "customer_id")
    else:
        found = found.mutate(released_amount=ibis.null("int64"), released_day=ibis.null("int64"))
    sheet = Sheet(found)
    had = "was_order_block" in sheet
    with sheet.only(*order_block.READS, *order_block.ALSO):
        order_block.order_stance(day, sheet, had)
    sheet.let(
        as_of=day.clock.date,
        policy=ibis.literal(day.policy.policy),
        policy_version=ibis.literal(day.policy.version),
        bands=bands_map(book, sheet),
        reasons=reasons(book.criteria, book.rules, sheet),
        score_parts=score_parts(book.main_card, sheet),
        nearest_change=told(sheet),
        data_warnings=stance.data_warnings(book.criteria, sheet),
    )
    return day.stages.run("decision", conform(sheet.table, DECISION.schema()))
