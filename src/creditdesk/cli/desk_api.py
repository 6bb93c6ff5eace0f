"""`creditdesk token`: keys for other programs, from the command line."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from creditdesk.cli.failure import Refused
from creditdesk.cli.terminal import Json, Quiet, Terminal

CompanyCode = Annotated[
    str | None, typer.Option("--company", help="Code of the company; may be left out where there is one.")
]
By = Annotated[str | None, typer.Option("--by", help="Who does it. Default: the user of this machine.")]


def join(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Keys with which other programs use the API.", no_args_is_help=True)
    group.command("create")(create)
    group.command("list")(list_)
    group.command("revoke")(revoke)
    app.add_typer(group, name="token")


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for, such as `webshop`.")],
    scopes: Annotated[
        list[str], typer.Option("--scope", help="What it may do; several times. `token list` names them.")
    ],
    expires: Annotated[
        datetime | None,
        typer.Option("--expires", formats=["%Y-%m-%d"], help="First day on which it is no longer valid."),
    ] = None,
    per_minute: Annotated[int, typer.Option("--per-minute", help="The most requests in a minute.")] = 600,
    company: CompanyCode = None,
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make a token. It is printed this once: what is kept is its digest."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.api import tokens
    from creditdesk.desk.day.clock import zone_of

    terminal = Terminal.of(context, quiet, as_json)
    chosen = one_company(company)
    until = expires.replace(tzinfo=zone_of(chosen)) if expires else None
    try:
        row, token = tokens.create(
            chosen, name, scopes, by=_who(by), now=timezone.now(), expires_at=until, per_minute=per_minute
        )
    except tokens.WrongToken as wrong:
        raise Refused(str(wrong)) from wrong
    terminal.print(f"Token {row.name} for {chosen.code}: {', '.join(row.scopes)}")
    terminal.print(f"{token}  (shown this once)")
    terminal.result(
        {"company": chosen.code, "name": row.name, "prefix": row.prefix, "scopes": row.scopes, "token": token}
    )


def list_(
    context: typer.Context, company: CompanyCode = None, quiet: Quiet = False, as_json: Json = False
) -> None:
    """List tokens with what they may do and when they were last used; never the tokens themselves."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.api.models import Token
    from creditdesk.desk.api.models.token import Scope

    terminal = Terminal.of(context, quiet, as_json)
    now = timezone.now()
    shown = [
        {
            "name": one.name, "prefix": one.prefix, "scopes": one.scopes, "state": one.state(now),
            "per_minute": one.per_minute, "made_by": one.made_by, "expires_at": _moment(one.expires_at),
            "last_used_at": _moment(one.last_used_at),
        }
        for one in Token.objects.filter(company=one_company(company))
    ]  # fmt: skip
    table = Table(box=None, pad_edge=False)
    for heading in ("Name", "Prefix", "Scopes", "State", "Last used"):
        table.add_column(heading)
    for row in shown:
        table.add_row(
            str(row["name"]), str(row["prefix"]), ", ".join(row["scopes"]), str(row["state"]),
            str(row["last_used_at"] or "never"),
        )  # fmt: skip
    terminal.print(table)
    terminal.print(f"Scopes there are: {', '.join(Scope.values)}")
    terminal.result(shown)


def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or prefix of the token.")],
    why: Annotated[str, typer.Option("--why", help="The reason.")] = "",
    company: CompanyCode = None,
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Take a token back: the next request with it is refused."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.api import tokens

    terminal = Terminal.of(context, quiet, as_json)
    try:
        row = tokens.revoke(one_company(company), name, by=_who(by), now=timezone.now(), why=why)
    except tokens.WrongToken as wrong:
        raise Refused(str(wrong)) from wrong
    terminal.print(f"Token {row.name} ({row.prefix}) is revoked")
    terminal.result({"name": row.name, "prefix": row.prefix, "state": "revoked"})


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="minutes") if at else None


def _who(by: str | None) -> str:
    return by or os.environ.get("USER") or "creditdesk"
