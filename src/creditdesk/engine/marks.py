"""Stage `marks`: everything that small tables tell of a customer, in one long table and one sum.

Each contributor gives rows of one shape: whose, what, how old, how much; what is to be counted once comes once. They are put under each other, brought to the
customer that goes on and to its reporting currency once, and summed once. A join per table would cost more than all of
the sums. What has many rows (invoices, contacts) is summed by itself: every row here passes by every sum.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, attach, holds, rnd
from creditdesk.engine.day import Day

YEAR = 365

SHAPE: dict[str, str] = {
    "customer_id": "string",
    "mark": "string",
    "age": "int64",
    "amount": "int64",
    "currency": "string",
    "part": "int64",
    "text": "string",
    "yes": "boolean",
    "other": "boolean",
}
"""Columns of a mark: `age` in days; `amount` in minor units of `currency` (empty = the reporting one)."""

SINCE_WIDTH = 7
"""Digits of a day number in a text that sorts by day."""


def marked(table: ir.Table, mark: str | Value, **values: Value) -> ir.Table:
    """Rows of one mark: the columns of SHAPE, those not given empty."""
    given: dict[str, Value] = {"customer_id": table.customer_id, "mark": mark, **values}
    chosen = {}
    for name, dtype in SHAPE.items():
        value = given.get(name, ibis.null(dtype))
        chosen[name] = ibis.literal(value, dtype) if isinstance(value, str | int | bool) else value
        if not isinstance(value, str | int | bool) and chosen[name].type().copy(nullable=True) != ibis.dtype(
            dtype
        ):
            chosen[name] = chosen[name].cast(dtype)
    return table.select(**chosen)


def sortable(day: Value) -> Value:
    """A day number as text that sorts as the number does; days before 1970 count as 1970."""
    return ibis.greatest(day, 0).cast("string").lpad(SINCE_WIDTH, "0")


def marks(day: Day, debtor: ir.Table, parts: Sequence[ir.Table]) -> ir.Table:
    """One row per customer that bears a mark; the columns are named after the profile's sums they make."""
    rows = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    owner = debtor.select("customer_id", "survivor_id", own_base=debtor.base)
    rows = attach(rows, owner, "customer_id")
    if day.multi_currency:
        today = day.rate.filter(day.rate.day == day.clock.day)
        today = today.select("currency", own_base=today.base, to_own=today.factor)
        rows = attach(rows, today, ["currency", "own_base"])
        same = rows.currency.isnull() | (rows.currency == rows.own_base)
        rows = rows.mutate(amount=ibis.ifelse(same, rows.amount, rnd(rows.amount * rows.to_own)))
    rows = rows.filter(rows.survivor_id.notnull())
    return day.stages.run("marks", rows.group_by(customer_id=rows.survivor_id).aggregate(**_sums(rows)))


def _sums(rows: ir.Table) -> dict[str, Value]:
    def has(*names: str) -> Value:
        return rows.mark == names[0] if len(names) == 1 else rows.mark.isin(names)

    def number(where: Value) -> Value:
        return rows.count(where=holds(where))

    def money(name: str) -> Value:
        return rows.amount.sum(where=has(name))

    def latest(name: str) -> Value:
        return rows.text.max(where=has(name))

    def youngest(*names: str) -> Value:
        return rows.age.min(where=has(*names))

    year = rows.age < YEAR
    disputed = has("dispute")
    tactics = rows.text.collect(where=has("tactic")).sort()
    return {
        "disputes12": number(disputed & year),
        "right12": number(disputed & year & rows.other),
        "disputed_invoices12": number(has("disputed_invoice")),
        "disputes_open": number(disputed & rows.yes),
        "oldest_dispute": rows.age.max(where=disputed & holds(rows.yes)),
        "after_reminder12": number(has("disputed_after_reminder") & year),
        "promises_open": number(has("active")),
        "promised": money("active"),
        "kept12": number(has("kept") & year),
        "broken12": number(has("broken", "partly_kept") & year),
        "stalling12": number(has("stalling") & year),
        "tactics": ibis.ifelse(number(has("tactic")) > 0, tactics, ibis.null("array<string>")),
        "trouble": youngest("cash_trouble", "plan_asked"),
        "reminded12": rows.part.sum(where=has("reminded")).fill_null(0),
        "insured_limit": money("cover"),
        "insured_part": (rows.amount * rows.part).sum(where=has("cover")),
        "securities": money("security"),
        "contra": money("contra"),
        "own_limit": rows.amount.max(where=has("own_limit")),
        "pipeline": money("opportunity"),
        "bare_files": number(has("bare_file")),
        "written_off12": rows.amount.sum(where=has("write_off") & year),
        "last_write_off": youngest("write_off"),
        "lost12": number(has("write_off") & year),
        "lost_weight": rows.part.sum(where=has("write_off")),
        "disputed_defaults": rows.part.sum(where=has("disputed_default")),
        "free_money": money("free"),
        "deposits": money("deposit"),
        "repaid": money("repaid"),
        "legal": latest("legal"),
        "wished_channel": latest("wish_channel"),
        "wished_manner": latest("wish_manner"),
    }
