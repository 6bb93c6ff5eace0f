"""Choosing what the columns of an upload mean: in a form, as text, by a mapping that was kept; and how the file is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.intake import looking, mappings, trying, working
from creditdesk.desk.intake.models import SavedMapping, Upload, Work
from creditdesk.desk.intake.previewing import preview
from creditdesk.desk.screens.imports.columns_form import DATES, ColumnsForm
from creditdesk.desk.screens.imports.finding import one, to_page
from creditdesk.desk.screens.imports.words import FIELDS
from creditdesk.sources.guessing.lists import LISTS, Choices
from creditdesk.sources.guessing.proposing import propose
from creditdesk.sources.guessing.sampling import Sample, rows_of
from creditdesk.sources.mapping_file import UnusableMapping, read_mapping, shipped, shipped_text

Step = Upload.Step
ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "utf-16", "cp850", "cp437", "mac-roman")
DELIMITERS = (
    (";", gettext_lazy("semicolon")),
    (",", gettext_lazy("comma")),
    ("tab", gettext_lazy("tab")),
    ("|", "|"),
)


class ReadForm(forms.Form):
    """How the file is read, where the guess is wrong."""

    encoding = forms.ChoiceField(label=gettext_lazy("Characters"), required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Between values"), choices=DELIMITERS, required=False)
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    header_line = forms.IntegerField(
        label=gettext_lazy("Names stand on line"), min_value=1, max_value=1_000, required=False
    )

    def __init__(self, seen: dict[str, Any], data: Any = None) -> None:
        read = seen.get("read", {})
        super().__init__(data, initial=read)
        for name in [name for name in self.fields if name not in read]:
            del self.fields[name]
        if "encoding" in self.fields:
            known = dict.fromkeys((read["encoding"], *ENCODINGS))
            self.fields["encoding"].choices = [(code, code) for code in known]
        if "sheet" in self.fields:
            self.fields["sheet"].choices = [(name, name) for name in seen.get("sheets", ())]


class TextForm(forms.Form):
    """The mapping as text."""

    document = forms.CharField(
        label=gettext_lazy("The mapping as text"), strip=False, max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
    )  # fmt: skip


def columns_page(request: Asked, upload: Upload, form: ColumnsForm | None = None) -> dict[str, Any]:
    """The page on which columns are chosen."""
    sample = trying.read_sample(upload)
    told: dict[str, Any] = {
        "read_form": ReadForm(upload.seen),
        "saved": SavedMapping.objects.filter(company=request.scope.company).only("pk", "name"),
        "shipped": upload.seen.get("shipped", ()),
        "patterns": DATES,
        "top": upload.seen.get("top", ()),
        "sample": sample,
    }
    if upload.choices:
        choices = Choices.of(upload.choices)
        form = form or ColumnsForm(upload.seen, sample, choices)
        return told | {"form": form} | _preview(upload, sample, form, choices)
    shown = preview(upload.document, upload.saved_as or "mapping", sample, looking.file_of(upload))
    return told | {
        "text_form": TextForm({"document": upload.document}),
        "shown": shown,
        "complete": not shown.errors,
    }


def _preview(upload: Upload, sample: dict[str, Any], form: ColumnsForm, choices: Choices) -> dict[str, Any]:
    """What the choices miss, or what they would make of the first rows."""
    missing = [[FIELDS[name] for name in group] for group in LISTS[choices.kind].missing(choices)]
    if missing:
        return {"missing": missing, "shown": None, "complete": False}
    document = looking.document_of(choices)
    shown = preview(document, upload.name, sample)
    return {
        "missing": [],
        "shown": shown,
        "unsure": form.unsure(choices),
        "document": document,
        "complete": not shown.errors,
    }


@require_POST
def _choose(request: Asked, token: str) -> HttpResponse:
    """Columns were chosen: show what they make of the first rows, or go on to the check."""
    found = _still_choosing(request, token)
    sample = trying.read_sample(found)
    start = Choices.of(found.choices) if found.choices else Choices(next(iter(LISTS)))
    wanted = request.POST.get("kind", start.kind)
    if wanted in LISTS and wanted != start.kind:
        start = _anew(request, sample, wanted)
        form = ColumnsForm(found.seen, sample, start)
        looking.choose(found, start)
        found.save()
        return render(
            request, "imports/choosing.html", {"upload": found} | columns_page(request, found, form)
        )
    form = ColumnsForm(found.seen, sample, start, request.POST)
    valid = form.is_valid()
    if valid:
        looking.choose(found, form.chosen())
        found.touched_at = request.scope.now
        found.save()
    told = {"upload": found, "typed": request.POST.get("save_as", "")[:100]} | columns_page(
        request, found, form
    )
    if not valid:
        return render(
            request, "imports/choosing.html", told | {"shown": None, "complete": False, "missing": []}
        )
    if request.POST.get("do") == "check" and told["complete"]:
        name = request.POST.get("save_as", "").strip()[:100]
        if name and not _save(request, found, name):
            return to_page(request, found)
        return _check(request, found)
    return render(request, "imports/choosing.html", told)


columns = may(Right.IMPORT)(_choose)


def _anew(request: Asked, sample: dict[str, Any], kind: str) -> Choices:
    """What is proposed for another kind of list, from the rows that were kept."""
    rows = rows_of(sample)
    good = [row.cells for row in rows if not row.refusal]
    values = tuple(zip(*good, strict=True)) if good else tuple(() for _name in sample["header"])
    kept = Sample(sample["read"], tuple(sample["header"]), tuple(rows), values)
    company = request.scope.company
    return propose(kept, mappings.learned(company), looking.currency_of(company), kind).choices


def _still_choosing(request: Asked, token: str) -> Upload:
    found = one(request, token)
    if found.step != Step.MAPPING:
        raise Http404("its columns are not being chosen now")
    return found


def _save(request: Asked, upload: Upload, name: str) -> bool:
    """Keep the mapping under a name; tells why it cannot be."""
    try:
        mappings.save(
            request.scope.company, name, upload.document, upload.choices, upload.seen.get("header", ()), by=request.scope.name,
            now=request.scope.now, replace=request.POST.get("replace") == "on" or upload.saved_as == name,
        )  # fmt: skip
    except mappings.NameTaken:
        messages.error(request, _("There is a mapping “%(name)s” already. Choose another name, or say that it is replaced.") % {"name": name})  # fmt: skip
        return False
    Upload.objects.filter(pk=upload.pk).update(saved_as=name)
    return True


def _check(request: Asked, upload: Upload) -> HttpResponse:
    Upload.objects.filter(pk=upload.pk).update(step=Step.CHECKING, touched_at=request.scope.now)
    working.ask(Work.Kind.CHECK, upload=upload, by=request.scope.name, now=request.scope.now)
    return to_page(request, upload)


@require_POST
def _read(request: Asked, token: str) -> HttpResponse:
    """The file is read in another way."""
    found = _still_choosing(request, token)
    form = ReadForm(found.seen, request.POST)
    if not form.is_valid():
        messages.error(request, _("The file cannot be read like that."))
        return to_page(request, found)
    said = {name: value for name, value in form.cleaned_data.items() if value not in ("", None)}
    changed = [name for name, value in said.items() if value != found.seen["read"].get(name)]
    if {"encoding", "delimiter", "sheet"} & set(changed) and "header_line" not in changed:
        said.pop("header_line", None)  # it is looked for anew
    Upload.objects.filter(pk=found.pk).update(step=Step.READING, touched_at=request.scope.now)
    working.ask(Work.Kind.READ, upload=found, by=request.scope.name, now=request.scope.now, **said)
    return to_page(request, found)


read_again = may(Right.IMPORT)(_read)


@require_POST
def _text(request: Asked, token: str) -> HttpResponse:
    """The mapping was written as text: take it over, and show or check it."""
    found = _still_choosing(request, token)
    document = request.POST.get("document", "")[:100_000].replace("\r\n", "\n")
    if request.POST.get("do") == "form":
        Upload.objects.filter(pk=found.pk).update(step=Step.READING, document="", saved_as="")
        working.ask(Work.Kind.READ, upload=found, by=request.scope.name, now=request.scope.now, anew=True)
        return to_page(request, found)
    found.document, found.choices, found.touched_at = document, {}, request.scope.now
    found.save()
    if request.POST.get("do") == "check":
        try:
            read_mapping(document.encode(), found.saved_as or "mapping")
        except UnusableMapping:
            return to_page(request, found)
        name = request.POST.get("save_as", "").strip()[:100]
        if name and not _save(request, found, name):
            return to_page(request, found)
        return _check(request, found)
    return to_page(request, found)


text = may(Right.IMPORT)(_text)


@require_POST
def _use(request: Asked, token: str) -> HttpResponse:
    """Take a saved or shipped mapping."""
    found = _still_choosing(request, token)
    kind, _colon, name = request.POST.get("mapping", "").partition(":")
    if kind == "saved" and name.isdecimal():
        saved = SavedMapping.objects.filter(company=request.scope.company, pk=int(name)).first()
        if saved is None:
            raise Http404(f"no mapping {name}")
        fits = saved.choices and set(saved.choices["columns"].values()) <= set(found.seen.get("header", ()))
        found.document, found.saved_as = saved.document, saved.name
        found.choices = {**saved.choices, "read": found.seen["read"]} if fits else {}
    elif kind == "shipped" and name in shipped():
        found.document, found.choices, found.saved_as = shipped_text(name), {}, name
    elif kind == "text":
        if not found.document:
            found.document = looking.document_of(Choices.of(found.choices), whole=False)
        found.choices = {}
    else:
        raise Http404(f"no mapping {name!r}")
    found.touched_at = request.scope.now
    found.save()
    return to_page(request, found)


use = may(Right.IMPORT)(_use)
