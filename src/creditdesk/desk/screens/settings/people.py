"""People: who is a member, as what; letting somebody in, changing, and taking access away."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access import changing
from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.members import PersonTaken
from creditdesk.desk.access.models import Membership
from creditdesk.desk.access.roles import Right, Role
from creditdesk.desk.casework.models import Portfolio
from creditdesk.desk.day.sender import sender_of
from creditdesk.desk.screens.names import ROLES
from creditdesk.desk.screens.settings.sheet import Once, Sheet, answer, own

log = logging.getLogger("creditdesk.settings")


@may(Right.SEE_SETTINGS)
def page(request: Asked) -> HttpResponse:
    """Who is a member, as what."""
    company = request.scope.company
    members = list(
        Membership.objects.filter(company=company)
        .select_related("user")
        .prefetch_related("granted", "portfolios")
        .order_by("user__username")
    )
    users = [one.user_id for one in members]
    factors = set(Authenticator.objects.filter(user__in=users).values_list("user_id", flat=True))
    shared = set(
        Membership.objects.filter(user__in=users).exclude(company=company).values_list("user_id", flat=True)
    )
    asker: Any = request.user
    rows = [
        {
            "member": one, "roles": sorted(grant.role for grant in one.granted.all()), "factor": one.user_id in factors,
            "only": [portfolio.name for portfolio in one.portfolios.all()],
            "link": asker.is_superuser or not (one.user.is_superuser or one.user_id in shared),
        }
        for one in members
    ]  # fmt: skip
    above = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(pk__in=users)
    return render(request, "settings/people.html", {"here": "people", "rows": rows, "above": above})


class MemberSheet(Sheet):
    """What a member is."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, name) for one, name in ROLES.items()],
    )
    person = forms.CharField(
        label=_("Name in the facts"), max_length=150, required=False,
        help_text=_("How invoices, portfolios and tasks name this person; empty: as the login."),
    )  # fmt: skip
    capacity = forms.IntegerField(
        label=_("Capacity: tasks that make a day"), min_value=1, max_value=1000, initial=40
    )
    portfolios = forms.MultipleChoiceField(
        label=_("Sees these portfolios alone"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all customers."),
    )  # fmt: skip

    def prepare(self) -> None:
        """Portfolios of this company."""
        self._portfolios = list(Portfolio.objects.filter(company=self.scope.company).order_by("name"))
        if self._portfolios:
            self.fields["portfolios"].choices = [(str(one.pk), one.name) for one in self._portfolios]
        else:
            del self.fields["portfolios"]

    def what(self) -> dict[str, Any]:
        """What was chosen."""
        said = self.cleaned_data
        wanted = said.get("portfolios", [])
        return {
            "roles": [Role(one) for one in said["roles"]],
            "person": said["person"],
            "capacity": said["capacity"],
            "portfolios": [one for one in self._portfolios if str(one.pk) in wanted],
            "now": self.scope.now,
            "why": said["why"],
        }


class Invite(MemberSheet):
    """Let somebody in."""

    title = _("Let somebody in")
    submit = _("Make the link")
    username = forms.CharField(
        label=_("Login"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[get_user_model().username_validator],
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail address"), required=False,
        help_text=_("Needed where people come in by the company's own sign-on."),
    )  # fmt: skip
    mail = forms.BooleanField(label=_("Mail the link to this address"), required=False, initial=True)
    field_order = ("username", "email")

    def prepare(self) -> None:
        """The login comes first."""
        super().prepare()
        if not settings.MAILS_PEOPLE:
            del self.fields["mail"]
        self.order_fields(["username", "email", "mail"])

    def do(self) -> str | Once | None:
        """Let them in, and make the link by which they choose a password."""
        said = self.cleaned_data
        try:
            member = changing.invite(
                self.scope.company, said["username"], said["email"], asker=self.request.user, **self.what()
            )
        except changing.NameTaken:
            self.add_error("username", _("Somebody signs in by this name already. Choose another one."))
            return None
        except PersonTaken:
            self.add_error("person", _("Another member bears this name in the facts."))
            return None
        return _shown(self, member, _t("%(name)s is a member now") % {"name": said["username"]})


class Change(MemberSheet):
    """Change what a member is."""

    title = _("Change a member")

    def start(self) -> dict[str, Any]:
        """As it is."""
        member = self.row
        return {
            "roles": [one.role for one in member.granted.all()], "person": member.person, "capacity": member.capacity,
            "portfolios": [str(one.pk) for one in member.portfolios.all()],
        }  # fmt: skip

    def prepare(self) -> None:
        """Say who is meant."""
        super().prepare()
        self.title = _t("Change %(name)s") % {"name": self.row.user.get_username()}

    def do(self) -> str | Once | None:
        """Change it."""
        what = self.what()
        what["person"] = what["person"] or self.row.user.get_username()
        try:
            done = changing.change(self.row, by=self.scope.name, **what)
        except changing.LastAdministrator:
            self.add_error("roles", _("This is the last administrator: make somebody else one first."))
            return None
        except PersonTaken:
            self.add_error("person", _("Another member bears this name in the facts."))
            return None
        name = {"name": self.row.user.get_username()}
        return _t("%(name)s was changed.") % name if done else _t("Nothing was changed.")


class Link(Sheet):
    """A link to choose a new password."""

    title = _("A link to sign in")
    submit = _("Make the link")
    forget = forms.BooleanField(
        label=_("Forget the second factors too: a telephone was lost"), required=False
    )

    mail = forms.BooleanField(required=False, initial=True)

    def prepare(self) -> None:
        """Mailed, where there is an address and a server."""
        if settings.MAILS_PEOPLE and self.row.user.email:
            self.fields["mail"].label = _t("Mail the link to %(address)s") % {"address": self.row.user.email}
        else:
            del self.fields["mail"]

    def do(self) -> str | Once | None:
        """Make it."""
        try:
            return _shown(
                self, self.row, _t("A link for %(name)s") % {"name": self.row.user.get_username()},
                forget=self.cleaned_data["forget"],
            )  # fmt: skip
        except changing.NotOurs:
            self.add_error(None, NOT_OURS)
            return None


NOT_OURS = _(
    "This login belongs to other companies too. An administrator of the whole installation makes the link."
)


def _shown(form: Sheet, member: Membership, title: str, *, forget: bool = False) -> Once | str:
    """The link is made: mailed where that was wished, else shown this once."""
    link = changing.way_in(
        member, asker=form.request.user, now=form.scope.now, why=form.cleaned_data["why"], forget_factors=forget
    )  # fmt: skip
    address = member.user.email if form.cleaned_data.get("mail") else ""
    if address and _mailed(form, member, link):
        return _t("%(title)s. The link was mailed to %(address)s.") % {"title": title, "address": address}
    told = _t(
        "Give this link to the person over a safe way. It holds for %(hours)s hours and works once: a password is chosen there."
    ) % {"hours": changing.hours_of_a_link()}
    if address:
        told = _t("The mail server did not take the mail.") + " " + told
    return Once(title, told, link, form.scope.url("settings:people"))


def _mailed(form: Sheet, member: Membership, link: str) -> bool:
    """Mail somebody the link; false where the mail server would not have it."""
    text = _t(
        "Hello %(name)s,\n\n%(by)s lets you into the desk of %(company)s. Choose your password here:\n\n%(link)s\n\n"
        "The link works once, for %(hours)s hours. If you expected nothing of the kind, do not use it and tell %(by)s."
    ) % {
        "name": member.user.get_username(), "by": form.scope.name, "company": form.scope.company.name, "link": link,
        "hours": changing.hours_of_a_link(),
    }  # fmt: skip
    mail = EmailMessage(
        _t("%(company)s: your way into the desk") % {"company": " ".join(form.scope.company.name.split())},
        text, sender_of(form.scope.company), [member.user.email],
        connection=get_connection("django.core.mail.backends.smtp.EmailBackend", timeout=10),
    )  # fmt: skip
    try:
        return mail.send() == 1
    except (SMTPException, OSError):
        log.exception("a link to sign in could not be mailed")
        return False


class Remove(Sheet):
    """Take access away."""

    title = _("Take access away")
    submit = _("Take it away")

    def prepare(self) -> None:
        """Say who is meant."""
        self.title = _t("Take access away from %(name)s") % {"name": self.row.user.get_username()}

    def do(self) -> str | Once | None:
        """Take it away."""
        name = {"name": self.row.user.get_username()}
        try:
            closed = changing.remove(
                self.row, asker=self.request.user, now=self.scope.now, why=self.cleaned_data["why"]
            )
        except changing.LastAdministrator:
            self.add_error(None, _("This is the last administrator: make somebody else one first."))
            return None
        if closed:
            return _t("%(name)s is no member any more, and the login is closed.") % name
        return _t("%(name)s is no member of this company any more.") % name


def _member(request: Asked, pk: int) -> Membership:
    found: Membership = own(
        Membership.objects.filter(company=request.scope.company).select_related("user", "company"), pk
    )
    return found


@may(Right.MANAGE)
def invite(request: Asked) -> HttpResponse:
    """Let somebody in."""
    return answer(request, Invite(request))


@may(Right.MANAGE)
def change(request: Asked, pk: int) -> HttpResponse:
    """Change a member."""
    return answer(request, Change(request, _member(request, pk)))


@may(Right.MANAGE)
def link(request: Asked, pk: int) -> HttpResponse:
    """A link to choose a new password."""
    return answer(request, Link(request, _member(request, pk)))


@may(Right.MANAGE)
def remove(request: Asked, pk: int) -> HttpResponse:
    """Take access away."""
    return answer(request, Remove(request, _member(request, pk)))
