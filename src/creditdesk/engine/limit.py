"""The credit limit, with the constraint that binds it named.

`limit = min(need, max(min(capacity, appetite), cover), cap)`, where

- need: the policy's months of peak sales, VAT included; where it names none, busy sales per day x (term + days late at
  the 80th percentile + extra days) x the policy's margin on need
- capacity: `min(10 % of tangible net worth, 10 % of working capital) x factor of the risk class`; negative equity = 0
- appetite: the largest exposure with `pd x loss given default x exposure <= share x yearly contribution margin`
- cover: the insured limit / the insured share
- cap: the most the policy lends to one name

What is not known does not bind (no accounts, no margin). Where only a cover is known the limit stays within it. A new
customer gets the floor, or its first orders as far as capacity and cover carry them, times the step-up for each round
of invoices paid on time. A yes of a person goes before a limit set by hand or ERP, and that before the computed one;
where a segment gives no credit, or only within cover, a limit set by hand is held to that.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, holds, rnd, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.sheet import Sheet
from creditdesk.facts.money import digits

READS = (
    "natural_person", "peak_month_sales", "sales_per_day_p90", "days_late_p80", "tangible_net_worth",
    "working_capital", "margin_12m", "insured_limit", "insured_share", "first_orders_amount", "paid_on_time_count",
    "own_limit", "exposure", "group_exposure", "group_members", "payment_terms_days", "securities",
)  # fmt: skip
"""Profile columns that the limit is made of."""

ALSO = (
    "base", "risk_class", "risk_pd", "by_credit_limit", "by_credit_limit_until", "credit_limit_until", "limit_scope",
    "approved_limit", "approved_until", "shared_limit", "shared_exposure", "give_terms_days", "give_limit_kind",
    "give_peak_months", "give_floor", "give_step_up", "give_step_after",
)  # fmt: skip
"""Further columns, of the segment and of what people decided."""

APPROVED = ("approved_limit", "approved_until", "approved_on")
SHARED = ("shared_limit", "shared_exposure")
"""What approvals of a limit and credit groups give; null where there are none."""

DEFAULT_TERM = 30
MOST_STEPS = 10
"""A step-up is applied at most so often: long before that the customer is no longer new."""
USE_TO_REVIEW = 0.8
"""Use of the limit above which it is reviewed."""


def limit_approvals(day: Day) -> ir.Table:
    """Rows (customer_id, approved_limit, approved_until, approved_on): the latest limit that a person granted."""
    now = day.clock.day
    approval = day.facts["approval"]
    granted = approval.filter(
        (approval.subject == "limit")
        & holds(approval.granted)
        & approval.amount.notnull()
        & (to_day(approval.decided_on) <= now)
        & (approval.valid_until.isnull() | (to_day(approval.valid_until) >= now))
    )
    order = ibis.row_number().over(
        ibis.window(
            group_by=granted.customer_id,
            order_by=[ibis.desc(granted.decided_on), ibis.desc(granted.approval_id)],
        )
    )
    latest = granted.mutate(_rank=order).filter(_._rank == 0)
    return latest.select(
        "customer_id", approved_limit=latest.amount, approved_until=to_day(latest.valid_until),
        approved_on=to_day(latest.decided_on),
    )  # fmt: skip


def group_limits(day: Day, debtor: ir.Table, profile: ir.Table) -> ir.Table:
    """Rows (customer_id, shared_limit, shared_exposure): the credit group of a customer that leaves least room."""
    group = day.facts["credit_group"]
    member = group.select("group_id", "limit", "currency", member=group.customer_ids.unnest())
    who = debtor.select("base", member=debtor.customer_id, customer_id=debtor.survivor_id)
    member = member.inner_join(who, "member")
    member = member.select("group_id", "limit", "currency", "base", "customer_id").distinct()
    member = member.mutate(limit=in_base(day, member, member["limit"], "currency"))
    exposed = profile.select("customer_id", "exposure")
    member = attach(member, exposed, "customer_id")
    # members of companies with other reporting currencies are added per currency: rates between them are not ours to mix
    total = member.group_by("group_id", "base").aggregate(shared_exposure=_.exposure.sum())
    member = attach(member, total, ["group_id", "base"])
    room = ibis.row_number().over(
        ibis.window(
            group_by=member.customer_id,
            order_by=[(member["limit"] - member.shared_exposure), member.group_id],
        )
    )
    tightest = member.mutate(_rank=room).filter(_._rank == 0)
    return tightest.select("customer_id", "shared_exposure", shared_limit=tightest["limit"])


def in_base(day: Day, table: ir.Table, amount: Value, currency: str) -> Value:
    """An amount in the reporting currency `base` of its row, at the rate of the day.

    Rates are looked up in a handful of cases rather than joined: there are few pairs, and a lookup keeps the rows.
    """
    if not day.multi_currency:
        return amount
    today = day.rate.filter(day.rate.day == day.clock.day)
    bases = reporting_currencies(day)
    branches = []
    for base in bases:
        for code in day.currencies:
            if code != base:
                one = today.filter((today.currency == code) & (today.base == base)).select("factor")
                branches.append(
                    ((table[currency] == code) & (table["base"] == base), rnd(amount * one.as_scalar()))
                )
    return ibis.cases(*branches, else_=amount)


def limit(day: Day, sheet: Sheet) -> None:
    """Add credit_limit, limit_reason, limit_until (day number), headroom, limit_use, group_exposure and group_limit.

    Args:
        sheet: the columns of `READS` and `ALSO`.
    """
    _constraints(day, sheet)
    _computed(sheet)
    _by_people(sheet)
    _room(sheet)


def _constraints(day: Day, sheet: Sheet) -> None:
    rule = day.policy.limit
    term = ibis.coalesce(sheet["give_terms_days"], sheet["payment_terms_days"], DEFAULT_TERM)
    days = (term + ibis.greatest(sheet["days_late_p80"].fill_null(0), 0) + rule.extra_days).cast("float64")
    factor = ibis.cases(
        *((sheet["risk_class"] == name, float(value)) for name, value in rule.grade_factor.items()), else_=1.0
    )
    worth = ibis.least(
        sheet["tangible_net_worth"] * float(rule.net_worth_share),
        sheet["working_capital"] * float(rule.working_capital_share),
    )
    loss = float(rule.loss_given_default)
    appetite = float(rule.appetite) * sheet["margin_12m"] / (ibis.greatest(sheet["risk_pd"], 0.0001) * loss)
    cap = ibis.null("int64") if rule.cap is None else policy_amount(day, sheet, day.minor(rule.cap))
    sheet.let(
        _grid=policy_amount(day, sheet, max(day.minor(rule.grid), 1)),
        _floor=policy_amount(day, sheet, sheet["give_floor"]),
        _cap=cap,
        _need=ibis.ifelse(
            sheet["give_peak_months"].notnull(),
            rnd(ibis.greatest(sheet["peak_month_sales"], 0) * sheet["give_peak_months"]),
            rnd(ibis.greatest(sheet["sales_per_day_p90"], 0) * days * float(rule.need_margin)),
        ),
        # greatest skips what is unknown: without accounts or margin there is no bound, not a bound of nothing
        _capacity=ibis.ifelse(worth.notnull(), rnd(ibis.greatest(worth, 0.0) * factor), ibis.null("int64")),
        # a natural person is not judged by a probability
        _appetite=ibis.ifelse(
            holds(sheet["natural_person"]) | appetite.isnull(),
            ibis.null("int64"),
            rnd(ibis.greatest(appetite, 0.0)),
        ),
        _cover=rnd(
            sheet["insured_limit"].fill_null(0) / sheet["insured_share"].fill_null(1.0).nullif(0.0)
        ).fill_null(0),
    )
    inner = ibis.least(sheet["_capacity"], sheet["_appetite"])
    by_accounts = ibis.ifelse(
        sheet["_capacity"].notnull()
        & (sheet["_appetite"].isnull() | holds(sheet["_capacity"] <= sheet["_appetite"])),
        "capacity",
        "appetite",
    )
    covered = sheet["_cover"] > 0
    sheet.let(
        _support=ibis.cases(
            (inner.notnull(), ibis.greatest(inner, sheet["_cover"])),
            (covered, sheet["_cover"]),
            else_=ibis.null("int64"),
        ),
        _support_by=ibis.ifelse(
            covered & (inner.isnull() | holds(sheet["_cover"] >= inner)), "cover", by_accounts
        ),
    )


def _computed(sheet: Sheet) -> None:
    """The limit that the figures give, on the policy's grid: upwards for a need, downwards for what carries it."""
    rounds = (sheet["paid_on_time_count"].fill_null(0) / ibis.greatest(sheet["give_step_after"], 1)).floor()
    steps = ibis.ifelse(sheet["give_step_up"].notnull(), rounds.clip(0, MOST_STEPS), 0.0)
    first = ibis.least(sheet["first_orders_amount"].fill_null(0), sheet["_support"].fill_null(0))
    kind = sheet["give_limit_kind"]
    sheet.let(
        _first=ibis.greatest(sheet["_floor"], first),
        _factor=sheet["give_step_up"].fill_null(1.0) ** steps,
        _want=ibis.least(sheet["_need"], sheet["_support"], sheet["_cap"]),
        _general=holds(kind == "peak") | (kind.isnull() & ~holds(sheet["natural_person"])),
    )
    sheet.let(_stepped=ibis.least(rnd(sheet["_first"] * sheet["_factor"]), sheet["_cap"]))
    kind, none = sheet["give_limit_kind"], ibis.null("int64")
    why_first = ibis.cases(
        (holds(sheet["_stepped"] == sheet["_cap"]), "cap"),
        (sheet["_factor"] > 1, "step_up"),
        (sheet["_first"] == sheet["_floor"], "floor"),
        (sheet["first_orders_amount"].fill_null(0) <= sheet["_first"], "first_orders"),
        else_=sheet["_support_by"],
    )
    why_want = ibis.cases(
        (sheet["_want"] == sheet["_need"], "need"),
        (holds(sheet["_want"] == sheet["_support"]), sheet["_support_by"]),
        else_="cap",
    )
    sheet.let(
        _amount=ibis.cases(
            (kind == "none", 0),
            (kind == "cover_only", ibis.least(sheet["_cover"], sheet["_cap"])),
            (kind == "first_orders", sheet["_stepped"]),
            (sheet["_general"], sheet["_want"]),
            else_=none,
        ),
        _why=ibis.cases(
            (kind == "none", "none"),
            (kind == "unlimited", "unlimited"),
            (kind == "cover_only", ibis.ifelse(holds(sheet["_cap"] < sheet["_cover"]), "cap", "cover")),
            (kind == "first_orders", why_first),
            (sheet["_general"], why_want),
            else_=ibis.null("string"),
        ),
    )
    parts = sheet["_amount"] / sheet["_grid"]
    whole = ibis.ifelse(holds(sheet["_why"] == "need"), parts.ceil(), parts.floor()).cast("int64")
    sheet.let(
        _amount=whole * sheet["_grid"],
        _bounded=sheet["give_limit_kind"].isin(["none", "cover_only"]).fill_null(False),
    )


