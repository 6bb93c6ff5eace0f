"""Edits of a policy's text: a value is exchanged where it stands, and every other character stays its author's.

The places come from ruamel.yaml's nodes. Writing the document anew, even with comments kept, would set about a fifth of the
lines of a policy differently (columns that stand under each other, long lines), and nobody would see what was changed.
What comes out is read again and must say what was wanted; where it does not, the edit is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.yaml_source import nodes_of, read_document
from creditdesk.policy.yaml_value import flow

Path = tuple[str, ...]


class NotEditable(ValueError):
    """The text is written in a way that no form can edit: the way out is to edit it as text."""


@dataclass(frozen=True)
class Put:
    """A value for a path; a key that is not there yet comes last in its mapping."""

    path: Path
    value: Any


@dataclass(frozen=True)
class Drop:
    """A key that goes, with its value."""

    path: Path


Edit = Put | Drop


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with some values exchanged, added or taken out.

    Raises:
        PolicyErrors: the text is no YAML.
        NotEditable: for a value behind an alias, and for what cannot be written where it would have to stand.
    """
    wanted = list(edits)
    if not wanted:
        return text
    source = _Source(text)
    before = read_document(text, "policy").value
    fresh = text
    for start, end, new in sorted((source.span(edit) for edit in wanted), reverse=True):
        fresh = fresh[:start] + new + fresh[end:]
    _must_say(fresh, _applied(before, wanted))
    return fresh


def arranged(text: str, path: Path, order: Sequence[int | Mapping[str, Any]]) -> str:
    """The text with the members of a list in another order: numbers are those of the present ones, mappings are new ones.

    A member keeps its lines, the comments behind it and those directly above it. One that is not named goes.

    Raises:
        PolicyErrors: the text is no YAML.
        NotEditable: the list is not written one member under the other, or stands behind an alias.
    """
    source = _Source(text)
    node = source.node(path)
    if not isinstance(node, SequenceNode):
        raise NotEditable(f"{'.'.join(path)} is no list")
    if list(order) == list(range(len(node.value))):
        return text
    before = read_document(text, "policy").value
    holder = _at(before, path)
    wanted = [copy.deepcopy(holder[one]) if isinstance(one, int) else dict(one) for one in order]
    if not wanted:
        raise NotEditable("a list cannot be left without members")
    fresh = source.with_list(node, order)
    _must_say(fresh, _applied(before, [Put(path, wanted)]))
    return fresh


