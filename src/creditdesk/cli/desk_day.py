"""`creditdesk day`, `worker` and `demo`: the part of the desk that works while nobody looks."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditdesk.cli.desk_serve import Port
from creditdesk.cli.failure import Refused
from creditdesk.cli.options import AsOf
from creditdesk.cli.terminal import Json, Quiet, Terminal

if TYPE_CHECKING:
    from creditdesk.desk.casework.models import Run

CompanyCode = Annotated[
    str | None, typer.Option("--company", help="Code of the company; may be left out where there is one.")
]


def join(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("day")(day)
    app.command("worker")(worker)
    app.command("demo")(demo)
    app.command("enact")(enact)
    app.command("golive")(golive)


def day(
    context: typer.Context,
    as_of: AsOf = None,
    company: CompanyCode = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a company's day: decide, record what changed, open and close tasks, send messages. Safe to run again."""
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.day.clock import moment, today_of
    from creditdesk.desk.day.jobs import hand
    from creditdesk.desk.day.run import run_day

    terminal = Terminal.of(context, quiet, as_json)
    chosen = one_company(company)
    today = today_of(chosen, moment())
    with terminal.progress(f"Day of {chosen.code}") as tell:
        run = run_day(
            chosen,
            as_of.date() if as_of else today,
            today,
            hand(os.environ.get("USER") or "creditdesk"),
            lambda stage, done, total: tell(stage, done, total or None),
        )
    terminal.print(*_told(run))
    terminal.result(
        {"company": chosen.code, "as_of": run.as_of, "kind": run.kind, "state": run.state, "preview": run.preview,
         "counts": run.counts, "stages": {one.name: one.seconds for one in run.stages.all()}}
    )  # fmt: skip


def one_company(code: str | None) -> Any:
    """The company of a code, or the only one.

    Raises:
        Refused: there is no such company, or several and none was named.
    """
    from django.db.utils import OperationalError, ProgrammingError

    from creditdesk.desk.ledger.models import Company

    try:
        known = {one.code: one for one in Company.objects.order_by("code")}
    except (OperationalError, ProgrammingError) as absent:
        raise Refused(f"no desk here: {absent}; the way out: creditdesk init") from absent
    if code is None and len(known) == 1:
        return next(iter(known.values()))
    if code not in known:
        found = "none named" if code is None else f"{code!r}"
        raise Refused(
            f"--company: found {found}; allowed: {', '.join(known) or 'none yet: import facts first'}"
        )
    return known[code]


def _told(run: Run) -> list[str]:
    counts = run.counts
    if run.kind == run.Kind.PAST:
        return [
            f"{run.as_of} is past: {counts['customers']:,} customers decided, {counts['due']:,} steps due then; nothing changed"
        ]
    told = [
        f"{run.as_of}: {counts['customers']:,} customers, {counts['decisions_changed']:,} decisions changed"
    ]
    if run.kind == run.Kind.CATCH_UP:
        return [*told, "A missed day: decided and recorded, without effects"]
    told.append(
        f"{counts['tasks']:,} tasks opened, {counts['tasks_closed']:,} closed; {counts['sent']:,} messages sent, "
        f"{counts['later']:,} wait, {counts['failed']:,} failed; {counts['alerts']:,} alerts"
    )
    if counts["unknown"]:
        told.append(f"{counts['unknown']:,} messages of unknown fate wait for a person")
    if run.preview:
        told.append("A preview: nobody was released yet, so nothing went out")
    return told


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
) -> None:
    """Do each company's day at its hour, and send what waits, until stopped."""
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.day.jobs import work

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_told: stop.set())
    work(stop, once=once)


