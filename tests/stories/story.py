"""A story: one customer, what happens to it, and what must go out or be held on which day.

Stories are YAML documents that a credit manager can read and write; `README.md` beside this file says how. This file
turns a document into plain records, `phrases` turns its sentences into rows of the contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from ruamel.yaml import YAML

HERE = Path(__file__).parent
KEYS = {
    "story", "because", "customer", "segment", "policy", "invoices", "days", "done", "outage", "approvals",
    "go_live", "facts", "world", "walk", "only", "goes_out", "held", "skipped", "decided",
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """`letter 600 of A B case 1 due 2026-04-10 by letter within 60 days`: the step, and as much more as the story says."""

    step: str
    amount: int | None = None
    invoices: tuple[str, ...] | None = None
    case_no: int | None = None
    due_on: date | None = None
    do: str | None = None
    within: int | None = None


@dataclass(frozen=True)
class Hold:
    """`letter promised, contact_cap`: the step and all holds, the first one first; `...` leaves the rest open."""

    step: str
    holds: tuple[str, ...]
    exact: bool


@dataclass
class Story:
    """One story, with its days spelled out."""

    id: str
    rule: str
    title: str
    customer: Mapping[str, object]
    segment: str | None
    world: str
    """Stories of one world share a portfolio; what holds for the company as a whole needs one of its own."""
    policy: Mapping[str, object]
    invoices: Mapping[str, object]
    days: Mapping[date, tuple[str, ...]]
    done: Mapping[date, Mapping[str, str]]
    outage: frozenset[date]
    approvals: bool
    go_live: bool
    facts: Mapping[str, list[dict[str, object]]]
    first: date
    last: date
    only: bool
    goes_out: Mapping[date, tuple[Expected, ...]]
    held: Mapping[date, Hold | None]
    skipped: Mapping[date, tuple[str, str]]
    decided: Mapping[date, Mapping[str, object]] = field(default_factory=dict)

    def runs_on(self, on: date) -> bool:
        return self.first <= on <= self.last and on not in self.outage

    def telling_days(self) -> frozenset[date]:
        """The days that the story speaks of, its first and its last day.

        There are so many stories that nearly every working day is one that some story speaks of, the eve of a step of
        another for one: whoever walks these days alone misses little, at a fraction of the time.
        """
        spoken = {*self.goes_out, *self.held, *self.skipped, *self.decided, *self.done}
        weekdays = {day for day in spoken if day.weekday() < 5 or day in self.weekends()}
        return frozenset(day for day in {*weekdays, self.first, self.last} if self.runs_on(day))

    def weekends(self) -> frozenset[date]:
        """Saturdays and Sundays that the story names as such: with the hold of a day that is not worked."""
        return frozenset(
            day for day, hold in self.held.items() if hold is not None and "not_a_working_day" in hold.holds
        )


def load_stories(folder: Path = HERE) -> list[Story]:
    """All stories beside this file, in the order of files and documents."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        document = YAML(typ="safe").load(path)
        for number, each in enumerate(document["stories"], start=1):
            found.append(read_story(f"{path.stem}-{number}", document["rule"], each))
    return found


def read_story(identity: str, rule: str, document: Mapping[str, object]) -> Story:
    """One document as a story.

    Raises:
        ValueError: for a key, sentence or expectation that cannot be read; it names the story.
    """
    unknown = set(document) - KEYS
    if unknown:
        raise ValueError(f"{identity}: unknown keys {sorted(unknown)}; allowed: {sorted(KEYS)}")
    first, last = (date.fromisoformat(part) for part in str(document["walk"]).split(" to "))
    outage = [
        day for span in _listed(document.get("outage"))
        for day in _span(span)
    ]  # fmt: skip
    return Story(
        id=identity,
        rule=rule,
        title=str(document["story"]),
        customer=document.get("customer") or {},
        segment=document.get("segment", "standard"),
        world=str(document.get("world", "shared")),
        policy=document.get("policy") or {},
        invoices=document.get("invoices") or {},
        days={day: _listed(said) for day, said in _dated(document.get("days"))},
        done=dict(_dated(document.get("done"))),
        outage=frozenset(outage),
        approvals=document.get("approvals") != "none",
        go_live=document.get("go_live") != "waits",
        facts=document.get("facts") or {},
        first=first,
        last=last,
        only=bool(document.get("only", True)),
        goes_out={
            day: tuple(_expected(identity, each) for each in _listed(said))
            for day, said in _dated(document.get("goes_out"))
        },
        held={day: _hold(identity, str(said)) for day, said in _dated(document.get("held"))},
        skipped={day: tuple(str(said).split()) for day, said in _dated(document.get("skipped"))},
        decided=dict(_dated(document.get("decided"))),
    )


_EXPECTED = re.compile(
    r"^(?P<step>\w+)(?: (?P<amount>[\d.]+))?(?: of (?P<invoices>\w+(?:[ ,]+(?!case |due |by |within )\w+)*))?"
    r"(?: case (?P<case>\d+))?(?: due (?P<due>\d{4}-\d\d-\d\d))?(?: by (?P<do>\w+))?"
    r"(?: within (?P<within>\d+) days)?$"
)


def _expected(identity: str, said: str) -> Expected:
    found = _EXPECTED.match(said)
    if not found:
        raise ValueError(f"{identity}: cannot read {said!r}; write for example `letter 600 of A B case 1`")
    return Expected(
        step=found["step"],
        amount=round(float(found["amount"]) * 100) if found["amount"] else None,
        invoices=tuple(re.split(r"[ ,]+", found["invoices"])) if found["invoices"] else None,
        case_no=int(found["case"]) if found["case"] else None,
        due_on=date.fromisoformat(found["due"]) if found["due"] else None,
        do=found["do"],
        within=int(found["within"]) if found["within"] else None,
    )


def _hold(identity: str, said: str) -> Hold | None:
    """`nothing` says that no hold is written that day."""
    if said == "nothing":
        return None
    step, _, codes = said.partition(" ")
    exact = not codes.endswith("...")
    names = tuple(code for code in re.split(r"[ ,]+", codes.removesuffix("...")) if code)
    if not names:
        raise ValueError(
            f"{identity}: cannot read {said!r}; write for example `letter promised, contact_cap`"
        )
    return Hold(step, names, exact)


def _listed(said: object) -> tuple[str, ...]:
    if said is None:
        return ()
    return tuple(str(each) for each in said) if isinstance(said, list) else (str(said),)


def _dated(said: object) -> Iterator[tuple[date, object]]:
    """Days and what is said of them; `2026-04-03..2026-04-17` stands for every day of the span."""
    for key, value in (said or {}).items():
        for day in _span(key):
            yield day, value


def _span(key: object) -> list[date]:
    if isinstance(key, date):
        return [key]
    first, _, last = str(key).partition("..")
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
