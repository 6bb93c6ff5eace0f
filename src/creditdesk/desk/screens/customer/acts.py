"""What a person does about one customer, each as a form in a sheet: a note, a promise, a dispute, a pause, a contact ..."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.roles import Right, Role
from creditdesk.desk.access.scope import colleagues
from creditdesk.desk.day.desk import Desk
from creditdesk.desk.screens.customer import codes
from creditdesk.desk.screens.customer.act import Act, not_past
from creditdesk.desk.screens.customer.asking import Ask, Plan
from creditdesk.desk.screens.customer.handing_over import HandOver
from creditdesk.desk.screens.customer.serving import Copies, GiveTo
from creditdesk.desk.screens.fields import DayField, MoneyField
from creditdesk.desk.screens.formats import day, money, speaking
from creditdesk.desk.screens.wording import words


class Note(Act):
    """A note."""

    title = gettext_lazy("Note")
    icon, key = "pencil", "n"
    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "autofocus": ""})
    )
    tag = forms.ChoiceField(label=gettext_lazy("What it tells"), required=False)
    tactic = forms.ChoiceField(label=gettext_lazy("A tactic seen"), required=False)

    def prepare(self) -> None:
        """Tags and tactics."""
        self.fields["tag"].choices = [("", "–"), *codes.TAGS.items()]
        self.fields["tactic"].choices = [("", "–"), *codes.TACTICS.items()]

    def do(self, desk: Desk) -> str:
        """A row of `note`."""
        write_note(desk, self.account.customer, self.fact_id(), **self.only("text", "tag", "tactic"))
        return _("Note written.")

    def only(self, *names: str) -> dict[str, Any]:
        """Some of the values, None for empty ones."""
        return {name: self.cleaned_data.get(name) or None for name in names}


def write_note(
    desk: Desk, customer: str, note_id: str, text: str, tag: str | None = None, tactic: str | None = None
) -> None:
    """A note by whoever works."""
    desk.fact(
        "note",
        {
            "note_id": note_id, "customer_id": customer, "on": desk.on, "by": desk.by, "tag": tag,
            "tactic": tactic, "text": text,
        },
    )  # fmt: skip


class Promise(Act):
    """A promise to pay."""

    title = gettext_lazy("Promise to pay")
    icon, key = "handshake", "p"
    amount = MoneyField(label=gettext_lazy("Amount"))
    due_on = DayField(label=gettext_lazy("Will be paid on"))
    invoice_id = forms.ChoiceField(label=gettext_lazy("For"), required=False)

    def opening(self) -> dict[str, Any]:
        """What is to be collected, in a week."""
        return {
            "amount": self.account.collectible or None,
            "due_on": self.scope.today + timedelta(days=7),
        }

    def prepare(self) -> None:
        """The invoices."""
        self.fields["invoice_id"].choices = self.invoices(_("the oldest first"))

    def clean_due_on(self) -> date:
        """A promise is for today or later."""
        return not_past(self.cleaned_data["due_on"], self.scope.today)

    def do(self, desk: Desk) -> str:
        """A row of `promise`."""
        said = self.cleaned_data
        invoice = next((one for one in self.items() if one.invoice == said["invoice_id"]), None)
        currency = invoice.currency if invoice else self.account.currency
        desk.fact(
            "promise",
            {
                "promise_id": self.fact_id(), "customer_id": self.account.customer,
                "invoice_id": said["invoice_id"] or None, "made_on": desk.on, "due_on": said["due_on"],
                "amount": said["amount"], "currency": currency, "by": desk.by, "channel": "phone",
            },
        )  # fmt: skip
        return _("Promise of %(amount)s for %(day)s recorded.") % {
            "amount": money(said["amount"], currency, exact=True), "day": day(said["due_on"])
        }  # fmt: skip


class Dispute(Act):
    """Part of an invoice, or more, that the customer disputes."""

    title = gettext_lazy("Dispute")
    icon, key = "scale", "d"
    invoice_id = forms.ChoiceField(label=gettext_lazy("Invoice"))
    amount = MoneyField(
        label=gettext_lazy("Disputed amount"),
        required=False,
        help_text=gettext_lazy("Empty: all that is open."),
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    deadline = DayField(label=gettext_lazy("To be settled by"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Who settles it"), required=False)

    def opening(self) -> dict[str, Any]:
        """Two weeks to settle it; the oldest invoice."""
        items = self.items()
        return {
            "deadline": self.scope.today + timedelta(days=14), "invoice_id": items[0].invoice if items else ""
        }  # fmt: skip

    def prepare(self) -> None:
        """Invoices, reasons, and who settles disputes."""
        self.fields["invoice_id"].choices = self.invoices("–")
        self.fields["reason"].choices = list(codes.REASONS.items())
        handlers = colleagues(self.scope.company, (Role.DISPUTE_HANDLER, Role.SALES, Role.CREDIT_MANAGER))
        self.fields["owner"].choices = [("", "–"), *((one.person, one.person) for one in handlers)]

    def clean(self) -> dict[str, Any]:
        """Not more than is open of the invoice."""
        said: dict[str, Any] = super().clean() or {}
        found = next((one for one in self.items() if one.invoice == said.get("invoice_id")), None)
        if found is not None and (said.get("amount") or 0) > found.open:
            self.add_error("amount", _("Of this invoice only %(open)s is open.") % {
                "open": money(found.open, found.currency, exact=True)
            })  # fmt: skip
        if found is not None and not said.get("amount"):
            said["amount"] = found.open
        return said

    def do(self, desk: Desk) -> str:
        """A row of `dispute`."""
        said = self.cleaned_data
        desk.fact(
            "dispute",
            {
                "dispute_id": self.fact_id(), "customer_id": self.account.customer,
                "invoice_id": said["invoice_id"], "opened_on": desk.on, "amount": said["amount"],
                "reason": said["reason"], "owner": said["owner"] or None, "deadline": said["deadline"],
            },
        )  # fmt: skip
        return _("Dispute recorded; the disputed part is not asked for.")


class Pause(Act):
    """No dunning for a while."""

    title = gettext_lazy("Pause")
    icon, key = "pause", "u"
    until_on = DayField(label=gettext_lazy("Until and including"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    invoice_id = forms.ChoiceField(label=gettext_lazy("For"), required=False)

    def opening(self) -> dict[str, Any]:
        """A week."""
        return {"until_on": self.scope.today + timedelta(days=7)}

    def prepare(self) -> None:
        """The invoices."""
        self.fields["invoice_id"].choices = self.invoices(_("everything"))

    def clean_until_on(self) -> date:
        """Today or later."""
        return not_past(self.cleaned_data["until_on"], self.scope.today)

    def do(self, desk: Desk) -> str:
        """A row of `pause`."""
        said = self.cleaned_data
        desk.fact("pause", pause_row(desk, self.fact_id(), self.account.customer, said["until_on"], said["reason"])
                  | {"invoice_id": said["invoice_id"] or None})  # fmt: skip
        return _("Paused until %(day)s.") % {"day": day(said["until_on"])}


def pause_row(desk: Desk, pause_id: str, customer: str, until: date, reason: str) -> dict[str, Any]:
    """A row of `pause` from today on."""
    return {
        "pause_id": pause_id, "customer_id": customer, "from_on": desk.on, "until_on": until, "reason": reason,
        "by": desk.by,
    }  # fmt: skip


class Contact(Act):
    """Whom to reach: a new contact, or another version of one."""

    title = gettext_lazy("Contact")
    submit = gettext_lazy("Save")
    icon, key = "user", "o"
    contact_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    mobile = forms.CharField(label=gettext_lazy("Mobile"), max_length=40, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    is_primary = forms.BooleanField(label=gettext_lazy("The first to reach"), required=False)
    gone = forms.BooleanField(label=gettext_lazy("Is no longer there"), required=False)

    def prepare(self) -> None:
        """Roles and languages."""
        self.fields["role"].choices = list(codes.CONTACT_ROLES.items())
        names = speaking().locale.languages
        self.fields["language"].choices = [
            ("", "–"), *((code, names.get(code, code)) for code in ("nl", "fr", "de", "en"))
        ]  # fmt: skip

    def do(self, desk: Desk) -> str:
        """A row of `contact`."""
        said = self.cleaned_data
        names = ("role", "first_name", "name", "email", "phone", "mobile", "language")
        row: dict[str, Any] = {name: said[name] or None for name in names}
        row |= {
            "contact_id": said["contact_id"] or self.fact_id(), "customer_id": self.account.customer,
            "is_primary": said["is_primary"], "until_on": desk.on - timedelta(days=1) if said["gone"] else None,
        }  # fmt: skip
        desk.fact("contact", row)
        return _("Contact saved.")


class Segment(Act):
    """A segment set by hand."""

    right = Right.DECIDE
    title = gettext_lazy("Segment by hand")
    submit = gettext_lazy("Set")
    icon, key = "grid-3x3", "m"
    segment = forms.ChoiceField(label=gettext_lazy("Segment"))
    until_on = DayField(label=gettext_lazy("Until and including"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def opening(self) -> dict[str, Any]:
        """The one it is in."""
        return {"segment": self.account.segment}

    def prepare(self) -> None:
        """Segments of the policy."""
        found = words(self.scope.company, self.scope.today)
        t = speaking()
        names = list(found.policy.segments) if found else [self.account.segment]
        self.fields["segment"].choices = [(name, t.named("segment", name)) for name in names]

    def do(self, desk: Desk) -> str:
        """A row of `override`."""
        said = self.cleaned_data
        desk.fact(
            "override",
            {
                "override_id": self.fact_id(), "customer_id": self.account.customer, "field": "segment",
                "value": said["segment"], "from_on": desk.on, "until_on": said["until_on"], "by": desk.by,
                "reason": said["reason"],
            },
            said["reason"],
        )  # fmt: skip
        return _("Segment set by hand.")


ACTS: dict[str, type[Act]] = {
    "promise": Promise, "note": Note, "dispute": Dispute, "pause": Pause, "plan": Plan, "ask": Ask,
    "copies": Copies, "contact": Contact, "segment": Segment, "reassign": GiveTo, "hand-over": HandOver,
}  # fmt: skip
"""Every act by the name in its address."""
