"""Terms codes give the due dates a credit manager expects."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from creditdesk.sample.bank_days import EPOCH, day_number
from creditdesk.sample.terms import CODE, TERMS, due_dates


@pytest.mark.parametrize(
    ("code", "issued", "due"),
    [
        ("N0", date(2026, 1, 31), date(2026, 1, 31)),
        ("N30", date(2026, 1, 31), date(2026, 3, 2)),
        ("EOM0", date(2026, 2, 3), date(2026, 2, 28)),
        ("EOM30", date(2026, 1, 15), date(2026, 3, 2)),
        ("30F10", date(2026, 1, 5), date(2026, 2, 10)),
        ("30F10", date(2026, 1, 12), date(2026, 3, 10)),
        ("2T8N30", date(2026, 1, 1), date(2026, 1, 31)),
        ("PUB60", date(2026, 1, 1), date(2026, 3, 2)),
    ],
)
def test_due_date(code, issued, due):
    days = due_dates(np.array([day_number(issued)]), np.array([CODE[code]]))
    assert EPOCH + timedelta(days=int(days[0])) == due


def test_there_are_forty_codes():
    assert len({terms.code for terms in TERMS}) == len(TERMS) == 40
