"""The matrix, the bands of the criteria and the brakes as a form over a policy's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from creditdesk.desk.screens.formats import speaking
from creditdesk.desk.screens.policy.fields import Field, at, document, names, shown
from creditdesk.policy.document import Brakes


@dataclass
class Source:
    """One column of a criterion with its bands."""

    column: str
    bands: list[Field]

    @property
    def title(self) -> str:
        """What the column is called; as it is written where it is none of ours."""
        name = speaking().column(self.column)
        return name[:1].upper() + name[1:] if name != self.column else name


@dataclass
class CriterionForm:
    """One criterion: its sources, and what else holds for it."""

    name: str
    sources: list[Source]
    more: list[Field]


@dataclass
class MatrixForm:
    """The whole form.

    Attributes:
        cells: per row of the matrix its fields.
    """

    rows: str = ""
    columns: str = ""
    heads: list[str] = field(default_factory=list)
    cells: list[tuple[str, list[Field]]] = field(default_factory=list)
    criteria: list[CriterionForm] = field(default_factory=list)
    brakes: list[Field] = field(default_factory=list)

    @property
    def fields(self) -> list[Field]:
        """Every field."""
        found = [one for _row, line in self.cells for one in line]
        for criterion in self.criteria:
            found += [one for source in criterion.sources for one in source.bands] + criterion.more
        return found + self.brakes


def matrix_form(text: str) -> MatrixForm | None:
    """The form of a text; None where it has no matrix to be edited here."""
    found = document(text)
    whole = found.value if found is not None else None
    cells = at(whole, "matrix", "cells")
    if not isinstance(cells, dict) or not isinstance(at(whole, "criteria"), dict):
        return None
    segments = [(name, speaking().named("segment", name)) for name in names(whole, "segments")]
    rows = _drawn(whole, "draw_rows", [str(row) for row in cells])
    across = _drawn(
        whole, "draw_columns", list(dict.fromkeys(str(one) for line in cells.values() for one in line or ()))
    )
    form = MatrixForm(str(at(whole, "matrix", "rows")), str(at(whole, "matrix", "columns")), across)
    for row in rows:
        line = []
        for column in across:
            path = ("matrix", "cells", row, column)
            label = f"{row}, {column}"
            line.append(
                Field(
                    f"cell-{row}-{column}",
                    path,
                    label,
                    "select",
                    shown(at(whole, *path)),
                    segments,
                    must=True,
                )
            )
        form.cells.append((row, line))
    form.criteria = [_criterion(whole, name) for name in names(whole, "criteria")]
    form.brakes = _brakes(whole)
    return form


def _drawn(whole: Any, name: str, usual: list[str]) -> list[str]:
    drawn = at(whole, "matrix", name)
    said = [str(one) for one in drawn] if isinstance(drawn, list) else []
    return said if sorted(said) == sorted(usual) else usual


def _criterion(whole: Any, name: str) -> CriterionForm:
    own = ("criteria", name)
    first_known = at(whole, *own, "first_known")
    sources: list[Source] = []
    if isinstance(first_known, list):
        places = ((*own, "first_known", str(no)) for no in range(len(first_known)))
        sources += [_source(whole, place, f"{name}-{place[-1]}") for place in places]
    else:
        sources.append(_source(whole, own, f"{name}-0"))
    bands = [
        (one.path[-1], speaking().named("band", one.path[-1]))
        for one in (sources[0].bands if sources else [])
    ]
    more = [
        Field(f"margin-{name}", (*own, "margin"), _("Margin"), "number", shown(at(whole, *own, "margin"), usual="0"), usual="0",
              help=_("How far past a cut point a value must be before the band changes.")),
        Field(f"least-{name}", (*own, "least_evidence"), _("Least evidence"), "number",
              shown(at(whole, *own, "least_evidence"), usual="0"), usual="0", help=_("Fewest observations before the value counts.")),
        Field(f"missing-{name}", (*own, "missing"), _("Without a value"), "select", shown(at(whole, *own, "missing")),
              [("", _("unknown")), *bands], help=_("The band of a customer of whom nothing is known.")),
    ]  # fmt: skip
    return CriterionForm(name, sources, more)


def _source(whole: Any, own: tuple[str, ...], name: str) -> Source:
    column = str(at(whole, *own, "column") or at(whole, *own, "scorecard") or "")
    bands = [
        Field(f"band-{name}-{band}", (*own, "bands", band), speaking().named("band", band), "text",
              shown(at(whole, *own, "bands", band)), must=True)
        for band in names(whole, *own, "bands")
    ]  # fmt: skip
    return Source(column, bands)


def _brakes(whole: Any) -> list[Field]:
    usual = Brakes()
    told: list[tuple[str, str, str, str]] = [
        ("minimum_stay_days", _("Least days in a segment"), "number", str(usual.minimum_stay_days)),
        ("downgrade_at_overdue_days", _("Days past due at which a customer goes down at once"), "number",
         str(usual.downgrade_at_overdue_days)),
        ("downgrade_on_legal_status", _("Insolvency or another status in law moves at once"), "check", "on"),
        ("downgrade_on_write_off", _("A write-off moves at once"), "check", "on"),
    ]  # fmt: skip
    return [
        Field(
            f"brake-{name}",
            ("brakes", name),
            label,
            kind,
            shown(at(whole, "brakes", name), kind, fallback),
            usual=fallback,
        )
        for name, label, kind, fallback in told
    ]
