"""An invoice is found by its number, also when it was paid long ago."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_foreign_files_and_sender"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("replaced_by", None)),
                fields=["legal_entity", "number"],
                name="fact_invoice_number",
            ),
        ),
    ]
