"""The app `intake`."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Takes in files that people bring."""

    name = "creditdesk.desk.intake"
    label = "intake"
    verbose_name = "Intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the worker do what is asked, in a thread of its own, and clear away what was left lying at each of its turns."""
        from creditdesk.desk.day import jobs
        from creditdesk.desk.intake import clearing, working

        jobs.turn.connect(clearing.put_on_list, dispatch_uid="intake.clearing")
        jobs.beside.append(jobs.Beside("intake", working.keep_working, working.work_off))
