"""What was allocated may not be more than there was: per invoice, per payment and per credit note.

Allocations that were reversed no longer count. Amounts of a payment or credit note are compared only with allocations
in its own currency.
"""

from __future__ import annotations

from dataclasses import dataclass

from creditdesk.facts import sql
from creditdesk.facts.problem import ERROR, Rule
from creditdesk.facts.workbench import Workbench


@dataclass(frozen=True)
class Side:
    """One thing that allocations draw on.

    Attributes:
        column: of `allocation`, names it.
        table, key: where it stands.
        word: what it is called in messages.
        kinds: which allocations draw on it; empty = all.
        same_currency: it may be in another currency than the invoice, and is then not compared.
    """

    column: str
    table: str
    key: str
    word: str
    kinds: str
    same_currency: bool


SIDES = (
    Side("invoice_id", "invoice", "invoice_id", "invoice", "", same_currency=False),
    Side("payment_id", "payment", "payment_id", "payment", "payment", same_currency=True),
    Side("credit_note_id", "invoice", "invoice_id", "credit note", "credit_note", same_currency=True),
)


def balanced(bench: Workbench) -> bool:
    """Whether every allocation names what is there and nothing is allocated above its amount.

    One pass per side; when it says no, the rows are looked for by `check_allocations` and `check_balances`.
    """
    if "allocation" not in bench.tables:
        return True
    one_currency = _one_currency(bench)
    return all(
        _side_balanced(bench, side, one_currency) for side in SIDES if bench.has("allocation", side.column)
    )


def _one_currency(bench: Workbench) -> bool:
    found: set[str] = set()
    for table in ("invoice", "payment"):
        if table in bench.tables:
            found |= {row[0] for row in bench.ask(f"SELECT DISTINCT currency FROM {bench.good(table)}")}
    return len(found) <= 1


def _drawn(bench: Workbench, side: Side, one_currency: bool, among: str | None = None) -> str:
    """A query of what is drawn on each thing of a side (of those whose `id` stands in table `among`): `id`, `drawn`."""
    column = sql.name(side.column)
    relation = bench.good("allocation")
    counts = "a.amount"
    if bench.has("allocation", "reversed_on"):
        counts = "CASE WHEN a.reversed_on IS NULL THEN a.amount ELSE 0 END"
    if side.kinds:
        counts = f"CASE WHEN a.kind = {sql.text(side.kinds)} THEN {counts} ELSE 0 END"
    joins = ""
    if side.same_currency and not one_currency:
        counts = f"CASE WHEN i.currency IS NOT DISTINCT FROM t.currency THEN {counts} ELSE 0 END"
        joins = (
            f"LEFT JOIN {bench.good('invoice')} i ON a.invoice_id = i.invoice_id "
            f"LEFT JOIN {bench.good(side.table)} t ON a.{column} = t.{sql.name(side.key)} "
        )
    only = "" if among is None else f"AND a.{column} IN (SELECT id FROM {among}) "
    return (
        f"SELECT a.{column} AS id, sum({counts}) AS drawn FROM {relation} a {joins}"
        f"WHERE a.{column} IS NOT NULL {only}GROUP BY 1"
    )


def _side_balanced(bench: Workbench, side: Side, one_currency: bool) -> bool:
    if not bench.number(f"SELECT count({sql.name(side.column)}) FROM {bench.good('allocation')}"):
        return True
    if side.table not in bench.tables:
        return False
    nobody = "t.amount IS NULL"
    if side.word == "credit note":
        nobody += " OR t.kind <> 'credit_note'"
    good = f"{bench.good(side.table)} t ON d.id = t.{sql.name(side.key)}"
    # in whatever currency first: that is never less, and asks for no currency of twenty million invoices. And a table
    # of its own: what makes it and what reads it need not stand in memory together
    bench.keep("drawn", _drawn(bench, side, one_currency=True))
    bench.keep(
        "suspect",
        f"SELECT d.id, {nobody} AS nobody FROM drawn d LEFT JOIN {good} WHERE {nobody} OR d.drawn > t.amount",
    )
    suspects, without = bench.ask("SELECT count(*), count(*) FILTER (WHERE nobody) FROM suspect")[0]
    if not suspects:
        return True
    if without or one_currency or not side.same_currency:
        return False
    exact = _drawn(bench, side, one_currency, among="suspect")
    return not bench.number(f"SELECT count(*) FROM ({exact}) d JOIN {good} WHERE d.drawn > t.amount")


def check_balances(bench: Workbench) -> None:
    """Quarantine allocations that draw more than there is.

    First each that is too large alone, then, in the order of their dates, those that no longer fit.
    """
    one_currency = _one_currency(bench)
    for side in SIDES:
        if not bench.has("allocation", side.column) or side.table not in bench.tables:
            continue
        bench.con.execute(
            f"CREATE OR REPLACE TEMP TABLE overdrawn AS SELECT d.id FROM ({_drawn(bench, side, one_currency)}) d "
            f"JOIN {bench.good(side.table)} t ON d.id = t.{sql.name(side.key)} WHERE d.drawn > t.amount"
        )
        if bench.number("SELECT count(*) FROM overdrawn"):
            _too_large(bench, side, alone=True)
            _too_large(bench, side, alone=False)


def _too_large(bench: Workbench, side: Side, *, alone: bool) -> None:
    column = sql.name(side.column)
    conditions = [f"a.{column} IN (SELECT id FROM overdrawn)"]
    if bench.has("allocation", "reversed_on"):
        conditions.append("a.reversed_on IS NULL")
    if side.kinds:
        conditions.append(f"a.kind = {sql.text(side.kinds)}")
    if side.same_currency:
        conditions.append("t.currency = i.currency")
    running = f"sum(a.amount) OVER (PARTITION BY a.{column} ORDER BY a.allocated_on, a.allocation_id)"
    reason = f"makes the sum of the allocations more than the {side.word} holds"
    rule = Rule(
        ERROR,
        "above_amount",
        "allocation",
        "amount",
        f"is more than the {side.word} holds" if alone else reason,
        f"all allocations of one {side.word} together at most its amount, in the currency of the invoice",
        "Correct the amount, or give the earlier allocation the date on which it was reversed.",
    )
    bench.record(
        rule,
        f"SELECT _file, _line, 'allocated ' || drawn || ' of ' || had AS found FROM ("
        f"SELECT a._file, a._line, t.amount AS had, CAST({'a.amount' if alone else running} AS HUGEINT) AS drawn "
        f"FROM {bench.good('allocation')} a "
        f"JOIN {bench.good('invoice')} i ON a.invoice_id = i.invoice_id "
        f"JOIN {bench.good(side.table)} t ON a.{column} = t.{sql.name(side.key)} "
        f"WHERE {' AND '.join(conditions)}) WHERE drawn > had",
    )
