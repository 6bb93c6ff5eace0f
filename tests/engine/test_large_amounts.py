"""A company in rupiahs: the same customers with every amount seventeen thousand times as large behave the same.

Money is 64-bit integers: a product of two of them overflows long before a sum does, and one customer that is too large would end
the run of all.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from creditdesk.engine.backend import connect
from creditdesk.engine.behaviour import GRID
from creditdesk.engine.binding import in_memory
from creditdesk.engine.run import run
from creditdesk.engine.stages import Stages
from creditdesk.facts.column import MOST_MONEY
from creditdesk.policy.document import Policy
from creditdesk.sample import write_sample
from engine.ledger import Ledger, profiles

DAY = date(2026, 6, 30)
RUPIAHS = 17_000
MONEY = frozenset(
    [
        "amount",
        "net_amount",
        "cost",
        "delivered_amount",
        "invoiced_amount",
        "credit_limit",
        "discount_amount",
        "revenue",
    ]
)
SAME = (
    "days_late",
    "days_late_recent",
    "late_share",
    "overdue_share",
    "insured_share",
    "payment_index",
    "days_to_pay",
)


def times(table: pa.Table, factor: int) -> pa.Table:
    """The table with its money so many times as large."""
    for place, name in enumerate(table.column_names):
        if name in MONEY and pa.types.is_int64(table.schema.field(name).type):
            table = table.set_column(place, name, pc.multiply(table.column(name), factor))
    return table


def profile(facts: dict[str, pa.Table], policy: Policy, url: str) -> pa.Table:
    backend = connect(url)
    try:
        return backend.fetch(run(Stages(backend), facts, policy, DAY)["profile"]).sort_by("customer_id")
    finally:
        backend.close()


def test_a_company_whose_money_has_many_zeros_behaves_the_same(tmp_path: Path, starter: Policy) -> None:
    write_sample(tmp_path / "facts", customers=120, seed=5, as_of=DAY)
    files = {path.stem: [path] for path in (tmp_path / "facts").glob("*.parquet") if path.stem != "truth"}
    facts = in_memory(files)
    large = {name: times(rows, RUPIAHS) for name, rows in facts.items()}
    plain, found = profile(facts, starter, "polars://"), profile(large, starter, "duckdb://")
    for name in SAME:
        assert found.column(name).equals(plain.column(name)), name
    assert pc.max(found.column("insured_limit")).as_py() > 10**11


def test_no_amount_that_a_check_keeps_is_too_large_to_be_weighed(starter: Policy) -> None:
    days = max(starter.measurement.latest, -starter.measurement.earliest)
    assert MOST_MONEY * GRID * days < 2**63


def test_amounts_that_add_up_to_more_than_64_bits_hold_still_have_a_mean(starter: Policy) -> None:
    most = 5 * 10**11  # in major units: the most that one amount may be
    book = Ledger()
    book.customer("large")
    for number in range(3):
        book.invoice(f"paid{number}", "large", date(2026, 1, 30), most)
        book.pay("large", date(2026, 5, 29), most, f"paid{number}")
        book.invoice(f"open{number}", "large", date(2025, 12, 31), most)
    row = profiles(book.facts, starter, DAY, "duckdb://")["large"]
    assert row["days_late"] == 149.5
    assert row["days_late_recent"] > 119
