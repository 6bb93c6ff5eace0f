"""What others say and guarantee: credit reports, annual accounts, insured limits, securities, group limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditdesk.sample.bank_days import first_of, year_of
from creditdesk.sample.columns import dates, ids, lists, table, whole, words
from creditdesk.sample.customers import COMPANY, CONSUMER, PUBLIC_BODY, SOLE_TRADER
from creditdesk.sample.places import CURRENCIES

if TYPE_CHECKING:
    from creditdesk.sample.columns import Floats, Ints
    from creditdesk.sample.customers import Customers

PROVIDERS = ("graydon", "creditsafe", "dnb")
# Named as the providers name them; what a grade means stands in the master scales of the policy room.
SCALES = ("rating", "score", "delinquency_class")
GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")
GRADE_LIMITS = np.array([0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.10, 0.20, 0.40])
BANDS = ("D", "C", "B", "A")
BAND_LIMITS = np.array([30.0, 51.0, 71.0])
CLASSES = ("1", "2", "3", "4", "5")
CLASS_LIMITS = np.array([0.02, 0.045, 0.10, 0.25])


def credit_report_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """One to three reports on six companies in ten; a report sees the truth through noise, and sees it late."""
    rows = len(customers)
    covered = rng.random(rows) < np.where(customers.kind == SOLE_TRADER, 0.25, 0.62)
    covered &= ~np.isin(customers.kind, (CONSUMER, PUBLIC_BODY))
    of = np.repeat(np.flatnonzero(covered), rng.integers(1, 4, int(covered.sum())))
    count = len(of)
    reported = horizon - np.floor(np.exp(rng.uniform(1.6, 6.4, count))).astype(np.int64)
    received = np.minimum(reported + rng.integers(0, 5, count), horizon)
    seen = _seen_chance(rng, customers, of, reported, horizon)
    provider = (customers.number[of] + rng.integers(0, 2, count)) % 3
    score = np.clip(np.floor(100 / (1 + np.exp(_logit(seen) + 3.2))), 1, 100)
    grade = np.select(
        [provider == 0, provider == 1],
        [
            np.searchsorted(GRADE_LIMITS, seen, side="right"),
            len(GRADES) + np.searchsorted(BAND_LIMITS, score, side="right"),
        ],
        len(GRADES) + len(BANDS) + np.searchsorted(CLASS_LIMITS, seen, side="right"),
    )
    limit = np.floor(customers.trade_size[of] * 4 * score / 100 / 50_000).astype(np.int64) * 50_000
    order = np.lexsort((reported, of))
    of, reported, received, provider = of[order], reported[order], received[order], provider[order]
    score, grade, limit, seen = score[order], grade[order], limit[order], seen[order]
    seq = np.arange(count) - np.searchsorted(of, of)
    number = customers.number[of]
    return table(
        "credit_report",
        count,
        report_id=ids("Q", (number, 7), "-", (seq + 1, 1)),
        customer_id=ids("C", (number, 7)),
        registration_number=ids("00", (number, 8)),
        provider=words(provider, PROVIDERS),
        reported_on=dates(reported),
        received_on=dates(received),
        scale=words(provider, SCALES),
        score=pa.array(score, mask=provider != 1),
        grade=words(grade, (*GRADES, *BANDS, *CLASSES)),
        pd=pa.array(np.floor(seen * 10_000) / 10_000, mask=provider != 0),
        valid_until=dates(reported + 365),
        recommended_limit=whole(limit, provider < 2),
        currency=words(np.where(provider < 2, 0, -1), CURRENCIES),
    )


def _seen_chance(
    rng: np.random.Generator, customers: Customers, of: Ints, reported: Ints, horizon: int
) -> Floats:
    """The chance of default as a bureau would state it: half a unit of noise on the log-odds, milder long ago."""
    changing = customers.is_type("deteriorating", "insolvent")[of]
    long_ago = np.where(changing, (horizon - reported) / 365 * 1.6, 0.0)
    odds = _logit(customers.default_chance[of]) + rng.normal(0, 0.5, len(of)) - np.minimum(long_ago, 3.0)
    return 1 / (1 + np.exp(-odds))


def _logit(chance: Floats) -> Floats:
    return np.log(chance / (1 - chance))


def annual_account_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """Two or three years of one company in seven; balance sheets that add up and weaken with the chance of default."""
    rows = len(customers)
    filed = np.flatnonzero(
        (customers.kind == COMPANY) & (rng.random(rows) < 0.14) & (customers.employees > 3)
    )
    this_year = int(year_of(np.array([horizon]))[0])
    tables = []
    for back in (3, 2, 1):
        year_end = int(first_of((np.array([this_year - back + 1]) - 1970) * 12)[0]) - 1
        published = year_end + 120 + customers.number[filed] % 90
        at, published = filed[published <= horizon], published[published <= horizon]
        tables.append(_balance_sheets(rng, customers, at, year_end, published))
    return pa.concat_tables(tables)


def _balance_sheets(
    rng: np.random.Generator, customers: Customers, at: Ints, year_end: int, published: Ints
) -> pa.Table:
    count = len(at)
    weakness = np.clip((_logit(customers.default_chance[at]) + 5) / 6, 0, 1) + rng.normal(0, 0.12, count)

    def part(of: Ints, low: float, high: float) -> Ints:
        return np.floor(of * rng.uniform(low, high, count)).astype(np.int64)

    turnover = customers.employees[at] * rng.integers(12_000_000, 26_000_000, count)
    assets = part(turnover, 0.45, 0.8)
    fixed = part(assets, 0.2, 0.5)
    current = assets - fixed
    stock, receivables = part(current, 0.15, 0.4), part(current, 0.3, 0.45)
    equity = np.floor(assets * np.clip(0.46 - 0.5 * weakness, -0.15, 0.7)).astype(np.int64)
    debts = assets - equity
    long_term = part(debts, 0.15, 0.4)
    profit = np.floor(turnover * np.clip(0.07 - 0.11 * weakness, -0.12, 0.15)).astype(np.int64)
    interest = part(long_term, 0.02, 0.06)
    before_tax = profit - interest
    tax = np.maximum(before_tax, 0) // 4
    margin = part(turnover, 0.28, 0.45)
    lines = {
        "total_assets": assets, "fixed_assets": fixed, "intangible_assets": fixed // 12, "current_assets": current,
        "inventories": stock, "receivables": receivables, "cash": current - stock - receivables, "equity": equity,
        "retained_earnings": np.floor(equity * 0.6).astype(np.int64), "long_term_debt": long_term,
        "current_liabilities": debts - long_term, "total_liabilities": debts, "turnover": turnover,
        "gross_margin": margin, "staff_cost": part(margin, 0.5, 0.7), "depreciation": fixed // 9,
        "operating_profit": profit, "financial_charges": interest, "profit_before_tax": before_tax,
        "profit_after_tax": before_tax - tax,
    }  # fmt: skip
    return table(
        "annual_account",
        count,
        customer_id=ids("C", (customers.number[at], 7)),
        year_end=dates(np.full(count, year_end)),
        months=whole(np.full(count, 12)),
        currency=words(customers.currency[at], CURRENCIES),
        published_on=dates(published),
        **{name: whole(values) for name, values in lines.items()},
    )


def cover_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """Limits of the credit insurer on one company in six; withdrawn where the insurer has heard something."""
    rows = len(customers)
    at = np.flatnonzero((customers.kind == COMPANY) & ((rng.random(rows) < 0.16) | customers.key_account))
    count = len(at)
    from_ = np.maximum(customers.since[at], horizon - rng.integers(100, 700, count))
    withdrawn = (customers.default_chance[at] > 0.1) & (rng.random(count) < 0.35)
    named = rng.random(count) < 0.7
    wanted = (
        customers.trade_size[at] * np.where(customers.key_account[at], 8, 3) * rng.uniform(0.5, 1.5, count)
    )
    # The insurance year ends on the last day of a calendar year.
    year_end = first_of((year_of(np.full(count, horizon)) + 1 - 1970) * 12) - 1
    return table(
        "cover",
        count,
        cover_id=ids("V", (customers.number[at], 7)),
        customer_id=ids("C", (customers.number[at], 7)),
        insurer=words(customers.number[at] % 2, ("atradius", "coface")),
        policy_id="POL-1",
        kind=words(named.astype(np.int64), ("discretionary", "named")),
        amount=whole(np.maximum(1, np.floor(wanted / 500_000)).astype(np.int64) * 500_000),
        currency="EUR",
        insured_share=pa.array(np.where(named, 0.9, 0.85)),
        valid_from=dates(from_),
        valid_to=dates(year_end, rng.random(count) < 0.8),
        withdrawn_on=dates(np.maximum(horizon - rng.integers(1, 90, count), from_), withdrawn),
        maximum_extension_days=whole(np.full(count, 60)),
    )


def security_table(rng: np.random.Generator, customers: Customers, horizon: int) -> pa.Table:
    """Deposits and guarantees of one customer in fifty."""
    at = np.flatnonzero(
        (rng.random(len(customers)) < 0.02) & (customers.kind == COMPANY) & (customers.invoices > 0)
    )
    amount = np.maximum(1, np.floor(customers.trade_size[at] / 100_000)).astype(np.int64) * 100_000
    kinds = ("deposit", "bank_guarantee", "parent_guarantee", "retention_of_title")
    return table(
        "security",
        len(at),
        customer_id=ids("C", (customers.number[at], 7)),
        kind=words(rng.integers(0, 4, len(at)), kinds),
        amount=whole(amount),
        currency=words(customers.currency[at], CURRENCIES),
        from_on=dates(customers.first[at]),
        until_on=dates(np.full(len(at), horizon + 400), customers.number[at] % 3 == 0),
    )


def credit_group_table(customers: Customers) -> pa.Table:
    """One limit for each group of customers under one parent."""
    members = np.flatnonzero(customers.parent >= 0)
    heads = np.unique(customers.parent[members])
    everyone = np.concatenate([heads, members])
    head_of = np.concatenate([heads, customers.parent[members]])
    order = np.lexsort((everyone, head_of))
    everyone, head_of = everyone[order], head_of[order]
    first = np.searchsorted(head_of, heads)
    value = np.bincount(np.searchsorted(heads, head_of), customers.trade_size[everyone], len(heads))
    return table(
        "credit_group",
        len(heads),
        group_id=ids("G", (customers.number[heads], 7)),
        limit=whole(np.floor(value * 2.5 / 100_000).astype(np.int64) * 100_000),
        currency=words(customers.currency[heads], CURRENCIES),
        customer_ids=lists(ids("C", (customers.number[everyone], 7)), np.append(first, len(everyone))),
    )
