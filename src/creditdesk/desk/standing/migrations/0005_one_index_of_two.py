"""Two indexes of the same columns came in side by side; one does."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("standing", "0004_room_and_offers"),)

    operations = (migrations.RemoveIndex(model_name="account", name="account_since"),)
