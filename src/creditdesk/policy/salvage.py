"""What is left of a document whose shape has mistakes, so that the rest of it can be checked all the same."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from creditdesk.policy.document import Policy
from creditdesk.policy.mistake import Mistake
from creditdesk.policy.shape import shape_mistakes
from creditdesk.policy.yaml_source import Document

Path = tuple[str, ...]

_ROUNDS = 20
"""Taking out a value may leave what holds it without a required one, and so on upwards; no document is deeper."""


@dataclass
class Salvaged:
    """A policy without its misshapen parts.

    Attributes:
        policy: what is left; None when nothing usable is.
        parts: the named parts (`("segments", "partner")`) out of which something was taken.
        names: the names of parts that are gone as a whole.
        places: per list out of which something was taken, where what is left stood.
    """

    policy: Policy | None = None
    parts: set[Path] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    places: dict[Path, list[int]] = field(default_factory=dict)

    def told(self, mistakes: Iterable[Mistake]) -> Iterator[Mistake]:
        """The mistakes that are the author's, not a trace of what was taken out, each at the place where it stands."""
        gone = re.compile(r"\b(band_)?(" + "|".join(map(re.escape, sorted(self.names))) + r")\b")
        for mistake in mistakes:
            path = self._stood(mistake.path)
            if any(path[: len(part)] == part for part in self.parts):
                continue
            if self.names and gone.search(f"{mistake.found} {mistake.message} {' '.join(path)}"):
                continue
            yield replace(mistake, path=path)

    def take_out(self, value: Any, paths: Iterable[Path]) -> bool:
        """Take the values at some paths out of a document; False when there was nothing to take."""
        lists: dict[Path, set[int]] = {}
        taken = False
        for path in paths:
            holder = _at(value, path[:-1])
            if isinstance(holder, dict) and path[-1] in holder:
                del holder[path[-1]]
            elif isinstance(holder, list) and path[-1].isdigit() and int(path[-1]) < len(holder):
                lists.setdefault(path[:-1], set()).add(int(path[-1]))
            else:
                continue
            taken = True
            stood = self._stood(path)
            self.parts.add(stood[:2])
            if len(path) == 2 and isinstance(holder, dict):
                self.names.add(path[1])
        for path, numbers in lists.items():
            holder = _at(value, path)
            before = self.places.get(path, list(range(len(holder))))
            self.places[path] = [at for number, at in enumerate(before) if number not in numbers]
            holder[:] = [one for number, one in enumerate(holder) if number not in numbers]
        return taken

    def _stood(self, path: Path) -> Path:
        """A path in the document as its author wrote it."""
        for holder, at in self.places.items():
            rest = path[len(holder) :]
            if path[: len(holder)] == holder and rest and rest[0].isdigit() and int(rest[0]) < len(at):
                return (*holder, str(at[int(rest[0])]), *rest[1:])
        return path


def salvage(document: Document, error: ValidationError) -> Salvaged:
    """Take out what is misshapen, and what cannot be without it, until the rest is a policy."""
    found = Salvaged()
    rest = Document(copy.deepcopy(document.value), document.places)
    for _round in range(_ROUNDS):
        wrong = {_part(rest.value, mistake.path) for mistake in shape_mistakes(error, rest)}
        # a name of the document itself that is missing or no mapping cannot be done without
        if any(len(path) < 2 for path in wrong) or not found.take_out(rest.value, sorted(wrong)):
            return found
        try:
            found.policy = Policy.model_validate(rest.value)
        except ValidationError as again:
            error = again
            continue
        _add_heirs(found)
        return found
    return found


def _part(value: Any, path: Path) -> Path:
    """What is to be taken out for a mistake: the value itself, or what holds it where it is missing."""
    holder = _at(value, path[:-1])
    missing = isinstance(holder, dict) and path[-1] not in holder
    return path[:-1] if missing else path


def _add_heirs(found: Salvaged) -> None:
    """A procedure that takes its steps from one that lost some has lost them too."""
    for name, procedure in found.policy.procedures.items() if found.policy else ():
        if procedure.extends and ("procedures", procedure.extends) in found.parts:
            found.parts.add(("procedures", name))


def _at(value: Any, path: Path) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
