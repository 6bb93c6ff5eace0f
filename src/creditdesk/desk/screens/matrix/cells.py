"""Which cell of the matrix a customer stands in: the one of its segment; when a brake keeps it, that is the former cell.

The same rule as in the report, so that the two never differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from creditdesk.policy.document import Policy

Place = tuple[str, str]


@dataclass(frozen=True)
class Cells:
    """The cells of a policy as they are drawn.

    Attributes:
        segments: the segment of each cell.
        home: per segment the cell of those who stand in none of its cells: the first as drawn.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    segments: dict[Place, str]
    home: dict[str, Place]

    def of(self, segment: str, row: str, column: str) -> Place | None:
        """Where a customer stands; None = outside of the matrix."""
        own = (row, column)
        return own if self.segments.get(own) == segment else self.home.get(segment)

    def condition(self, place: Place) -> Q:
        """The accounts that stand in a cell."""
        segment = self.segments[place]
        cells = [one for one, name in self.segments.items() if name == segment]
        if cells == [place]:
            return Q(segment=segment)
        own = Q(cell_row=place[0], cell_column=place[1])
        if self.home[segment] == place:
            elsewhere = Q()
            for row, column in cells:
                if (row, column) != place:
                    elsewhere |= Q(cell_row=row, cell_column=column)
            return Q(segment=segment) & ~elsewhere
        return Q(segment=segment) & own


def cells_of(policy: Policy) -> Cells:
    """The cells of a policy, rows and columns in its order of drawing."""
    matrix = policy.matrix
    rows = tuple(matrix.draw_rows or matrix.cells)
    columns = tuple(matrix.draw_columns or next(iter(matrix.cells.values())))
    segments = {(row, column): matrix.cells[row][column] for row in rows for column in columns}
    home = {name: place for place, name in reversed(segments.items())}
    return Cells(rows, columns, segments, home)
