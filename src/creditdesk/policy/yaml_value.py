"""A value as YAML within a line: plain where that reads back as the same value, in quotes where it would not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .%/()'@*-]*")
_OTHERWISE = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~)|[-+]?[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|0[xob][0-9a-f_]+"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[0-9_]+(:[0-5]?[0-9])+.*"
)
"""Texts that YAML would read as something else."""


def flow(value: Any, style: str = "") -> str:
    """A value within a line.

    Args:
        style: the quotes that the text before it had; text keeps them.
    """
    write = next((write for kind, write in _WRITERS if isinstance(value, kind)), None)
    return _text(str(value), style) if write is None else write(value)


def _decimal(value: Decimal) -> str:
    written = f"{value.normalize():f}"
    # a number with a point stays one: 5.0 is read as a decimal, 5 as a whole number
    return written if "." in written else f"{written}.0"


def _mapping(value: Mapping[Any, Any]) -> str:
    return "{" + ", ".join(f"{flow(str(key))}: {flow(one)}" for key, one in value.items()) + "}"


_WRITERS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda _none: "null"),
    (bool, lambda value: "true" if value else "false"),
    (int, str),
    (Decimal, _decimal),
    (date, date.isoformat),
    (Mapping, _mapping),
    (list | tuple, lambda value: "[" + ", ".join(map(flow, value)) + "]"),
)


def _text(text: str, style: str) -> str:
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    plain = _PLAIN.fullmatch(text) and not _OTHERWISE.fullmatch(text) and text == text.strip()
    if plain and not style and ": " not in text and " #" not in text and not text.endswith(":"):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
