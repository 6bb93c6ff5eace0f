"""The stage `record`, for lists: how customers and open items stand now, as differences to what stood before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import models

from creditdesk.desk.beside import beside
from creditdesk.desk.casework.models import Member
from creditdesk.desk.day import matching
from creditdesk.desk.day.changes import NUMBER, numbered, picked
from creditdesk.desk.day.outcome import Outcome
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.standing.models import Account, OpenItem, SearchWord, Stale

PROFILE = (
    "status", "legal_status", "legal_status_since", "do_not_contact", "preferred_channel", "effective_channel",
    "payment_terms_days", "employees", "sector", "turnover_class", "days_late_shrunken", "late_share_shrunken",
    "behaviour_evidence", "observations", "habit", "habit_day", "habit_next", "habit_declared", "habit_share",
    "kept_promises_12m", "broken_promises_12m", "promises_open", "disputes_open", "disputes_12m", "stalling_12m",
    "tactics", "insured_limit", "securities", "credits_open", "open_orders", "delivered_not_invoiced",
    "group_members", "group_open", "group_overdue", "handed_over_amount", "contacts_12m",
)  # fmt: skip
"""Columns of the profile that a person reads about one customer; those that change by themselves each day are left out."""

DRIFTING = {"days_late_shrunken": 0, "late_share_shrunken": 2}
"""Of these as many decimals as a person reads: means over all customers move them a little each day."""

ONE_STEP = """
SELECT customer_id, step, "do" AS act, state, hold, priority FROM (
    SELECT customer_id, step, "do", 'due' AS state, '' AS hold, priority, amount FROM action_due
    UNION ALL
    SELECT customer_id, step, "do", 'held' AS state, hold, priority, amount FROM held
)
QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY state, priority DESC, amount DESC, step) = 1
"""

WORDS = r"""
array_to_string(list_sort(list_distinct(regexp_extract_all(strip_accents(lower(concat_ws(' ', p.customer_id, p.name,
    b.city, b.vat_number, b.registration_number))), '[\p{L}\p{N}]+'))), ' ')
"""
"""As `words_of` reads what somebody types."""

LONG_OVERDUE = 15
"""Days past due of the oldest invoice from which a customer is no candidate for more business, as in the report."""

SLIP = 15
"""Days by which the last invoices were paid ever later that are worth a look, as in the alert."""

WISH = """greatest(coalesce(p.pipeline_amount, 0), (p.turnover_12m * greatest(coalesce(p.growth_12m, 0.0), 0.0))::BIGINT)"""
"""What it might still buy: its pipeline, else the growth of the last year."""

CANDIDATE = f"""
(d.risk_class = 'low' AND d.headroom > 0 AND d.order_block = 'none' AND d.acceptance = 'open' AND p.turnover_12m > 0
    AND coalesce(p.oldest_overdue_days, 0) <= {LONG_OVERDUE})
"""
"""Whom more could be sold to: the report's list *room to grow* (`report/lists.py`)."""

WATCHED = """
((d.risk_class <> 'low' OR coalesce(d.headroom, 0) < 0) AND d.uninsured_maximum_loss > 0 AND p.legal_status IS NULL
    AND NOT coalesce(p.open_handover, false))
"""
"""Whom to watch: the report's list *watch*."""

SLIPPED = """coalesce(p.days_late_trend * (least(p.observations, 12) - 1), 0.0)"""


def _shown(name: str) -> str:
    return f"round(p.{name}, {DRIFTING[name]}) + 0" if name in DRIFTING else f"p.{name}"


COLLECTOR = "coalesce(c.owner, p.collector, '')"

