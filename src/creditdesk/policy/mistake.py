"""A mistake before it has a line: where in the document, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from creditdesk.facts.column import Column
from creditdesk.policy.bands import BandError, parse_bands
from creditdesk.policy.error import listed
from creditdesk.policy.predicate import PredicateError, compile_predicate


@dataclass(frozen=True)
class Mistake:
    """Something wrong at a path of the document.

    Attributes:
        path: keys and list positions, as in `("rules", "2", "when")`.
        inside: line and column within the text that stands there, from 1; (1, 1) = the text as a whole.
    """

    path: tuple[str, ...]
    message: str
    found: str = ""
    allowed: str = ""
    inside: tuple[int, int] = (1, 1)


def unknown(
    path: tuple[str, ...], what: str, found: str, allowed: Iterable[str], *, many: int = 12
) -> Iterator[Mistake]:
    """A mistake when `found` is none of `allowed`; names what is near, or the first of them."""
    names = list(allowed)
    if found in names:
        return
    near = get_close_matches(found, names, n=3)
    shown = near or (names if len(names) <= many else [*names[:many], "…"])
    yield Mistake(path, f"no such {what}", found, listed(shown))


def wrong_condition(
    path: tuple[str, ...], text: str, columns: Mapping[str, Column], currency: str
) -> Iterator[Mistake]:
    """The mistake in a condition, if there is one."""
    try:
        compile_predicate(text, columns, currency)
    except PredicateError as error:
        yield Mistake(path, error.message, error.found, error.allowed, (error.line, error.column))


def wrong_bands(
    path: tuple[str, ...], bands: Mapping[str, str], column: Column, currency: str
) -> Iterator[Mistake]:
    """The mistake in the bands of a column, if there is one."""
    try:
        parse_bands(bands, column, currency)
    except BandError as error:
        yield Mistake((*path, error.band) if error.band else path, error.message, error.found, error.allowed)