def _by_people(sheet: Sheet) -> None:
    written, own = sheet["by_credit_limit"], sheet["own_limit"]
    number = holds(written.re_search("^[0-9]{1,15}$"))
    held = sheet["_bounded"] & holds(sheet["_amount"] < own)
    sheet.let(
        _by_hand=ibis.ifelse(number, written, ibis.null("string")).cast("int64"),
        _own=ibis.ifelse(held, sheet["_amount"], own),
        _own_why=ibis.ifelse(held, sheet["_why"], ibis.literal("set_by_hand")),
    )
    by_hand, approved, by_own = (
        sheet["_by_hand"].notnull(),
        sheet["approved_limit"].notnull(),
        sheet["_own"].notnull(),
    )
    until = ibis.cases(
        (by_hand, sheet["by_credit_limit_until"]),
        (approved, sheet["approved_until"]),
        (by_own, to_day(sheet["credit_limit_until"])),
        else_=ibis.null("int64"),
    )
    sheet.let(
        credit_limit=ibis.coalesce(
            sheet["_by_hand"], sheet["approved_limit"], sheet["_own"], sheet["_amount"]
        ),
        limit_reason=ibis.cases(
            (by_hand, "override"), (approved, "approval"), (by_own, sheet["_own_why"]), else_=sheet["_why"]
        ),
        limit_until=until,
    )


