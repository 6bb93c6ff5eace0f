"""What differs between two policies: part by part, and line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from creditdesk.policy.diff import Change, diff
from creditdesk.policy.document import Policy

PARTS: dict[str, Any] = {
    "criteria": _("Criteria"), "scorecards": _("Scorecards"), "rules": _("Rules"), "matrix": _("Matrix"),
    "brakes": _("Brakes"), "segments": _("Segments"), "procedures": _("Procedures"), "adjustments": _("Adjustments"),
    "templates": _("Templates"), "minimum_amounts": _("Minimum amounts"), "costs": _("Costs"), "risk": _("Risk"),
    "limit": _("Limit"), "promise": _("Promises"), "conduct": _("Conduct"), "tolerance": _("Tolerance"),
    "measurement": _("Measurement"), "calendars": _("Calendars"),
}  # fmt: skip
OTHER = _("The policy itself")

KINDS: dict[str, tuple[Any, str]] = {
    "added": (_("new"), "good"), "removed": (_("gone"), "bad"), "changed": (_("changed"), "accent"),
    "moved": (_("moved"), ""),
}  # fmt: skip

OWN = ("version", "effective")
"""What every version has of its own; it is told elsewhere."""
AROUND = 2


@dataclass(frozen=True)
class Line:
    """A line of the text: `kind` is `+`, `-`, a blank, or `…` where lines that are the same are left out."""

    kind: str
    before: int
    after: int
    text: str


@dataclass(frozen=True)
class Told:
    """One difference: where, what kind, and what was and is."""

    where: str
    kind: Any
    tint: str
    before: str
    after: str


def parts(before: Policy, after: Policy) -> list[tuple[Any, list[Told]]]:
    """The differences, under the part of the document they are in."""
    found: dict[Any, list[Told]] = {}
    for change in diff(before, after):
        if change.path[0] in OWN:
            continue
        found.setdefault(PARTS.get(change.path[0], OTHER), []).append(_told(change))
    return list(found.items())


def _told(change: Change) -> Told:
    name, tint = KINDS[change.kind]
    where = ".".join(change.path[1:] if change.path[0] in PARTS and len(change.path) > 1 else change.path)
    return Told(where, name, tint, change.before, change.after)


def lines(before: str, after: str) -> list[Line]:
    """The lines that differ, with a few around them."""
    one, other = before.splitlines(), after.splitlines()
    found: list[Line] = []
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for group in matcher.get_grouped_opcodes(AROUND):
        if found:
            found.append(Line("…", 0, 0, ""))
        for tag, start, end, to, until in group:
            if tag == "equal":
                found += [
                    Line(" ", start + no + 1, to + no + 1, one[start + no]) for no in range(end - start)
                ]
                continue
            found += [Line("-", no + 1, 0, one[no]) for no in range(start, end)]
            found += [Line("+", 0, no + 1, other[no]) for no in range(to, until)]
    return found
