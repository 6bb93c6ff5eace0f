"""Rows that were set apart: the list, repairing one in a form, several alike at once, trying them again, leaving them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework.audit import note
from creditdesk.desk.intake.trying import decide_anew
from creditdesk.desk.ledger.models import Import, Quarantined
from creditdesk.desk.ledger.repairing import Apart, Repaired, leave_out, repair, whole_rows
from creditdesk.desk.screens.formats import number
from creditdesk.desk.screens.imports.listing import Quarantine, QuarantineFilters
from creditdesk.desk.screens.imports.saying import place, reason, rows_told, way
from creditdesk.desk.screens.imports.words import column_name, table_name
from creditdesk.desk.screens.views import keep_view
from creditdesk.facts.schema import TABLES

MOST = 500
"""Rows that are repaired or left out at once, while a person waits."""


def standing(request: Asked) -> Any:
    """What stands in quarantine of this company."""
    return Quarantined.objects.filter(legal_entity=request.scope.company, replaced_by=None)


@may(Right.SEE_IMPORTS)
def rows(request: Asked) -> HttpResponse:
    """The list."""
    listing = Quarantine(request, standing(request))
    acts = list(ACTS.items()) if request.scope.may(Right.IMPORT) else []
    return listing.file() or render(request, "imports/quarantine.html", {"listing": listing, "acts": acts})


@may(Right.SEE_IMPORTS, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view."""
    return keep_view(request, Quarantine.name, request.scope.url("imports:quarantine"))


class RowForm(forms.Form):
    """A row with all its values; those that are wrong come first."""

    title = gettext_lazy("Repair a row")
    submit = gettext_lazy("Check and bring in")

    why = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)

    def __init__(self, apart: Apart, data: Any = None) -> None:
        super().__init__(data)
        self.apart = apart
        wrong: dict[str, list[Quarantined]] = {}
        for one in apart.mistakes:
            wrong.setdefault(one.column, []).append(one)
        values = apart.values or {}
        self.wrong = [name for name in values if name in wrong]
        names = [*self.wrong, *(name for name in values if name not in wrong)]
        for place_, name in enumerate(names):
            said = [
                f"{reason(one.code).capitalize()}. {way(one.code, one.allowed)}"
                for one in wrong.get(name, ())
            ]
            self.fields[self.field(name)] = forms.CharField(
                label=name if apart.foreign else column_name(name), required=False, strip=False,
                initial="" if values[name] is None else values[name], help_text="", max_length=10_000,
                widget=forms.TextInput(attrs={"autocomplete": "off", **({"autofocus": ""} if not place_ else {})}),
            )  # fmt: skip
            self.fields[self.field(name)].told = said
            self.fields[self.field(name)].needed = True  # what the table needs, the check says
        self.order_fields([*(self.field(name) for name in names), "why"])
        self._names = names

    def field(self, name: str) -> str:
        """The name of a value's field: columns of a file are called anything."""
        return f"value-{list(self.apart.values or {}).index(name)}"

    def changes(self) -> dict[str, str]:
        """What stands there otherwise now."""
        said = {name: self.cleaned_data[self.field(name)] for name in self._names}
        before = self.apart.values or {}
        changed = {name: value for name, value in said.items() if value != _shown(before[name])}
        return said if self.apart.guessed else changed

    def says(self, done: Repaired) -> None:
        """Put what is still wrong at the fields."""
        values = self.apart.values or {}
        for one in done.wrong:
            said = f"{reason(one.code).capitalize()}. {way(one.code, one.allowed)}".strip()
            self.add_error(self.field(one.column) if one.column in values else None, said)

    def first_fields(self) -> list[Any]:
        """The fields that are wrong."""
        return [self[self.field(name)] for name in self.wrong]

    def other_fields(self) -> list[Any]:
        """All others."""
        return [self[self.field(name)] for name in self._names if name not in self.wrong]


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


