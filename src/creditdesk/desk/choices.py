"""Django's text choices with the types that a checker needs: a member is its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from enum import StrEnum

    class TextChoices(StrEnum):
        """Values of a column, each with its label: `PAID = "paid", "was paid"`."""

        label: str
        choices: list[tuple[str, str]]
        values: list[str]

        def __new__(cls, value: str, label: str = "") -> Self: ...  # noqa: D102

else:
    from django.db.models import TextChoices

__all__ = ["TextChoices"]
