"""What placing a customer rests on, kept with each decision: another policy can be tried on it while a person waits.

The day keeps one block for all customers; a customer who is decided alone afterwards has a row that holds instead.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import Count, Max

from creditdesk.desk.beside import beside
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.standing.models import Profiled, ProfiledSince
from creditdesk.engine.preview import basis
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.profile import CODE_PREFIX, PROFILE

DECIDED = (
    "segment", "previous_segment", "proposed_segment", "risk_class", "order_block", "order_block_reason",
    "order_release_when", "segment_since", "proposed_since", "review_on", "bands", "currency", "exposure",
)  # fmt: skip
"""Columns of the decision that the next one follows, and what is at stake; kept as `d_<name>`."""

PLAIN = tuple(name for name, dtype in PROFILE.schema().items() if not dtype.is_nested())

_NAMES = {"string": "VARCHAR", "date": "DATE", "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN"}


@dataclass(frozen=True)
class Mark:
    """Which rows are kept now: equal while nothing was decided anew."""

    pk: int
    as_of: date
    ledger_no: int
    since: int
    latest: int


@dataclass(frozen=True)
class Kept:
    """What placing rests on, one row per customer in each table.

    Attributes:
        profile: `customer_id` and columns of the profile.
        previous: the decisions that stand, as the next run would follow them.
    """

    mark: Mark
    made_with: dict[str, Any]
    profile: pa.Table
    previous: pa.Table


def keep(company: Company, outcome: Outcome, number: int, customers: Sequence[str] | None = None) -> None:
    """Keep what a decision rested on, of all customers or of some, in the transaction that records it."""
    rows = outcome.decided.sql(_query(outcome))
    if customers is None:
        _keep_all(company, outcome, number, rows)
        return
    rows = rows.filter(pc.is_in(rows.column("customer_id"), pa.array(list(customers), pa.string())))
    with beside(given=rows) as con:
        told = con.sql("SELECT customer_id, to_json(g)::VARCHAR FROM given g").fetchall()
    ProfiledSince.objects.bulk_create(
        [
            ProfiledSince(company=company, customer=one, ledger_no=number, content=content)
            for one, content in told
        ],
        update_conflicts=True,
        unique_fields=["company", "customer"],
        update_fields=["ledger_no", "content"],
    )


def _keep_all(company: Company, outcome: Outcome, number: int, rows: pa.Table) -> None:
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    Profiled.objects.update_or_create(
        company=company,
        defaults={
            "as_of": outcome.as_of,
            "ledger_no": number,
            "made_with": basis(outcome.decided.policy),
            "content": sink.getvalue(),
        },
    )
    # who was decided alone while the day was at work keeps that
    ProfiledSince.objects.filter(company=company).exclude(customer__in=outcome.but).delete()


def _query(outcome: Outcome) -> str:
    known = outcome.decided.columns("profile")
    own = [name for name in known if name in PLAIN or name.startswith(CODE_PREFIX)]
    decided = ", ".join(f'd."{name}" AS "d_{name}"' for name in DECIDED)
    columns = ", ".join(f'p."{name}"' for name in own)
    return f"SELECT {columns}, {decided} FROM profile p JOIN decision d USING (customer_id)"


def mark_of(company: Company) -> Mark | None:
    """Which rows are kept now; None before the first day."""
    found = Profiled.objects.filter(company=company).values_list("pk", "as_of", "ledger_no").first()
    if found is None:
        return None
    later = ProfiledSince.objects.filter(company=company).aggregate(
        count=Count("id"), latest=Max("ledger_no")
    )
    pk, as_of, ledger_no = found
    return Mark(pk, as_of, ledger_no, later["count"], later["latest"] or 0)


def kept(company: Company, columns: set[str]) -> Kept | None:
    """What placing rests on; None before the first day.

    Args:
        columns: of the profile, that will be read; those that were not kept are left out.
    """
    mark = mark_of(company)
    block = Profiled.objects.filter(company=company).first()
    if mark is None or block is None:
        return None
    file = pq.ParquetFile(pa.BufferReader(bytes(block.content)))
    names = [name for name in file.schema_arrow.names if name in columns or name.startswith("d_")]
    rows = file.read(["customer_id", *(name for name in names if name != "customer_id")])
    later = list(ProfiledSince.objects.filter(company=company).values_list("content", flat=True))
    if later:
        rows = _with(rows, later)
    own = rows.select([name for name in rows.column_names if not name.startswith("d_")])
    decided = {name: rows.column(f"d_{name}") for name in DECIDED}
    previous = pa.table({"customer_id": rows.column("customer_id"), **decided})
    return Kept(mark, block.made_with, own, previous)


def _with(rows: pa.Table, later: list[str]) -> pa.Table:
    """The rows, with those that hold instead."""
    types = {**PROFILE.schema(), **{f"d_{name}": TABLES_OUT["decision"].schema()[name] for name in DECIDED}}
    structure = ", ".join(
        f'"{name}": "{_NAMES.get(str(types.get(name, "string")), "MAP(VARCHAR, VARCHAR)")}"'
        for name in rows.column_names
    )
    with beside(given=pa.table({"content": pa.array(later, pa.string())}), block=rows) as con:
        con.execute(
            f"CREATE TEMP TABLE later AS SELECT unnest(json_transform(content, '{{{structure}}}')) FROM given"
        )
        return con.sql(
            "SELECT * FROM block ANTI JOIN later USING (customer_id) UNION ALL BY NAME SELECT * FROM later"
        ).to_arrow_table()
