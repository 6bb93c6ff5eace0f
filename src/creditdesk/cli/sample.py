"""`creditdesk sample`: a made-up company to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditdesk.cli.failure import Refused
from creditdesk.cli.options import AsOf
from creditdesk.cli.terminal import Json, Quiet, Terminal


def join(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sample")(sample)


def sample(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="Folder to write; an earlier sample there is replaced.")],
    customers: Annotated[int, typer.Option("--customers", help="Number of customers.")] = 400,
    seed: Annotated[
        int, typer.Option("--seed", help="Of the chance: the same seed gives the same company.")
    ] = 7,
    invoices_per_customer: Annotated[
        float, typer.Option("--invoices-per-customer", help="Mean number of invoices in two years.")
    ] = 20.0,
    as_of: AsOf = None,
    date_order: Annotated[
        bool, typer.Option("--date-order", help="Write the large tables by date, as a real export is.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write the facts folder of a made-up company whose true behaviour is known (truth.parquet)."""
    from creditdesk.sample import HORIZON, write_sample

    terminal = Terminal.of(context, quiet, as_json)
    try:
        with terminal.progress("Making up customers") as tell:
            made = write_sample(
                out,
                customers,
                seed,
                as_of.date() if as_of else HORIZON,
                lambda done, of: tell(f"{done:,} of {of:,}", done, of),
                invoices_per_customer=invoices_per_customer,
                date_order=date_order,
            )
    except ValueError as wrong:
        raise Refused(str(wrong)) from wrong
    terminal.print(
        f"{made.customers:,} customers, {made.rows.get('invoice', 0):,} invoices (generated data, seed {made.seed}) "
        f"from {made.history_from} to {made.as_of} in {made.folder}"
    )
    terminal.result(
        {
            "folder": str(made.folder), "customers": made.customers, "seed": made.seed, "as_of": made.as_of,
            "history_from": made.history_from, "rows": made.rows, "bytes": made.bytes,
        }
    )  # fmt: skip
