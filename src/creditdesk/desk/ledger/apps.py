"""The ledger as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Name and place of the app."""

    name = "creditdesk.desk.ledger"
    label = "ledger"
    verbose_name = "Ledger"