def _room(sheet: Sheet) -> None:
    """Headroom and use. A limit whose scope is the group holds the exposure of all its members."""
    own_scope = sheet["own_limit"].notnull() & holds(sheet["limit_scope"] == "group")
    whole = own_scope & holds(sheet["limit_reason"] == "set_by_hand") & (sheet["group_members"] > 1)
    sheet.let(
        _held=ibis.ifelse(whole, sheet["group_exposure"], sheet["exposure"]),
        group_limit=ibis.coalesce(
            sheet["shared_limit"], ibis.ifelse(whole, sheet["credit_limit"], ibis.null("int64"))
        ),
        group_exposure=ibis.cases(
            (sheet["shared_exposure"].notnull(), sheet["shared_exposure"]),
            (sheet["group_members"] > 1, sheet["group_exposure"]),
            else_=ibis.null("int64"),
        ),
    )
    sheet.let(
        headroom=ibis.least(
            sheet["credit_limit"] - sheet["_held"], sheet["group_limit"] - sheet["group_exposure"]
        ),
        limit_use=rnd(sheet["_held"] * 10_000.0 / sheet["credit_limit"].nullif(0)) / 10_000.0,
    )


def reporting_currencies(day: Day) -> list[str]:
    """The reporting currencies of our companies."""
    rows = day.stages.backend.fetch(day.company.select("base").distinct())
    return sorted(rows.column("base").to_pylist())


