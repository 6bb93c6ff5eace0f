"""Fact tables of what comes from outside: documents, money, orders, disputes, credit and cover."""

from __future__ import annotations

from creditdesk.facts.column import Table, day, flag, ids, money, number, share, text, yearly

INVOICE = Table(
    "invoice",
    "An invoice, one part of it, or a credit note; `amount` is positive for both kinds.",
    ("invoice_id",),
    (
        text("invoice_id", "id of the document", need=True),
        text("customer_id", "who owes it", need=True, to="customer"),
        text("number", "number printed on it", need=True),
        text("kind", "which of the two", need=True, allowed="invoice credit_note"),
        day("issued", "date of issue", need=True),
        day("due", "date of payment", need=True),
        money("amount", "total, VAT included", need=True, least=0),
        text("currency", "ISO 4217", need=True),
        text("company_id", "our legal entity that issued it", to="company"),
        text("part", "which part of an invoice payable in parts"),
        text("corrects_invoice_id", "the invoice this one corrects or credits", to="invoice"),
        money("net_amount", "total without VAT", least=0),
        money("cost", "cost of what was sold"),
        text("order_id", "the order it bills"),
        text("order_reference", "the customer's order number"),
        text("buyer_reference", "the customer's own reference"),
        text("payment_reference", "reference to pay with"),
        text("payment_method", "agreed way of payment", allowed="transfer direct_debit card link cash"),
        text("mandate_id", "direct debit mandate"),
        text("manner", "how it was sent", allowed="paper email peppol"),
        day("sent_on", "date of sending"),
        day("received_on", "date of receipt"),
        text("delivery_state", "what is known of its delivery", allowed="sent delivered rejected bounced"),
        day("delivered_on", "date of delivery of the goods or service"),
        day("discount_until", "last day of the cash discount"),
        money("discount_amount", "cash discount", least=0),
        day("factored_on", "date it was sold to a factor"),
        flag("retention", "a retained part, due later by contract"),
        text("document", "where the document is"),
    ),
)

PAYMENT = Table(
    "payment",
    "Money that came in or went back. Without a known customer it is unmatched money.",
    ("payment_id",),
    (
        text("payment_id", "id of the movement", need=True),
        text("customer_id", "who paid"),
        text("kind", "what it is; empty = receipt", allowed="receipt refund return"),
        day("value_date", "value date: measures the behaviour", need=True),
        day("entry_date", "booking date: governs what was known; empty = value date"),
        money("amount", "amount", need=True, least=1),
        text("currency", "ISO 4217", need=True),
        text("method", "how it was paid", allowed="transfer direct_debit card link cash"),
        text("payer_iban", "account it came from"),
        text("our_iban", "account of ours"),
        text("remittance", "text with the payment"),
        text("order_id", "the order a deposit is bound to"),
        text("reverses_payment_id", "the receipt this return undoes", to="payment"),
    ),
)

ALLOCATION = Table(
    "allocation",
    "What closes an invoice, in part or whole.",
    ("allocation_id",),
    (
        text("allocation_id", "id of the allocation", need=True),
        text("invoice_id", "the invoice it closes", need=True, to="invoice"),
        text(
            "kind",
            "what closes it",
            need=True,
            allowed="payment credit_note cash_discount bank_charge exchange_difference small_difference set_off "
            "write_off",
        ),
        text("payment_id", "the payment, if the kind is payment", to="payment"),
        text("credit_note_id", "the credit note, if the kind is credit_note", to="invoice"),
        day("allocated_on", "first day it is in force", need=True),
        money("amount", "amount, in the currency of the invoice", need=True, least=0),
        day("reversed_on", "first day it is no longer in force"),
    ),
)

