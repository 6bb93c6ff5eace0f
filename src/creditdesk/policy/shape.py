"""Mistakes in the shape of a document: pydantic's findings as sentences with the fields that are allowed there."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from creditdesk.policy.document import Policy
from creditdesk.policy.error import listed
from creditdesk.policy.mistake import Mistake, unknown
from creditdesk.policy.yaml_source import Document

_FOUND = re.compile(r"(?:Value error, )?found (?P<found>.*?); allowed: (?P<allowed>.*)", re.DOTALL)

_BOUNDS = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
_WORDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}

_KINDS = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "date_type": "a date such as 2026-01-31",
    "date_parsing": "a date such as 2026-01-31",
    "date_from_datetime_parsing": "a date such as 2026-01-31",
    "date_from_datetime_inexact": "a date such as 2026-01-31",
    "list_type": "a list",
    "dict_type": "names with values below them",
    "model_type": "names with values below them",
    "model_attributes_type": "names with values below them",
}


def shape_mistakes(error: ValidationError, document: Document) -> Iterator[Mistake]:
    """One mistake per place of the document; what pydantic says about each branch of a choice is joined."""
    places: dict[tuple[str, ...], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        places.setdefault(_path(detail, document), []).append(detail)
    for path, details in places.items():
        yield from _at(path, details)


def _path(detail: ErrorDetails, document: Document) -> tuple[str, ...]:
    """The path in the document: without the names that pydantic gives to branches and keys."""
    path: list[str] = []
    for part in detail["loc"]:
        following = (*path, str(part))
        if part == "[key]" or not document.knows(following):
            if detail["type"] == "missing" and part == detail["loc"][-1]:
                path.append(str(part))
            continue
        path.append(str(part))
    return tuple(path)


def _at(path: tuple[str, ...], details: Sequence[ErrorDetails]) -> Iterator[Mistake]:
    first = details[0]
    kind = first["type"]
    if kind == "missing":
        yield Mistake(path, "the field is missing", "", f"{path[-1]}: {_meaning(path)}")
        return
    if kind == "extra_forbidden":
        yield from unknown(path, "field", path[-1], _fields(path[:-1]))
        return
    found = _shown(first.get("input"))
    if any("[key]" in detail["loc"] for detail in details):
        found = str(next(detail["loc"][-2] for detail in details if "[key]" in detail["loc"]))
    allowed = [words for detail in details if (words := _allowed(detail))]
    said = next((match for detail in details if (match := _FOUND.fullmatch(detail["msg"]))), None)
    if said is not None:
        found = said["found"]
    yield Mistake(path, "a value that may not stand here", found, " or ".join(dict.fromkeys(allowed)))


def _allowed(detail: ErrorDetails) -> str:
    said = _FOUND.fullmatch(detail["msg"])
    if said is not None:
        return said["allowed"]
    context = detail.get("ctx") or {}
    if detail["type"] == "literal_error":
        return str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    bound = _BOUNDS.get(detail["type"])
    if bound is not None:
        return f"{_WORDS[bound]} {context.get(bound)}"
    return _KINDS.get(detail["type"], detail["msg"].lower())


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return f"names ({listed(list(value)[:4])})"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else str(value)


def _meaning(path: tuple[str, ...]) -> str:
    model = _model(path[:-1])
    field = model.model_fields.get(path[-1]) if model else None
    return "text" if field is None else _type_name(field.annotation)


def _type_name(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"names with values below them ({listed(annotation.model_fields)})"
    names = {str: "text", int: "a whole number", bool: "true or false"}
    if annotation in names:
        return names[annotation]
    values = [value for value in get_args(annotation) if isinstance(value, str)]
    return listed(values) if values else getattr(annotation, "__name__", "a value")


def _fields(path: tuple[str, ...]) -> Iterable[str]:
    model = _model(path)
    if model is None:
        return ()
    return [field.alias or name for name, field in model.model_fields.items()]


def _model(path: tuple[str, ...]) -> type[BaseModel] | None:
    """The part of the document that stands at a path."""
    here: Any = Policy
    for part in path:
        if not (isinstance(here, type) and issubclass(here, BaseModel)):
            here = _member(here)
            continue
        fields = {field.alias or name: field for name, field in here.model_fields.items()}
        if part not in fields:
            return None
        here = _plain(fields[part].annotation)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _member(annotation: Any) -> Any:
    """What a list or mapping holds."""
    arguments = get_args(annotation)
    return _plain(arguments[-1]) if arguments else None


def _plain(annotation: Any) -> Any:
    """A type without `| None` and annotations."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return _plain(rest[0])
    return annotation
