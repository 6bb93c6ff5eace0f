"""Who shares a limit with a customer, and the lock that lets one order after the other be judged against it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Q

from creditdesk.desk.api.standing import holding
from creditdesk.desk.ledger.models import Company

AREA = 0x63726463  # "crdc": the first half of our locks in PostgreSQL
DEPTH = 6
"""Parents that are followed, as the engine does."""


@dataclass(frozen=True)
class Group:
    """Customers that share one limit.

    Attributes:
        limit: in minor units of `currency`; None = none is set.
        members: as the facts name them.
    """

    name: str
    limit: int | None
    currency: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """Everybody whose orders and debts weigh on what a customer may still buy.

    Attributes:
        customer: the customer asked about, or the one that goes on in its place.
        row: what holds of it today.
        groups: its credit groups.
        family: all customers with the same ultimate parent, where it has any relative; itself alone otherwise.
        owner: per id, merged ones too, the customer that goes on in its place.
        locks: names of the limits that an order of it weighs on.
    """

    customer: str
    row: Any
    groups: tuple[Group, ...]
    family: tuple[str, ...]
    owner: dict[str, str]
    locks: tuple[str, ...]
    rows: dict[str, Any]

    def owners(self, members: Iterable[str]) -> set[str]:
        """The customers that go on in the place of some ids."""
        return {self.owner.get(one, one) for one in members}


def pool_of(company: Company, customer: str, today: date) -> Pool | None:
    """The pool of a customer; None when the ledger does not know it."""
    rows = _rows(company, today, Q(customer_id=customer) | Q(merged_into_id=customer))
    if customer not in rows:
        return None
    followed = 0
    while rows[customer].merged_into_id and followed < DEPTH:
        followed += 1
        survivor = rows[customer].merged_into_id
        rows |= _rows(company, today, Q(customer_id=survivor) | Q(merged_into_id=survivor))
        if survivor not in rows:
            break
        customer = survivor
    groups = _groups(company, {one for one, row in rows.items() if customer in (one, row.merged_into_id)})
    family, root = _family(company, today, customer, rows)
    wanted = {customer, *family, *(member for group in groups for member in group.members)}
    missing = sorted(wanted - set(rows))
    if missing or len(wanted) > 1:
        rows |= _rows(company, today, Q(customer_id__in=missing) | Q(merged_into_id__in=sorted(wanted)))
    owner = {one: row.merged_into_id or one for one, row in rows.items()}
    locks = [f"customer:{customer}", *(f"group:{group.name}" for group in groups)]
    if len(family) > 1:
        locks.append(f"family:{root}")
    return Pool(customer, rows[customer], groups, family, owner, tuple(sorted(locks)), rows)


def _rows(company: Company, today: date, which: Q) -> dict[str, Any]:
    known = holding(company, "customer").filter(which).filter(Q(known_from=None) | Q(known_from__lte=today))
    found = known.order_by("customer_id", F("known_from").asc(nulls_first=True))
    return {row.customer_id: row for row in found}


def _groups(company: Company, ids: set[str]) -> tuple[Group, ...]:
    """There are few groups, so all are looked at."""
    found = []
    for row in holding(company, "credit_group"):
        members = tuple(row.customer_ids)
        if ids & set(members):
            found.append(Group(row.group_id, row.limit, row.currency, members))
    return tuple(found)


def _family(
    company: Company, today: date, customer: str, rows: dict[str, Any]
) -> tuple[tuple[str, ...], str]:
    """All below the last parent upwards, and that parent."""
    root, seen = customer, {customer}
    while (parent := rows[root].parent_id) and parent not in seen and len(seen) <= DEPTH:
        if parent not in rows:
            rows |= _rows(company, today, Q(customer_id=parent))
        if parent not in rows:
            break
        root = parent
        seen.add(parent)
    found, fresh = {root}, {root}
    for _level in range(DEPTH):
        below = _rows(company, today, Q(parent_id__in=sorted(fresh)))
        rows |= below
        fresh = set(below) - found
        if not fresh:
            break
        found |= fresh
    return tuple(sorted(found | seen)), root


def lock(company: Company, names: Sequence[str]) -> None:
    """Wait until nobody else judges an order against one of these limits; held to the end of the transaction.

    On SQLite a transaction that writes is alone as it is.
    """
    if connection.vendor != "postgresql":
        return
    # in one order for everybody, so that two who need two of them do not wait for each other
    numbers = sorted({_number(company, name) for name in names})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, number) FROM unnest(%s::int[]) AS number", [AREA, numbers]
        )


def _number(company: Company, name: str) -> int:
    return zlib.crc32(f"{company.pk}:{name}".encode()) - 2**31
