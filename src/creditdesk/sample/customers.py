"""Drawing the customers of one block: who they are, how they pay in truth, whom they pay through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditdesk.sample import terms as terms_codes
from creditdesk.sample.payer_types import CODE, TYPES
from creditdesk.sample.places import COUNTRIES, STEMS, TRADES
from creditdesk.sample.quota import by_quota

if TYPE_CHECKING:
    from creditdesk.sample.columns import Flags, Floats, Ints

HISTORY_DAYS = 730
KINDS = ("company", "sole_trader", "consumer", "public_body")
COMPANY, SOLE_TRADER, CONSUMER, PUBLIC_BODY = range(4)
MANNERS = ("paper", "email", "peppol")
PAYMENT_DAYS = (5, 10, 15, 20, 25, 28)


@dataclass
class Customers:
    """The customers of one block, one position each; days are days since 1970-01-01, money is EUR cents.

    `payer` and `parent` are positions in the block (`parent` -1 = none). `runs_on` is the weekday of a weekly payment
    run, -1 for none; `habit_day` the day of the month of a monthly one (31 = last business day), 0 for none.
    `trade_size` is what limits and covers are measured by: a typical invoice, or a month's sales where that is more.
    """

    number: Ints
    type: Ints
    kind: Ints
    country: Ints
    place: Ints
    trade: Ints
    stem: Ints
    currency: Ints
    terms: Ints
    manner: Ints
    employees: Ints
    revenue: Ints
    since: Ints
    first: Ints
    last: Ints
    invoices: Ints
    typical_amount: Floats
    trade_size: Floats
    mean: Floats
    end_mean: Floats
    spread: Floats
    runs_on: Ints
    habit_day: Ints
    adherence: Floats
    takes_discount: Flags
    default_chance: Floats
    defaults_on: Ints
    payer: Ints
    parent: Ints
    key_account: Flags

    def __len__(self) -> int:
        return len(self.number)

    def is_type(self, *names: str) -> Flags:
        """True for the customers of these payer types."""
        return np.isin(self.type, [CODE[name] for name in names])

    @property
    def debit(self) -> Flags:
        """True where we collect by direct debit."""
        return terms_codes.DEBIT[self.terms]


def draw_customers(
    rng: np.random.Generator, first_number: int, rows: int, horizon: int, invoices_per_customer: float
) -> Customers:
    """The customers `first_number` and following; `horizon` is the last day of the history."""
    type_ = by_quota(rng, rows, [payer.share for payer in TYPES])
    kind = np.where(rng.random(rows) < 0.11, SOLE_TRADER, COMPANY)
    may_be_private = np.isin(type_, [CODE[n] for n in ("punctual", "slow", "chronic", "new", "occasional")])
    kind = np.where(may_be_private & (rng.random(rows) < 0.11), CONSUMER, kind)
    kind = np.where(type_ == CODE["public"], PUBLIC_BODY, kind)
    country = by_quota(rng, rows, [c.share for c in COUNTRIES])
    country = np.where(np.isin(kind, (CONSUMER, PUBLIC_BODY)), country % 2, country)
    place = (rng.random(rows) * np.array([len(c.places) for c in COUNTRIES])[country]).astype(np.int64)
    currency = np.array([c.currency for c in COUNTRIES])[country]
    debit = (type_ == CODE["punctual"]) & (currency == 0) & (rng.random(rows) < 0.16)
    first, last, defaults_on = _active_span(rng, type_, horizon)
    mean, end_mean = _mean_lateness(rng, type_)
    staff = np.maximum(1, np.exp(rng.normal(3.1, 1.3, rows))).astype(np.int64)
    staff = np.where(kind == SOLE_TRADER, 1 + staff % 3, staff)
    staff = np.where(kind == PUBLIC_BODY, 60 + staff * 4, staff)
    employees = np.where((rng.random(rows) < 0.24) | (kind == CONSUMER), -1, staff)
    revenue = staff * np.exp(rng.normal(12.0, 0.4, rows)).astype(np.int64) // 1000 * 100_000
    revenue = np.where((rng.random(rows) < 0.45) & (kind == COMPANY), revenue, -1)
    typical = np.exp(rng.normal(7.0, 0.75, rows)) * 100 * np.clip(staff / 20, 0.2, 8.0) ** 0.35
    typical = np.where(kind == CONSUMER, typical * 0.25, typical)
    weekly = by_quota(rng, rows, (0.8, 0.03, 0.02, 0.03, 0.09, 0.03)) - 1
    monthly = np.array(PAYMENT_DAYS)[rng.integers(0, len(PAYMENT_DAYS), rows)]
    habit = np.select([type_ == CODE["fixed_day"], type_ == CODE["last_business_day"]], [monthly, 31], 0)
    return Customers(
        number=np.arange(first_number, first_number + rows, dtype=np.int64),
        type=type_,
        kind=kind,
        country=country,
        place=place,
        trade=rng.integers(0, len(TRADES), rows),
        stem=rng.integers(0, len(STEMS), rows),
        currency=currency,
        terms=_agreed_terms(rng, kind, debit),
        manner=np.where(kind == PUBLIC_BODY, 2, by_quota(rng, rows, (0.2, 0.58, 0.22))),
        employees=employees,
        revenue=revenue,
        since=np.where(type_ == CODE["new"], first, first - rng.integers(0, 4000, rows)),
        first=first,
        last=last,
        invoices=_number_of_invoices(rng, type_, invoices_per_customer),
        typical_amount=typical,
        trade_size=typical,
        mean=mean,
        end_mean=end_mean,
        spread=np.array([payer.spread for payer in TYPES])[type_],
        runs_on=np.where((habit > 0) | debit | (kind == CONSUMER), -1, weekly),
        habit_day=habit,
        adherence=np.where(habit > 0, rng.uniform(0.88, 1.0, rows), 1.0),
        takes_discount=rng.random(rows) < 0.6,
        default_chance=np.minimum(
            0.97,
            np.array([payer.default_chance for payer in TYPES])[type_] * np.exp(rng.normal(0, 0.4, rows)),
        ),
        defaults_on=defaults_on,
        payer=np.arange(rows, dtype=np.int64),
        parent=np.full(rows, -1, dtype=np.int64),
        key_account=np.zeros(rows, dtype=bool),
    )


def _active_span(rng: np.random.Generator, type_: Ints, horizon: int) -> tuple[Ints, Ints, Ints]:
    """First and last day of trade, and the day of default (0 = none)."""
    rows = len(type_)
    start = horizon - HISTORY_DAYS
    joined = np.where(rng.random(rows) < 0.15, rng.integers(0, 480, rows), rng.integers(0, 25, rows))
    first = start + joined
    first = np.where(type_ == CODE["new"], horizon - rng.integers(30, 88, rows), first)
    first = np.where(type_ == CODE["dormant"], start + rng.integers(0, 60, rows), first)
    defaults_on = np.where(type_ == CODE["insolvent"], horizon - rng.integers(10, 170, rows), 0)
    last = np.where(type_ == CODE["dormant"], start + rng.integers(240, 300, rows), horizon)
    last = np.where(defaults_on > 0, defaults_on - 12, last)
    return first, last, defaults_on


def _mean_lateness(rng: np.random.Generator, type_: Ints) -> tuple[Floats, Floats]:
    rows = len(type_)
    low, high = np.array([payer.mean for payer in TYPES])[type_].T
    mean = low + (high - low) * rng.random(rows)
    low, high = np.array([payer.end_mean or (np.nan, np.nan) for payer in TYPES])[type_].T
    end_mean = low + (high - low) * rng.random(rows)
    return mean, np.where(np.isnan(end_mean), mean, end_mean)


def _number_of_invoices(rng: np.random.Generator, type_: Ints, wanted_mean: float) -> Ints:
    """Counts whose mean over all customers is `wanted_mean`: a long tail for those who trade all the time."""
    fixed = [(payer.share, sum(payer.invoices) / 2) for payer in TYPES if payer.invoices]
    rest = 1 - sum(share for share, _ in fixed) / sum(payer.share for payer in TYPES)
    mean = max(1.0, (wanted_mean - sum(share * count for share, count in fixed)) / rest)
    least = min(6, int(mean / 2))
    regular = least + rng.poisson(rng.gamma(2.0, (mean - least) / 2.0, len(type_)))
    low, high = np.array([payer.invoices or (-1, -1) for payer in TYPES])[type_].T
    return np.where(low < 0, np.minimum(regular, 900), rng.integers(low, high + 1))


def _agreed_terms(rng: np.random.Generator, kind: Ints, debit: Flags) -> Ints:
    """Terms codes by quota, within each kind of customer."""
    chosen = np.zeros(len(kind), dtype=np.int64)
    public = kind == PUBLIC_BODY
    private = (kind == CONSUMER) & ~debit
    ordinary = ~public & ~private & ~debit
    codes = np.arange(len(terms_codes.TERMS))
    shares = np.array([t.share for t in terms_codes.TERMS])
    is_public = np.array([t.public for t in terms_codes.TERMS])
    short = np.isin(codes, [terms_codes.CODE[c] for c in ("N0", "N8", "N14", "N15")])
    for who, allowed in (
        (public, is_public),
        (debit, terms_codes.DEBIT),
        (private, short),
        (ordinary, ~is_public & ~terms_codes.DEBIT),
    ):
        chosen[who] = codes[allowed][by_quota(rng, int(who.sum()), shares[allowed])]
    return chosen


def form_groups(rng: np.random.Generator, customers: Customers) -> None:
    """Puts some companies under a parent; in half of these groups the parent pays, its way, for all of them."""
    trading = customers.is_type("punctual", "slow", "fixed_day", "last_business_day", "recovering")
    may = rng.permutation(np.flatnonzero(trading & (customers.kind == COMPANY) & ~customers.debit))
    groups = len(may) // 45
    heads, others = may[:groups], may[groups:]
    sizes = rng.integers(2, 7, groups)
    at = 0
    for position, head in enumerate(heads):
        members = others[at : at + sizes[position]]
        at += sizes[position]
        customers.parent[members] = head
        if position % 2 == 0:
            members = members[customers.currency[members] == customers.currency[head]]
            customers.payer[members] = head
            for way in (
                "mean",
                "end_mean",
                "spread",
                "runs_on",
                "habit_day",
                "adherence",
                "type",
                "takes_discount",
            ):
                values = getattr(customers, way)
                values[members] = values[head]
