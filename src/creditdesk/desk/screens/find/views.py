"""What the palette found, as a list of options."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.access.scope import Scope
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.customer.merged import merged_into
from creditdesk.desk.screens.registry import all_screens
from creditdesk.desk.standing.models import OpenItem
from creditdesk.desk.standing.search import after, found, words_of

MOST = 8


@may(Right.MEMBER)
def find(request: Asked) -> HttpResponse:
    """Screens whose name begins with what was typed, customers by the beginnings of words, invoices by number."""
    scope, typed = request.scope, request.GET.get("q", "").strip()[:100]
    customers: Any = []
    invoices: list[dict[str, str]] = []
    if typed and scope.may(Right.SEE_CUSTOMERS):
        customers = (
            found(scope.accounts(), typed).order_by("-overdue", "id")[:MOST] if words_of(typed) else []
        )
        if not customers:
            goes_on = merged_into(scope, typed)
            customers = scope.accounts().filter(customer=goes_on) if goes_on else []
        invoices = _invoices(scope, typed) or (
            _invoices(scope, typed.upper()) if typed.upper() != typed else []
        )
    return render(
        request,
        "find/found.html",
        {"typed": typed, "screens": _screens(scope, typed), "customers": customers, "invoices": invoices},
    )


def _screens(scope: Scope, typed: str) -> list[dict[str, Any]]:
    words = words_of(typed)
    return [
        {"screen": one, "url": scope.url(one.address)}
        for one in all_screens()
        if one.seen_by(scope)
        and all(any(name.startswith(word) for name in words_of(str(one.label))) for word in words)
    ]


def _invoices(scope: Scope, typed: str) -> list[dict[str, str]]:
    """Open items whose number begins so; where there is none, an invoice of that number or id, also when it was paid long ago."""
    rows = scope.of(OpenItem).filter(number__gte=typed, number__lt=after(typed)).order_by("number")[:MOST]
    items = [{"number": one.number, "customer": one.customer} for one in rows]
    if not items:
        invoices = FACTS["invoice"].objects.filter(legal_entity=scope.company, replaced_by=None)
        paid = list(invoices.filter(number=typed)[:MOST]) or list(invoices.filter(invoice_id=typed)[:1])
        seen = scope.accounts().filter(customer__in={one.customer_id for one in paid})
        known = set(seen.values_list("customer", flat=True)) if paid else set()
        items = [
            {"number": one.number, "customer": one.customer_id} for one in paid if one.customer_id in known
        ]
    return items
