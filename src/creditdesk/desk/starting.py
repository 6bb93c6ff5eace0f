"""Makes Django ready: asked for by every command of the desk, and by nothing else of the program."""

from __future__ import annotations

import os

from creditdesk.desk import catalogues

SETTINGS = "creditdesk.desk.settings"


def start() -> None:
    """Configure Django with the desk's settings; a second call does nothing."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if not apps.ready:
        if catalogues.stale() and os.access(
            catalogues.DESK, os.W_OK
        ):  # a checkout; a package comes with them
            catalogues.compiled()
        django.setup()
