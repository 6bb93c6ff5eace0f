"""The app `screens`."""

from __future__ import annotations

from django.apps import AppConfig


class ScreensConfig(AppConfig):
    """The screens of the desk, and what they share."""

    name = "creditdesk.desk.screens"
    label = "screens"
    verbose_name = "Screens"
    default_auto_field = "django.db.models.BigAutoField"
