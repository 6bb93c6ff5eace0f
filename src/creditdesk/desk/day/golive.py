"""Going live (R5): the first day only shows everything; a person releases payers in batches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from creditdesk.desk.casework.audit import note
from creditdesk.desk.casework.models import Step
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.ledger.models import FACTS, Company, Import
from creditdesk.desk.ledger.writing import add

ITS_OWN = {"needs_approval", "not_a_working_day"}
"""What holds the step of a payer that only waits to be released; it may be looked at on a Saturday too."""


class UnknownPayer(ValueError):
    """A payer that the ledger does not know cannot be released."""


def is_live(outcome: Outcome) -> bool:
    """Whether anybody was released, or the desk has acted before."""
    (row,) = outcome.rows(
        "SELECT (SELECT count(*) FROM fact_approval WHERE subject = 'go_live' AND granted AND decided_on <= $day) "
        "+ (SELECT count(*) FROM fact_action WHERE procedure IS NOT NULL AND procedure <> 'imported' "
        "AND direction = 'out' AND done_on <= $day) AS yes",
        day=outcome.as_of,
    )
    return bool(row["yes"])


def waiting(company: Company) -> list[Step]:
    """Steps of payers that wait to be released, largest amount first; not those that a person's yes to a step holds."""
    stands = {"legal_entity": company, "replaced_by": None}
    acted = FACTS["action"].objects.filter(**stands, direction="out", procedure__isnull=False)
    released = FACTS["approval"].objects.filter(**stands, subject="go_live", granted=True)
    steps = (
        Step.objects.filter(
            company=company, to_on=None, state=Step.State.HELD, content__contains='"needs_approval"'
        )
        .exclude(customer__in=acted.exclude(procedure="imported").values("customer_id"))
        .exclude(customer__in=released.filter(customer_id__isnull=False).values("customer_id"))
        .order_by("-amount", "customer")
    )
    return [step for step in steps if ITS_OWN.issuperset(json.loads(step.content)["holds"])]


def release(
    company: Company, customers: Sequence[str], *, by: str, why: str, on: date, now: datetime
) -> Import:
    """Release a batch of payers: each by name, so that the next one waits for its own release.

    Raises:
        UnknownPayer: naming those that the ledger does not know; nobody is released.
    """
    known = FACTS["customer"].objects.filter(
        legal_entity=company, replaced_by=None, customer_id__in=customers
    )
    unknown = sorted(set(customers) - set(known.values_list("customer_id", flat=True)))
    if unknown:
        raise UnknownPayer(f"found {', '.join(unknown)}; allowed: customers of {company.code}")
    with transaction.atomic():
        rows = [
            {
                "approval_id": f"go_live:{customer}", "customer_id": customer, "subject": "go_live",
                "decided_on": on, "granted": True, "by": by, "reason": why,
            }
            for customer in customers
        ]  # fmt: skip
        done = add(company, "approval", rows, by=by, why=why, at=now)
        note(company, by=by, at=now, what="go_live", became={"customers": list(customers)}, why=why)
    return done


def release_all(company: Company, *, by: str, why: str, on: date, now: datetime) -> Import:
    """Release the company: from then on the policy's number of payers goes each day, largest amount first."""
    with transaction.atomic():
        row = {
            "approval_id": "go_live", "customer_id": None, "subject": "go_live", "ref": company.code,
            "decided_on": on, "granted": True, "by": by, "reason": why,
        }  # fmt: skip
        done = add(company, "approval", [row], by=by, why=why, at=now)
        note(company, by=by, at=now, what="go_live", became={"customers": "all"}, why=why)
    return done
