"""Writes the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from creditdesk.desk.casework.models import Entry
from creditdesk.desk.ledger.models import Company

NEED_A_REASON = frozenset(
    {"policy", "credit_limit", "terms_days", "segment", "limit", "order_release", "write_off", "erasure"}
)
"""Changes that are refused without a reason."""


class ReasonMissing(ValueError):
    """A limit, a policy and a manual segment are not changed without a reason."""


def note(
    company: Company | None,
    *,
    by: str,
    at: datetime,
    what: str,
    ref: str = "",
    customer: str = "",
    was: Mapping[str, Any] | None = None,
    became: Mapping[str, Any] | None = None,
    why: str = "",
) -> Entry:
    """Add an entry, in the transaction of the change.

    Raises:
        ReasonMissing: the change needs a reason and has none.
    """
    if what in NEED_A_REASON and not why.strip():
        raise ReasonMissing(f"a change of {what} needs a reason")
    return Entry.objects.create(
        company=company, by=by, at=at, what=what, ref=ref, customer=customer, was=was, became=became, why=why
    )