@may(Right.SEE_IMPORTS, Right.IMPORT)
def row(request: Asked, pk: int) -> HttpResponse:
    """One row in the sheet: what is wrong with it, and its values to be corrected."""
    if request.method == "POST":
        request.scope.need(Right.IMPORT)
    found = whole_rows(request.scope.company, [pk])
    if not found:
        raise Http404(f"no row {pk} stands in quarantine")
    apart = found[0]
    form = RowForm(apart, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = _repair(request, [apart], {apart.first.pk: form.changes()}, form.cleaned_data["why"])
        if done.imported is not None:
            messages.success(
                request, _("The row is in the ledger, as import %(number)s.") % {"number": done.imported.pk}
            )
            return _back()
        form.says(done)
    told = {
        "form": form, "apart": apart, "mistakes": [_mistake(one) for one in apart.mistakes],
        "table": table_name(apart.first.table) if apart.first.table else "",
        "where": place(apart.first.file, apart.first.line, "", foreign=True),
    }  # fmt: skip
    return render(request, "imports/row.html", told, status=422 if request.method == "POST" else 200)


def _mistake(one: Quarantined) -> dict[str, str]:
    column = one.column if not one.table else column_name(one.column)
    return {
        "column": column if one.column else "",
        "found": one.found,
        "reason": reason(one.code),
        "way": way(one.code, one.allowed),
    }


def _back() -> HttpResponse:
    """Back to where the sheet was opened, as things stand now."""
    answer = HttpResponse(status=204)
    answer["HX-Refresh"] = "true"
    return answer


def _repair(request: Asked, found: Sequence[Apart], changes: dict[int, dict[str, str]], why: str) -> Repaired:
    """Repair rows, with an entry in the audit trail, and have their customers decided anew."""
    scope = request.scope

    def end(imported: Import) -> None:
        note(
            scope.company, by=scope.name, at=scope.now, what="quarantine", ref=str(found[0].first.brought_by_id), why=why,
            was={"rows": [{name: _shown((one.values or {}).get(name)) for name in changes.get(one.first.pk, {})} for one in found[:20]]},
            became={"import": imported.pk, "rows": [changes.get(one.first.pk, {}) for one in found[:20]]},
        )  # fmt: skip
        decide_anew(imported, scope.now)

    return repair(
        scope.company, found, changes, by=scope.name, why=why or _("repaired"), at=scope.now, beside=end
    )


class Act(forms.Form):
    """Something done to many rows at once."""

    title: Any = ""
    submit: Any = gettext_lazy("Do it")
    icon = "pencil"
    do_not_call_in_templates = True

    row = forms.CharField(widget=forms.MultipleHiddenInput, required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False)
    everybody = forms.BooleanField(
        required=False, label=gettext_lazy("All that pass the filters, not those ticked alone")
    )

    field_order: tuple[str, ...] = ("everybody",)

    def __init__(self, request: Asked, found: Sequence[Apart], data: Any, start: dict[str, Any]) -> None:
        self.request, self.found = request, found
        super().__init__(data, initial=start)
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices."""

    def do(self) -> str:
        """Do it. Gives what is told."""
        raise NotImplementedError


class Alike(Act):
    """The same value in the same column of several rows."""

    title = gettext_lazy("Correct several alike")
    submit = gettext_lazy("Check and bring in")
    icon = "wrench"
    column = forms.ChoiceField(label=gettext_lazy("Column"))
    found_value = forms.ChoiceField(label=gettext_lazy("Where it says"), required=False)
    value = forms.CharField(label=gettext_lazy("It is"), max_length=1_000, required=False)
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)

    field_order = ("everybody", "column", "found_value", "value", "why")

    def prepare(self) -> None:
        """The columns that are wrong, and what was found there."""
        wrong = {
            one.column: one.column if not one.table else column_name(one.column)
            for row in self.found
            for one in row.mistakes
            if one.column
        }
        values = dict.fromkeys(one.found for row in self.found for one in row.mistakes if one.found)
        self.fields["column"].choices = list(wrong.items())
        every = [("", _("whatever it says")), *((value[:300], value[:60]) for value in list(values)[:50])]
        self.fields["found_value"].choices = every

    def do(self) -> str:
        """Repair them."""
        said = self.cleaned_data
        meant = [row for row in self.found if self._is_meant(row)]
        changes = {row.first.pk: {said["column"]: said["value"]} for row in meant}
        done = _repair(self.request, meant, changes, said["why"])
        return _told(done, len(meant))

    def _is_meant(self, row: Apart) -> bool:
        wanted = self.cleaned_data["found_value"]
        return any(
            one.column == self.cleaned_data["column"] and (not wanted or one.found[:300] == wanted)
            for one in row.mistakes
        )


class Again(Act):
    """Try rows again as they are."""

    title = gettext_lazy("Try again")
    icon = "rotate-cw"
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False, help_text=gettext_lazy(
        "What a row names may have come since. Rows that are still wrong stay where they are."
    ))  # fmt: skip

    def do(self) -> str:
        """Try them."""
        return _told(_repair(self.request, self.found, {}, self.cleaned_data["why"]), len(self.found))


class LeaveOut(Act):
    """Leave rows out for good."""

    title = gettext_lazy("Leave out")
    icon = "circle-off"
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy(
        "These rows stay out of the ledger, and hold their customers no longer. Undoing the import that this becomes brings them back here."
    ))  # fmt: skip

    def do(self) -> str:
        """Settle them."""
        scope, why = self.request.scope, self.cleaned_data["why"]

        def end(imported: Import) -> None:
            note(
                scope.company, by=scope.name, at=scope.now, what="quarantine", ref=str(self.found[0].first.brought_by_id),
                why=why, was={"rows": [row.first.row[:500] for row in self.found[:20]]},
                became={"import": imported.pk, "left out": len(self.found)},
            )  # fmt: skip

        leave_out(scope.company, self.found, by=scope.name, why=why, at=scope.now, beside=end)
        return ngettext("%(n)s row is left out.", "%(n)s rows are left out.", len(self.found)) % {
            "n": number(len(self.found))
        }


def _told(done: Repaired, tried: int) -> str:
    good = len(done.good)
    if not good:
        return _("None of %(rows)s is good yet: they stay in quarantine.") % {"rows": rows_told(tried)}
    said = ngettext("%(n)s row is in the ledger.", "%(n)s rows are in the ledger.", good) % {
        "n": number(good)
    }
    if good < tried:
        rest = ngettext("%(n)s is still wrong.", "%(n)s are still wrong.", tried - good) % {
            "n": number(tried - good)
        }
        return f"{said} {rest}"
    return said


ACTS: dict[str, type[Act]] = {"alike": Alike, "again": Again, "out": LeaveOut}


@may(Right.IMPORT)
def bulk(request: Asked, act: str) -> HttpResponse:
    """An act on the ticked rows, or on all that pass the filters: its form in the sheet; sent, it is done."""
    if act not in ACTS:
        raise Http404(f"no act {act!r}")
    sent = request.method == "POST"
    given = request.POST if sent else request.GET
    found = whole_rows(request.scope.company, _chosen(request, given, sent))
    start = {"row": given.getlist("row"), "query": given.get("query", "")}
    form = ACTS[act](request, found, given if sent else None, start)
    if sent and form.is_valid():
        if 0 < len(found) <= MOST:
            messages.info(request, form.do())
            return _back()
        form.add_error(None, _("Choose between one and %(most)s rows.") % {"most": number(MOST)})
    return render(
        request, "desk/sheet_form.html", {"form": form, "action": request.path}, status=422 if sent else 200
    )


def _chosen(request: Asked, given: Any, sent: bool) -> list[int]:
    """The numbers of the lines that are meant."""
    rows = standing(request)
    if sent and given.get("everybody"):
        from django.http import QueryDict

        asked: Any = request
        asked.GET = QueryDict(given.get("query", ""))
        passing = QuarantineFilters(asked.GET, queryset=rows, request=asked)
        return (
            list(passing.qs.order_by("id").values_list("pk", flat=True)[: 4 * MOST])
            if passing.is_valid()
            else []
        )
    ticked = [int(one) for one in given.getlist("row")[: MOST + 1] if one.isdecimal() and len(one) < 18]
    return list(rows.filter(pk__in=ticked).values_list("pk", flat=True))


__all__ = ["TABLES", "bulk", "keep", "row", "rows"]
