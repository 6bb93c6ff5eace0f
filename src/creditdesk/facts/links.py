"""Rows that name rows of other tables: what they name must be there, and still be there once bad rows are out.

A row that names what is not there is quarantined, and with it the rows that name it in turn. Kept with a warning are
links that no decision hangs on, so that one missing document of years ago does not take a customer's invoices out.
"""

from __future__ import annotations

from creditdesk.facts import sql
from creditdesk.facts.column import LIST, Column
from creditdesk.facts.problem import ERROR, WARNING, Rule
from creditdesk.facts.schema import TABLES
from creditdesk.facts.workbench import Loaded, Workbench

KEPT = {
    ("payment", "customer_id"): "the payment becomes unmatched money",
    ("payment", "reverses_payment_id"): "the return counts on its own",
    ("invoice", "corrects_invoice_id"): "the document counts on its own",
    ("dispute", "credit_note_id"): "the dispute counts as it stands",
    ("customer", "parent_id"): "the customer counts outside a group",
}
"""Links that may lead nowhere, and what becomes of the row."""

_ORDER = ("company", "customer", "invoice", "payment", "plan", "cover")
"""Tables that others name, in the order in which they name each other."""


def check_links(bench: Workbench) -> None:
    """Check every link of every table but `allocation`, from the tables that are named to those that name."""
    order = sorted(
        bench.tables.values(), key=lambda t: _ORDER.index(t.name) if t.name in _ORDER else len(_ORDER)
    )
    for loaded in order:
        if loaded.name != "allocation":
            _check_table(bench, loaded)
        if loaded.name == "customer":
            _check_merges(bench)
            _check_table(bench, loaded)


def check_allocations(bench: Workbench) -> None:
    """Check the links of `allocation`; needed only where `balances.balanced`, which counts them, says no."""
    _check_table(bench, bench.tables["allocation"])
    _check_credit_notes(bench)


def _check_table(bench: Workbench, loaded: Loaded) -> None:
    """Check the links of one table; again and again where its rows name each other, until none goes out."""
    out = [_check_link(bench, loaded, column) for column in _links(loaded)]
    while any(out) and _names_itself(loaded):
        out = [_check_link(bench, loaded, column) for column in _links(loaded)]


def _links(loaded: Loaded) -> list[Column]:
    links = [column for column in loaded.table.columns if column.references and column.name in loaded.present]
    if loaded.name == "payment" and "customer_id" in loaded.present:
        links.append(Column("customer_id", "string", "who paid", references="customer"))
    return links


def _names_itself(loaded: Loaded) -> bool:
    return any(c.references == loaded.name and (loaded.name, c.name) not in KEPT for c in _links(loaded))


def _check_link(bench: Workbench, loaded: Loaded, column: Column) -> bool:
    """Check one link; True when rows were taken out."""
    target = TABLES[column.references]
    if target.name == "company" and "company" not in bench.tables:
        return False  # one company, not described: its id needs no row
    name, key = sql.name(column.name), sql.name(target.key[0])
    there = (
        f"SELECT {key} FROM {bench.good(target.name)}"
        if target.name in bench.tables
        else "SELECT NULL WHERE false"
    )
    relation = bench.good(loaded.name)
    if column.type == LIST:
        _check_list(bench, loaded, column, there)
        return False
    lost = f"{name} IS NOT NULL AND {name} NOT IN ({there})"
    if not bench.number(f"SELECT count(*) FROM {relation} WHERE {lost}"):
        return False
    fate = KEPT.get((loaded.name, column.name))
    rule = Rule(
        WARNING if fate else ERROR,
        "dangling",
        loaded.name,
        column.name,
        f"names no {target.name.replace('_', ' ')} that is there" + (f"; {fate}" if fate else ""),
        f"an id that stands in table {target.name} and is not quarantined itself",
        f"Add the {target.name.replace('_', ' ')} or correct the id.",
    )
    if fate and _already_told(bench, rule):
        return False
    query = f"SELECT _file, _line, {name} AS found FROM {relation} WHERE {lost}"
    return bench.record(rule, query) > 0 and not fate


