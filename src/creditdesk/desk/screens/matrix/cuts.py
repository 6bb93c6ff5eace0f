"""The cut points of the two criteria of the matrix, as they are and as somebody would have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from babel.numbers import NumberFormatError, parse_decimal
from django.utils.translation import gettext as _

from creditdesk.desk.screens.formats import speaking
from creditdesk.desk.screens.matrix import scale
from creditdesk.engine.bands import score_column
from creditdesk.facts.column import Column, share
from creditdesk.facts.money import digits
from creditdesk.policy.bands import BandError, is_money
from creditdesk.policy.columns import profile_columns
from creditdesk.policy.document import Criterion, Policy
from creditdesk.policy.edges import CutPoint, cut_points, moved, written
from creditdesk.policy.edit import Edit, Put
from creditdesk.policy.quantity import parse_amount

MOST = Decimal(10) ** 15
"""No cut point is as far away as this."""


@dataclass
class Handle:
    """One cut point with its slider and its field.

    Attributes:
        name: of the field.
        said: what stands in the field.
        at: the step of the slider; `x`: where it stands in the drawing.
        error: what is wrong with what was typed.
    """

    name: str
    cut: CutPoint
    said: str
    at: int = 0
    x: float = 0
    error: str = ""

    @property
    def changed(self) -> bool:
        """Whether it is elsewhere than in the policy."""
        return _number(self.said) != self.cut.at


@dataclass
class Ruler:
    """One column that a criterion is read from, with its cut points.

    Attributes:
        path: where its bands stand in the policy.
        customers: how many the criterion is read from this column of.
        steps: the values of the sliders, as the policy writes them.
    """

    criterion: str
    column: Column
    path: tuple[str, ...]
    conditions: Mapping[str, str]
    unit: str
    handles: list[Handle]
    several: bool
    customers: int = 0
    steps: list[str] = field(default_factory=list)
    bars: list[scale.Bar] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The last step of the sliders."""
        return len(self.steps) - 1


@dataclass
class Cuts:
    """What somebody would have: the rulers, and what follows from what stands in their fields."""

    policy: Policy
    rulers: list[Ruler]

    @property
    def handles(self) -> Iterator[Handle]:
        """Every cut point."""
        for ruler in self.rulers:
            yield from ruler.handles

    @property
    def wrong(self) -> bool:
        """Whether a field holds what cannot be."""
        return any(handle.error for handle in self.handles)

    @property
    def changed(self) -> bool:
        """Whether any cut point is elsewhere."""
        return any(handle.changed for handle in self.handles)

    @property
    def title(self) -> str:
        """What is changed, in a few words: `Size: small 20 → 25`."""
        t, told = speaking(), []
        for ruler in self.rulers:
            for handle in ruler.handles:
                if handle.changed:
                    name = t.named("criterion", ruler.criterion)
                    band = t.named("band", handle.cut.below)
                    told.append(f"{name[:1].upper()}{name[1:]}: {band} {handle.cut.written} → {handle.said}")
        return ", ".join(told)[:100]

    def read(self, data: Mapping[str, Any]) -> None:
        """Take in the fields of a form, and say at each what is wrong."""
        for ruler in self.rulers:
            for handle in ruler.handles:
                handle.said = str(data.get(handle.name, handle.said))[:30].strip()
                if _number(handle.said) is None:
                    handle.error = _("A number is needed, such as 20, 2.5k or 4m.")
            if not any(handle.error for handle in ruler.handles):
                _check(ruler, self.policy.currency)

    def bands(self) -> dict[tuple[str, ...], dict[str, str]]:
        """The conditions that are other ones now, by where they stand in the policy."""
        found = {}
        for ruler in self.rulers:
            if any(handle.changed for handle in ruler.handles):
                found[ruler.path] = moved(
                    ruler.conditions, _wanted(ruler), ruler.column, self.policy.currency
                )
        return found

    def moved(self) -> Policy:
        """The policy with these cut points. To be asked only when nothing is wrong."""
        criteria = dict(self.policy.criteria)
        for path, bands in self.bands().items():
            criterion = criteria[path[1]]
            if "first_known" in path:
                sources = list(criterion.first_known)
                number = int(path[3])
                sources[number] = sources[number].model_copy(update={"bands": bands})
                criteria[path[1]] = criterion.model_copy(update={"first_known": sources})
            else:
                criteria[path[1]] = criterion.model_copy(update={"bands": bands})
        return self.policy.model_copy(update={"criteria": criteria})

    def edits(self) -> list[Edit]:
        """What is to be written into the policy's text."""
        return [
            Put((*path, band), condition)
            for path, bands in self.bands().items()
            for band, condition in bands.items()
            if self._standing(path)[band] != condition
        ]

    def _standing(self, path: tuple[str, ...]) -> Mapping[str, str]:
        return next(ruler.conditions for ruler in self.rulers if ruler.path == path)


