"""The profile: one row per customer, every figure as known on the day.

`facts/profile.py` lists the columns; each stage below makes some of them. Tables without rows cost nothing: what a run
has no facts for is not looked up.
"""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir

from creditdesk.engine import conduct, credit, status
from creditdesk.engine.arith import attach
from creditdesk.engine.backend import conform
from creditdesk.engine.behaviour import behaviour
from creditdesk.engine.credibility import prior
from creditdesk.engine.day import Day
from creditdesk.engine.exposure import open_sums
from creditdesk.engine.figures import figures, group_basis
from creditdesk.engine.group import group_sums
from creditdesk.engine.habit import habit
from creditdesk.engine.items import Documents
from creditdesk.engine.marks import marks
from creditdesk.engine.order_statistics import order_statistics
from creditdesk.engine.orders import orders
from creditdesk.engine.owner import need_rates
from creditdesk.engine.pay_days import pay_days
from creditdesk.engine.promise_state import promise_state
from creditdesk.engine.trend import trend
from creditdesk.engine.turnover import ranked, turnover
from creditdesk.engine.unallocated import unallocated
from creditdesk.facts.profile import CODE_PREFIX, PROFILE
from creditdesk.policy.document import Policy

OTHER_MONEY = (
    "cover", "security", "contra", "opportunity", "annual_account", "promise", "order", "credit_report", "customer",
)  # fmt: skip
"""Tables with money of their own currency that are taken at today's rate."""

SUMS = (
    "behaviour", "order_statistic", "trend", "turnover", "open_sum", "order_known", "orders", "pay_day", "habit_count",
    "habit", "contact", "marks", "prior", "reputation", "group_sum",
)  # fmt: skip
"""Stages that only the profile reads."""

_CODE = re.compile(rf"\b{CODE_PREFIX}[a-z0-9_]+")


def named_codes(policy: Policy) -> tuple[str, ...]:
    """The columns `code_<code>` that the policy's conditions and criteria name."""
    return tuple(sorted(set(_CODE.findall(policy.model_dump_json()))))


def profile(
    day: Day,
    debtor: ir.Table,
    documents: Documents,
    promise: ir.Table | None = None,
    money: ir.Table | None = None,
) -> ir.Table:
    """One row per customer that is not merged into another, with the columns of PROFILE.

    Args:
        documents: stages `item` and `open_item`.
        promise, money: stages `promise_state` and `unallocated`, where others read them too; None = made here.

    Raises:
        MissingRate: a currency has no rate to the reporting currency.
    """
    facts, stages, item = day.facts, day.stages, documents.every
    need_rates(day, [name for name in OTHER_MONEY if facts.has(name)])
    if money is None:
        money = unallocated(day, debtor, item, documents.few)
    if promise is None and facts.has("promise"):
        promise = promise_state(day, debtor, documents.few)
    pay_day = pay_days(day, debtor) if facts.has("payment") else None
    contact = conduct.contacts(day, debtor, pay_day) if facts.has("action") else None
    summed = behaviour(day, item)
    statistic = order_statistics(day, item)
    open_sum = open_sums(day, documents.open)
    sold = turnover(day, item)
    told = marks(day, debtor, _marks(day, debtor, item, promise, contact, money))
    steeper = trend(day, item)
    # after the last that reads every invoice: the two largest tables are not held at once
    placed = orders(day, debtor, item)
    portfolio = prior(day, summed)
    own = debtor.filter(debtor.survivor_id == debtor.customer_id)
    parts: list[ir.Table | None] = [summed, open_sum, placed, told]
    if facts.any("customer", "parent_id"):
        narrow = _beside(own.select("customer_id"), parts)
        parts.append(stages.run("group_sum", group_sums(group_basis(narrow, portfolio), debtor)))
    parts += [
        sold,
        day.stages.run("turnover_rank", ranked(debtor, sold)),
        statistic,
        steeper,
        habit(day, debtor, statistic, pay_day, open_sum),
    ]
    said = [
        credit.reports(day, debtor) if facts.has("credit_report") else None,
        credit.accounts(day, debtor) if facts.has("annual_account") else None,
        status.codes(day, debtor, named_codes(day.policy)) if facts.has("customer_code") else None,
        conduct.reactions(contact) if contact is not None else None,
        conduct.effective_channel(contact) if contact is not None and pay_day is not None else None,
    ]
    # apart: what sums these and what joins all the rest need not stand in memory together
    if any(part is not None for part in said):
        parts.append(stages.run("reputation", _beside(own.select("customer_id"), said)))
    schema = ibis.schema({**PROFILE.schema(), **dict.fromkeys(named_codes(day.policy), "string")})
    found = figures(day, _beside(own, parts), portfolio)
    found = stages.run("profile", conform(found, schema))
    stages.drop(*SUMS)
    return found


def _beside(own: ir.Table, parts: list[ir.Table | None]) -> ir.Table:
    for part in parts:
        if part is not None:
            own = attach(own, part, "customer_id")
    return own


def _marks(
    day: Day,
    debtor: ir.Table,
    item: ir.Table,
    promise: ir.Table | None,
    contact: ir.Table | None,
    money: ir.Table,
) -> list[ir.Table]:
    """What the tables that have rows tell of the customers."""
    facts = day.facts
    parts = [*status.money_at_hand(money), *status.legal_status(day, debtor)]
    if facts.some("allocation", "kind", ("write_off",)):
        parts.append(status.write_offs(day, item))
    if facts.has("dispute"):
        parts += [*conduct.disputes(day, contact), status.disputed_defaults(day, item)]
    if promise is not None:
        parts.append(conduct.promises(day, promise))
    if facts.has("note"):
        parts += conduct.notes(day)
    if contact is not None:
        parts.append(conduct.plans_asked(day))
        if facts.any("action", "invoice_ids"):
            parts.append(conduct.reminded(day, item))
    if facts.any("customer", "credit_limit"):
        parts.append(status.own_limits(day, debtor))
    of_table = {
        "handover": status.empty_files, "preference": status.wishes, "cover": status.covers,
        "security": status.securities, "contra": status.contra, "opportunity": status.pipeline,
    }  # fmt: skip
    return parts + [make(day) for name, make in of_table.items() if facts.has(name)]
