"""What the desk's templates say: addresses of this company, amounts and days, icons, names of codes."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

import lucide
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from creditdesk.desk.access.roles import Role
from creditdesk.desk.screens import formats
from creditdesk.desk.screens.names import ROLES

register = template.Library()


@register.simple_tag(takes_context=True)
def to(context: Any, screen: str, **parts: Any) -> str:
    """The address of a screen of this company: `{% to "customer:page" customer=row.customer %}`."""
    return context["scope"].url(screen, **parts)


@cache
def _icon(name: str, size: int) -> str:
    return str(lucide._render_icon(name, size, **{"aria-hidden": "true", "class": "icon"}))  # noqa: SLF001  cached, as its tag is not


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A Lucide icon beside a word: a screen reader is told the word alone."""
    return mark_safe(_icon(str(name), size))  # noqa: S308  from the package


@register.filter
def money(amount: int | None, currency: str) -> str:
    """`{{ row.open|money:row.currency }}`: in whole units, for lists."""
    return formats.money(amount, currency)


@register.filter
def exact(amount: int | None, currency: str) -> str:
    """To the last minor unit."""
    return formats.money(amount, currency, exact=True)


@register.filter
def day(value: date | None, form: str = "medium") -> str:
    """A day in the reader's language; `short`, `medium`, `long` or `full`."""
    return formats.day(value, form)


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in the reader's language."""
    return formats.moment(value)


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    """A number in the reader's language."""
    return formats.number(value, digits)


@register.filter
def named(code: Any, group: str) -> str:
    """A code in words: `{{ row.segment|named:"segment" }}`; groups are those of the report's catalogues."""
    return formats.speaking().named(group, code)


@register.filter
def role_name(role: str) -> str:
    """A role in words."""
    return str(ROLES[Role(role)])


@register.simple_tag
def share(part: int | None, whole: int | None, label: str = "") -> SafeString:
    """A bar of how much of a whole a part is. Drawn as SVG, since a page may carry no styles of its own."""
    percent = max(0, min(100, round(100 * (part or 0) / whole))) if whole else 0
    return format_html(
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="share-whole" width="100" height="8" rx="2"/><rect class="share-part" width="{}" height="8" rx="2"/></svg>',
        label or f"{percent} %",
        percent,
    )


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """The query of this page with some values changed; None takes one away: `?{% query order="name" after=None %}`."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return values.urlencode()
