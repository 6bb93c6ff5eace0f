"""What others know of a customer's credit: reports of bureaus, annual accounts, insurers' limits, securities."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from creditdesk.engine.arith import Value, attach, fixed, holds, rnd, to_day
from creditdesk.engine.day import Day
from creditdesk.engine.owner import in_base, owned
from creditdesk.policy.scales import master_scale

PUBLICATION_DAYS = 212
"""Accounts without a date of publication are known seven months after their year."""

MONTH_DAYS = 30.4375
OLD_MONTHS = 24
GUARANTEES = ("deposit", "bank_guarantee", "parent_guarantee")

_LOGIT = 10**6


def reports(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer: external_scores, external_pd, external_age (days), recommended (minor units, reporting currency).

    Each provider's latest report received on or before the day that has not lapsed. A grade is brought to a
    probability by the master scale of its provider valid on the day of the report; without one the probability the
    provider itself states is taken.
    """
    now = day.clock.day
    report = owned(day, debtor, "credit_report").filter(_.customer_id.notnull())
    report = report.filter(to_day(report.received_on) <= now)
    report = report.filter(report.valid_until.isnull() | (to_day(report.valid_until) >= now))
    report = report.filter(report.score.notnull() | report.grade.notnull() | report.pd.notnull())
    newest = ibis.window(
        group_by=["customer_id", "provider"],
        order_by=[ibis.desc("reported_on"), ibis.desc("received_on"), ibis.desc("report_id")],
    )
    report = report.mutate(rank=ibis.row_number().over(newest)).filter(_.rank == 0)
    report = report.mutate(reported_day=to_day(report.reported_on), age=now - to_day(report.reported_on))
    report = attach(report, _mapped(day, report, master_scale(day.policy.risk.scales)), "report_id")
    report = report.mutate(own_pd=report.mapped.coalesce(report.pd))
    report = in_base(day, debtor, report, ["recommended_limit"])
    bounded = report.own_pd.clip(0.0001, 0.9999)
    report = report.mutate(
        own_pd=rnd(report.own_pd * _LOGIT) / _LOGIT, logit=fixed((bounded / (1 - bounded)).ln(), _LOGIT)
    )
    row = ibis.struct(
        {"provider": report.provider, "scale": report.scale, "grade": report.grade, "score": report.score,
         "pd": report.own_pd, "age_days": report.age}
    )  # fmt: skip
    summed = report.group_by("customer_id").aggregate(
        external_scores=row.collect().sort(),
        logits=report.logit.sum(),
        rated=report.logit.count(),
        external_age=report.age.min(),
        recommended=report.recommended_limit.min(),
    )
    mean = summed.logits / summed.rated.nullif(0) / _LOGIT
    return summed.mutate(external_pd=rnd(_LOGIT / (1 + (-mean).exp())) / _LOGIT).drop("logits", "rated")


def _mapped(day: Day, report: ir.Table, scales: pa.Table) -> ir.Table:
    """Per report the probability of its master scale, the latest valid on its day."""
    scale = day.stages.backend.put("master_scale", scales)
    scale = scale.select(
        "provider",
        "scale",
        "low",
        "high",
        mapped=scale.pd,
        of_grade=scale.grade,
        from_day=to_day(scale.valid_from),
    )
    pairs = report.select("report_id", "provider", "scale", "grade", "score", "reported_day")
    pairs = pairs.join(scale, ["provider", "scale"])
    by_grade = holds(pairs.of_grade == pairs.grade)
    by_score = pairs.of_grade.isnull() | pairs.grade.isnull()
    by_score = by_score & holds(pairs.score.between(pairs.low, pairs.high))
    pairs = pairs.filter(
        (by_grade | by_score) & (pairs.from_day.isnull() | (pairs.from_day <= pairs.reported_day))
    )
    latest = ibis.window(group_by="report_id", order_by=[ibis.desc("from_day"), "mapped"])
    pairs = pairs.mutate(rank=ibis.row_number().over(latest))
    return pairs.filter(pairs.rank == 0).select("report_id", "mapped")


def accounts(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer by its latest annual accounts known on the day: altman_z, accounts_age (months), net_worth, working,
    yearly_revenue (minor units, reporting currency).
    """
    now = day.clock.day
    account = owned(day, debtor, "annual_account")
    year_end = to_day(account.year_end)
    account = account.mutate(
        end_day=year_end, seen=to_day(account.published_on).coalesce(year_end + PUBLICATION_DAYS)
    )
    account = account.filter((account.seen <= now) & (account.end_day <= now))
    newest = ibis.window(group_by="customer_id", order_by=ibis.desc("end_day"))
    account = account.mutate(rank=ibis.row_number().over(newest)).filter(_.rank == 0)
    debts = account.total_liabilities.coalesce(account.total_assets - account.equity)
    account = account.mutate(
        altman_z=z_double_prime(
            account.total_assets, account.current_assets - account.current_liabilities, account.retained_earnings,
            account.operating_profit * 12 / account.months, account.equity, debts,
        ),
        accounts_age=rnd((now - account.end_day) / MONTH_DAYS - 0.5),
        net_worth=account.equity - account.intangible_assets.fill_null(0),
        working=account.current_assets - account.current_liabilities,
        yearly_revenue=rnd(account.turnover * 12 / account.months),
    )  # fmt: skip
    account = in_base(day, debtor, account, ["net_worth", "working", "yearly_revenue"])
    old = account.accounts_age > OLD_MONTHS
    return account.select(
        "customer_id", "accounts_age", "net_worth", "working", "yearly_revenue",
        altman_z=ibis.ifelse(old, ibis.null("float64"), account.altman_z),
    )  # fmt: skip


def z_double_prime(
    assets: Value, working: Value, retained: Value, ebit: Value, equity: Value, debts: Value
) -> Value:
    """Altman's Z'' on a grid of 1/100: null when a part is missing or there are no assets; equity / debts at most 10."""
    total = ibis.ifelse(assets > 0, assets, ibis.null("int64"))
    cushion = ibis.ifelse(debts > 0, ibis.least(equity / debts.nullif(0), 10.0), 10.0)
    z = 6.56 * working / total + 3.26 * retained / total + 6.72 * ebit / total + 1.05 * cushion
    return rnd(z * 100) / 100
