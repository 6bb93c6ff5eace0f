"""`creditdesk decide`: one run, from a facts folder to an output folder that appears whole."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditdesk.cli.failure import QUARANTINED, Refused
from creditdesk.cli.options import (
    Anonymous,
    AsOf,
    Engine,
    Facts,
    PolicyName,
    Previous,
    ReportLanguage,
    day,
)
from creditdesk.cli.output_folder import output_folder
from creditdesk.cli.report import PAGE
from creditdesk.cli.terminal import Json, Quiet, Terminal

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from creditdesk.engine.backend import Backend
    from creditdesk.engine.binding import Facts as BoundFacts
    from creditdesk.facts.result import Checked
    from creditdesk.policy.document import Policy

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
    from creditdesk.report.output import open_output
    from creditdesk.report.page import render
    from creditdesk.report.summary import before, results
    from creditdesk.report.terminal import overview

    terminal = Terminal.of(context, quiet, as_json)
    clock = Clock()
    earlier = read_previous(previous)
    if trace is not None:
        empty_trace(trace)
    with output_folder(out) as fresh, terminal.progress("Deciding") as tell:
        with opened(facts, policy, fresh / WORK, engine, tell, clock, trace) as run:
            tables = run.decide(day(as_of), earlier)
            clock.lap("decide")
            summary = before(
                run.checked, run.facts, run.policy, day(as_of), run.backend.name, earlier.summary
            )
            for name, table in tables.items():
                tell(f"writing {name}")
                run.backend.write(table, fresh / f"{name}.parquet")
        clock.lap("write")
        (fresh / "policy.yaml").write_text(run.text, encoding="utf-8")
        keep_quarantine(run.checked, fresh)
        write_summary(fresh, summary)
        output = open_output(fresh)
        summary |= results(output)
        write_summary(fresh, summary)
        tell("writing the report")
        output = open_output(fresh)
        (fresh / PAGE).write_text(render(output, language, anonymous=anonymous), encoding="utf-8")
        clock.lap("report")
        summary["seconds"] = clock.laps
        write_summary(fresh, summary)
        shown = None if quiet or as_json else overview(open_output(fresh), language, anonymous=anonymous)
    if shown is not None:
        terminal.print(shown)
        terminal.print("")
        terminal.print(reader(language, summary)("terminal.report", path=out / PAGE))
    told = tuple(run.checked.problems)
    terminal.quarantined(told, run.checked.rows_quarantined, str(out / "quarantine.csv"))
    terminal.result(summary)
    if run.checked.rows_quarantined:
        raise typer.Exit(QUARANTINED)


@dataclass
class Clock:
    """How long each part took, in seconds."""

    laps: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter)

    def lap(self, name: str) -> None:
        """The part that ends now."""
        now = time.perf_counter()
        self.laps[name] = round(now - self._since, 3)
        self._since = now


@dataclass(frozen=True)
class Earlier:
    """The previous run, as far as there is one."""

    tables: Mapping[str, list[Path]] | None = None
    summary: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Opened:
    """Facts checked and bound, policy loaded, engine connected: ready to decide."""

    checked: Checked
    facts: BoundFacts
    policy: Policy
    text: str
    backend: Backend
    trace: Path | None
    tell: Any

    def decide(self, as_of: date, earlier: Earlier) -> dict[str, ir.Table]:
        """The tables of the run."""
        from creditdesk.engine.run import bind_previous
        from creditdesk.engine.run import decide as decide_all
        from creditdesk.engine.stages import Stages

        stages = Stages(self.backend, trace=self.trace, progress=self.tell)
        before = bind_previous(stages, earlier.tables)
        return decide_all(stages, self.facts, self.policy, as_of, before, self.checked.held_customers)


@contextmanager
def opened(
    facts: Path,
    policy: str,
    work: Path,
    engine: str,
    tell: Any,
    clock: Clock,
    trace: Path | None = None,
) -> Iterator[Opened]:
    """Open facts, policy and engine; give them back when the block ends."""
    from creditdesk.engine.backend import connect
    from creditdesk.engine.binding import bind
    from creditdesk.facts.stamp import open_checked
    from creditdesk.policy.load import load_policy, policy_text

    loaded = load_policy(policy)
    text = policy_text(policy)
    tell("checking the facts")
    checked = open_checked(facts, work, tell, currency=loaded.currency)
    clock.lap("check")
    tell("opening the engine")
    backend = connect(engine)
    try:
        bound = bind(backend, checked.sources())
        clock.lap("open")
        yield Opened(checked, bound, loaded, text, backend, trace, tell)
    finally:
        backend.close()


def read_previous(folder: Path | None) -> Earlier:
    """The tables and the summary of the previous run.

    Raises:
        NoOutput: when the folder is no output of a run.
    """
    if folder is None:
        return Earlier()
    from creditdesk.report.output import open_output

    summary = open_output(folder).summary
    names = ("decision", "action_due")
    return Earlier({name: [folder / f"{name}.parquet"] for name in names}, summary)


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
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / TRACED).is_file():
            raise Refused(
                f"{folder}: holds files that are no trace, and would be mixed with one; "
                f"the way out: name a new or an empty folder in --trace"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
