"""Portfolios and capacity: whose customers are whose, how much makes a day, who is away and who stands in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right, Role, rights_of
from creditdesk.desk.access.scope import colleagues
from creditdesk.desk.casework.models import Absence, Member, Portfolio, Task
from creditdesk.desk.day import staffing
from creditdesk.desk.screens.fields import DayField
from creditdesk.desk.screens.formats import day
from creditdesk.desk.screens.settings.sheet import Once, Sheet, answer, own

WORKING = (Role.COLLECTOR, Role.CREDIT_MANAGER, Role.FINANCE_DIRECTOR, Role.SALES)
"""Who has tasks."""

NEEDED = {
    Role.COLLECTOR: {Right.WORK}, Role.SALES: {Right.SELL, Right.WORK},
    Role.CREDIT_MANAGER: {Right.DECIDE}, Role.FINANCE_DIRECTOR: {Right.DECIDE},
}  # fmt: skip
"""One of which a deputy needs, by the role whose tasks it takes."""

KINDS = {"collector": _("Collector"), "account_manager": _("Account manager")}
OWNERS = {"collector": (Role.COLLECTOR, Role.CREDIT_MANAGER), "account_manager": (Role.SALES,)}


@may(Right.SEE_SETTINGS)
def page(request: Asked) -> HttpResponse:
    """Portfolios, people with their day, absences."""
    company, today = request.scope.company, request.scope.today
    counts = dict(
        Member.objects.filter(company=company).order_by().values_list("portfolio").annotate(count=Count("id"))
    )
    portfolios = list(Portfolio.objects.filter(company=company).order_by("role", "name"))
    own_customers: dict[str, int] = {}
    for one in portfolios:
        own_customers[one.owner] = own_customers.get(one.owner, 0) + counts.get(one.pk, 0)
    open_tasks = dict(
        Task.objects.filter(company=company, state=Task.State.OPEN)
        .exclude(assigned="")
        .order_by()
        .values_list("assigned")
        .annotate(count=Count("id"))
    )
    absences = list(
        Absence.objects.filter(company=company, until_on__gte=today).order_by("from_on", "person")
    )
    away = {one.person: one for one in reversed(absences) if one.from_on <= today}
    team = [
        {
            "member": one, "tasks": open_tasks.get(one.person, 0), "customers": own_customers.get(one.person, 0),
            "away": away.get(one.person),
        }
        for one in colleagues(company, WORKING)
    ]  # fmt: skip
    known = {row["member"].person for row in team}
    return render(
        request,
        "settings/portfolios.html",
        {
            "here": "portfolios",
            "portfolios": [
                {"portfolio": one, "kind": KINDS.get(one.role, one.role), "customers": counts.get(one.pk, 0), "lost": one.owner not in known}
                for one in portfolios
            ],
            "team": team,
            "absences": absences,
            "today": today,
        },
    )  # fmt: skip


class NewPortfolio(Sheet):
    """A portfolio of somebody."""

    title = _("New portfolio")
    name = forms.CharField(label=_("Name"), max_length=100)
    owner = forms.ChoiceField(label=_("Whose"))

    def prepare(self) -> None:
        """Collectors and sales people."""
        self.fields["owner"].choices = [
            (
                KINDS[role],
                [(f"{role}:{one.person}", one.person) for one in colleagues(self.scope.company, roles)],
            )
            for role, roles in OWNERS.items()
        ]

    def do(self) -> str | Once | None:
        """Make it."""
        said = self.cleaned_data
        role, _colon, person = said["owner"].partition(":")
        try:
            made = staffing.open_portfolio(
                self.scope.company, said["name"], role, person, by=self.scope.name, now=self.scope.now, why=said["why"]
            )  # fmt: skip
        except IntegrityError:
            self.add_error("name", _("There is a portfolio of this name."))
            return None
        return _t("Portfolio “%(name)s” was made. Customers are put into it on the screen Customers.") % {"name": made.name}  # fmt: skip


class ChangePortfolio(Sheet):
    """Rename it, or give it to somebody else."""

    title = _("Change a portfolio")
    name = forms.CharField(label=_("Name"), max_length=100)
    owner = forms.ChoiceField(label=_("Whose"))

    def start(self) -> dict[str, Any]:
        """As it is."""
        return {"name": self.row.name, "owner": self.row.owner}

    def prepare(self) -> None:
        """People who may have it; and whoever has it now, also when that is no member."""
        people = [one.person for one in colleagues(self.scope.company, OWNERS.get(self.row.role, WORKING))]
        self.fields["owner"].choices = [(one, one) for one in dict.fromkeys([self.row.owner, *people])]

    def do(self) -> str | Once | None:
        """Change it."""
        said = self.cleaned_data
        try:
            with transaction.atomic():
                at_once = staffing.change_portfolio(
                    self.row, name=said["name"], owner=said["owner"], by=self.scope.name, on=self.scope.today,
                    now=self.scope.now, why=said["why"],
                )  # fmt: skip
        except IntegrityError:
            self.add_error("name", _("There is a portfolio of this name."))
            return None
        if not at_once:
            return _t("The portfolio was changed. It has many customers: they follow with the next day.")
        return _t("The portfolio was changed.")


class ClosePortfolio(Sheet):
    """Delete an empty portfolio."""

    title = _("Delete a portfolio")
    submit = _("Delete")

    def do(self) -> str | Once | None:
        """Delete it."""
        try:
            staffing.close_portfolio(
                self.row, by=self.scope.name, now=self.scope.now, why=self.cleaned_data["why"]
            )
        except staffing.NotEmpty:
            self.add_error(None, _("It has customers, or people who see nothing else. Move these first."))
            return None
        return _t("The portfolio was deleted.")


class Away(Sheet):
    """Somebody is away."""

    title = _("Somebody is away")
    person = forms.ChoiceField(label=_("Who"))
    deputy = forms.ChoiceField(label=_("Who stands in"))
    first = DayField(label=_("From"))
    last = DayField(label=_("Until and including"))

    def start(self) -> dict[str, Any]:
        """From today, for a week."""
        today = self.scope.today
        person = self.request.GET.get("person", "")[:150]
        return {"first": today, "last": today + timedelta(days=6), "person": person}

    def prepare(self) -> None:
        """Who has tasks."""
        people = [(one.person, one.person) for one in colleagues(self.scope.company, WORKING)]
        self.fields["person"].choices = self.fields["deputy"].choices = people

    def clean(self) -> dict[str, Any]:
        """Two people, and an end after the beginning."""
        said = super().clean() or {}
        if said.get("person") and said["person"] == said.get("deputy"):
            self.add_error("deputy", _("Somebody else is needed."))
        elif said.get("person") and said.get("deputy"):
            self._can_stand_in(said["person"], said["deputy"])
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.add_error("last", _("This lies before the first day."))
        if said.get("last") and said["last"] < self.scope.today:
            self.add_error("last", _("This day is past."))
        return said

    def _can_stand_in(self, person: str, deputy: str) -> None:
        """Whoever stands in has to see the customers and be allowed to do the tasks: else these would lie unseen."""
        team = {one.person: one for one in colleagues(self.scope.company, WORKING)}
        rights = rights_of(frozenset(Role(one.role) for one in team[deputy].granted.all()))
        tasks = [Role(one.role) for one in team[person].granted.all() if one.role in NEEDED]
        if any(not rights & NEEDED[role] for role in tasks):
            self.add_error("deputy", _("This person may not do such tasks."))
            return
        seen = {one.pk for one in team[deputy].portfolios.all()}
        theirs = {one.pk for one in team[person].portfolios.all()}
        owned = set(
            Portfolio.objects.filter(company=self.scope.company, owner=person).values_list("pk", flat=True)
        )
        if seen and not (theirs or owned) <= seen:
            self.add_error(
                "deputy", _("This person does not see these customers: its portfolios are others.")
            )

    def do(self) -> str | Once | None:
        """Write it down."""
        said = self.cleaned_data
        staffing.away(
            self.scope.company, said["person"], said["deputy"], said["first"], said["last"], by=self.scope.name,
            on=self.scope.today, now=self.scope.now, why=said["why"],
        )  # fmt: skip
        if said["first"] > self.scope.today:
            return _t("%(person)s will be away from %(day)s; %(deputy)s has the tasks from then on.") % {
                "person": said["person"], "deputy": said["deputy"], "day": day(said["first"])
            }  # fmt: skip
        return _t("%(person)s is away; %(deputy)s has the tasks from now on.") % {
            "person": said["person"], "deputy": said["deputy"]
        }  # fmt: skip


class Back(Sheet):
    """Somebody is back."""

    title = _("Back, or not away after all")
    submit = _("End it")

    def do(self) -> str | Once | None:
        """Take it away."""
        person = self.row.person
        staffing.back(
            self.row,
            by=self.scope.name,
            on=self.scope.today,
            now=self.scope.now,
            why=self.cleaned_data["why"],
        )
        return _t("%(person)s is there again.") % {"person": person}


def _portfolio(request: Asked, pk: int) -> Any:
    return own(Portfolio.objects.filter(company=request.scope.company).select_related("company"), pk)


@may(Right.MANAGE)
def new(request: Asked) -> HttpResponse:
    """A portfolio."""
    return answer(request, NewPortfolio(request))


@may(Right.MANAGE)
def change(request: Asked, pk: int) -> HttpResponse:
    """Its name, its owner."""
    return answer(request, ChangePortfolio(request, _portfolio(request, pk)))


@may(Right.MANAGE)
def close(request: Asked, pk: int) -> HttpResponse:
    """Delete it."""
    return answer(request, ClosePortfolio(request, _portfolio(request, pk)))


@may(Right.MANAGE)
def away(request: Asked) -> HttpResponse:
    """Somebody is away."""
    return answer(request, Away(request))


@may(Right.MANAGE)
def back(request: Asked, pk: int) -> HttpResponse:
    """Somebody is back."""
    absences = Absence.objects.filter(company=request.scope.company).select_related("company")
    return answer(request, Back(request, own(absences, pk)))