def cuts_of(policy: Policy) -> Cuts:
    """The cut points as the policy has them."""
    names = dict.fromkeys((policy.matrix.rows, policy.matrix.columns))
    rulers = [ruler for name in names for ruler in _rulers(policy, name, policy.criteria[name])]
    return Cuts(policy, rulers)


def _rulers(policy: Policy, name: str, criterion: Criterion) -> Iterator[Ruler]:
    known = profile_columns()
    own: tuple[str, ...] = ("criteria", name, "bands")
    sources: list[tuple[Column, dict[str, str], tuple[str, ...], str]]
    if criterion.scorecard is not None:
        column = share(score_column(criterion.scorecard), "score", "0-100", least=None, most=None)
        sources = [(column, criterion.bands, own, "")]
    elif criterion.column is not None:
        sources = [(known[criterion.column], criterion.bands, own, criterion.unit)]
    else:
        sources = [
            (
                known[one.column],
                one.bands,
                ("criteria", name, "first_known", str(at), "bands"),
                one.unit or criterion.unit,
            )
            for at, one in enumerate(criterion.first_known)
        ]
    for at, (column, conditions, path, unit) in enumerate(sources):
        found = cut_points(conditions, column, policy.currency)
        handles = [Handle(f"{name}-{at}-{number}", cut, cut.written) for number, cut in enumerate(found)]
        if handles:
            yield Ruler(name, column, path, conditions, unit, handles, len(sources) > 1)


def measure(cuts: Cuts, rows: pa.Table) -> None:
    """Lay the customers along the rulers.

    Args:
        rows: what was read of each (`whatif.spread`).
    """
    for ruler in cuts.rulers:
        mine = pc.equal(rows.column(f"source_{ruler.criterion}"), ruler.column.name)
        values = rows.filter(mine).column(f"value_{ruler.criterion}").drop_null()
        major = 10 ** digits(cuts.policy.currency) if is_money(ruler.column) else 1
        numbers = values.to_numpy() / major if len(values) else np.array([])
        whole = ruler.column.type.startswith("int")
        steps = scale.scale(numbers, [handle.cut.at for handle in ruler.handles], whole)
        like = ruler.handles[0].cut.written
        ruler.customers = len(values)
        ruler.steps = [written(step, like if step else "") for step in steps]
        ruler.bars = scale.bars(numbers, steps)
        for handle in ruler.handles:
            value = _number(handle.said)
            handle.at = scale.place(steps, handle.cut.at if value is None else value)
            handle.x = scale.across(steps, handle.at)


def _number(said: str) -> Decimal | None:
    """A number as a policy writes it, or as the reader's language does."""
    try:
        number = parse_amount(said)
    except ValueError:
        try:
            number = parse_decimal(said, locale=speaking().locale, strict=True)
        except (NumberFormatError, InvalidOperation):
            return None
    return number if number.is_finite() and abs(number) < MOST else None


def _wanted(ruler: Ruler) -> dict[CutPoint, Decimal]:
    """Where the cut points go that do not stay."""
    values = {handle.cut: _number(handle.said) for handle in ruler.handles if handle.changed}
    return {cut: value for cut, value in values.items() if value is not None}


def _check(ruler: Ruler, currency: str) -> None:
    """Cut points rise; whole numbers are whole."""
    whole = ruler.column.type.startswith("int") and not is_money(ruler.column)
    before: Decimal | None = None
    for handle in ruler.handles:
        value = _number(handle.said) or Decimal(0)
        if whole and value != value.to_integral_value():
            handle.error = _("A whole number is needed.")
        elif before is not None and value <= before:
            handle.error = _("This must be more than %(number)s, where the band before it ends.") % {
                "number": f"{before.normalize():f}"
            }
        before = value
    if any(handle.error for handle in ruler.handles):
        return
    try:
        moved(ruler.conditions, _wanted(ruler), ruler.column, currency)
    except BandError:
        ruler.handles[-1].error = _("With these numbers a band would be left without any value.")
