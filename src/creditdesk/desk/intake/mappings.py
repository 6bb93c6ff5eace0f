"""Mappings of a company: saved under a name, found again by the columns of a file, and learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.intake.models import SavedMapping
from creditdesk.desk.ledger.models import Company
from creditdesk.sources.guessing.headers import plain
from creditdesk.sources.mapping_file import read_mapping

LEARNED_FROM = 50
"""Mappings, the latest ones, from which names of columns are learned."""


class NameTaken(ValueError):
    """A mapping of this company has that name, and it is not to be replaced."""


def learned(company: Company) -> dict[str, dict[str, str]]:
    """Per kind of list, per plain name of a column the field it was last chosen for in this company."""
    found: dict[str, dict[str, str]] = {}
    kept = SavedMapping.objects.filter(company=company).exclude(choices={}).order_by("-at")[:LEARNED_FROM]
    for one in reversed(kept):
        known = found.setdefault(one.choices["kind"], {})
        for field, column in one.choices["columns"].items():
            known[plain(column)] = field
    return found


def for_header(company: Company, header: Sequence[str]) -> SavedMapping | None:
    """The mapping that was saved for a file with the same columns, the latest one."""
    saved = SavedMapping.objects.filter(company=company).order_by("-at")
    return next((one for one in saved[:LEARNED_FROM] if one.header == list(header)), None)


def save(
    company: Company,
    name: str,
    document: str,
    choices: Mapping[str, Any],
    header: Sequence[str],
    *,
    by: str,
    now: datetime,
    replace: bool = False,
) -> SavedMapping:
    """Keep a mapping under a name.

    Raises:
        UnusableMapping: the document says what a mapping cannot say.
        NameTaken: there is one of that name, and `replace` is not said.
    """
    read_mapping(document.encode(), name)
    with transaction.atomic():
        there = SavedMapping.objects.filter(company=company, name=name).first()
        if there is not None and not replace and there.document != document:
            raise NameTaken(f"found mapping {name!r}; the way out: another name, or replace it")
        saved, _new = SavedMapping.objects.update_or_create(
            company=company,
            name=name,
            defaults={
                "document": document,
                "choices": dict(choices),
                "header": list(header),
                "by": by,
                "at": now,
            },
        )
        if there is None or there.document != document:
            was = None if there is None else {"document": there.document}
            note(company, by=by, at=now, what="mapping", ref=name, was=was, became={"document": document})
    return saved


def forget(company: Company, name: str, *, by: str, now: datetime) -> bool:
    """Delete a mapping. Gives whether there was one."""
    with transaction.atomic():
        there = SavedMapping.objects.filter(company=company, name=name).first()
        if there is None:
            return False
        there.delete()
        note(company, by=by, at=now, what="mapping", ref=name, was={"document": there.document}, became=None)
    return True
