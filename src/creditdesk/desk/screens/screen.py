"""What a screen says of itself: its name, its place in the menu, and who sees it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creditdesk.desk.access.roles import Right

if TYPE_CHECKING:
    from creditdesk.desk.access.scope import Scope


@dataclass(frozen=True)
class Screen:
    """One entry of the menu.

    Attributes:
        name: its folder, and the namespace of its addresses.
        label: what the menu calls it (lazy, translated).
        icon: name of a Lucide icon.
        right: who sees it: holders of this right, or of one of these; the views themselves say who may.
        order: place in the menu, 10 for the first.
        key: the letter after `g` that leads there.
        home: name of the address that it opens with, within its namespace.
        shown: false for a screen that is reached from others only.
    """

    name: str
    label: Any
    icon: str
    right: Right | tuple[Right, ...]
    order: int
    key: str = ""
    home: str = "list"
    shown: bool = True

    def seen_by(self, scope: Scope) -> bool:
        """Whether it stands in the menu of a person."""
        rights = self.right if isinstance(self.right, tuple) else (self.right,)
        return self.shown and any(scope.may(right) for right in rights)

    @property
    def address(self) -> str:
        """Name of its first address: `customers:list`."""
        return f"{self.name}:{self.home}"
