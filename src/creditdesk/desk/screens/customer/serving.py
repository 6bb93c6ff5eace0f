"""What a customer asks on the phone, or the team arranges: copies of what is open, and another person who looks after it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import Right, Role
from creditdesk.desk.access.scope import colleagues
from creditdesk.desk.day.copies import send_copies
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.day.reassigning import portfolio_of, reassign
from creditdesk.desk.screens.customer.act import Act

KEPT: dict[str, Any] = {
    "do_not_contact": gettext_lazy("This customer is not to be contacted."),
    "insolvent": gettext_lazy("This customer has a legal status: the trustee is written to by a person."),
    "nothing_open": gettext_lazy("No invoice is open."),
    "no_address": gettext_lazy("No contact with an e-mail address is known."),
    "today": gettext_lazy("An overview was sent today already."),
}
"""Why an overview is not sent."""

TO = ((Role.COLLECTOR, "collector"), (Role.SALES, "account_manager"))


class Copies(Act):
    """An overview of all open invoices."""

    title = gettext_lazy("Send copies")
    submit = gettext_lazy("Send")
    icon, key = "mail", "y"
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("One message with all open invoices; nothing is claimed in it."),
    )

    def do(self, desk: Desk) -> str:
        """A message in the outbox."""
        done = send_copies(
            self.scope.company, [self.account.customer], by=self.scope.name, why=self.cleaned_data["why"],
            on=desk.on, now=self.scope.now,
        )  # fmt: skip
        for reason in done.kept.values():
            self.add_error(None, KEPT.get(reason, reason))
            return ""
        return _("The overview waits to be sent.")


class GiveTo(Act):
    """Another collector, or another account manager."""

    right = Right.HAND_OVER
    title = gettext_lazy("Reassign")
    submit = gettext_lazy("Reassign")
    icon, key = "users-round", "r"
    to = forms.ChoiceField(label=gettext_lazy("To"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def prepare(self) -> None:
        """Collectors and sales people."""
        labels = {"collector": _("Collector"), "account_manager": _("Account manager")}
        now = {"collector": self.account.collector, "account_manager": self.account.account_manager}
        groups = []
        for role, name in TO:
            people = [
                one.person for one in colleagues(self.scope.company, (role,)) if one.person != now[name]
            ]
            if people:
                groups.append((labels[name], [(f"{name}:{one}", one) for one in people]))
        self.fields["to"].choices = groups

    def do(self, desk: Desk) -> str:
        """Into that person's portfolio, with its open tasks."""
        role, _colon, person = self.cleaned_data["to"].partition(":")
        reassign(
            self.scope.company, [self.account.customer], portfolio_of(self.scope.company, role, person),
            by=self.scope.name, why=self.cleaned_data["why"], on=desk.on, now=self.scope.now,
        )  # fmt: skip
        return _("Now with %(person)s.") % {"person": person}
