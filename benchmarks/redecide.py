"""How long one customer takes to be decided anew after a change by a person, beside a single-row indexed read.

Usage: python benchmarks/redecide.py [--customers N] [--times N]    (an SQLite desk in a temporary folder; generated data)
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Fill a desk, run one day, decide one customer anew again and again."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--customers", type=int, default=300)
    wanted.add_argument("--times", type=int, default=10)
    options = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="creditdesk-redecide-") as folder:
        os.environ["CREDITDESK_HOME"] = folder
        from creditdesk.desk import starting

        starting.start()
        measure(Path(folder), options.customers, options.times)


def measure(home: Path, customers: int, times: int) -> None:
    """Print the medians and their ratio."""
    from django.utils import timezone

    from creditdesk.desk.day.decider import Decider
    from creditdesk.desk.day.redecide import redecide
    from creditdesk.desk.day.rehearsal import rehearse
    from creditdesk.desk.ledger.models import FACTS, Company
    from creditdesk.sample import HORIZON

    decider = Decider(plans=home / "plans")
    rehearse(home, customers, 7, HORIZON, HORIZON, lambda *_told: None, decider)
    company = Company.objects.get()
    customer = (
        FACTS["customer"]
        .objects.filter(legal_entity=company, replaced_by=None)
        .order_by("?")
        .first()
        .customer_id
    )
    redecide(company, [customer], HORIZON, decider, timezone.now())  # the second engine is made
    alone, read = [], []
    for _ in range(times):
        started = time.perf_counter()
        redecide(company, [customer], HORIZON, decider, timezone.now())
        alone.append(time.perf_counter() - started)
        started = time.perf_counter()
        for _each in range(100):
            FACTS["customer"].objects.filter(
                legal_entity=company, customer_id=customer, replaced_by=None
            ).first()
        read.append((time.perf_counter() - started) / 100)
    rows = sum(model.objects.filter(legal_entity=company).count() for model in FACTS.values())
    decided, row = statistics.median(alone), statistics.median(read)
    print(f"{customers:,} customers, {rows:,} rows in the ledger (generated), SQLite, median of {times}")
    print(
        f"a single-row indexed read {row * 1000:.3f} ms; one customer decided anew {decided * 1000:.0f} ms; ratio {decided / row:,.0f}"
    )


if __name__ == "__main__":
    main()
