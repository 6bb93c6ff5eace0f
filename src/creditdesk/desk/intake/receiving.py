"""Receives files into the data folder, straight from the request: at no time is one held in memory or trusted in its name."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from creditdesk.desk import place
from creditdesk.desk.intake import limits
from creditdesk.desk.intake.models import Upload, Work
from creditdesk.desk.intake.wrong import NotTaken
from creditdesk.desk.ledger.models import Company

FILES = "files"
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


def folder() -> Path:
    """Where files lie that were brought and are not in the ledger yet."""
    return place.home() / "uploads"


def folder_of(upload: Upload) -> Path:
    """The folder of one upload; its token is made here and is no text of a person."""
    return folder() / upload.token


def safe_name(said: str) -> str:
    """A name of a file that names no other place: without folders, control characters, or a dot in front."""
    name = unicodedata.normalize("NFC", said).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(one for one in name if unicodedata.category(one)[0] != "C")
    name = _FORBIDDEN.sub("_", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 10:
        return name[: limits.LONGEST_NAME] or "file"
    return f"{stem[: limits.LONGEST_NAME - len(suffix) - 1].strip(' .') or 'file'}.{suffix}"


@dataclass(frozen=True)
class Received:
    """One file that was received, under a name that is safe."""

    name: str
    path: Path
    size: int


class _OnDisk(UploadedFile):
    """A file of a request that lies in the data folder."""

    def __init__(self, received: Received, content_type: str) -> None:
        super().__init__(None, received.name, content_type, received.size)
        self.received = received

    def close(self) -> None:
        """It is closed already."""


class ToDisk(FileUploadHandler):
    """Writes each file of a request into a folder of its own, and stops when it is too much."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.place = folder() / f".{uuid4().hex}"
        self.wrong: NotTaken | None = None
        self._bytes = 0
        self._count = 0
        self._file: Any = None
        self._path = self.place

    def new_file(self, *words: Any, **named: Any) -> None:
        """Begin a file."""
        super().new_file(*words, **named)
        self._count += 1
        if self._count > limits.MOST_FILES:
            self._stop(NotTaken("too_many_files", "too many files at once", most=limits.MOST_FILES))
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = self.place / f"{self._count:04}"
        self._file = self._path.open("wb")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        """Write a part of the file."""
        self._bytes += len(raw_data)
        if self._bytes > limits.largest():
            self._stop(too_large())
        try:
            self._file.write(raw_data)
        except OSError:
            self._stop(NotTaken("disk_full", "there is no room on the disk"))

    def file_complete(self, _size: int) -> UploadedFile:
        """End the file."""
        self._file.close()
        received = Received(safe_name(self.file_name or ""), self._path, self._path.stat().st_size)
        return _OnDisk(received, self.content_type or "")

    def upload_interrupted(self) -> None:
        """Leave nothing behind."""
        self.discard()

    def discard(self) -> None:
        """Remove what was received and nobody took."""
        if self._file is not None:
            self._file.close()
        shutil.rmtree(self.place, ignore_errors=True)

    def _stop(self, wrong: NotTaken) -> None:
        """Take no more; the rest of the request is read and thrown away, so that the browser hears why."""
        self.wrong = wrong
        self.discard()
        raise StopUpload(connection_reset=False)


def too_large() -> NotTaken:
    """More than may be brought at once."""
    most = limits.largest() // limits.MEGABYTE
    return NotTaken("too_large", f"more than {most} MB at once", most=most)


View = Callable[..., HttpResponse]


def to_disk(view: View) -> View:
    """Declare a view whose files go to the disk, below the declaration of who may: nothing is read of a request that may not.

    The view finds them in `request.received`, or in `request.not_taken` why they were not taken.
    """
    checked = csrf_protect(view)  # reads the form, and with it the files: the handler stands by then

    @wraps(view)
    def receiving(request: Any, *words: Any, **parts: Any) -> HttpResponse:
        handler = ToDisk(request)
        handler.wrong = _refusal(request) if request.method == "POST" else None
        request.upload_handlers = [_Nothing(request) if handler.wrong else handler]
        try:
            files = request.FILES.getlist(FILES)
            request.received = [one.received for one in files if isinstance(one, _OnDisk)]
            request.not_taken = handler.wrong
            return checked(request, *words, **parts)
        finally:
            handler.discard()

    return receiving


def _refusal(request: Any) -> NotTaken | None:
    """Why a request is not received at all, as far as its head tells."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    length = int(said) if said.isdecimal() else 0
    if length > limits.largest() + limits.MEGABYTE:
        return too_large()
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(folder()).free
    if free < length + limits.LEFT_FREE:
        return NotTaken("disk_full", f"{free} bytes are free")
    return None


class _Nothing(FileUploadHandler):
    """Throws files away, so that the browser hears why; who sends without end is cut off."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._bytes = 0

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        """Away."""
        self._bytes += len(raw_data)
        if self._bytes > 4 * limits.largest():
            raise StopUpload(connection_reset=True)

    def file_complete(self, _size: int) -> None:
        """No file."""


exempt = csrf_exempt
"""The outermost declaration of a view under `to_disk`, which checks the form itself once the files can go to the disk."""


def take(company: Company, received: Sequence[Received], *, by: str, now: datetime) -> Upload:
    """Keep files that were received as one upload, and ask the worker to look at them.

    Raises:
        NotTaken: there are none, one is empty, or too many uploads of the company wait.
    """
    if not received:
        raise NotTaken("no_file", "no file was chosen")
    for one in received:
        if not one.size:
            raise NotTaken("empty_file", f"{one.name} is empty", name=one.name)
    names = [one.name for one in received]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise NotTaken("twice", f"two files are called {twice}", name=twice)
    waiting = Upload.objects.filter(company=company).exclude(step=Upload.Step.DONE)
    if waiting.count() >= limits.MOST_OPEN:
        raise NotTaken("too_many_uploads", "too many uploads wait", most=limits.MOST_OPEN)
    token = uuid4().hex
    into = folder() / token / FILES
    into.mkdir(parents=True, mode=0o700)
    for one in received:
        one.path.rename(into / one.name)
    with transaction.atomic():
        return begin(company, token, [(one.name, one.size) for one in received], by=by, now=now)


def begin(
    company: Company, token: str, files: Sequence[tuple[str, int]], *, by: str, now: datetime
) -> Upload:
    """The row of an upload whose files lie in its folder, and the work of looking at them."""
    upload = Upload.objects.create(
        company=company, token=token, by=by, made_at=now, touched_at=now, name=files[0][0][:200],
        files=[{"name": name, "size": size} for name, size in files], size=sum(size for _name, size in files),
    )  # fmt: skip
    Work.objects.create(company=company, kind=Work.Kind.READ, upload=upload, by=by, asked_at=now)
    return upload


def discard(upload: Upload) -> None:
    """Forget an upload and remove its files."""
    upload.delete()
    shutil.rmtree(folder_of(upload), ignore_errors=True)
