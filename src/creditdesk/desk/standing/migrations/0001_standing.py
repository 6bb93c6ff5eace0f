"""The tables of `standing`."""

from __future__ import annotations
import creditdesk.desk.standing.models
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0001_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=32)),
                ("name", models.TextField()),
                ("words", models.TextField()),
                ("kind", models.CharField(max_length=20)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("city", models.TextField(blank=True)),
                ("language", models.CharField(max_length=2)),
                ("payer", models.CharField(max_length=200)),
                ("group_id", models.CharField(max_length=200)),
                ("key_account", models.BooleanField(default=False)),
                ("intercompany", models.BooleanField(default=False)),
                ("collector", models.CharField(blank=True, max_length=150)),
                ("account_manager", models.CharField(blank=True, max_length=150)),
                ("portfolio", models.BigIntegerField(null=True)),
                ("segment", models.CharField(max_length=100)),
                ("segment_since", models.DateField()),
                ("proposed_segment", models.CharField(blank=True, max_length=100)),
                ("cell_row", models.CharField(blank=True, max_length=100)),
                ("cell_column", models.CharField(blank=True, max_length=100)),
                ("risk_class", models.CharField(max_length=10)),
                ("payment_index", models.BigIntegerField(null=True)),
                ("procedure", models.CharField(blank=True, max_length=100)),
                ("case_no", models.BigIntegerField(null=True)),
                ("next_step", models.CharField(blank=True, max_length=100)),
                ("next_due_on", models.DateField(null=True)),
                ("step", models.CharField(blank=True, max_length=100)),
                ("do", models.CharField(blank=True, max_length=20)),
                ("step_state", models.CharField(blank=True, max_length=4)),
                ("hold", models.CharField(blank=True, max_length=30)),
                ("priority", models.SmallIntegerField(default=0)),
                ("acceptance", models.CharField(max_length=12)),
                ("order_block", models.CharField(max_length=12)),
                ("currency", models.CharField(max_length=3)),
                ("open_items", models.BigIntegerField(default=0)),
                ("open", models.BigIntegerField(default=0)),
                ("overdue", models.BigIntegerField(default=0)),
                ("collectible", models.BigIntegerField(default=0)),
                ("disputed", models.BigIntegerField(default=0)),
                ("promised", models.BigIntegerField(default=0)),
                ("planned", models.BigIntegerField(default=0)),
                ("unallocated", models.BigIntegerField(default=0)),
                ("oldest_due_on", models.DateField(null=True)),
                ("exposure", models.BigIntegerField(default=0)),
                ("credit_limit", models.BigIntegerField(null=True)),
                ("headroom", models.BigIntegerField(null=True)),
                ("uninsured", models.BigIntegerField(default=0)),
                ("turnover", models.BigIntegerField(default=0)),
                ("more", models.JSONField(default=dict)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "indexes": [
                    models.Index(fields=["company", "name", "id"], name="account_name"),
                    models.Index(fields=["company", "-overdue", "id"], name="account_overdue"),
                    models.Index(fields=["company", "-open", "id"], name="account_open"),
                    models.Index(fields=["company", "-exposure", "id"], name="account_exposure"),
                    models.Index(fields=["company", "oldest_due_on", "id"], name="account_oldest"),
                    models.Index(fields=["company", "segment"], name="account_segment"),
                    models.Index(fields=["company", "cell_row", "cell_column"], name="account_cell"),
                    models.Index(fields=["company", "collector"], name="account_collector"),
                    models.Index(fields=["company", "account_manager"], name="account_manager"),
                    models.Index(fields=["company", "group_id"], name="account_group"),
                    models.Index(fields=["company", "payer"], name="account_payer"),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "customer"), name="account_once")],
            },
        ),
        migrations.CreateModel(
            name="OpenItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("payer", models.CharField(max_length=200)),
                ("invoice", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=32)),
                ("number", creditdesk.desk.standing.models.WordField(max_length=200)),
                ("kind", models.CharField(max_length=12)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("open", models.BigIntegerField()),
                ("open_base", models.BigIntegerField()),
                ("overdue", models.BooleanField()),
                ("collectible", models.BigIntegerField(default=0)),
                ("disputed", models.BigIntegerField(default=0)),
                ("promised", models.BigIntegerField(default=0)),
                ("planned", models.BigIntegerField(default=0)),
                ("holds", models.TextField(blank=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("due_on", "id"),
                "indexes": [
                    models.Index(fields=["company", "customer", "due_on"], name="item_customer"),
                    models.Index(fields=["company", "number"], name="item_number"),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "invoice"), name="item_once")],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", creditdesk.desk.standing.models.WordField(max_length=200)),
                ("customer", models.CharField(max_length=200)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "customer"], name="word_customer")],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "word", "customer"), name="word_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Stale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("ledger_no", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "stale",
                "ordering": ("asked_at", "id"),
                "constraints": [models.UniqueConstraint(fields=("company", "customer"), name="stale_once")],
            },
        ),
    ]
