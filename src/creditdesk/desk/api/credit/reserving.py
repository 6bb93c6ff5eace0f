"""Reservations: made when the answer grants room, ended when the order stands in the ledger, by hand, or by time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from creditdesk.desk.api.models import Reservation
from creditdesk.desk.api.standing import holding
from creditdesk.desk.ledger.models import Company

State = Reservation.State


@dataclass(frozen=True)
class Reserved:
    """What is reserved, per customer, in minor units of its reporting currency; without the order asked about."""

    amounts: dict[str, int]

    def of(self, customers: Iterable[str]) -> int:
        """What some customers have reserved together."""
        return sum(self.amounts.get(one, 0) for one in customers)


def reserved(company: Company, owner: dict[str, str], but: str, now: datetime) -> Reserved:
    """What takes room now. An order that has come into the ledger counts there, so its reservation is ended.

    Args:
        owner: per id of a customer the one that goes on in its place.
        but: the order that is asked about.
    """
    active = list(
        Reservation.objects.filter(
            company=company, customer__in=sorted(owner), state=State.ACTIVE, expires_at__gt=now
        ).exclude(order_id=but)
    )
    there = in_ledger(company, [one.order_id for one in active])
    if there:
        end(company, [one.pk for one in active if one.order_id in there], State.ORDERED, now)
    amounts: dict[str, int] = {}
    for one in active:
        if one.order_id not in there:
            who = owner[one.customer]
            amounts[who] = amounts.get(who, 0) + one.base_amount
    return Reserved(amounts)


def in_ledger(company: Company, orders: list[str]) -> set[str]:
    """Which of some orders stand in the ledger: as an order, or in an invoice that bills them."""
    if not orders:
        return set()
    found = set(holding(company, "order").filter(order_id__in=orders).values_list("order_id", flat=True))
    left = [one for one in orders if one not in found]
    if left:
        found |= set(holding(company, "invoice").filter(order_id__in=left).values_list("order_id", flat=True))
    return found


def of_order(company: Company, order_id: str, now: datetime) -> Reservation | None:
    """The reservation of an order that is in force; one whose time is up is ended."""
    found = Reservation.objects.filter(company=company, order_id=order_id, state=State.ACTIVE).first()
    if found is not None and found.expires_at <= now:
        end(company, [found.pk], State.EXPIRED, now)
        return None
    return found


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
