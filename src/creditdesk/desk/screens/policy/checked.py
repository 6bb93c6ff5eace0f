"""A policy's text, checked: what it says, or everything that is wrong with it, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from creditdesk.desk.screens.policy.mistakes import in_words
from creditdesk.policy.document import Policy
from creditdesk.policy.error import PolicyError, PolicyErrors
from creditdesk.policy.load import read_policy


@dataclass(frozen=True)
class Wrong:
    """One mistake, told. `field` is where in the document; `line` and `column` in the text, 0 for the text as a whole."""

    line: int
    column: int
    field: str
    message: str
    found: str
    allowed: str


@dataclass(frozen=True)
class Checked:
    """What a text comes to. `policy` is None where it is no policy."""

    policy: Policy | None
    errors: tuple[PolicyError, ...]

    @property
    def wrong(self) -> list[Wrong]:
        """The mistakes in the reader's language, in the order of the lines."""
        return [told(error) for error in self.errors]

    def at(self, *path: str) -> list[Wrong]:
        """The mistakes at a place of the document, and below it."""
        return [told(error) for error in self.errors if tuple(error.field.split("."))[: len(path)] == path]


def told(error: PolicyError) -> Wrong:
    """A mistake in the reader's language."""
    message, allowed = in_words(error)
    return Wrong(error.line, error.column, error.field, message, error.found, allowed)


@lru_cache(maxsize=64)
def checked(text: str) -> Checked:
    """Check a text, once per process: it takes a fifth of a second."""
    try:
        return Checked(read_policy(text, "policy"), ())
    except PolicyErrors as wrong:
        return Checked(None, wrong.errors)
