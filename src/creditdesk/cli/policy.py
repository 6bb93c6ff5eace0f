"""`creditdesk policy check`, `test`, `diff` and `show`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from creditdesk.cli.failure import UNUSABLE, Refused
from creditdesk.cli.terminal import Json, Quiet, Terminal

PolicyFile = Annotated[
    str, typer.Argument(metavar="FILE", help="Policy file, or the name of a shipped policy.")
]
FAILED = 1
"""Done, and some cases of the policy did not come out as it expects."""


def join(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Check, test, compare and read policies.", no_args_is_help=True)
    for name, command in (("check", check), ("test", run_cases_of), ("diff", diff), ("show", show)):
        group.command(name)(command)
    app.add_typer(group, name="policy")


def check(context: typer.Context, policy: PolicyFile, quiet: Quiet = False, as_json: Json = False) -> None:
    """Name every mistake of a policy at once, with line and field."""
    from creditdesk.policy.error import PolicyErrors
    from creditdesk.policy.load import load_policy

    terminal = Terminal.of(context, quiet, as_json)
    try:
        loaded = load_policy(policy)
    except PolicyErrors as wrong:
        if not terminal.json:
            raise
        terminal.result({"policy": policy, "errors": [asdict(error) for error in wrong.errors]})
        raise typer.Exit(UNUSABLE) from wrong
    terminal.print(f"{loaded.policy}, version {loaded.version}: no mistakes")
    terminal.result({"policy": loaded.policy, "version": loaded.version, "errors": []})


def run_cases_of(
    context: typer.Context,
    policy: PolicyFile,
    cases: Annotated[
        Path | None, typer.Argument(metavar="CASES", help="File of cases. Default: the policy's own.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a policy's own cases; exit status 1 when one does not come out as it expects."""
    from creditdesk.engine.cases import run_cases
    from creditdesk.policy.cases import parse_cases
    from creditdesk.policy.load import load_policy

    terminal = Terminal.of(context, quiet, as_json)
    loaded = load_policy(policy)
    source, text = _cases(policy, loaded, cases)
    parsed = parse_cases(text, source)
    with terminal.progress("Testing") as tell:
        results = run_cases(parsed, loaded, tell)
    failed = [result for result in results if not result.passed]
    for result in failed:
        terminal.mistake(f"{source}, line {result.case.line}: {result.case.name}")
        for difference in result.differences:
            terminal.mistake(f"  {difference.name}: expected {difference.expected}, found {difference.found}")
        if result.because:
            terminal.mistake(f"  because: {result.because}")
    terminal.print(_told(len(results), len(failed)))
    terminal.result(
        {
            "policy": loaded.policy,
            "cases": [
                {"name": result.case.name, "line": result.case.line, "passed": result.passed,
                 "differences": [asdict(one) for one in result.differences], "because": result.because}
                for result in results
            ],
        }
    )  # fmt: skip
    if failed:
        raise typer.Exit(FAILED)


def _cases(policy: str, loaded: Any, cases: Path | None) -> tuple[str, str]:
    from creditdesk.policy.load import cases_text

    if cases is not None:
        try:
            return str(cases), cases.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as wrong:
            raise Refused(
                f"{cases}: cannot be read ({wrong}); the way out: name a file of cases in UTF-8"
            ) from wrong
    found = cases_text(policy, loaded)
    if found is None:
        raise Refused(
            f"{policy}: has no cases of its own; the way out: name a file of cases, or add 'tests: FILE' to the policy"
        )
    return found


def _told(count: int, failed: int) -> Text:
    if failed:
        return Text(f"{failed} of {count} cases did not come out as expected", style="bold")
    return Text(f"All {count} cases came out as expected")


def diff(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="A", help="The policy before.")],
    two: Annotated[str, typer.Argument(metavar="B", help="The policy after.")],
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Tell what differs between two policies, field by field."""
    from creditdesk.policy.diff import diff as compare
    from creditdesk.policy.load import load_policy

    terminal = Terminal.of(context, quiet, as_json)
    changes = compare(load_policy(one), load_policy(two))
    for change in changes:
        terminal.print(Text(str(change)))
    if not changes:
        terminal.print("No difference.")
    told = ("path", "kind", "before", "after")
    terminal.result([{name: getattr(change, name) for name in told} for change in changes])


def show(context: typer.Context, policy: PolicyFile, quiet: Quiet = False, as_json: Json = False) -> None:
    """Tell a policy in words."""
    from creditdesk.policy.load import load_policy
    from creditdesk.policy.words import describe

    terminal = Terminal.of(context, quiet, as_json)
    chapters = describe(load_policy(policy))
    for chapter in chapters:
        terminal.print(Text(chapter.title, style="bold"))
        for sentence in chapter.sentences:
            terminal.print(Text(sentence))
        for grid in chapter.tables:
            terminal.print(_grid(grid.header, grid.rows))
        terminal.print("")
    terminal.result([asdict(chapter) for chapter in chapters])


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in header:
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    return table
