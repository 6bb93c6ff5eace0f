"""What customers owe at this moment: the engine's exposure and overdue figures, from the rows of the ledger that hold now.

A decision is of the morning; an order is asked about now. A few statements, each led by an index, give the figures of a
customer and of those that share its limit, by the formulas of the profile; a test holds them against the engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from creditdesk.desk.api.credit.bank_days import changes_of, effective
from creditdesk.desk.api.credit.rates import Rates
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.money import minor
from creditdesk.policy.document import Policy


@dataclass
class Figures:
    """One customer; money in minor units of its reporting currency `base`.

    Attributes:
        orders: per order that is not invoiced in full, how much of the exposure it is.
    """

    base: str
    open_amount: int = 0
    open_items: int = 0
    undisputed_overdue: int = 0
    oldest_undisputed_days: int = 0
    unallocated: int = 0
    deposits: int = 0
    credits: int = 0
    repaid: int = 0
    open_orders: int = 0
    delivered: int = 0
    insured_limit: int = 0
    orders: dict[str, int] = field(default_factory=dict)

    @property
    def exposure(self) -> int:
        """Open + delivered not invoiced + open orders - unallocated - open credits - deposits."""
        credit = max(self.credits - self.repaid, 0)
        return (
            self.open_amount + self.delivered + self.open_orders - self.unallocated - credit - self.deposits
        )


@dataclass(frozen=True)
class _Question:
    """Whose figures, and how they are counted.

    Attributes:
        owner: per id the customer that goes on in its place.
        base: per such customer its reporting currency.
    """

    company: Company
    owner: dict[str, str]
    base: dict[str, str]
    today: date
    policy: Policy
    rates: Rates

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement; `{whose}` stands for the condition on `customer_id`, which comes last."""
        among, ids = bulk.among("customer_id", sorted(self.owner))
        among = among.replace(bulk.quoted("customer_id"), "x.customer_id")
        with connection.cursor() as cursor:
            cursor.execute(query.replace("{whose}", among), [*values, ids])
            return cursor.fetchall()

    def of(self, found: dict[str, Figures], customer: str) -> Figures:
        """The figures to which a row of a customer belongs."""
        return found[self.owner[customer]]


def figures(
    company: Company,
    owner: dict[str, str],
    base: dict[str, str],
    today: date,
    policy: Policy,
    rates: Rates,
) -> dict[str, Figures]:
    """The figures of some customers.

    Args:
        owner: per id of a customer, merged ones too, the customer that goes on in its place.
        base: per such customer its reporting currency.

    Raises:
        MissingRate: an amount in another currency has no rate.
    """
    asked = _Question(company, owner, base, today, policy, rates)
    found = {one: Figures(base[one]) for one in set(owner.values())}
    _documents(asked, found)
    _money(asked, found)
    _orders(asked, found)
    _covers(asked, found)
    return found


_IN_FORCE = (
    "a.replaced_by_id IS NULL AND a.allocated_on <= %s AND (a.reversed_on IS NULL OR a.reversed_on > %s)"
)

_KNOWN = "p.replaced_by_id IS NULL AND p.value_date <= %s AND coalesce(p.entry_date, p.value_date) <= %s"

_RETURNED = (
    "coalesce((SELECT sum(r.amount) FROM fact_payment r WHERE r.legal_entity_id = p.legal_entity_id AND "
    "r.reverses_payment_id = p.payment_id AND r.reverses_payment_id IS NOT NULL AND r.replaced_by_id IS NULL AND "
    "r.kind = 'return' AND r.value_date <= %s AND coalesce(r.entry_date, r.value_date) <= %s), 0) >= p.amount"
)
"""A payment that was returned in full pays nothing; a payment of nothing is none."""

_DOCUMENTS = f"""
SELECT * FROM (
    SELECT x.customer_id, x.invoice_id, x.kind, x.due, x.currency, x.amount,
        CASE WHEN x.kind = 'credit_note' THEN
            (SELECT coalesce(sum(a.amount), 0) FROM fact_allocation a WHERE a.legal_entity_id = x.legal_entity_id
                AND a.credit_note_id = x.invoice_id AND a.credit_note_id IS NOT NULL AND {_IN_FORCE})
        ELSE
            (SELECT coalesce(sum(a.amount), 0) FROM fact_allocation a WHERE a.legal_entity_id = x.legal_entity_id
                AND a.invoice_id = x.invoice_id AND {_IN_FORCE} AND (a.kind <> 'payment' OR EXISTS (
                    SELECT 1 FROM fact_payment p WHERE p.legal_entity_id = a.legal_entity_id
                    AND p.payment_id = a.payment_id AND {_KNOWN} AND NOT {_RETURNED})))
        END AS taken
    FROM fact_invoice x WHERE x.legal_entity_id = %s AND x.replaced_by_id IS NULL AND x.issued <= %s AND {{whose}}
) d WHERE amount > taken
"""

