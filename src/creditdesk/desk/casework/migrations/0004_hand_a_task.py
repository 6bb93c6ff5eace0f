"""A task can be given to somebody else, and knows when somebody tried in vain."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0003_stage_ledger_no"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="handed_role",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="task",
            name="handed_to",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="task",
            name="tried_on",
            field=models.DateField(null=True),
        ),
    ]
