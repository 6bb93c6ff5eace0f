"""The app `monitor`."""

from __future__ import annotations

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """Figures of a company over time."""

    name = "creditdesk.desk.monitor"
    label = "monitor"
    verbose_name = "Monitor"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make figures that are missing or old at a turn of the worker."""
        from creditdesk.desk.day import jobs
        from creditdesk.desk.monitor import turns

        jobs.turn.connect(turns.put_on_list, dispatch_uid="monitor.turns")