def _check_list(bench: Workbench, loaded: Loaded, column: Column, there: str) -> None:
    name = sql.name(column.name)
    lost = (
        f"SELECT _file, _line, id AS found FROM (SELECT _file, _line, unnest({name}) AS id "
        f"FROM {bench.good(loaded.name)}) WHERE id NOT IN ({there})"
    )
    rule = Rule(
        WARNING,
        "dangling",
        loaded.name,
        column.name,
        f"names no {column.references.replace('_', ' ')} that is there; the row counts for the others it names",
        f"ids that stand in table {column.references} and are not quarantined themselves",
        "Nothing needs to be done for documents that left the books.",
    )
    if not _already_told(bench, rule):
        bench.record(rule, lost)


def _already_told(bench: Workbench, rule: Rule) -> bool:
    """A table is looked at again when rows went out; its warnings are given once."""
    return rule in bench.rules


def _check_credit_notes(bench: Workbench) -> None:
    """An allocation of a credit note must name a credit note, not an invoice."""
    if not bench.has("allocation", "credit_note_id"):
        return
    wrong = (
        f"SELECT a._file, a._line, a.credit_note_id AS found FROM {bench.good('allocation')} a "
        f"JOIN {bench.good('invoice')} i ON a.credit_note_id = i.invoice_id WHERE i.kind <> 'credit_note'"
    )
    bench.record(
        Rule(ERROR, "not_a_credit_note", "allocation", "credit_note_id", "is an invoice, not a credit note",
             "the id of a document of kind credit_note", "Correct the id or the kind of the document."),
        wrong,
    )  # fmt: skip


def _check_merges(bench: Workbench) -> None:
    """Customers merged in a circle have no survivor: they are quarantined. Circles of parents only warn."""
    ways = {
        "merged_into_id": Rule(ERROR, "circle", "customer", "merged_into_id",
                               "leads back to the customer itself, so that none survives",
                               "a customer that was not merged away", "Empty it in the customer that goes on."),
        "parent_id": Rule(WARNING, "circle", "customer", "parent_id", "leads back to the customer itself",
                          "a parent that is not its own child", "Empty it in the customer at the top of the group."),
    }  # fmt: skip
    for column, rule in ways.items():
        if not bench.has("customer", column):
            continue
        _walk(bench, column)
        name = sql.name(column)
        bench.record(
            rule,
            f"SELECT _file, _line, {name} AS found FROM {bench.good('customer')} "
            f"WHERE {name} IS NOT NULL AND customer_id IN (SELECT b FROM step)",
        )
    if bench.has("customer", "merged_into_id"):
        good = bench.good("customer")
        bench.record(
            Rule(WARNING, "chain", "customer", "merged_into_id", "was itself merged into another customer",
                 "the customer that goes on", "Name the last customer of the chain."),
            f"SELECT _file, _line, merged_into_id AS found FROM {good} WHERE merged_into_id IN "
            f"(SELECT customer_id FROM {good} WHERE merged_into_id IS NOT NULL AND merged_into_id <> customer_id)",
        )  # fmt: skip


def _walk(bench: Workbench, column: str) -> None:
    """Leave in `step` (a, b) only ends of endless walks, which are the members of circles.

    Each round doubles the length of the walk; after as many steps as there are customers only circles go on. A chain of
    ten levels is gone after four rounds. The latest row of a customer counts.
    """
    name = sql.name(column)
    bench.con.execute(
        f"CREATE OR REPLACE TEMP TABLE step AS SELECT customer_id AS a, max({name}) AS b FROM "
        f"(SELECT customer_id, {name}, row_number() OVER (PARTITION BY customer_id ORDER BY known_from DESC NULLS LAST, "
        f"{name}) AS no FROM {bench.good('customer')} WHERE customer_id IN "
        f"(SELECT customer_id FROM {bench.good('customer')} WHERE {name} IS NOT NULL)) "
        f"WHERE no = 1 AND {name} IS NOT NULL GROUP BY 1"
    )
    length, most = 1, bench.number("SELECT count(*) FROM step")
    while length <= most and bench.number("SELECT count(*) FROM step"):
        bench.con.execute(
            "CREATE OR REPLACE TEMP TABLE step AS SELECT x.a, y.b FROM step x JOIN step y ON x.b = y.a"
        )
        length *= 2
