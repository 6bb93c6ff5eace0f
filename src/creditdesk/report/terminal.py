"""A run in the terminal: the matrix, what is due, what is held, who is most urgent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from creditdesk.policy.load import read_policy
from creditdesk.report import figures
from creditdesk.report.language import Language
from creditdesk.report.output import POLICY, Output
from creditdesk.report.page import lead, reader
from creditdesk.report.words import Words

URGENT = 5
HELD = 6


def overview(output: Output, code: str | None = None, *, anonymous: bool = False) -> RenderableType:
    """What a person wants to see when a run is done."""
    t = reader(code, output.summary)
    policy = read_policy((output.folder / POLICY).read_text(encoding="utf-8"), POLICY)
    words = Words(t, policy, anonymous)
    everyone = figures.total(figures.segments(output).values())
    due = figures.due_by(output, "do", "owner")
    held = {key[0]: group for key, group in figures.held_by(output, "hold").items()}
    due_total, held_total = figures.total(due.values()), figures.total(held.values())
    title = Text(t("report.title", day=t.weekday(date.fromisoformat(output.summary["as_of"]))), style="bold")
    return Group(
        title,
        Text(lead(t, everyone, figures.with_something_open(output), due_total, held_total)),
        "",
        _matrix(t, words, figures.matrix(output, policy), figures.sources(output)),
        "",
        *_due(t, due),
        *_held(t, held),
        *_urgent(t, words, figures.urgent(output, URGENT)),
    )


def _matrix(
    t: Language, words: Words, matrix: figures.Matrix, sources: Mapping[str, Sequence[str]]
) -> RenderableType:
    drawn = Table(show_header=True, header_style="dim", pad_edge=False, expand=False)
    drawn.add_column("")
    rows, columns = words.policy.matrix.rows, words.policy.matrix.columns
    for column in matrix.columns:
        drawn.add_column(
            f"{words.band(column)} {words.band_range(columns, column, sources.get(columns, ()))}"
        )
    for row in matrix.rows:
        cells: list[RenderableType] = []
        for column in matrix.columns:
            cell = matrix.cells[row, column]
            text = Text(t.named("segment", cell.segment), style="bold")
            text.append(f"\n{t.number(cell.group.count)}", style="not bold")
            text.append(f"  {t.amounts(cell.group['exposure'], short=True)}", style="not bold dim")
            cells.append(text)
        drawn.add_row(
            f"{words.band(row)}\n{words.band_range(rows, row, sources.get(rows, ()))}",
            *cells,
            end_section=True,
        )
    if not matrix.outside:
        return drawn
    outside = ", ".join(
        f"{t.named('segment', name)} {t.number(group.count)}" for name, group in matrix.outside.items()
    )
    return Group(drawn, Text(f"{t('matrix.outside')}: {outside}", style="dim"))


def _due(t: Language, due: dict[tuple, figures.Group]) -> list[RenderableType]:
    if not due:
        return []
    table = _columns(t("terminal.due"), t("today.count"), t("today.amount"))
    for (do, owner), group in due.items():
        name = f"{t.named('do', do)} ({t.named('owner', owner)})"
        table.add_row(name, t.number(group.count), t.amounts(group["amount"]))
    return [table, ""]


def _held(t: Language, held: dict[str, figures.Group]) -> list[RenderableType]:
    if not held:
        return []
    table = _columns(t("terminal.held"), t("held.count"), t("held.amount"))
    for hold, group in list(held.items())[:HELD]:
        table.add_row(t.named("hold", hold), t.number(group.count), t.amounts(group["amount"]))
    if len(held) > HELD:
        rest = figures.total(list(held.values())[HELD:])
        table.add_row(t("report.more", n=len(held) - HELD), t.number(rest.count), t.amounts(rest["amount"]))
    return [table, ""]


def _urgent(t: Language, words: Words, rows: list[dict]) -> list[RenderableType]:
    if not rows:
        return []
    shown: list[RenderableType] = [Text(t("terminal.urgent"), style="dim")]
    for row in rows:
        line = Text(f"{row['priority']:>3}  ", style="bold")
        line.append(f"{words.name(row['who'])} {words.id(row['who'])}".strip(), style="bold")
        line.append(f"  {t.money(row['amount'], row['currency'])}  ", style="not bold")
        line.append(words.action(row), style="not bold")
        if row["hold"]:
            line.append(f"  [{t.named('hold', row['hold'])}]", style="not bold dim")
        why = f"{t('urgent.segment_because', segment=t.named('segment', row['who']['segment']))} {words.reasons(row['who'])}"
        shown += [line, Padding(Text(why, style="dim"), (0, 0, 0, 5), expand=False)]
    return shown


def _columns(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first, min_width=40)
    for name in numbers:
        table.add_column(name, justify="right")
    return table
