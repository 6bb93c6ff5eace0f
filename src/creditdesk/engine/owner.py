"""Whose fact it is, and what it is worth in the reporting currency."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import Value, attach, rnd
from creditdesk.engine.day import Day
from creditdesk.facts.money import MissingRate


def owned(day: Day, debtor: ir.Table, name: str) -> ir.Table:
    """A fact table whose `customer_id` is the customer that goes on in place of one merged into it."""
    facts = day.facts[name]
    if not day.facts.any("customer", "merged_into_id"):
        return facts
    survivor = debtor.select("customer_id", "survivor_id")
    found = attach(facts, survivor, "customer_id")
    return found.mutate(customer_id=_.survivor_id.coalesce(_.customer_id)).drop("survivor_id")


def in_base(day: Day, debtor: ir.Table, table: ir.Table, amounts: Sequence[str]) -> ir.Table:
    """`table` (customer_id, currency, ...) with `amounts` at today's rate in the customer's reporting currency.

    An empty currency is the reporting one. A payment or order of an unknown customer is taken in the first base.
    """
    if not day.multi_currency:
        return table
    base = debtor.select("customer_id", own_base="base")
    found = attach(table, base, "customer_id").mutate(own_base=_.own_base.fill_null(day.base))
    today = day.rate.filter(day.rate.day == day.clock.day)
    today = today.select("currency", own_base=today.base, to_own=today.factor)
    found = attach(found, today, ["currency", "own_base"])
    same = (found.currency == found.own_base) | found.currency.isnull()
    converted = {name: same.ifelse(found[name], rnd(found[name] * found.to_own)) for name in amounts}
    return found.mutate(**converted).drop("own_base", "to_own")


def need_rates(day: Day, names: Sequence[str]) -> None:
    """Every currency of money in these tables has a rate to the reporting currencies.

    Raises:
        MissingRate: for the first that has none; a missing rate is never taken for 1.
    """
    if not day.multi_currency:
        return
    backend = day.facts.backend
    known = {
        (row["currency"], row["base"])
        for row in backend.fetch(day.rate.select("currency", "base").distinct()).to_pylist()
    }
    bases = {base for _currency, base in known}
    for name in names:
        money = day.facts[name]
        if name == "customer":
            money = money.filter(money.credit_limit.notnull())
        found = backend.fetch(money.select("currency").distinct()).column("currency").to_pylist()
        for currency in sorted(code for code in found if code is not None):
            for base in sorted(bases):
                if currency != base and (currency, base) not in known:
                    raise MissingRate(currency, base, day.last)


def policy_factor(day: Day, base: Value) -> Value:
    """From minor units of the policy's currency to those of column `base`, at today's rate."""
    backend, policy = day.facts.backend, day.policy.currency
    rows = backend.fetch(day.company.select("base").distinct()).column("base").to_pylist()
    others = sorted({*rows, day.base} - {policy})
    if not others:
        return ibis.literal(1.0)
    rates = day.rate.filter((day.rate.currency == policy) & (day.rate.day == day.clock.day))
    factors = [
        (base == other, rates.filter(rates.base == other).factor.max().as_scalar()) for other in others
    ]
    return ibis.cases(*factors, else_=1.0)
