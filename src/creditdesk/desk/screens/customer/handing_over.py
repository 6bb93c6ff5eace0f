"""Handing invoices over to an agency, a bailiff or a lawyer: the act of a person (R12). A file that came back is ended where it runs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, ngettext

from creditdesk.desk.access.roles import Right
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.customer.act import Act


class HandOver(Act):
    """Invoices that leave the work list: somebody else collects them."""

    right = Right.DECIDE
    title = gettext_lazy("Hand to a third party")
    submit = gettext_lazy("Hand to a third party")
    icon, key = "scale", "v"
    to = forms.ChoiceField(label=gettext_lazy("To whom"))
    invoice_ids = forms.MultipleChoiceField(
        label=gettext_lazy("Invoices"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "They leave the work list and are asked for by the other side; newer ones go on here."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("What was tried, and why nothing else is left: it stands in the dossier."),
    )

    def opening(self) -> dict[str, Any]:
        """To an agency, with everything past due."""
        today = self.scope.today
        return {"to": "agency", "invoice_ids": [one.invoice for one in self.items() if one.due_on < today]}

    def prepare(self) -> None:
        """Who may take it, and the invoices that nobody has yet."""
        self.fields["to"].choices = list(codes.TO.items())
        gone = {
            one
            for ids in FACTS["handover"]
            .objects.filter(
                legal_entity=self.scope.company,
                customer_id=self.account.customer,
                replaced_by=None,
                returned_on=None,
            )
            .values_list("invoice_ids", flat=True)
            for one in ids or ()
        }
        self.fields["invoice_ids"].choices = [
            (key, name) for key, name in self.invoices("")[1:] if key not in gone
        ]

    def do(self, desk: Desk) -> str:
        """A row of `handover`."""
        said = self.cleaned_data
        desk.fact(
            "handover",
            {
                "handover_id": self.fact_id(), "customer_id": self.account.customer, "to": said["to"],
                "invoice_ids": said["invoice_ids"], "handed_on": desk.on, "status": "handed over", "status_on": desk.on,
            },
            said["reason"],
        )  # fmt: skip
        count = len(said["invoice_ids"])
        told = ngettext("%(n)s invoice handed over: %(to)s.", "%(n)s invoices handed over: %(to)s.", count)
        return told % {"n": count, "to": codes.handed_to(said["to"])}
