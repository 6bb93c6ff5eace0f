"""The stage `alert`: what somebody should look at, raised once for its subject.

Deteriorations, limits and moves are seen in what changed today; the others are dates and facts of the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from creditdesk.desk.casework.models import Alert, Decision, Run, Task
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.ledger import objects
from creditdesk.desk.ledger.models import FACTS, Company

FALL = 15
"""Points of the payment index lost in one day that are a deterioration."""

RISE = 15
"""Days by which the last twelve invoices were paid ever later: a deterioration too, though no day shows it."""

CALM = timedelta(days=90)
"""How long nothing more is said of a trend."""

LARGEST = 20
"""A move of one of so many largest customers, or of a key account, is a large one."""

EXPIRY = timedelta(days=14)
LIMITATION = timedelta(days=90)
RELIEF = timedelta(days=60)
"""How long before the day each is near."""

LATE = timedelta(days=7)
"""How long a task may stay open before the credit manager is told."""

RISK = {"low": 0, "medium": 1, "high": 2}
ACCEPTANCE = {"open": 0, "limited": 1, "prepayment": 2, "refused": 3}

LIMITATION_YEARS = {"NL": (5, 2), "BE": (10, 10), "FR": (5, 2), "DE": (3, 3), "GB": (6, 6)}
"""Years after which a claim lapses: on a business, on a consumer; in DE counted from the end of the year. Months before
that a person looks at the file; what the law of the place says in a case, a lawyer says."""

VAT_RELIEF_YEARS = {"NL": 1}
"""Years after the due date at which the VAT of a bad debt can be claimed back at the latest."""


def raise_alerts(company: Company, outcome: Outcome) -> int:
    """Raise what came to pass. Gives how many are new."""
    found = [
        Alert(company=company, raised_on=outcome.as_of, **one)
        for source in (_changes, _trends, _facts, _dates, _accounts, _late)
        for one in source(company, outcome)
    ]
    before = Alert.objects.filter(company=company).count()
    objects.add(found)
    return Alert.objects.filter(company=company).count() - before


def _changes(company: Company, outcome: Outcome) -> Iterator[dict[str, Any]]:
    """What changed since the run before."""
    day = outcome.as_of
    fresh = Decision.objects.filter(company=company, from_on=day, to_on=None)
    before = {
        row.customer: row
        for row in Decision.objects.filter(company=company, to_on=day).defer("content").iterator()
    }
    large = {
        row["customer_id"]
        for row in outcome.rows(
            "SELECT customer_id FROM turnover_rank WHERE turnover_rank <= $n "
            "UNION SELECT customer_id FROM fact_customer WHERE key_account",
            n=LARGEST,
        )
    }
    for now in fresh.defer("content").iterator():
        was = before.get(now.customer)
        if was is None:
            continue
        detail = {"segment": [was.segment, now.segment], "risk_class": [was.risk_class, now.risk_class],
                  "payment_index": [was.payment_index, now.payment_index],
                  "acceptance": [was.acceptance, now.acceptance]}  # fmt: skip
        fell = (was.payment_index or 0) - (now.payment_index or 0) if now.payment_index is not None else 0
        worse = (
            RISK[now.risk_class] > RISK[was.risk_class]
            or fell >= FALL
            or ACCEPTANCE[now.acceptance] >= ACCEPTANCE[was.acceptance] + 2
        )
        if worse:
            yield _one(Alert.Kind.DETERIORATION, now.customer, str(day), detail)
        if now.segment != was.segment and now.customer in large:
            yield _one(Alert.Kind.LARGE_MOVE, now.customer, str(day), detail)
        # a customer that fell into a segment without credit is told of once, not as having passed its limit too
        cut = worse and now.segment != was.segment and not now.credit_limit
        if (now.headroom or 0) < 0 and (was.headroom is None or was.headroom >= 0) and not cut:
            yield _one(
                Alert.Kind.LIMIT_PASSED, now.customer, str(day),
                {"headroom": now.headroom, "credit_limit": now.credit_limit, "exposure": now.exposure},
            )  # fmt: skip


def _trends(company: Company, outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Customers that pay ever later, a little with each invoice: told once, and again when it goes on after a while."""
    day = outcome.as_of
    told = Alert.objects.filter(
        company=company, kind=Alert.Kind.DETERIORATION, ref__startswith="trend:", raised_on__gt=day - CALM
    )
    known = set(told.exclude(raised_on=day).values_list("customer", flat=True))
    for row in outcome.rows(
        "SELECT customer_id, days_late_trend, days_late_recent, least(observations, 12) AS invoices FROM profile "
        "WHERE days_late_trend * (least(observations, 12) - 1) >= $rise AND days_late_recent > 0",
        rise=RISE,
    ):
        if row["customer_id"] not in known:
            detail = {
                "days_per_invoice": row["days_late_trend"],
                "invoices": row["invoices"],
                "days_late_recent": row["days_late_recent"],
            }
            yield _one(Alert.Kind.DETERIORATION, row["customer_id"], f"trend:{day}", detail, "collector")


