"""The app `access`."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People and their roles."""

    name = "creditdesk.desk.access"
    label = "access"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"
