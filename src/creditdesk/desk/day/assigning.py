"""Whose task it is: the portfolio's owner, else the person the facts name; a deputy while that person is away."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from creditdesk.desk.casework.models import Absence, Member, Task
from creditdesk.desk.ledger.models import Company


class Desks:
    """Who has the tasks of a company's customers on one day."""

    def __init__(self, company: Company, on: date) -> None:
        """Read absences once, and portfolios when they are asked for."""
        self._company = company
        away = Absence.objects.filter(company=company, from_on__lte=on, until_on__gte=on)
        self._deputies = {one.person: one.deputy for one in away.order_by("from_on", "id")}

    @cached_property
    def _owners(self) -> dict[tuple[str, str], str]:
        rows = Member.objects.filter(company=self._company)
        return {
            (role, one): owner
            for role, one, owner in rows.values_list("role", "customer", "portfolio__owner")
        }

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


def follow(company: Company, on: date) -> int:
    """Give every open task to who has it on that day: an absence was set or ended. Gives how many changed hands."""
    desks, changed = Desks(company, on), 0
    standing = Task.objects.filter(company=company, state=Task.State.OPEN)
    for rows, whose in (
        (standing.filter(handed_role=""), "person"),
        (standing.exclude(handed_role=""), "handed_to"),
    ):
        for person in rows.order_by().values_list(whose, flat=True).distinct():
            has = desks.today(person)
            changed += rows.filter(**{whose: person}).exclude(assigned=has).update(assigned=has)
    return changed
