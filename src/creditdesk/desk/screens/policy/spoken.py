"""A difference between two policies in words: where it is, and what was and is, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel

from creditdesk.desk.screens.formats import day, number
from creditdesk.desk.screens.policy.labels import AMOUNTS, CHOICES, GROUPS, KEYS, LABELS, SHARES
from creditdesk.desk.screens.policy.reading import LEVELS, STEP_NOTES, Reading, when
from creditdesk.policy.criterion import Source
from creditdesk.policy.document import Policy, Rule, Step
from creditdesk.policy.treatment import ProcedureChoice

Path = tuple[str, ...]


class Spoken:
    """Tells places and values of one of the two policies."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.reading = Reading(policy)
        self.words = self.reading.words
        self.t = self.words.t

    # --- where ------------------------------------------------------------------------------------------------------

    def where(self, path: Path) -> str:
        """A place: *Payment behaviour › Good*. The name of the part is left out, since it stands above."""
        names = list(self._names(path))
        return " › ".join(names[1:] or names)

    def _names(self, path: Path) -> Iterator[str]:
        for no, name in enumerate(path):
            above = path[no - 1] if no else ""
            if len(path) == 1:
                yield self.label(name)
            elif above == "first_known" or (above == "characteristics" and no < 4):
                yield self.reading.column(name)
            elif name in ("bands", "steps", "first_known") and no < len(path) - 1:
                continue  # what follows says it
            elif above in ("rules", "adjustments") and no == 1:
                yield self.words.upper(self.t.said(name))
            elif above == "steps":
                yield self.words.upper(self.words.step(path[1], name))
            elif above in KEYS or (path[:2] == ("matrix", "cells") and no > 1):
                yield self._named(KEYS.get(above, "band"), name)
            else:
                yield (
                    self.label(name)
                    if no and above not in ("calendars", "invoice_age", "points")
                    else name.replace("<=", "≤").replace(">=", "≥")
                )

    def label(self, field: str) -> str:
        """What a field is called; one that has no name as it is written."""
        return self.words.upper(str(LABELS.get(field.rstrip("_"), field)))

    # --- what -------------------------------------------------------------------------------------------------------

    def value(self, path: Path, value: Any) -> str:  # noqa: PLR0911  one line per kind of value
        """A value at a place; empty for none."""
        if value is None:
            return ""
        if isinstance(value, Step):
            return self._step(value)
        if isinstance(value, Rule):
            return f"{self.conditions(value.when)} → {self._named('segment', value.segment)}"
        if isinstance(value, Source):
            cuts = (
                f"{self._named('band', band)} {self._band((*path, value.column), text)}"
                for band, text in value.bands.items()
            )
            return f"{self.reading.column(value.column)}: {', '.join(cuts)}"
        if isinstance(value, ProcedureChoice):
            name = self.t.named("procedure", value.use)
            return f"{name} ({self.conditions(value.when)})" if value.when else name
        if isinstance(value, BaseModel):
            fields = {
                said.alias or name: getattr(value, name)
                for name, said in type(value).model_fields.items()
                if name in value.model_fields_set
            }
            return self._told(path, fields)
        if isinstance(value, Mapping):
            return self._told(path, {str(name): one for name, one in value.items()})
        if isinstance(value, list | tuple):
            joined = "; " if any(isinstance(one, BaseModel) for one in value) else ", "
            return joined.join(self.value(path, one) for one in value)
        return self._plain(path, value)

    def conditions(self, text: str) -> str:
        """A condition in words."""
        return self.reading.conditions.said(text)

    def _told(self, path: Path, fields: Mapping[str, Any]) -> str:
        told = {
            list(self._names((*path, name)))[-1]: self.value((*path, name), one)
            for name, one in fields.items()
        }
        return "; ".join(f"{name}: {said}" for name, said in told.items() if said)

    def _step(self, step: Step) -> str:
        owner = self.words.upper(self.t.named("owner", step.owner))
        notes = [str(said) for field, said in STEP_NOTES if getattr(step, field)]
        what = self.words.upper(self.t.named("do", step.do))
        return " · ".join([what, when(step), owner, str(LEVELS[step.level]), *notes])

    def _plain(self, path: Path, value: Any) -> str:  # noqa: PLR0911  one line per kind of value
        name = path[-1]
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, date):
            return day(value)
        if isinstance(value, int | Decimal):
            return self._number(path, Decimal(value))
        text = " ".join(str(value).split())
        if name == "when":
            return self.conditions(text)
        if "bands" in path[:-1]:
            return self._band(path, text)
        if path[:2] == ("matrix", "cells"):
            return self._named("segment", text)
        if text in CHOICES.get(name, {}):
            return str(CHOICES[name][text])
        if name in GROUPS:
            return self.words.step(path[1], text) if name == "id" else self.t.named(GROUPS[name], text)
        if name == "column":
            return self.reading.column(text)
        if name in ("in_words", "name"):
            return self.t.said(text)
        return text

    def _number(self, path: Path, value: Decimal) -> str:
        name = path[-1]
        if name in AMOUNTS or "minimum_amounts" in path or path[0] == "costs":
            return self.reading.amount(value)
        if name in SHARES:
            return self.t.percent(float(value), 2)
        if name == "level":
            return f"{value} ({LEVELS[int(value)]})" if 0 <= value < len(LEVELS) else str(value)
        if name == "terms_days" or name.endswith("_days") or path[:2] == ("conduct", "invoice_age"):
            return self.t("key.days", n=int(value))
        return number(float(value), 3)

    def _band(self, path: Path, condition: str) -> str:
        criterion = self.policy.criteria.get(path[1]) if len(path) > 1 else None
        unit = criterion.unit if criterion is not None else ""
        if criterion is not None and len(path) > 3 and path[2] == "first_known":
            unit = next((one.unit or unit for one in criterion.first_known if one.column == path[3]), unit)
        return self.reading.band_range(condition, unit)

    def _named(self, group: str, code: str) -> str:
        return self.words.upper(self.t.named(group, code))
