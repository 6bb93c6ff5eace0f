"""Policies that are being written: begun, written on, proposed, sent back, approved by somebody else, given up."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet

from creditdesk.desk.casework import policies
from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Comment, Draft, PolicyVersion
from creditdesk.desk.casework.policies import SamePerson
from creditdesk.desk.casework.talk import comment
from creditdesk.desk.ledger.models import Company
from creditdesk.policy.edit import Put, edited
from creditdesk.policy.load import policy_text, read_policy


class NotWriting(ValueError):
    """The draft is proposed, approved or given up: its text stays as it is."""


class OutOfDate(ValueError):
    """Somebody else changed the draft since it was read."""


class VersionTaken(ValueError):
    """This version of the policy stands on record already."""


def begin(
    company: Company, *, title: str, by: str, now: datetime, base: PolicyVersion | None, shipped: str = ""
) -> Draft:
    """Begin a draft, from a version of the company's or from a shipped policy."""
    text = base.text if base is not None else policy_text(shipped)
    cases = policies.cases_of(text, base.cases if base is not None else None)
    with transaction.atomic():
        draft = Draft.objects.create(
            company=company, title=title, text=text, cases=cases, base=base, begun_by=by, begun_at=now,
            changed_by=by, changed_at=now,
        )  # fmt: skip
        _note(draft, by, now, "writing", title)
    return draft


def write(
    draft: Draft,
    *,
    by: str,
    now: datetime,
    text: str | None = None,
    cases: str | None = None,
    edition: int | None = None,
) -> Draft:
    """Write on: another text, other cases. A text that is no policy yet is kept too.

    Args:
        edition: the one that was read before it was changed; None = the last.

    Raises:
        NotWriting: it is not being written.
        OutOfDate: somebody else has changed it since.
    """
    fresh = {
        "text": draft.text if text is None else text.replace("\r\n", "\n"),
        "cases": draft.cases if cases is None else cases.replace("\r\n", "\n"),
    }
    if all(getattr(draft, name) == value for name, value in fresh.items()):
        return draft
    with transaction.atomic():
        held = Draft.objects.select_for_update().get(pk=draft.pk)
        _must_be_written(held)
        if edition is not None and held.edition != edition:
            raise OutOfDate(f"{held.changed_by} changed it meanwhile")
        before = _digest(held)
        held.text, held.cases = fresh["text"], fresh["cases"]
        held.writers = sorted({*held.writers, by})
        held.edition, held.changed_by, held.changed_at = held.edition + 1, by, now
        held.save()
        note(
            held.company, by=by, at=now, what="policy draft", ref=_ref(held), was={"digest": before},
            became={"digest": _digest(held)},
        )  # fmt: skip
    return held


def propose(
    draft: Draft, *, version: str, effective_on: date, by: str, why: str, now: datetime
) -> PolicyVersion:
    """Put a draft before a second person. Its version and its day are written into the text.

    Raises:
        PolicyErrors: everything that is wrong with the text.
        NotWriting: it is not being written.
        VersionTaken: the policy has that version already.
    """
    with transaction.atomic():
        held = Draft.objects.select_for_update().get(pk=draft.pk)
        _must_be_written(held)
        text = edited(held.text, [Put(("version",), version), Put(("effective",), effective_on)])
        name = read_policy(text, "policy").policy
        if PolicyVersion.objects.filter(company=held.company, name=name, version=version).exists():
            raise VersionTaken(f"policy {name} has a version {version} already")
        made = policies.propose(held.company, text, by=by, why=why, now=now, cases=held.cases)
        held.state, held.version, held.text = Draft.State.PROPOSED, made, text
        held.writers = sorted({*held.writers, by})
        held.edition, held.changed_by, held.changed_at = held.edition + 1, by, now
        held.save()
    return made


def send_back(draft: Draft, *, by: str, why: str, now: datetime) -> Draft:
    """A proposal is not approved, or taken back: it is written on.

    Raises:
        NotWriting: it is not proposed.
    """
    with transaction.atomic():
        held = Draft.objects.select_for_update().get(pk=draft.pk)
        version = held.version
        if held.state != Draft.State.PROPOSED or version is None:
            raise NotWriting(f"the draft is {held.state}")
        held.state, held.version = Draft.State.WRITING, None
        held.changed_by, held.changed_at = by, now
        held.save()
        version.delete()
        _note(held, by, now, "writing", why)
    return held


def approve(draft: Draft, *, by: str, why: str, now: datetime, today: date) -> PolicyVersion:
    """Put a proposal in force from its day on, or from today where that day is over.

    Raises:
        NotWriting: it is not proposed.
        SamePerson: who wrote any of it cannot approve it.
    """
    with transaction.atomic():
        held = Draft.objects.select_for_update().get(pk=draft.pk)
        if held.state != Draft.State.PROPOSED or held.version is None:
            raise NotWriting(f"the draft is {held.state}")
        if by in held.writers:
            raise SamePerson(f"{by} wrote it; the way out: somebody else approves it")
        policies.approve(held.version, by=by, why=why, now=now, not_before=today)
        Draft.objects.filter(pk=held.pk).update(state=Draft.State.APPROVED, edition=F("edition") + 1)
    return held.version


def drop(draft: Draft, *, by: str, why: str, now: datetime) -> Draft:
    """Give a draft up. It stays to be read.

    Raises:
        NotWriting: it is not being written.
    """
    with transaction.atomic():
        held = Draft.objects.select_for_update().get(pk=draft.pk)
        _must_be_written(held)
        held.state, held.changed_by, held.changed_at = Draft.State.DROPPED, by, now
        held.save()
        _note(held, by, now, "dropped", why)
    return held


def say(draft: Draft, text: str, *, by: str, now: datetime) -> Comment:
    """Say something of a draft.

    Raises:
        ReasonMissing: there is no text.
    """
    return comment(draft.company, Comment.Subject.POLICY, _ref(draft), "", text, by=by, now=now)


def comments(draft: Draft) -> QuerySet[Comment]:
    """What was said of a draft, in its order."""
    return Comment.objects.filter(company=draft.company, subject=Comment.Subject.POLICY, ref=_ref(draft))


def next_version(company: Company, name: str) -> str:
    """The number after the highest one that a policy has."""
    known = PolicyVersion.objects.filter(company=company, name=name).values_list("version", flat=True)
    numbers = [int(one) for one in known if one.isdecimal()]
    return str(max(numbers, default=0) + 1)


def _must_be_written(draft: Draft) -> None:
    if draft.state != Draft.State.WRITING:
        raise NotWriting(f"the draft is {draft.state}")


def _ref(draft: Draft) -> str:
    return f"draft:{draft.pk}"


def _digest(draft: Draft) -> str:
    return hashlib.sha256(f"{draft.text}\0{draft.cases}".encode()).hexdigest()


def _note(draft: Draft, by: str, now: datetime, state: str, why: str) -> None:
    note(
        draft.company, by=by, at=now, what="policy draft", ref=_ref(draft),
        became={"state": state, "digest": _digest(draft)}, why=why,
    )  # fmt: skip