ORDER = Table(
    "order",
    "An order, from promise to invoice. Several rows per id where `known_from` is given.",
    ("order_id", "known_from"),
    (
        text("order_id", "id of the order", need=True),
        text("customer_id", "who ordered", need=True, to="customer"),
        day("ordered_on", "date of the order", need=True),
        money("amount", "value, VAT included", need=True, least=0),
        text("currency", "ISO 4217", need=True),
        day("promised_for", "promised date of delivery"),
        day("delivered_on", "date of delivery"),
        money("delivered_amount", "value delivered", least=0),
        money("invoiced_amount", "value invoiced", least=0),
        day("cancelled_on", "date it was cancelled"),
        day("refused_on", "date it was refused"),
        text("refused_by", "who refused", allowed="customer us"),
        day("known_from", "first day on which this row is known"),
    ),
)

DISPUTE = Table(
    "dispute",
    "A complaint about part or all of an invoice, or about the relation where no invoice is named.",
    ("dispute_id",),
    (
        text("dispute_id", "id of the dispute", need=True),
        text("customer_id", "who disputes", need=True, to="customer"),
        text("invoice_id", "the invoice in dispute", to="invoice"),
        day("opened_on", "date it became known", need=True),
        day("closed_on", "date it was closed"),
        money("amount", "disputed part", need=True, least=0, unit="minor units of the invoice's currency"),
        text(
            "reason",
            "why",
            need=True,
            allowed="price quality delivery not_received not_delivered missing_po wrong_address wrong_vat "
            "wrong_entity duplicate already_paid terms service other",
        ),
        text("outcome", "how it ended", allowed="customer_right partly_right we_right withdrawn"),
        text("owner", "who must solve it"),
        day("deadline", "until when"),
        text("credit_note_id", "the credit note that settles it", to="invoice"),
    ),
)

CREDIT_REPORT = Table(
    "credit_report",
    "A score, grade or event from a credit bureau.",
    ("report_id",),
    (
        text("report_id", "id of the report", need=True),
        text("customer_id", "about whom", to="customer"),
        text("lead_id", "about which lead"),
        text("registration_number", "about which registration number"),
        text("provider", "who reports", need=True),
        day("reported_on", "date of the report", need=True),
        day("received_on", "date it reached us: governs what was known", need=True),
        text("scale", "the provider's scale", need=True),
        share("score", "score on that scale", "points of the scale", least=None, most=None),
        text("grade", "grade on that scale"),
        share("pd", "probability of default as the provider states it"),
        day("valid_until", "last day it may be used"),
        money("recommended_limit", "limit the provider recommends", least=0),
        text("currency", "of the recommended limit, ISO 4217"),
        text("event", "what happened, for a report about an event"),
    ),
)

ANNUAL_ACCOUNT = Table(
    "annual_account",
    "Balance sheet and result of one financial year, in one currency.",
    ("customer_id", "year_end"),
    (
        text("customer_id", "whose accounts", need=True, to="customer"),
        day("year_end", "last day of the year", need=True),
        number("months", "length of the year", "months", need=True, least=1, most=36),
        text("currency", "ISO 4217", need=True),
        yearly("total_assets", "balance total"),
        yearly("fixed_assets", "fixed assets"),
        yearly("intangible_assets", "of which intangible"),
        yearly("current_assets", "current assets"),
        yearly("inventories", "of which stock"),
        yearly("receivables", "of which receivables"),
        yearly("cash", "of which cash"),
        yearly("equity", "equity"),
        yearly("retained_earnings", "reserves and result carried forward"),
        yearly("long_term_debt", "debts due after a year"),
        yearly("current_liabilities", "debts due within a year"),
        yearly("total_liabilities", "all debts"),
        yearly("turnover", "sales"),
        yearly("gross_margin", "gross margin"),
        yearly("staff_cost", "cost of staff"),
        yearly("depreciation", "depreciation"),
        yearly("operating_profit", "operating result (EBIT)"),
        yearly("financial_charges", "interest and other financial charges"),
        yearly("profit_before_tax", "result before tax"),
        yearly("profit_after_tax", "result after tax"),
        day(
            "published_on", "date of publication: governs what was known; empty = seven months after the year"
        ),
    ),
)

