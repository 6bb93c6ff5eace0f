"""Counting within groups, on whole arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from creditdesk.sample.columns import Flags, Ints


def ordinal(groups: Ints) -> Ints:
    """0, 1, 2 … within each group; rows of a group stand together."""
    starts = run_starts(groups)
    first = np.flatnonzero(starts)
    return (
        np.arange(len(groups)) - first[np.cumsum(starts) - 1] if len(groups) else np.zeros(0, dtype=np.int64)
    )


def run_starts(*keys: Ints) -> Flags:
    """True where a row differs from the one before in any key."""
    starts = np.zeros(len(keys[0]), dtype=bool)
    if len(starts):
        starts[0] = True
        for key in keys:
            starts[1:] |= key[1:] != key[:-1]
    return starts


def ordinal_anywhere(groups: Ints) -> Ints:
    """0, 1, 2 … within each group in the order of the rows, which may stand anywhere."""
    order = np.argsort(groups, kind="stable")
    counted = np.empty(len(groups), dtype=np.int64)
    counted[order] = ordinal(groups[order])
    return counted
