"""`creditdesk replay`: a policy on history, day by day, and against another policy."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from creditdesk.cli.decide import WORK, keep_quarantine, write_summary
from creditdesk.cli.failure import QUARANTINED, Refused
from creditdesk.cli.opening import Clock
from creditdesk.cli.options import EngineIfAny, Facts, PolicyName, ReportLanguage, within_years
from creditdesk.cli.output_folder import output_folder
from creditdesk.cli.terminal import Json, Quiet, Terminal

if TYPE_CHECKING:
    from creditdesk.engine.replay import Comparison, Replay
    from creditdesk.report.language import Language

AGAINST = "against"


def join(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(
    context: typer.Context,
    facts: Facts,
    policy: PolicyName,
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], callback=within_years, help="The first day.")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], callback=within_years, help="The last day.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Output folder; an earlier output there is replaced.")],
    against: Annotated[
        str | None, typer.Option("--against", help="A second policy, to compare with the first.")
    ] = None,
    engine: EngineIfAny = None,
    language: ReportLanguage = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Walk a policy through past days: moves, actions, cost, holds. Customers do not react to what is replayed."""
    from creditdesk.engine.replay import compare
    from creditdesk.facts.stamp import open_checked
    from creditdesk.policy.load import load_policy
    from creditdesk.report.page import reader

    terminal, clock = Terminal.of(context, quiet, as_json), Clock()
    start, end = first.date(), last.date()
    if end < start:
        raise Refused(f"found --from {start} after --to {end}; allowed: --from on or before --to")
    policies = [load_policy(name) for name in (policy, against) if name is not None]
    with output_folder(out) as fresh, terminal.progress("Replaying") as tell:
        tell("checking the facts")
        checked = open_checked(facts, fresh / WORK, tell, currency=policies[0].currency)
        clock.lap("check")
        done = []
        for number, one in enumerate(policies):
            done.append(_walk(checked, one, start, end, engine, tell))
            clock.lap("replay" if number == 0 else "replay_against")
            _write(done[-1], fresh if number == 0 else fresh / AGAINST)
        comparison = compare(*done) if len(done) == 2 else None
        summary = _summary(done, policies, comparison, start, end) | {
            "companies": _companies(checked.sources()), "seconds": clock.laps,
            "quarantine": {"rows": checked.rows_quarantined, "held_customers": len(checked.held_customers)},
        }  # fmt: skip
        if comparison is not None:
            _parquet(comparison.rows, fresh / "comparison.parquet")
        keep_quarantine(checked, fresh)
        write_summary(fresh, summary)
    t = reader(language, summary)
    terminal.print(*_shown(t, summary, done, comparison), "", t("terminal.results", path=out))
    terminal.quarantined(checked.problems, checked.rows_quarantined, str(out / "quarantine.csv"))
    terminal.result(summary)
    if checked.rows_quarantined:
        raise typer.Exit(QUARANTINED)


def _walk(checked: Any, policy: Any, start: date, end: date, engine: str | None, tell: Any) -> Replay:
    from creditdesk.engine.replay import replay as walk

    days = (end - start).days + 1
    return walk(
        checked.sources(),
        policy,
        start,
        end,
        engine,
        lambda on: tell(f"{policy.policy}, {on}", (on - start).days, days),
        checked.held_customers,
    )


def _write(done: Replay, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    _parquet(
        done.actions.sort_by([("done_on", "ascending"), ("action_id", "ascending")]),
        folder / "action.parquet",
    )
    _parquet(
        done.moves.sort_by([("as_of", "ascending"), ("customer_id", "ascending")]), folder / "moves.parquet"
    )
    order = [(name, "ascending") for name in ("as_of", "kind", "name")]
    _parquet(done.days.sort_by(order), folder / "days.parquet")


def _parquet(rows: Any, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(rows, path, compression="zstd")


def _companies(sources: Any) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    columns = ["company_id", "name", "country", "language", "currency"]
    return [
        row for path in sources.get("company", ()) for row in pq.read_table(path, columns=columns).to_pylist()
    ]


def _summary(
    done: list[Replay], policies: list[Any], comparison: Comparison | None, start: date, end: date
) -> dict[str, Any]:
    """What the replay did, for programs."""
    from creditdesk.report.language import language
    from creditdesk.report.summary import versions

    english = language("en")
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "policies": [
            {"name": policy.policy, "version": policy.version, "cost": one.cost, "currency": one.currency,
             "moves": one.moves.num_rows, "actions": _by(one, "action"), "holds": _by(one, "hold")}
            for policy, one in zip(policies, done, strict=True)
        ],
        "comparison": comparison.rows.to_pylist() if comparison else None,
        "notes": [{"code": code, "text": english(f"note.{code}")} for code in ("no_reaction", "approximate_replay")],
        "versions": versions(),
    }  # fmt: skip


def _by(done: Replay, kind: str) -> dict[str, int]:
    """Counts over all days by name; an action counts on the day it is done, a hold on every day it holds."""
    if kind == "action":
        rows = done.actions.group_by("channel").aggregate([("channel", "count")]).to_pylist()
        return {row["channel"]: row["channel_count"] for row in sorted(rows, key=lambda row: row["channel"])}
    rows = [row for row in done.days.to_pylist() if row["kind"] == kind]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["name"]] = counts.get(row["name"], 0) + row["count"]
    return dict(sorted(counts.items()))


def _shown(
    t: Language, summary: dict[str, Any], done: list[Replay], comparison: Comparison | None
) -> list[Any]:
    names = [policy["name"] for policy in summary["policies"]]
    title = t(
        "replay.title",
        start=t.day(date.fromisoformat(summary["from"])),
        end=t.day(date.fromisoformat(summary["to"])),
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(t("replay.measure"))
    for name in [*names, *([t("replay.difference")] if comparison else [])]:
        table.add_column(name, justify="right")
    for row in comparison.rows.to_pylist() if comparison else _alone(summary):
        values = [row["first"], row["second"], row["difference"]] if comparison else [row["first"]]
        table.add_row(_measure(t, row), *(_value(t, row, value, done[0].currency) for value in values))
    return [Text(title, style="bold"), table, Text(t("note.no_reaction"), style="dim")]


def _alone(summary: dict[str, Any]) -> list[dict[str, Any]]:
    policy = summary["policies"][0]
    rows = [{"measure": "moves", "name": "", "first": policy["moves"]}]
    rows.append({"measure": "cost", "name": policy["currency"], "first": policy["cost"]})
    rows += [
        {"measure": "actions", "name": name, "first": count} for name, count in policy["actions"].items()
    ]
    return rows + [
        {"measure": "holds", "name": name, "first": count} for name, count in policy["holds"].items()
    ]


def _measure(t: Language, row: dict[str, Any]) -> str:
    group = {"actions": "do", "holds": "hold"}.get(row["measure"])
    told = t(f"replay.{row['measure']}")
    return f"{told}: {t.named(group, row['name'])}" if group else told


def _value(t: Language, row: dict[str, Any], value: int, currency: str) -> str:
    return t.money(value, currency) if row["measure"] == "cost" else t.number(value)
