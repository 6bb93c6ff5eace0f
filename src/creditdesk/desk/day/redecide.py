"""One customer decided at once: after a change by a person, and when the gate is asked again before a message goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from creditdesk.desk.casework.models import Message, Redecided, Run
from creditdesk.desk.casework.policies import in_force
from creditdesk.desk.day.closing import close_gone
from creditdesk.desk.day.decider import Decider
from creditdesk.desk.day.ground import AsAWhole
from creditdesk.desk.day.opening import open_due
from creditdesk.desk.day.outcome import Outcome, previous
from creditdesk.desk.day.preparing import told_by
from creditdesk.desk.day.recording import read_whole, record
from creditdesk.desk.ledger import bulk
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.quarantine import held_customers
from creditdesk.desk.ledger.reading import facts as read_facts
from creditdesk.desk.ledger.reading import known_import
from creditdesk.desk.ledger.versions import arrow_schema
from creditdesk.facts.schema import TABLES

_whole: dict[tuple[object, ...], dict[str, pa.Table]] = {}


def redecide(
    company: Company,
    customers: Sequence[str],
    as_of: date,
    decider: Decider,
    now: datetime,
    first: Callable[[Outcome, int], None] = lambda _outcome, _number: None,
) -> Outcome | None:
    """Decide some customers and their family anew on the freshest facts, record it, and open and close their tasks.

    Ranks and means over all customers are those of the last day. Before the first day nothing is done.

    Args:
        first: called in the transaction, before anything is recorded, with the outcome and the last import known.
    """
    last = (
        Run.objects.filter(company=company, stages__name="record")
        .order_by("-as_of")
        .values_list("as_of", "stages__pk", "stages__finished_at")
        .first()
    )
    if last is None:
        return None
    number = known_import(company, None)
    facts = read_facts(company, known=number, customers=customers)
    if "customer" not in facts:
        return None
    family = sorted(set(facts["customer"].column("customer_id").to_pylist()))
    _add_company_wide(company, number, facts)
    before = previous(company, as_of, family)
    engine = decider.alone
    with engine.lock:
        policy = in_force(company, as_of)
        held = held_customers(company, number)
        whole = AsAWhole(_standing_whole(company, last), told_by(company, number))
        decided = engine.decide(policy.text, facts, as_of, before, whole, held)
        outcome = Outcome(decided, as_of)
        with transaction.atomic():
            Company.objects.select_for_update(no_key=True).get(pk=company.pk)
            first(outcome, number)
            record(company, outcome, number, family)
            Redecided.objects.bulk_create(
                [Redecided(company=company, customer=one, as_of=as_of, ledger_no=number) for one in family],
                update_conflicts=True,
                unique_fields=["company", "customer"],
                update_fields=["as_of", "ledger_no"],
            )
            opened = open_due(company, outcome, None, number, now, set(family))
            close_gone(company, outcome, opened.live, family)
    return outcome


def ask_again(
    company: Company, messages: Sequence[Message], as_of: date, decider: Decider, now: datetime
) -> None:
    """Ask the gate for messages that wait: what is due as it was stays and is up to date, all else is cancelled.

    A message whose step is still due, with other invoices or another amount, is written anew.
    """

    def ask(outcome: Outcome, number: int) -> None:
        due = {_key(row): row for row in outcome.due()}
        holds = outcome.holds()
        for message in messages:
            if not message.procedure:  # a person sends it, and nothing is claimed: the gate has no say
                Message.objects.filter(pk=message.pk, state=Message.State.QUEUED).update(
                    asked_on=as_of, asked_no=number
                )
                continue
            key = (message.customer, message.procedure, message.case_no, message.step, message.turn)
            row = due.get(key)
            waiting = Message.objects.filter(pk=message.pk, state=Message.State.QUEUED)
            if row is not None and _same(message, row):
                waiting.update(asked_on=as_of, asked_no=number)
                continue
            hold = holds.get((message.customer, message.case_no, message.step))
            why = (
                "the amount has changed" if row is not None else f"held: {hold}" if hold else "no longer due"
            )
            waiting.update(state=Message.State.CANCELLED, reply=why, ended_at=now)

    customers = sorted({message.customer for message in messages})
    if redecide(company, customers, as_of, decider, now, ask) is None:
        waiting = Message.objects.filter(
            pk__in=[message.pk for message in messages], state=Message.State.QUEUED
        )
        waiting.exclude(procedure="").update(
            state=Message.State.CANCELLED, reply="the ledger knows the customer no longer", ended_at=now
        )
        waiting.filter(procedure="").update(asked_on=as_of, asked_no=known_import(company, None))


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["customer_id"], row["procedure"], row["case_no"], row["step"], row["turn"]


def _same(message: Message, row: dict[str, Any]) -> bool:
    return (
        message.channel == row["do"]
        and message.invoice_ids == (row["invoice_ids"] or [])
        and message.amounts == (row["amounts"] or [])
        and message.contact_id == (row["contact_id"] or "")
    )


def _standing_whole(company: Company, last: tuple[object, ...]) -> dict[str, pa.Table]:
    """Ranks and means as the last day recorded them; a day that was run again recorded others."""
    key = (connection.settings_dict["NAME"], company.pk, *last)
    if key not in _whole:
        _whole.clear()
        _whole[key] = read_whole(company)
    return _whole[key]


def _add_company_wide(company: Company, number: int, facts: dict[str, pa.Table]) -> None:
    """What a payer's going live hangs on beside its own facts: the first release, one for all, an action of ours at all."""
    for name, condition, order in (
        ("approval", "subject = 'go_live' AND granted", "customer_id IS NULL DESC, decided_on"),
        ("action", "procedure IS NOT NULL AND procedure <> 'imported' AND direction = 'out'", "id"),
    ):
        table = TABLES[name]
        columns = ", ".join(bulk.quoted(column.name) for column in table.columns)
        query = (
            f"SELECT {columns} FROM fact_{name} WHERE legal_entity_id = %s AND brought_by_id <= %s "
            f"AND (replaced_by_id IS NULL OR replaced_by_id > %s) AND {condition} ORDER BY {order} LIMIT 1"
        )
        extra = bulk.fetch(query, [company.pk, number, number], arrow_schema(table))
        if not extra.num_rows:
            continue
        own = facts.get(name)
        if own is None:
            facts[name] = extra
        elif extra.column(table.key[0])[0].as_py() not in own.column(table.key[0]).to_pylist():
            facts[name] = pa.concat_tables([own, extra.cast(own.schema)])