def _one(
    kind: Any, customer: str, ref: str, detail: dict[str, Any], role: str = "credit_manager"
) -> dict[str, Any]:
    return {"kind": kind, "customer": customer, "ref": ref, "detail": detail, "role": role}


def _facts(_company: Company, outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Facts of the day: insolvency, broken promises, missed instalments, late disputes, missing order numbers."""
    day = outcome.as_of
    for row in outcome.rows(
        "SELECT customer_id, kind, from_on, claim_deadline FROM fact_legal_status WHERE from_on <= $day "
        "AND (ended_on IS NULL OR ended_on >= $day) UNION ALL SELECT customer_id, 'bankruptcy', insolvent_on, NULL "
        "FROM fact_customer WHERE insolvent_on <= $day",
        day=day,
    ):
        detail = {"status": row["kind"], "claim_deadline": _text(row["claim_deadline"])}
        yield _one(Alert.Kind.INSOLVENCY, row["customer_id"], f"{row['kind']}:{row['from_on']}", detail)
    for row in outcome.rows(
        "SELECT s.promise_id, f.customer_id, f.amount, f.currency, f.due_on FROM promise_state s "
        "JOIN fact_promise f USING (promise_id) WHERE s.broken AND f.due_on >= $since",
        since=day - timedelta(days=60),
    ):
        detail = {"amount": row["amount"], "currency": row["currency"], "due_on": _text(row["due_on"])}
        yield _one(Alert.Kind.BROKEN_PROMISE, row["customer_id"], row["promise_id"], detail, "collector")
    for row in _instalments(outcome):
        detail = {"amount": row["amount"], "due_on": _text(row["due_on"])}
        yield _one(
            Alert.Kind.INSTALMENT_MISSED,
            row["customer_id"],
            f"{row['plan_id']}:{row['due_on']}",
            detail,
            "collector",
        )
    for row in outcome.rows(
        "SELECT dispute_id, customer_id, owner, deadline FROM fact_dispute WHERE opened_on <= $day "
        "AND (closed_on IS NULL OR closed_on > $day) AND deadline < $day",
        day=day,
    ):
        detail = {"deadline": _text(row["deadline"]), "owner": row["owner"]}
        yield _one(Alert.Kind.DISPUTE_LATE, row["customer_id"], row["dispute_id"], detail)
    for row in outcome.rows(
        "SELECT i.invoice_id, i.number, i.customer_id FROM fact_invoice i JOIN fact_customer c USING (customer_id) "
        "WHERE c.po_required AND i.kind = 'invoice' AND i.order_reference IS NULL "
        "AND i.issued BETWEEN $since AND $day",
        since=day - timedelta(days=7), day=day,
    ):  # fmt: skip
        detail = {"number": row["number"]}
        yield _one(
            Alert.Kind.ORDER_NUMBER_MISSING, row["customer_id"], row["invoice_id"], detail, "collector"
        )


def _instalments(outcome: Outcome) -> list[dict[str, Any]]:
    """Instalments whose three bank days have passed while the money since the agreement does not cover them (R9)."""
    return outcome.rows(
        """
        WITH bank AS (SELECT day, no FROM calendar WHERE place = '@' || (SELECT max(base) FROM our_company)),
        planned AS (
            SELECT p.plan_id, p.customer_id, p.agreed_on, i.due_on, i.amount,
                sum(i.amount) OVER (PARTITION BY p.plan_id ORDER BY i.due_on) AS owed
            FROM fact_plan p JOIN fact_instalment i USING (plan_id)
            WHERE p.agreed_on <= $day AND (p.ended_on IS NULL OR p.ended_on > $day)
        )
        SELECT plan_id, customer_id, due_on, amount FROM planned n
        WHERE (SELECT no FROM bank WHERE day = date_diff('day', DATE '1970-01-01', $day))
            - (SELECT no FROM bank WHERE day = date_diff('day', DATE '1970-01-01', n.due_on)) > 3
        AND owed > (
            SELECT coalesce(sum(CASE WHEN coalesce(kind, 'receipt') = 'receipt' THEN amount ELSE -amount END), 0)
            FROM fact_payment m WHERE m.customer_id = n.customer_id AND m.value_date BETWEEN n.agreed_on AND $day
        )
        """,
        day=outcome.as_of,
    )


def _dates(_company: Company, outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Dates that come near: limits and releases that end, claims that lapse, VAT that can be claimed back."""
    day = outcome.as_of
    for row in outcome.rows(
        "SELECT customer_id, 'customer' AS ref, credit_limit_until AS until FROM fact_customer "
        "WHERE credit_limit_until BETWEEN $day AND $last UNION ALL "
        "SELECT customer_id, override_id, until_on FROM fact_override WHERE field = 'credit_limit' "
        "AND until_on BETWEEN $day AND $last",
        day=day, last=day + EXPIRY,
    ):  # fmt: skip
        ref = f"{row['ref']}:{row['until']}"
        yield _one(Alert.Kind.LIMIT_EXPIRING, row["customer_id"], ref, {"until": _text(row["until"])})
    for row in outcome.rows(
        "SELECT customer_id, approval_id, valid_until FROM fact_approval WHERE subject = 'order_release' AND granted "
        "AND valid_until BETWEEN $day AND $last",
        day=day, last=day + EXPIRY,
    ):  # fmt: skip
        ref = f"{row['approval_id']}:{row['valid_until']}"
        yield _one(Alert.Kind.RELEASE_EXPIRING, row["customer_id"], ref, {"until": _text(row["valid_until"])})
    open_items = """
        SELECT i.invoice_id, f.number, f.customer_id, f.due, c.kind = 'consumer' AS consumer,
            coalesce(c.country, o.company_country) AS country, o.company_country AS home
        FROM open_item i JOIN fact_invoice f USING (invoice_id) JOIN fact_customer c ON c.customer_id = f.customer_id
        CROSS JOIN (SELECT company_country FROM our_company LIMIT 1) o
        WHERE i.kind = 'invoice' AND NOT i.settled AND f.due < $old
    """
    for row in outcome.rows(open_items, old=day - timedelta(days=270)):
        lapses = _lapses(row["country"], row["due"], row["consumer"])
        if lapses is not None and lapses - LIMITATION <= day <= lapses:
            detail = {"number": row["number"], "lapses_on": _text(lapses)}
            yield _one(Alert.Kind.LIMITATION_NEAR, row["customer_id"], row["invoice_id"], detail)
        years = VAT_RELIEF_YEARS.get(row["home"] or "")
        if years is not None and _years_on(row["due"], years) - RELIEF <= day <= _years_on(row["due"], years):
            detail = {"number": row["number"], "until": _text(_years_on(row["due"], years))}
            yield _one(Alert.Kind.VAT_RELIEF_NEAR, row["customer_id"], row["invoice_id"], detail)


def _lapses(country: str | None, due: date, consumer: bool) -> date | None:
    years = LIMITATION_YEARS.get(country or "")
    if years is None:
        return None
    start = date(due.year, 12, 31) if country == "DE" else due
    return _years_on(start, years[1] if consumer else years[0])


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _accounts(company: Company, outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Our own bank accounts that were added, changed or taken away since the last day: a door for fraud."""
    runs = Run.objects.filter(company=company, state=Run.State.DONE, ledger_no__isnull=False)
    last = runs.exclude(as_of=outcome.as_of).order_by("-as_of").values_list("ledger_no", flat=True).first()
    if last is None:
        return
    model = FACTS["company_account"]
    changed = model.objects.filter(legal_entity=company).filter(
        Q(brought_by__gt=last) | Q(replaced_by__gt=last)
    )
    for row in changed:
        detail = {"iban": row.iban, "added": row.replaced_by_id is None}
        yield _one(Alert.Kind.OWN_ACCOUNT_CHANGED, "", f"{row.iban}:{row.pk}", detail)


def _late(company: Company, outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Tasks that nobody did for a week. The engine skips a person's step itself; letters, approvals and the like wait."""
    late = Task.objects.filter(
        company=company, state=Task.State.OPEN, opened_on__lte=outcome.as_of - LATE, overdue=False
    )
    for task in late:
        detail = {
            "kind": task.kind,
            "step": task.step,
            "assigned": task.assigned,
            "since": _text(task.opened_on),
        }
        yield _one(Alert.Kind.TASK_OVERDUE, task.customer, f"task:{task.pk}", detail)
    late.update(overdue=True)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
