"""What an act on one customer is: a form in a sheet, by whom, called what, and what it does.

A form bears a token from the moment it is shown, and the token is the key of the fact: sent twice, it is written once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.screens.fields import MoneyField
from creditdesk.desk.screens.formats import day, money
from creditdesk.desk.standing.models import Account, OpenItem

Choices = list[tuple[str, Any]]


class Act(forms.Form):
    """One act. A subclass says who may, what it is called, and does it.

    Attributes:
        right: who may.
        title, submit: of the sheet and its button.
        icon, key: of the button that opens it.
    """

    right: ClassVar[Right] = Right.WORK
    title: ClassVar[Any] = ""
    submit: ClassVar[Any] = gettext_lazy("Record")
    icon: ClassVar[str] = "pencil"
    key: ClassVar[str] = ""
    do_not_call_in_templates: ClassVar[bool] = True

    token = forms.CharField(max_length=40, widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        scope: Scope,
        account: Account,
        data: Mapping[str, Any] | None = None,
        start: Mapping[str, Any] | None = None,
    ) -> None:
        """Args: start: values that it opens with, beside its own."""
        self.scope = scope
        self.account = account
        super().__init__(data, initial={"token": uuid4().hex, **self.opening(), **(start or {})})
        for each in self.fields.values():
            if isinstance(each, MoneyField):
                each.currency = account.currency
        self.prepare()

    def opening(self) -> dict[str, Any]:
        """Values that the form opens with."""
        return {}

    def prepare(self) -> None:
        """Fill in choices."""

    def do(self, desk: Desk) -> str:
        """Do it. Gives what is told to the person."""
        raise NotImplementedError

    def fact_id(self) -> str:
        """The key of the fact: the form's token, so that a form that is sent twice is one fact."""
        token = (
            "".join(char for char in self.cleaned_data.get("token") or "" if char.isalnum()) or uuid4().hex
        )
        return f"desk:{token}"

    def items(self) -> Sequence[OpenItem]:
        """Open invoices of the customer, oldest first."""
        rows = OpenItem.objects.filter(
            company=self.scope.company, customer=self.account.customer, kind="invoice"
        )
        return list(rows.order_by("due_on", "id")[:200])

    def invoices(self, first: Any) -> Choices:
        """Open invoices as choices."""
        return [
            ("", first),
            *(
                (one.invoice, f"{one.number} · {money(one.open, one.currency, exact=True)}")
                for one in self.items()
            ),
        ]


def not_past(on: date, today: date) -> date:
    """The day, unless it is before today. Raises ValidationError."""
    if on < today:
        raise forms.ValidationError(_("This day is past; today is %(day)s.") % {"day": day(today)})
    return on
