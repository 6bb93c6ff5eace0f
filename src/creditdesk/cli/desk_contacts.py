"""`creditdesk contacts`: personal data of a contact, shown to whom it belongs, and erased without breaking the books."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from creditdesk.cli.failure import Refused
from creditdesk.cli.terminal import Json, Quiet, Terminal

CompanyCode = Annotated[
    str | None, typer.Option("--company", help="Code of the company; may be left out where there is one.")
]
By = Annotated[str | None, typer.Option("--by", help="Who does it. Default: the user of this machine.")]
ContactId = Annotated[str, typer.Argument(metavar="CONTACT_ID", help="The contact.")]


def join(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Personal data of contacts: show what is kept, erase it, retire what is old.",
        no_args_is_help=True,
    )
    group.command("export")(export)
    group.command("erase")(erase)
    group.command("retire")(retire)
    app.add_typer(group, name="contacts")


def export(
    context: typer.Context,
    contact: ContactId,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write. Default: standard output.")
    ] = None,
    company: CompanyCode = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Everything the desk knows of a contact, as JSON: what its right of access asks for."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.casework import privacy

    terminal = Terminal.of(context, quiet, as_json)
    try:
        found = privacy.export(one_company(company), contact)
    except privacy.UnknownContact as unknown:
        raise Refused(str(unknown)) from unknown
    text = json.dumps(found, indent=1, ensure_ascii=False)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
        terminal.print(f"Written: {out}")
    else:
        terminal.print(text)
    terminal.result(found)


def erase(
    context: typer.Context,
    contact: ContactId,
    why: Annotated[str, typer.Option("--why", help="The reason; it stays on record.")],
    company: CompanyCode = None,
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Empty the personal data of a contact, for good: names, addresses and messages go, dates and amounts stay."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.casework import privacy
    from creditdesk.desk.casework.audit import ReasonMissing

    terminal = Terminal.of(context, quiet, as_json)
    try:
        privacy.erase(one_company(company), contact, by=_who(by), why=why, now=timezone.now())
    except (privacy.UnknownContact, ReasonMissing) as wrong:
        raise Refused(str(wrong)) from wrong
    terminal.print(f"Contact {contact} is erased; what later imports bring of it is emptied again")
    terminal.result({"erased": [contact]})


def retire(
    context: typer.Context,
    before: Annotated[
        datetime,
        typer.Option(
            "--before", formats=["%Y-%m-%d"], help="Contacts that were no longer valid by that day."
        ),
    ],
    company: CompanyCode = None,
    by: By = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Erase contacts that have not been valid since before a day: what is no longer needed is not kept."""
    from creditdesk.cli.desk_day import one_company
    from creditdesk.desk import starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.casework import privacy

    terminal = Terminal.of(context, quiet, as_json)
    gone = privacy.retire(one_company(company), before.date(), by=_who(by), now=timezone.now())
    terminal.print(f"{len(gone):,} contacts erased")
    terminal.result({"erased": gone})


def _who(by: str | None) -> str:
    return by or os.environ.get("USER") or "creditdesk"
