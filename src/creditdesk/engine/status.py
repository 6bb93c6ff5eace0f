"""What stands in files and registers about a customer: legal status, hand-over, wishes, codes, covers, limits.

Each function gives marks (`marks.py`); a latest value is a text that sorts by its day.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, holds, rnd, to_day
from creditdesk.engine.behaviour import DEFAULT_DAYS, observed, open_disputes, recency
from creditdesk.engine.binding import latest
from creditdesk.engine.day import Day
from creditdesk.engine.exposure import in_force
from creditdesk.engine.marks import SINCE_WIDTH, marked, sortable
from creditdesk.engine.owner import owned

CLOSED_STAGES = ("won", "lost", "closed", "closed_won", "closed_lost", "cancelled")
GUARANTEES = ("deposit", "bank_guarantee", "parent_guarantee")


def legal_status(day: Day, debtor: ir.Table) -> list[ir.Table]:
    """Marks `legal`: statuses in force; the one begun last, of those of a day the one with a deadline, counts.

    `insolvent_on` is a bankruptcy; where the register tells more of that day, the register holds.
    """
    now = day.clock.day
    parts = []
    if day.facts.has("legal_status"):
        status = in_force(day, day.facts["legal_status"], "from_on", "ended_on")
        claim = to_day(status.claim_deadline).fill_null(0)
        parts.append(
            marked(status, "legal", text=sortable(to_day(status.from_on)) + sortable(claim) + status.kind)
        )
    if day.facts.any("customer", "insolvent_on"):
        broke = debtor.filter(to_day(debtor.insolvent_on) <= now)
        text = sortable(to_day(broke.insolvent_on)) + sortable(ibis.literal(0, "int64")) + "bankruptcy"
        parts.append(marked(broke, "legal", text=text))
    return parts


def legal_parts(text: Value) -> tuple[Value, Value, Value]:
    """Kind, first day and claim deadline of a `legal` text."""
    since = text.substr(0, SINCE_WIDTH).cast("int64")
    claim = text.substr(SINCE_WIDTH, SINCE_WIDTH).cast("int64").nullif(0)
    return text.substr(2 * SINCE_WIDTH), since, claim


def empty_files(day: Day) -> ir.Table:
    """Marks `bare_file`: files handed over that list no invoice: nothing tells when they are done."""
    file = in_force(day, day.facts["handover"], "handed_on", "returned_on")
    return marked(file.filter(file.invoice_ids.isnull() | (file.invoice_ids.length() == 0)), "bare_file")


def wishes(day: Day) -> ir.Table:
    """Marks `wish_channel`, `wish_manner`: preferences, the latest counts, the customer's own before ours of that day."""
    wish = day.facts["preference"]
    wish = wish.filter(
        wish.kind.isin(["channel", "invoice_manner"]) & (to_day(wish.from_on) <= day.clock.day)
    )
    own = ibis.ifelse(wish.set_by == "customer", "1", "0")
    kind = ibis.ifelse(wish.kind == "channel", "wish_channel", "wish_manner")
    return marked(wish, kind, text=sortable(to_day(wish.from_on)) + own + wish.value)


def wished(text: Value) -> Value:
    """The value of a `wish_…` text."""
    return text.substr(SINCE_WIDTH + 1)


def covers(day: Day) -> ir.Table:
    """Marks `cover`: limits of insurers in force (part: the insured share in 1/10000)."""
    now = day.clock.day
    cover = day.facts["cover"]
    cover = cover.filter(
        (to_day(cover.valid_from) <= now) & (cover.valid_to.isnull() | (to_day(cover.valid_to) >= now))
    )
    cover = cover.filter(cover.withdrawn_on.isnull() | (to_day(cover.withdrawn_on) > now))
    return marked(
        cover, "cover", amount=cover.amount, currency=cover.currency, part=rnd(cover.insured_share * 10_000)
    )


def securities(day: Day) -> ir.Table:
    """Marks `security`: deposits and guarantees in force."""
    now = day.clock.day
    held = day.facts["security"]
    held = held.filter(held.kind.isin(GUARANTEES) & (to_day(held.from_on) <= now))
    held = held.filter(held.until_on.isnull() | (to_day(held.until_on) >= now))
    return marked(held, "security", amount=held.amount, currency=held.currency)


def contra(day: Day) -> ir.Table:
    """Marks `contra`: what we owe, the latest balance per currency not after the day."""
    owed = day.facts["contra"]
    owed = owed.filter(to_day(owed.on) <= day.clock.day)
    newest = ibis.window(group_by=["customer_id", "currency"], order_by=ibis.desc("on"))
    owed = owed.mutate(rank=ibis.row_number().over(newest))
    owed = owed.filter(owed.rank == 0)
    return marked(owed, "contra", amount=owed.amount, currency=owed.currency)


