"""What customers are measured on and how that places them: criteria, scorecards, rules and the matrix."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from creditdesk.policy.part import Part
from creditdesk.policy.quantity import Amount, Share


class Source(Part):
    """One column a criterion may be read from, with its bands."""

    column: str
    """A column of the profile."""
    bands: dict[str, str]
    """As those of the criterion; every source of a criterion has the same band names."""
    unit: str | None = None
    """Unit of this column, where it is another than the criterion's."""
    per: Amount | None = None
    """How much of that unit is one step."""
    remedy: str | None = None
    """What the customer can do about it where the criterion was read from this column; empty = as the criterion."""


class Criterion(Part):
    """What customers are measured on: one column with bands, the first known of several, or a scorecard's score."""

    column: str | None = None
    """A column of the profile. A criterion is read from exactly one of `column`, `first_known` and `scorecard`."""
    bands: dict[str, str] = Field(default_factory=dict)
    """A band's name and its condition: `<= 20`, `> 5 and <= 15`, values such as `A, B`, beginnings such as `84*`, or
    `else`. Read in order, the first that holds is the band; together they cover every value once. Amounts are in
    major units: `<= 4m`."""
    first_known: list[Source] = Field(default_factory=list)
    """Several columns; the first that is known counts, and which one it was is a reason of the decision."""
    scorecard: str | None = None
    """A scorecard, whose score of 0 to 100 is cut into bands."""
    margin: Decimal = Field(default=Decimal(0), ge=0)
    """How far past an edge a value must be before the customer moves, in the unit of the column."""
    least_evidence: int = Field(default=0, ge=0)
    """Fewest observations before the value counts."""
    missing: str | None = None
    """The band of a customer without a value; empty = unknown, and the matrix cannot place it by this criterion."""
    weight: Decimal = Field(default=Decimal(1), ge=0)
    """Its share in the evidence of a decision."""
    unit: str = ""
    """The unit in which the distance to another band is told."""
    per: Amount = Decimal(1)
    """How much of the unit is one step, so that distances of different criteria can be compared."""
    remedy: str | None = None
    """What the customer can do about it, by name: `pay_overdue`, `pay_sooner`, `order_more`, `new_accounts`."""

    def band_names(self) -> tuple[str, ...]:
        """Names of the bands, in the order in which they are written."""
        return tuple(self.bands or (self.first_known[0].bands if self.first_known else {}))


class Characteristic(Part):
    """One line of a scorecard."""

    column: str
    """A column of the profile."""
    points: dict[str, Decimal]
    """Points per condition; conditions are written as those of bands."""
    weight: Decimal = Field(default=Decimal(1), gt=0)
    """Weight of the line: its points count times its share in the weight of all lines that are known."""
    missing: Decimal | None = None
    """Points when the value is unknown; empty = the line does not count."""
    monotone: Literal["rising", "falling", "no"] = "no"
    """Whether points must rise or fall with the value; a scorecard that breaks its word is an error."""


class Scorecard(Part):
    """A weighted sum of points, brought to 0-100 by `lowest` and `highest` when those are given."""

    characteristics: dict[str, Characteristic]
    """Its lines by name."""
    base: Decimal = Decimal(0)
    """Points to begin with."""
    lowest: Decimal | None = None
    """Points that become 0."""
    highest: Decimal | None = None
    """Points that become 100."""
    least_coverage: Share = Field(default=Decimal(0), ge=0, le=1)
    """Share of the weight that must be known before there is a score."""


class Rule(Part):
    """Before the matrix: the first rule that holds wins."""

    when: str
    """An SQL condition over columns of the profile."""
    segment: str
    """The segment that it gives."""
    name: str = ""
    """What it is about, in a few words."""


class Matrix(Part):
    """Two criteria and the segment of each cell."""

    rows: str
    """Criterion of the rows."""
    columns: str
    """Criterion of the columns."""
    cells: dict[str, dict[str, str]]
    """The segment per row band and column band."""
    draw_rows: list[str] = Field(default_factory=list)
    """Order in which the rows are drawn; empty = as the bands are written."""
    draw_columns: list[str] = Field(default_factory=list)
    """Order in which the columns are drawn."""
