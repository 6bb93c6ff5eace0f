"""The policy reference: every field of a policy with its meaning, written from the sentences beside the fields.

`python -m creditdesk.policy.reference > docs/policy-reference.md`; a test keeps the file current.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from creditdesk.policy.document import Do, Policy
from creditdesk.policy.quantity import Amount, Share

HEAD = """# Policy reference

Every field that may stand in a policy. Written from the code by `make docs`; what you change here is lost.

A policy is one YAML document. Amounts are in major units of the policy's currency (`2500`, `2.5k`, `4m`), shares are
`0.8` or `80%`, dates are `2026-01-31`. An unknown field is an error that names its line; `creditdesk policy check FILE`
names all errors at once. How conditions are written is in [policy-conditions.md](policy-conditions.md), how a policy's
own cases are written in [policy-cases.md](policy-cases.md). The shipped policies `starter`, `two-speed` and
`consumers-nl` are examples of every part.
"""

NAMES: dict[object, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    Decimal: "number",
    Amount: "amount",
    Share: "share",
    Do: "[action](#actions)",
}


def reference() -> str:
    """The whole reference as Markdown."""
    sections = [line for part in _parts(Policy) for line in _section(part)]
    actions = ["## Actions", "", ", ".join(f"`{action}`" for action in get_args(Do)) + "."]
    return "\n".join([HEAD, *sections, *actions]) + "\n"


def _parts(root: type[BaseModel]) -> list[type[BaseModel]]:
    """The parts of the document, each where it is first named."""
    found = [root]
    for part in found:
        for field in part.model_fields.values():
            found += [one for one in _models(field.annotation) if one not in found]
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _section(part: type[BaseModel]) -> Iterator[str]:
    yield f"## {_title(part)}"
    yield ""
    yield inspect.cleandoc(part.__doc__ or "")
    yield ""
    yield "| field | kind | default | meaning |"
    yield "|---|---|---|---|"
    meanings = field_meanings(part)
    for name, field in part.model_fields.items():
        shown = f"`{field.alias or name}`"
        yield f"| {shown} | {_kind(field)} | {_default(field)} | {_cell(meanings[name])} |"
    yield ""


def _title(part: type[BaseModel]) -> str:
    name = part.__name__
    return (
        "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()
    )


@cache
def field_meanings(part: type[BaseModel]) -> dict[str, str]:
    """The sentence below each field of a part. KeyError for a field without one."""
    tree = ast.parse(inspect.getsource(sys.modules[part.__module__]))
    body = next(
        node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == part.__name__
    )
    found: dict[str, str] = {}
    for field, text in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
        ):
            value = text.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[field.target.id] = " ".join(value.value.split())
    return {name: found[name] for name in part.model_fields}


def _kind(field: FieldInfo) -> str:
    limits = [
        f"{words} {getattr(bound, name)}"
        for bound in field.metadata
        for name, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than"))
        if getattr(bound, name, None) is not None
    ]
    name = _type(field.annotation)
    if field.metadata and field.annotation is Decimal:
        name = next((NAMES[kind] for kind in (Amount, Share) if get_args(kind)[1] in field.metadata), name)
    return _cell(", ".join([name, *limits]))


def _type(annotation: Any) -> str:
    if annotation in NAMES:
        return NAMES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        title = _title(annotation)
        return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"
    return _composed(get_origin(annotation), get_args(annotation)) or getattr(
        annotation, "__name__", str(annotation)
    )


def _composed(origin: Any, arguments: tuple[Any, ...]) -> str:
    """A type made of others: a choice of words, one of several, a list, a mapping."""
    if origin is Annotated:
        return next(
            (NAMES[kind] for kind in (Amount, Share) if get_args(kind)[1] in arguments), _type(arguments[0])
        )
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(argument) for argument in arguments if argument is not type(None))
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        key = "name" if arguments[0] is str else _type(arguments[0])
        return f"{_type(arguments[1])} by {key}"
    return ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "as below"
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else _plain(value)


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
