"""A run in the terminal: the matrix, what is due, what is held, who is most urgent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from creditdesk.report import lists
from creditdesk.report.figures import Figures, Matrix, total
from creditdesk.report.figures import Group as Counted
from creditdesk.report.language import Language
from creditdesk.report.page import lead, reader
from creditdesk.report.words import Words

URGENT = 5
HELD = 6


def overview(figures: Figures, code: str | None = None, *, anonymous: bool = False) -> RenderableType:
    """What a person wants to see when a run is done."""
    t = reader(code, figures.output.summary)
    words = Words(t, figures.policy, anonymous)
    day = date.fromisoformat(figures.output.summary["as_of"])
    return Group(
        Text(t("report.title", day=t.weekday(day)), style="bold"),
        Text(lead(t, figures)),
        "",
        _matrix(t, words, figures.matrix, figures.sources),
        "",
        *_due(t, figures.due_by(2, 3)),
        *_held(t, figures.held),
        *_urgent(t, words, lists.urgent(figures.output, URGENT)),
    )


def _matrix(
    t: Language, words: Words, matrix: Matrix, sources: Mapping[str, Sequence[str]]
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


def _due(t: Language, due: dict[tuple, Counted]) -> list[RenderableType]:
    if not due:
        return []
    table = _columns(t("terminal.due"), t("today.count"), t("today.amount"))
    for (do, owner), group in due.items():
        name = f"{t.named('do', do)} ({t.named('owner', owner)})"
        table.add_row(name, t.number(group.count), t.amounts(group["amount"]))
    return [table, ""]


def _held(t: Language, held: dict[str, Counted]) -> list[RenderableType]:
    if not held:
        return []
    table = _columns(t("terminal.held"), t("held.count"), t("held.amount"))
    for hold, group in list(held.items())[:HELD]:
        table.add_row(t.named("hold", hold), t.number(group.count), t.amounts(group["amount"]))
    if len(held) > HELD:
        rest = total(list(held.values())[HELD:])
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
