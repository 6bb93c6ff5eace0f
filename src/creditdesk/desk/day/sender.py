"""From which address a company writes."""

from __future__ import annotations

from django.conf import settings

from creditdesk.desk.ledger.models import Company


def sender_of(company: Company) -> str:
    """The company's own address, else that of the installation (`CREDITDESK_FROM`)."""
    return company.sender or settings.DEFAULT_FROM_EMAIL
