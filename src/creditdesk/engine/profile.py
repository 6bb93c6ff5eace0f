"""The profile: one row per customer, every figure as known on the day.

`facts/profile.py` lists the columns; each stage below makes some of them. Tables without rows cost nothing: what a run
has no facts for is not looked up.
"""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from creditdesk.engine import conduct, credit, status
from creditdesk.engine.arith import attach
from creditdesk.engine.backend import conform
from creditdesk.engine.behaviour import behaviour, risk_events
from creditdesk.engine.credibility import prior
from creditdesk.engine.day import Day
from creditdesk.engine.exposure import open_sums
from creditdesk.engine.figures import figures, of_figures
from creditdesk.engine.group import rolled_up
from creditdesk.engine.habit import habit
from creditdesk.engine.order_statistics import order_statistics
from creditdesk.engine.orders import orders
from creditdesk.engine.owner import in_base, need_rates
from creditdesk.engine.pay_days import pay_days
from creditdesk.engine.promise_state import promise_state
from creditdesk.engine.trend import trend
from creditdesk.engine.turnover import turnover
from creditdesk.engine.unallocated import unallocated
from creditdesk.facts.profile import CODE_PREFIX, PROFILE
from creditdesk.policy.document import Policy

OTHER_MONEY = ("cover", "security", "contra", "opportunity", "annual_account", "promise")
"""Tables with money of their own currency that are taken at today's rate."""

_CODE = re.compile(rf"\b{CODE_PREFIX}[a-z0-9_]+")


def named_codes(policy: Policy) -> tuple[str, ...]:
    """The columns `code_<code>` that the policy's conditions and criteria name."""
    return tuple(sorted(set(_CODE.findall(policy.model_dump_json()))))


def profile(
    day: Day,
    debtor: ir.Table,
    item: ir.Table,
    promise: ir.Table | None = None,
    scales: pa.Table | None = None,
) -> ir.Table:
    """One row per customer that is not merged into another, with the columns of PROFILE.

    Args:
        promise: stage `promise_state`, where it was made before; None = made here when there are promises.
        scales: master scales of credit bureaus (rows of `credit.SCALE`); None = only probabilities that reports state.

    Raises:
        MissingRate: a currency has no rate to the reporting currency.
    """
    facts, stages = day.facts, day.stages
    need_rates(day, [name for name in OTHER_MONEY if facts.has(name)])
    if promise is None and facts.has("promise"):
        promise = promise_state(day, debtor)
    pay_day = pay_days(day, debtor) if facts.has("payment") else None
    summed = behaviour(day, item)
    statistic = order_statistics(day, item)
    open_sum = open_sums(day, item)
    parts: list[ir.Table | None] = [
        summed,
        statistic,
        trend(day, item),
        turnover(day, item),
        open_sum,
        orders(day, debtor, item),
        habit(day, debtor, statistic, pay_day, open_sum),
        _money_at_hand(day, debtor, unallocated(day, debtor, item)),
        *_events(day, item),
        *_conduct(day, debtor, item, promise, pay_day),
        *_credit(day, debtor, scales),
        *_status(day, debtor),
    ]
    wide = debtor.filter(debtor.survivor_id == debtor.customer_id)
    if debtor.columns.count("credit_limit"):
        wide = wide.drop("credit_limit", "credit_limit_until")
    for part in parts:
        if part is not None:
            wide = attach(wide, part, "customer_id")
    portfolio = prior(day, summed)
    own = stages.run("profile_own", figures(day, wide, portfolio))
    stages.drop("behaviour", "order_statistic", "trend", "turnover", "open_sum", "orders", "habit", "habit_count", "pay_day",
                "unallocated", "prior")  # fmt: skip
    schema = PROFILE.schema()
    for name in named_codes(day.policy):
        schema = ibis.schema({**schema, name: "string"})
    found = stages.run("profile", conform(rolled_up(day, of_figures(day, own), debtor), schema))
    stages.drop("profile_own")
    return found


def _money_at_hand(day: Day, debtor: ir.Table, free: ir.Table) -> ir.Table:
    """Per customer, in the reporting currency: free_money, deposits, repaid."""
    found = in_base(day, debtor, free, ["free", "deposit", "repaid"])
    return found.group_by("customer_id").aggregate(
        free_money=found.free.sum(), deposits=found.deposit.sum(), repaid=found.repaid.sum()
    )


def _events(day: Day, item: ir.Table) -> list[ir.Table | None]:
    """Write-offs and defaults."""
    lost = None
    if ("write_off",) in day.facts.distinct("allocation", ["kind"]):
        lost = status.written_off(day, item)
    parts: list[ir.Table | None] = [risk_events(day, item, lost)]
    if lost is not None:
        half_life = day.policy.risk.half_life_days
        parts.append(status.write_off_sums(lost, half_life))
    return parts


def _conduct(
    day: Day, debtor: ir.Table, item: ir.Table, promise: ir.Table | None, pay_day: ir.Table | None
) -> list[ir.Table | None]:
    facts = day.facts
    parts: list[ir.Table | None] = []
    if facts.has("dispute"):
        parts.append(conduct.disputes(day, debtor))
    if promise is not None:
        parts.append(conduct.promises(day, promise))
        parts.append(conduct.promised_amount(day, debtor, promise))
    if facts.has("note"):
        parts.append(conduct.notes(day, debtor))
    if facts.has("action"):
        parts.append(conduct.contacts(day, debtor, pay_day))
        parts.append(conduct.cash_trouble(day, debtor))
        if pay_day is not None:
            parts.append(conduct.effective_channel(day, debtor, pay_day))
        if facts.any("action", "invoice_ids"):
            parts.append(conduct.reminded(day, item))
    return parts


def _credit(day: Day, debtor: ir.Table, scales: pa.Table | None) -> list[ir.Table | None]:
    facts = day.facts
    parts: list[ir.Table | None] = []
    if facts.has("credit_report"):
        parts.append(credit.reports(day, debtor, scales))
    if facts.has("annual_account"):
        parts.append(credit.accounts(day, debtor))
    if facts.has("cover"):
        parts.append(credit.covers(day, debtor))
    if facts.has("security"):
        parts.append(credit.securities(day, debtor))
    if facts.has("contra"):
        parts.append(credit.contra(day, debtor))
    return parts


def _status(day: Day, debtor: ir.Table) -> list[ir.Table | None]:
    facts = day.facts
    parts = [status.legal_status(day, debtor)]
    if facts.has("handover"):
        parts.append(status.empty_files(day, debtor))
    if facts.has("preference"):
        parts.append(status.preference(day, debtor, "channel", "wished_channel"))
        parts.append(status.preference(day, debtor, "invoice_manner", "wished_manner"))
    if facts.has("customer_code"):
        parts.append(status.codes(day, debtor, named_codes(day.policy)))
    if facts.has("opportunity"):
        parts.append(status.pipeline(day, debtor))
    if facts.any("customer", "credit_limit"):
        parts.append(status.own_limit(day, debtor))
    return parts
