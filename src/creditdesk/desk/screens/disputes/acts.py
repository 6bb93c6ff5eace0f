"""What is done with a dispute, each as a form in the sheet: settle it, hand it over, change it, open it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import Role
from creditdesk.desk.access.scope import Scope, colleagues
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.customer.act import not_past
from creditdesk.desk.screens.disputes.cases import Case
from creditdesk.desk.screens.fields import DayField, MoneyField
from creditdesk.desk.screens.formats import day, money
from creditdesk.desk.standing.models import Account

SETTLERS = (Role.DISPUTE_HANDLER, Role.SALES, Role.CREDIT_MANAGER, Role.COLLECTOR)
"""Who is asked to settle a dispute."""


class CaseAct(forms.Form):
    """One act on a dispute.

    Attributes:
        on_open: whether it is for disputes that are open, or for settled ones.
    """

    title: ClassVar[Any] = ""
    submit: ClassVar[Any] = gettext_lazy("Record")
    icon: ClassVar[str] = "pencil"
    key: ClassVar[str] = ""
    on_open: ClassVar[bool] = True
    main: ClassVar[bool] = False
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, scope: Scope, case: Case, data: Mapping[str, Any] | None = None) -> None:
        self.scope = scope
        self.case = case
        super().__init__(data, initial=self.opening())
        for each in self.fields.values():
            if isinstance(each, MoneyField):
                each.currency = case.currency
        self.prepare()

    def opening(self) -> dict[str, Any]:
        """Values that the form opens with."""
        return {}

    def prepare(self) -> None:
        """Fill in choices."""

    def do(self, desk: Desk) -> str:
        """Do it. Gives what is told to the person."""
        raise NotImplementedError

    def record(self, desk: Desk, why: str = "", **columns: Any) -> None:
        """Another version of the dispute."""
        row = self.case.row
        desk.fact("dispute", {"dispute_id": row.dispute_id, "customer_id": row.customer_id, **columns}, why)


class Settle(CaseAct):
    """How it ended."""

    title = gettext_lazy("Settle")
    icon, key, main = "check", "s", True
    outcome = forms.ChoiceField(label=gettext_lazy("Who was right"), widget=forms.RadioSelect)
    credit_note_id = forms.ChoiceField(
        label=gettext_lazy("Credit note"),
        required=False,
        help_text=gettext_lazy("One that was made already; it can be named later too."),
    )
    why = forms.CharField(
        label=gettext_lazy("What was agreed"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        """Outcomes, and the customer's credit notes."""
        names = {code: str(name) for code, name in codes.DISPUTE_OUTCOMES.items()}
        self.fields["outcome"].choices = [(code, name[:1].upper() + name[1:]) for code, name in names.items()]
        self.fields["credit_note_id"].choices = [
            ("", _("none yet")),
            *(
                (
                    one.invoice_id,
                    f"{one.number} · {money(one.amount, one.currency, exact=True)} · {day(one.issued)}",
                )
                for one in self.case.credit_notes
            ),
        ]

    def do(self, desk: Desk) -> str:
        """The dispute is closed today; what is not credited is asked for again."""
        said = self.cleaned_data
        self.record(
            desk, said["why"], closed_on=desk.on, outcome=said["outcome"],
            credit_note_id=said["credit_note_id"] or None,
        )  # fmt: skip
        right = said["outcome"] in {"customer_right", "partly_right"}
        if right and not said["credit_note_id"]:
            return _("Settled. A credit note is still to be made.")
        return _("Settled.")


class Hand(CaseAct):
    """Somebody else settles it."""

    title = gettext_lazy("Hand over")
    submit = gettext_lazy("Hand over")
    icon, key = "forward", "h"
    owner = forms.ChoiceField(label=gettext_lazy("Who settles it"))
    deadline = DayField(label=gettext_lazy("To be settled by"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def opening(self) -> dict[str, Any]:
        """Its deadline while there is time; else another week."""
        deadline = self.case.row.deadline
        if deadline is None or deadline < self.scope.today:
            deadline = self.scope.today + timedelta(days=7)
        return {"deadline": deadline}

    def prepare(self) -> None:
        """Those who settle disputes, and the customer's account manager."""
        names = [one.person for one in colleagues(self.scope.company, SETTLERS)]
        account = Account.objects.filter(
            company=self.scope.company, customer=self.case.row.customer_id
        ).first()
        if account is not None and account.account_manager and account.account_manager not in names:
            names.insert(0, account.account_manager)
        self.fields["owner"].choices = [(one, one) for one in names if one != self.case.row.owner]

    def clean_deadline(self) -> date:
        """Today or later."""
        return not_past(self.cleaned_data["deadline"], self.scope.today)

    def do(self, desk: Desk) -> str:
        """Another owner."""
        said = self.cleaned_data
        self.record(desk, said["why"], owner=said["owner"], deadline=said["deadline"])
        return _("Handed to %(owner)s.") % {"owner": said["owner"]}


class Change(CaseAct):
    """Another reason, amount or deadline."""

    title = gettext_lazy("Change")
    submit = gettext_lazy("Save")
    icon, key = "pencil", "e"
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    amount = MoneyField(label=gettext_lazy("Disputed amount"))
    deadline = DayField(label=gettext_lazy("To be settled by"), required=False)
    why = forms.CharField(label=gettext_lazy("Why it changes"), max_length=300)

    def opening(self) -> dict[str, Any]:
        """As it is."""
        row = self.case.row
        return {"reason": row.reason, "amount": row.amount, "deadline": row.deadline}

    def prepare(self) -> None:
        """Reasons."""
        self.fields["reason"].choices = list(codes.REASONS.items())

    def clean_amount(self) -> int:
        """Not more than the invoice."""
        amount: int = self.cleaned_data["amount"]
        invoice = self.case.invoice
        if invoice is not None and amount > invoice.amount:
            raise forms.ValidationError(
                _("The invoice is of %(amount)s.")
                % {"amount": money(invoice.amount, invoice.currency, exact=True)}
            )
        return amount

    def do(self, desk: Desk) -> str:
        """Another version."""
        said = self.cleaned_data
        self.record(
            desk, said["why"], reason=said["reason"], amount=said["amount"], deadline=said["deadline"]
        )
        return _("Saved.")


class Reopen(CaseAct):
    """It was settled too soon."""

    title = gettext_lazy("Open again")
    submit = gettext_lazy("Open again")
    icon, key, on_open = "undo-2", "o", False
    deadline = DayField(label=gettext_lazy("To be settled by"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def opening(self) -> dict[str, Any]:
        """A week."""
        return {"deadline": self.scope.today + timedelta(days=7)}

    def clean_deadline(self) -> date:
        """Today or later."""
        return not_past(self.cleaned_data["deadline"], self.scope.today)

    def do(self, desk: Desk) -> str:
        """Without an end and an outcome."""
        said = self.cleaned_data
        self.record(desk, said["why"], closed_on=None, outcome=None, deadline=said["deadline"])
        return _("Open again; the disputed part is not asked for.")


ACTS: dict[str, type[CaseAct]] = {"settle": Settle, "hand": Hand, "change": Change, "reopen": Reopen}
"""Every act by the name in its address."""
