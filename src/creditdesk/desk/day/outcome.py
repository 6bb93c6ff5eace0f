"""What a run says, as rows for the desk: decisions, steps, what is due, what was skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from creditdesk.desk.beside import beside
from creditdesk.desk.casework.models import Decision, Step
from creditdesk.desk.day.decided import Decided
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company
from creditdesk.facts.decisions import TABLES_OUT

ATTEMPTS = ("no_answer", "left_message", "wrong_contact", "call_back")
"""Outcomes that bring no step to an end."""

SAID = """
to_json(struct_update(t,
    risk_pd := round(risk_pd, 3),
    reasons := list_transform(reasons, lambda r: [r.criterion, (round(r.value) + 0)::VARCHAR, r.text, r.band, r.rule]),
    nearest_change := CASE WHEN nearest_change IS NOT NULL THEN [nearest_change.criterion, nearest_change.value::VARCHAR,
        (round(nearest_change.distance) + 0)::VARCHAR, nearest_change.unit, nearest_change.band, nearest_change.segment,
        nearest_change.remedy, nearest_change.invoice_id, nearest_change.amount::VARCHAR] END
))::VARCHAR
"""
"""What a decision says to a person. Means over all customers move a little each day, and with them a hundredth of what each is
measured by: that alone makes no other decision."""

DECISIONS = f"""
SELECT customer_id AS customer, md5(said) AS digest, segment, procedure, case_no, next_step, next_due_on, risk_class,
    payment_index, acceptance, order_block, currency, exposure, credit_limit, headroom, content
FROM (
    SELECT t.*, to_json(t)::VARCHAR AS content, {SAID} AS said
    FROM (SELECT * EXCLUDE (as_of, moved) FROM decision) t
)
"""

STEPS = """
SELECT customer_id AS customer, procedure, case_no, step, md5(state || content) AS digest, state, level, "do", due_on,
    listed_since, hold, owner, priority, amount, currency, content
FROM (
    SELECT t.*, 'due' AS state, '' AS hold, to_json(t)::VARCHAR AS content
    FROM (SELECT * EXCLUDE (as_of) FROM action_due) t
    UNION ALL BY NAME
    SELECT t.*, 'held' AS state, to_json(t)::VARCHAR AS content FROM (SELECT * EXCLUDE (as_of) FROM held) t
)
"""

_TURN = f"""
    SELECT customer_id, procedure, case_no, step, count(*) AS ended FROM fact_action
    WHERE direction = 'out' AND done_on <= $as_of
        AND (outcome IS NULL OR outcome NOT IN ({", ".join(f"'{one}'" for one in ATTEMPTS)}))
    GROUP BY ALL
"""

_WITH_TURN = """
    SELECT d.*, coalesce(t.ended, 0) + 1 AS turn
    FROM {table} d LEFT JOIN ({turns}) t
        ON d.customer_id = t.customer_id AND d.procedure = t.procedure AND d.case_no = t.case_no AND d.step = t.step
"""


class Outcome:
    """One run, read as the desk needs it."""

    def __init__(self, decided: Decided, as_of: date, but: Sequence[str] = ()) -> None:
        """Args: but: customers that are left out: they were decided with later facts."""
        self.decided = decided
        self.as_of = as_of
        self.but = tuple(but)

    def decisions(self) -> pa.Table:
        """Rows for `Decision`."""
        return self.decided.sql(DECISIONS)

    def steps(self) -> pa.Table:
        """Rows for `Step`."""
        return self.decided.sql(STEPS)

    def due(self) -> list[dict[str, Any]]:
        """Rows of `action_due` with `turn`: how often the step was brought to an end before, plus one."""
        return self._listed("action_due")

    def held(self, codes: Sequence[str]) -> list[dict[str, Any]]:
        """Rows of `held` where all that holds is among some codes, with `turn`."""
        return [row for row in self._listed("held") if set(row["holds"]) <= set(codes)]

    def holds(self) -> dict[tuple[str, int, str], str]:
        """Per step held its first hold."""
        rows = self.decided.sql("SELECT customer_id, case_no, step, hold FROM held").to_pylist()
        return {(row["customer_id"], row["case_no"], row["step"]): row["hold"] for row in rows}

    def skipped(self) -> list[dict[str, Any]]:
        """Rows of `skipped` with `turn`."""
        return self._listed("skipped")

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Rows of a query over stages and facts."""
        return self.decided.sql(query, values).to_pylist()

    def _listed(self, table: str) -> list[dict[str, Any]]:
        query = _WITH_TURN.format(table=table, turns=_TURN.replace("$as_of", f"DATE '{self.as_of}'"))
        rows = self.decided.sql(query).to_pylist()
        return [row for row in rows if row["customer_id"] not in self.but]


_PREVIOUS = {
    name: dtype
    for name, dtype in TABLES_OUT["decision"].schema().items()
    if not (dtype.is_nested() and name != "bands") and name not in {"as_of", "moved"}
}
_NAMES = {"string": "VARCHAR", "date": "DATE", "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN"}
_STRUCTURE = ", ".join(
    f'"{name}": "{_NAMES.get(str(dtype), "MAP(VARCHAR, VARCHAR)")}"' for name, dtype in _PREVIOUS.items()
)


def previous(company: Company, as_of: date, customers: Sequence[str] | None = None) -> dict[str, pa.Table]:
    """What the run before `as_of` decided and listed, as the next one needs it; empty before the first."""
    where = "company_id = %s AND from_on < %s AND (to_on IS NULL OR to_on >= %s)"
    values: list[Any] = [company.pk, as_of, as_of]
    if customers is not None:
        among, value = bulk.among("customer", list(customers))
        where, values = f"{where} AND {among}", [*values, value]
    decision, step = (bulk.quoted(model._meta.db_table) for model in (Decision, Step))
    found = bulk.fetch(
        f"SELECT content FROM {decision} WHERE {where}", values, pa.schema([("content", pa.string())])
    )
    if not found.num_rows:
        return {}
    listed = bulk.fetch(
        f"SELECT customer AS customer_id, procedure, case_no, step, listed_since, content FROM {step} "
        f"WHERE {where} AND listed_since IS NOT NULL",
        values,
        pa.schema(
            [("customer_id", pa.string()), ("procedure", pa.string()), ("case_no", pa.int64()), ("step", pa.string()),
             ("listed_since", pa.date32()), ("content", pa.string())]
        ),
    )  # fmt: skip
    with beside(decided=found, listed=listed) as con:
        before = as_of - timedelta(days=1)
        decision_rows = con.sql(
            f"SELECT unnest(json_transform(content, '{{{_STRUCTURE}}}')), DATE '{before}' AS as_of, false AS moved "
            "FROM decided"
        ).to_arrow_table()
        step_rows = con.sql(
            "SELECT * EXCLUDE (content), content->>'company_id' AS company_id FROM listed"
        ).to_arrow_table()
    return {"decision": decision_rows, "action_due": step_rows}
