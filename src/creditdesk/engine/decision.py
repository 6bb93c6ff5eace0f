"""Stage `segmented` and the table `decision`: what the policy decides for one customer on one day.

`decide_segments` says who is in which segment and everything that follows from it but the procedure's position; the
procedure reads it; `finish_decision` adds what the procedure found and conforms to the contract.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, attach, to_date
from creditdesk.engine.backend import conform
from creditdesk.engine.day import Day
from creditdesk.engine.placing import Book, open_book, placed
from creditdesk.engine.treatment import adjustments_of, contact_cap_of, dunning_of, procedure_of
from creditdesk.facts.decisions import DECISION

CARRY = (
    "natural_person", "currency", "company_id", "country", "kind", "key_account", "exposure", "open_amount",
    "undisputed_overdue_amount", "collector", "account_manager", "payment_index", "insured", "uninsured_maximum_loss",
)  # fmt: skip
"""Columns of the profile that the decision reads beside those of the policy."""


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

    Columns that the procedure may rely on: customer_id, segment, procedure (null = none), dunning, contact_cap,
    adjustments, first_offset, channel_first, first_template, tell_sales, risk_class, risk_pd, natural_person,
    collector, account_manager, owner_id, exposure, credit_limit, limit_use, exposure.
    """
    del item
    book = open_book(day.policy)
    found = placed(day, book, debtor, profile, previous, CARRY)
    row = {name: found[name] for name in found.columns}
    found = found.mutate(
        procedure=procedure_of(book, row),
        dunning=dunning_of(book, row),
        contact_cap=contact_cap_of(book, row),
        **adjustments_of(book, row),
        **_bands(book, row),
        as_of=day.clock.date,
        policy=ibis.literal(day.policy.policy),
        policy_version=ibis.literal(day.policy.version),
        segment_since=to_date(found.since),
        credit_limit=ibis.null("int64"),
        limit_use=ibis.null("float64"),
        owner_id=found.collector,
        currency=found.currency.fill_null(found.base),
    )
    return day.stages.run("segmented", found)


def _bands(book: Book, row: dict[str, Value]) -> dict[str, Value]:
    names = [gauge.name for gauge in book.criteria]
    if not names:
        return {"bands": ibis.null("map<string, string>")}
    keys = ibis.array([ibis.literal(name) for name in names])
    values = ibis.array([row[f"band_{name}"].fill_null("unknown") for name in names])
    return {"bands": ibis.map(keys, values)}


def finish_decision(day: Day, segmented: ir.Table, case_state: ir.Table | None = None) -> ir.Table:
    """Stage `decision`: conforming to DECISION.

    Args:
        case_state: rows (payer, case_no, last_step, next_step, next_due_day) of the procedure.
    """
    if case_state is not None:
        segmented = attach(segmented, case_state, "customer_id")
    return day.stages.run("decision", conform(segmented, DECISION.schema()))
