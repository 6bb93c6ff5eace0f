"""The door: the commands of Creditdesk.

Exit status: 0 done; 1 done, with quarantined rows; 2 unusable input, nothing written; 3 another run is under way.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import creditdesk
from creditdesk.cli.failure import Door
from creditdesk.cli.terminal import Json, Quiet

app = typer.Typer(
    name="creditdesk",
    cls=Door,
    help="Credit management for businesses that sell on account: who gets which treatment, and what is due today.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"creditdesk {creditdesk.__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    quiet: Quiet = False,
    as_json: Json = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What stands before the name of a command."""
    del version
    context.obj = {"quiet": quiet, "json": as_json}


from creditdesk.cli import (  # noqa: E402  they join `app`
    decide,
    desk_api,
    desk_contacts,
    desk_day,
    desk_ledger,
    desk_serve,
    desk_webhook,
    explain,
    facts,
    policy,
    replay,
    report,
    sample,
)

for part in (
    sample,
    facts,
    decide,
    explain,
    replay,
    policy,
    report,
    desk_ledger,
    desk_day,
    desk_serve,
    desk_webhook,
    desk_api,
    desk_contacts,
):
    part.join(app)
