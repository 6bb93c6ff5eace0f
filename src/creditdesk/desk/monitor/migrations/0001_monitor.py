"""Figures of a company by period, and when they were made."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_looked_up"),
    ]

    operations = [
        migrations.CreateModel(
            name="Measured",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField(null=True)),
                ("ledger_no", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField(null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("first_on", models.DateField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "measured",
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group", models.CharField(blank=True, max_length=120)),
                ("grain", models.CharField(max_length=5)),
                ("on", models.DateField()),
                ("name", models.CharField(max_length=30)),
                ("part", models.CharField(blank=True, max_length=200)),
                ("amount", models.BigIntegerField(default=0)),
                ("count", models.BigIntegerField(default=0)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("on", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "group", "grain", "name", "on", "part"), name="figure_once"
                    )
                ],
            },
        ),
    ]
