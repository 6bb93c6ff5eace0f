"""What was brought in: the history, one import, taking it back, the mappings of the company."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditdesk.desk.access.declared import Asked, may
from creditdesk.desk.access.roles import Right
from creditdesk.desk.casework.models import PolicyVersion
from creditdesk.desk.intake import limits, working
from creditdesk.desk.intake import mappings as kept
from creditdesk.desk.intake.models import SavedMapping, Upload, Work
from creditdesk.desk.ledger.dependence import taken_back
from creditdesk.desk.ledger.models import Confirmation, Import, Quarantined
from creditdesk.desk.screens.imports.finding import busy
from creditdesk.desk.screens.imports.listing import Imports, counted
from creditdesk.desk.screens.imports.saying import not_taken, reason
from creditdesk.desk.screens.imports.words import table_name
from creditdesk.desk.screens.views import keep_view
from creditdesk.sources.mapping_file import as_yaml, load_mapping, shipped, shipped_text

SHOWN = 25
"""Imports of a company that are named at once as resting on another one."""


@may(Right.SEE_IMPORTS)
def imports(request: Asked) -> HttpResponse:
    """The history; above it where files are dropped, and what is on its way."""
    scope = request.scope
    listing = Imports(request, Import.objects.filter(legal_entity=scope.company))
    if (file := listing.file()) is not None:
        return file
    told: dict[str, Any] = {"listing": listing, "largest": limits.largest() // limits.MEGABYTE}
    if scope.may(Right.IMPORT):
        told["open"] = Upload.objects.filter(company=scope.company).exclude(step=Upload.Step.DONE)[
            : limits.MOST_OPEN
        ]
    told["apart"] = Quarantined.objects.filter(legal_entity=scope.company, replaced_by=None).count()
    return render(request, "imports/list.html", told)


@may(Right.SEE_IMPORTS, own=True)
def keep(request: Asked) -> HttpResponse:
    """Save or forget a view."""
    return keep_view(request, Imports.name, request.scope.url("imports:list"))


def one(request: Asked, number: int) -> Import:
    """An import of this company. Raises Http404."""
    found = None
    if number < 2**63:
        found = (
            Import.objects.filter(legal_entity=request.scope.company, pk=number)
            .select_related("undoes")
            .first()
        )
    if found is None:
        raise Http404(f"no import {number}")
    return found


@may(Right.SEE_IMPORTS)
def page(request: Asked, number: int) -> HttpResponse:
    """What one import did, what still stands in quarantine, and what rests on it."""
    found = one(request, number)
    gone = taken_back(found.legal_entity)
    apart = Quarantined.objects.filter(legal_entity=found.legal_entity, brought_by=found, replaced_by=None)
    kinds = apart.order_by().values("table", "column", "code").annotate(count=Count("id")).order_by("-count")
    works = list(Work.objects.filter(company=found.legal_entity, number=found.pk).order_by("-id")[:1])
    work = works[0] if works else None
    under_way = work if work and work.state in (Work.State.WAITING, Work.State.WORKING) else None
    told = {
        "imported": found,
        "new": counted(found, "new", "back"), "replaced": counted(found, "replaced"), "same": counted(found, "same"),
        "gone": counted(found, "gone"),
        "tables": [
            {"name": table_name(name), "code": name, **counts} for name, counts in found.counts.items() if any(counts.values())
        ],
        "undone": found.pk in gone,
        "undone_by": Import.objects.filter(undoes=found).order_by("-id").first(),
        "apart": [
            {**row, "table_name": table_name(row["table"]) if row["table"] else "", "said": reason(row["code"])} for row in kinds[:20]
        ],
        "apart_count": apart.count(),
        "resting": Confirmation.objects.filter(of=found).exclude(by__in=gone).select_related("by").order_by("-by")[:SHOWN],
        "refused": not_taken(work.wrong) if work and work.state == Work.State.FAILED else "",
        "rests": work.wrong.get("later") if work and work.state == Work.State.FAILED else None,
        "retried": work.result if work and work.kind == Work.Kind.RETRY and work.state == Work.State.DONE else None,
        "no_policy": not PolicyVersion.objects.filter(company=found.legal_entity, approved_at__isnull=False).exists(),
    }  # fmt: skip
    if under_way is not None:
        told |= busy(request, under_way) | {"busy_url": request.scope.url("imports:work", number=number)}
    return render(request, "imports/import.html", told)


@may(Right.SEE_IMPORTS)
def progress(request: Asked, number: int) -> HttpResponse:
    """How far work on an import is; once it is done, the page loads itself again."""
    found = one(request, number)
    work = Work.objects.filter(company=found.legal_entity, number=found.pk).order_by("-id").first()
    if work is None or work.state not in (Work.State.WAITING, Work.State.WORKING):
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "imports/progress.html", busy(request, work) | {"busy_url": request.path})


@may(Right.IMPORT)
def undo(request: Asked, number: int) -> HttpResponse:
    """Take an import back, or put it in force again: the reason in a sheet; sent, the worker does it."""
    found = one(request, number)
    wrong = ""
    if request.method == "POST":
        why = request.POST.get("why", "").strip()[:500]
        if why:
            working.ask(
                Work.Kind.UNDO, company=found.legal_entity, number=found.pk, by=request.scope.name, now=request.scope.now,
                why=why,
            )  # fmt: skip
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = request.scope.url("imports:page", number=found.pk)
            return answer
        wrong = _("A reason is needed: it stands in the audit trail.")
    return render(
        request, "imports/undo.html", {"imported": found, "wrong": wrong, "again": found.kind == Import.Kind.UNDO},
        status=422 if wrong else 200,
    )  # fmt: skip


@require_POST
def _retry(request: Asked, number: int) -> HttpResponse:
    """Try all quarantined rows of an import again as they are."""
    found = one(request, number)
    working.ask(
        Work.Kind.RETRY, company=found.legal_entity, number=found.pk, by=request.scope.name, now=request.scope.now,
        why=_("tried again as they are"),
    )  # fmt: skip
    return HttpResponseRedirect(request.scope.url("imports:page", number=found.pk))


retry = may(Right.IMPORT)(_retry)


# --- mappings ---------------------------------------------------------------------------------------------------------


@may(Right.SEE_IMPORTS)
def mappings(request: Asked) -> HttpResponse:
    """The company's mappings, and those that come with the program."""
    saved = SavedMapping.objects.filter(company=request.scope.company)
    theirs = [{"name": name, "about": load_mapping(name).about} for name in shipped()]
    return render(request, "imports/mappings.html", {"saved": saved, "shipped": theirs})


