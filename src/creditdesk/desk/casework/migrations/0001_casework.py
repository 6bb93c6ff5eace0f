"""The tables of casework."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0001_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=150)),
                ("deputy", models.CharField(max_length=150)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
            ],
            options={
                "indexes": [models.Index(fields=["from_on", "until_on"], name="absence_days")],
            },
        ),
        migrations.CreateModel(
            name="Band",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("limit", "Limit"),
                            ("terms", "Terms"),
                            ("release", "Order release"),
                            ("plan", "Plan"),
                            ("write_off", "Write-off"),
                        ],
                        max_length=10,
                    ),
                ),
                ("up_to", models.BigIntegerField(null=True)),
                ("role", models.CharField(max_length=30)),
                ("persons", models.SmallIntegerField(default=1)),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ledger.company",
                    ),
                ),
            ],
            options={
                "ordering": ("kind", models.OrderBy(models.F("up_to"), nulls_last=True), "id"),
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("version", models.CharField(max_length=100)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("effective_on", models.DateField()),
                ("author", models.CharField(max_length=150)),
                ("reason", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("approver", models.CharField(blank=True, max_length=150)),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="ledger.company",
                    ),
                ),
            ],
            options={
                "ordering": ("-effective_on", "-approved_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Portfolio",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("role", models.CharField(default="collector", max_length=20)),
                ("owner", models.CharField(max_length=150)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portfolios",
                        to="ledger.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(default="collector", max_length=20)),
                ("customer", models.CharField(max_length=200)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="casework.portfolio",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Redecided",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("as_of", models.DateField()),
                ("ledger_no", models.BigIntegerField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "redecided",
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("limit", "Limit"),
                            ("terms", "Terms"),
                            ("release", "Order release"),
                            ("plan", "Plan"),
                            ("write_off", "Write-off"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("wanted", models.JSONField(default=dict)),
                ("reason", models.TextField()),
                ("role", models.CharField(max_length=30)),
                ("persons", models.SmallIntegerField()),
                ("asked_by", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("day", "Day"), ("catch_up", "Missed day"), ("past", "Past day")],
                        default="day",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        default="running",
                        max_length=10,
                    ),
                ),
                (
                    "preview",
                    models.BooleanField(
                        default=False, help_text="Nobody was released yet: everything was only shown."
                    ),
                ),
                ("ledger_no", models.BigIntegerField(null=True)),
                ("stage", models.CharField(blank=True, max_length=20)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("attempt", models.IntegerField(default=1)),
                ("counts", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True)),
                ("by", models.CharField(max_length=150)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="ledger.company"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.policyversion",
                    ),
                ),
            ],
            options={
                "ordering": ("-as_of", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("procedure", models.CharField(max_length=100)),
                ("case_no", models.BigIntegerField()),
                ("step", models.CharField(max_length=100)),
                ("turn", models.IntegerField()),
                ("level", models.SmallIntegerField()),
                ("template", models.CharField(max_length=100)),
                ("channel", models.CharField(default="email", max_length=20)),
                ("policy_version", models.CharField(blank=True, max_length=100)),
                ("language", models.CharField(max_length=2)),
                ("contact_id", models.CharField(blank=True, max_length=200)),
                ("address", models.CharField(max_length=320)),
                ("subject", models.CharField(max_length=500)),
                ("text", models.TextField()),
                ("message_id", models.CharField(max_length=200, unique=True)),
                ("raw", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("invoice_ids", models.JSONField(default=list)),
                ("amounts", models.JSONField(default=list)),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("asked_on", models.DateField()),
                ("asked_no", models.BigIntegerField()),
                ("attempts", models.IntegerField(default=0)),
                ("queued_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reply", models.TextField(blank=True)),
                ("resolved_by", models.CharField(blank=True, max_length=150)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="casework.run",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.SmallIntegerField(default=6)),
                ("time_zone", models.CharField(default="Europe/Brussels", max_length=50)),
                ("on", models.BooleanField(default=True)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedule",
                        to="ledger.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
                ("rows", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("finished_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stages", to="casework.run"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("procedure", models.CharField(max_length=100)),
                ("case_no", models.BigIntegerField()),
                ("step", models.CharField(max_length=100)),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                ("digest", models.CharField(max_length=32)),
                ("state", models.CharField(choices=[("due", "Due"), ("held", "Held")], max_length=4)),
                ("level", models.SmallIntegerField()),
                ("do", models.CharField(max_length=20)),
                ("due_on", models.DateField()),
                ("listed_since", models.DateField(null=True)),
                ("hold", models.CharField(blank=True, max_length=30)),
                ("owner", models.CharField(max_length=20)),
                ("priority", models.SmallIntegerField()),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("content", models.TextField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("-priority", "-amount", "id"),
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("step", "Step"),
                            ("approve", "Approval"),
                            ("post", "Letter to post"),
                            ("unknown", "Message of unknown fate"),
                            ("alert", "Alert"),
                            ("request", "Request"),
                        ],
                        max_length=10,
                    ),
                ),
                ("procedure", models.CharField(blank=True, max_length=100)),
                ("case_no", models.BigIntegerField(default=0)),
                ("step", models.CharField(blank=True, max_length=100)),
                ("turn", models.IntegerField(default=1)),
                ("ref", models.CharField(blank=True, max_length=200)),
                ("do", models.CharField(blank=True, max_length=20)),
                ("level", models.SmallIntegerField(default=0)),
                ("template", models.CharField(blank=True, max_length=100)),
                ("role", models.CharField(max_length=20)),
                ("person", models.CharField(blank=True, max_length=150)),
                ("assigned", models.CharField(blank=True, max_length=150)),
                ("priority", models.SmallIntegerField(default=0)),
                ("due_on", models.DateField()),
                ("opened_on", models.DateField()),
                ("overdue", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("closed", "Closed")],
                        default="open",
                        max_length=6,
                    ),
                ),
                ("closed_on", models.DateField(null=True)),
                ("closed_because", models.CharField(blank=True, max_length=40)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("done_by", models.CharField(blank=True, max_length=150)),
                ("invoice_ids", models.JSONField(default=list)),
                ("amount", models.BigIntegerField(default=0)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("content", models.JSONField(default=dict)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("-priority", "-amount", "id"),
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by", models.CharField(max_length=150)),
                ("granted", models.BooleanField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="votes",
                        to="casework.request",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Whole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stage", models.CharField(max_length=30)),
                ("as_of", models.DateField()),
                ("content", models.BinaryField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "whole",
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(blank=True, max_length=200)),
                (
                    "kind",
                    models.CharField(
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
                        ],
                        max_length=30,
                    ),
                ),
                ("ref", models.CharField(blank=True, max_length=300)),
                ("raised_on", models.DateField()),
                ("role", models.CharField(default="credit_manager", max_length=20)),
                ("detail", models.JSONField(default=dict)),
                ("seen_by", models.CharField(blank=True, max_length=150)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("-raised_on", "-id"),
                "constraints": [
                    models.UniqueConstraint(fields=("company", "kind", "customer", "ref"), name="alert_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("case_no", models.BigIntegerField()),
                ("procedure", models.CharField(max_length=100)),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                ("closed_because", models.CharField(blank=True, max_length=30)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("customer", "case_no"),
                "indexes": [models.Index(fields=["company", "closed_on"], name="case_closed")],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "customer", "case_no"), name="case_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=200)),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(null=True)),
                ("digest", models.CharField(max_length=32)),
                ("segment", models.CharField(max_length=100)),
                ("procedure", models.CharField(max_length=100, null=True)),
                ("case_no", models.BigIntegerField(null=True)),
                ("next_step", models.CharField(max_length=100, null=True)),
                ("next_due_on", models.DateField(null=True)),
                ("risk_class", models.CharField(max_length=10)),
                ("payment_index", models.BigIntegerField(null=True)),
                ("acceptance", models.CharField(max_length=12)),
                ("order_block", models.CharField(max_length=12)),
                ("currency", models.CharField(max_length=3)),
                ("exposure", models.BigIntegerField()),
                ("credit_limit", models.BigIntegerField(null=True)),
                ("headroom", models.BigIntegerField(null=True)),
                ("content", models.TextField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "ordering": ("customer", "from_on"),
                "indexes": [
                    models.Index(fields=["company", "from_on"], name="decision_from"),
                    models.Index(fields=["company", "to_on"], name="decision_to"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "customer", "from_on"), name="decision_one_a_day"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("to_on", None)),
                        fields=("company", "customer"),
                        name="decision_one_current",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                ("customer", models.CharField(blank=True, max_length=200)),
                ("what", models.CharField(max_length=50)),
                ("ref", models.CharField(blank=True, max_length=300)),
                ("was", models.JSONField(null=True)),
                ("became", models.JSONField(null=True)),
                ("why", models.TextField(blank=True)),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ("-at", "-id"),
                "indexes": [
                    models.Index(fields=["company", "customer"], name="audit_customer"),
                    models.Index(fields=["at"], name="audit_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erased",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("contact_id", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                ("why", models.TextField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.company"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "erased",
                "constraints": [
                    models.UniqueConstraint(fields=("company", "contact_id"), name="erased_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(
                fields=("company", "name", "version"), name="policy_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="portfolio",
            constraint=models.UniqueConstraint(fields=("company", "name"), name="portfolio_name"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=("company", "role", "customer"), name="portfolio_member_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="redecided",
            constraint=models.UniqueConstraint(fields=("company", "customer"), name="redecided_once"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["company", "state"], name="request_state"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "past"), _negated=True),
                fields=("company", "as_of"),
                name="run_one_per_day",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["company", "state"], name="message_state"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["company", "customer"], name="message_customer"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "cancelled"), _negated=True),
                fields=("company", "customer", "procedure", "case_no", "step", "turn"),
                name="message_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(fields=("run", "name"), name="stage_once"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["company", "from_on"], name="step_from"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["company", "to_on"], name="step_to"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(
                fields=("company", "customer", "case_no", "step", "from_on"), name="step_one_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_on", None)),
                fields=("company", "customer", "case_no", "step"),
                name="step_one_current",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["company", "state", "assigned"], name="task_list"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["company", "customer"], name="task_customer"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=("company", "customer", "kind", "procedure", "case_no", "step", "turn", "ref"),
                name="task_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(fields=("request", "by"), name="vote_once"),
        ),
        migrations.AddConstraint(
            model_name="whole",
            constraint=models.UniqueConstraint(fields=("company", "stage"), name="whole_once"),
        ),
    ]
