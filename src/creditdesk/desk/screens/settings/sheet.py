"""A change in the sheet: its form; sent, it is done with its reason, and the page shows how things stand then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.access.declared import Asked


@dataclass(frozen=True)
class Once:
    """What is shown this once and never again: a link, a token, a secret.

    Attributes:
        back: the address that the page behind it goes to.
    """

    title: str
    told: str
    secret: str
    back: str


class Sheet(forms.Form):
    """A change that a person makes and gives a reason for."""

    title: Any = ""
    submit: Any = _("Save")

    why = forms.CharField(label=_("Why"), max_length=500)

    def __init__(self, request: Asked, row: Any = None) -> None:
        """Args: row: what is changed, where it is there already."""
        self.request, self.scope, self.row = request, request.scope, row
        super().__init__(request.POST if request.method == "POST" else None, initial=self.start())
        self.prepare()
        self.order_fields([name for name in self.fields if name != "why"])

    def start(self) -> dict[str, Any]:
        """What the form opens with."""
        return {}

    def prepare(self) -> None:
        """Fill in choices."""

    def do(self) -> str | Once | None:
        """Do it. Gives what is told; None when it could not be, which the form then says."""
        raise NotImplementedError


def answer(request: Asked, form: Sheet) -> HttpResponse:
    """The form; or, sent well, the page behind it as things stand then."""
    if request.method == "POST" and form.is_valid():
        done = form.do()
        if isinstance(done, Once):
            return render(request, "settings/once.html", {"once": done})
        if done is not None:
            messages.success(request, done)
            reply = HttpResponse(status=204)
            reply["HX-Refresh"] = "true"
            return reply
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/sheet_form.html", {"form": form, "action": request.path}, status=status)


def own(rows: Any, pk: int) -> Any:
    """One of these rows, which are of one company. Raises Http404."""
    found = rows.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404(f"no {rows.model.__name__} {pk}")
    return found
