"""What the commands say and where: results on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from creditdesk.facts.problem import Problem

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but mistakes.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]

Tell = Callable[..., None]
"""`tell(what)` or `tell(what, done, of)`: what is being done now."""

PROBLEMS_TOLD = 20
WIDE = 140
"""Columns of what is not shown on a terminal but kept in a file or read by another program."""


def _width() -> int | None:
    """The terminal's own width, else a wide one."""
    return None if sys.stdout.isatty() else WIDE


@dataclass(frozen=True)
class Terminal:
    """One command's way of speaking.

    Attributes:
        quiet: only mistakes are told.
        json: the result is one JSON object on standard output, and nothing else is printed there.
    """

    quiet: bool = False
    json: bool = False
    out: Console = field(default_factory=lambda: Console(highlight=False, width=_width()))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))

    @staticmethod
    def of(context: typer.Context, quiet: bool, as_json: bool) -> Terminal:
        """The terminal of a command; `--quiet` and `--json` may stand before or after its name."""
        given = context.find_root().obj or {}
        return Terminal(quiet or given.get("quiet", False), as_json or given.get("json", False))

    @property
    def silent(self) -> bool:
        """Whether nothing is shown to a person."""
        return self.quiet or self.json

    def print(self, *shown: Any) -> None:
        """Show something to a person, one below the other."""
        if not self.silent:
            for one in shown:
                self.out.print(one)

    def result(self, value: Any) -> None:
        """The result for a program (`--json`)."""
        if self.json:
            json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=str)
            sys.stdout.write("\n")

    def warn(self, text: str) -> None:
        """Something on standard error that is not a mistake of the user; not when quiet."""
        if not self.quiet:
            self.err.print(text, markup=False)

    def mistake(self, text: str) -> None:
        """A mistake: always told, on standard error."""
        self.err.print(text, markup=False)

    def quarantined(self, problems: tuple[Problem, ...], rows: int, more_in: str) -> None:
        """Name the quarantined rows on standard error, the first of them one by one."""
        errors = [problem for problem in problems if problem.severity == "error"]
        for problem in errors[:PROBLEMS_TOLD]:
            self.mistake(str(problem))
        if rows:
            left = "" if len(errors) <= PROBLEMS_TOLD else f"; all of them in {more_in}"
            self.mistake(f"{rows} row{'' if rows == 1 else 's'} quarantined, the rest went on{left}")

    @contextlib.contextmanager
    def progress(self, title: str) -> Iterator[Tell]:
        """Show what is being done, on a terminal; gone when it is done."""
        if self.quiet or not self.err.is_terminal:
            yield lambda *_what: None
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.err, transient=True) as shown:
            task = shown.add_task(title, total=None)

            def tell(what: str, done: float | None = None, of: float | None = None) -> None:
                shown.update(task, description=f"{title}: {what}", completed=done, total=of or None)

            yield tell