_DISPUTES = """
SELECT x.invoice_id, sum(x.amount) FROM fact_dispute x WHERE x.legal_entity_id = %s AND x.replaced_by_id IS NULL
    AND x.invoice_id IS NOT NULL AND x.opened_on <= %s AND (x.closed_on IS NULL OR x.closed_on > %s) AND {whose}
GROUP BY x.invoice_id
"""


def _documents(asked: _Question, found: dict[str, Figures]) -> None:
    """Open invoices and credit notes, what is past due, and what of it is disputed."""
    today, company = asked.today, asked.company.pk
    rows = asked.ask(_DOCUMENTS, *[today] * 8, company, today)
    disputed = dict(asked.ask(_DISPUTES, company, today, today)) if rows else {}
    changes = {currency: changes_of(asked.policy, currency) for currency in {row[4] for row in rows}}
    for customer, number, kind, due, currency, amount, taken in rows:
        mine = asked.of(found, customer)
        rest = int(amount - taken)
        value = asked.rates.convert(rest, currency, mine.base)
        if kind == "credit_note":
            mine.credits += value
            continue
        mine.open_amount += value
        if rest <= _tolerance(asked, currency, amount):
            continue
        mine.open_items += 1
        age = (today - effective(_day(due), currency, changes[currency])).days
        if age <= 0:
            continue
        part = min(int(disputed.get(number, 0)), rest)
        if part < rest:
            mine.oldest_undisputed_days = max(mine.oldest_undisputed_days, age)
        mine.undisputed_overdue += value - math.floor(part * (value / rest) + 0.5)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _tolerance(asked: _Question, currency: str, amount: int) -> int:
    """An invoice of which no more is open counts as settled (R0)."""
    rule, home = asked.policy.tolerance, asked.policy.currency
    fixed = minor(rule.amount, home)
    if currency != home:
        fixed = asked.rates.convert(fixed, home, currency)
    return max(fixed, math.floor(amount * float(rule.share) + 0.5))


_CAME = """
SELECT x.customer_id, x.currency,
    sum(CASE WHEN x.kind IN ('refund', 'return') THEN -x.amount ELSE x.amount END), count(x.order_id)
FROM fact_payment x WHERE x.legal_entity_id = %s AND x.replaced_by_id IS NULL AND x.value_date <= %s
    AND coalesce(x.entry_date, x.value_date) <= %s AND {whose}
GROUP BY x.customer_id, x.currency
"""

_GIVEN = f"""
SELECT p.customer_id, p.currency, i.currency, CASE WHEN p.currency <> i.currency THEN p.value_date END, sum(a.amount)
FROM (SELECT * FROM fact_payment x WHERE x.legal_entity_id = %s AND {{whose}}) p
JOIN fact_allocation a ON a.legal_entity_id = p.legal_entity_id AND a.payment_id = p.payment_id
    AND a.payment_id IS NOT NULL
JOIN fact_invoice i ON i.legal_entity_id = a.legal_entity_id AND i.invoice_id = a.invoice_id AND i.replaced_by_id IS NULL
WHERE a.kind = 'payment' AND {_IN_FORCE} AND {_KNOWN} AND i.issued <= %s AND NOT {_RETURNED}
GROUP BY 1, 2, 3, 4
"""

_DEPOSITS = f"""
SELECT p.customer_id, p.currency, p.amount,
    (SELECT coalesce(sum(a.amount), 0) FROM fact_allocation a WHERE a.legal_entity_id = p.legal_entity_id
        AND a.payment_id = p.payment_id AND a.payment_id IS NOT NULL AND {_IN_FORCE})
FROM (SELECT * FROM fact_payment x WHERE x.legal_entity_id = %s AND x.order_id IS NOT NULL AND {{whose}}) p
WHERE {_KNOWN} AND (p.kind IS NULL OR p.kind = 'receipt') AND NOT {_RETURNED}
"""


