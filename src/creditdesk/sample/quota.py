"""Drawing by quota: even a small sample holds something of everything, in the right proportion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditdesk.sample.columns import Floats, Ints


def by_quota(rng: np.random.Generator, rows: int, shares: Sequence[float] | Floats) -> Ints:
    """One code per row, in random order, each code as often as its share asks (largest remainders).

    Where there are at least twice as many rows as codes, every code with a share occurs at least once.
    """
    wanted = np.asarray(shares, dtype=np.float64)
    exact = wanted / wanted.sum() * rows
    counts = np.floor(exact).astype(np.int64)
    short = rows - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:short]] += 1
    if rows >= 2 * len(wanted):
        for missing in np.flatnonzero((counts == 0) & (wanted > 0)):
            counts[np.argmax(counts)] -= 1
            counts[missing] = 1
    return rng.permutation(np.repeat(np.arange(len(wanted)), counts))
