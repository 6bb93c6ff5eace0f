"""A program as text and back: it is made of data, and an expression is what Polars makes of it in bytes.

The bytes hold for one version of Polars; whoever keeps a text keeps it with the versions it was made by.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import fields
from typing import Any

import polars as pl

from creditdesk.engine.polars.program import Program
from creditdesk.engine.polars.steps import STEPS


def text_of(program: Program) -> str:
    """A program as one line of JSON."""
    pool: dict[bytes, int] = {}

    def plain(value: Any) -> Any:
        if isinstance(value, pl.Expr):
            return {"e": pool.setdefault(value.meta.serialize(), len(pool))}
        return [plain(one) for one in value] if isinstance(value, list) else value

    steps = [
        [type(step).__name__, [plain(getattr(step, each.name)) for each in fields(step)], list(sources)]
        for step, sources in program.steps
    ]
    packed = zlib.compress(b"".join(pool), 1)
    return json.dumps(
        {
            "tables": program.tables,
            "steps": steps,
            "last": program.last,
            "lengths": [len(one) for one in pool],
            "expressions": base64.b64encode(packed).decode("ascii"),
        }
    )


def program_of(text: str) -> Program:
    """The program that a text holds.

    Raises:
        ValueError, KeyError: the text is none that `text_of` gave.
        polars.exceptions.ComputeError: it was made by another version of Polars.
    """
    kept = json.loads(text)
    packed, start = zlib.decompress(base64.b64decode(kept["expressions"])), 0
    pool: list[pl.Expr] = []
    for length in kept["lengths"]:
        pool.append(pl.Expr.deserialize(packed[start : start + length]))
        start += length

    def full(value: Any) -> Any:
        if isinstance(value, dict):
            return pool[value["e"]]
        return [full(one) for one in value] if isinstance(value, list) else value

    steps = tuple(
        (STEPS[name](*map(full, values)), tuple(sources)) for name, values, sources in kept["steps"]
    )
    return Program(tuple(kept["tables"]), steps, tuple(tuple(slots) for slots in kept["last"]))
