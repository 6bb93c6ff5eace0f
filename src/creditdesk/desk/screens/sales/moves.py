"""Moves between segments to be discussed: those that are proposed, and those that were made lately."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from creditdesk.desk.access.scope import Scope
from creditdesk.desk.casework.models import Comment, Decision, MoveAnswer
from creditdesk.desk.casework.talk import move_ref
from creditdesk.desk.screens.sales.mine import Whose
from creditdesk.desk.screens.wording import content, words
from creditdesk.desk.standing.models import Account
from creditdesk.policy.document import Policy, Segment

MOST = 60
LATELY = timedelta(days=30)
HELD = ("approval", "minimum_stay")
"""Brakes that hold a move which comes when they are gone; a margin, little evidence or a person's hand hold none back."""


@dataclass
class Move:
    """One customer's move.

    Attributes:
        made: true for one that was made, false for one that is proposed.
        was, target: the segments.
        since: since when it is proposed, or when it was made.
        held: the brake that holds a proposal.
        why: why the figures put the customer there, in words.
        gives: what the two segments give: `acceptance` and `terms` before and after, where the policy says so plainly.
        answers: the last answer of each person.
        remarks: what was said about it.
    """

    account: Account
    made: bool
    was: str
    target: str
    since: date
    held: str = ""
    why: str = ""
    gives: list[dict[str, Any]] = field(default_factory=list)
    answers: list[MoveAnswer] = field(default_factory=list)
    remarks: list[Comment] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """How remarks name it."""
        return move_ref(self.account.customer, self.target, self.since)

    @property
    def waits(self) -> bool:
        """Whether it waits for a person's yes."""
        return self.held == "approval"

    def answered_by(self, person: str) -> MoveAnswer | None:
        """What somebody has said of it."""
        return next((one for one in self.answers if one.by == person), None)


def proposed(rows: QuerySet[Account]) -> QuerySet[Account]:
    """Customers of the rows with a proposed move that comes unless somebody says no."""
    return rows.filter(move_held__in=HELD).exclude(proposed_segment="")


def made(rows: QuerySet[Account], today: date) -> QuerySet[Account]:
    """Customers of the rows that moved lately."""
    return rows.filter(segment_since__gt=today - LATELY).exclude(previous_segment="")


def of_account(account: Account, today: date) -> list[Move]:
    """The moves of one customer, as they stand."""
    found = []
    if account.proposed_segment and account.move_held in HELD and account.proposed_since:
        found.append(
            Move(
                account,
                False,
                account.segment,
                account.proposed_segment,
                account.proposed_since,
                account.move_held,
            )
        )
    if account.previous_segment and account.segment_since > today - LATELY:
        found.append(Move(account, True, account.previous_segment, account.segment, account.segment_since))
    return found


def moves(whose: Whose, start: int = 0) -> list[Move]:
    """A page of what there is to discuss: what waits for a yes first, then what comes by itself, then what was made; by exposure."""
    scope = whose.scope
    rows = to_discuss(whose)
    found = [move for account in rows[start : start + MOST] for move in of_account(account, scope.today)]
    _tell(scope, found)
    return sorted(found, key=lambda one: (one.made, not one.waits, -one.account.exposure, one.account.pk))


def to_discuss(whose: Whose) -> QuerySet[Account]:
    """Customers with a move: those that wait for a yes, those that move by themselves, those that moved; by exposure."""
    rows, today = whose.accounts(), whose.scope.today
    own, done = proposed(rows).values("pk"), made(rows, today).values("pk")
    turn = Case(
        When(pk__in=proposed(rows).filter(move_held="approval").values("pk"), then=Value(0)),
        When(pk__in=own, then=Value(1)), default=Value(2), output_field=IntegerField(),
    )  # fmt: skip
    found = rows.filter(Q(pk__in=own) | Q(pk__in=done))
    return found.annotate(turn=turn).order_by("turn", "-exposure", "id")


def unanswered(whose: Whose) -> int:
    """How many moves nobody of Sales has said anything of."""
    rows, today = whose.accounts(), whose.scope.today
    coming = proposed(rows).filter(proposed_since__isnull=False)
    return (
        coming.exclude(_said("proposed_segment", "proposed_since")).count()
        + made(rows, today).exclude(_said("segment", "segment_since")).count()
    )


def _said(target: str, since: str) -> Exists:
    """Whether somebody has said something of the move to that segment."""
    own = {"company": OuterRef("company"), "customer": OuterRef("customer")}
    return Exists(MoveAnswer.objects.filter(target=OuterRef(target), since=OuterRef(since), **own))


def _answers(scope: Scope, found: list[Move]) -> dict[str, list[MoveAnswer]]:
    """The last answer of each person, per move."""
    rows = MoveAnswer.objects.filter(
        company=scope.company, customer__in={move.account.customer for move in found}
    )
    last: dict[tuple[str, str], MoveAnswer] = {}
    for one in rows:
        last[move_ref(one.customer, one.target, one.since), one.by] = one
    said: dict[str, list[MoveAnswer]] = {}
    for (ref, _by), one in last.items():
        said.setdefault(ref, []).append(one)
    return said


def _tell(scope: Scope, found: list[Move]) -> None:
    """Fill in why, what it gives, and what was said."""
    customers = {move.account.customer for move in found}
    told = words(scope.company, scope.today)
    decisions = {
        row.customer: content(row)
        for row in Decision.objects.filter(company=scope.company, customer__in=customers, to_on=None)
    }
    said = _answers(scope, found)
    remarks: dict[str, list[Comment]] = {}
    for one in Comment.objects.filter(
        company=scope.company, subject=Comment.Subject.MOVE, ref__in=[move.ref for move in found]
    ):
        remarks.setdefault(one.ref, []).append(one)
    for move in found:
        decision = decisions.get(move.account.customer)
        if told is not None:
            move.gives = gives(told.policy, move.was, move.target, decision)
            if decision:
                move.why = told.reasons({**decision, "proposed_segment": None})
        move.answers = said.get(move.ref, [])
        move.remarks = remarks.get(move.ref, [])


def gives(
    policy: Policy, was: str, target: str, decision: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What the policy gives in one segment and in the other, where it differs.

    Args:
        decision: what holds for the customer: a segment may give what the customer's cell of the matrix gives.
    """
    before, after = policy.segments.get(was), policy.segments.get(target)
    if before is None or after is None:
        return []
    matrix, told = policy.matrix, decision or {}
    bands = told.get("bands") or {}
    own = matrix.cells.get(bands.get(matrix.rows, ""), {}).get(bands.get(matrix.columns, ""), "")
    cell = policy.segments.get(own)

    def of(segment: Segment, name: str) -> Any:
        value = getattr(segment, name)
        if value != "cell":
            return value
        if told.get("segment") == (was if segment is before else target):
            return told.get(name, value)
        return getattr(cell, name) if cell is not None else value

    found: list[dict[str, Any]] = []
    for name in ("acceptance", "terms_days", "delivery_terms"):
        old, new = of(before, name), of(after, name)
        if old != new:
            found.append({"what": name, "was": old, "then": new})
    return found
