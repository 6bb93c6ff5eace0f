"""Every absence has its company: PostgreSQL changes no table in the transaction that has changed its rows."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0008_workers_and_absences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="absence",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="absences",
                to="ledger.company",
            ),
        ),
    ]
