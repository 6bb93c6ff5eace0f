"""Who decides what is asked for: per kind of request up to which amount one role, and how many persons of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right, Role
from creditdesk.desk.access.scope import Scope, colleagues
from creditdesk.desk.casework import bands
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.fields import MoneyField
from creditdesk.desk.screens.formats import money
from creditdesk.desk.screens.names import ROLES
from creditdesk.desk.screens.requests.words import KINDS
from creditdesk.desk.screens.settings.sheet import Once, Sheet, answer

DECIDERS = (Role.CREDIT_MANAGER, Role.FINANCE_DIRECTOR)
STEPS = 2
"""Amounts that a form offers below the rest."""


def currency_of(scope: Scope) -> str:
    """The currency in which amounts are weighed: the company's own."""
    row = (
        FACTS["company"]
        .objects.filter(legal_entity=scope.company, replaced_by=None)
        .order_by("company_id")
        .first()
    )
    return row.currency if row else "EUR"


def deciding(scope: Scope) -> list[dict[str, Any]]:
    """Per kind its bands in words; `missing` where fewer people have the role than are needed."""
    currency = currency_of(scope)
    there = {role.value: colleagues(scope.company, (role,)).count() for role in DECIDERS}
    found = []
    for kind, name in KINDS.items():
        rows = []
        for one in bands.bands_of(scope.company, kind):
            if one.up_to is None:
                limit = ""
            else:
                limit = (
                    ngettext("%(n)s day", "%(n)s days", one.up_to) % {"n": one.up_to}
                    if kind == "terms"
                    else money(one.up_to, currency)
                )
            role = ROLES[Role(one.role)] if one.role in set(Role) else one.role
            rows.append(
                {"limit": limit, "role": role, "persons": one.persons, "there": there.get(one.role, 0)}
            )
        found.append({"kind": kind, "name": name, "bands": rows})
    return found


class Deciders(Sheet):
    """The bands of one kind."""

    def __init__(self, request: Asked, kind: str) -> None:
        self.kind = kind
        super().__init__(request)

    def start(self) -> dict[str, Any]:
        """As they are."""
        own = bands.bands_of(self.scope.company, self.kind)
        told: dict[str, Any] = {}
        for no, one in enumerate(own[:-1][:STEPS], 1):
            told |= {f"up_{no}": one.up_to, f"role_{no}": one.role, f"persons_{no}": one.persons}
        return told | {"role_rest": own[-1].role, "persons_rest": own[-1].persons}

    def prepare(self) -> None:
        """Amounts with who decides up to them, and who decides the rest."""
        self.title = _t("Who decides: %(what)s") % {"what": KINDS[self.kind]}
        choices = [(one.value, ROLES[one]) for one in DECIDERS]
        for name in [*(str(no) for no in range(1, STEPS + 1)), "rest"]:
            if name != "rest":
                label = _("Up to") if name == "1" else _("Else up to")
                if self.kind == "terms":
                    self.fields[f"up_{name}"] = forms.IntegerField(
                        label=label, required=False, min_value=1, max_value=3650, help_text=_("Days.")
                    )
                else:
                    self.fields[f"up_{name}"] = MoneyField(
                        label=label, required=False, currency=currency_of(self.scope)
                    )
            label = _("What is above") if name == "rest" else _("Decided by")
            self.fields[f"role_{name}"] = forms.ChoiceField(
                label=label, choices=choices, required=name == "rest"
            )
            self.fields[f"persons_{name}"] = forms.IntegerField(
                label=_("How many persons"), min_value=1, max_value=5, required=name == "rest", initial=1
            )

    def do(self) -> str | Once | None:
        """Set them."""
        said = self.cleaned_data
        steps: list[tuple[int | None, str, int]] = [
            (said[f"up_{no}"], said[f"role_{no}"] or DECIDERS[0].value, said[f"persons_{no}"] or 1)
            for no in range(1, STEPS + 1)
            if said.get(f"up_{no}")
        ]
        steps.append((None, said["role_rest"], said["persons_rest"]))
        try:
            changed = bands.set_bands(
                self.scope.company, self.kind, steps, by=self.scope.name, now=self.scope.now, why=said["why"]
            )
        except bands.NoOrder:
            self.add_error(f"up_{STEPS}", _("The second amount must be above the first."))
            return None
        if not changed:
            return _t("Nothing was changed.")
        return _t("Changed. Requests that wait already are decided as before.")


@may(Right.MANAGE)
def change(request: Asked, kind: str) -> HttpResponse:
    """Who decides one kind of request."""
    if kind not in KINDS:
        raise Http404(f"no kind {kind!r}")
    return answer(request, Deciders(request, kind))
