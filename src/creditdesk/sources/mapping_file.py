"""Loads mapping documents, with messages that name line and field, all of them at once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from creditdesk.facts.problem import UnusableInput
from creditdesk.sources.mapping import Mapping


class UnusableMapping(UnusableInput):
    """The mapping document has errors; `errors` are sentences, each with its line and field."""

    def __init__(self, source: str, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.source = source
        self.errors = tuple(errors)


def shipped() -> list[str]:
    """Names of the mappings that come with the package."""
    folder = files("creditdesk.sources") / "mappings"
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def shipped_text(name: str) -> str:
    """The document of a shipped mapping as it is written."""
    return (files("creditdesk.sources") / "mappings" / f"{name}.yaml").read_text(encoding="utf-8")


def load_mapping(name: str | Path) -> Mapping:
    """A mapping from a file, or a shipped one by its name.

    Raises:
        UnusableMapping: when it is not there, is no YAML, or says what a mapping cannot say.
    """
    path = Path(name)
    if path.is_file():
        return read_mapping(path.read_bytes(), path.name)
    if str(name) in shipped():
        entry = files("creditdesk.sources") / "mappings" / f"{name}.yaml"
        return read_mapping(entry.read_bytes(), f"{name}.yaml")
    raise UnusableMapping(
        str(name),
        [f"{name}: there is no such mapping; allowed: a YAML file or one of {', '.join(shipped())}"],
    )


def read_mapping(content: bytes, source: str) -> Mapping:
    """A mapping from the text of its document.

    Raises:
        UnusableMapping: as `load_mapping`.
    """
    try:
        document = YAML(typ="rt", pure=True).load(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnusableMapping(
            source, [f"{source}: is not UTF-8 at byte {error.start}; save it as UTF-8"]
        ) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnusableMapping(source, [f"{source}, line {line}: is no YAML: {error.problem}"]) from error
    except YAMLError as error:
        raise UnusableMapping(source, [f"{source}: is no YAML: {error}"]) from error
    if not isinstance(document, dict):
        raise UnusableMapping(
            source, [f"{source}, line 1: found no fields; allowed: mapping, read, formats, tables"]
        )
    try:
        return Mapping.model_validate(_plain(document))
    except ValidationError as error:
        raise UnusableMapping(source, [_told(source, document, found) for found in error.errors()]) from error


def written(mapping: Mapping) -> str:
    """A mapping as JSON, which is YAML too: `read_mapping` reads it back."""
    return mapping.model_dump_json(by_alias=True, exclude_unset=True)


def as_yaml(document: dict[str, Any]) -> str:
    """A mapping document as YAML, in the order in which it is given."""
    writer = YAML(typ="rt", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 120
    text = io.StringIO()
    writer.dump(document, text)
    return text.getvalue()


def _plain(value: Any) -> Any:
    """The document without ruamel's own kinds of value."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    return int(value) if isinstance(value, int) else float(value) if isinstance(value, float) else str(value)


def _told(source: str, document: Any, found: Any) -> str:
    line, field = _place(document, found["loc"])
    message = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        message = "is no field of a mapping here"
    elif found["type"] == "missing":
        message = "is missing"
    shown = f" (found {found['input']!r})" if isinstance(found["input"], str | int | float) else ""
    return f"{source}, line {line}, {field or 'mapping'}: {message}{shown}"


def _place(document: Any, path: tuple[str | int, ...]) -> tuple[int, str]:
    """Line of a field, and its name; pydantic's own steps inside a field are left out."""
    line = document.lc.line + 1
    names: list[str] = []
    here: Any = document
    for step in path:
        if isinstance(here, CommentedMap) and step in here:
            line = here.lc.key(step)[0] + 1
        elif isinstance(here, CommentedSeq) and isinstance(step, int) and step < len(here):
            line = here.lc.item(step)[0] + 1
        else:
            names.append(str(step))
            break
        names.append(str(step))
        here = here[step]
    return line, ".".join(names)
