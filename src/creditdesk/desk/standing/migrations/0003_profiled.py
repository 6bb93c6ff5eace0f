"""What the last day knew of every customer when it placed them."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_ledger"),
        ("standing", "0002_sales"),
    ]

    operations = [
        migrations.CreateModel(
            name="Profiled",
            fields=[
                ("id", ID),
                ("as_of", models.DateField()),
                ("ledger_no", models.BigIntegerField()),
                ("made_with", models.JSONField()),
                ("content", models.BinaryField()),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={"verbose_name_plural": "profiled"},
        ),
        migrations.CreateModel(
            name="ProfiledSince",
            fields=[
                ("id", ID),
                ("customer", models.CharField(max_length=200)),
                ("ledger_no", models.BigIntegerField()),
                ("content", models.TextField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={"verbose_name_plural": "profiled since"},
        ),
        migrations.AddConstraint(
            model_name="profiledsince",
            constraint=models.UniqueConstraint(fields=("company", "customer"), name="profiled_since_once"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["company", "segment_since"], name="account_since"),
        ),
    ]
