"""Options that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

YEARS = range(1902, 2198)
"""A day is decided in a year whose past and future a calendar can hold."""


def within_years(given: datetime | None) -> datetime | None:
    """A day that can be decided; any other is refused with what is allowed."""
    if given is not None and given.year not in YEARS:
        raise typer.BadParameter(f"found {given.date()}; allowed: {YEARS[0]}-01-01 to {YEARS[-1]}-12-31")
    return given


Facts = Annotated[Path, typer.Option("--facts", help="Facts folder: one Parquet or CSV file per table.")]
PolicyName = Annotated[
    str, typer.Option("--policy", help="Policy file, or a shipped policy: starter, two-speed, consumers-nl.")
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine", help="Where it runs: duckdb://?memory_limit=3GB&threads=2 or pyspark://local[2]."
    ),
]
EngineIfAny = Annotated[
    str | None,
    typer.Option(
        "--engine", help="Where it runs; left out, in memory where the facts are few, else duckdb://."
    ),
]
Anonymous = Annotated[bool, typer.Option("--anonymous", help="Do not name natural persons in the report.")]
ReportLanguage = Annotated[
    str | None,
    typer.Option(
        "--language", help="Language of what is shown: nl, fr, de, en. Default: the company's, else en."
    ),
]
Previous = Annotated[
    Path | None,
    typer.Option("--previous", help="Output folder of the run before; the brakes on movement need it."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], callback=within_years, help="The day to decide on. Default: today."
    ),
]


def day(given: datetime | None) -> date:
    """The day of a command; the only place that asks for today."""
    return given.date() if given else date.today()  # noqa: DTZ011  the local date of who runs it is meant
