"""Requests expire; people comment on requests, disputes and moves; Sales answers moves."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0004_hand_a_task"),
        ("ledger", "0003_open_disputes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                (
                    "subject",
                    models.CharField(
                        choices=[("request", "Request"), ("dispute", "Dispute"), ("move", "Move")],
                        max_length=10,
                    ),
                ),
                ("ref", models.CharField(max_length=300)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="MoveAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("was", models.CharField(max_length=100)),
                ("target", models.CharField(max_length=100)),
                ("since", models.DateField()),
                (
                    "answer",
                    models.CharField(choices=[("agree", "Agrees"), ("object", "Objects")], max_length=10),
                ),
                ("reason", models.TextField(blank=True)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("settled_by", models.CharField(blank=True, max_length=150)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.AddField(
            model_name="request",
            name="expires_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("deterioration", "Deterioration"),
                    ("limit_passed", "Limit passed"),
                    ("large_move", "Large move"),
                    ("insolvency", "Insolvency"),
                    ("broken_promise", "Broken promise"),
                    ("instalment_missed", "Instalment missed"),
                    ("release_expiring", "Release expiring"),
                    ("limit_expiring", "Limit expiring"),
                    ("limitation_near", "Limitation date near"),
                    ("vat_relief_near", "VAT relief date near"),
                    ("order_number_missing", "Purchase-order number missing"),
                    ("own_account_changed", "Own bank account changed"),
                    ("dispute_late", "Dispute past its deadline"),
                    ("task_overdue", "Task overdue"),
                    ("unknown_message", "Message of unknown fate"),
                    ("move_objected", "Sales objects to a move"),
                ],
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="request",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("granted", "Granted"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["company", "customer"], name="request_customer"),
        ),
        migrations.AddField(
            model_name="comment",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
            ),
        ),
        migrations.AddField(
            model_name="moveanswer",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["company", "subject", "ref"], name="comment_about"),
        ),
        migrations.AddIndex(
            model_name="moveanswer",
            index=models.Index(fields=["company", "customer", "target"], name="move_answer_of"),
        ),
    ]