COVER = Table(
    "cover",
    "A limit of a credit insurer on a customer.",
    ("cover_id",),
    (
        text("cover_id", "id of the cover", need=True),
        text("customer_id", "on whom", need=True, to="customer"),
        text("insurer", "who insures", need=True),
        text("policy_id", "under which insurance policy"),
        text("kind", "how it was granted", allowed="named discretionary top_up"),
        money("amount", "insured limit", need=True, least=0),
        text("currency", "ISO 4217", need=True),
        share("insured_share", "share of a loss that is paid", need=True),
        day("valid_from", "first day", need=True),
        day("valid_to", "last day"),
        day("withdrawn_on", "day the insurer withdrew it"),
        number("maximum_extension_days", "maximum extension period", "calendar days", least=0),
    ),
)

SECURITY = Table(
    "security",
    "A deposit or guarantee that we hold.",
    (),
    (
        text("customer_id", "for whose debts", need=True, to="customer"),
        text(
            "kind",
            "what it is",
            need=True,
            allowed="deposit bank_guarantee parent_guarantee retention_of_title",
        ),
        money("amount", "value", need=True, least=0),
        text("currency", "ISO 4217", need=True),
        day("from_on", "first day", need=True),
        day("until_on", "last day"),
    ),
)

CREDIT_GROUP = Table(
    "credit_group",
    "Customers that share one limit.",
    ("group_id",),
    (
        text("group_id", "id of the group", need=True),
        money("limit", "limit they share", least=0),
        text("currency", "ISO 4217", need=True),
        ids("customer_ids", "its members", need=True, to="customer"),
    ),
)

FX_RATE = Table(
    "fx_rate",
    "An exchange rate of one day: 1 `currency` = `rate` `base`.",
    ("currency", "base", "on"),
    (
        text("currency", "currency that is priced, ISO 4217", need=True),
        text("base", "currency of the price, ISO 4217", need=True),
        day("on", "day of the rate", need=True),
        share("rate", "price of one unit", "base per currency", need=True, least=0, most=None),
    ),
)

BANK_STATEMENT = Table(
    "bank_statement",
    "A statement of one of our receipts accounts: which days its money is known for.",
    ("statement_id",),
    (
        text("statement_id", "id of the statement", need=True),
        text("iban", "our account", need=True),
        day("from_on", "first day covered", need=True),
        day("to_on", "last day covered", need=True),
        money("opening", "opening balance"),
        money("closing", "closing balance"),
        text("currency", "ISO 4217", need=True),
        day("received_on", "date it reached us", need=True),
    ),
)

PAYMENT_CANDIDATE = Table(
    "payment_candidate",
    "A customer that an unmatched payment may belong to.",
    ("payment_id", "customer_id"),
    (
        text("payment_id", "the payment", need=True, to="payment"),
        text("customer_id", "the candidate", need=True, to="customer"),
        share("confidence", "how likely", need=True),
    ),
)

CONTRA = Table(
    "contra",
    "What we owe a customer; the latest row not after the day holds.",
    ("customer_id", "currency", "on"),
    (
        text("customer_id", "to whom", need=True, to="customer"),
        day("on", "day of the balance", need=True),
        money("amount", "what we owe", need=True, least=0),
        text("currency", "ISO 4217", need=True),
    ),
)

COLLECTION = Table(
    "collection",
    "A direct debit presented to the bank.",
    ("collection_id",),
    (
        text("collection_id", "id of the collection", need=True),
        text("mandate_id", "under which mandate"),
        text("invoice_id", "for which invoice", need=True, to="invoice"),
        day("collect_on", "date of collection", need=True),
        money("amount", "amount", need=True, least=0, unit="minor units of the invoice's currency"),
        day("returned_on", "date it was returned"),
        text("return_reason", "why it was returned"),
    ),
)

CHARGE = Table(
    "charge",
    "Interest or costs claimed from a customer.",
    ("charge_id",),
    (
        text("charge_id", "id of the charge", need=True),
        text("customer_id", "from whom", need=True, to="customer"),
        text("invoice_id", "for which invoice", to="invoice"),
        text("kind", "what it is", need=True, allowed="interest fixed_sum collection_cost reminder_fee"),
        money("amount", "amount", need=True, least=0),
        text("currency", "ISO 4217", need=True),
        day("on", "date of the claim", need=True),
        day("waived_on", "date it was waived"),
    ),
)
