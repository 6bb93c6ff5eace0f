"""Walks days through all stories at once: decides each morning, counts what is due as done, and writes it down.

All stories share one portfolio, each with its own customer, so that a day is decided once for all of them. What
decides is given: the engine, or the slow reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa

from creditdesk.facts.schema import TABLES
from creditdesk.policy.document import Policy
from stories.phrases import Ledger, Row, minor, open_ledger, tell
from stories.story import Expected, Story

Rows = Mapping[str, Sequence[Row]]
Decider = Callable[[Mapping[str, list[Row]], date, Rows | None], Rows]
"""Fact rows, day, the previous run's rows -> rows of `decision`, `action_due`, `held`, `skipped`."""

Begin = Callable[[Mapping[str, list[Row]], Policy, date, date], Decider]
"""Begins a walk: all fact rows known at its start, the policy, the first and the last day."""

OUTPUTS = ("decision", "action_due", "held", "skipped")
OUR_COMPANY = {
    "company_id": "HQ", "name": "Our Company", "country": "BE", "currency": "EUR", "language": "nl",
}  # fmt: skip
DONE_AS = {"call": "reached", "sales": "reached", "voice": "reached", "video": "reached"}
"""The outcome of a step that nothing is said about; everything else counts as sent."""


@dataclass
class Diary:
    """What a walk saw of one story, day by day."""

    story: Story
    due: dict[date, list[Row]] = field(default_factory=dict)
    held: dict[date, list[Row]] = field(default_factory=dict)
    skipped: dict[date, list[Row]] = field(default_factory=dict)
    decided: dict[date, Row] = field(default_factory=dict)


def walk(
    stories: Iterable[Story], policy: Policy, begin: Begin, *, every_day: bool = True
) -> dict[str, Diary]:
    """The days of all stories in order of the calendar, one world after the other.

    Args:
        every_day: every day of the calendar, or those alone that some story of the world speaks of.
    """
    ledgers = [open_ledger(story) for story in stories]
    first = min(ledger.story.first for ledger in ledgers)
    last = max(ledger.story.last for ledger in ledgers)
    decider = begin(portfolio(ledgers), policy, first, last)
    diaries: dict[str, Diary] = {}
    for world in sorted({ledger.story.world for ledger in ledgers}):
        own = [ledger for ledger in ledgers if ledger.story.world == world]
        diaries |= _walk_world(own, policy, decider, every_day=every_day)
    return diaries


def _walk_world(
    ledgers: Sequence[Ledger], policy: Policy, decider: Decider, *, every_day: bool
) -> dict[str, Diary]:
    diaries = {ledger.story.id: Diary(ledger.story) for ledger in ledgers}
    previous: dict[str, dict[str, list[Row]]] = {}
    day = min(ledger.story.first for ledger in ledgers)
    last = max(ledger.story.last for ledger in ledgers)
    telling = {each for ledger in ledgers for each in ledger.story.telling_days()}
    while day <= last:
        for ledger in ledgers:
            ledger.morning(day)
        today = [ledger for ledger in ledgers if ledger.story.runs_on(day)]
        if today and (every_day or day in telling):
            found = decider(portfolio(today), day, _previous(previous, today))
            for ledger in today:
                own = {
                    name: [row for row in found[name] if row["customer_id"] == ledger.customer]
                    for name in found if name in OUTPUTS
                }  # fmt: skip
                previous[ledger.story.id] = own
                _write_down(diaries[ledger.story.id], ledger, policy, day, own)
        day += timedelta(days=1)
    return diaries


def portfolio(ledgers: Iterable[Ledger]) -> dict[str, list[Row]]:
    """The facts of several stories as one set of tables."""
    tables: dict[str, list[Row]] = {"company": [dict(OUR_COMPANY)]}
    for ledger in ledgers:
        for name, rows in ledger.tables.items():
            tables.setdefault(name, []).extend(rows)
    currencies = {str(row["currency"]) for name in ("invoice", "payment", "promise", "contra")
                  for row in tables.get(name, ())}  # fmt: skip
    tables["fx_rate"] = [
        {"currency": currency, "base": "EUR", "on": date(2023, 1, 2), "rate": 0.5}
        for currency in sorted(currencies - {"EUR"})
    ]
    return {name: rows for name, rows in tables.items() if rows}


