"""Whose task it is: the portfolio's owner, else the person the facts name; a deputy while that person is away."""

from __future__ import annotations

from datetime import date

from creditdesk.desk.casework.models import Absence, Member
from creditdesk.desk.ledger.models import Company


class Desks:
    """Who has the tasks of a company's customers on one day."""

    def __init__(self, company: Company, on: date) -> None:
        """Read portfolios and absences once."""
        members = Member.objects.filter(company=company).select_related("portfolio")
        self._owners = {(one.role, one.customer): one.portfolio.owner for one in members}
        away = Absence.objects.filter(company=company, from_on__lte=on, until_on__gte=on)
        self._deputies = {one.person: one.deputy for one in away.order_by("from_on", "id")}

    def person(self, role: str, customer: str, named: str | None) -> str:
        """The person whose task it is; empty when nobody is named: then anybody of the role may take it."""
        return self._owners.get((role, customer)) or named or ""

    def today(self, person: str) -> str:
        """Who has that person's tasks today; the person itself when all deputies are away too."""
        seen = {person}
        found = person
        while found in self._deputies:
            found = self._deputies[found]
            if found in seen:
                return person
            seen.add(found)
        return found
