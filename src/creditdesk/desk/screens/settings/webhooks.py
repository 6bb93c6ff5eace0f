"""Webhooks: addresses of other programs that are told what changes; made, given a new secret, tried, ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.api.models import Subscription
from creditdesk.desk.api.webhooks import delivering, subscribing
from creditdesk.desk.api.webhooks.address import WrongAddress
from creditdesk.desk.casework.audit import note
from creditdesk.desk.screens.formats import number
from creditdesk.desk.screens.settings.sheet import Once, Sheet, answer, own
from creditdesk.desk.screens.settings.words import EVENTS

KEEP = _("The receiver checks by it that a message is ours. It is shown this once.")


class NewWebhook(Sheet):
    """An address that is told what changes."""

    title = _("New address")
    submit = _("Subscribe it")
    url = forms.CharField(
        label=_("Address"), max_length=2000, widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"})
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=_("Is told"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(EVENTS.items()),
        help_text=_("None ticked: everything."),
    )  # fmt: skip

    def do(self) -> str | Once | None:
        """Subscribe it, and show its secret."""
        said, company = self.cleaned_data, self.scope.company
        standing = Subscription.objects.filter(company=company, on=True)
        try:
            row, secret = subscribing.subscribe(
                company, said["url"], said["kinds"], by=self.scope.name, now=self.scope.now, why=said["why"]
            )
        except WrongAddress:
            self.add_error(
                "url",
                _("Nothing is sent there. An address begins with https:// and leads to a public server; whoever runs the desk may allow others."),
            )  # fmt: skip
            return None
        except subscribing.WrongSubscription:
            taken = standing.filter(url=said["url"]).exists()
            self.add_error(
                "url", _("This address is subscribed.") if taken else _("There are too many. End one first.")
            )
            return None
        return Once(
            _t("The secret of %(url)s") % {"url": row.url},
            str(KEEP),
            secret,
            self.scope.url("settings:programs"),
        )


class Renew(Sheet):
    """A new secret."""

    title = _("A new secret")
    submit = _("Make it")

    def do(self) -> str | Once | None:
        """Make it, and show it."""
        secret = subscribing.renew(
            self.row, by=self.scope.name, now=self.scope.now, why=self.cleaned_data["why"]
        )
        told = _t("The receiver checks by it that a message is ours. It is shown this once. The one before stays valid for a day.")  # fmt: skip
        return Once(
            _t("The secret of %(url)s") % {"url": self.row.url},
            told,
            secret,
            self.scope.url("settings:programs"),
        )


class End(Sheet):
    """Send nothing there any more."""

    title = _("End a subscription")
    submit = _("End it")

    def do(self) -> str | Once | None:
        """End it."""
        subscribing.end(self.row, by=self.scope.name, now=self.scope.now, why=self.cleaned_data["why"])
        return _t("Nothing is sent to %(url)s any more.") % {"url": self.row.url}


def _row(request: Asked, pk: int, **more: Any) -> Any:
    return own(
        Subscription.objects.filter(company=request.scope.company, **more).select_related("company"), pk
    )


@may(Right.MANAGE)
def new(request: Asked) -> HttpResponse:
    """An address."""
    return answer(request, NewWebhook(request))


@may(Right.MANAGE)
def renew(request: Asked, pk: int) -> HttpResponse:
    """A new secret."""
    return answer(request, Renew(request, _row(request, pk, on=True)))


@may(Right.MANAGE)
def end(request: Asked, pk: int) -> HttpResponse:
    """End it."""
    return answer(request, End(request, _row(request, pk, on=True)))


@require_POST
def _try(request: Asked, pk: int) -> HttpResponse:
    """Send an event that only says that it works."""
    row = _row(request, pk, on=True)
    subscribing.try_it(row, request.scope.now)
    note(
        row.company, by=request.scope.name, at=request.scope.now, what="webhook", ref=str(row.pk), became={"tried": row.url}
    )  # fmt: skip
    messages.success(request, _t("A trial is on its way to %(url)s.") % {"url": row.url})
    return HttpResponseRedirect(request.scope.url("settings:programs"))


@require_POST
def _retry(request: Asked, pk: int) -> HttpResponse:
    """Send everything that was given up once more."""
    row = _row(request, pk, on=True)
    count = sum(delivering.again(one) for one in row.deliveries.filter(state="dead"))
    note(
        row.company, by=request.scope.name, at=request.scope.now, what="webhook", ref=str(row.pk),
        became={"sent again": count},
    )  # fmt: skip
    told = ngettext("%(n)s event is on its way again.", "%(n)s events are on their way again.", count)
    messages.success(request, told % {"n": number(count)})
    return HttpResponseRedirect(request.scope.url("settings:programs"))


try_it = may(Right.MANAGE)(_try)
retry = may(Right.MANAGE)(_retry)
