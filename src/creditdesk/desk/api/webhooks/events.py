"""Events: written in the transaction of the change that they tell."""

from __future__ import annotations

from typing import Any


def write(sender: Any, **_more: Any) -> None:
    """Write the events of a recording."""
    del sender
