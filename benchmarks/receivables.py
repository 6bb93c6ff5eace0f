"""What the engine makes of a real accounts-receivable file: does its index rank, do its segments hold still?

Run with the folder of the file: `python benchmarks/receivables.py ../shared/data/ar_ibm_to_2013-06`. The settlements
of that file are simulated (weekends as likely as weekdays), so it shows ranking and stability, nothing of weekdays.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import tempfile
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from creditdesk.engine.backend import connect
from creditdesk.engine.stages import Stages
from creditdesk.engine.walk import Walk
from creditdesk.policy.document import Brakes, Policy
from creditdesk.policy.load import load_policy
from creditdesk.sources.importing import import_file

QUARTERS = [
    date(2012, 6, 30), date(2012, 9, 30), date(2012, 12, 31), date(2013, 3, 31), date(2013, 6, 30)
]  # fmt: skip
CUT = date(2012, 12, 31)


def ranks(values: list[float]) -> list[float]:
    """Ranks from 1, ties sharing their mean."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for index in order[at : end + 1]:
            found[index] = (at + end) / 2 + 1
        at = end + 1
    return found


def spearman(one: list[float], other: list[float]) -> float:
    """Rank correlation."""
    a, b = ranks(one), ranks(other)
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    top = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    low = (sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)) ** 0.5
    return top / low if low else 0.0


def later_lateness(source: Path) -> dict[str, float]:
    """Mean days late per customer of the invoices issued in the first half of 2013 and settled since."""
    late: dict[str, list[int]] = defaultdict(list)
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            issued = date.fromisoformat(row["invoice_date"])
            if issued <= CUT or not row["settled_date"]:
                continue
            late[row["customer_id"]].append(
                (date.fromisoformat(row["settled_date"]) - date.fromisoformat(row["due_date"])).days
            )
    return {customer: sum(days) / len(days) for customer, days in late.items()}


def late_share(source: Path) -> dict[str, float]:
    """Share of each customer's invoices paid late, known on the cut: the plain measure to beat."""
    counts: dict[str, list[int]] = defaultdict(list)
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            settled = date.fromisoformat(row["settled_date"]) if row["settled_date"] else None
            due = date.fromisoformat(row["due_date"])
            if settled is not None and settled <= CUT:
                counts[row["customer_id"]].append(int(settled > due))
            elif due < CUT and date.fromisoformat(row["invoice_date"]) <= CUT:
                counts[row["customer_id"]].append(1)
    return {customer: sum(flags) / len(flags) for customer, flags in counts.items()}


def facts_of(source: Path, work: Path) -> dict[str, pa.Table]:
    """The file as facts, by the mapping that is shipped for it."""
    import_file(source, work, "ibm-receivables")
    return {path.stem: pq.read_table(path) for path in work.glob("*.parquet")}


def quarters(facts: dict[str, pa.Table], policy: Policy) -> list[dict[str, dict[str, object]]]:
    """Decision and profile per customer at the end of each quarter."""
    backend = connect()
    try:
        walk = Walk(Stages(backend), facts, policy, QUARTERS[0], QUARTERS[-1])
        found = []
        for day in QUARTERS:
            walk.decide(day)
            decision = {str(row["customer_id"]): row for row in walk.fetch("decision").to_pylist()}
            for row in walk.fetch("profile").to_pylist():
                decision[str(row["customer_id"])] |= {f"profile_{name}": value for name, value in row.items()}
            found.append(decision)
        return found
    finally:
        backend.close()


def moves(found: list[dict[str, dict[str, object]]]) -> list[tuple[int, int]]:
    """Per quarter how many customers changed segment, of how many."""
    return [
        (sum(before[c]["segment"] != after[c]["segment"] for c in before if c in after), len(before))
        for before, after in itertools.pairwise(found)
    ]


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    source = parser.parse_args().folder / "invoices_known_on_2013-06-30.csv"
    policy = load_policy("starter")
    free = policy.model_copy(
        update={
            "brakes": Brakes(minimum_stay_days=0),
            "criteria": {
                name: one.model_copy(update={"margin": Decimal(0)}) for name, one in policy.criteria.items()
            },
        }
    )
    with tempfile.TemporaryDirectory() as work:
        facts = facts_of(source, Path(work) / "facts")
    braked, unbraked = quarters(facts, policy), quarters(facts, free)
    later, share = later_lateness(source), late_share(source)
    at_cut = braked[QUARTERS.index(CUT)]
    for measure in ("payment_index", "days_late_shrunken", "late_share_shrunken"):
        known = [c for c in later if at_cut.get(c, {}).get(f"profile_{measure}") is not None]
        sign = -1 if measure == "payment_index" else 1
        values = [sign * float(at_cut[c][f"profile_{measure}"]) for c in known]  # type: ignore[arg-type]
        print(
            f"{measure}: rank correlation {spearman(values, [later[c] for c in known]):.3f} over {len(known)} customers"
        )
    known = [c for c in later if c in share]
    print(
        f"plain late share: {spearman([share[c] for c in known], [later[c] for c in known]):.3f} over {len(known)}"
    )
    for name, found in (("with brakes", braked), ("without", unbraked)):
        print(name, [f"{moved}/{of}" for moved, of in moves(found)])
    rows: dict[str, int] = defaultdict(int)
    manner: dict[str, int] = defaultdict(int)
    for row in braked[-1].values():
        rows[str(row["cell_row"])] += 1
        manner[str(row["profile_invoice_manner"])] += 1
    segments: dict[str, int] = defaultdict(int)
    for row in braked[-1].values():
        segments[str(row["segment"])] += 1
    print("matrix rows", dict(rows), "manner", dict(manner), "segments", dict(segments))


if __name__ == "__main__":
    main()