def arrow(tables: Mapping[str, Sequence[Row]]) -> dict[str, pa.Table]:
    """Rows as the tables of the contract."""
    found = {}
    for name, rows in tables.items():
        schema = TABLES[name].schema().to_pyarrow()
        unknown = {key for row in rows for key in row} - set(schema.names)
        if unknown:
            raise ValueError(f"{name}: unknown columns {sorted(unknown)}")
        found[name] = pa.Table.from_pylist(
            [{column: row.get(column) for column in schema.names} for row in rows],
            schema=pa.schema([pa.field(item.name, item.type) for item in schema]),
        )
    return found


def _previous(previous: Mapping[str, Rows], today: Iterable[Ledger]) -> Rows | None:
    """The last run of every story, also of one that was out yesterday."""
    joined: dict[str, list[Row]] = {}
    for ledger in today:
        for name, rows in previous.get(ledger.story.id, {}).items():
            joined.setdefault(name, []).extend(rows)
    return joined or None


# ------------------------------------------------------------------------------------------------- doing the day


def _write_down(diary: Diary, ledger: Ledger, policy: Policy, day: date, found: Rows) -> None:
    """Remember what the day said, and put what was done into the facts."""
    diary.due[day] = list(found["action_due"])
    diary.held[day] = list(found["held"])
    diary.skipped[day] = list(found["skipped"])
    diary.decided[day] = next(iter(found["decision"]), {})
    said = ledger.story.done.get(day, {})
    for row in found["skipped"]:
        _act(ledger, policy, day, row, "skipped")
    for row in found["action_due"]:
        word = str(said.get(str(row["step"]), DONE_AS.get(str(row["do"]), "sent")))
        if word != "not done":
            _act(ledger, policy, day, row, word)


def _act(ledger: Ledger, policy: Policy, day: date, row: Row, word: str) -> None:
    """One action row; a promise or dispute made at it is a fact of the same day, known from the next morning."""
    outcome = word.split(maxsplit=1)[0]
    ledger.add(
        "action", action_id=ledger.number("action"), customer_id=ledger.customer, procedure=row["procedure"],
        case_no=row["case_no"], step=row["step"], level=row["level"], policy_version=policy.version,
        channel=row["do"], direction="out", done_on=day, invoice_ids=list(row.get("invoice_ids") or ()),
        amount=row.get("amount"), by="Ann", outcome={"disputes": "disputed"}.get(outcome, outcome),
        document=f"{ledger.story.id}/{day}" if outcome == "sent" else None,
    )  # fmt: skip
    if outcome in ("promised", "disputes"):
        tell(ledger, day, word)
    if outcome in ("bounced", "failed", "no_answer", "left_message", "wrong_contact"):
        return
    if row["do"] == "hand_over":
        ledger.add("handover", handover_id=ledger.number("handover"), customer_id=ledger.customer, to="agency",
                   invoice_ids=list(row["invoice_ids"]), handed_on=day, status="open", status_on=day)  # fmt: skip
    if ledger.story.approvals:
        _approve_what_follows(ledger, policy, day, row)


def _approve_what_follows(ledger: Ledger, policy: Policy, day: date, row: Row) -> None:
    """Approvals as given: with each step done, a person agrees to the steps that wait for a yes."""
    natural = ledger.tables["customer"][0]["kind"] in ("consumer", "sole_trader")
    segments = {
        str(each["value"]) for each in ledger.tables.get("override", ()) if each["field"] == "segment"
    }
    procedures = {choice.use for name in segments for choice in policy.segments[name].procedure}
    for name in sorted({str(row["procedure"]), *procedures} & set(policy.procedures)):
        for step in policy.steps_of(name):
            if step.approval or (natural and (step.do == "hand_over" or step.stop_delivery)):
                ledger.add("approval", approval_id=ledger.number("approval"), customer_id=ledger.customer,
                           subject="step", ref=step.id, decided_on=day, granted=True, by="Ann",
                           reason="as replayed")  # fmt: skip


# ------------------------------------------------------------------------------------------------------- judging


