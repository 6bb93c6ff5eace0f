"""Every component, to be looked at in light and dark, wide and narrow. In English alone: it is for those who build."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right

COLOURS = (
    "ground", "ground-soft", "ground-hover", "ground-chosen", "line", "line-strong", "ink", "ink-soft", "accent",
    "good", "warn", "bad",
)  # fmt: skip


class Example(forms.Form):
    """Each kind of field."""

    name = forms.CharField(label="Name", help_text="As it stands on the invoice.")
    amount = forms.DecimalField(label="Amount", required=False)
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    reason = forms.ChoiceField(label="Reason", choices=[("price", "Price"), ("quality", "Quality")])
    text = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    tick = forms.BooleanField(label="Send a copy", required=False)


@may(Right.MANAGE)
def design(request: Asked) -> HttpResponse:
    """The page."""
    today = request.scope.today
    return render(
        request,
        "design/page.html",
        {
            "colours": COLOURS,
            "form": Example(),
            "wrong": Example({"name": "", "amount": "a lot", "reason": "price"}),
            "rows": _rows(today),
            "today": today,
        },
    )


def _rows(today: date) -> list[dict[str, Any]]:
    names = ("Janssen Bouw BV", "Établissements Lefèvre", "Müller & Söhne GmbH")
    return [
        {
            "name": name,
            "due": today - timedelta(days=12 * index + 3),
            "open": 1_250_00 * (index + 1),
            "currency": "EUR",
        }
        for index, name in enumerate(names)
    ]