def own_limits(day: Day, debtor: ir.Table) -> ir.Table:
    """Marks `own_limit`: limits set by hand or ERP that are in force."""
    until = to_day(debtor.credit_limit_until)
    found = debtor.filter(debtor.credit_limit.notnull() & (until.isnull() | (until >= day.clock.day)))
    return marked(found, "own_limit", amount=found.credit_limit, currency=found.currency)


def pipeline(day: Day) -> ir.Table:
    """Marks `opportunity`: opportunities still open."""
    now = day.clock.day
    chance = day.facts["opportunity"]
    chance = chance.filter(chance.customer_id.notnull() & (to_day(chance.updated_on) <= now))
    chance = latest(chance, "opportunity_id", now, day.facts.any("opportunity", "known_from"))
    chance = chance.filter(~chance.stage.lower().isin(CLOSED_STAGES))
    return marked(chance, "opportunity", amount=chance.amount, currency=chance.currency)


def write_offs(day: Day, item: ir.Table) -> ir.Table:
    """Marks `write_off`: invoices written off, in whole or part (part: their weight as defaults, in 1/1024)."""
    now = day.clock.day
    allocation = day.facts["allocation"]
    allocation = allocation.filter(
        (allocation.kind == "write_off") & (to_day(allocation.allocated_on) <= now)
    )
    allocation = allocation.filter(allocation.reversed_on.isnull() | (to_day(allocation.reversed_on) > now))
    lost = allocation.group_by("invoice_id").aggregate(
        on_day=to_day(allocation.allocated_on).max(), lost=allocation.amount.sum()
    )
    found = item.select("invoice_id", "customer_id", "amount", "amount_base").join(lost, "invoice_id")
    value = found.lost
    if day.multi_currency:
        value = rnd(found.lost * (found.amount_base / found.amount.nullif(0)))
    found = found.select("customer_id", value=value, since=now - found.on_day)
    weight = recency(found.since, day.policy.risk.half_life_days)
    return marked(found, "write_off", age=found.since, amount=found.value, part=weight)


def disputed_defaults(day: Day, item: ir.Table) -> ir.Table:
    """Marks `disputed_default`: experiences more than 60 days late in dispute (part: their weight, in 1/1024).

    They are no defaults, whether they are paid or not, so that paying one today changes nothing.
    """
    seen = observed(day, item)
    bad = seen.filter(seen.late > DEFAULT_DAYS).semi_join(open_disputes(day), "invoice_id")
    return marked(bad, "disputed_default", part=recency(bad.since, day.policy.risk.half_life_days))


def money_at_hand(free: ir.Table) -> list[ir.Table]:
    """Marks `free`, `deposit`, `repaid` of the stage `unallocated`."""
    parts = ((name, free.filter(free[name] > 0)) for name in ("free", "deposit", "repaid"))
    return [marked(rows, name, amount=rows[name], currency=rows.currency) for name, rows in parts]


def codes(day: Day, debtor: ir.Table, named: tuple[str, ...]) -> ir.Table:
    """Per customer: codes (list `code=value`, sorted) and one column `code_<code>` per code that the policy names."""
    code = owned(day, debtor, "customer_code")
    code = code.filter(code.from_on.isnull() | (to_day(code.from_on) <= day.clock.day))
    newest = ibis.window(
        group_by=["customer_id", "code"],
        order_by=[ibis.desc(code.from_on.fill_null(ibis.date("1900-01-01"))), "value"],
    )
    code = code.mutate(rank=ibis.row_number().over(newest))
    code = code.filter(code.rank == 0)
    pair = code.code + "=" + code.value
    return code.group_by("customer_id").aggregate(
        codes=pair.collect().sort(),
        **{
            name: code.value.max(where=holds(_normal(code.code) == name.removeprefix("code_")))
            for name in named
        },
    )


def _normal(code: ir.StringValue) -> ir.StringValue:
    """A code as a condition writes it: small letters, with _ for blanks, hyphens and dots."""
    return code.lower().replace(" ", "_").replace("-", "_").replace(".", "_")


def payment_runs(day: Day, debtor: ir.Table) -> ir.Table:
    """Per customer the payment run it declared last: customer_id, run."""
    wish = owned(day, debtor, "preference")
    wish = wish.filter((wish.kind == "payment_run") & (to_day(wish.from_on) <= day.clock.day))
    newest = ibis.window(group_by="customer_id", order_by=[ibis.desc("from_on"), "set_by", "value"])
    wish = wish.mutate(rank=ibis.row_number().over(newest))
    wish = wish.filter(wish.rank == 0)
    return wish.select("customer_id", run=wish.value)
