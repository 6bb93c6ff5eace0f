"""The table of the cache: counts of attempts to sign in hold for all processes, so they stand in the database."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.db import migrations


def make(_apps: Any, editor: Any) -> None:
    """Make it, unless it is there."""
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table `desk_cache`."""

    dependencies = [("access", "0001_access")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
