"""`creditdesk decide`: one run, from a facts folder to an output folder that appears whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditdesk.cli.failure import QUARANTINED, Refused
from creditdesk.cli.opening import Clock, Earlier, opened, read_previous
from creditdesk.cli.options import Anonymous, AsOf, Engine, Facts, PolicyName, Previous, ReportLanguage, day
from creditdesk.cli.output_folder import output_folder
from creditdesk.cli.report import PAGE
from creditdesk.cli.terminal import Json, Quiet, Tell, Terminal

if TYPE_CHECKING:
    from creditdesk.facts.result import Checked
    from creditdesk.report.figures import Figures

WORK = "checked"
TRACED = "stages.json"


def join(app: typer.Typer) -> None:
    """Add the command."""
    app.command("decide")(decide)


def decide(
    context: typer.Context,
    facts: Facts,
    policy: PolicyName,
    out: Annotated[Path, typer.Option("--out", help="Output folder; an earlier output there is replaced.")],
    as_of: AsOf = None,
    previous: Previous = None,
    engine: Engine = "duckdb://",
    trace: Annotated[
        Path | None,
        typer.Option("--trace", help="Folder for every stage as a table, with the SQL that made it."),
    ] = None,
    anonymous: Anonymous = False,
    language: ReportLanguage = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Decide for every customer on one day: segment, terms and limit, what is due today, what is held and why."""
    from creditdesk.report.page import reader, render
    from creditdesk.report.summary import results
    from creditdesk.report.terminal import overview

    terminal = Terminal.of(context, quiet, as_json)
    on = day(as_of)
    earlier = read_previous(previous, on)
    if trace is not None:
        empty_trace(trace)
    with output_folder(out) as fresh, terminal.progress("Deciding") as tell:
        figures, checked = run_into(fresh, facts, policy, on, earlier, engine, trace, tell)
        clock, summary = Clock(), figures.output.summary
        tell("writing the summary and the report")
        (fresh / PAGE).write_text(render(figures, language, anonymous=anonymous), encoding="utf-8")
        summary |= results(figures)
        clock.lap("report")
        summary["seconds"] |= clock.laps
        write_summary(fresh, summary)
        shown = None if terminal.silent else overview(figures, language, anonymous=anonymous)
    if shown is not None:
        terminal.print(shown, "", reader(language, summary)("terminal.report", path=out / PAGE))
    terminal.quarantined(checked.problems, checked.rows_quarantined, str(out / "quarantine.csv"))
    terminal.result(summary)
    if checked.rows_quarantined:
        raise typer.Exit(QUARANTINED)


def run_into(
    fresh: Path,
    facts: Path,
    policy: str,
    as_of: date,
    earlier: Earlier,
    engine: str,
    trace: Path | None,
    tell: Tell,
) -> tuple[Figures, Checked]:
    """Decide, and write tables, policy, quarantine and the first part of the summary into a new folder.

    Returns:
        The figures of the run, and the facts as they were checked.
    """
    from creditdesk.facts.decisions import TABLES_OUT
    from creditdesk.report.figures import figures_of
    from creditdesk.report.lists import urgent
    from creditdesk.report.output import POLICY, open_output
    from creditdesk.report.summary import before, invoice_numbers

    clock = Clock()
    with opened(facts, policy, fresh / WORK, engine, tell, clock, trace) as run:
        tables = run.decide(as_of, earlier)
        clock.lap("decide")
        summary = before(run.checked, run.facts, run.policy, as_of, run.backend.name, earlier.summary)
        for name, table in tables.items():
            tell(f"writing {name}")
            key = TABLES_OUT[name].key if name in TABLES_OUT else ("customer_id",)
            # in the order of the key, so that the same run writes the same bytes
            run.backend.write(table.order_by(list(key)), fresh / f"{name}.parquet")
        (fresh / POLICY).write_text(run.text, encoding="utf-8")
        write_summary(fresh, summary)
        # the report names invoices, and may be rendered again without the facts
        shown = [row["who"] for row in urgent(open_output(fresh))]
        summary["invoice_numbers"] = invoice_numbers(run.facts, shown)
        keep_quarantine(run.checked, fresh)
        clock.lap("write")
    write_summary(fresh, summary | {"seconds": clock.laps})
    return figures_of(open_output(fresh)), run.checked


def keep_quarantine(checked: Checked, fresh: Path) -> None:
    """Keep every quarantined row beside the results; forget the converted tables."""
    if checked.quarantine is not None:
        for suffix in (".parquet", ".csv"):
            found = checked.quarantine.with_suffix(suffix)
            if found.is_file():
                shutil.copyfile(found, fresh / f"quarantine{suffix}")
    shutil.rmtree(fresh / WORK, ignore_errors=True)


def write_summary(fresh: Path, summary: Mapping[str, Any]) -> None:
    """Write `summary.json`."""
    text = json.dumps(summary, indent=1, ensure_ascii=False, default=str)
    (fresh / "summary.json").write_text(text + "\n", encoding="utf-8")


def empty_trace(folder: Path) -> None:
    """A trace replaces an earlier one, and nothing else."""
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder}: is not a folder; the way out: name a new folder in --trace")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / TRACED).is_file():
            raise Refused(
                f"{folder}: holds files that are no trace, and would be mixed with one; "
                f"the way out: name a new or an empty folder in --trace"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
