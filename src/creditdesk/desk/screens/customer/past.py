"""How a customer stood on a past day: its decision then, and what was open then as it is known today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Decision, Step
from creditdesk.desk.ledger.models import FACTS
from creditdesk.desk.screens.wording import content

MOST = 300


@dataclass(frozen=True)
class Past:
    """One customer on a day.

    Attributes:
        decision: what held; None before the first decision.
        steps: what was due or held.
        items: invoices that were open, each with `open_then` and `days_then`.
    """

    on: date
    decision: dict[str, Any] | None
    steps: list[dict[str, Any]]
    items: list[Any]


def past(scope: Scope, customer: str, on: date) -> Past:
    """The customer on a day. Open is the amount less allocations in force on the day (R0)."""
    held = Q(from_on__lte=on) & (Q(to_on=None) | Q(to_on__gt=on))
    decision = Decision.objects.filter(held, company=scope.company, customer=customer).first()
    steps = Step.objects.filter(held, company=scope.company, customer=customer)
    return Past(
        on,
        content(decision) if decision else None,
        [{**content(row), "state": row.state} for row in steps],
        _items(scope, customer, on),
    )


def _items(scope: Scope, customer: str, on: date) -> list[Any]:
    invoices = FACTS["invoice"].objects.filter(
        legal_entity=scope.company, customer_id=customer, replaced_by=None, kind="invoice", issued__lte=on
    )
    known = list(invoices.order_by("-due", "-id")[:2000])
    taken = FACTS["allocation"].objects.filter(
        Q(reversed_on=None) | Q(reversed_on__gt=on), legal_entity=scope.company, replaced_by=None,
        allocated_on__lte=on, invoice_id__in=[one.invoice_id for one in known],
    )  # fmt: skip
    sums = dict(taken.values_list("invoice_id").annotate(taken=Sum("amount")))
    found = []
    for one in known:
        one.open_then = one.amount - sums.get(one.invoice_id, 0)
        one.days_then = max(0, (on - one.due).days)
        if one.open_then > 0:
            found.append(one)
    return sorted(found, key=lambda one: one.due)[:MOST]
