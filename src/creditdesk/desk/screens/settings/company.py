"""The company: its name and sender, the hour of its day, whether it is live; and the companies of the installation."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access import companies
from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import companies_of
from creditdesk.desk.casework.models import PolicyVersion, Schedule
from creditdesk.desk.day import golive
from creditdesk.desk.ledger.models import FACTS, Company
from creditdesk.desk.screens.settings.deciders import deciding
from creditdesk.desk.screens.settings.sheet import Once, Sheet, answer

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


@cache
def zones() -> list[tuple[str, str]]:
    """Time zones by name: those of places."""
    named = sorted(
        one
        for one in available_timezones()
        if "/" in one and not one.startswith(("Etc/", "posix/", "right/"))
    )
    return [(one, one.replace("_", " ")) for one in ("UTC", *named)]


@may(Right.SEE_SETTINGS)
def page(request: Asked) -> HttpResponse:
    """How the company is set up."""
    company = request.scope.company
    policy = (
        PolicyVersion.objects.filter(
            company=company, approved_at__isnull=False, effective_on__lte=request.scope.today
        )
        .defer("text", "cases")
        .first()
    )
    told: dict[str, Any] = {
        "here": "company",
        "facts": FACTS["company"]
        .objects.filter(legal_entity=company, replaced_by=None, company_id=company.code)
        .first(),
        "schedule": Schedule.objects.filter(company=company).first(),
        "policy": policy,
        "deciding": deciding(request.scope),
        **live(company),
    }
    if request.user.is_superuser:
        told["others"] = companies_of(request.user)
    return render(request, "settings/company.html", told)


def live(company: Company) -> dict[str, Any]:
    """Whether the company is released as a whole, how many payers are one by one, and how many wait."""
    released = FACTS["approval"].objects.filter(
        legal_entity=company, replaced_by=None, subject="go_live", granted=True
    )
    return {
        "released": released.filter(customer_id=None).first(),
        "one_by_one": released.exclude(customer_id=None).count(),
        "waiting": len(golive.waiting(company)),
    }


class ChangeCompany(Sheet):
    """Name and sender."""

    title = _("The company")
    name = forms.CharField(label=_("Legal name"), max_length=200)
    sender = forms.EmailField(
        label=_("Sender of its messages"),
        required=False,
        help_text=_("Empty: the sender of the installation."),
    )

    def start(self) -> dict[str, Any]:
        """As it is."""
        return {"name": self.scope.company.name, "sender": self.scope.company.sender}

    def do(self) -> str | Once | None:
        """Change it."""
        said = self.cleaned_data
        done = companies.change(
            self.scope.company, name=said["name"], sender=said["sender"], by=self.scope.name, now=self.scope.now,
            why=said["why"],
        )  # fmt: skip
        return _t("The company was changed.") if done else _t("Nothing was changed.")


class ChangeDay(Sheet):
    """When the day begins."""

    title = _("The day")
    hour = forms.TypedChoiceField(label=_("Begins at"), choices=HOURS, coerce=int)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    on = forms.BooleanField(label=_("Each day begins by itself"), required=False)

    def start(self) -> dict[str, Any]:
        """As it is."""
        schedule = Schedule.objects.filter(company=self.scope.company).first() or Schedule()
        return {"hour": schedule.hour, "time_zone": schedule.time_zone, "on": schedule.on}

    def prepare(self) -> None:
        """Time zones; also one that this machine calls otherwise."""
        now = self.initial["time_zone"]
        known = zones()
        self.fields["time_zone"].choices = (
            known if any(now == one for one, _name in known) else [(now, now), *known]
        )

    def do(self) -> str | Once | None:
        """Change it."""
        said = self.cleaned_data
        done = companies.set_day(
            self.scope.company, hour=said["hour"], time_zone=said["time_zone"], on=said["on"], by=self.scope.name,
            now=self.scope.now, why=said["why"],
        )  # fmt: skip
        return _t("The day was changed.") if done else _t("Nothing was changed.")


class Release(Sheet):
    """Go live."""

    title = _("Go live")
    submit = _("Release the company")
    sure = forms.BooleanField(label=_("From the next day on, messages go out to customers"))

    def do(self) -> str | Once | None:
        """Release it."""
        golive.release_all(
            self.scope.company, by=self.scope.name, why=self.cleaned_data["why"], on=self.scope.today, now=self.scope.now
        )  # fmt: skip
        return _t(
            "The company is live. The policy's number of payers goes each day, the largest amount first."
        )


class NewCompany(Sheet):
    """One more company of the installation."""

    title = _("New company")
    submit = _("Make it")
    code = forms.CharField(
        label=_("Code"),
        max_length=50,
        help_text=_("The company_id of its facts. It stays as it is for ever."),
    )
    name = forms.CharField(label=_("Legal name"), max_length=200)
    sender = forms.EmailField(
        label=_("Sender of its messages"),
        required=False,
        help_text=_("Empty: the sender of the installation."),
    )

    def clean_code(self) -> str:
        """Letters and digits: it stands in addresses."""
        code: str = self.cleaned_data["code"]
        if not CODE.fullmatch(code):
            raise ValidationError(_("Letters, digits, and - _ . between them."))
        return code

    def do(self) -> str | Once | None:
        """Make it."""
        said = self.cleaned_data
        try:
            with transaction.atomic():
                made = companies.found(
                    said["code"], said["name"], said["sender"], by=self.scope.name, now=self.scope.now, why=said["why"]
                )  # fmt: skip
        except IntegrityError:
            self.add_error("code", _("There is a company of this code."))
            return None
        return _t("%(name)s was made. Choose it above, at the left, to set it up.") % {"name": made.name}


@may(Right.MANAGE)
def change(request: Asked) -> HttpResponse:
    """Name and sender."""
    return answer(request, ChangeCompany(request))


@may(Right.MANAGE)
def day(request: Asked) -> HttpResponse:
    """Hour, time zone, whether it runs by itself."""
    return answer(request, ChangeDay(request))


@may(Right.MANAGE)
def release(request: Asked) -> HttpResponse:
    """Go live."""
    return answer(request, Release(request))


@may(Right.MANAGE)
def new(request: Asked) -> HttpResponse:
    """One more company: administrators of the whole installation alone."""
    if not request.user.is_superuser:
        raise PermissionDenied
    return answer(request, NewCompany(request))
