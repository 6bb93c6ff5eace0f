"""How many requests a token has left in this minute, over all processes of the desk.

Each process takes requests from the database in lots of a twentieth of the allowance, so that not every request writes.
"""

from __future__ import annotations

import threading
from datetime import datetime

from django.db import connection

from creditdesk.desk.api.models import Allowance, Token
from creditdesk.desk.ledger import bulk

PARTS = 20
_left: dict[tuple[str, int], tuple[int, int]] = {}
"""Per database and token: the minute, and what this process still holds of it."""
_guard = threading.Lock()


def take(token: Token, now: datetime) -> int:
    """Take one request. Gives 0, or the seconds to wait when the minute's requests are used up."""
    minute = int(now.timestamp()) // 60
    place = (str(connection.settings_dict["NAME"]), token.pk)
    with _guard:
        held_minute, held = _left.get(place, (minute, 0))
        if held_minute != minute:
            held = 0
        if held < 1:
            held = _lot(token, minute)
        _left[place] = (minute, max(held - 1, 0))
    return 0 if held else 60 - int(now.timestamp()) % 60


def _lot(token: Token, minute: int) -> int:
    """Take a lot from the database by one statement; 0 when nothing is left."""
    lot = max(token.per_minute // PARTS, 1)
    table = bulk.quoted(Allowance._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (token_id, minute, taken) VALUES (%s, %s, %s) ON CONFLICT (token_id, minute) "
            f"DO UPDATE SET taken = {table}.taken + %s WHERE {table}.taken < %s RETURNING taken",
            [token.pk, minute, lot, lot, token.per_minute],
        )
        row = cursor.fetchone()
    return 0 if row is None else min(lot, token.per_minute - (row[0] - lot))


def forget(before: datetime) -> int:
    """Forget minutes long past. Gives how many."""
    return Allowance.objects.filter(minute__lt=int(before.timestamp()) // 60).delete()[0]
