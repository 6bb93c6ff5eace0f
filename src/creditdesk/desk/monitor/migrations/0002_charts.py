"""The table in which drawn charts are kept."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import migrations


def make(_apps: Any, editor: Any) -> None:
    """Make it, unless it is there."""
    call_command("createcachetable", "monitor_chart", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table `monitor_chart`."""

    dependencies = [("monitor", "0001_monitor")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
