"""Statements of a run kept on disk: a new process starts in the time that executing takes, not building.

A plan holds for one policy and one state of the program; which facts it holds for, it says itself.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from creditdesk.engine.stages import Stage

KEPT = 12
"""Plans kept in a folder; the one used longest ago goes first."""

_READ_BY = ("facts", "law", "policy", "engine")
_PACKAGES = ("duckdb", "holidays", "ibis-framework", "polars", "pyarrow", "sqlglot")


@dataclass(frozen=True)
class Plan:
    """What is needed to execute a run without building it.

    Attributes:
        engine: name of the backend whose statements they are.
        statements: the stages of the run, in their order.
        put: tables that were made while it was built.
        questions: what the facts were asked, with the answers for which it holds.
        shape: currencies and companies for which it holds.
        since, until: the first and the last day that may be decided by it.
    """

    engine: str
    statements: list[Stage]
    put: Mapping[str, pa.Table]
    questions: Mapping[tuple[str, tuple[str, ...], str], Any]
    shape: tuple[Any, ...]
    since: date
    until: date

    def holds(self, as_of: date) -> bool:
        """Whether a day may be decided by it."""
        return self.since <= as_of <= self.until


@cache
def program() -> str:
    """Digest of everything that the statements are built by."""
    digest = hashlib.sha256()
    for name in _PACKAGES:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    for room in _READ_BY:
        with resources.as_file(resources.files("creditdesk") / room) as folder:
            for file in sorted(folder.rglob("*")):
                if file.suffix in {".py", ".yaml"}:
                    digest.update(file.read_bytes())
    return digest.hexdigest()


def kept(folder: Path, policy: str, engine: str) -> Iterator[Plan]:
    """The plans of an engine kept for a policy's digest; one that cannot be read is passed over."""
    for file in sorted(folder.glob(f"{_name(policy, engine)}-*.json")):
        with suppress(OSError, ValueError, KeyError, pa.ArrowInvalid):
            plan = _loaded(json.loads(file.read_text(encoding="utf-8")))
            os.utime(file)
            yield plan


def keep(folder: Path, policy: str, plan: Plan) -> None:
    """Keep a plan; a full disk or a folder that cannot be written is no reason to stop."""
    text = json.dumps(_dumped(plan))
    name = f"{_name(policy, plan.engine)}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(folder / name)
        files = sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime)
        for old in files[:-KEPT]:
            old.unlink()


def _name(policy: str, engine: str) -> str:
    return hashlib.sha256(f"{policy} {engine} {program()}".encode()).hexdigest()[:24]


def _dumped(plan: Plan) -> dict[str, Any]:
    return {
        "engine": plan.engine,
        "statements": [
            [
                stage.name,
                stage.statement,
                _encoded(stage.schema.to_pyarrow().serialize().to_pybytes()),
                stage.last_of,
            ]
            for stage in plan.statements
        ],
        "put": {name: _encoded(_stream(rows)) for name, rows in plan.put.items()},
        "questions": [[*question, answer] for question, answer in plan.questions.items()],
        "shape": plan.shape,
        "since": plan.since.isoformat(),
        "until": plan.until.isoformat(),
    }


def _loaded(kept: dict[str, Any]) -> Plan:
    questions = {
        (name, tuple(columns), question): [tuple(row) for row in answer]
        if isinstance(answer, list)
        else answer
        for name, columns, question, answer in kept["questions"]
    }
    return Plan(
        engine=kept["engine"],
        statements=[
            Stage(name, statement, _schema(schema), tuple(last_of))
            for name, statement, schema, last_of in kept["statements"]
        ],
        put={
            name: pa.ipc.open_stream(base64.b64decode(rows)).read_all() for name, rows in kept["put"].items()
        },
        questions=questions,
        shape=_tuples(kept["shape"]),
        since=date.fromisoformat(kept["since"]),
        until=date.fromisoformat(kept["until"]),
    )


def _schema(encoded: str) -> ibis.Schema:
    return ibis.Schema.from_pyarrow(pa.ipc.read_schema(pa.py_buffer(base64.b64decode(encoded))))


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _stream(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    return sink.getvalue()