class _Source:
    """A text with its nodes."""

    def __init__(self, text: str) -> None:
        read_document(text, "policy")  # says what is wrong with it, where it is no YAML
        self.text = text
        self.root: Node = nodes_of(text)  # type: ignore[assignment]  # an empty one was refused
        self._seen: set[int] = set()
        self._shared: set[int] = set()
        self._note(self.root)

    def _note(self, node: Node) -> None:
        if id(node) in self._seen:
            self._shared.add(id(node))
            return
        self._seen.add(id(node))
        for child in _children(node):
            self._note(child)

    def node(self, path: Path) -> Node | None:
        """What stands at a path; None where nothing does."""
        here: Node = self.root
        for part in path:
            if id(here) in self._shared:
                break
            found = _child(here, part)
            if found is None:
                return None
            here = found
        if id(here) in self._shared:
            raise NotEditable(f"{'.'.join(path)} stands in several places at once (a YAML alias)")
        return here

    def span(self, edit: Edit) -> tuple[int, int, str]:
        """From where to where the text is exchanged, and for what."""
        node = self.node(edit.path)
        if isinstance(edit, Drop):
            if node is None:
                raise NotEditable(f"{'.'.join(edit.path)} is not there")
            return self._without(edit.path)
        if node is None:
            return self._with_key(edit.path, edit.value)
        style = node.style if isinstance(node, ScalarNode) else None
        start, end = node.start_mark.index, self.end(node)
        if style in ("|", ">"):
            raise NotEditable(f"{'.'.join(edit.path)} is written as a block of text")
        if start == end:
            colon = self._colon(edit.path)
            return colon, colon, f" {flow(edit.value)}"
        return start, end, flow(edit.value, style or "")

    def _colon(self, path: Path) -> int:
        """Where the colon of a key without a value ends."""
        holder = self.node(path[:-1])
        if not isinstance(holder, MappingNode):
            raise NotEditable(f"{'.'.join(path)} has no name")
        key = next(key for key, _value in holder.value if key.value == path[-1])
        return self.text.index(":", key.end_mark.index) + 1

    def end(self, node: Node) -> int:
        """Where the text of a node ends: without the comments and empty lines that follow a block."""
        end: int = node.end_mark.index
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return len(self.text[:end].rstrip())
        if isinstance(node, ScalarNode) or getattr(node, "flow_style", None):
            return end
        last = list(_children(node))
        return self.end(last[-1]) if last else end

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _with_key(self, path: Path, value: Any) -> tuple[int, int, str]:
        holder = self.node(path[:-1])
        if holder is None:
            return self._with_key(path[:-1], {path[-1]: value})
        key = flow(path[-1])
        if not isinstance(holder, MappingNode):
            if isinstance(holder, ScalarNode) and holder.start_mark.index == holder.end_mark.index:
                colon = self._colon(path[:-1])
                return colon, colon, f" {flow({path[-1]: value})}"
            raise NotEditable(f"{'.'.join(path[:-1])} holds no names with values")
        if not holder.value:
            return holder.start_mark.index, holder.end_mark.index, flow({path[-1]: value})
        end = self.end(holder.value[-1][1])
        if holder.flow_style:
            return end, end, f", {key}: {flow(value)}"
        indent = " " * holder.value[0][0].start_mark.column
        line = self._line_end(end)
        return line, line, f"\n{indent}{key}: {flow(value)}"

    def _without(self, path: Path) -> tuple[int, int, str]:
        holder = self.node(path[:-1])
        if not isinstance(holder, MappingNode) or len(holder.value) < 2:
            raise NotEditable(f"{'.'.join(path)} is the only one of its kind")
        at = next(no for no, (key, _value) in enumerate(holder.value) if key.value == path[-1])
        key, value = holder.value[at]
        if not holder.flow_style:
            return self._line_start(key.start_mark.index), self._line_end(self.end(value)) + 1, ""
        if at + 1 < len(holder.value):
            return key.start_mark.index, holder.value[at + 1][0].start_mark.index, ""
        return self.end(holder.value[at - 1][1]), self.end(value), ""

    # --- lists ------------------------------------------------------------------------------------------------------

    def with_list(self, node: SequenceNode, order: Sequence[int | Mapping[str, Any]]) -> str:
        """The text with the members of a list in another order."""
        if node.flow_style:
            texts = [self.text[one.start_mark.index : self.end(one)] for one in node.value]
            new = ", ".join(texts[one] if isinstance(one, int) else flow(one) for one in order)
            return f"{self.text[: node.start_mark.index]}[{new}]{self.text[node.end_mark.index :]}"
        blocks = self._blocks(node)
        indent = " " * node.start_mark.column
        kept = [
            self.text[slice(*blocks[one])] if isinstance(one, int) else f"{indent}- {flow(one)}\n"
            for one in order
        ]
        lines = [one if one.endswith("\n") else f"{one}\n" for one in kept]
        return self.text[: blocks[0][0]] + "".join(lines) + self.text[blocks[-1][1] :]

    def _blocks(self, node: SequenceNode) -> list[tuple[int, int]]:
        """From where to where each member's lines go: the comments directly above it are its own, what follows it too."""
        starts: list[int] = []
        for one in node.value:
            dash = self.text.rfind("-", 0, one.start_mark.index)
            start = self._line_start(dash)
            if self.text[start:dash].strip():
                raise NotEditable("the list is not written one member under the other")
            starts.append(self._above(start) if starts else start)
        end = min(self._line_end(self.end(node.value[-1])) + 1, len(self.text))
        return list(zip(starts, [*starts[1:], end], strict=True))

    def _above(self, start: int) -> int:
        """Where the comments begin that stand directly above a line."""
        while start > 0:
            before = self._line_start(start - 1)
            if not self.text[before:start].lstrip().startswith("#"):
                break
            start = before
        return start


def _children(node: Node) -> Iterable[Node]:
    if isinstance(node, MappingNode):
        return [value for _key, value in node.value]
    return node.value if isinstance(node, SequenceNode) else ()


def _child(node: Node, part: str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, SequenceNode) and part.isdigit() and int(part) < len(node.value):
        found: Node = node.value[int(part)]
        return found
    return None


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _applied(value: Any, edits: Iterable[Edit]) -> Any:
    """The document's value as it must be afterwards."""
    whole = copy.deepcopy(value)
    for edit in edits:
        holder = whole
        for part in edit.path[:-1]:
            if isinstance(holder, list):
                holder = holder[int(part)]
                continue
            if holder.get(part) is None:
                holder[part] = {}
            holder = holder[part]
        last = edit.path[-1]
        if isinstance(edit, Drop):
            del holder[last]
        elif isinstance(holder, list):
            holder[int(last)] = edit.value
        else:
            holder[last] = edit.value
    return whole


def _must_say(text: str, wanted: Any) -> None:
    """Whatever was done to the text, it must be the document that was wanted."""
    try:
        document = read_document(text, "policy")
    except PolicyErrors as wrong:
        raise NotEditable("the change cannot be written into this text") from wrong
    if document.errors or document.value != wanted:
        raise NotEditable("the change cannot be written into this text")
