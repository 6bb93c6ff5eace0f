"""Fields of a form over a policy's text: each stands for one place of the document, and bears what is wrong there.

What is typed goes into the text as it is meant (a number as a number), and the text is checked as a whole: the form
knows no rules of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from creditdesk.desk.screens.policy.checked import Checked, Wrong
from creditdesk.policy.edit import Drop, Edit, Put
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.yaml_source import Document, read_document

Path = tuple[str, ...]

_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,10}")


@dataclass
class Field:
    """One place of the document in a form.

    Attributes:
        kind: `text`, `number`, `check`, `select`, `list` (words with commas).
        value: as it is shown; of a check `on` or empty.
        usual: what holds when nothing stands there.
        must: it stands there even when it is empty: the check says what is missing.
        numeric: what it holds is a number where it looks like one.
    """

    name: str
    path: Path
    label: Any = ""
    kind: str = "text"
    value: str = ""
    choices: Iterable[tuple[str, Any]] = ()
    usual: str = ""
    must: bool = False
    numeric: bool = False
    help: Any = ""
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def options(self) -> list[tuple[str, Any]]:
        """The choices, with what stands there even if it is none of them."""
        found = list(self.choices)
        known = {one for one, _label in found}
        return found if self.value in known else [(self.value, self.value), *found]

    def typed(self) -> Any:
        """What it says, as the document would hold it; None where nothing is to stand there."""
        said = self.value.strip()
        if self.kind == "check":
            return said == "on"
        if not said:
            return None
        if self.kind == "list":
            return [one for one in re.split(r"[,\s]+", said) if one]
        if self.kind == "number" or self.numeric:
            said = said.replace("−", "-")
            if _WHOLE.fullmatch(said):
                return int(said)
            if _DECIMAL.fullmatch(said.replace(",", ".")):
                return Decimal(said.replace(",", "."))
        return said


def shown(value: Any, kind: str = "text", usual: str = "") -> str:
    """A value of the document as a field shows it."""
    if kind == "check":
        return "on" if (usual == "on" if value is None else bool(value)) else ""
    if value is None:
        return usual
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


@lru_cache(maxsize=32)
def document(text: str) -> Document | None:
    """A text as it stands, also where it is no policy; None where it is no YAML."""
    try:
        return read_document(text, "policy")
    except PolicyErrors:
        return None


def at(value: Any, *path: str) -> Any:
    """What stands at a path; None where nothing does."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def names(value: Any, *path: str) -> list[str]:
    """The names at a path."""
    found = at(value, *path)
    return [str(name) for name in found] if isinstance(found, Mapping) else []


def edits(fields: Iterable[Field], before: Any, data: Mapping[str, Any]) -> list[Edit]:
    """Take in what was typed; gives what is to be changed in the text."""
    found: list[Edit] = []
    for one in fields:
        was = one.value
        one.value = (
            str(data.get(one.name, ""))[:2000]
            if one.kind == "check"
            else str(data.get(one.name, was))[:2000].strip()
        )
        if one.value == was:
            continue
        change = _edit(one, at(before, *one.path))
        if change is not None:
            found.append(change)
    return found


def _edit(one: Field, there: Any) -> Edit | None:
    value = one.typed()
    plain = (
        value is None
        or shown(value, one.kind) == one.usual
        or (one.kind == "check" and value == (one.usual == "on"))
    )
    if not plain or one.must:
        return Put(one.path, "" if value is None else value)
    return None if there is None else Drop(one.path)


def lay_errors(fields: Iterable[Field], checked: Checked) -> list[Wrong]:
    """Put each mistake at its field; gives those that belong to no field of this form."""
    every = list(fields)
    paths = sorted({one.path for one in every}, key=len, reverse=True)
    rest = []
    for wrong in checked.wrong:
        here = tuple(wrong.field.split("."))
        path = next((path for path in paths if here[: len(path)] == path), None)
        if path is None:
            rest.append(wrong)
            continue
        for one in every:
            if one.path == path:
                one.wrong.append(wrong)
    return rest
