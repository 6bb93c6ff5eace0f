"""Fields of forms that the desk needs and Django has not."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from creditdesk.desk.screens.formats import speaking
from creditdesk.facts.money import digits, major, minor

LARGEST = 10**15


class MoneyField(forms.CharField):
    """An amount, typed as the reader's language writes numbers or with a decimal point; gives minor units.

    `currency` is set before the form is checked: how many decimals there are depends on it.
    """

    def __init__(self, *, currency: str = "EUR", **options: Any) -> None:
        self.currency = currency
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=30, **options)

    def prepare_value(self, value: Any) -> Any:
        """Minor units as the reader writes them."""
        if not isinstance(value, int):
            return value
        pattern = "0." + "0" * digits(self.currency) if digits(self.currency) else "0"
        return format_decimal(major(value, self.currency), pattern, locale=speaking().locale)

    def clean(self, value: Any) -> int | None:
        """The amount. Raises ValidationError for what is no amount above zero."""
        text = super().clean(value)
        if not text:
            return None
        amount = self._read(text.replace("\u202f", " ").replace(self.currency, "").strip(" €$£\u00a0"))
        if amount is None or not 0 < amount < LARGEST:
            raise ValidationError(_("An amount above zero is needed, such as %(example)s."), params={
                "example": format_decimal(Decimal("1250.5"), "#,##0.00", locale=speaking().locale)
            })  # fmt: skip
        return amount

    def _read(self, text: str) -> int | None:
        try:
            return minor(Decimal(text), self.currency)
        except InvalidOperation:
            pass
        try:
            return minor(parse_decimal(text, locale=speaking().locale, strict=True), self.currency)
        except NumberFormatError:
            return None


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d"], **options)
