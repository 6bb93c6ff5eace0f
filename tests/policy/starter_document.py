"""Reads the tables of STARTER.md, which stands beside the checkout, as the starter policy must have them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

OWNERS = {"S": "system", "C": "collector", "A": "account_manager", "M": "credit_manager"}
DOINGS = {
    "email": "email",
    "call": "call",
    "letter": "letter",
    "letter QR": "letter",
    "letter + stop": "letter",
    "letter with interest sheet": "letter",
    "legal 14-day letter": "legal_notice",
    "registered": "registered_letter",
    "hand-over": "hand_over",
    "sales": "sales",
    "task": "task",
    "sms with link, else email": "sms",
    "sms or email": "sms",
    "sms or call": "sms",
}
STEP = re.compile(
    r"^(?:(?P<after>[+-]\d+)(?: and at least (?P<calendar>\d+) calendar days:)?"
    r"|after_due (?P<due>\d+)(?:, at_least (?P<least>\d+))?),? "
    r"(?P<words>.+?) (?P<owner>[SCAM])(?P<level>\d)(?P<approval>\*)?(?P<rest>.*)$"
)


@dataclass(frozen=True)
class Told:
    """One step as the document tells it."""

    after: int | None
    after_due: int | None
    at_least: int
    calendar_days: int
    do: str
    words: str
    owner: str
    level: int
    approval: bool
    rest: str


@dataclass(frozen=True)
class Ladder:
    """One row of the ladder table."""

    name: str
    steps: tuple[Told, ...]
    days: tuple[int, ...]
    text: str


def tables(text: str) -> list[list[list[str]]]:
    """Every Markdown table of a text as rows of cells, the header first."""
    found: list[list[list[str]]] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if all(set(cell) <= {"-", ":"} and cell for cell in cells):
            continue
        if not inside:
            found.append([])
            inside = True
        found[-1].append(cells)
    return found


def steps(cell: str) -> tuple[Told, ...]:
    """The steps of one ladder."""
    told = []
    for part in cell.split(" · "):
        match = STEP.match(part.strip().removesuffix("."))
        assert match is not None, f"not a step: {part!r}"
        words = match["words"].strip()
        told.append(
            Told(
                int(match["after"]) if match["after"] else None,
                int(match["due"]) if match["due"] else None,
                int(match["least"] or 0),
                int(match["calendar"] or 0),
                DOINGS[words],
                words,
                OWNERS[match["owner"]],
                int(match["level"]),
                bool(match["approval"]),
                match["rest"],
            )
        )
    return tuple(told)


def ladders(path: Path) -> dict[str, Ladder]:
    """Every ladder of the document that is written out step by step, by procedure."""
    found: dict[str, Ladder] = {}
    for table in tables(path.read_text(encoding="utf-8")):
        if table[0][0] != "procedure":
            continue
        for label, cell, days in table[1:]:
            name = label.split()[0]
            if name == "rhythm":
                continue
            if name == "consumer":
                dutch, others = cell.split(" BE and elsewhere: ")
                parts = {
                    "consumer_nl": dutch.removeprefix("NL: "),
                    "consumer_be": others.split(". Never")[0],
                    "consumer_elsewhere": others.split(". Never")[0],
                }
                for own, text in parts.items():
                    found[own] = Ladder(own, steps(text), (), text)
                continue
            found[name] = Ladder(
                name, steps(cell.split("; no hand-over")[0]), tuple(map(int, days.split())), cell
            )
    return found