ACCOUNTS = f"""
SELECT p.customer_id AS customer, p.name, {WORDS} AS words, p.kind, coalesce(p.country, '') AS country,
    coalesce(b.city, '') AS city, p.language, p.payer_id AS payer, coalesce(p.group_id, p.customer_id) AS group_id,
    p.key_account, p.intercompany, {COLLECTOR} AS collector,
    coalesce(s.owner, p.account_manager, '') AS account_manager, c.portfolio, d.segment, d.segment_since,
    coalesce(d.previous_segment, '') AS previous_segment, coalesce(d.proposed_segment, '') AS proposed_segment,
    d.proposed_since, coalesce(d.move_held, '') AS move_held, coalesce(d.cell_row, '') AS cell_row,
    coalesce(d.cell_column, '') AS cell_column, d.risk_class, d.payment_index, coalesce(d.procedure, '') AS procedure,
    d.case_no, coalesce(d.next_step, '') AS next_step, d.next_due_on, coalesce(t.step, '') AS step,
    coalesce(t.act, '') AS "do", coalesce(t.state, '') AS step_state, coalesce(t.hold, '') AS hold,
    coalesce(t.priority, 0)::SMALLINT AS priority, d.acceptance, d.terms_days, d.delivery_terms, d.order_block,
    (CASE d.order_block WHEN 'stop' THEN 3 WHEN 'prepayment' THEN 2 WHEN 'review' THEN 1 ELSE 0 END)::SMALLINT AS order_rank,
    coalesce(d.order_block_reason, '') AS order_block_reason, coalesce(d.order_release_when, '') AS order_release_when,
    d.order_release_amount, d.released_until, d.currency, p.open_items,
    p.open_amount AS open, p.overdue_amount AS overdue, coalesce(l.collectible, 0)::BIGINT AS collectible,
    p.disputed_amount AS disputed, p.promised_amount AS promised, p.planned_amount AS planned,
    p.unallocated_amount AS unallocated, l.oldest_due_on, d.exposure, d.credit_limit, d.headroom,
    d.uninsured_maximum_loss AS uninsured, p.turnover_12m AS turnover, round(100 * p.growth_12m)::BIGINT AS growth,
    coalesce(p.pipeline_amount, 0)::BIGINT AS pipeline,
    CASE WHEN {CANDIDATE} THEN least(d.headroom, {WISH}) ELSE 0 END::BIGINT AS room,
    CASE WHEN {WATCHED} THEN (d.uninsured_maximum_loss * d.risk_pd)::BIGINT ELSE 0 END::BIGINT AS at_risk,
    CASE WHEN {SLIPPED} >= {SLIP} AND p.days_late_recent > 0 THEN round({SLIPPED})::BIGINT ELSE 0 END::BIGINT AS slipping,
    to_json({{{", ".join(f"'{name}': {_shown(name)}" for name in PROFILE)}}})::VARCHAR AS more
FROM profile p
JOIN decision d USING (customer_id)
JOIN debtor b USING (customer_id)
LEFT JOIN ({ONE_STEP}) t USING (customer_id)
LEFT JOIN (
    SELECT customer_id, sum(net_base) AS collectible, DATE '1970-01-01' + min(eff_day)::INTEGER AS oldest_due_on
    FROM past_due GROUP BY ALL
) l USING (customer_id)
LEFT JOIN member_rows c ON c.customer = p.customer_id AND c.role = 'collector'
LEFT JOIN member_rows s ON s.customer = p.customer_id AND s.role = 'account_manager'
"""

GROUPED = f"""
SELECT p.customer_id, c.portfolio, d.segment, {COLLECTOR} AS collector
FROM profile p
JOIN decision d USING (customer_id)
JOIN debtor b USING (customer_id)
LEFT JOIN member_rows c ON c.customer = p.customer_id AND c.role = 'collector'
"""

