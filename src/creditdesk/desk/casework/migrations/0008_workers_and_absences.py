"""A worker says that it is there; an absence is one of a company, since names are those of its facts."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def in_every_company(apps: Any, _editor: Any) -> None:
    """Absences held in all companies: each keeps them."""
    absence = apps.get_model("casework", "Absence")
    companies = list(apps.get_model("ledger", "Company").objects.values_list("pk", flat=True))
    for one in list(absence.objects.filter(company=None)):
        for company in companies:
            absence.objects.create(
                company_id=company, person=one.person, deputy=one.deputy, from_on=one.from_on, until_on=one.until_on
            )  # fmt: skip
        one.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_vote_seen"),
        ("ledger", "0004_foreign_files_and_sender"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkerSeen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "workers seen", "ordering": ("-seen_at",)},
        ),
        migrations.AddField(
            model_name="absence",
            name="company",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="absences",
                to="ledger.company",
            ),
        ),
        migrations.RunPython(in_every_company, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="absence", name="absence_days"),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(fields=["company", "from_on", "until_on"], name="absence_of_company"),
        ),
    ]
