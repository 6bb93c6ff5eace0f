"""What stands in files and registers about a customer: legal status, hand-over, wishes, codes, opportunities."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from creditdesk.engine.arith import holds, to_day
from creditdesk.engine.behaviour import recency
from creditdesk.engine.binding import latest
from creditdesk.engine.day import Day
from creditdesk.engine.exposure import in_force
from creditdesk.engine.owner import in_base, owned

CLOSED_STAGES = ("won", "lost", "closed", "closed_won", "closed_lost", "cancelled")


def legal_status(day: Day, debtor: ir.Table) -> ir.Table | None:
    """Per customer the status in force that began last: legal_status, since_day, claim_day; None when there are none.

    `insolvent_on` is a bankruptcy; where the register tells more of that day, the register holds.
    """
    now = day.clock.day
    parts = []
    if day.facts.has("legal_status"):
        status = in_force(day, owned(day, debtor, "legal_status"), "from_on", "ended_on")
        parts.append(
            status.select(
                "customer_id",
                "kind",
                since_day=to_day(status.from_on),
                claim_day=to_day(status.claim_deadline),
            )
        )
    if day.facts.any("customer", "insolvent_on"):
        broke = debtor.filter(to_day(debtor.insolvent_on) <= now)
        parts.append(
            broke.select(
                customer_id="survivor_id", kind=ibis.literal("bankruptcy"), since_day=to_day(broke.insolvent_on),
                claim_day=ibis.null("int64"),
            )
        )  # fmt: skip
    if not parts:
        return None
    every = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    last = ibis.window(
        group_by="customer_id", order_by=[ibis.desc("since_day"), ibis.desc("claim_day"), "kind"]
    )
    every = every.mutate(rank=ibis.row_number().over(last), claim_day=every.claim_day)
    return every.filter(every.rank == 0).select("customer_id", "since_day", "claim_day", legal_status="kind")


def empty_files(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer the files handed over that list no invoice: nothing tells when they are done."""
    file = in_force(day, owned(day, debtor, "handover"), "handed_on", "returned_on")
    bare = file.filter(file.invoice_ids.isnull() | (file.invoice_ids.length() == 0))
    return bare.group_by("customer_id").aggregate(bare_files=bare.count())


def preference(day: Day, debtor: ir.Table, kind: str, name: str) -> ir.Table:
    """Per customer its latest wish of one kind, in column `name`."""
    wish = owned(day, debtor, "preference")
    wish = wish.filter((wish.kind == kind) & (to_day(wish.from_on) <= day.clock.day))
    newest = ibis.window(group_by="customer_id", order_by=[ibis.desc("from_on"), "set_by", "value"])
    wish = wish.mutate(rank=ibis.row_number().over(newest)).filter(_.rank == 0)
    return wish.select("customer_id", **{name: wish.value})


def codes(day: Day, debtor: ir.Table, named: tuple[str, ...]) -> ir.Table:
    """Per customer: codes (list `code=value`, sorted) and one column `code_<code>` per code that the policy names."""
    code = owned(day, debtor, "customer_code")
    code = code.filter(code.from_on.isnull() | (to_day(code.from_on) <= day.clock.day))
    newest = ibis.window(
        group_by=["customer_id", "code"],
        order_by=[ibis.desc(code.from_on.fill_null(ibis.date("1900-01-01"))), "value"],
    )
    code = code.mutate(rank=ibis.row_number().over(newest)).filter(_.rank == 0)
    pair = code.code + "=" + code.value
    return code.group_by("customer_id").aggregate(
        codes=pair.collect().sort(),
        **{name: code.value.max(where=_normal(code.code) == name.removeprefix("code_")) for name in named},
    )


def _normal(code: ir.StringValue) -> ir.StringValue:
    """A code as a condition writes it: small letters, with _ for blanks, hyphens and dots."""
    return code.lower().replace(" ", "_").replace("-", "_").replace(".", "_")


def pipeline(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer the amounts of opportunities still open: pipeline."""
    now = day.clock.day
    chance = owned(day, debtor, "opportunity").filter(_.customer_id.notnull())
    chance = chance.filter(to_day(chance.updated_on) <= now)
    chance = latest(chance, "opportunity_id", now, day.facts.any("opportunity", "known_from"))
    chance = chance.filter(~chance.stage.lower().isin(CLOSED_STAGES))
    chance = in_base(day, debtor, chance, ["amount"])
    return chance.group_by("customer_id").aggregate(pipeline=chance.amount.sum())


def own_limit(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer the limit set by hand or ERP that is in force: own_limit."""
    now = day.clock.day
    until = to_day(debtor.credit_limit_until)
    found = debtor.filter(debtor.credit_limit.notnull() & (until.isnull() | (until >= now)))
    found = found.select("customer_id", "currency", own_limit=found.credit_limit)
    return in_base(day, debtor, found, ["own_limit"]).select("customer_id", "own_limit")


def written_off(day: Day, item: ir.Table) -> ir.Table:
    """Invoices written off, in whole or part: customer_id, since (days), amount (reporting currency)."""
    now = day.clock.day
    allocation = day.facts["allocation"].filter(_.kind == "write_off")
    allocation = allocation.filter(to_day(allocation.allocated_on) <= now)
    allocation = allocation.filter(allocation.reversed_on.isnull() | (to_day(allocation.reversed_on) > now))
    lost = allocation.group_by("invoice_id").aggregate(
        on_day=to_day(_.allocated_on).max(), lost=_.amount.sum()
    )
    found = item.select("invoice_id", "customer_id", "amount", "amount_base").join(lost, "invoice_id")
    value = found.lost
    if day.multi_currency:
        value = (found.lost * (found.amount_base / found.amount.nullif(0)) + 0.5).floor().cast("int64")
    return found.select(
        "customer_id", since=now - found.on_day, amount=holds(found.lost > 0).ifelse(value, 0)
    )


def write_off_sums(lost: ir.Table, half_life: int) -> ir.Table:
    """Per customer: written_off12, last_write_off (days), lost12 (invoices), lost_weight (1/1024)."""
    year = lost.since < 365
    return lost.group_by("customer_id").aggregate(
        written_off12=lost.amount.sum(where=year),
        last_write_off=lost.since.min(),
        lost12=lost.count(where=year),
        lost_weight=recency(lost.since, half_life).sum(),
    )