def complaints(diary: Diary) -> list[str]:
    """Where what happened differs from what the story says, one line each; empty when it holds."""
    story = diary.story
    found: list[str] = []
    for day in sorted(diary.due):
        wanted = story.goes_out.get(day, ())
        seen = diary.due[day]
        if (story.only or wanted) and len(wanted) != len(seen):
            found.append(f"{day}: expected {_say(wanted)}, went out: {_seen(story, seen)}{_why(diary, day)}")
        else:
            for expected in wanted:
                found += [f"{day}: {each}" for each in _differs(story, expected, seen)]
        found += [f"{day}: {each}" for each in _hold_differs(diary, day)]
        wanted_skip = story.skipped.get(day)
        seen_skip = [(str(row["step"]), str(row["reason"])) for row in diary.skipped[day]]
        if (story.only or wanted_skip) and seen_skip != ([wanted_skip] if wanted_skip else []):
            found.append(f"{day}: expected skipped {wanted_skip}, was {seen_skip}")
        for column, value in story.decided.get(day, {}).items():
            is_ = diary.decided[day].get(column)
            if (str(value).startswith("not ") and str(is_) == str(value)[4:]) or (
                not str(value).startswith("not ") and _plain(is_) != _plain(value)
            ):
                found.append(f"{day}: expected {column} {value}, was {is_}")
    spoken = {*story.goes_out, *story.held, *story.decided} & story.telling_days()
    missed = sorted(day for day in spoken if day not in diary.due)
    found += [f"{day}: the story speaks of a day it does not walk" for day in missed]
    return found


def _plain(value: object) -> str:
    return str(value).lower()


def _differs(story: Story, expected: Expected, seen: Sequence[Row]) -> list[str]:
    row = next((each for each in seen if each["step"] == expected.step), None)
    if row is None:
        return [f"expected {_say([expected])}, went out: {_seen(story, seen)}"]
    checks = {
        "amount": (expected.amount, row["amount"]),
        "invoices": (expected.invoices, _letters(story, row)),
        "case": (expected.case_no, row["case_no"]),
        "due": (expected.due_on, row["due_on"]),
        "do": (expected.do, row["do"]),
        "days left": (expected.within, _days_left(row)),
    }
    return [
        f"{expected.step}: expected {name} {wanted}, was {is_}"
        for name, (wanted, is_) in checks.items()
        if wanted is not None and wanted != is_
    ]


def _days_left(row: Row) -> int | None:
    """Days left to file a claim, as the task says."""
    reasons = row.get("priority_reasons") or ()
    return next((each["points"] for each in reasons if each["reason"] == "claim_deadline"), None)


def _hold_differs(diary: Diary, day: date) -> list[str]:
    story = diary.story
    if day not in story.held:
        return []
    expected, rows = story.held[day], diary.held[day]
    if expected is None:
        return [f"expected no hold, was {_held(rows)}"] if rows else []
    row = next((each for each in rows if expected.step in (each["step"], "any")), None)
    if row is None:
        seen = f"held: {_held(rows)}, went out: {_seen(story, diary.due[day])}"
        return [f"expected {expected.step} held {expected.holds}, {seen}"]
    # a span of days runs over weekends, on which the day itself is a further hold
    weekend = "not_a_working_day" not in expected.holds
    holds = tuple(code for code in row["holds"] if not (weekend and code == "not_a_working_day"))
    as_named = row["hold"] == row["holds"][0] and holds[:1] == expected.holds[:1]
    complete = set(holds) == set(expected.holds) or (not expected.exact and set(expected.holds) <= set(holds))
    if as_named and complete:
        return []
    return [f"expected {expected.step} held by {expected.holds}, was {_held(rows)} (first: {row['hold']})"]


def _letters(story: Story, row: Row) -> tuple[str, ...]:
    return tuple(re.sub(f"^{re.escape(story.id)}\\.", "", str(each)) for each in (row["invoice_ids"] or ()))


def _say(expected: Iterable[Expected]) -> str:
    said = [each.step if each.amount is None else f"{each.step} {each.amount / 100:g}" for each in expected]
    return ", ".join(said) or "nothing"


def _seen(story: Story, rows: Sequence[Row]) -> str:
    said = [
        f"{row['step']} {int(str(row['amount'])) / 100:g} of {' '.join(_letters(story, row))}" for row in rows
    ]
    return ", ".join(said) or "nothing"


def _held(rows: Sequence[Row]) -> str:
    return ", ".join(f"{row['step']}: {' '.join(row['holds'])}" for row in rows) or "nothing"


def _why(diary: Diary, day: date) -> str:
    return f" (held: {_held(diary.held[day])})" if diary.held[day] else ""


__all__ = ["Begin", "Decider", "Diary", "arrow", "complaints", "minor", "portfolio", "walk"]
