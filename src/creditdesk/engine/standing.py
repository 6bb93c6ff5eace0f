"""What is known of one customer when its segment is decided: profile, risk, what was, what people set.

Assignments and approvals by people are facts; the latest in force on the day holds.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, to_day
from creditdesk.engine.bands import Gauge
from creditdesk.engine.day import Day
from creditdesk.facts.profile import PROFILE

FIELDS = ("segment", "procedure", "credit_limit", "terms_days", "owner", "acceptance")
"""What a person may set in the policy's place."""

WAS = (
    "segment", "previous_segment", "proposed_segment", "risk_class", "order_block", "order_block_reason",
    "order_release_when",
)  # fmt: skip
WAS_DAYS = ("segment_since", "proposed_since", "review_on")


def of_profile(profile: ir.Table, columns: list[str]) -> ir.Table:
    """The named columns of the profile, each with the type of the contract; what is not there is null."""
    types = PROFILE.schema()
    chosen: dict[str, Value] = {}
    for name in columns:
        dtype = types.get(name)
        if name in profile.columns:
            chosen[name] = profile[name] if dtype is None else _as(profile[name], dtype)
        else:
            chosen[name] = ibis.null(dtype or "string")
    return profile.select(**chosen)


def _as(value: Value, dtype: object) -> Value:
    return value if value.type().copy(nullable=True) == dtype else value.cast(dtype)


def in_force(first: Value, last: Value, now: Value) -> Value:
    """Whether a row holds today: begun, and not past its last day."""
    return (to_day(first) <= now) & (last.isnull() | (to_day(last) >= now))


def set_by_people(day: Day) -> ir.Table:
    """Rows (customer_id, by_<field>, …): per customer the value a person set in force today, latest first.

    `by_credit_limit_until` is the last day of the limit, as a day number.
    """
    now = day.clock.day
    override = day.facts["override"]
    table = override.filter(in_force(override.from_on, override.until_on, now))
    order = ibis.row_number().over(
        ibis.window(
            group_by=[table.customer_id, table.field],
            order_by=[ibis.desc(table.from_on), ibis.desc(table.override_id)],
        )
    )
    latest = table.mutate(_rank=order).filter(_._rank == 0)
    values = {f"by_{name}": latest.value.max(where=latest.field == name) for name in FIELDS}
    until = to_day(latest.until_on).max(where=latest.field == "credit_limit")
    return latest.group_by("customer_id").aggregate(**values, by_credit_limit_until=until)


def no_people() -> dict[str, Value]:
    """The columns of `set_by_people` where nobody set anything."""
    return {
        **{f"by_{name}": ibis.null("string") for name in FIELDS},
        "by_credit_limit_until": ibis.null("int64"),
    }


def previous_rows(previous: ir.Table, criteria: tuple[Gauge, ...]) -> ir.Table:
    """What the previous run decided: `was_<column>`, days as day numbers, and `was_band_<criterion>`."""
    return previous.select(
        "customer_id",
        **{f"was_{name}": previous[name] for name in WAS},
        **{f"was_{name}": to_day(previous[name]) for name in WAS_DAYS},
        **{
            f"was_band_{gauge.name}": previous.bands.get(gauge.name, ibis.null("string"))
            for gauge in criteria
        },
    )


def cover_withdrawn(day: Day) -> ir.Table:
    """Rows (customer_id, cover_withdrawn): an insurer withdrew within 12 months, and no cover is in force."""
    now = day.clock.day
    cover = day.facts["cover"].mutate(
        first=to_day(_.valid_from), last=to_day(_.valid_to), withdrawn=to_day(_.withdrawn_on)
    )
    taken = holds((cover.withdrawn <= now) & (cover.withdrawn > now - 365))
    live = (
        holds(cover.first <= now)
        & (cover.last.isnull() | (cover.last >= now))
        & ~holds(cover.withdrawn <= now)
    )
    return cover.group_by("customer_id").aggregate(cover_withdrawn=taken.any() & ~live.any())


def standing(
    day: Day,
    debtor: ir.Table,
    profile: ir.Table,
    previous: ir.Table | None,
    columns: list[str],
    criteria: tuple[Gauge, ...],
) -> ir.Table:
    """One row per customer of the profile, with what people set, what was, and `today`.

    Args:
        columns: of the profile, that the policy's conditions and the parts of the decision read.
    """
    found = of_profile(profile, columns)
    own = debtor.select(
        "customer_id", "base", "company_country", "company_size", "limit_scope", "credit_limit_until",
        credit_limit_given=debtor.credit_limit,
    )  # fmt: skip
    found = attach(found, own, "customer_id")
    if day.facts.has("override"):
        found = attach(found, set_by_people(day), "customer_id")
    else:
        found = found.mutate(**no_people())
    if day.facts.any("cover", "withdrawn_on"):
        found = attach(found, cover_withdrawn(day), "customer_id")
    else:
        found = found.mutate(cover_withdrawn=ibis.null("boolean"))
    if previous is not None:
        found = attach(found, previous_rows(previous, criteria), "customer_id")
    # the day as a column: a scalar that is selected by itself and used beside it gets its alias inside expressions
    return found.mutate(today=day.clock.day + 0)
