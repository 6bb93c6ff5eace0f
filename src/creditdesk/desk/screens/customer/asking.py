"""What is asked for a customer and decided by others: a plan, a limit, a term, a release, a write-off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework import requests
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.screens.customer.act import Act, not_past
from creditdesk.desk.screens.fields import DayField, MoneyField
from creditdesk.desk.screens.formats import money
from creditdesk.desk.screens.requests.effects import in_base
from creditdesk.desk.screens.requests.words import KINDS
from creditdesk.desk.standing.models import OpenItem


class Plan(Act):
    """A payment plan: asked for, and decided by a second person."""

    right = Right.ASK
    title = gettext_lazy("Payment plan")
    submit = gettext_lazy("Ask for it")
    icon, key = "calendar", "l"
    amount = MoneyField(label=gettext_lazy("Sum"))
    count = forms.IntegerField(label=gettext_lazy("Instalments"), min_value=2, max_value=24)
    first_on = DayField(label=gettext_lazy("First one on"))
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def opening(self) -> dict[str, Any]:
        """What is past due, in three months."""
        return {
            "amount": self.account.overdue or None, "count": 3, "first_on": self.scope.today + timedelta(days=7)
        }  # fmt: skip

    def clean_first_on(self) -> date:
        """Today or later."""
        return not_past(self.cleaned_data["first_on"], self.scope.today)

    def do(self, desk: Desk) -> str:
        """A request with the plan and its instalments, a month apart; the last one takes the rest."""
        said = self.cleaned_data
        part = said["amount"] // said["count"]
        last = said["amount"] - part * (said["count"] - 1)
        plan = self.fact_id()
        instalments = [
            {
                "plan_id": plan, "due_on": months_later(said["first_on"], index).isoformat(),
                "amount": last if index == said["count"] - 1 else part,
            }
            for index in range(said["count"])
        ]  # fmt: skip
        overdue = [one.invoice for one in self.items() if one.overdue] or [
            one.invoice for one in self.items()
        ]
        requests.ask(
            self.scope.company, "plan", self.account.customer, said["amount"], self.account.currency,
            {"plan_id": plan, "invoice_ids": overdue, "more": {"instalment": instalments}},
            by=desk.by, why=said["reason"], now=desk.worker.clock(), on=desk.on,
        )  # fmt: skip
        return _("Plan asked for; somebody else decides on it.")


class Ask(Act):
    """A limit, a term, a release, a write-off: asked for, and decided by others. What a kind does not need is not shown."""

    right = Right.ASK
    title = gettext_lazy("Ask for")
    submit = gettext_lazy("Ask for it")
    icon, key = "send", "a"
    kind = forms.ChoiceField(
        label=gettext_lazy("What"), widget=forms.Select(attrs={"class": "asks"}), choices=[]
    )
    invoice_id = forms.ChoiceField(label=gettext_lazy("Invoice"), required=False)
    amount = MoneyField(label=gettext_lazy("Amount"), required=False)
    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=0, max_value=365, required=False)
    until = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The last day on which it holds. A release needs one."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    expires_on = DayField(
        label=gettext_lazy("Answer needed by"),
        required=False,
        help_text=gettext_lazy("Empty: within two weeks; after that it has expired."),
    )

    def prepare(self) -> None:
        """What can be asked for here."""
        kinds = (
            {**KINDS} if self.items() else {code: name for code, name in KINDS.items() if code != "write_off"}
        )
        self.fields["kind"].choices = [(code, name) for code, name in kinds.items() if code != "plan"]
        self.fields["invoice_id"].choices = self.invoices("–")
        for name in ("invoice_id", "amount", "days"):  # shown for the kinds that need them
            self.fields[name].needed = True

    def clean_until(self) -> date | None:
        """Today or later."""
        on = self.cleaned_data["until"]
        return not_past(on, self.scope.today) if on else None

    def clean_expires_on(self) -> date | None:
        """Today or later."""
        on = self.cleaned_data["expires_on"]
        return not_past(on, self.scope.today) if on else None

    def clean(self) -> dict[str, Any]:
        """A term needs days, the others an amount; a write-off its invoice, and no more than is open of it."""
        said: dict[str, Any] = super().clean() or {}
        for name in NEEDED.get(str(said.get("kind")), ()):
            if said.get(name) in {None, ""} and name not in self.errors:
                self.add_error(name, _("This is needed here."))
        item = self.item(said)
        if item is not None and (said.get("amount") or 0) > item.open:
            self.add_error("amount", _("Of this invoice only %(open)s is open.") % {
                "open": money(item.open, item.currency, exact=True)
            })  # fmt: skip
        return said

    def item(self, said: dict[str, Any]) -> OpenItem | None:
        """The invoice of a write-off."""
        if said.get("kind") != "write_off":
            return None
        return next((one for one in self.items() if one.invoice == said.get("invoice_id")), None)

    def do(self, desk: Desk) -> str:
        """A request."""
        said = self.cleaned_data
        item = self.item(said)
        amount = said["days"] if said["kind"] == "terms" else said["amount"]
        wanted: dict[str, Any] = {}
        if said["until"] and said["kind"] in UNTIL:
            wanted[UNTIL[said["kind"]]] = said["until"].isoformat()
        if item is not None:
            wanted["invoice_id"] = item.invoice
        requests.ask(
            self.scope.company, said["kind"], self.account.customer, amount,
            item.currency if item else self.account.currency, wanted, by=desk.by, why=said["reason"],
            now=desk.worker.clock(), on=desk.on, expires_on=said["expires_on"],
            weighed=in_base(item, amount) if item else None,
        )  # fmt: skip
        return _("Asked for; somebody else decides on it.")


NEEDED = {
    "limit": ("amount",), "terms": ("days",), "release": ("amount", "until"), "write_off": ("amount", "invoice_id"),
}  # fmt: skip
"""What each kind of request needs."""

UNTIL = {"limit": "until_on", "terms": "until_on", "release": "valid_until"}
"""Where the last day of each stands in its fact."""


def months_later(on: date, count: int) -> date:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(on.year * 12 + on.month - 1 + count, 12)
    for last in range(on.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, on.day)
