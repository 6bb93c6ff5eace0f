"""Decides anew, within moments, the customers about whom a person has just said something: the worker's other hand.

A customer waits as a row of `Stale`, written in the transaction of the fact. Rows are taken together, since deciding ten
customers takes hardly longer than deciding one, and are deleted in the transaction that records the decision. To take a
row twice does no harm: a decision is a function of facts, policy and date.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections
from django.db.models import F, Q

from creditdesk.desk.day.clock import moment, today_of
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.redecide import redecide
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.standing.models import Stale

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Customers that are decided together."""

WAIT = timedelta(seconds=30)
"""How long a customer waits whose deciding failed; doubled with each try."""


def decide_stale(decider: Decider, now: datetime) -> int:
    """Decide the customers that wait, oldest first, company by company. Gives how many were decided."""
    ready = Stale.objects.filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
    done = 0
    for company in Company.objects.filter(pk__in=ready.values("company")):
        waiting = list(ready.filter(company=company)[:AT_ONCE])
        customers = [one.customer for one in waiting]
        try:
            redecide(company, customers, today_of(company, now), decider, now)
        except Exception as wrong:  # noqa: BLE001  told to whoever looks at the customer, and tried again
            for one in waiting:
                Stale.objects.filter(pk=one.pk, ledger_no=one.ledger_no).update(
                    tries=F("tries") + 1,
                    next_try_at=now + WAIT * 2 ** min(one.tries, 7),
                    error=f"{type(wrong).__name__}: {wrong}"[:2000],
                )
            continue
        # before the first day there is nothing to decide anew, and a withdrawn customer has no row any more
        for one in waiting:
            Stale.objects.filter(pk=one.pk, ledger_no=one.ledger_no).delete()
        done += len(waiting)
    return done


def keep_deciding(decider: Decider, stop: threading.Event, every: float = 0.5) -> None:
    """Decide what waits, until told to stop."""
    while not stop.is_set():
        close_old_connections()
        try:
            done = decide_stale(decider, moment())
        except DatabaseError:  # the database is away: what waits is still there when it is back
            log.exception("customers wait to be decided anew")
            stop.wait(10)
            continue
        if not done:
            stop.wait(every)
