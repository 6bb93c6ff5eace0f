"""The API as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class Api(AppConfig):
    """Answers other programs, and tells them what changed."""

    name = "creditdesk.desk.api"
    label = "api"
    verbose_name = "API"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Write events in the transaction of what they tell; do the worker's part at each of its turns."""
        from creditdesk.desk.api import turns
        from creditdesk.desk.api.webhooks import events
        from creditdesk.desk.day import jobs, transitions

        transitions.changed.connect(events.write, dispatch_uid="api.events")
        jobs.turn.connect(turns.put_on_list, dispatch_uid="api.turns")
