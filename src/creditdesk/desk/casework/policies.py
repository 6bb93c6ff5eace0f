"""Policies of a company: written, approved by somebody else, in force from a day on."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import PolicyInUse, PolicyVersion
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.problem import UnusableInput
from creditdesk.policy.error import PolicyErrors
from creditdesk.policy.load import CASES, SHIPPED, cases_text, policy_text, read_policy


class NoPolicy(UnusableInput):
    """The company has no approved policy in force on that day."""


class SamePerson(ValueError):
    """Who wrote a policy does not approve it."""


def propose(
    company: Company,
    text: str,
    *,
    by: str,
    why: str,
    now: datetime,
    effective_on: date | None = None,
    cases: str | None = None,
) -> PolicyVersion:
    """Write a version: checked in full, not yet in force.

    Args:
        effective_on: first day on which it holds; the text's own by default.
        cases: its own cases; None = those of the shipped policy that it names.

    Raises:
        PolicyErrors: everything that is wrong with the text.
        PolicyInUse: this name and version stand on record with another text.
    """
    policy = read_policy(text, "policy")
    digest = hashlib.sha256(text.encode()).hexdigest()
    there = PolicyVersion.objects.filter(company=company, name=policy.policy, version=policy.version).first()
    if there is not None:
        if there.digest == digest:
            return there
        if there.approved_at is not None:
            raise PolicyInUse(
                f"policy {policy.policy} {policy.version} is approved with another text; "
                "the way out: give the new text a version of its own"
            )
        there.delete()
    with transaction.atomic():
        version = PolicyVersion.objects.create(
            company=company, name=policy.policy, version=policy.version, text=text, cases=cases, digest=digest,
            effective_on=effective_on or policy.effective, author=by, reason=why, written_at=now,
        )  # fmt: skip
        note(company, by=by, at=now, what="policy", ref=str(version), became={"digest": digest}, why=why)
    return version


def approve(
    version: PolicyVersion, *, by: str, why: str, now: datetime, not_before: date | None = None
) -> PolicyVersion:
    """Put a version in force from its day on.

    Args:
        not_before: its day is at least this one: what is approved late does not hold for days that are over.

    Raises:
        SamePerson: the author cannot approve.
        PolicyInUse: it is approved already.
    """
    if by == version.author:
        raise SamePerson(f"{by} wrote policy {version}; the way out: somebody else approves it")
    with transaction.atomic():
        version.approver, version.approved_at = by, now
        version.effective_on = max(version.effective_on, not_before or version.effective_on)
        version.save()
        note(
            version.company, by=by, at=now, what="policy", ref=str(version), was={"approved": False},
            became={"approved": True, "effective_on": version.effective_on.isoformat()}, why=why,
        )  # fmt: skip
    return version


def in_force(company: Company, on: date) -> PolicyVersion:
    """The policy of a day.

    Raises:
        NoPolicy: none was approved for that day.
    """
    found = (
        PolicyVersion.objects.filter(company=company, approved_at__isnull=False, effective_on__lte=on)
        .order_by("-effective_on", "-approved_at", "-id")
        .first()
    )
    if found is None:
        raise NoPolicy(
            f"company {company.code}: no approved policy is in force on {on}; the way out: propose one and have it approved"
        )
    return found


def cases_of(text: str, cases: str | None) -> str:
    """The cases of a policy: its own, else those of the shipped policy that its text names; empty where there are none."""
    if cases is not None:
        return cases
    try:
        named = read_policy(text, "policy").tests
    except PolicyErrors:
        return ""
    for name in SHIPPED:
        if named == f"{name}{CASES}":
            found = cases_text(name, read_policy(policy_text(name), name))
            return found[1] if found else ""
    return ""
