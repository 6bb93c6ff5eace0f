"""A policy on history, day by day: what it would have done, where customers would have moved, what it would have cost.

Every due action counts as done on its day: calls as reached, approvals and the go-live release as given, files handed
over as handed over. Actions of the real history from the first day on are left out; promises, payments and disputes
stay as they were: customers do not react to the replayed policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from creditdesk.engine.backend import conform, connect, empty
from creditdesk.engine.binding import Source, conform_arrow, few, in_memory
from creditdesk.engine.stages import Stages
from creditdesk.engine.walk import Walk
from creditdesk.facts.money import minor
from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy

GIVEN = frozenset({"needs_approval", "natural_person"})
"""Holds that wait for a person's yes: in a replay it is given."""

MOVES = pa.schema(
    [
        ("as_of", pa.date32()),
        ("customer_id", pa.string()),
        ("from_segment", pa.string()),
        ("to_segment", pa.string()),
    ]
)
DAYS = pa.schema(
    [
        ("as_of", pa.date32()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("count", pa.int64()),
        ("amount", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Replay:
    """What a policy did over a span of days.

    Attributes:
        actions: conforming to the fact table `action`: what it would have done.
        moves: as_of, customer_id, from_segment, to_segment.
        days: per day counts and amounts: kind (`action`, `hold`, `segment`), name, count, amount (minor units).
        cost: of the actions, in minor units of the policy's currency.
        currency: the policy's currency.
    """

    actions: pa.Table
    moves: pa.Table
    days: pa.Table
    cost: int
    currency: str


def replay(
    sources: Mapping[str, Source],
    policy: Policy,
    first: date,
    last: date,
    engine: str | None = None,
    progress: Callable[[date], None] | None = None,
    held_customers: Sequence[str] = (),
) -> Replay:
    """Walk a policy through the days from `first` to `last`.

    Args:
        engine: URL of an engine; without one, what fits the size of the facts.
        held_customers: customers with quarantined rows: their payers are held `data_problem` all along.

    Raises:
        MissingRate, StageError: as `decide`.
    """
    known = in_memory(sources)
    backend = connect(engine or ("polars://" if few(known) else "duckdb://"))
    try:
        return _replay(Stages(backend), known, policy, first, last, progress, held_customers)
    finally:
        backend.close()


def _replay(
    stages: Stages,
    known: dict[str, pa.Table],
    policy: Policy,
    first: date,
    last: date,
    progress: Callable[[date], None] | None,
    held_customers: Sequence[str],
) -> Replay:
    backend = stages.backend
    history = known.pop("action", empty(TABLES["action"].schema()))
    history = history.filter(pc.less(history.column("done_on"), pa.scalar(first)))
    files = known.pop("handover", empty(TABLES["handover"].schema()))
    walk = Walk(
        stages, known, policy, first, last, growing=("action", "handover"), held_customers=held_customers
    )
    made: list[pa.Table] = []
    moves: list[pa.Table] = []
    days: list[pa.Table] = []
    seen: dict[str, ir.Table] = {}
    actions = history
    day = first
    while day <= last:
        if progress:
            progress(day)
        walk.decide(day, {"action": actions, "handover": files})
        # as stages of the first day they are repeated with the rest: nothing is built on later days
        seen = seen or {
            "done": stages.run("replay_done", _done(walk.tables)),
            "moved": stages.run("replay_moved", _moved(walk.tables)),
            "counted": stages.run("replay_counted", _counted(walk.tables)),
        }
        new = backend.fetch(seen["done"])
        made.append(new)
        actions = pa.concat_tables([actions, new])
        files = pa.concat_tables([files, _handed_over(new)])
        moves.append(conform_arrow(backend.fetch(seen["moved"]), ibis.Schema.from_pyarrow(MOVES)))
        days.append(conform_arrow(backend.fetch(seen["counted"]), ibis.Schema.from_pyarrow(DAYS)))
        day += timedelta(days=1)
    done = pa.concat_tables(made)
    return Replay(
        done, pa.concat_tables(moves), pa.concat_tables(days), cost_of(done, policy), policy.currency
    )


def _done(tables: Mapping[str, ir.Table]) -> ir.Table:
    """The actions of a day: what was due, what only a person's yes held, and what is recorded as skipped."""
    due = tables["action_due"]
    columns = [name for name in due.columns if name != "listed_since"]
    held = tables["held"]
    waiting = [held.holds.contains(code).cast("int64") for code in sorted(GIVEN)]
    held = held.filter(held.holds.length() == sum(waiting[1:], waiting[0]))
    did = (
        due.select(*columns)
        .union(held.select(*columns))
        .mutate(outcome=ibis.ifelse(_["do"] == "call", "reached", "sent"))
    )
    skipped = tables["skipped"]
    lacking = {name: ibis.null(dtype) for name, dtype in did.schema().items() if name not in skipped.columns}
    passed = skipped.mutate(**lacking).mutate(outcome=ibis.literal("skipped"))
    rows = did.union(conform(passed, did.schema()))
    return conform(
        rows.mutate(
            action_id=ibis.literal("replay:") + rows.as_of.cast("string") + ":" + rows.customer_id + ":"
            + rows.company_id.fill_null("") + ":" + rows.procedure + ":" + rows.case_no.cast("string") + ":" + rows.step,
            channel=rows["do"],
            direction=ibis.literal("out"),
            done_on=rows.as_of,
            by=ibis.literal("replay"),
        ),
        TABLES["action"].schema(),
    )  # fmt: skip


def _handed_over(actions: pa.Table) -> pa.Table:
    """The files that hand-over steps of the day open."""
    new = actions.filter(
        pc.and_(pc.equal(actions.column("channel"), "hand_over"), pc.equal(actions.column("outcome"), "sent"))
    )
    columns = {
        "handover_id": new.column("action_id"),
        "customer_id": new.column("customer_id"),
        "to": pa.array(["agency"] * new.num_rows, pa.string()),
        "invoice_ids": new.column("invoice_ids"),
        "handed_on": new.column("done_on"),
        "status": pa.array(["handed_over"] * new.num_rows, pa.string()),
        "status_on": new.column("done_on"),
        "returned_on": pa.nulls(new.num_rows, pa.date32()),
    }
    return conform_arrow(pa.table(columns), TABLES["handover"].schema())


def _moved(tables: Mapping[str, ir.Table]) -> ir.Table:
    decision = tables["decision"]
    return decision.filter(decision.moved & decision.previous_segment.notnull()).select(
        "as_of", "customer_id", from_segment="previous_segment", to_segment="segment"
    )


def _counted(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Counts of the day by channel, hold and segment, in one table."""
    due, held, decision = tables["action_due"], tables["held"], tables["decision"]
    parts = [
        due.group_by("as_of", name=due["do"]).aggregate(count=_.count(), amount=_.amount.sum()).mutate(kind=ibis.literal("action")),
        held.group_by("as_of", name=held.hold).aggregate(count=_.count(), amount=_.amount.sum()).mutate(kind=ibis.literal("hold")),
        decision.group_by("as_of", name=decision.segment)
        .aggregate(count=_.count(), amount=_.exposure.sum())
        .mutate(kind=ibis.literal("segment")),
    ]  # fmt: skip
    shaped = [part.select("as_of", "kind", "name", "count", "amount") for part in parts]
    return shaped[0].union(*shaped[1:])


def cost_of(actions: pa.Table, policy: Policy) -> int:
    """What actions cost at the policy's rates, in minor units of its currency; skipped ones cost nothing."""
    counted = (
        actions.filter(pc.not_equal(actions.column("outcome"), "skipped"))
        .group_by("channel")
        .aggregate([("channel", "count")])
    )
    rates = {str(do): minor(amount, policy.currency) for do, amount in policy.costs.items()}
    return sum(
        rates.get(channel, 0) * count
        for channel, count in zip(
            counted.column("channel").to_pylist(), counted.column("channel_count").to_pylist(), strict=True
        )
    )


@dataclass(frozen=True)
class Comparison:
    """Two policies on the same history: rows (measure, name, first, second, difference)."""

    rows: pa.Table


def compare(one: Replay, other: Replay) -> Comparison:
    """What differs between two replays: moves, actions by channel, cost, first contact, holds.

    `first_contact_days` is the mean number of days by which the second policy first contacts a customer later (+) or
    earlier (-), over customers that both contact, rounded half up.
    """
    rows: list[dict[str, object]] = []

    def add(measure: str, name: str, first: int, second: int) -> None:
        rows.append(
            {"measure": measure, "name": name, "first": first, "second": second, "difference": second - first}
        )

    add("moves", "", one.moves.num_rows, other.moves.num_rows)
    add("cost", one.currency, one.cost, other.cost)
    counts = [_by(replayed.actions, "channel") for replayed in (one, other)]
    for channel in sorted({*counts[0], *counts[1]}):
        add("actions", channel, counts[0].get(channel, 0), counts[1].get(channel, 0))
    holds = [_held(replayed.days) for replayed in (one, other)]
    for hold in sorted({*holds[0], *holds[1]}):
        add("holds", hold, holds[0].get(hold, 0), holds[1].get(hold, 0))
    starts = [_first_contacts(replayed.actions) for replayed in (one, other)]
    both = sorted(starts[0].keys() & starts[1].keys())
    later = sum((starts[1][customer] - starts[0][customer]).days for customer in both)
    add("first_contact_days", "mean", 0, (2 * later + len(both)) // (2 * len(both)) if both else 0)
    add("customers_contacted", "", len(starts[0]), len(starts[1]))
    return Comparison(pa.Table.from_pylist(rows))


def _by(actions: pa.Table, column: str) -> dict[str, int]:
    grouped = actions.group_by(column).aggregate([(column, "count")])
    return dict(
        zip(grouped.column(column).to_pylist(), grouped.column(f"{column}_count").to_pylist(), strict=True)
    )


def _held(days: pa.Table) -> dict[str, int]:
    holds = days.filter(pc.equal(days.column("kind"), "hold")).group_by("name").aggregate([("count", "sum")])
    return dict(zip(holds.column("name").to_pylist(), holds.column("count_sum").to_pylist(), strict=True))


def _first_contacts(actions: pa.Table) -> dict[str, date]:
    sent = actions.filter(
        pc.and_(
            pc.not_equal(actions.column("outcome"), "skipped"),
            pc.invert(pc.is_in(actions.column("channel"), pa.array(["task", "sales", "stop_delivery"]))),
        )
    )
    grouped = sent.group_by("customer_id").aggregate([("done_on", "min")])
    return dict(
        zip(grouped.column("customer_id").to_pylist(), grouped.column("done_on_min").to_pylist(), strict=True)
    )
