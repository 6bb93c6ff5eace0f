"""YAML as plain values with the place of each: what a message about line and field needs.

The node graph is walked here instead of by a constructor, so that all repeated keys are found at once, numbers stay
the decimals that were written, and a small text cannot grow into a huge document through aliases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from creditdesk.policy.error import PolicyError, PolicyErrors

LONGEST_TEXT = 1_000_000
"""Bytes of a document; the shipped policies have 20 to 30 thousand."""

MOST_VALUES = 50_000
"""Values of a document, aliases written out."""

DEEPEST = 40

Path = tuple[str, ...]

_FOREIGN = ("a value of a kind that is not read", "text, numbers, dates, lists, names with values")

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Place:
    """Where a value stands: line and column from 1, and whether it is quoted (`'`, `"`) or a block (`|`, `>`)."""

    line: int
    column: int
    style: str = ""
    indent: int = 0

    def inside(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the file of a place inside a text, both counted from 1.

        `column` of a block counts from its indentation, which `indent` gives.
        """
        if self.style in ("|", ">"):
            return self.line + line, self.indent + column
        if line > 1:
            return self.line + line - 1, column
        return self.line, self.column + len(self.style) + column - 1


@dataclass
class Document:
    """A document read: its value, and per path the place of the value and of the key that names it."""

    value: Any
    places: dict[Path, Place]
    errors: list[PolicyError] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """The place of a path, or of the nearest part of the document that holds it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))

    def knows(self, path: Path) -> bool:
        """Whether something stands at this very path."""
        return path in self.places


def read_document(text: str, source: str) -> Document:
    """A YAML text as plain values (dict, list, str, int, Decimal, bool, date, None) with their places.

    Repeated keys, foreign tags and values that are no plain ones are collected in `errors`; the rest is read.

    Args:
        source: named in the errors.

    Raises:
        PolicyErrors: when the text is too long, no YAML, or grows without bounds.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_TEXT:
        raise PolicyErrors(source, [_error(1, 1, f"longer than {LONGEST_TEXT} bytes", "a shorter document")])
    try:
        node = nodes_of(text)
    except MarkedYAMLError as error:
        raise PolicyErrors(source, [_syntax(error)]) from error
    except RecursionError as error:
        raise PolicyErrors(
            source, [_error(1, 1, "nested too deeply", f"at most {DEEPEST} levels")]
        ) from error
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise PolicyErrors(
            source, [_error(line, column, f"no YAML: {error.reason}", "a YAML document in UTF-8")]
        ) from error
    except (YAMLError, ValueError) as error:
        raise PolicyErrors(source, [_error(1, 1, f"no YAML: {error}", "a YAML document in UTF-8")]) from error
    if node is None:
        raise PolicyErrors(source, [_error(1, 1, "the document is empty", "a policy")])
    reader = _Reader(source, text.splitlines())
    value = reader.value(node, ())
    return Document(value, reader.places, reader.errors)


@lru_cache(maxsize=4)
def nodes_of(text: str) -> Node | None:
    """The nodes of a YAML text; None of an empty one. Nobody changes them: a form reads the text it writes several times.

    Raises:
        YAMLError: it is no YAML.
    """
    found: Node | None = YAML(typ="safe", pure=True).compose(text)
    return found


class _Reader:
    def __init__(self, source: str, lines: list[str]) -> None:
        self.source = source
        self.lines = lines
        self.places: dict[Path, Place] = {}
        self.errors: list[PolicyError] = []
        self.open: set[int] = set()
        self.count = 0

    def value(self, node: Node, path: Path) -> Any:
        self.count += 1
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if self.count > MOST_VALUES:
            raise PolicyErrors(
                self.source,
                [
                    _error(
                        line,
                        column,
                        f"more than {MOST_VALUES} values, aliases written out",
                        "a smaller document",
                    )
                ],
            )
        if id(node) in self.open or len(path) > DEEPEST:
            raise PolicyErrors(
                self.source,
                [_error(line, column, "nested too deeply, or in itself", f"at most {DEEPEST} levels")],
            )
        style = (node.style or "") if isinstance(node, ScalarNode) else ""
        self.places.setdefault(
            path, Place(line, column, style, self._indent(line) if style in ("|", ">") else 0)
        )
        self.open.add(id(node))
        try:
            if not str(node.tag).startswith(_TAG) or str(node.tag).startswith(f"{_TAG}python"):
                self._add(path, line, column, *_FOREIGN, str(node.tag))
                return None
            if isinstance(node, MappingNode):
                return dict(self._pairs(node, path))
            if isinstance(node, SequenceNode):
                return [self.value(item, (*path, str(index))) for index, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self.open.discard(id(node))

    def _indent(self, line: int) -> int:
        """Indentation of the block that begins after a line."""
        following = next((text for text in self.lines[line:] if text.strip()), "")
        return len(following) - len(following.lstrip())

    def _pairs(self, node: MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key, item in node.value:
            line, column = key.start_mark.line + 1, key.start_mark.column + 1
            if not isinstance(key, ScalarNode):
                self._add(path, line, column, "a key that is no plain name", "a name", "")
                continue
            name = str(key.value)
            if name in seen:
                message = "the key stands twice"
                self._add(
                    (*path, name),
                    line,
                    column,
                    message,
                    name,
                    f"once; it already stands on line {seen[name]}",
                )
                continue
            seen[name] = line
            yield name, self.value(item, (*path, name))
            # a message about a block or list points at the name above it, not at its first member
            if not isinstance(item, ScalarNode):
                self.places[(*path, name)] = Place(line, column)

    def _scalar(self, node: Node, path: Path) -> Any:
        kind = str(node.tag).removeprefix(_TAG)
        text = str(node.value)
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float"):
            return self._number(text, kind)
        if kind == "timestamp":
            return self._day(text)
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._add(
            path, line, column, "a value of a kind that is not read", str(node.tag), "text, numbers, dates"
        )
        return None

    @staticmethod
    def _number(text: str, kind: str) -> object:
        plain = text.replace("_", "")
        try:
            return int(plain) if kind == "int" else Decimal(plain)
        except (ValueError, InvalidOperation):
            return text  # 0x1F, .inf: the field says what it allows

    @staticmethod
    def _day(text: str) -> object:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text

    def _add(self, path: Path, line: int, column: int, message: str, allowed: str, found: str) -> None:
        self.errors.append(PolicyError(line, column, ".".join(path), found, allowed, message))


def _error(line: int, column: int, message: str, allowed: str) -> PolicyError:
    return PolicyError(line, column, "", "", allowed, message)


def _syntax(error: MarkedYAMLError) -> PolicyError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    return _error(
        line,
        column,
        f"no YAML: {said}",
        "YAML: two spaces deeper per level, `name: value`, quotes around < and >",
    )
