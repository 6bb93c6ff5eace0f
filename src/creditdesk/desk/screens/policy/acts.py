"""What a person does about a draft, each as a form in the sheet: begin one, propose it, approve it, send it back, give it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework import drafts
from creditdesk.desk.casework.models import Draft, PolicyInUse, PolicyVersion
from creditdesk.desk.casework.policies import SamePerson
from creditdesk.desk.screens.fields import DayField
from creditdesk.desk.screens.formats import day
from creditdesk.desk.screens.policy.checked import checked
from creditdesk.policy.edit import NotEditable
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import SHIPPED

WHY = {"widget": forms.Textarea(attrs={"rows": 3}), "max_length": 1000}


class Act(forms.Form):
    """One act on a draft."""

    title: ClassVar[Any] = ""
    submit: ClassVar[Any] = gettext_lazy("Save")
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, scope: Scope, draft: Draft | None, data: Mapping[str, Any] | None = None) -> None:
        self.scope, self.draft = scope, draft
        super().__init__(data, initial=self.opening())
        self.prepare()

    @property
    def own(self) -> Draft:
        """The draft it is about."""
        if self.draft is None:
            raise ValueError("this act is about a draft")
        return self.draft

    def opening(self) -> dict[str, Any]:
        """Values that the form opens with."""
        return {}

    def prepare(self) -> None:
        """Fill in choices."""

    def do(self) -> str:
        """Do it. Gives what is told. Raises ValidationError for what cannot be."""
        raise NotImplementedError


class Begin(Act):
    """A new draft."""

    title = gettext_lazy("New draft")
    submit = gettext_lazy("Begin")
    name = forms.CharField(label=gettext_lazy("What for?"), max_length=100)
    base = forms.ChoiceField(label=gettext_lazy("Begun from"))

    def opening(self) -> dict[str, Any]:
        """From the version that is asked for, else from the one in force."""
        return {"base": ""}

    def prepare(self) -> None:
        """Approved versions, newest first; and the shipped policies."""
        rows = PolicyVersion.objects.filter(company=self.scope.company, approved_at__isnull=False)[:30]
        own = [
            (str(one.pk), _("%(version)s, from %(day)s on") % {"version": one, "day": day(one.effective_on)})
            for one in rows
        ]
        groups: list[tuple[Any, Any]] = [(_("Our versions"), own)] if own else []
        groups.append((_("Shipped with the program"), [(name, name) for name in SHIPPED]))
        field: Any = self.fields["base"]
        field.choices = groups

    def do(self) -> str:
        """Begin it."""
        said, chosen = self.cleaned_data, self.cleaned_data["base"]
        base = None
        if chosen not in SHIPPED:
            base = PolicyVersion.objects.get(
                company=self.scope.company, pk=int(chosen), approved_at__isnull=False
            )
        self.draft = drafts.begin(
            self.scope.company, title=said["name"], by=self.scope.name, now=self.scope.now, base=base,
            shipped=chosen if base is None else "",
        )  # fmt: skip
        return _("The draft is begun.")


class Propose(Act):
    """Put it before a second person."""

    title = gettext_lazy("Propose")
    submit = gettext_lazy("Propose")
    version = forms.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", label=gettext_lazy("Version"), max_length=40)
    effective_on = DayField(label=gettext_lazy("In force from"), help_text=gettext_lazy(
        "Customers are decided by it from the run of that day on."
    ))  # fmt: skip
    why = forms.CharField(label=gettext_lazy("Why"), **WHY)

    def opening(self) -> dict[str, Any]:
        """The next number, from tomorrow on."""
        policy = checked(self.own.text).policy
        number = drafts.next_version(self.scope.company, policy.policy) if policy else "1"
        return {"version": number, "effective_on": self.scope.today + timedelta(days=1)}

    def clean_effective_on(self) -> Any:
        """Today or later: what is over is not decided anew."""
        chosen = self.cleaned_data["effective_on"]
        if chosen < self.scope.today:
            raise forms.ValidationError(_("A policy cannot be in force on days that are over."))
        return chosen

    def do(self) -> str:
        """Propose it."""
        said = self.cleaned_data
        try:
            drafts.propose(
                self.own, version=said["version"], effective_on=said["effective_on"], by=self.scope.name,
                why=said["why"], now=self.scope.now,
            )  # fmt: skip
        except drafts.VersionTaken as taken:
            raise forms.ValidationError({"version": _("The policy has this version already.")}) from taken
        except PolicyErrors as wrong:
            raise forms.ValidationError(_("The text has mistakes: mend them first.")) from wrong
        except NotEditable as wrong:
            raise forms.ValidationError(
                _("Version and day cannot be written into this text: write them yourself.")
            ) from wrong
        except drafts.NotWriting as late:
            raise forms.ValidationError(_("It is not being written any more: look at it again.")) from late
        return _("Proposed. Somebody who did not write it approves it.")


class Approve(Act):
    """A second person's yes."""

    title = gettext_lazy("Approve")
    submit = gettext_lazy("Approve")
    why = forms.CharField(label=gettext_lazy("Why"), **WHY)

    def prepare(self) -> None:
        """Says from when on it will hold."""
        version = self.own.version
        if version is not None:
            start = max(version.effective_on, self.scope.today)
            self.fields["why"].help_text = _("It is in force from %(day)s on.") % {"day": day(start, "long")}

    def do(self) -> str:
        """Approve it."""
        try:
            version = drafts.approve(
                self.own,
                by=self.scope.name,
                why=self.cleaned_data["why"],
                now=self.scope.now,
                today=self.scope.today,
            )
        except SamePerson as same:
            raise forms.ValidationError(_("You wrote on it: somebody else approves it.")) from same
        except (
            drafts.NotWriting,
            PolicyInUse,
        ) as late:  # meanwhile it was sent back, or approved from the command line
            raise forms.ValidationError(_("It is not proposed any more: look at it again.")) from late
        return _("Approved. It is in force from %(day)s on.") % {"day": day(version.effective_on, "long")}


class SendBack(Act):
    """Not like this."""

    title = gettext_lazy("Send back")
    submit = gettext_lazy("Send back")
    why = forms.CharField(label=gettext_lazy("Why"), **WHY)

    def do(self) -> str:
        """Written on."""
        try:
            drafts.send_back(self.own, by=self.scope.name, why=self.cleaned_data["why"], now=self.scope.now)
        except (
            drafts.NotWriting,
            PolicyInUse,
        ) as late:  # meanwhile it was sent back, or approved from the command line
            raise forms.ValidationError(_("It is not proposed any more: look at it again.")) from late
        return _("Sent back: it is written on.")


class GiveUp(Act):
    """It leads nowhere."""

    title = gettext_lazy("Give up")
    submit = gettext_lazy("Give up")
    why = forms.CharField(label=gettext_lazy("Why"), **WHY)

    def do(self) -> str:
        """It stays to be read."""
        try:
            drafts.drop(self.own, by=self.scope.name, why=self.cleaned_data["why"], now=self.scope.now)
        except drafts.NotWriting as late:
            raise forms.ValidationError(_("It is not being written any more: look at it again.")) from late
        return _("Given up. It stays to be read.")
