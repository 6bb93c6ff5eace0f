"""The form in which a person says what each column of a list means, and how the list is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from creditdesk.desk.screens.formats import day as shown_day
from creditdesk.desk.screens.imports.words import BECAUSE, FIELDS, LISTS, LOOKS
from creditdesk.facts.codes import currencies
from creditdesk.sources.cells import Unreadable, Writing, date_pattern
from creditdesk.sources.cells import day as read_day
from creditdesk.sources.guessing import lists
from creditdesk.sources.guessing.lists import Choices
from creditdesk.sources.guessing.sampling import rows_of

USUAL = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON")
DATES = ("D-M-YYYY", "D/M/YYYY", "D.M.YYYY", "YYYY-M-D", "M/D/YYYY", "YYYYMMDD", "D-M-YY", "D/M/YY", "D.M.YY")
THOUSANDS = (
    ("", gettext_lazy("none")),
    (".", gettext_lazy("point")),
    (",", gettext_lazy("comma")),
    (" ", gettext_lazy("space")),
    ("'", gettext_lazy("apostrophe")),
)
_ALL = {".": ".", ",": ",", " ": " \u00a0\u202f", "'": "'’", "": ""}
"""Characters that a person means by a mark."""


class TextsField(forms.CharField):
    """Several texts, separated by a semicolon."""

    def prepare_value(self, value: Any) -> Any:
        """As one text."""
        return "; ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """As a tuple."""
        text = super().clean(value)
        return tuple(part.strip() for part in text.split(";") if part.strip())


class ColumnsForm(forms.Form):
    """What each column means: `column-0`, `column-1` ...; and how days and amounts are written."""

    kind = forms.ChoiceField(label=gettext_lazy("What the list is"), choices=list(LISTS.items()))
    dates = TextsField(
        label=gettext_lazy("Days are written"), required=False,
        help_text=gettext_lazy("D day, M month, Y year; several ways with ; between them."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "date-patterns"}),
    )  # fmt: skip
    decimal = forms.ChoiceField(
        label=gettext_lazy("Decimal mark"),
        choices=[(",", gettext_lazy("comma")), (".", gettext_lazy("point"))],
    )
    thousands = forms.ChoiceField(label=gettext_lazy("Between thousands"), choices=THOUSANDS, required=False)
    signs = TextsField(label=gettext_lazy("Signs beside amounts"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    credit_types = TextsField(label=gettext_lazy("Types that are credit notes"), required=False)
    credit_marks = TextsField(label=gettext_lazy("Marks that mean credit"), required=False)
    consumer_kinds = TextsField(label=gettext_lazy("Values that mean a consumer"), required=False)
    reverse = forms.BooleanField(
        label=gettext_lazy("Amounts bear the other sign: what a customer owes is negative"), required=False
    )

    def __init__(
        self, seen: Mapping[str, Any], sample: Mapping[str, Any], choices: Choices, data: Any = None
    ) -> None:
        self._seen, self._sample, self._start = seen, sample, choices
        self.header: list[str] = list(sample["header"])
        kind = (data or {}).get("kind", choices.kind)
        self.list_kind = lists.LISTS.get(kind, lists.LISTS[choices.kind])
        thousands = next((mark for mark in (".", ",", "'", " ") if mark in choices.thousands), "")
        start = {
            "kind": choices.kind, "dates": choices.dates, "decimal": choices.decimal, "thousands": thousands,
            "signs": choices.signs, "currency": choices.currency, "credit_types": choices.credit_types,
            "credit_marks": choices.credit_marks, "consumer_kinds": choices.consumer_kinds, "reverse": choices.reverse,
        }  # fmt: skip
        super().__init__(data, initial=start)
        self.fields["currency"].choices = self._currencies()
        options = [("", _("– not used –")), *((name, FIELDS[name]) for name in self.list_kind.fields)]
        chosen = {column: name for name, column in choices.columns.items()}
        for place, name in enumerate(self.header):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=name or str(place + 1), choices=options, required=False, initial=chosen.get(name, "")
            )
        for name, used in (
            ("credit_types", "document_type"), ("credit_marks", "mark"), ("consumer_kinds", "customer_kind"),
        ):  # fmt: skip
            if used not in self.list_kind.fields or not self._uses(used):
                self.fields[name].widget = forms.HiddenInput()
        if not {"amount", "paid", "total"} & set(self.list_kind.fields):
            self.fields["reverse"].widget = forms.HiddenInput()

    def _uses(self, field: str) -> bool:
        """Whether a column is chosen for a field."""
        if self.is_bound:
            return any(self.data.get(f"column-{place}") == field for place in range(len(self.header)))
        return field in self._start.columns

    def _currencies(self) -> list[tuple[str, str]]:
        names = Locale.parse((get_language() or "en").replace("-", "_")).currencies
        usual = [code for code in dict.fromkeys((self._start.currency, *USUAL)) if code]
        others = sorted(currencies() - set(usual))
        return [("", "–"), *((code, f"{code} · {names.get(code, code)}") for code in (*usual, *others))]

    def clean_dates(self) -> tuple[str, ...]:
        """Patterns that can be read."""
        for pattern in self.cleaned_data["dates"]:
            try:
                date_pattern(pattern)
            except ValueError as wrong:
                raise ValidationError(
                    _("“%(pattern)s” needs a year, a month and a day.") % {"pattern": pattern}
                ) from wrong
        return self.cleaned_data["dates"]

    def clean(self) -> dict[str, Any]:
        """A field is one column; both marks are different."""
        said = super().clean() or {}
        used: dict[str, int] = {}
        for place in range(len(self.header)):
            field = said.get(f"column-{place}")
            if field and field in used:
                first = self.header[used[field]]
                self.add_error(f"column-{place}", _("“%(column)s” is that already.") % {"column": first})
            elif field:
                used[field] = place
        if said.get("decimal") and said.get("thousands") == said["decimal"]:
            self.add_error("thousands", _("The decimal mark is the same."))
        return said

    def chosen(self) -> Choices:
        """What was chosen."""
        said = self.cleaned_data
        columns = {
            said[f"column-{place}"]: name
            for place, name in enumerate(self.header)
            if said.get(f"column-{place}")
        }
        return Choices(
            kind=said["kind"], columns=columns, read=self._seen["read"], dates=said["dates"] or ("YYYY-MM-DD",),
            decimal=said["decimal"], thousands=_ALL[said["thousands"]], signs=said["signs"], currency=said["currency"],
            credit_types=said["credit_types"], credit_marks=said["credit_marks"], reverse=said["reverse"],
            consumer_kinds=said["consumer_kinds"], countries=self._start.countries,
        )  # fmt: skip

    # --- for the page -----------------------------------------------------------------------------------------------

    def lines(self) -> list[dict[str, Any]]:
        """Each column of the file with some of its values, what it looks like, and the field to choose its meaning."""
        noticed, because = self._seen.get("noticed", {}), self._seen.get("because", {})
        rows = [row.cells for row in rows_of(dict(self._sample)) if not row.refusal]
        found = []
        for place, name in enumerate(self.header):
            texts = (str(row[place]).strip() for row in rows if place < len(row) and row[place] is not None)
            values = list(dict.fromkeys(text for text in texts if text))
            bound = self[f"column-{place}"]
            meaning = str(bound.value() or "")
            same = self._start.columns.get(meaning) == name
            found.append(
                {
                    "name": name,
                    "values": [value[:40] for value in values[:3]],
                    "looks": LOOKS.get((noticed.get(name) or {}).get("kind", ""), ""),
                    "field": bound,
                    "used": bool(meaning),
                    "because": BECAUSE.get(because.get(meaning, ""), "") if same else "",
                }
            )
        return found

    def written(self) -> list[Any]:
        """The fields about how values are written, those that are shown."""
        return [self[name] for name in self.fields if not name.startswith("column-") and name != "kind" and not self[name].is_hidden]  # fmt: skip

    def hidden(self) -> list[Any]:
        """Fields that are not shown now and keep what they hold."""
        return [one for one in self if one.is_hidden]

    def unsure(self, choices: Choices) -> list[str]:
        """What a person should look at twice, with an example."""
        told = []
        if "dates" in self._seen.get("unsure", ()) and choices.dates == self._start.dates:
            example = self._example(choices)
            if example:
                told.append(
                    _("Day and month could be the other way round: %(text)s is read as %(day)s.") % example
                )
        if "numbers" in self._seen.get("unsure", ()) and choices.decimal == self._start.decimal:
            mark = _("comma") if choices.decimal == "," else _("point")
            told.append(_("The decimal mark could be another one: %(mark)s is assumed.") % {"mark": mark})
        return told

    def _example(self, choices: Choices) -> dict[str, str]:
        for name in ("due", "issued", "paid_on", "ordered_on", "settled_on"):
            if name not in choices.columns:
                continue
            place = self.header.index(choices.columns[name])
            for row in rows_of(dict(self._sample)):
                try:
                    found = (
                        read_day(row.cells[place], Writing(dates=choices.dates)) if not row.refusal else None
                    )
                except Unreadable:
                    continue
                if found is not None:
                    return {"text": str(row.cells[place]), "day": shown_day(found)}
        return {}
