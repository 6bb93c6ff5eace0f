"""Policies being written, and what they were tried on."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_talk"),
        ("ledger", "0001_ledger"),
    ]

    operations = [
        migrations.AddField(
            model_name="policyversion",
            name="cases",
            field=models.TextField(null=True),
        ),
        migrations.AlterField(
            model_name="comment",
            name="subject",
            field=models.CharField(
                choices=[
                    ("request", "Request"),
                    ("dispute", "Dispute"),
                    ("move", "Move"),
                    ("policy", "Policy"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=100)),
                ("text", models.TextField()),
                ("cases", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("writing", "Being written"),
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("dropped", "Given up"),
                        ],
                        default="writing",
                        max_length=8,
                    ),
                ),
                ("writers", models.JSONField(default=list)),
                ("edition", models.IntegerField(default=1)),
                ("begun_by", models.CharField(max_length=150)),
                ("begun_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=150)),
                ("changed_at", models.DateTimeField()),
                (
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.policyversion",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="ledger.company",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="draft",
                        to="casework.policyversion",
                    ),
                ),
            ],
            options={
                "ordering": ("-changed_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("cases", "Own cases"), ("replay", "Replay")], max_length=6),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("stopped", "Stopped"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("text", models.TextField()),
                ("cases", models.TextField(blank=True)),
                ("first", models.DateField(null=True)),
                ("last", models.DateField(null=True)),
                ("done", models.IntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("at", models.CharField(blank=True, max_length=100)),
                ("asked_by", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("beat_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("result", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True)),
                (
                    "against",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.policyversion",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="casework.draft",
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["company", "state"], name="draft_state"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(fields=["state", "asked_at"], name="trial_state"),
        ),
    ]
