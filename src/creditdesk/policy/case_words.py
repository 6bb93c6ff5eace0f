"""The short form in which a case is written: one line of words per invoice, action, promise and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from creditdesk.facts.money import UnknownCurrency, digits
from creditdesk.policy.quantity import parse_amount


class WordError(ValueError):
    """A line that cannot be read: what was found and what may stand there."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed: {allowed}")
        self.found = found
        self.allowed = allowed


@dataclass
class Words:
    """A line, read word by word."""

    text: str
    rest: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.rest = self.text.replace(",", " ").split()

    def more(self) -> bool:
        """Whether a word is left."""
        return bool(self.rest)

    def peek(self) -> str:
        """The next word; empty at the end."""
        return self.rest[0] if self.rest else ""

    def word(self, allowed: str = "a word") -> str:
        """Take the next word."""
        if not self.rest:
            raise WordError(f"the end of {self.text!r}", allowed)
        return self.rest.pop(0)

    def skip(self, *words: str) -> bool:
        """Take the next words if they are these."""
        if tuple(self.rest[: len(words)]) != words:
            return False
        del self.rest[: len(words)]
        return True

    def expect(self, word: str) -> None:
        """Take a word that must stand here."""
        found = self.word(word)
        if found != word:
            raise WordError(f"{found!r} in {self.text!r}", repr(word))

    def one_of(self, allowed: tuple[str, ...]) -> str:
        """Take a word of a list."""
        found = self.word(", ".join(allowed))
        if found not in allowed:
            raise WordError(f"{found!r} in {self.text!r}", ", ".join(allowed))
        return found

    def day(self) -> date:
        """Take a date."""
        found = self.word("a date such as 2026-03-24")
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise WordError(f"{found!r} in {self.text!r}", "a date such as 2026-03-24") from None

    def number(self) -> int:
        """Take a whole number."""
        found = self.word("a whole number")
        try:
            return int(found)
        except ValueError:
            raise WordError(f"{found!r} in {self.text!r}", "a whole number") from None

    def amount(self) -> Decimal:
        """Take an amount in major units."""
        found = self.word("an amount such as 1000, 2.5k or 4m")
        try:
            return parse_amount(found)
        except ValueError:
            raise WordError(f"{found!r} in {self.text!r}", "an amount such as 1000, 2.5k or 4m") from None

    def currency(self, otherwise: str) -> str:
        """Take a currency if one stands here."""
        found = self.peek()
        if len(found) != 3 or not found.isupper():
            return otherwise
        try:
            digits(found)
        except UnknownCurrency:
            raise WordError(f"{found!r} in {self.text!r}", "an ISO 4217 code such as EUR") from None
        return self.word()

    def names(self) -> list[str]:
        """Take every word that is left."""
        taken, self.rest = self.rest, []
        return taken

    def pairs(self, readers: dict[str, Callable[[], None]]) -> None:
        """Read `word value` pairs in any order until the line ends."""
        while self.rest:
            found = self.word()
            read = readers.get(found)
            if read is None:
                raise WordError(f"{found!r} in {self.text!r}", ", ".join(readers))
            read()
