"""`creditdesk policy check`, `test`, `diff` and `show`."""

from __future__ import annotations

from typing import Annotated

import typer

from creditdesk.cli.failure import UNUSABLE
from creditdesk.cli.terminal import Json, Quiet, Terminal

PolicyFile = Annotated[
    str, typer.Argument(metavar="FILE", help="Policy file, or the name of a shipped policy.")
]


def join(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Check, test, compare and read policies.", no_args_is_help=True)
    group.command("check")(check)
    app.add_typer(group, name="policy")


def check(context: typer.Context, policy: PolicyFile, quiet: Quiet = False, as_json: Json = False) -> None:
    """Name every mistake of a policy, with line and field."""
    from creditdesk.policy.error import PolicyErrors
    from creditdesk.policy.load import load_policy

    terminal = Terminal.of(context, quiet, as_json)
    try:
        loaded = load_policy(policy)
    except PolicyErrors as wrong:
        if not as_json:
            raise
        errors = [
            {"line": one.line, "column": one.column, "field": one.field, "found": one.found, "allowed": one.allowed,
             "message": one.message}
            for one in wrong.errors
        ]  # fmt: skip
        terminal.result({"policy": policy, "errors": errors})
        raise typer.Exit(UNUSABLE) from wrong
    terminal.print(f"{loaded.policy}, version {loaded.version}: no mistakes")
    terminal.result({"policy": loaded.policy, "version": loaded.version, "errors": []})
