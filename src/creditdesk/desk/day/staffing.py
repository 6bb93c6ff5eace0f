"""Portfolios and absences: made, changed and ended by a person, each with its entry in the audit trail."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Absence, Member, Portfolio
from creditdesk.desk.day.assigning import follow
from creditdesk.desk.day.reassigning import reassign
from creditdesk.desk.ledger.models import Company

AT_ONCE = 2_000
"""Customers of a portfolio that follow a new owner while a person waits; more of them follow with the next day."""


class NotEmpty(ValueError):
    """The portfolio has customers, or people who see nothing else."""


def open_portfolio(
    company: Company, name: str, role: str, owner: str, *, by: str, now: datetime, why: str
) -> Portfolio:
    """Make a portfolio. Raises IntegrityError where the name is taken."""
    with transaction.atomic():
        made = Portfolio.objects.create(company=company, name=name, role=role, owner=owner)
        note(
            company, by=by, at=now, what="portfolio", ref=name, became={"role": role, "owner": owner}, why=why
        )
    return made


def change_portfolio(
    portfolio: Portfolio, *, name: str, owner: str, by: str, on: date, now: datetime, why: str
) -> bool:
    """Rename it, or give it to somebody else. Gives false where its customers follow with the next day.

    Raises IntegrityError where the name is taken.
    """
    was = {"name": portfolio.name, "owner": portfolio.owner}
    became = {"name": name, "owner": owner}
    if was == became:
        return True
    with transaction.atomic():
        portfolio.name, portfolio.owner = name, owner
        portfolio.save(update_fields=["name", "owner"])
        note(
            portfolio.company,
            by=by,
            at=now,
            what="portfolio",
            ref=was["name"],
            was=was,
            became=became,
            why=why,
        )
    if was["owner"] == owner:
        return True
    customers = list(
        Member.objects.filter(portfolio=portfolio).values_list("customer", flat=True)[: AT_ONCE + 1]
    )
    if len(customers) > AT_ONCE:
        return False
    reassign(portfolio.company, customers, portfolio, by=by, why=why, on=on, now=now)
    return True


def close_portfolio(portfolio: Portfolio, *, by: str, now: datetime, why: str) -> None:
    """Delete an empty portfolio.

    Raises:
        NotEmpty: it has customers, or a member is restricted to it, who would then see all customers.
    """
    with transaction.atomic():
        if portfolio.members.exists() or portfolio.restricted_to.exists():
            raise NotEmpty(portfolio.name)
        note(
            portfolio.company, by=by, at=now, what="portfolio", ref=portfolio.name, why=why,
            was={"role": portfolio.role, "owner": portfolio.owner},
        )  # fmt: skip
        portfolio.delete()


def away(
    company: Company,
    person: str,
    deputy: str,
    first: date,
    last: date,
    *,
    by: str,
    on: date,
    now: datetime,
    why: str,
) -> Absence:
    """Somebody is away from `first` to `last`; the deputy has the open tasks at once where that is today, else from the run of that day on."""
    with transaction.atomic():
        made = Absence.objects.create(
            company=company, person=person, deputy=deputy, from_on=first, until_on=last
        )
        note(company, by=by, at=now, what="absence", ref=person, became=_told(made), why=why)
        follow(company, on)
    return made


def back(absence: Absence, *, by: str, on: date, now: datetime, why: str) -> None:
    """Take an absence away: the person is there, or is back, and has the tasks again."""
    with transaction.atomic():
        note(absence.company, by=by, at=now, what="absence", ref=absence.person, was=_told(absence), why=why)
        absence.delete()
        follow(absence.company, on)


def _told(absence: Absence) -> dict[str, str]:
    return {
        "deputy": absence.deputy, "from": absence.from_on.isoformat(), "until": absence.until_on.isoformat()
    }  # fmt: skip
