"""Disputes that wait to be settled, the most urgent first, have an index."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_looked_up"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("closed_on", None), ("replaced_by", None)),
                fields=["legal_entity", "deadline", "id"],
                name="fact_dispute_open",
            ),
        ),
    ]
