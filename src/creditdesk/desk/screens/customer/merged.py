"""Records of one firm that were merged: the one that goes on stands for the others, in figures, lists and searches."""

from __future__ import annotations

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.ledger.models import FACTS

DEPTH = 8
"""Merged into one that was merged itself, and so on; a circle ends here."""


def merged_into(scope: Scope, customer: str) -> str:
    """The customer that goes on in the place of a merged one, where this person sees it; empty for one that was not merged."""
    found = customer
    for _step in range(DEPTH):
        rows = (
            FACTS["customer"]
            .objects.filter(legal_entity=scope.company, customer_id=found, replaced_by=None)
            .exclude(merged_into_id=None)
        )
        survivor = rows.values_list("merged_into_id", flat=True).first()
        if not survivor or survivor == found:
            break
        found = survivor
    if found == customer or not scope.accounts().filter(customer=found).exists():
        return ""
    return found


def merged_records(scope: Scope) -> int:
    """How many records of the ledger stand no more for themselves."""
    rows = FACTS["customer"].objects.filter(legal_entity=scope.company, replaced_by=None)
    return rows.exclude(merged_into_id=None).values("customer_id").distinct().count()
