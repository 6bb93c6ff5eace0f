"""Stage `turnover`: what each customer buys from us, by its invoices and credit notes."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from creditdesk.engine.arith import Value, attach, ratio, rnd
from creditdesk.engine.day import Day
from creditdesk.engine.items import MANNERS

YEAR = 365
BLOCKS = 12
"""Blocks of 30 days back from today: a month that does not depend on the calendar."""

BLOCK_DAYS = 30


def turnover(day: Day, item: ir.Table) -> ir.Table:
    """One row per customer with a document.

    Columns: customer_id; `turnover12`, `turnover24` (days 366 to 730), `credited12`; `invoices12`; `block0` to
    `block11`; `first_day`, `last_day` of issue (invoices); `last_term`, `manner_code` of the latest invoice; and where
    costs are known at all `margin12`, `net_known12`, `net12`.
    """
    age = day.clock.day - item.issued_day
    kept = ["customer_id", "issued_day", "term_days", "invoice_id"]
    document = item.select(
        *kept,
        age=age,
        invoice=item.is_invoice,
        value=ibis.ifelse(item.is_invoice, item.amount_base, -item.amount_base),
        manner=item.manner_code,
        **(_margin(day, item) if has_cost(day) else {}),
    )
    ever = document.group_by("customer_id").aggregate(
        first_day=document.issued_day.min(where=document.invoice),
        last_day=document.issued_day.max(where=document.invoice),
        last_term=(document.issued_day * 2**20 + document.term_days.clip(0, 2**20 - 1)).max(where=document.invoice),
        manner_code=(document.issued_day * 4 + document.manner).max(where=document.invoice & (document.manner > 0)),
    )  # fmt: skip
    # of the years before only two figures are asked for: thirty sums over ten years of documents would be for nothing
    recent = document.filter(document.age < 2 * YEAR)
    year = recent.age < YEAR
    blocks = {
        f"block{i}": recent.value.sum(
            where=recent.age.between(BLOCK_DAYS * i, BLOCK_DAYS * i + BLOCK_DAYS - 1)
        )
        for i in range(BLOCKS)
    }
    margins = {}
    if has_cost(day):
        margins = {
            "margin12": recent.margin.sum(where=year),
            "net_known12": recent.net_known.sum(where=year),
            "net12": recent.net.sum(where=year),
        }
    late_years = recent.group_by("customer_id").aggregate(
        turnover12=recent.value.sum(where=year),
        turnover24=recent.value.sum(where=~year),
        credited12=(-recent.value).sum(where=year & ~recent.invoice),
        invoices12=recent.count(where=year & recent.invoice),
        **blocks,
        **margins,
    )
    summed = attach(ever, late_years, "customer_id")
    # of who bought nothing lately the count is none, not unknown
    summed = summed.mutate(invoices12=summed.invoices12.fill_null(0))
    return day.stages.run("turnover", summed)


def has_cost(day: Day) -> bool:
    """Whether the cost of any invoice is known."""
    return day.facts.any("invoice", "cost")


def _margin(day: Day, item: ir.Table) -> dict[str, Value]:
    """Margin where the cost is known, and what share of the turnover that is; an unknown net amount is the gross one."""
    sign = ibis.ifelse(item.is_invoice, 1, -1)
    net = item.net_amount.coalesce(item.amount) * sign
    known = item.cost.notnull()
    margin = ibis.ifelse(known, net - item.cost * sign, 0)
    values = {"net": net, "net_known": ibis.ifelse(known, net, 0), "margin": margin}
    if not day.multi_currency:
        return values
    # the rate of the day of issue, as it stands in amount and amount_base
    return {name: rnd(value * (item.amount_base / item.amount.nullif(0))) for name, value in values.items()}


def peak_month(sold: ir.Table) -> Value:
    """The largest block, not below 0."""
    return ibis.greatest(0, *[sold[f"block{i}"].fill_null(0) for i in range(BLOCKS)])


def busy_month(sold: ir.Table) -> Value:
    """The second largest block, not below 0: of twelve values the 90th percentile."""
    blocks = ibis.array([sold[f"block{i}"].fill_null(0) for i in range(BLOCKS)]).sort()
    return ibis.greatest(0, blocks[BLOCKS - 2])


def countback(sold: ir.Table, opened: Value) -> Value:
    """Days back over which the newest sales add up to what is open, on a grid of tenths; at most the twelve blocks.

    A block that sold nothing, or took back more than it sold, is gone through whole.
    """
    blocks = [ibis.greatest(sold[f"block{i}"].fill_null(0), 0) for i in range(BLOCKS)]
    tenths, newer = ibis.literal(0, type="int64"), ibis.literal(0, type="int64")
    for block in blocks:
        rest = opened - newer
        part = ibis.ifelse(rest < block, ratio(rest, block, BLOCK_DAYS * 10), BLOCK_DAYS * 10)
        tenths = tenths + ibis.ifelse(rest > 0, part, 0)
        newer = newer + block
    return tenths / 10.0


def ranked(debtor: ir.Table, sold: ir.Table) -> ir.Table:
    """Per customer turnover_class and turnover_rank among those of our company, whether they bought or not.

    ABC: what stands before a customer decides, so that the one who crosses a mark is still in the higher class.
    """
    rows = debtor.filter(debtor.survivor_id == debtor.customer_id).select("customer_id", "company")
    rows = attach(rows, sold.select("customer_id", "turnover12"), "customer_id")
    rows = rows.mutate(turnover12=rows.turnover12.fill_null(0), bought=ibis.greatest(rows.turnover12, 0))
    order = [ibis.desc("turnover12"), "customer_id"]
    upto = ibis.window(group_by="company", order_by=order, preceding=None, following=0)
    rows = rows.mutate(
        rank=ibis.row_number().over(ibis.window(group_by="company", order_by=order)),
        ahead=rows.bought.sum().over(upto) - rows.bought,
        total=rows.bought.sum().over(ibis.window(group_by="company")),
    )
    bought = rows.bought > 0
    return rows.select(
        "customer_id",
        turnover_rank=rows.rank + 1,
        turnover_class=ibis.cases(
            (bought & (rows.ahead * 10 < rows.total * 8), "A"),
            (bought & (rows.ahead * 20 < rows.total * 19), "B"),
            else_="C",
        ),
    )


def latest_manner(code: Value) -> Value:
    """How the latest invoice with a known manner was sent."""
    found = code % 4
    return ibis.cases(*[(found == i, name) for i, name in enumerate(MANNERS, 1)], else_=ibis.null("string"))
