"""`creditdesk report`: render the page of an output folder again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditdesk.cli.options import Anonymous, ReportLanguage
from creditdesk.cli.terminal import Json, Quiet, Terminal

PAGE = "report.html"


def join(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of a run.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write. Default: report.html in the folder.")
    ] = None,
    anonymous: Anonymous = False,
    language: ReportLanguage = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Render report.html again from the output folder of a run: in another language, or without natural persons."""
    from creditdesk.report.figures import figures_of
    from creditdesk.report.output import open_output
    from creditdesk.report.page import render

    terminal = Terminal.of(context, quiet, as_json)
    page = render(figures_of(open_output(folder)), language, anonymous=anonymous)
    target = out or folder / PAGE
    write_page(target, page)
    terminal.print(f"Report: {target}")
    terminal.result({"report": str(target)})


def write_page(target: Path, page: str) -> None:
    """Write the page so that it is the old or the new one, never half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.writing")
    fresh.write_text(page, encoding="utf-8")
    fresh.replace(target)
