"""Draws charts as SVG, with Altair and vl-convert: no script, no style of its own, and colours that are the page's.

Colours are the custom properties of the design system, so that one picture is right in light and dark. What a chart says in words comes
ready in the reader's language. A picture is kept by what it shows, for all processes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from creditdesk.desk.screens.monitor.chart import STEPS, Chart, Ink, Shape

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 352, 164
"""Of a picture in a card of three beside each other, and as wide as a phone: letters keep their size on both."""

ROW = 26
"""Height of a bar of `Shape.ROWS`."""

INKS: dict[Ink, str] = {
    Ink.ACCENT: "var(--accent)", Ink.SOFT: "var(--ink-soft)", Ink.DASHED: "var(--ink-soft)",
    **{ink: f"var(--{ink})" for ink in STEPS},
}  # fmt: skip

FAINT = 0.45
"""How much of its strength a period under way has."""


def pictures(charts: Iterable[Chart]) -> dict[str, SafeString]:
    """The pictures of some charts, by their keys; those that nobody asked for before are drawn now."""
    wanted = {chart.key: chart for chart in charts if not chart.blank}
    store = caches["charts"]
    found: dict[str, str] = store.get_many(wanted)
    fresh = {key: draw(chart) for key, chart in wanted.items() if key not in found}
    if fresh:
        store.set_many(fresh)
    return {key: _framed(chart, (found | fresh)[key]) for key, chart in wanted.items()}


def _framed(chart: Chart, drawn: str) -> SafeString:
    picture = mark_safe(drawn)  # noqa: S308  made by `draw`, which escapes every word
    return format_html('<div class="chart" role="img" aria-label="{}">{}</div>', chart.said, picture)


def draw(chart: Chart) -> str:
    """One chart as an SVG element."""
    import vl_convert

    spec = _SHAPES[chart.shape](chart).to_dict()
    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    # the size is the page's: it keeps the proportions
    head, rest = svg.split(">", 1)
    words = [
        word for word in head.split(" ") if not word.startswith(("width=", "height=", "class=", "xmlns"))
    ]
    return f'{" ".join(words)} aria-hidden="true">{rest}'


# --- what all charts have -------------------------------------------------------------------------------------------


def _finished(chart: Any, height: int = HEIGHT) -> Any:
    import altair as alt

    return (
        chart.properties(width=WIDTH, height=height, autosize=alt.AutoSizeParams(type="fit", contains="padding"), padding={"top": 4, "bottom": 4, "left": 0, "right": 2})
        .configure(aria=False, background="transparent", font="inherit")
        .configure_view(stroke=None)
        .configure_axis(
            domain=False, ticks=False, gridColor="var(--line)", labelColor="var(--ink-soft)", labelFontSize=11, title=None,
            labelPadding=6,
        )
    )  # fmt: skip


def _lookup(words: dict[float, str] | dict[int, str]) -> str:
    """An expression that turns a value of an axis into its word."""
    named = {str(value): word for value, word in words.items()}
    return f"{json.dumps(named, ensure_ascii=True)}[toString(datum.value)]"


def _periods(chart: Chart) -> alt.X:
    import altair as alt

    written = {index: label for index, label in enumerate(chart.labels) if label}
    return alt.X(
        "at:O", sort=list(range(len(chart.labels))),
        scale=alt.Scale(paddingInner=0.28, paddingOuter=0.1),
        axis=alt.Axis(values=list(written), labelExpr=_lookup(written), labelAngle=0, labelOverlap=False, grid=False),
    )  # fmt: skip


def _values(chart: Chart, field: str = "value", *, stack: bool | None = None) -> alt.Y:
    import altair as alt

    marks = [value for value, _word in chart.ticks]
    words = {int(value) if value == int(value) else value: word for value, word in chart.ticks}
    return alt.Y(
        f"{field}:Q", stack=stack,
        scale=alt.Scale(domain=[marks[0], marks[-1]], nice=False, zero=False),
        axis=alt.Axis(values=marks, labelExpr=_lookup(words), grid=True),
    )  # fmt: skip


def _rows(chart: Chart) -> list[dict[str, Any]]:
    return [
        {"at": index, "value": value, "line": place, "order": place, "faint": index == chart.faint}
        for place, line in enumerate(chart.lines)
        for index, value in enumerate(line.values)
        if value is not None
    ]


def _data(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.Data(values=rows)


# --- the shapes -----------------------------------------------------------------------------------------------------


def _lines(chart: Chart) -> Any:
    import altair as alt

    layers = []
    for place, line in enumerate(chart.lines):
        colour = INKS[line.ink]
        rows = [row for row in _rows(chart) if row["line"] == place]
        base = alt.Chart(_data(rows)).encode(x=_periods(chart), y=_values(chart))
        dash: dict[str, Any] = {"strokeDash": [3, 3]} if line.ink == Ink.DASHED else {}
        width = 2 if line.ink == Ink.ACCENT else 1.5
        layers.append(
            base.mark_line(color=colour, strokeWidth=width, strokeJoin="round", interpolate="linear", **dash)
        )
        if rows:  # the last value is a point, so that a line of one value is seen too
            end = alt.Chart(_data(rows[-1:])).encode(x=_periods(chart), y=_values(chart))
            layers.append(end.mark_point(filled=True, color=colour, size=28, opacity=1))
    return _finished(alt.layer(*layers))


def _stack(chart: Chart) -> Any:
    import altair as alt

    colours = alt.Scale(domain=list(range(len(chart.lines))), range=[INKS[line.ink] for line in chart.lines])
    bars = alt.Chart(_data(_rows(chart))).mark_bar(strokeWidth=0).encode(
        x=_periods(chart), y=_values(chart, stack=True),
        fill=alt.Fill("line:O", scale=colours, legend=None),
        order=alt.Order("order:Q"),
    )  # fmt: skip
    return _finished(alt.layer(bars))


def _bars(chart: Chart) -> Any:
    import altair as alt

    rows = _rows(chart)
    layers = [
        alt.Chart(_data([row for row in rows if row["line"] == 0])).mark_bar(color="var(--accent)").encode(
            x=_periods(chart), y=_values(chart),
            opacity=alt.Opacity("faint:N", scale=alt.Scale(domain=[False, True], range=[1.0, FAINT]), legend=None),
        )
    ]  # fmt: skip
    if len(chart.lines) > 1:
        marks = alt.Chart(_data([row for row in rows if row["line"] == 1]))
        band = (WIDTH - 40) / max(len(chart.labels), 1)
        layers.append(
            marks.mark_tick(color="var(--ink)", thickness=2, size=max(band * 0.95, 4)).encode(
                x=_periods(chart), y=_values(chart)
            )
        )
    return _finished(alt.layer(*layers))


def _across(chart: Chart) -> Any:
    import altair as alt

    values = chart.lines[0].values
    rows = [
        {"at": index, "value": value or 0, "label": label, "said": said}
        for index, (label, value, (_tick, said)) in enumerate(
            zip(chart.labels, values, chart.ticks, strict=True)
        )
    ]
    most = max(row["value"] for row in rows) or 1
    y = alt.Y("at:O", sort=list(range(len(rows))), axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, most], nice=False))
    base = alt.Chart(_data(rows)).encode(y=y)
    bars = base.mark_bar(color="var(--accent)", height=5, yOffset=7).encode(x=x)
    left = base.mark_text(
        align="left", baseline="bottom", fontSize=12, color="var(--ink)", yOffset=2, limit=WIDTH * 0.68
    ).encode(x=alt.value(0), text="label:N")
    right = base.mark_text(
        align="right", baseline="bottom", fontSize=12, color="var(--ink-soft)", yOffset=2
    ).encode(x=alt.value("width"), text="said:N")
    return _finished(alt.layer(bars, left, right), len(rows) * ROW + 6)


def _slopes(chart: Chart) -> Any:
    import altair as alt

    layers = []
    for place, line in enumerate(chart.lines):
        colour = INKS[line.ink]
        rows = [row | {"label": line.label} for row in _rows(chart) if row["line"] == place]
        base = alt.Chart(_data(rows)).encode(x=_periods(chart), y=_values(chart))
        layers += [
            base.mark_line(color=colour, strokeWidth=2 if line.ink == Ink.ACCENT else 1.5),
            base.mark_point(filled=True, color=colour, size=28, opacity=1),
        ]
    return _finished(alt.layer(*layers))


_SHAPES: dict[Shape, Any] = {
    Shape.LINES: _lines,
    Shape.STACK: _stack,
    Shape.BARS: _bars,
    Shape.ROWS: _across,
    Shape.SLOPES: _slopes,
}
