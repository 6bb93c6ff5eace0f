"""The app `standing`."""

from __future__ import annotations

from django.apps import AppConfig


class StandingConfig(AppConfig):
    """How customers stand now."""

    name = "creditdesk.desk.standing"
    label = "standing"
    verbose_name = "Standing"
    default_auto_field = "django.db.models.BigAutoField"
