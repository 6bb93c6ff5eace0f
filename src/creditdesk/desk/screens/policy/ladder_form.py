"""The ladder of a procedure as a form: steps are changed, added, taken out and put in another order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from django.utils.translation import gettext as _

from creditdesk.desk.screens.formats import speaking
from creditdesk.desk.screens.policy.fields import Field, at, document, edits, shown
from creditdesk.desk.screens.policy.reading import LEVELS, STEP_NOTES
from creditdesk.policy.document import Do, Owner
from creditdesk.policy.edit import Drop, Edit, Put, arranged, edited

NEW = "n"
"""How the keys of steps begin that are not in the text yet."""
MOST = 60

CHECKS = (
    "approval",
    "payment_link",
    "interest",
    "costs",
    "names_hand_over",
    "stop_delivery",
    "legal_notice",
    "wait",
)
FRESH = {"after": 5, "do": "email", "owner": "system", "level": 1}


@dataclass
class Row:
    """One step. `key`: its number in the text, or `n…` for a new one."""

    key: str
    fields: dict[str, Field]
    checks: list[Field]
    wrong: list[Any] = field(default_factory=list)

    @property
    def every(self) -> list[Field]:
        """Every field of the step."""
        return [*self.fields.values(), *self.checks]

    @property
    def fresh(self) -> bool:
        """Whether it is not in the text yet."""
        return self.key.startswith(NEW)


@dataclass
class LadderForm:
    """The ladder of one procedure."""

    procedure: str
    extends: str
    rows: list[Row]

    @property
    def path(self) -> tuple[str, ...]:
        """Where the steps stand."""
        return ("procedures", self.procedure, "steps")

    @property
    def order(self) -> str:
        """The keys in their order, for the form."""
        return " ".join(row.key for row in self.rows)

    @property
    def fields(self) -> list[Field]:
        """Every field."""
        return [one for row in self.rows for one in row.every]


def ladder_form(text: str, procedure: str) -> LadderForm | None:
    """The form of a procedure of a text; None where the text has none of that name that could be edited here."""
    found = document(text)
    whole = found.value if found is not None else None
    held = at(whole, "procedures", procedure)
    if not isinstance(held, Mapping):
        return None
    steps = held.get("steps") or []
    if not isinstance(steps, list) or not all(isinstance(one, Mapping) for one in steps):
        return None
    form = LadderForm(procedure, str(held.get("extends") or ""), [])
    form.rows = [_row(form.path, str(no), step) for no, step in enumerate(steps)]
    return form


def take(
    form: LadderForm, text: str, data: Mapping[str, Any]
) -> tuple[list[Edit], list[int | dict[str, Any]]]:
    """Take in what was typed. Gives the edits of steps that stay, and the order in which the steps are wanted."""
    whole = getattr(document(text), "value", None)
    known = {row.key: row for row in form.rows}
    keys = list(dict.fromkeys(str(data.get("order", "")).split()))[:MOST]
    rows: list[Row] = []
    changes: list[Edit] = []
    order: list[int | dict[str, Any]] = []
    for key in keys:
        if key in known:
            row = known[key]
            changes += _edits(row, whole, data)
            order.append(int(key))
        elif key.startswith(NEW):
            row = _row(form.path, key, {})
            _edits(row, {}, data)
            order.append(_step(row))
        else:
            continue
        rows.append(row)
    form.rows = rows
    return changes, order


def act(form: LadderForm, do: str) -> None:
    """Add a step, take one out, move one: nothing is saved by it."""
    verb, _dash, key = do.partition("-")
    keys = [row.key for row in form.rows]
    if verb == "add" and len(keys) < MOST:
        number = 1 + max(
            [int(one[1:]) for one in keys if one.startswith(NEW) and one[1:].isdigit()], default=0
        )
        # nothing comes after the hand-over
        last = len(keys) - 1 if form.rows and form.rows[-1].fields["do"].value == "hand_over" else len(keys)
        level = form.rows[last - 1].fields["level"].value if last else "1"
        form.rows.insert(last, _row(form.path, f"{NEW}{number}", {**FRESH, "level": level}))
    elif key in keys:
        here = keys.index(key)
        if verb == "remove":
            del form.rows[here]
        elif verb == "up" and here:
            form.rows[here - 1 : here + 1] = reversed(form.rows[here - 1 : here + 1])
        elif verb == "down":
            form.rows[here : here + 2] = reversed(form.rows[here : here + 2])


def written(text: str, form: LadderForm, changes: list[Edit], order: list[int | dict[str, Any]]) -> str:
    """The text with the ladder as it is wanted. Raises NotEditable, PolicyErrors."""
    fresh = edited(text, changes)
    count = len(at(getattr(document(text), "value", None), *form.path) or [])
    if order == list(range(count)):
        return fresh
    if not count:
        return edited(fresh, [Put(form.path, order)])
    return arranged(fresh, form.path, order)


def place_errors(form: LadderForm) -> None:
    """Let every field stand for the place that its step has in the new order."""
    for no, row in enumerate(form.rows):
        for one in row.every:
            one.path = (*form.path, str(no), one.path[-1])


def _row(path: tuple[str, ...], key: str, step: Mapping[str, Any]) -> Row:
    own = (*path, key)
    late = step.get("after_due") is not None
    t = speaking()

    def one(name: str, label: Any, kind: str = "text", choices: Any = (), **more: Any) -> Field:
        value = shown(step.get(name), kind, more.get("usual", ""))
        return Field(f"{key}-{name}", (*own, name), label, kind, value, choices, **more)

    fields = {
        "id": one("id", _("Name"), must=True),
        "when": Field(f"{key}-when", (*own, "after"), _("Counted"), "select", "after_due" if late else "after",
                      [("after", _("after the step before")), ("after_due", _("after the due date"))]),
        "days": Field(f"{key}-days", (*own, "after_due" if late else "after"), _("Working days"), "number",
                      shown(step.get("after_due") if late else step.get("after")), must=True),
        "at_least": one("at_least", _("At least … after the step before"), "number", usual="0"),
        "calendar_days": one("calendar_days", _("At least … calendar days"), "number", usual="0"),
        "do": one("do", _("What"), "select", [(code, t.named("do", code)) for code in get_args(Do)], must=True),
        "else": one("else", _("Else, in turn"), "list"),
        "owner": one("owner", _("By"), "select", [(code, t.named("owner", code)) for code in get_args(Owner)], must=True),
        "level": one("level", _("Level"), "select",
                     [(str(no), f"{no} {name}") for no, name in enumerate(LEVELS)], must=True, numeric=True),
        "template": one("template", _("Template"), must=True),
        "minimum_amount": one("minimum_amount", _("From an amount of"), "number"),
        "attempts": one("attempts", _("Attempts"), "number", usual="3"),
    }  # fmt: skip
    checks = [one(name, dict(STEP_NOTES)[name], "check") for name in CHECKS]
    return Row(key, fields, checks)


def _edits(row: Row, whole: Any, data: Mapping[str, Any]) -> list[Edit]:
    """What changes in a step. When it is due stands under one of two names."""
    when, days = row.fields["when"], row.fields["days"]
    own, was = days.path[:-1], days.path[-1]
    found = edits([one for one in row.every if one not in (when, days)], whole, data)
    now = str(data.get(when.name, when.value))
    said = days.value
    days.value = str(data.get(days.name, said))[:10].strip()
    if now != was and now in ("after", "after_due"):
        when.value, days.path = now, (*own, now)
        if at(whole, *own, was) is not None:
            found.append(Drop((*own, was)))
    elif days.value == said:
        return found
    value = days.typed()
    return [*found, Put(days.path, "" if value is None else value)]


def _step(row: Row) -> dict[str, Any]:
    """A new step as the text will hold it: only what is not usual."""
    step: dict[str, Any] = {}
    for one in row.every:
        if one is row.fields["when"]:
            continue
        value, key = one.typed(), one.path[-1]
        if one.kind == "check":
            if value:
                step[key] = True
        elif value is not None and shown(value) != one.usual:
            step[key] = value
        elif value is None and one.must:
            step[key] = ""
    return step