def _money(asked: _Question, found: dict[str, Figures]) -> None:
    """Money that came in and pays nothing yet; what is bound to an order; what was paid back beyond it."""
    today, company = asked.today, asked.company.pk
    moved: dict[tuple[str, str], int] = {}
    for_orders = 0
    for customer, currency, amount, bound_to_orders in asked.ask(_CAME, company, today, today):
        key = (asked.owner[customer], currency)
        moved[key] = moved.get(key, 0) + int(amount)
        for_orders += bound_to_orders
    if not moved:
        return
    for customer, currency, of_invoice, on, amount in _values_last(asked, _GIVEN, [company], [today] * 7):
        key = (asked.owner[customer], currency)
        given = int(amount)
        if of_invoice != currency:
            # what was given is in the invoice's currency: by way of the reporting currency, on the day of the payment
            base, day = found[key[0]].base, _day(on)
            given = math.floor(
                given * asked.rates.factor(of_invoice, base, day) / asked.rates.factor(currency, base, day)
                + 0.5
            )
        moved[key] = moved.get(key, 0) - given
    bound: dict[tuple[str, str], int] = {}
    rows = _values_last(asked, _DEPOSITS, [today, today, company], [today] * 4) if for_orders else []
    for customer, currency, amount, used in rows:
        key = (asked.owner[customer], currency)
        bound[key] = bound.get(key, 0) + max(int(amount - used), 0)
    for (owner, currency), rest in moved.items():
        mine = found[owner]
        deposit = min(bound.get((owner, currency), 0), max(rest, 0))
        mine.deposits += asked.rates.convert(deposit, currency, mine.base)
        mine.unallocated += asked.rates.convert(max(rest - deposit, 0), currency, mine.base)
        mine.repaid += asked.rates.convert(max(-rest, 0), currency, mine.base)


def _values_last(
    asked: _Question, query: str, before: Sequence[Any], after: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """As `ask`, for a statement in which the condition on the customers stands in the middle."""
    among, ids = bulk.among("customer_id", sorted(asked.owner))
    among = among.replace(bulk.quoted("customer_id"), "x.customer_id")
    with connection.cursor() as cursor:
        cursor.execute(query.replace("{whose}", among), [*before, ids, *after])
        return cursor.fetchall()


_ORDERS = """
SELECT x.customer_id, x.order_id, x.known_from, x.currency, x.amount, x.delivered_on, x.delivered_amount,
    coalesce(x.invoiced_amount, 0), x.cancelled_on, x.refused_on,
    (SELECT coalesce(sum(CASE WHEN i.kind = 'invoice' THEN i.amount ELSE -i.amount END), 0) FROM fact_invoice i
        WHERE i.legal_entity_id = x.legal_entity_id AND i.order_id = x.order_id AND i.order_id IS NOT NULL
        AND i.replaced_by_id IS NULL AND i.issued <= %s)
FROM fact_order x WHERE x.legal_entity_id = %s AND x.replaced_by_id IS NULL AND x.ordered_on <= %s
    AND (x.known_from IS NULL OR x.known_from <= %s) AND {whose}
"""


def _orders(asked: _Question, found: dict[str, Figures]) -> None:
    """Orders that are neither delivered nor invoiced, and deliveries that are not invoiced."""
    today = asked.today
    rows = asked.ask(_ORDERS, today, asked.company.pk, today, today)
    for row in _latest(rows):
        (
            customer,
            number,
            _known,
            currency,
            amount,
            delivered_on,
            worth,
            invoiced,
            cancelled,
            refused,
            named,
        ) = row
        if any(day is not None and _day(day) <= today for day in (cancelled, refused)):
            continue
        mine = asked.of(found, customer)
        done = 0
        if delivered_on is not None and _day(delivered_on) <= today:
            done = amount if worth is None else worth
        value, done, billed = (
            asked.rates.convert(int(one), currency, mine.base) for one in (amount, done, max(invoiced, named))
        )
        ordered, delivered = max(value - max(done, billed), 0), max(done - billed, 0)
        mine.open_orders += ordered
        mine.delivered += delivered
        if ordered + delivered:
            mine.orders[number] = ordered + delivered


def _latest(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Of each order the row that was known last."""
    newest: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        there = newest.get(row[1])
        if there is None or (row[2] is not None and (there[2] is None or _day(row[2]) > _day(there[2]))):
            newest[row[1]] = row
    yield from newest.values()


_COVERS = """
SELECT x.customer_id, x.currency, x.amount FROM fact_cover x
WHERE x.legal_entity_id = %s AND x.replaced_by_id IS NULL AND x.valid_from <= %s
    AND (x.valid_to IS NULL OR x.valid_to >= %s) AND (x.withdrawn_on IS NULL OR x.withdrawn_on > %s) AND {whose}
"""


def _covers(asked: _Question, found: dict[str, Figures]) -> None:
    """Limits of credit insurers in force."""
    today = asked.today
    for customer, currency, amount in asked.ask(_COVERS, asked.company.pk, today, today, today):
        mine = asked.of(found, customer)
        mine.insured_limit += asked.rates.convert(int(amount), currency, mine.base)
