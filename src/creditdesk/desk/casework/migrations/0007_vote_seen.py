"""A vote keeps what its person was shown that a yes would change."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0006_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="vote",
            name="seen",
            field=models.JSONField(default=list),
        ),
    ]
