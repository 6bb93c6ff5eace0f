"""The company that a URL names, and what the person who asks may see of it: the one place that answers this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse

from creditdesk.desk.access.models import Membership
from creditdesk.desk.access.roles import TASKS_OF, Right, Role, rights_of
from creditdesk.desk.casework.models import Task
from creditdesk.desk.day.clock import moment, today_of
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.day.run import Worker
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.standing.models import Account

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Scope:
    """One person in one company.

    Attributes:
        person: how facts, portfolios and tasks name the person.
        portfolios: ids of the only portfolios this person sees; None = all customers.
        now: the moment of the request.
    """

    user: User
    company: Company
    roles: frozenset[Role]
    person: str
    portfolios: tuple[int, ...] | None
    capacity: int
    now: datetime

    @cached_property
    def rights(self) -> frozenset[Right]:
        """What the roles allow."""
        return rights_of(self.roles)

    @cached_property
    def today(self) -> date:
        """The date where the company is."""
        return today_of(self.company, self.now)

    @property
    def name(self) -> str:
        """Under which name acts are recorded: the user's, which is one person's alone."""
        return self.user.get_username()

    def may(self, right: Right) -> bool:
        """Whether one of the roles allows it."""
        return right in self.rights

    def need(self, *rights: Right) -> None:
        """Refuse unless one of the rights is held. Raises PermissionDenied (403)."""
        if not self.rights.intersection(rights):
            raise PermissionDenied

    # --- what there is to see -----------------------------------------------------------------------------------

    def accounts(self) -> QuerySet[Account]:
        """The customers this person may see."""
        found = Account.objects.filter(company=self.company)
        return found if self.portfolios is None else found.filter(portfolio__in=self.portfolios)

    def account(self, customer: str) -> Account:
        """One customer. Raises Http404 when there is none that this person may see."""
        found = self.accounts().filter(customer=customer).first()
        if found is None:
            raise Http404(f"no customer {customer!r}")
        return found

    def of(self, model: Any) -> QuerySet[Any]:
        """Rows of casework (tasks, steps, cases, alerts, requests ...) about customers this person may see."""
        found: QuerySet[Any] = model.objects.filter(company=self.company)
        if self.portfolios is None:
            return found
        return found.filter(customer__in=self.accounts().values("customer"))

    def tasks(self) -> QuerySet[Task]:
        """Open tasks of the roles this person has, and those it has by name: as a deputy, or handed over."""
        roles = [name for role in self.roles for name in TASKS_OF.get(role, ())]
        return self.of(Task).filter(Q(role__in=roles) | Q(assigned=self.person), state=Task.State.OPEN)

    # --- acting ---------------------------------------------------------------------------------------------------

    def desk(self) -> Desk:
        """Where this person acts: the act is recorded at once, the customer is decided anew by the worker."""
        return Desk(self.company, self.today, Worker(clock=lambda: self.now), self.name, later=True)

    def url(self, name: str, /, **parts: Any) -> str:
        """The address of a screen of this company: `scope.url("customers:list")`."""
        return reverse(name, kwargs={"company": self.company.code, **parts})


def scope_of(user: Any, code: str) -> Scope:
    """What a person is in the company of that code.

    An administrator of the whole installation (`creditdesk init`) is an administrator in every company.

    Raises:
        Http404: there is no such company, or the person is no member of it: both look the same.
    """
    member = (
        Membership.objects.filter(user=user, company__code=code)
        .select_related("company__schedule")
        .prefetch_related("granted", "portfolios")
        .first()
    )
    now = moment()
    if member is None:
        company = Company.objects.filter(code=code).first() if user.is_superuser else None
        if company is None:
            raise Http404(f"no company {code!r}")
        return Scope(user, company, frozenset({Role.ADMINISTRATOR}), user.get_username(), None, 40, now)
    roles = {Role(one.role) for one in member.granted.all()}
    if user.is_superuser:
        roles.add(Role.ADMINISTRATOR)
    only = tuple(one.pk for one in member.portfolios.all()) or None
    return Scope(user, member.company, frozenset(roles), member.person, only, member.capacity, now)


def companies_of(user: Any) -> QuerySet[Company]:
    """The companies a person may enter, by name."""
    found = Company.objects.order_by("name", "code")
    return found if user.is_superuser else found.filter(memberships__user=user)


def colleagues(company: Company, roles: Iterable[Role]) -> QuerySet[Membership]:
    """Members who have one of the roles, by name."""
    found = Membership.objects.filter(company=company, granted__role__in=list(roles), user__is_active=True)
    return found.select_related("user").distinct().order_by("person")