def _as_file(name: str, document: str) -> HttpResponse:
    answer = HttpResponse(document, content_type="application/yaml; charset=utf-8")
    safe = "".join(one if one.isalnum() or one in "-_" else "-" for one in name) or "mapping"
    answer["Content-Disposition"] = f'attachment; filename="{safe}.yaml"'
    return answer


def _saved(request: Asked, pk: int) -> SavedMapping:
    found = SavedMapping.objects.filter(company=request.scope.company, pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404(f"no mapping {pk}")
    return found


@may(Right.SEE_IMPORTS)
def mapping(request: Asked, pk: int) -> HttpResponse:
    """A mapping as the file that `creditdesk import --map` takes."""
    found = _saved(request, pk)
    return _as_file(found.name, found.document)


@may(Right.SEE_IMPORTS)
def shipped_mapping(request: Asked, name: str) -> HttpResponse:
    """A mapping that comes with the program, to be copied."""
    del request
    if name not in shipped():
        raise Http404(f"no mapping {name!r}")
    return _as_file(name, shipped_text(name))


@may(Right.SEE_IMPORTS)
def mapping_of(request: Asked, number: int) -> HttpResponse:
    """The mapping by which an import was read."""
    import json

    found = one(request, number)
    if not found.mapping:
        raise Http404(f"import {number} was read without a mapping")
    return _as_file(f"import-{number}", as_yaml(json.loads(found.mapping)))


@require_POST
def _forget(request: Asked, pk: int) -> HttpResponse:
    """Delete a mapping."""
    found = _saved(request, pk)
    kept.forget(request.scope.company, found.name, by=request.scope.name, now=request.scope.now)
    messages.success(request, _("Mapping “%(name)s” was deleted.") % {"name": found.name})
    return HttpResponseRedirect(request.scope.url("imports:mappings"))


forget = may(Right.IMPORT)(_forget)
