"""How a policy writes amounts, shares and band edges: `4m`, `2.5k`, `120%`, `<= 15`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator

_MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000}


def parse_amount(value: object) -> Decimal:
    """An amount in major units of the policy's currency: `2500`, `2.5k`, `4m`.

    Raises:
        ValueError: when the text is no such amount.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        # pydantic reports a ValueError with its line; a TypeError would pass it by
        raise ValueError(  # noqa: TRY004
            f"found {value!r}; allowed: an amount such as 2500, 2.5k or 4m"
        )
    text = str(value).strip().lower().replace("_", "")
    multiple = text[-1:] if text[-1:] in ("k", "m") else ""
    try:
        number = Decimal(text.removesuffix(multiple)) * _MULTIPLES[multiple]
    except InvalidOperation:
        raise ValueError(f"found {value!r}; allowed: an amount such as 2500, 2.5k or 4m") from None
    if not number.is_finite():
        raise ValueError(f"found {value!r}; allowed: an amount such as 2500, 2.5k or 4m")
    return number


def parse_share(value: object) -> Decimal:
    """A share of one: `120%` and `1.2` are the same.

    Raises:
        ValueError: when the text is no such share.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        # pydantic reports a ValueError with its line; a TypeError would pass it by
        raise ValueError(  # noqa: TRY004
            f"found {value!r}; allowed: a share such as 80% or 0.8"
        )
    text = str(value).strip()
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        raise ValueError(f"found {value!r}; allowed: a share such as 80% or 0.8") from None
    if not number.is_finite():
        raise ValueError(f"found {value!r}; allowed: a share such as 80% or 0.8")
    return number / 100 if text.endswith("%") else number


Amount = Annotated[Decimal, BeforeValidator(parse_amount)]
Share = Annotated[Decimal, BeforeValidator(parse_share)]

EDGE = re.compile(r"^\s*(<=|<|>=|>)\s*(.+?)\s*$")
