"""What differs between two policies: part by part, and line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t

from creditdesk.desk.screens.policy.spoken import Spoken
from creditdesk.policy.diff import Change, diff
from creditdesk.policy.document import Policy

PARTS: dict[str, Any] = {
    "criteria": _t("Criteria"), "scorecards": _t("Scorecards"), "rules": _t("Rules"), "matrix": _t("Matrix"),
    "brakes": _t("Brakes"), "segments": _t("Segments"), "procedures": _t("Procedures"), "adjustments": _t("Adjustments"),
    "templates": _t("Templates"), "minimum_amounts": _t("Minimum amounts"), "costs": _t("Costs"), "risk": _t("Risk"),
    "limit": _t("Limit"), "promise": _t("Promises"), "conduct": _t("Conduct"), "tolerance": _t("Tolerance"),
    "measurement": _t("Measurement"), "calendars": _t("Calendars"),
}  # fmt: skip
OTHER = _t("The policy itself")

KINDS: dict[str, tuple[Any, str]] = {
    "added": (_t("new"), "good"), "removed": (_t("gone"), "bad"), "changed": (_t("changed"), "accent"),
    "moved": (_t("moved"), ""),
}  # fmt: skip

OWN = ("version", "effective", "tests")
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
    """One difference: where, what kind, and what was and is; `written` is the place as the text names it."""

    where: str
    written: str
    kind: Any
    tint: str
    before: str
    after: str


def parts(before: Policy, after: Policy) -> list[tuple[Any, list[Told]]]:
    """The differences, under the part of the document they are in."""
    found: dict[Any, list[Told]] = {}
    sides = Spoken(before), Spoken(after)
    for change in diff(before, after):
        if change.path[0] in OWN:
            continue
        found.setdefault(PARTS.get(change.path[0], OTHER), []).append(_told(change, *sides))
    return list(found.items())


def _told(change: Change, before: Spoken, after: Spoken) -> Told:
    name, tint = KINDS[change.kind]
    side = before if change.kind == "removed" else after
    was, now = before.value(change.path, change.was), after.value(change.path, change.now)
    if change.kind == "moved":
        was, now = (_("place %(n)s") % {"n": place} for place in (change.before, change.after))
    elif was == now:  # what no words can tell apart is told as it is written
        was, now = change.before, change.after
    return Told(side.where(change.path), ".".join(change.path), name, tint, was, now)


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
