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


def _side_balanced(bench: Workbench, side: Side, one_currency: bool) -> bool:
    column = sql.name(side.column)
    relation = bench.good("allocation")
    if not bench.number(f"SELECT count({column}) FROM {relation}"):
        return True
    if side.table not in bench.tables:
        return False
    counts = (
        "a.amount"
        if not bench.has("allocation", "reversed_on")
        else "CASE WHEN a.reversed_on IS NULL THEN a.amount ELSE 0 END"
    )
    if side.kinds:
        counts = f"CASE WHEN a.kind = {sql.text(side.kinds)} THEN {counts} ELSE 0 END"
    target = bench.good(side.table)
    if side.same_currency and not one_currency:
        drawn = (
            f"SELECT a.{column} AS id, CASE WHEN i.currency IS NOT DISTINCT FROM t.currency THEN {counts} ELSE 0 END AS n "
            f"FROM {relation} a LEFT JOIN {bench.good('invoice')} i ON a.invoice_id = i.invoice_id "
            f"LEFT JOIN {target} t ON a.{column} = t.{sql.name(side.key)} WHERE a.{column} IS NOT NULL"
        )
    else:
        drawn = f"SELECT a.{column} AS id, {counts} AS n FROM {relation} a WHERE a.{column} IS NOT NULL"
    wrong = "t.amount IS NULL OR d.drawn > t.amount"
    if side.word == "credit note":
        wrong += " OR t.kind <> 'credit_note'"
    return not bench.number(
        f"SELECT count(*) FROM (SELECT id, sum(n) AS drawn FROM ({drawn}) GROUP BY id) d "
        f"LEFT JOIN {target} t ON d.id = t.{sql.name(side.key)} WHERE {wrong}"
    )


def check_balances(bench: Workbench) -> None:
    """Quarantine allocations that draw more than there is.

    First each that is too large alone, then, in the order of their dates, those that no longer fit.
    """
    for side in SIDES:
        if bench.has("allocation", side.column) and side.table in bench.tables:
            _too_large(bench, side, alone=True)
            _too_large(bench, side, alone=False)


def _too_large(bench: Workbench, side: Side, *, alone: bool) -> None:
    reversed_on = "AND a.reversed_on IS NULL " if bench.has("allocation", "reversed_on") else ""
    kinds = f"AND a.kind = {sql.text(side.kinds)} " if side.kinds else ""
    same = "AND t.currency = i.currency " if side.same_currency else ""
    drawn = (
        "a.amount"
        if alone
        else f"sum(a.amount) OVER (PARTITION BY a.{side.column} ORDER BY a.allocated_on, a.allocation_id)"
    )
    found = "'allocated ' || drawn || ' of ' || had"
    rule = Rule(
        ERROR,
        "above_amount",
        "allocation",
        "amount",
        f"is more than the {side.word} holds"
        if alone
        else f"makes the sum of the allocations more than the {side.word} holds",
        f"all allocations of one {side.word} together at most its amount, in the currency of the invoice",
        "Correct the amount, or give the earlier allocation the date on which it was reversed.",
    )
    bench.record(
        rule,
        f"SELECT _file, _line, {found} AS found FROM ("
        f"SELECT a._file, a._line, t.amount AS had, CAST({drawn} AS HUGEINT) AS drawn FROM {bench.good('allocation')} a "
        f"JOIN {bench.good('invoice')} i ON a.invoice_id = i.invoice_id "
        f"JOIN {bench.good(side.table)} t ON a.{side.column} = t.{side.key} "
        f"WHERE true {reversed_on}{kinds}{same}) WHERE drawn > had",
    )
