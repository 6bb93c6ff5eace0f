"""Rows that a day writes by the hundred thousand: the database looks their company up no more, and has one index less of it."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_invoice_number"),
        ("standing", "0005_one_index_of_two"),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="ledger.company",
            ),
        ),
        migrations.AlterField(
            model_name="openitem",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="ledger.company",
            ),
        ),
        migrations.AlterField(
            model_name="searchword",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="ledger.company",
            ),
        ),
    ]
