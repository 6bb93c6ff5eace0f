"""The index of room to grow covers open offers too."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_foreign_files_and_sender"),
        ("standing", "0003_profiled"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="account",
            name="account_room",
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("room__gt", 0), ("pipeline__gt", 0), _connector="OR"),
                fields=["company", "-room", "id"],
                name="account_room",
            ),
        ),
    ]
