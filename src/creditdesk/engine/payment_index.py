"""The payment index: days late as a mark from 0 to 100, high is good."""

from __future__ import annotations

from itertools import pairwise

import ibis

from creditdesk.engine.arith import Value, rnd

ANCHORS = (
    (-30, 100),
    (-20, 90),
    (0, 80),
    (15, 70),
    (22, 60),
    (30, 50),
    (60, 40),
    (90, 30),
    (120, 20),
    (180, 1),
)
"""(days late, mark): as published for days beyond terms; the last is ours, where lateness is capped."""


def index_of(days_late: Value) -> Value:
    """The mark of a lateness, on straight lines between the anchors, rounded half up to a whole number."""
    (first, best), (_last, worst) = ANCHORS[0], ANCHORS[-1]
    branches = [(days_late <= first, ibis.literal(best, "int64"))]
    for (x0, y0), (x1, y1) in pairwise(ANCHORS):
        # the product comes first: on an anchor the quotient is then exact
        branches.append((days_late <= x1, rnd(y0 + (days_late - x0) * (y1 - y0) / (x1 - x0))))
    return ibis.cases(*branches, else_=ibis.literal(worst, "int64"))
