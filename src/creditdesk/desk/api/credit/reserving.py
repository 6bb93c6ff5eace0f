"""Reservations: made when the answer grants room, ended when the order stands in the ledger, by hand, or by time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from creditdesk.desk.api.models import Reservation
from creditdesk.desk.api.standing import holding
from creditdesk.desk.ledger.models import Company

State = Reservation.State


@dataclass(frozen=True)
class Reserved:
    """What is reserved.

    Attributes:
        amounts: per customer, in minor units of its reporting currency; without the order asked about.
        mine: the reservation of the order asked about.
        ordered: the order asked about stands in the ledger.
    """

    amounts: dict[str, int]
    mine: Reservation | None
    ordered: bool

    def of(self, customers: Iterable[str]) -> int:
        """What some customers have reserved together."""
        return sum(self.amounts.get(one, 0) for one in customers)


def reserved(company: Company, owner: dict[str, str], order: str, now: datetime) -> Reserved:
    """What takes room now. An order that has come into the ledger counts there, so its reservation is ended.

    Args:
        owner: per id of a customer the one that goes on in its place.
        order: the one that is asked about; empty = none.
    """
    whose = Q(customer__in=sorted(owner)) | (Q(order_id=order) if order else Q())
    active = list(Reservation.objects.filter(whose, company=company, state=State.ACTIVE))
    late = [one.pk for one in active if one.expires_at <= now]
    if late:
        end(company, late, State.EXPIRED, now)
    active = [one for one in active if one.expires_at > now]
    there = in_ledger(company, [*(one.order_id for one in active), *([order] if order else [])])
    came = [one.pk for one in active if one.order_id in there]
    if came:
        end(company, came, State.ORDERED, now)
    amounts: dict[str, int] = {}
    mine = None
    for one in active:
        if one.order_id in there:
            continue
        if one.order_id == order:
            mine = one
        else:
            who = owner[one.customer]
            amounts[who] = amounts.get(who, 0) + one.base_amount
    return Reserved(amounts, mine, order in there)


def in_ledger(company: Company, orders: list[str]) -> set[str]:
    """Which of some orders stand in the ledger: as an order, or in an invoice that bills them."""
    if not orders:
        return set()
    found = holding(company, "order").filter(order_id__in=orders).values_list("order_id", flat=True)
    billed = holding(company, "invoice").filter(order_id__in=orders).values_list("order_id", flat=True)
    return set(found.union(billed))


def end(company: Company, numbers: list[int], state: str, now: datetime) -> int:
    """End reservations that are active. Gives how many."""
    active = Reservation.objects.filter(company=company, pk__in=numbers, state=State.ACTIVE)
    return active.update(state=state, ended_at=now)


def sweep(now: datetime) -> int:
    """End what is over by time or by an order that came. Gives how many."""
    late = Reservation.objects.filter(state=State.ACTIVE, expires_at__lte=now)
    count = late.update(state=State.EXPIRED, ended_at=now)
    for company in Company.objects.filter(
        pk__in=Reservation.objects.filter(state=State.ACTIVE).values("company")
    ):
        active = dict(
            Reservation.objects.filter(company=company, state=State.ACTIVE).values_list("order_id", "pk")
        )
        there = in_ledger(company, list(active))
        count += end(company, [active[one] for one in there], State.ORDERED, now)
    return count
