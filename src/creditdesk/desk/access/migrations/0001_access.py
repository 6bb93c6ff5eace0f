"""The tables of `access`."""

from __future__ import annotations
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0002_records_stay"),
        ("ledger", "0001_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=150)),
                ("capacity", models.PositiveSmallIntegerField(default=40)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="ledger.company",
                    ),
                ),
                (
                    "portfolios",
                    models.ManyToManyField(blank=True, related_name="restricted_to", to="casework.portfolio"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Granted",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("collector", "collector"),
                            ("credit_manager", "credit_manager"),
                            ("finance_director", "finance_director"),
                            ("sales", "sales"),
                            ("dispute_handler", "dispute_handler"),
                            ("auditor", "auditor"),
                            ("administrator", "administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="granted",
                        to="access.membership",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "granted",
            },
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "company"), name="member_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("company", "person"), name="person_once"),
        ),
        migrations.AddConstraint(
            model_name="granted",
            constraint=models.UniqueConstraint(fields=("membership", "role"), name="role_once"),
        ),
    ]
