"""Gives customers to another person: their portfolio, their open tasks and their row in the lists follow at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from django.core.cache import cache
from django.db import transaction

from creditdesk.desk.casework.models import Entry, Member, Portfolio, Task
from creditdesk.desk.day.assigning import Desks
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.standing.models import Account

AT_ONCE = 500
FIELDS = {"collector": "collector", "account_manager": "account_manager"}
"""The column of a list per role."""


def reassign(
    company: Company,
    customers: Sequence[str],
    portfolio: Portfolio,
    *,
    by: str,
    why: str,
    on: date,
    now: datetime,
) -> int:
    """Put customers into a portfolio, out of any other of the same role. Gives how many changed hands.

    Tasks that were handed to somebody by name stay with that person.
    """
    column = FIELDS[portfolio.role]
    assigned = Desks(company, on).today(portfolio.owner)
    changed = 0
    for start in range(0, len(customers), AT_ONCE):
        part = list(customers[start : start + AT_ONCE])
        with transaction.atomic():
            accounts = Account.objects.filter(company=company, customer__in=part)
            before = dict(accounts.values_list("customer", column))
            Member.objects.bulk_create(
                [
                    Member(company=company, role=portfolio.role, customer=one, portfolio=portfolio)
                    for one in part
                ],
                update_conflicts=True,
                unique_fields=["company", "role", "customer"],
                update_fields=["portfolio"],
            )
            # the fingerprint is emptied: the next decision writes the row anew
            own = {column: portfolio.owner, "digest": ""}
            accounts.update(**own, **({"portfolio": portfolio.pk} if portfolio.role == "collector" else {}))
            Task.objects.filter(
                company=company, customer__in=part, role=portfolio.role, state=Task.State.OPEN, handed_role=""
            ).update(person=portfolio.owner, assigned=assigned)
            Entry.objects.bulk_create(
                [
                    Entry(
                        company=company, by=by, at=now, what="portfolio", ref=portfolio.name, customer=one,
                        was={"person": before.get(one, "")}, became={"person": portfolio.owner}, why=why,
                    )
                    for one in part
                ]
            )  # fmt: skip
            changed += len(part)
            cache.set(_mark(company), uuid4().hex, None)
    return changed


def drawn(company: Company) -> str:
    """A word that is another one as soon as customers changed portfolios: for what is remembered of some portfolios."""
    found: str = cache.get_or_set(_mark(company), lambda: uuid4().hex, None)
    return found


def _mark(company: Company) -> str:
    return f"reassigned:{company.pk}"


def portfolio_of(company: Company, role: str, person: str) -> Portfolio:
    """The portfolio of a person in a role: the first one, or a new one of that name."""
    found = Portfolio.objects.filter(company=company, role=role, owner=person).order_by("pk").first()
    if found is not None:
        return found
    name, count = person, 1
    while Portfolio.objects.filter(company=company, name=name).exists():
        count += 1
        name = f"{person} {count}"
    return Portfolio.objects.create(company=company, name=name, role=role, owner=person)
