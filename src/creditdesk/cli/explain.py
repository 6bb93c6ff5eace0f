"""`creditdesk explain`: one customer, with everything that decided on it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import ibis.expr.types as ir
import typer

from creditdesk.cli.opening import Clock, opened, read_previous
from creditdesk.cli.options import AsOf, Engine, Facts, PolicyName, Previous, ReportLanguage, day
from creditdesk.cli.terminal import Json, Quiet, Terminal


def join(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER_ID", help="The customer.")],
    facts: Facts,
    policy: PolicyName,
    as_of: AsOf = None,
    previous: Previous = None,
    engine: Engine = "duckdb://",
    language: ReportLanguage = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Tell why a customer is in its segment, what would move it, what is due and what is held."""
    from creditdesk.report.explanation import NoCustomer, explanation, shown
    from creditdesk.report.page import reader
    from creditdesk.report.summary import companies, invoice_numbers
    from creditdesk.report.words import Words

    terminal = Terminal.of(context, quiet, as_json)
    on = day(as_of)
    earlier = read_previous(previous, on)
    with (
        tempfile.TemporaryDirectory(prefix="creditdesk-explain-") as work,
        terminal.progress("Deciding") as tell,
        opened(facts, policy, Path(work), engine, tell, Clock()) as run,
    ):
        words = Words(reader(language, {"companies": companies(run.facts)}), run.policy)
        tables = run.decide(on, earlier)

        def rows(name: str) -> list[dict[str, Any]]:
            return _of(run.backend.fetch(_only(tables[name], customer)))

        decision = rows("decision")
        if not decision:
            raise NoCustomer(_unknown(words, tables["decision"], run.backend, customer))
        words.numbers = invoice_numbers(run.facts, decision)
        told = explanation(words, decision[0], rows("profile")[0], rows("action_due"), rows("held"), on)
    terminal.print(shown(words, told, on))
    terminal.result(told)


def _only(table: ir.Table, customer: str) -> ir.Table:
    return table.filter(table.customer_id == customer)


def _of(rows: Any) -> list[dict[str, Any]]:
    found = list(rows.to_pylist(maps_as_pydicts="lossy"))
    return [dict(row) for row in found]


def _unknown(words: Any, decision: ir.Table, backend: Any, customer: str) -> str:
    """The message for an id that nobody has, with the nearest ones there are."""
    near = decision.mutate(far=decision.customer_id.levenshtein(customer)).order_by(["far", "customer_id"])
    ids = backend.fetch(near.select("customer_id").limit(3)).column("customer_id").to_pylist()
    return f"{words.t('explain.no_customer', id=customer)} {words.t('explain.nearest', ids=', '.join(ids))}"