ITEMS = """
SELECT i.customer_id AS customer, i.payer, i.invoice_id AS invoice, f.number, i.kind,
    DATE '1970-01-01' + i.issued_day::INTEGER AS issued_on, DATE '1970-01-01' + i.eff_day::INTEGER AS due_on, i.currency,
    f.amount, i.open, i.open_base, i.overdue, coalesce(l.net, 0) AS collectible,
    least(i.open, coalesce(q.disputed, 0))::BIGINT AS disputed, coalesce(l.off_promise, 0) AS promised,
    coalesce(l.off_plan, 0) AS planned, coalesce({holds}, '') AS holds
FROM open_item i
JOIN fact_invoice f USING (invoice_id)
LEFT JOIN past_due l USING (invoice_id)
LEFT JOIN (
    SELECT invoice_id, sum(amount) AS disputed FROM fact_dispute
    WHERE opened_on <= DATE '{day}' AND (closed_on IS NULL OR closed_on > DATE '{day}') GROUP BY ALL
) q USING (invoice_id)
WHERE NOT i.settled
"""


def stand(company: Company, outcome: Outcome, number: int, customers: Sequence[str] | None = None) -> None:
    """Write how things stand after a decision with the ledger as of import `number`; only these customers when some are named."""
    but = outcome.but
    accounts = _digested(_accounts(company, outcome), customers)
    touched = _lay(Account, ("customer",), company, accounts, customers, but)
    items = _digested(outcome.decided.sql(_items_query(outcome)), customers)
    _lay(OpenItem, ("invoice",), company, items, customers, but)
    if touched:  # a word changes with its customer only
        words = _words(accounts.filter(pc.is_in(accounts.column("customer"), pa.array(touched, pa.string()))))
        _lay(SearchWord, ("customer", "word"), company, words, touched, but)
    done = Stale.objects.filter(company=company, ledger_no__lte=number)
    (done if customers is None else done.filter(customer__in=list(customers))).delete()


def grouped(company: Company, outcome: Outcome) -> pa.Table:
    """Customers with the portfolio, segment and collector that `stand` will write: rows of `measures.bench.CUSTOMERS`."""
    return outcome.decided.sql(GROUPED, member_rows=_members(company))


def _accounts(company: Company, outcome: Outcome) -> pa.Table:
    return outcome.decided.sql(ACCOUNTS, member_rows=_members(company))


def _members(company: Company) -> pa.Table:
    members = Member.objects.filter(company=company).values_list(
        "customer", "role", "portfolio__owner", "portfolio_id"
    )
    columns: list[list[Any]] = [list(one) for one in zip(*members, strict=True)] or [[], [], [], []]
    return pa.table(
        {
            "customer": pa.array(columns[0], pa.string()), "role": pa.array(columns[1], pa.string()),
            "owner": pa.array(columns[2], pa.string()), "portfolio": pa.array(columns[3], pa.int64()),
        }
    )  # fmt: skip


def _items_query(outcome: Outcome) -> str:
    """The statement about open items; which hold codes there are depends on the facts."""
    held = [
        name.removeprefix("is_")
        for name in outcome.decided.columns("past_due")
        if name.startswith("is_") and name not in {"is_estate", "is_unapproved"}
    ]
    codes = ", ".join(f"CASE WHEN l.is_{name} THEN '{name}' END" for name in held)
    holds = f"concat_ws(' ', {codes})" if held else "''"
    return ITEMS.format(holds=holds, day=outcome.as_of)


def _digested(rows: pa.Table, customers: Sequence[str] | None) -> pa.Table:
    """The rows of these customers, each with the fingerprint of all it says.

    It is DuckDB's own, which a later DuckDB may reckon otherwise: then rows are written once more that say the same.
    """
    if customers is not None:
        rows = rows.filter(pc.is_in(rows.column("customer"), pa.array(list(customers), pa.string())))
    with beside(given=rows) as con:
        return con.sql("SELECT *, hash(g)::VARCHAR AS digest FROM given g").to_arrow_table()


def _words(accounts: pa.Table) -> pa.Table:
    with beside(given=accounts.select(["customer", "words"])) as con:
        return con.sql(
            "SELECT DISTINCT customer, word[:200] AS word FROM (SELECT customer, unnest(string_split(words, ' ')) AS word "
            "FROM given) WHERE word <> ''"
        ).to_arrow_table()


