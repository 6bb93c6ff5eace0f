"""What is wrong with a policy: every mistake with its place, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class PolicyError:
    """One mistake.

    Attributes:
        line: line of the file, from 1; 0 when the file could not be read at all.
        column: column in that line, from 1.
        field: where in the document, as `procedures.reference.steps.2.level`; empty = the document as a whole.
        found: what stands there.
        allowed: what may stand there; the way out.
        message: the mistake in one sentence.
    """

    line: int
    column: int
    field: str
    found: str
    allowed: str
    message: str

    def __str__(self) -> str:
        found = f"; found {self.found}" if self.found else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        told = f"{self.message}{found}{allowed}"
        if not self.line:
            return told
        place = f"line {self.line}, column {self.column}"
        return f"{place}: {self.field}: {told}" if self.field else f"{place}: {told}"


class PolicyErrors(ValueError):
    """Everything that is wrong with a policy, all at once, in the order of its lines.

    Attributes:
        source: the file, or the name of the shipped policy.
        errors: the mistakes.
    """

    def __init__(self, source: str, errors: Iterable[PolicyError]) -> None:
        self.source = source
        self.errors = tuple(sorted(set(errors)))
        many = len(self.errors)
        head = f"{source}: {many} mistake{'' if many == 1 else 's'}"
        super().__init__("\n".join([head, *(f"  {error}" for error in self.errors)]))


def listed(names: Iterable[object]) -> str:
    """Names as a sentence may list them; an honest `none` when there are none."""
    return ", ".join(str(name) for name in names) or "none"
