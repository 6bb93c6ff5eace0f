"""What is done to many customers at once: a pause, another person, an overview of open invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creditdesk.desk.access.roles import Right, Role
from creditdesk.desk.access.scope import Scope, colleagues
from creditdesk.desk.day.copies import send_copies
from creditdesk.desk.day.reassigning import portfolio_of, reassign
from creditdesk.desk.screens.customer.act import not_past
from creditdesk.desk.screens.customer.acts import pause_row
from creditdesk.desk.screens.fields import DayField
from creditdesk.desk.screens.formats import number

MOST = 2_000
"""Customers at once."""


class Bulk(forms.Form):
    """One act on many customers."""

    right: ClassVar[Right] = Right.HAND_OVER
    title: ClassVar[Any] = ""
    submit: ClassVar[Any] = gettext_lazy("Do it")
    icon: ClassVar[str] = "pencil"
    do_not_call_in_templates: ClassVar[bool] = True

    token = forms.CharField(max_length=40, widget=forms.HiddenInput, required=False)
    row = forms.CharField(widget=forms.MultipleHiddenInput, required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False)
    everybody = forms.BooleanField(
        required=False, label=gettext_lazy("All that pass the filters, not those ticked alone")
    )

    field_order = ("everybody",)

    def __init__(self, scope: Scope, data: Any, start: dict[str, Any] | None = None) -> None:
        self.scope = scope
        super().__init__(data, initial={"token": uuid4().hex, **(start or {})})
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices."""

    def do(self, customers: Sequence[str]) -> str:
        """Do it. Gives what is told."""
        raise NotImplementedError


class PauseMany(Bulk):
    """No dunning of these for a while."""

    title = gettext_lazy("Pause")
    icon = "pause"
    until_on = DayField(label=gettext_lazy("Until and including"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def prepare(self) -> None:
        """A week."""
        self.fields["until_on"].initial = self.scope.today + timedelta(days=7)

    def clean_until_on(self) -> date:
        """Today or later."""
        return not_past(self.cleaned_data["until_on"], self.scope.today)

    def do(self, customers: Sequence[str]) -> str:
        """A row of `pause` each."""
        said, desk = self.cleaned_data, self.scope.desk()
        token = "".join(char for char in said["token"] if char.isalnum()) or uuid4().hex
        rows = [
            pause_row(desk, f"desk:{token}:{one}", one, said["until_on"], said["reason"]) for one in customers
        ]
        desk.facts("pause", rows, said["reason"])
        return _told(ngettext("%(n)s customer paused.", "%(n)s customers paused.", len(customers)), customers)


class Reassign(Bulk):
    """Give these to somebody else."""

    title = gettext_lazy("Reassign")
    icon = "users-round"
    to = forms.ChoiceField(label=gettext_lazy("To"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def prepare(self) -> None:
        """Collectors and sales people."""
        groups = []
        for role, name, label in (
            (Role.COLLECTOR, "collector", _("Collector")), (Role.SALES, "account_manager", _("Account manager")),
        ):  # fmt: skip
            people = [(f"{name}:{one.person}", one.person) for one in colleagues(self.scope.company, (role,))]
            if people:
                groups.append((label, people))
        self.fields["to"].choices = groups

    def do(self, customers: Sequence[str]) -> str:
        """Into that person's portfolio."""
        role, _colon, person = self.cleaned_data["to"].partition(":")
        portfolio = portfolio_of(self.scope.company, role, person)
        reassign(
            self.scope.company, customers, portfolio, by=self.scope.name, why=self.cleaned_data["why"],
            on=self.scope.today, now=self.scope.now,
        )  # fmt: skip
        told = ngettext(
            "%(n)s customer is now with %(person)s.",
            "%(n)s customers are now with %(person)s.",
            len(customers),
        )
        return _told(told, customers, person=person)


class SendCopies(Bulk):
    """Send these an overview of their open invoices."""

    right = Right.WORK
    title = gettext_lazy("Send copies")
    submit = gettext_lazy("Send")
    icon = "mail"
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy(
        "Each gets one message with all its open invoices; nothing is claimed in it."
    ))  # fmt: skip

    def do(self, customers: Sequence[str]) -> str:
        """A message each, in the outbox."""
        done = send_copies(
            self.scope.company, customers, by=self.scope.name, why=self.cleaned_data["why"], on=self.scope.today,
            now=self.scope.now,
        )  # fmt: skip
        told = ngettext("%(n)s message waits to be sent.", "%(n)s messages wait to be sent.", done.queued)
        said = told % {"n": number(done.queued)}
        if done.kept:
            more = ngettext("%(n)s customer was left out: nothing open, no address, or not to be contacted.",
                            "%(n)s customers were left out: nothing open, no address, or not to be contacted.", len(done.kept))  # fmt: skip
            said = f"{said} {more % {'n': number(len(done.kept))}}"
        return said


def _told(text: str, customers: Sequence[str], **more: str) -> str:
    return text % {"n": number(len(customers)), **more}


BULK: dict[str, type[Bulk]] = {"pause": PauseMany, "reassign": Reassign, "copies": SendCopies}
