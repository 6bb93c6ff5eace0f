"""Measure what docs/benchmarks.md promises and write the results into it: `make bench`.

Each part can be run alone and smaller: `make bench BENCH="--customers 100000 decide check"`. Data and scratch files go to
`out/bench`; the data is written once and kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median

import bare
import open_items
import psutil
from measure import GB, Run, run

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
CREDITDESK = Path(sys.executable).parent / "creditdesk"
ROUNDS = 3
AS_OF = date(2026, 3, 31)
TINY = 100


@dataclass(frozen=True)
class Setting:
    """What a run of the benchmarks is about."""

    customers: int
    folder: Path


def creditdesk(words: str) -> Run:
    """One command of the program, as its own process and without progress bars."""
    return run([CREDITDESK, *words.split(), "--quiet"])


def facts(setting: Setting, customers: int) -> Path:
    """A checked facts folder of so many generated customers; written once."""
    folder = setting.folder / f"facts-{customers}"
    if not (folder / ".written").exists():
        creditdesk(f"sample {folder} --customers {customers} --seed 1 --as-of {AS_OF} --date-order")
        check_once(folder)
        (folder / ".written").touch()
    return folder


def check_once(folder: Path) -> Run:
    """One full check: it always looks at every row, whatever stamp an earlier one left."""
    return creditdesk(f"facts check {folder}")


def decide_once(setting: Setting, folder: Path, engine: str = "duckdb://") -> Run:
    """One decision of a day, the whole process."""
    out = setting.folder / f"decided-{folder.name}"
    return creditdesk(
        f"decide --facts {folder} --policy starter --as-of {AS_OF} --out {out} --engine {engine}"
    )


def bare_once(folder: Path, memory_limit: str) -> float:
    """The yardstick: seconds of the query alone, without the start of its process."""
    return float(run([sys.executable, bare.__file__, folder, AS_OF, memory_limit]).said)


@cache
def rounds(setting: Setting, folder: Path) -> tuple[tuple[float, Run], ...]:
    """The bare query and a decision, alternating; parts that ask for the same folder take the same."""
    return tuple((bare_once(folder, "6GB"), decide_once(setting, folder)) for _ in range(ROUNDS))


def decide_seconds(setting: Setting, folder: Path) -> float:
    """The median of the decisions."""
    return median(ours.seconds for _, ours in rounds(setting, folder))


def invoices(folder: Path) -> int:
    """How many invoices a facts folder holds."""
    import duckdb

    return duckdb.sql(f"select count(*) from {bare.files(folder, 'invoice')}").fetchall()[0][0]


def decide(setting: Setting) -> list[str]:
    """Decide against the bare query, alternating, medians; then once more with 3 GB."""
    folder = facts(setting, setting.customers)
    pairs = rounds(setting, folder)
    query = median(seconds for seconds, _ in pairs)
    whole = median(ours.seconds for _, ours in pairs)
    peak = max(ours.peak for _, ours in pairs) / GB
    small = decide_once(setting, folder, "duckdb://?memory_limit=3GB")
    return [
        (
            f"| decide, {setting.customers:,} customers, {invoices(folder):,} invoices | {whole:.1f} s, {peak:.2f} GB at its peak; "
            f"bare query {query:.1f} s: **{whole / query:.1f} times** |"
        ),
        f"| the same with the memory limit at 3 GB | {small.seconds:.1f} s, {small.peak / GB:.2f} GB at its peak |",
    ]


def check(setting: Setting) -> list[str]:
    """A full check against the bare query, alternating, medians."""
    folder = facts(setting, setting.customers)
    pairs = [(bare_once(folder, "6GB"), check_once(folder)) for _ in range(ROUNDS)]
    query = median(seconds for seconds, _ in pairs)
    whole = median(ours.seconds for _, ours in pairs)
    peak = max(ours.peak for _, ours in pairs) / GB
    return [
        (
            f"| facts check, {setting.customers:,} customers | {whole:.1f} s, {peak:.2f} GB at its peak; "
            f"bare query {query:.1f} s: **{whole / query:.1f} times** |"
        )
    ]


def replay(setting: Setting) -> list[str]:
    """What one more day costs: 31 days less one day, by thirty."""
    folder = facts(setting, 1_000)

    def days(count: int) -> float:
        since, out = AS_OF - timedelta(days=count - 1), setting.folder / "replayed"
        return creditdesk(
            f"replay --facts {folder} --policy starter --from {since} --to {AS_OF} --out {out}"
        ).seconds

    one, month = median(days(1) for _ in range(ROUNDS)), median(days(31) for _ in range(ROUNDS))
    return [
        f"| replay of 1,000 customers | {(month - one) / 30:.2f} s a day after the first (31 days {month:.1f} s, 1 day {one:.1f} s) |"
    ]


def linear(setting: Setting) -> list[str]:
    """Time per customer at three sizes, less the start-up that a handful of customers shows."""
    start = decide_seconds(setting, facts(setting, TINY))
    sizes = [size for size in (10_000, 100_000, 1_000_000) if size <= setting.customers]
    each = {}
    for size in sizes:
        each[size] = (decide_seconds(setting, facts(setting, size)) - start) / size * 1e6
    told = ", ".join(f"{size:,}: {micro:.0f} µs" for size, micro in each.items())
    growth = each[sizes[-1]] / each[sizes[0]] - 1
    return [
        f"| time per customer, start-up of {start:.1f} s apart | {told}; **{growth:+.0%}** from least to most |"
    ]


def peer(setting: Setting) -> list[str]:
    """Tryton's account_dunning and Creditdesk on the same open items, each in its own environment."""
    folder, items = open_items.write(setting.folder)
    python = setting.folder / "peer" / "bin" / "python"
    if not python.exists():
        venv.create(python.parent.parent, with_pip=True)
        lock = ROOT / "benchmarks" / "requirements-peer.txt"
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock], check=True)
    said = run([python, ROOT / "benchmarks" / "peer_trytond.py", items, open_items.AS_OF]).said
    theirs = json.loads(said.strip().splitlines()[-1])
    check_once(folder)
    ours = median(decide_once(setting, folder).seconds for _ in range(ROUNDS))
    count = theirs["items"]
    return [
        (
            f"| {count:,} open items of 1,000 customers | Creditdesk {count / ours:,.0f} invoices a second (whole process, {ours:.1f} s); "
            f"trytond with account_dunning {count / theirs['seconds']:,.0f} (dunning run alone, {theirs['seconds']:.1f} s) |"
        )
    ]


