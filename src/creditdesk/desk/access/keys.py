"""Ids of source systems in an address: whatever characters they hold, an id is one part of the path."""

from __future__ import annotations

import re

from django.urls import register_converter

_CODED = re.compile(r"~([0-9A-F]{2})")


class KeyConverter:
    """`<key:customer>`: `/`, `~` and a leading dot are written as `~2F`, `~7E`, `~2E`."""

    regex = r"[^/]+"

    def to_python(self, value: str) -> str:
        """The id."""
        return _CODED.sub(lambda found: chr(int(found[1], 16)), value)

    def to_url(self, value: object) -> str:
        """The part of the path."""
        text = str(value).replace("~", "~7E").replace("/", "~2F")
        return f"~2E{text[1:]}" if text.startswith(".") else text


NAME = "key"
register_converter(KeyConverter, NAME)