def enact(
    context: typer.Context,
    policy: Annotated[str, typer.Argument(help="A policy file, or the name of a shipped policy.")],
    author: Annotated[str, typer.Option("--author", help="Who wrote it.")],
    approver: Annotated[str, typer.Option("--approver", help="Who approves it: another person.")],
    why: Annotated[str, typer.Option("--why", help="The reason.")],
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day on which it holds. Default: its own."),
    ] = None,
    company: CompanyCode = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Put a policy in force for a company, with its author and the person who approves it on record."""
    from creditdesk.desk import starting

    starting.start()
    from django.utils import timezone

    from creditdesk.desk.casework import policies
    from creditdesk.desk.casework.audit import ReasonMissing
    from creditdesk.desk.casework.models import PolicyInUse
    from creditdesk.desk.day.clock import moment, today_of
    from creditdesk.desk.day.jobs import decider
    from creditdesk.desk.day.preparing import prepare_coming
    from creditdesk.policy.load import policy_text

    terminal = Terminal.of(context, quiet, as_json)
    chosen, now = one_company(company), timezone.now()
    try:
        version = policies.propose(
            chosen,
            policy_text(policy),
            by=author,
            why=why,
            now=now,
            effective_on=start.date() if start else None,
        )
        if version.approved_at is None:
            policies.approve(version, by=approver, why=why, now=now)
    except (policies.SamePerson, PolicyInUse, ReasonMissing) as wrong:
        raise Refused(str(wrong)) from wrong
    prepare_coming(chosen, today_of(chosen, moment()), decider())
    terminal.print(f"{version} holds for {chosen.code} from {version.effective_on} on")
    terminal.result({"company": chosen.code, "policy": str(version), "from": version.effective_on})


def golive(
    context: typer.Context,
    customers: Annotated[list[str] | None, typer.Argument(help="Payers to release.")] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Release the company: the policy's number of payers goes each day.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="The reason.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who releases.")] = "creditdesk",
    company: CompanyCode = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """List the payers that wait to go live, or release some of them, largest amount first."""
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.day import golive as going
    from creditdesk.desk.day.clock import moment, today_of
    from creditdesk.facts.money import major

    terminal = Terminal.of(context, quiet, as_json)
    chosen, now = one_company(company), moment()
    today = today_of(chosen, now)
    if everybody:
        going.release_all(chosen, by=by, why=why or "going live", on=today, now=now)
    elif customers:
        try:
            going.release(chosen, customers, by=by, why=why or "going live", on=today, now=now)
        except going.UnknownPayer as wrong:
            raise Refused(str(wrong)) from wrong
    waiting = [] if everybody or customers else going.waiting(chosen)
    for step in waiting:
        terminal.print(f"{step.customer}  {step.step}  {major(step.amount, step.currency):,} {step.currency}")
    if everybody or customers:
        terminal.print("Released; the next day acts on it")
    elif not waiting:
        terminal.print("Nobody waits to be released: a day shows first what is due")
    terminal.result({"waiting": [step.customer for step in waiting], "released": customers or everybody})


def demo(
    context: typer.Context,
    home: Annotated[Path, typer.Argument(help="Folder for the desk; it must not exist yet, or be empty.")],
    customers: Annotated[int, typer.Option("--customers", help="Number of made-up customers.")] = 200,
    days: Annotated[int, typer.Option("--days", help="How many consecutive days to run.", min=1)] = 60,
    seed: Annotated[int, typer.Option("--seed", help="Of the chance.")] = 7,
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve", help="End with the desk in the browser. Default: in a terminal, yes."
        ),
    ] = None,
    port: Port = 8000,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Fill a fresh desk with a made-up company, run it day by day, and open it. Nothing is sent: messages are files in HOME/mail."""
    if home.exists() and any(home.iterdir()):
        raise Refused(f"found {home}, which is not empty; allowed: a new folder, or an empty one")
    home.mkdir(parents=True, exist_ok=True)
    os.environ["CREDITDESK_HOME"] = str(home.absolute())
    from creditdesk.desk import starting

    starting.start()
    from creditdesk.desk.day.rehearsal import rehearse
    from creditdesk.sample import HORIZON

    terminal = Terminal.of(context, quiet, as_json)
    first = HORIZON - timedelta(days=days - 1)
    with terminal.progress("Demo") as tell:
        done = rehearse(home.absolute(), customers, seed, first, HORIZON, tell)
    terminal.print(*_shown(done))
    terminal.result(done)
    if sys.stdout.isatty() and not as_json if serve is None else serve:
        # a process anew: the server forks, and this one has the engine's threads in it
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "creditdesk.cli", "desk", "--port", str(port)])  # noqa: S606  ourselves


def _shown(done: dict[str, Any]) -> list[Any]:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in (
        "week of",
        "messages",
        "tasks opened",
        "done",
        "closed",
        "moves",
        "cases opened",
        "closed",
        "alerts",
    ):
        table.add_column(name, justify="left" if name == "week of" else "right")
    for week in done["weeks"]:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in week.values()))
    return [
        f"{done['customers']:,} made-up customers, {done['days']} days from {done['first']} to {done['last']}",
        table,
        "",
        _logins(done["logins"]),
        f"The desk is in {done['home']}; its day stands still at {done['last']}. Again later: CREDITDESK_HOME={done['home']} creditdesk desk",
    ]


def _logins(made: list[dict[str, str]]) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("sign in as", "password", "role"):
        table.add_column(name)
    for one in made:
        table.add_row(one["name"], one["password"], one["role"].replace("_", " "))
    return table
