"""From sums to figures: the columns of the profile, each computed in one row from whole numbers.

The formulas stand beside the columns in `facts/profile.py`. A division happens once, here, and lands on a grid of decimals.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, holds, rnd, share, to_date
from creditdesk.engine.behaviour import GRID
from creditdesk.engine.credibility import credible
from creditdesk.engine.day import Day
from creditdesk.engine.group import alone
from creditdesk.engine.owner import policy_factor
from creditdesk.engine.payment_index import index_of
from creditdesk.engine.status import legal_parts, wished
from creditdesk.engine.turnover import BLOCK_DAYS, YEAR, busy_month, countback, latest_manner, peak_month

CHANNELS = ("email", "letter", "sms", "phone")
MANNERS = ("paper", "email", "peppol")


class Row:
    """The sums of one customer: a column that no stage made reads as empty."""

    def __init__(self, table: ir.Table) -> None:
        self.table = table

    def get(self, name: str, dtype: str = "int64") -> Value:
        """The column, or an empty one of that type."""
        return self.table[name] if name in self.table.columns else ibis.null(dtype)

    def whole(self, name: str) -> Value:
        """The column as a whole number, 0 where empty."""
        return self.get(name).fill_null(0)

    def flag(self, name: str) -> Value:
        """The column as true or false."""
        return holds(self.get(name, "boolean"))


def figures(day: Day, wide: ir.Table, prior: ir.Table) -> ir.Table:
    """The columns of the profile.

    Args:
        wide: the debtors with the sums of every stage beside them.
        prior: stage `prior`, one row.
    """
    table = _with_prior(wide, prior)
    row, now = Row(table), day.clock.day
    own = table.select(
        **_identity(row, now),
        **_size(row, now),
        **_orders(row, now),
        **_behaviour(row, now),
        **_habit(day, row, now),
        **_exposure(row),
        **_outstanding(row),
        **_credit(row),
        **_conduct(row),
        **_worth(day, row),
        **{name: table[name] for name in table.columns if name.startswith("group_")},
    )
    enough = own.experiences_24m >= day.policy.measurement.least_observations
    index = ibis.ifelse(enough, index_of(own.days_late_24m), ibis.null("int64"))
    return own.mutate(payment_index=index, **({} if "group_id" in own.columns else alone(own)))


def group_basis(narrow: ir.Table, prior: ir.Table) -> ir.Table:
    """What a group adds up, of each customer: the columns that `group_sums` reads.

    Args:
        narrow: the debtors with the sums of open items, orders, marks and behaviour beside them.
    """
    row = Row(_with_prior(narrow, prior))
    money = _exposure(row)
    names = ("open_amount", "overdue_amount", "exposure", "oldest_overdue_days")
    return row.table.select(
        "customer_id",
        **{name: money[name] for name in names},
        worst=ibis.ifelse(row.whole("n12") > 0, _shrunken12(row), ibis.null("float64")),
        legal_status=row.get("legal", "string"),
    )


def _with_prior(table: ir.Table, prior: ir.Table) -> ir.Table:
    return table.cross_join(prior.rename({f"prior_{name}": name for name in prior.columns}))


def _shrunken12(row: Row) -> Value:
    late = row.get("money_days12") / row.get("money12").nullif(0)
    return credible(row.whole("n12"), late, row.get("prior_days_k"), row.get("prior_days12"))


def _identity(row: Row, now: Value) -> dict[str, Value]:
    same = ("customer_id", "name", "kind", "natural_person", "country", "subdivision", "postal_code", "sector",
            "other_sectors", "legal_form", "status", "account_manager", "collector", "formality")  # fmt: skip
    table = row.table
    channel, manner = (wished(row.get(f"wished_{kind}", "string")) for kind in ("channel", "manner"))
    legal, since, claim = legal_parts(row.get("legal", "string"))
    code = {name: table[name] for name in table.columns if name.startswith("code_")}
    return {
        **{name: table[name] for name in same},
        **code,
        "company_id": table.company.nullif(""),
        "currency": table.base,
        "language": table.speaks,
        "sector_division": table.sector.substr(0, 2),
        "intercompany": row.flag("intercompany"),
        "key_account": row.flag("key_account"),
        "po_required": row.flag("po_required"),
        "do_not_contact": row.flag("do_not_contact"),
        "payer_id": table.payer,
        "codes": row.get("codes", "array<string>"),
        "preferred_channel": channel.isin(CHANNELS).ifelse(channel, ibis.null("string")).coalesce(table.preferred_channel),
        "invoice_manner": ibis.coalesce(
            manner.isin(MANNERS).ifelse(manner, ibis.null("string")), table.invoice_manner,
            latest_manner(row.get("manner_code")),
        ),
        "payment_terms_days": table.payment_terms_days.coalesce(row.get("last_term") % 2**20),
        "legal_status": legal,
        "legal_status_since": to_date(since),
        "claim_deadline": to_date(claim),
        "open_handover": (row.whole("files") > 0) | (row.whole("bare_files") > 0),
        "tenure_days": now - ibis.coalesce(_day(table.customer_since), row.get("first_day")),
        "company_age_days": now - _day(table.founded_on),
    }  # fmt: skip


def _day(value: Value) -> Value:
    return value.epoch_days().cast("int64")


def _size(row: Row, now: Value) -> dict[str, Value]:
    table = row.table
    sold, before = row.whole("turnover12"), row.whole("turnover24")
    invoiced = sold + row.whole("credited12")
    return {
        "employees": table.employees,
        "annual_revenue": table.annual_revenue.coalesce(row.get("yearly_revenue")),
        "turnover_12m": sold,
        "turnover_previous_12m": before,
        "growth_12m": ibis.ifelse(before > 0, share(sold - before, before), ibis.null("float64")),
        "turnover_class": row.get("turnover_class", "string"),
        "turnover_rank": row.get("turnover_rank"),
        "invoices_12m": row.whole("invoices12"),
        "credited_share_12m": ibis.ifelse(
            invoiced > 0, ibis.least(share(row.whole("credited12"), invoiced), 1.0), ibis.null("float64")
        ),
        "peak_month_sales": peak_month(table),
        "sales_per_day_p90": rnd(busy_month(table) / BLOCK_DAYS),
        "pipeline_amount": row.whole("pipeline"),
        "first_invoice_age_days": now - row.get("first_day"),
        # `last_day` is that of the invoices; orders bear `last_order`
        "last_purchase_days": now - ibis.greatest(row.get("last_day"), row.get("last_order")),
    }


def _orders(row: Row, now: Value) -> dict[str, Value]:
    return {
        "orders_12m": row.whole("orders12"),
        "order_median": row.get("median_order"),
        "orders_per_active_month": share(row.get("orders12"), row.get("months"), 2),
        "order_gap_days": row.get("gap"),
        "last_order_days": now - row.get("last_order"),
        "refused_orders_12m": row.whole("refused12"),
        "refused_by_customer_12m": row.whole("refused_by_customer12"),
        "first_orders_amount": row.whole("first_orders"),
    }


def _behaviour(row: Row, now: Value) -> dict[str, Value]:
    n12, n24, days12 = row.whole("n12"), row.whole("n24"), row.get("days12")
    late24 = row.get("money_days24") / row.get("money24").nullif(0)
    # n x sum of squares - square of the sum, both whole: the only way that every engine gives the same
    spread = n12 * row.get("squares12") - days12 * days12
    clean = now - row.get("last_bad_day").coalesce(row.get("first_settled_day"))
    slipped = (
        (row.whole("undisputed_overdue") > 0)
        & (row.whole("settled12") > 0)
        & (row.whole("settled12_late") == 0)
    )
    return {
        "observations": row.whole("n"),
        "settled_count": row.whole("settled_n"),
        "behaviour_evidence": n12,
        "days_late": share(row.get("money_days12"), row.get("money12"), 2),
        "days_late_plain": share(days12, n12, 2),
        "days_late_median": row.get("median"),
        "days_late_q1": row.get("q1"),
        "days_late_q3": row.get("q3"),
        "days_late_p80": row.get("p80"),
        "days_late_sd": ibis.ifelse(
            n12 > 1, rnd((spread / (n12 * (n12 - 1)).nullif(0)).sqrt() * 100) / 100, ibis.null("float64")
        ),
        "late_share": share(row.get("late12"), n12),
        "late30_share": share(row.get("late12_30"), n12),
        "days_late_recent": share(row.get("recent_days"), row.get("recent_money"), 2),
        "days_late_trend": row.get("slope", "float64"),
        "days_late_shrunken": _shrunken12(row),
        "late_share_shrunken": credible(
            n12, row.get("late12") / n12.nullif(0), row.get("prior_late_k"), row.get("prior_late12"), 4
        ),
        "days_late_24m": credible(n24, late24, row.get("prior_days_k"), row.get("prior_days24")),
        "experiences_24m": n24,
        "km_median": row.get("km_median"),
        "days_to_pay": share(row.get("since_issue12"), row.get("money12"), 2),
        "last_payment_days": now - row.get("last_paid_day"),
        "clean_days": clean,
        "on_time_run": rnd(clean / BLOCK_DAYS - 0.5),
        "paid_on_time_count": row.whole("on_time"),
        "first_slip": slipped,
        "default_events_12m": row.whole("default12") + row.whole("lost12"),
        "risk_evidence": (row.whole("risk_weight") + row.whole("lost_weight")) / GRID,
        "risk_events": (
            row.whole("default_weight") - row.whole("disputed_defaults") + row.whole("lost_weight")
        )
        / GRID,
        "written_off_12m": row.whole("written_off12"),
        "last_write_off_days": row.get("last_write_off"),
    }


def _habit(day: Day, row: Row, now: Value) -> dict[str, Value]:
    found = row.get("habit", "string")
    start, oldest = row.get("start_day"), row.get("oldest_day")
    waits = (start > now) & (start - oldest <= day.policy.conduct.habit_longest_hold_days)
    none = ibis.null("int64")
    return {
        "habit": found,
        "habit_day": row.get("code", "string"),
        "habit_declared": row.flag("declared"),
        "habit_evidence": row.whole("evidence"),
        "habit_share": row.get("hit_share", "float64"),
        "habit_next": to_date(row.get("next_day")),
        "habit_expires": to_date(row.get("lapse_day")),
        "habitual_days_late": ibis.ifelse(found.notnull(), row.get("settled_median"), none).cast("float64"),
        "habit_hold_until": to_date(ibis.ifelse(holds(waits), start, none)),
        "habit_start_on": to_date(start),
    }


def _exposure(row: Row) -> dict[str, Value]:
    opened, overdue = row.whole("open"), row.whole("overdue")
    buckets = ("overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_91_180", "overdue_over_180")
    ordered, delivered = row.whole("open_orders"), row.whole("delivered")
    money, deposits = row.whole("free_money"), row.whole("deposits")
    credit = ibis.greatest(row.whole("credits") - row.whole("repaid"), 0)
    exposure = opened + delivered + ordered - money - credit - deposits
    limit = row.whole("insured_limit")
    insured_share = share(row.get("insured_part"), limit.cast("float64") * 10_000)
    insured = ibis.ifelse(
        limit > 0,
        rnd(ibis.least(ibis.greatest(exposure, 0), limit) * insured_share.fill_null(0.0)),
        ibis.literal(0, "int64"),
    )
    securities = row.whole("securities")
    own = row.get("own_limit")
    return {
        "open_items": row.whole("open_items"),
        "open_amount": opened,
        "overdue_amount": overdue,
        "not_due_amount": opened - overdue,
        **{name: row.whole(name) for name in buckets},
        "overdue_share": ibis.ifelse(opened > 0, share(overdue, opened), ibis.null("float64")),
        "overdue_items": row.whole("overdue_items"),
        "oldest_overdue_days": row.whole("oldest"),
        "oldest_undisputed_overdue_days": row.whole("oldest_undisputed"),
        "undisputed_overdue_amount": row.whole("undisputed_overdue"),
        "disputed_amount": row.whole("disputed"),
        "promised_amount": ibis.least(row.whole("promised"), opened),
        "planned_amount": row.whole("planned"),
        "handed_over_amount": row.whole("handed_over"),
        "unallocated_amount": money,
        "deposits": deposits,
        "credits_open": credit,
        "open_orders": ordered,
        "delivered_not_invoiced": delivered,
        "exposure": exposure,
        "insured_limit": limit,
        "insured_share": insured_share,
        "insured": insured,
        "securities": securities,
        "uninsured_maximum_loss": ibis.greatest(exposure - insured - securities, 0),
        "contra_amount": row.whole("contra"),
        "own_limit": own,
        "limit_use": ibis.ifelse(own > 0, share(exposure, own), ibis.null("float64")),
    }


def _outstanding(row: Row) -> dict[str, Value]:
    """Days that sales are outstanding: simple, counted back, at best, and what lateness adds."""
    sold, opened, none = row.whole("turnover12"), row.whole("open"), ibis.null("float64")
    early = opened - row.whole("overdue")
    whole, best = share(opened * YEAR, sold, 1), share(early * YEAR, sold, 1)
    return {
        "dso": ibis.ifelse(sold > 0, whole, none),
        "dso_countback": ibis.ifelse(sold > 0, countback(row.table, opened), none),
        "dso_best": ibis.ifelse(sold > 0, best, none),
        "dso_delinquent": ibis.ifelse(sold > 0, rnd((whole - best) * 10) / 10.0, none),
    }


def _credit(row: Row) -> dict[str, Value]:
    scores = "array<struct<provider: string, scale: string, grade: string, score: float64, pd: float64, age_days: int64>>"
    return {
        "external_scores": row.get("external_scores", scores),
        "external_pd": row.get("external_pd", "float64"),
        "external_age_days": row.get("external_age"),
        "recommended_limit": row.get("recommended"),
        "altman_z": row.get("altman_z", "float64"),
        "accounts_age_months": row.get("accounts_age"),
        "tangible_net_worth": row.get("net_worth"),
        "working_capital": row.get("working"),
    }


def _conduct(row: Row) -> dict[str, Value]:
    disputes, cases = row.whole("disputes12"), row.whole("cases12")
    invoices = row.whole("invoices12")
    disputed = ibis.least(share(row.whole("disputed_invoices12"), invoices), 1.0)
    return {
        "disputes_12m": disputes,
        "disputes_right_12m": row.whole("right12"),
        # disputes of older invoices only: all of what was invoiced
        "dispute_share_12m": ibis.ifelse(
            invoices > 0, disputed, ibis.ifelse(row.whole("disputed_invoices12") > 0, 1.0, 0.0)
        ),
        "disputes_open": row.whole("disputes_open"),
        "oldest_dispute_days": row.whole("oldest_dispute"),
        "disputes_after_reminder_share": share(row.get("after_reminder12"), disputes),
        "promises_open": row.whole("promises_open"),
        "kept_promises_12m": row.whole("kept12"),
        "broken_promises_12m": row.whole("broken12"),
        "stalling_12m": row.whole("stalling12"),
        "tactics": row.get("tactics", "array<string>"),
        "cash_trouble_days": row.get("trouble"),
        "cases_12m": cases,
        "contacts_12m": row.whole("contacts12"),
        "personal_contacts_per_case": share(row.get("personal12"), cases, 2),
        "paid_after_contact_share": share(row.get("answered12"), row.get("asked12")),
        "reminder_needed_share": share(row.whole("reminded12"), row.get("settled12")),
        "effective_channel": row.get("effective_channel", "string"),
    }


def _worth(day: Day, row: Row) -> dict[str, Value]:
    known = row.whole("net_known12")
    none = ibis.null("float64")
    margin = ibis.ifelse(known != 0, row.get("margin12"), ibis.null("int64"))
    served = rnd(row.whole("cost12") * policy_factor(day, row.table.base))
    waited = rnd(row.whole("capital12") * float(day.policy.capital_rate) / 365)
    return {
        "margin_12m": margin,
        "margin_known_share": ibis.ifelse(known > 0, ibis.least(share(known, row.get("net12")), 1.0), none),
        "cost_to_serve_12m": served,
        "capital_cost_12m": waited,
        "worth_12m": margin - served - waited - row.whole("written_off12"),
    }
