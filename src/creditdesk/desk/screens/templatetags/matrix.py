"""Template tags of the matrix: bands, sums of several currencies, directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from creditdesk.desk.screens import formats
from creditdesk.facts.column import share
from creditdesk.policy.bands import is_number, parse_bands
from creditdesk.policy.columns import profile_columns
from creditdesk.policy.document import Policy

register = template.Library()


@register.filter
def amounts_of(sums: Mapping[str, int] | None) -> str:
    """Sums per currency, largest first: one currency never hides in another."""
    shown = sorted(
        ((code, amount) for code, amount in (sums or {}).items() if amount), key=lambda pair: -pair[1]
    )
    if not shown:
        return formats.money(0, next(iter(sums))) if sums else ""
    return " + ".join(formats.money(amount, code) for code, amount in shown)


register.simple_tag(amounts_of, name="amounts")


@register.filter
def some(sums: Mapping[str, int]) -> bool:
    """Whether there is any amount."""
    return any(sums.values())


@register.filter
def of(names: Mapping[str, Any], key: str) -> Any:
    """What a mapping says of a key; the key itself where it says nothing."""
    return names.get(key, key)


@register.simple_tag
def criterion_name(words: Any, criterion: str) -> str:
    """A criterion as a head: `Payment behaviour`."""
    name = words.t.named("criterion", criterion)
    return f"{name[:1].upper()}{name[1:]}"


@register.simple_tag
def band_name(words: Any, criterion: str, band: str) -> str:
    """A band as the head of a row: `Size: large`."""
    return f"{criterion_name(words, criterion)}: {words.band(band)}"


@register.simple_tag
def band_range(words: Any, criterion: str, band: str) -> str:
    """What a band means, by the first column that its criterion is read from: `5 to 15 days`."""
    found = words.policy.criteria[criterion]
    source = found.first_known[0] if found.first_known else found
    unit = words.t.named("unit", source.unit or found.unit)
    column = (
        profile_columns().get(source.column)
        if source.column
        else share("score", "score", "0-100", least=None, most=None)
    )
    if column is None or not is_number(column):
        return f"{unit} {source.bands[band]}"
    bands = parse_bands(source.bands, column, words.policy.currency)
    interval = bands.interval(band)
    ends = [
        None if one is None else words.t.number(one / bands.scale, 2) for one in (interval.low, interval.high)
    ]
    match ends:
        case [None, high]:
            text = f"{'≤' if interval.high_included else '<'} {high}"
        case [low, None]:
            text = f"{'≥' if interval.low_included else '>'} {low}"
        case _:
            text = _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}
    return f"{text} {unit}".strip()


@register.simple_tag
def said(words: Any, text: str) -> str:
    """What a policy says in its own words; that of a shipped policy in the reader's language."""
    return str(words.t.said(text))


@register.filter
def said_by(text: str, words: Any) -> str:
    """The same as a filter."""
    return str(words.t.said(text))


@register.filter
def rules_for(segment: str, policy: Policy) -> list[str]:
    """The names of the rules that lead to a segment."""
    return [rule.name for rule in policy.rules if rule.segment == segment and rule.name]


@register.simple_tag
def direction(harder: int) -> SafeString | str:
    """An arrow for a move to a harder or a softer segment; a screen reader is told in words."""
    if not harder:
        return ""
    return format_html(
        '<span class="{}" role="img" aria-label="{}">{}</span>',
        "harder" if harder > 0 else "softer",
        _("to a harder segment") if harder > 0 else _("to a softer one"),
        "▲" if harder > 0 else "▼",
    )


@register.filter
def unlocal(number: float) -> str:
    """A number as a drawing needs it, whatever the language."""
    return str(number)
