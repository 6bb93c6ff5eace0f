"""Master scales: what a grade or score of a bureau says of the one event that risk is about.

The event is the same for every provider: within 12 months an undisputed invoice becomes more than 60 days late, is
written off, or the customer turns insolvent. Rows are dated, so that a report of the past keeps the meaning it had.
The shipped rows are estimates marked `verified: false`: fit them to your own ledger before they decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import pyarrow as pa
from pydantic import Field, ValidationError

from creditdesk.policy.document import Part, RiskClass, RiskRule
from creditdesk.policy.error import PolicyError, PolicyErrors
from creditdesk.policy.yaml_source import Document, read_document

Probability = Annotated[Decimal, Field(gt=0, lt=1)]

SCALE_SCHEMA = pa.schema(
    [
        ("provider", pa.string()),
        ("scale", pa.string()),
        ("grade", pa.string()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("pd", pa.float64()),
        ("valid_from", pa.date32()),
    ]
)
"""A row of a master scale: a grade, or a span of scores with both ends included."""


class Span(Part):
    """Scores from `low` to `high`, both included, and the probability they stand for."""

    low: Decimal
    high: Decimal
    pd: Probability


class Edition(Part):
    """A scale as it holds from a day on: by grade, or by spans of a score."""

    valid_from: date
    source: str
    grades: dict[str, Probability] = Field(default_factory=dict)
    spans: list[Span] = Field(default_factory=list)


class Provider(Part):
    """The scales of one provider. `verified: false` until somebody held them against outcomes."""

    provider: str
    verified: bool
    note: str
    scales: dict[str, list[Edition]]


@dataclass(frozen=True)
class ScaleRow:
    """One row of a master scale.

    Attributes:
        grade: the grade; None for a span of scores.
        low, high: the span, both ends included; None for a grade.
        pd: probability of the event within 12 months.
        risk_class: class of that probability under the given thresholds.
        source: where the row comes from.
    """

    provider: str
    scale: str
    grade: str | None
    low: Decimal | None
    high: Decimal | None
    pd: Decimal
    risk_class: RiskClass
    valid_from: date
    source: str
    verified: bool


def scale_rows(where: str | Path = "shipped", rule: RiskRule | None = None) -> tuple[ScaleRow, ...]:
    """Every row of the master scales.

    Args:
        where: `shipped`, or a YAML file or folder of YAML files of your own.
        rule: gives the thresholds of the classes.

    Raises:
        PolicyErrors: a file is no scale: a probability outside 0 and 1, spans that overlap, an unknown field.
    """
    thresholds = rule or RiskRule()
    return tuple(row for provider in _providers(where) for row in _rows(provider, thresholds))


def master_scale(where: str | Path = "shipped") -> pa.Table:
    """The rows as a table of SCALE_SCHEMA, for the engine.

    Raises:
        PolicyErrors: as `scale_rows`.
    """
    rows = [
        {
            "provider": row.provider,
            "scale": row.scale,
            "grade": row.grade,
            "low": None if row.low is None else float(row.low),
            "high": None if row.high is None else float(row.high),
            "pd": float(row.pd),
            "valid_from": row.valid_from,
        }
        for row in scale_rows(where)
    ]
    return pa.Table.from_pylist(rows, schema=SCALE_SCHEMA)


def _providers(where: str | Path) -> Iterator[Provider]:
    for source, text in _texts(where):
        document = read_document(text, source)
        try:
            provider = Provider.model_validate(document.value)
        except ValidationError as error:
            raise PolicyErrors(source, [*document.errors, *_shape(error, document)]) from error
        errors = [*document.errors, *_overlaps(provider, document)]
        if errors:
            raise PolicyErrors(source, errors)
        yield provider


def _texts(where: str | Path) -> Iterator[tuple[str, str]]:
    if str(where) == "shipped":
        folder = files("creditdesk.policy") / "scales"
        for item in sorted(folder.iterdir(), key=lambda found: found.name):
            if item.name.endswith(".yaml"):
                yield item.name, item.read_text(encoding="utf-8")
        return
    path = Path(where)
    try:
        for found in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            yield str(found), found.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        wrong = PolicyError(
            0, 0, "", str(path), "shipped, or a YAML file or folder", "master scales cannot be read"
        )
        raise PolicyErrors(str(path), [wrong]) from error


def _shape(error: ValidationError, document: Document) -> Iterator[PolicyError]:
    for detail in error.errors(include_url=False):
        path = tuple(str(part) for part in detail["loc"])
        place = document.place(path)
        found = "" if detail["type"] == "missing" else str(detail.get("input"))
        yield PolicyError(
            place.line, place.column, ".".join(path), found, detail["msg"].lower(), "not a master scale"
        )


def _overlaps(provider: Provider, document: Document) -> Iterator[PolicyError]:
    for scale, editions in provider.scales.items():
        for index, edition in enumerate(editions):
            path = ("scales", scale, str(index))
            place = document.place(path)
            where = ".".join(path)
            if bool(edition.grades) == bool(edition.spans):
                yield PolicyError(
                    place.line, place.column, where, "", "one of grades and spans", "by grade or by score?"
                )
            for before, after in pairwise(sorted(edition.spans, key=lambda span: span.low)):
                if after.low <= before.high:
                    found = f"{before.low} to {before.high}, {after.low} to {after.high}"
                    yield PolicyError(place.line, place.column, where, found, "spans apart", "spans overlap")


def _rows(provider: Provider, rule: RiskRule) -> Iterator[ScaleRow]:
    for scale, editions in provider.scales.items():
        for edition in editions:
            spans: Iterable[tuple[str | None, Decimal | None, Decimal | None, Decimal]] = [
                *((grade, None, None, pd) for grade, pd in edition.grades.items()),
                *((None, span.low, span.high, span.pd) for span in edition.spans),
            ]
            for grade, low, high, pd in spans:
                yield ScaleRow(
                    provider.provider, scale, grade, low, high, pd, risk_class(pd, rule),
                    edition.valid_from, edition.source, provider.verified,
                )  # fmt: skip


def risk_class(pd: Decimal, rule: RiskRule) -> RiskClass:
    """The class of a probability: low below one threshold, medium below the next, else high."""
    if pd < rule.low_below:
        return "low"
    return "medium" if pd < rule.medium_below else "high"
