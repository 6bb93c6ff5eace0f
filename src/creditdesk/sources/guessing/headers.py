"""What the name of a column says: matched with the names that lists use, in four languages, however they are spelled."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

LANGUAGES = ("en", "nl", "fr", "de")
NEAR = 0.86
"""How alike two names are that are taken for the same with another spelling."""

_SPELLED = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "№": "no", "°": " "}


def plain(name: str) -> str:
    """A name without case, accents and punctuation: `N° pièce` is `n piece`, `FälligkeitsDatum` is `falligkeitsdatum`."""
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z][a-zà-ÿ])", " ", name.strip())
    text = "".join(_SPELLED.get(sign, sign) for sign in apart.lower())
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+|_", " ", text).split())


@cache
def fields() -> Mapping[str, Mapping[str, Any]]:
    """Every field with its type and, per language, the names it goes by."""
    path = files("creditdesk.sources.guessing") / "fields.yaml"
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


@cache
def known_words() -> frozenset[str]:
    """All names that any field goes by, plain."""
    return frozenset(plain(word) for field in fields().values() for code in LANGUAGES for word in field[code])


@cache
def names_of(field: str) -> tuple[str, ...]:
    """The names a field goes by, plain, the usual ones of each language first."""
    lists = [[plain(word) for word in fields()[field][code]] for code in LANGUAGES]
    longest = max(map(len, lists))
    mixed = [words[place] for place in range(longest) for words in lists if place < len(words)]
    return tuple(dict.fromkeys(mixed))


def likeness(name: str, field: str) -> float:
    """How surely a column of that name is the field: 1 for one of its usual names, 0 for none at all.

    Of several exact names the more usual one counts a little more, so that `Due date` goes before `Date`.
    """
    said = plain(name)
    if not said:
        return 0.0
    names = names_of(field)
    if said in names:
        return 1.0 - 0.15 * names.index(said) / len(names)
    joined = said.replace(" ", "")
    if any(joined == one.replace(" ", "") for one in names):
        return 0.84
    words = set(said.split())
    for one in names:
        theirs = set(one.split())
        if len(theirs) > 1 and theirs < words:
            return 0.75
    if len(said) > 4 and difflib.get_close_matches(said, names, n=1, cutoff=NEAR):
        return 0.7
    return 0.0
