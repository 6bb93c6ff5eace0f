"""The fact tables of the contract: one Ibis schema per table, with meaning and unit per column.

Everything that holds facts (files, importers, models, warehouses) conforms to `TABLES`; one test per binding
proves it. Money is a 64-bit integer in minor units of the row's `currency`; dates are local dates.
"""

from __future__ import annotations

from creditdesk.facts.column import Column, Table
from creditdesk.facts.schema_acts import (
    ACTION,
    APPROVAL,
    HANDOVER,
    INSTALMENT,
    NOTE,
    OVERRIDE,
    PAUSE,
    PLAN,
    PROMISE,
)
from creditdesk.facts.schema_later import LATER
from creditdesk.facts.schema_parties import (
    COMPANY,
    CONTACT,
    CUSTOMER,
    CUSTOMER_CODE,
    LEGAL_STATUS,
    PREFERENCE,
)
from creditdesk.facts.schema_trade import (
    ALLOCATION,
    ANNUAL_ACCOUNT,
    BANK_STATEMENT,
    CHARGE,
    COLLECTION,
    CONTRA,
    COVER,
    CREDIT_GROUP,
    CREDIT_REPORT,
    DISPUTE,
    FX_RATE,
    INVOICE,
    ORDER,
    PAYMENT,
    PAYMENT_CANDIDATE,
    SECURITY,
)

__all__ = ["TABLES", "USED", "Column", "Table", "csv_list_separator"]

csv_list_separator = ";"

USED = (
    COMPANY, CUSTOMER, CUSTOMER_CODE, PREFERENCE, LEGAL_STATUS, CONTACT, INVOICE, PAYMENT, ALLOCATION, ORDER,
    DISPUTE, CREDIT_REPORT, ANNUAL_ACCOUNT, COVER, SECURITY, CREDIT_GROUP, FX_RATE, BANK_STATEMENT,
    PAYMENT_CANDIDATE, CONTRA, COLLECTION, CHARGE, ACTION, PROMISE, PLAN, INSTALMENT, PAUSE, APPROVAL, OVERRIDE,
    HANDOVER, NOTE,
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in (*USED, *LATER)}
