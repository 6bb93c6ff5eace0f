"""What Sales reads of a customer: terms, delivery, what releases orders, proposed moves, room to grow, what to watch."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_open_disputes"),
        ("standing", "0001_standing"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="at_risk",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="account",
            name="delivery_terms",
            field=models.CharField(default="normal", max_length=16),
        ),
        migrations.AddField(
            model_name="account",
            name="growth",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="move_held",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="account",
            name="order_block_reason",
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name="account",
            name="order_rank",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="account",
            name="order_release_amount",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="order_release_when",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="account",
            name="pipeline",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="account",
            name="previous_segment",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="account",
            name="proposed_since",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="released_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="room",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="account",
            name="slipping",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="account",
            name="terms_days",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["company", "-order_rank", "id"], name="account_orders"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("room__gt", 0)), fields=["company", "-room", "id"], name="account_room"
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("at_risk__gt", 0), ("slipping__gt", 0), _connector="OR"),
                fields=["company", "-at_risk", "id"],
                name="account_watch",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["company", "segment_since"], name="account_moved"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("move_held", ""), _negated=True),
                fields=["company", "move_held"],
                name="account_proposed",
            ),
        ),
    ]
