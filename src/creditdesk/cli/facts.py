"""`creditdesk facts check` and `facts import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from creditdesk.cli.terminal import Json, Quiet, Terminal
from creditdesk.facts.result import Checked

WARNINGS_TOLD = 10


def join(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Check facts, or bring them in from foreign files.", no_args_is_help=True)
    group.command("check")(check)
    group.command("import")(import_)
    app.add_typer(group, name="facts")


def check(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The facts folder.")],
    currency: Annotated[
        str | None,
        typer.Option("--currency", help="Reporting currency where there is no company table (the policy's)."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Check a facts folder in full, and leave a stamp, so that `decide` need not check unchanged files again."""
    from creditdesk.facts.stamp import check_and_stamp

    terminal = Terminal.of(context, quiet, as_json)
    with terminal.progress("Checking") as tell:
        checked = check_and_stamp(folder, tell, currency=currency)
    told(terminal, checked)
    terminal.result(checked.as_dict())
    raise typer.Exit(checked.exit_status)


def told(terminal: Terminal, checked: Checked) -> None:
    """Rows per table, warnings in brief; quarantined rows on standard error."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Table")
    for name in ("Rows", "Kept", "Quarantined", "Warnings"):
        table.add_column(name, justify="right")
    for name, result in checked.tables.items():
        table.add_row(
            name,
            f"{result.rows_in:,}",
            f"{result.rows_kept:,}",
            f"{result.rows_quarantined:,}",
            f"{result.warnings:,}",
        )
    terminal.print(table)
    warnings = [problem for problem in checked.problems if problem.severity == "warning"]
    for problem in warnings[:WARNINGS_TOLD]:
        terminal.warn(f"warning: {problem}")
    if checked.warnings > min(len(warnings), WARNINGS_TOLD):
        terminal.warn(f"{checked.warnings} warnings in all; these rows are kept")
    where = str(checked.quarantine) if checked.quarantine else "the quarantine"
    terminal.quarantined(checked.problems, checked.rows_quarantined, where)
    if not checked.rows_quarantined:
        terminal.print(f"All {checked.rows_in:,} rows keep the contract.")


def import_(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A CSV, XLSX or Parquet file.")],
    out: Annotated[Path, typer.Option("--out", help="The facts folder to write.")],
    mapping: Annotated[
        str | None,
        typer.Option("--map", help="Mapping file, or the name of a shipped one. Default: the one that fits."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Turn a foreign file into a facts folder by a mapping: columns, dates, decimals, currency, signs."""
    from creditdesk.sources.importing import import_file

    terminal = Terminal.of(context, quiet, as_json)
    with terminal.progress("Importing") as tell:
        done = import_file(source, out, mapping, tell)
    terminal.print(
        f"{done.rows_read:,} rows read by the mapping {done.mapping}: {done.rows_used:,} used, "
        f"{done.rows_skipped:,} passed over, {done.rows_quarantined:,} quarantined"
    )
    for problem in done.problems:
        if problem.severity == "warning":
            terminal.warn(f"warning: {problem}")
    terminal.quarantined(tuple(done.problems), done.rows_quarantined, str(done.quarantine))
    if done.checked is not None:
        told(terminal, done.checked)
    terminal.print(f"Facts: {out}")
    terminal.result(done.as_dict())
    raise typer.Exit(done.exit_status)
