"""What a segment gives, as small tables that a query can join, and the procedure a customer gets of it.

A segment that takes something `as the cell` inherits it from the customer's cell of the matrix (segment `rhythm`).
"""

from __future__ import annotations

import ibis

from creditdesk.engine.arith import Value
from creditdesk.engine.book import Book
from creditdesk.engine.sheet import Columns
from creditdesk.policy.predicate import compile_predicate


def procedure_of(book: Book, row: Columns) -> Value:
    """The procedure of a customer: assigned by hand, else the segment's first choice whose condition holds."""
    policy = book.policy
    none = ibis.null("string")
    branches = []
    for name, segment in policy.segments.items():
        if not segment.procedure:
            continue
        *conditional, last = segment.procedure
        chosen: Value = ibis.literal(last.use)
        if last.when is not None:
            chosen = ibis.ifelse(
                compile_predicate(last.when, book.columns, policy.currency)(row), last.use, none
            )
        for choice in reversed(conditional):
            if choice.when is not None:
                holds = compile_predicate(choice.when, book.columns, policy.currency)(row)
                chosen = ibis.ifelse(holds, ibis.literal(choice.use), chosen)
        branches.append((row["segment"] == name, chosen))
    of_segment = ibis.cases(*branches, else_=none) if branches else none
    by_hand = row["by_procedure"]
    valid = list(policy.procedures)
    return ibis.ifelse(by_hand.isin(valid).fill_null(False), by_hand, of_segment) if valid else of_segment


def dunning_of(book: Book, row: Columns) -> Value:
    """Whether steps of a procedure may be due at all in the segment."""
    silent = [name for name, segment in book.policy.segments.items() if not segment.dunning]
    return ~row["segment"].isin(silent) if silent else ibis.literal(True)


def contact_cap_of(book: Book, row: Columns) -> Value:
    """Most contacts in the policy's span of days."""
    policy = book.policy
    own = {name: one.contact_cap for name, one in policy.segments.items() if one.contact_cap is not None}
    default = ibis.literal(policy.conduct.contact_cap, type="int64")
    if not own:
        return default
    branches = [(row["segment"] == name, ibis.literal(cap, type="int64")) for name, cap in own.items()]
    return ibis.cases(*branches, else_=default)


def adjustments_of(book: Book, row: Columns) -> dict[str, Value]:
    """What the policy's adjustments change for a customer.

    Columns: first_offset (working days added to the first step),
    channel_first (a channel to try before the first step's own), first_template, tell_sales, variants (numbers of the
    policy's variants of templates that hold, as `;0;2;`).
    """
    none = ibis.null("string")
    flags = [(one, when(row)) for one, when in book.adjustments]
    offset = ibis.literal(0, type="int64")
    for one, flag in flags:
        if one.first_offset:
            offset = offset + ibis.ifelse(flag, one.first_offset, 0)
    channels = [(flag, ibis.literal(one.channel_first)) for one, flag in flags if one.channel_first]
    templates = [(flag, ibis.literal(one.first_template)) for one, flag in flags if one.first_template]
    tell = ibis.literal(False)
    for one, flag in flags:
        if one.tell_sales:
            tell = tell | flag
    variants: Value = none
    if book.policy.templates:
        variants = ibis.literal(";")
        for number, variant in enumerate(book.policy.templates):
            flag = compile_predicate(variant.when, book.columns, book.policy.currency)(row)
            variants = variants + ibis.ifelse(flag, f"{number};", "")
    return {
        "variants": variants,
        "first_offset": offset.cast("int64"),
        "channel_first": ibis.cases(*channels, else_=none) if channels else none,
        "first_template": ibis.cases(*templates, else_=none) if templates else none,
        "tell_sales": tell,
    }