def policy_amount(day: Day, sheet: Sheet, amount: Value | int) -> Value:
    """An amount of the policy (minor units of its currency) in the reporting currency of the row.

    Without a rate it stands as it is written: a policy's 10,000 is a round figure, and the run says so in its notes.
    """
    value = ibis.literal(amount, type="int64") if isinstance(amount, int) else amount
    if not day.multi_currency:
        return value
    branches = []
    today = day.rate.filter(day.rate.day == day.clock.day)
    for base in reporting_currencies(day):
        if base != day.policy.currency:
            one = today.filter((today.currency == day.policy.currency) & (today.base == base)).select(
                "factor"
            )
            as_written = 10.0 ** (digits(base) - digits(day.policy.currency))
            branches.append((sheet["base"] == base, rnd(value * ibis.coalesce(one.as_scalar(), as_written))))
    return ibis.cases(*branches, else_=value) if branches else value


def review_on(sheet: Sheet, had: bool) -> Value:
    """Day of the next review of the limit, as a day number.

    At the latest when the segment's span since the last review has passed, or the limit itself ends; today where the
    use is high and nobody has decided on the limit in that span, or the risk class changed since the previous run.
    """
    today, span = sheet["today"], sheet["give_review_days"]
    fresh = today + span
    high = holds(sheet["limit_use"] > USE_TO_REVIEW) & ~holds(sheet["approved_on"] > today - span)
    kept = fresh
    changed = ibis.literal(False)
    if had:
        same = ~sheet["moved"] & holds(sheet["was_review_on"] > today)
        kept = ibis.ifelse(same, ibis.least(sheet["was_review_on"], fresh), fresh)
        changed = holds(sheet["was_risk_class"] != sheet["risk_class"])
    return ibis.ifelse(high | changed, today, ibis.least(kept, sheet["limit_until"]))
