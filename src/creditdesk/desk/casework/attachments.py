"""Attaching files to a customer: which are taken, how they are kept, and how one is taken away again.

A file is judged by its ending *and* by how it begins, since a name says what somebody wishes. It is kept in the database, so that a backup,
the borders between companies and an audit hold for it as for everything else.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from creditdesk.desk.casework.audit import ReasonMissing, note
from creditdesk.desk.casework.models import Attachment
from creditdesk.desk.ledger.models import Company

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
MOST = 200
"""Files of one customer that are there at a time."""

_ZIP = (b"PK\x03\x04",)
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "msg": ("application/vnd.ms-outlook", (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
    "eml": ("message/rfc822", ()),
    "txt": ("text/plain", ()),
}
"""Endings that are taken: what is told to a browser, and how such a file begins; of a text without a beginning, that it is text."""


class NotAttachable(ValueError):
    """The file is not taken.

    Attributes:
        code: why: `empty`, `too_large`, `kind`, `content`, `too_many`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def attach(
    company: Company, customer: str, name: str, content: bytes, *, about: str = "", by: str, now: datetime
) -> Attachment:
    """Keep a file with a customer. The same file twice is kept once, and given back.

    Args:
        name: without folders (`intake.receiving.safe_name`).

    Raises:
        NotAttachable: it is empty, too large, of a kind that is not taken or says it is, or there are too many.
    """
    kind = name.rpartition(".")[2].lower()
    _check(kind, content)
    digest = hashlib.sha256(content).hexdigest()
    there = Attachment.objects.filter(company=company, customer=customer, removed_at=None).defer("content")
    with transaction.atomic():
        if (same := there.filter(digest=digest).first()) is not None:
            return same
        if there.count() >= MOST:
            raise NotAttachable("too_many")
        made = Attachment.objects.create(
            company=company, customer=customer, name=name[:200], kind=kind, about=about.strip()[:200],
            size=len(content), digest=digest, content=content, by=by, at=now,
        )  # fmt: skip
        note(
            company, by=by, at=now, what="attachment", ref=str(made.pk), customer=customer,
            became={"name": made.name, "about": made.about, "size": made.size, "digest": digest},
        )  # fmt: skip
    return made


def remove(attachment: Attachment, *, by: str, why: str, now: datetime) -> bool:
    """Take a file away: its content goes for good, its name and fingerprint stay. Gives whether it was there.

    Raises:
        ReasonMissing: no reason is given.
    """
    if not why.strip():
        raise ReasonMissing("taking a document away needs a reason")
    with transaction.atomic():
        there = Attachment.objects.filter(pk=attachment.pk, removed_at=None)
        if not there.update(content=b"", removed_by=by, removed_at=now):
            return False
        note(
            attachment.company, by=by, at=now, what="attachment", ref=str(attachment.pk), customer=attachment.customer,
            was={"name": attachment.name, "digest": attachment.digest}, why=why,
        )  # fmt: skip
    return True


def _check(kind: str, content: bytes) -> None:
    if not content:
        raise NotAttachable("empty")
    if len(content) > LARGEST:
        raise NotAttachable("too_large")
    if kind not in KINDS:
        raise NotAttachable("kind")
    _told, beginnings = KINDS[kind]
    fits = content.startswith(beginnings) if beginnings else b"\x00" not in content
    if not fits:
        raise NotAttachable("content")
