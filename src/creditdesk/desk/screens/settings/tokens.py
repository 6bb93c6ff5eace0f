"""Programs: the tokens with which they use the API, and, on the same page, the addresses that are told what changes."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.api import tokens
from creditdesk.desk.api.models import Subscription, Token
from creditdesk.desk.day.clock import zone_of
from creditdesk.desk.screens.fields import DayField
from creditdesk.desk.screens.settings.sheet import Once, Sheet, answer, own
from creditdesk.desk.screens.settings.words import EVENTS, SCOPES, TOKEN_STATES

PAST = 20
"""Tokens and addresses no longer in force that are shown."""


@may(Right.SEE_SETTINGS)
def page(request: Asked) -> HttpResponse:
    """Tokens and webhooks."""
    company, now = request.scope.company, request.scope.now
    every = Token.objects.filter(company=company)
    held = [*every.filter(revoked_at=None), *every.exclude(revoked_at=None).order_by("-revoked_at")[:PAST]]
    shown = [
        {
            "token": one, "state": one.state(now), "said": TOKEN_STATES[one.state(now)],
            "scopes": [SCOPES.get(scope, scope) for scope in one.scopes],
        }
        for one in held
    ]  # fmt: skip
    subscriptions = Subscription.objects.filter(company=company).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state__in=("queued", "sending"))),
        dead=Count("deliveries", filter=Q(deliveries__state="dead")),
    )
    told = [*subscriptions.filter(on=True), *subscriptions.filter(on=False).order_by("-id")[:PAST]]
    return render(
        request,
        "settings/programs.html",
        {
            "here": "programs",
            "tokens": shown,
            "subscriptions": [
                {"row": one, "kinds": [EVENTS.get(kind, kind) for kind in one.kinds]} for one in told
            ],
        },
    )


class NewToken(Sheet):
    """A token for another program."""

    title = _("New token")
    submit = _("Make the token")
    name = forms.CharField(label=_("What it is for"), max_length=100, help_text=_("Such as: web shop."))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), widget=forms.CheckboxSelectMultiple, choices=list(SCOPES.items())
    )
    until = DayField(
        label=_("Until and including"), required=False, help_text=_("Empty: until it is revoked.")
    )
    per_minute = forms.IntegerField(
        label=_("The most requests in a minute"), min_value=1, max_value=100_000, initial=600
    )

    def clean_name(self) -> str:
        """One that no other token in force bears."""
        name: str = self.cleaned_data["name"].strip()
        if Token.objects.filter(company=self.scope.company, name=name, revoked_at=None).exists():
            raise ValidationError(
                _("A token of this name is in force. Revoke it first, or choose another name.")
            )
        return name

    def clean_until(self) -> date | None:
        """Today or later."""
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < self.scope.today:
            raise ValidationError(_("This day is past."))
        return until

    def do(self) -> str | Once | None:
        """Make it, and show it."""
        said = self.cleaned_data
        ends = (
            datetime.combine(said["until"], time.max, zone_of(self.scope.company)) if said["until"] else None
        )
        try:
            row, token = tokens.create(
                self.scope.company, said["name"], said["scopes"], by=self.scope.name, now=self.scope.now,
                expires_at=ends, per_minute=said["per_minute"], why=said["why"],
            )  # fmt: skip
        except tokens.WrongToken as wrong:
            self.add_error(None, str(wrong))
            return None
        return Once(
            _t("The token for %(name)s") % {"name": row.name},
            _t("Put it where the program keeps its secrets. It is shown this once: the desk keeps only a fingerprint of it."),
            token,
            self.scope.url("settings:programs"),
        )  # fmt: skip


class Revoke(Sheet):
    """Take a token back."""

    title = _("Revoke a token")
    submit = _("Revoke")

    def prepare(self) -> None:
        """Say which."""
        self.title = _t("Revoke the token for %(name)s") % {"name": self.row.name}

    def do(self) -> str | Once | None:
        """Take it back."""
        try:
            tokens.revoke(
                self.scope.company, self.row.prefix, by=self.scope.name, now=self.scope.now, why=self.cleaned_data["why"]
            )  # fmt: skip
        except tokens.WrongToken:
            self.add_error(None, _("It was revoked already."))
            return None
        return _t("The token for %(name)s is revoked: the next request with it is refused.") % {"name": self.row.name}  # fmt: skip


@may(Right.MANAGE)
def new(request: Asked) -> HttpResponse:
    """A token."""
    return answer(request, NewToken(request))


@may(Right.MANAGE)
def revoke(request: Asked, pk: int) -> HttpResponse:
    """Take a token back."""
    found: Any = own(Token.objects.filter(company=request.scope.company), pk)
    return answer(request, Revoke(request, found))