def _lay(
    model: type[models.Model],
    key: Sequence[str],
    company: Company,
    rows: pa.Table,
    customers: Sequence[str] | None,
    but: Sequence[str],
) -> list[str]:
    """Make the table hold these rows and no others, of these customers; what is equal already is left alone.

    Gives the customers of whom a row came, changed or went.
    """
    table = model._meta.db_table
    marks = [*key, "digest"] if "digest" in rows.schema.names else list(key)
    names = ["id", "customer", *(name for name in marks if name != "customer")]
    where, values = "company_id = %s", [company.pk]
    if customers is not None:
        among, value = bulk.among("customer", list(customers))
        where, values = f"{where} AND {among}", [*values, value]
    schema = pa.schema([(name, pa.int64() if name == "id" else pa.string()) for name in names])
    columns = ", ".join(bulk.quoted(name) for name in names)
    standing = bulk.fetch(f"SELECT {columns} FROM {bulk.quoted(table)} WHERE {where}", values, schema)
    left_alone = pa.table({"customer": pa.array(list(but), pa.string())})
    compared = _compared if max(rows.num_rows, standing.num_rows) > matching.FEW else _compared_few
    gone, fresh, touched = compared(rows, standing, left_alone, marks)
    if gone:
        bulk.update_each(f"DELETE FROM {bulk.quoted(table)} WHERE company_id = %s AND id", company.pk, gone)
    if fresh.num_rows:
        fresh = fresh.append_column("company_id", pa.array([company.pk] * fresh.num_rows, pa.int64()))
        bulk.store(table, fresh.to_reader(bulk.BATCH))
    return touched


def _compared(
    rows: pa.Table, standing: pa.Table, left_alone: pa.Table, marks: Sequence[str]
) -> tuple[list[int], pa.Table, list[str]]:
    """Ids of rows that stand no longer, rows that are new, and the customers of both."""
    told = numbered(rows, ["customer", *(name for name in marks if name != "customer")])
    with beside(given_rows=told, standing_rows=standing, but_rows=left_alone) as con:
        same = ", ".join(f'"{name}"' for name in marks)
        con.execute("CREATE TEMP TABLE given AS SELECT * FROM given_rows ANTI JOIN but_rows USING (customer)")
        con.execute(
            "CREATE TEMP TABLE standing AS SELECT * FROM standing_rows ANTI JOIN but_rows USING (customer)"
        )
        gone = [
            row[0] for row in con.sql(f"SELECT id FROM standing ANTI JOIN given USING ({same})").fetchall()
        ]
        new = con.sql(f"SELECT {NUMBER} FROM given ANTI JOIN standing USING ({same})").to_arrow_table()
        touched = con.sql(
            f"SELECT customer FROM given ANTI JOIN standing USING ({same}) "
            f"UNION SELECT customer FROM standing ANTI JOIN given USING ({same}) ORDER BY customer"
        ).fetchall()
    return gone, picked(rows, new), [row[0] for row in touched]


def _compared_few(
    rows: pa.Table, standing: pa.Table, left_alone: pa.Table, marks: Sequence[str]
) -> tuple[list[int], pa.Table, list[str]]:
    """As `_compared`, without a database beside."""
    given = matching.but(rows, left_alone.column("customer"))
    stood = matching.but(standing, left_alone.column("customer"))
    fresh, gone = matching.unmatched(given, stood, marks), matching.unmatched(stood, given, marks)
    touched = {*fresh.column("customer").to_pylist(), *gone.column("customer").to_pylist()}
    return gone.column("id").to_pylist(), fresh, sorted(touched)


def mark_stale(company: Company, customers: Sequence[str], number: int, now: datetime) -> None:
    """Note, in the transaction of a fact, that these customers are to be decided anew with import `number`."""
    Stale.objects.bulk_create(
        [
            Stale(company=company, customer=one, ledger_no=number, asked_at=now)
            for one in sorted(set(customers))
        ],
        update_conflicts=True,
        unique_fields=["company", "customer"],
        update_fields=["ledger_no", "asked_at", "tries", "next_try_at", "error"],
    )
