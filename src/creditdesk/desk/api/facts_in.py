"""Facts in: batches of rows per table, or of several tables at once. A batch is one import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from creditdesk.desk.api import batch
from creditdesk.desk.api.bearer import Bearer, asker
from creditdesk.desk.api.body import parsed, take
from creditdesk.desk.api.models.token import Scope
from creditdesk.desk.api.paging import After, Limit, page, place
from creditdesk.desk.api.problem import Problem, not_found
from creditdesk.desk.api.repeating import DESCRIBED, once
from creditdesk.desk.api.replying import reply
from creditdesk.desk.api.shapes import title
from creditdesk.desk.ledger.dependence import taken_back
from creditdesk.desk.ledger.models import Import, Quarantined
from creditdesk.facts.column import Table

router = Router(tags=["facts"], auth=Bearer(Scope.FACTS_WRITE))

MOST_NUMBER = 2**63 - 1


class Counted(Schema):
    """What became of the rows of one table."""

    received: int
    new: int
    replaced: int
    same: int
    quarantined: int


class Mistake(Schema):
    """What is wrong with one value, or one row; `kept`: the row went in all the same."""

    pointer: str
    kept: bool
    code: str
    table: str
    column: str
    found: str
    reason: str
    allowed: str
    way_out: str


class Remark(Schema):
    """Something that was not read."""

    code: str
    pointer: str
    detail: str


class Pushed(Schema):
    """What a batch did. `import_number` is empty when nothing was new."""

    import_number: int | None
    tables: dict[str, Counted]
    problems: list[Mistake]
    problems_total: int
    warnings: list[Remark]


class ImportRow(Schema):
    """One import."""

    number: int
    at: datetime
    kind: Literal["folder", "file", "api", "desk", "undo"]
    source: str
    by: str
    counts: dict[str, dict[str, int]]
    quarantined: int
    undone: bool


class ImportPage(Schema):
    """Imports, oldest first."""

    items: list[ImportRow]
    next: str | None


class Apart(Schema):
    """A row that was set apart, and stands so until it is settled (`settled_by`)."""

    id: int
    table: str
    line: int | None
    column: str
    code: str
    found: str
    reason: str
    allowed: str
    way_out: str
    customer_id: str | None
    row: str
    settled_by: int | None


class ApartPage(Schema):
    """Rows that were set apart."""

    items: list[Apart]
    next: str | None


def _push(request: HttpRequest, read: Callable[[Any], tuple[batch.Rows, tuple[str, ...]]]) -> HttpResponse:
    token = asker(request)
    data = take(request, batch.MOST_BYTES)

    def work() -> HttpResponse:
        rows, base = read(parsed(data))
        return reply(batch.bring_in(token.company, rows, base, by=token.by))

    return once(request, data, work)


def _of_one(table: Table, content: Any) -> tuple[batch.Rows, tuple[str, ...]]:
    rows = content.get("rows") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise Problem(
            "invalid_request", 'The body is {"rows": [...]}.', errors=[{"pointer": "/rows", "detail": "a list of rows"}]
        )  # fmt: skip
    return {table.name: rows}, ("rows",)


def _of_several(content: Any) -> tuple[batch.Rows, tuple[str, ...]]:
    tables = content.get("tables") if isinstance(content, dict) else None
    if not isinstance(tables, dict):
        raise Problem(
            "invalid_request", 'The body is {"tables": {"invoice": [...]}}.',
            errors=[{"pointer": "/tables", "detail": "an object of tables"}],
        )  # fmt: skip
    wrong = [
        {"pointer": f"/tables/{name}", "detail": "a list of rows"} if name in batch.PUSHED
        else {"pointer": f"/tables/{name}", "detail": f"allowed: {', '.join(batch.PUSHED)}"}
        for name, rows in tables.items()
        if name not in batch.PUSHED or not isinstance(rows, list)
    ]  # fmt: skip
    if wrong:
        raise Problem("invalid_request", "Some tables cannot be pushed.", errors=wrong[:100])
    return tables, ()


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        **DESCRIBED,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
    }


def _rows_of(table: Table) -> dict[str, Any]:
    return {
        "type": "array",
        "maxItems": batch.MOST_ROWS,
        "items": {"$ref": f"#/components/schemas/{title(table)}"},
    }


@router.post(
    "/facts",
    response={200: Pushed},
    operation_id="push_facts",
    summary="Push rows of several tables as one batch",
    openapi_extra=_body(
        {
            "type": "object",
            "required": ["tables"],
            "properties": {
                "tables": {
                    "type": "object",
                    "properties": {name: _rows_of(table) for name, table in batch.PUSHED.items()},
                    "additionalProperties": False,
                }
            },
        }
    ),
)
def push_facts(request: HttpRequest) -> HttpResponse:
    """Rows are told apart by their key: an equal one is no news, another one replaces what held. All or nothing of the good rows.

    Rows that break the contract are set apart and told with their place; the others go in.
    """
    return _push(request, _of_several)


def _add_table(table: Table) -> None:
    @router.post(
        f"/facts/{table.name}",
        response={200: Pushed},
        operation_id=f"push_{table.name}",
        summary=f"Push rows of {table.name}",
        description=f"{table.meaning} Key: {', '.join(table.key) or 'none: equal rows are one'}.",
        openapi_extra=_body(
            {"type": "object", "required": ["rows"], "properties": {"rows": _rows_of(table)}}
        ),
    )
    def push(request: HttpRequest) -> HttpResponse:
        return _push(request, lambda content: _of_one(table, content))

    del push  # the router has it


for _table in batch.PUSHED.values():
    _add_table(_table)


@router.get("/imports", response={200: ImportPage}, operation_id="list_imports", summary="List imports")
def list_imports(request: HttpRequest, after: After | None = None, limit: Limit = 200) -> HttpResponse:
    """Everything that was brought into the ledger, in the order in which it became known."""
    company = asker(request).company
    start = place(after, int)
    rows = Import.objects.filter(legal_entity=company)
    if start:
        rows = rows.filter(pk__gt=start[0])
    gone = taken_back(company)
    shown = [_import(one, one.pk in gone) for one in rows.order_by("pk")[: limit + 1]]
    return reply(page(shown, limit, lambda row: [row["number"]]))


@router.get(
    "/imports/{number}", response={200: ImportRow}, operation_id="read_import", summary="Read one import"
)
def read_import(request: HttpRequest, number: int) -> HttpResponse:
    """What it brought, and how many rows were set apart."""
    company = asker(request).company
    return reply(_import(_one(company, number), number in taken_back(company)))


@router.get(
    "/imports/{number}/quarantined",
    response={200: ApartPage},
    operation_id="list_quarantined",
    summary="List the rows of an import that were set apart",
)
def list_quarantined(
    request: HttpRequest, number: int, after: After | None = None, limit: Limit = 200
) -> HttpResponse:
    """Each with what was found, what is allowed and the way out; one line per mistake."""
    found = _one(asker(request).company, number)
    start = place(after, int)
    rows = Quarantined.objects.filter(legal_entity=found.legal_entity, brought_by=found)
    if start:
        rows = rows.filter(pk__gt=start[0])
    shown = [
        {
            "id": one.pk, "table": one.table, "line": one.line, "column": one.column, "code": one.code,
            "found": one.found, "reason": one.reason, "allowed": one.allowed, "way_out": one.remedy,
            "customer_id": one.customer_id, "row": one.row, "settled_by": one.replaced_by_id,
        }
        for one in rows.order_by("pk")[: limit + 1]
    ]  # fmt: skip
    return reply(page(shown, limit, lambda row: [row["id"]]))


def _one(company: Any, number: int) -> Import:
    found = None
    if 0 < number <= MOST_NUMBER:
        found = Import.objects.filter(legal_entity=company, pk=number).first()
    if found is None:
        raise not_found("import")
    return found


def _import(one: Import, undone: bool) -> dict[str, Any]:
    return {
        "number": one.pk, "at": one.made_at, "kind": one.kind, "source": one.source, "by": one.by,
        "counts": one.counts, "quarantined": one.quarantined, "undone": undone,
    }  # fmt: skip
