"""What differs between two policies, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from creditdesk.policy.document import Policy

Kind = Literal["added", "removed", "changed", "moved"]

KEYS = ("id", "name", "column", "use")
"""What a member of a list is known by, so that a step added in the middle is one change and not a dozen."""


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        path: where, as `("procedures", "reference", "steps", "call", "after")`.
        kind: added, removed, changed, or moved (a member of a list that stands elsewhere in its order).
        before, after: as text; empty on the side that has none.
        was, now: the values themselves; None on the side that has none, and of what only moved.
    """

    path: tuple[str, ...]
    kind: Kind
    before: str = ""
    after: str = ""
    was: object = field(default=None, compare=False, repr=False)
    now: object = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        where = ".".join(self.path)
        if self.kind == "added":
            return f"+ {where}: {self.after}"
        if self.kind == "removed":
            return f"- {where}: {self.before}"
        if self.kind == "moved":
            return f"~ {where}: moved from place {self.before} to {self.after}"
        return f"~ {where}: {self.before} -> {self.after}"


def diff(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Every difference, in the order of the document."""
    return tuple(_part((), before, after))


def _part(path: tuple[str, ...], before: BaseModel, after: BaseModel) -> Iterator[Change]:
    for name, said in type(before).model_fields.items():
        yield from _value((*path, said.alias or name), getattr(before, name), getattr(after, name))


def _value(path: tuple[str, ...], before: object, after: object) -> Iterator[Change]:
    if before == after:
        if isinstance(before, Mapping) and isinstance(after, Mapping) and list(before) != list(after):
            yield from _order(path, list(before), list(after))
        return
    if isinstance(before, BaseModel) and isinstance(after, BaseModel):
        yield from _part(path, before, after)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _mapping(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list(path, before, after)
    else:
        yield _change(path, before, after)


def _change(path: tuple[str, ...], before: object, after: object) -> Change:
    if before is None:
        return Change(path, "added", after=shown(after), now=after)
    if after is None:
        return Change(path, "removed", before=shown(before), was=before)
    return Change(path, "changed", shown(before), shown(after), before, after)


def _mapping(
    path: tuple[str, ...], before: Mapping[object, object], after: Mapping[object, object]
) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        own = (*path, str(key))
        if key in before and key in after:
            yield from _value(own, before[key], after[key])
        else:
            yield _change(own, before.get(key), after.get(key))
    yield from _order(path, [key for key in before if key in after], [key for key in after if key in before])


def _list(path: tuple[str, ...], before: list[object], after: list[object]) -> Iterator[Change]:
    old, new = _named(before), _named(after)
    if old is None or new is None:
        yield _change(path, before, after)
    else:
        yield from _mapping(path, old, new)


def _named(members: Sequence[object]) -> dict[object, object] | None:
    """The members by what they are known by; None when that does not tell them apart."""
    for key in KEYS:
        names = [getattr(member, key, None) for member in members]
        if all(isinstance(name, str) and name for name in names) and len(set(names)) == len(names):
            return dict(zip(names, members, strict=True))
    return None


def _order(path: tuple[str, ...], before: list[object], after: list[object]) -> Iterator[Change]:
    """Members that both have, in another order: the fewest that must have moved."""
    kept = _longest_rising([before.index(key) for key in after])
    for place, key in enumerate(after):
        if before.index(key) not in kept:
            yield Change((*path, str(key)), "moved", str(before.index(key) + 1), str(place + 1))


def _longest_rising(numbers: list[int]) -> set[int]:
    best: list[int] = []
    chains: list[list[int]] = []
    for number in numbers:
        before: list[int] = []
        for chain in chains:
            if chain[-1] < number and len(chain) > len(before):
                before = chain
        chains.append([*before, number])
        best = chains[-1] if len(chains[-1]) > len(best) else best
    return set(best)


def shown(value: object) -> str:
    """A value as the policy would write it."""
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in sorted(value.model_fields_set)}
        return "{" + ", ".join(f"{name.rstrip('_')}: {shown(one)}" for name, one in fields.items()) + "}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
