"""The desk's day on PostgreSQL against `decide` on the same facts in Parquet: `python benchmarks/desk_day.py [--customers N]`.

A facts folder of generated customers with 20 invoices each is imported into a desk whose day stands still, as the demo's
does; a policy is put in force and everybody released. Then, alternating on the same machine, each in a process of its own:
`decide` on the folder and `creditdesk day`, for two consecutive days. What counts of a day is its whole process but the
stage `deliver`, which is told apart as messages a second: how long sending takes is up to the mail server (here a folder, as
in the demo). The first day makes the statements of the policy, `decide` has them from its first round on. At the end one
customer is decided anew, as a change by a person makes it, against a single-row indexed read of the same database.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from ledger import server
from measure import GB, Run, run

CREDITDESK = Path(sys.executable).parent / "creditdesk"
FIRST = date(2026, 3, 30)
SECOND = FIRST + timedelta(days=1)


def creditdesk(words: str) -> Run:
    """One command of the program, as its own process and without progress bars."""
    return run([CREDITDESK, *words.split(), "--quiet"])


def measure(customers: int, rounds: int, facts: Path | None = None) -> list[str]:
    """The rows of docs/benchmarks.md."""
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as name, server() as postgres:
        home = Path(name) / "desk"
        home.mkdir()
        folder = facts or Path(name) / "facts"
        if facts is None:
            creditdesk(f"sample {folder} --customers {customers} --seed 1 --as-of {SECOND} --date-order")
        creditdesk(f"facts check {folder}")
        postgres.sql("CREATE DATABASE bench_day")
        os.environ |= {
            "CREDITDESK_HOME": str(home),
            "CREDITDESK_DATABASE": postgres.address("bench_day"),
            "CREDITDESK_ADMIN_PASSWORD": "only-for-this-run-of-the-benchmark",
        }
        stand_still(home, FIRST)
        creditdesk("init")
        brought = creditdesk(f"import {folder} --new")
        run(
            [
                CREDITDESK,
                *["enact", "starter", "--author", "anna", "--approver", "bert", "--quiet", "--why"],
                "the benchmark",
            ]
        )
        creditdesk("golive --all --by bert")
        lines = []
        for day, what in ((FIRST, "the first day"), (SECOND, "the day after")):
            stand_still(home, day)
            alone = [decide(folder, Path(name) / "decided", day)]
            whole = creditdesk("day --json")
            alone += [decide(folder, Path(name) / "decided", day) for _ in range(rounds - 1)]
            lines += compared(what, customers, whole, alone)
        lines.insert(
            0, f"| the import before them | {brought.seconds:.0f} s, {brought.peak / GB:.2f} GB at its peak |"
        )
        said = subprocess.run(
            [sys.executable, __file__, "--redecide", SECOND.isoformat()], check=True, capture_output=True, text=True
        ).stdout  # fmt: skip
        return [*lines, redecided(customers, json.loads(said.splitlines()[-1]))]


def stand_still(home: Path, day: date) -> None:
    """Make it that day for the desk."""
    from creditdesk.desk.place import write_standing_day

    write_standing_day(home, day)


def decide(folder: Path, out: Path, day: date) -> Run:
    """The engine's own run on the folder."""
    return creditdesk(f"decide --facts {folder} --policy starter --as-of {day} --out {out}")


def compared(what: str, customers: int, whole: Run, alone: list[Run]) -> list[str]:
    """The lines of the table about a day: without sending, and the sending."""
    engine, told = median(one.seconds for one in alone), json.loads(whole.said)
    stages = {name: float(seconds) for name, seconds in told["stages"].items()}
    sent = told["counts"]["sent"]
    sending = stages.pop("deliver")
    seconds, most = whole.seconds - sending, max(one.peak for one in alone)
    parts = ", ".join(f"{name} {took:.1f}" for name, took in stages.items())
    lines = [
        (
            f"| {what} of {customers:,} customers on PostgreSQL, without sending | {seconds:.1f} s, {whole.peak / GB:.2f} GB at its peak; "
            f"decide on Parquet {engine:.1f} s, {most / GB:.2f} GB: **{seconds / engine:.1f} times**; by stage: {parts} s |"
        )
    ]
    if sent:
        lines.append(
            f"| {what}'s messages, each claimed, sent and recorded by itself | {sent:,} in {sending:.1f} s, {sent / sending:.0f} a second |"
        )
    return lines


def redecided(customers: int, found: dict[str, float]) -> str:
    """The line of the table about one customer."""
    return (
        f"| one customer decided anew, {customers:,} customers on PostgreSQL | {found['anew'] * 1000:.0f} ms; a single-row indexed read "
        f"{found['read'] * 1000:.2f} ms: **{found['anew'] / found['read']:.0f} times** |"
    )


def redecide_here(day: date, times: int = 15) -> None:
    """What `measure` starts last: medians over as many customers, each for the first time, in a process that has decided one."""
    import time

    from creditdesk.desk import place, starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.day.decider import Decider
    from creditdesk.desk.day.redecide import redecide
    from creditdesk.desk.ledger.models import FACTS, Company

    company, decider = Company.objects.get(), Decider(plans=place.home() / "plans")
    model = FACTS["customer"]
    held = model.objects.filter(legal_entity=company, replaced_by=None)
    names = list(held.order_by("customer_id").values_list("customer_id", flat=True)[: times * 97 : 97])
    anew, read = [], []
    for name in names[:1] + names:
        began = time.perf_counter()
        redecide(company, [name], day, decider, timezone.now())
        anew.append(time.perf_counter() - began)
        began = time.perf_counter()
        for _each in range(50):
            model.objects.filter(legal_entity=company, customer_id=name, replaced_by=None).first()
        read.append((time.perf_counter() - began) / 50)
    print(json.dumps({"anew": median(anew[1:]), "read": median(read[1:])}))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--facts", type=Path, help="a folder that is there already")
    parser.add_argument("--redecide", type=date.fromisoformat, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.redecide:
        redecide_here(asked.redecide)
        return
    print("\n".join(measure(asked.customers, asked.rounds, asked.facts)))


if __name__ == "__main__":
    main()