def spark(setting: Setting) -> list[str]:
    """The same decision on Spark (local cluster of two executors) and on DuckDB."""
    folder = facts(setting, min(100_000, setting.customers))
    embedded = decide_seconds(setting, folder)
    cluster = decide_once(setting, folder, "pyspark://local-cluster[2,1,3072]")
    return [
        (
            f"| Spark on one machine, {folder.name.removeprefix('facts-')} customers | {cluster.seconds:.0f} s, {cluster.peak / GB:.1f} GB; "
            f"DuckDB {embedded:.1f} s |"
        )
    ]


def ledger(setting: Setting) -> list[str]:
    """An import into the desk's ledger against COPY and executemany of the same rows; a million at full size."""
    import ledger as imports

    return imports.measure(min(setting.customers, 1_000_000), ROUNDS, ["postgresql", "sqlite"])


def day(setting: Setting) -> list[str]:
    """The desk's day on PostgreSQL against `decide` on the same facts; a customer decided anew against one read."""
    import desk_day

    return desk_day.measure(min(setting.customers, 100_000), ROUNDS)


def screens(setting: Setting) -> list[str]:
    """The desk's screens against its login page, with many customers and users."""
    import screens as pages

    return pages.measure(min(setting.customers, 100_000))


def credit(setting: Setting) -> list[str]:
    """The credit check against the login page, with many customers and programs."""
    import credit_check

    return credit_check.measure(min(setting.customers, 100_000))


PARTS: dict[str, Callable[[Setting], list[str]]] = {
    "decide": decide,
    "check": check,
    "replay": replay,
    "linear": linear,
    "peer": peer,
    "spark": spark,
    "ledger": ledger,
    "day": day,
    "screens": screens,
    "credit": credit,
}


def machine() -> str:
    """What it ran on, in one line."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return (
        f"{len(os.sched_getaffinity(0))} cores ({model[1].strip() if model else platform.machine()}), "
        f"{psutil.virtual_memory().total / GB:.0f} GB, Python {platform.python_version()}"
    )


def publish(rows: dict[str, list[str]]) -> None:
    """Put the rows of the parts that ran into the page; those of other parts stay as they are."""
    text = PAGE.read_text(encoding="utf-8")
    for part, lines in rows.items():
        block = "\n".join([f"<!-- {part} -->", "| what | measured |", "|---|---|", *lines, ""])
        stamp = f"{datetime.now(tz=UTC):%Y-%m-%d}, {machine()}\n"
        pattern = re.compile(rf"<!-- {part} -->\n.*?(?=<!-- |\Z)", re.DOTALL)
        text = pattern.sub(lambda _, new=f"{block}\n{stamp}\n": new, text)
    PAGE.write_text(text.rstrip() + "\n", encoding="utf-8")


def main() -> None:
    """Run the parts asked for, print and publish them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", default=list(PARTS), help=f"of {', '.join(PARTS)}; all of them by default"
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "out" / "bench")
    parser.add_argument("--print-only", action="store_true", help="leave docs/benchmarks.md as it is")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - PARTS.keys():
        parser.error(f"unknown part {', '.join(sorted(unknown))}; allowed: {', '.join(PARTS)}")
    setting = Setting(asked.customers, asked.folder)
    setting.folder.mkdir(parents=True, exist_ok=True)
    for part in asked.parts:
        lines = PARTS[part](setting)
        print("\n".join(lines), flush=True)
        if not asked.print_only:
            publish({part: lines})


if __name__ == "__main__":
    main()
