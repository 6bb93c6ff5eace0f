"""The fact tables of the contract: one Ibis schema per table, with meaning and unit per column.

Everything that holds facts (files, importers, models, warehouses) conforms to `TABLES`; one test per binding
proves it. Money is a 64-bit integer in minor units of the row's `currency`; dates are local dates.
"""

from __future__ import annotations

from creditdesk.facts.column import Column, Table, day, flag, ids, money, number, share, text
from creditdesk.facts.schema_later import LATER

__all__ = ["TABLES", "Column", "Table", "USED", "csv_list_separator"]

csv_list_separator = ";"

COMPANY = Table(
    "company",
    "A legal entity of ours that sells on account.",
    ("company_id",),
    (
        text("company_id", "id of the company", need=True),
        text("name", "legal name", need=True),
        text("country", "ISO 3166-1 alpha-2", need=True),
        text("subdivision", "ISO 3166-2 part, without the country"),
        text("street", "street and number"),
        text("postal_code", "postal code"),
        text("city", "town"),
        text("currency", "reporting currency, ISO 4217", need=True),
        text("language", "ISO 639-1", need=True),
        text("registration_number", "number in the trade register"),
        text("vat_number", "VAT number"),
        text("size", "size for the law on payment terms", allowed="sme large"),
    ),
)

CUSTOMER = Table(
    "customer",
    "A debtor or prospect. Several rows per id where `known_from` is given: the latest not after the day holds.",
    ("customer_id", "known_from"),
    (
        text("customer_id", "id of the customer", need=True),
        text("name", "name as invoiced", need=True),
        text("kind", "what it is in law", need=True, allowed="company sole_trader consumer public_body"),
        text("company_id", "our legal entity it belongs to", to="company"),
        text("party_id", "the same legal person over our companies"),
        text("payer_id", "the customer that pays its invoices", to="customer"),
        text("parent_id", "the parent in its group", to="customer"),
        text("merged_into_id", "the customer that goes on in its place", to="customer"),
        text("status", "stage of the relation", allowed="prospect active closed"),
        text("country", "ISO 3166-1 alpha-2"),
        text("subdivision", "ISO 3166-2 part, without the country"),
        text("street", "street and number"),
        text("postal_code", "postal code"),
        text("city", "town"),
        text("language", "ISO 639-1"),
        text("currency", "usual currency, ISO 4217"),
        text("legal_form", "legal form as registered"),
        day("founded_on", "date of foundation"),
        text("registration_number", "number in the trade register; decides identity across spellings"),
        text("vat_number", "VAT number"),
        text("sector", "NACE Rev. 2 code of the main activity"),
        text("other_sectors", "further NACE codes, separated by ;"),
        number("employees", "staff", "persons", least=0),
        money("annual_revenue", "its own yearly revenue", unit="minor units of the reporting currency"),
        day("customer_since", "first day of the relation"),
        text("account_manager", "who sells to it"),
        text("collector", "who collects from it"),
        flag("key_account", "watched by Sales: moves need approval"),
        flag("intercompany", "one of our own group: no dunning"),
        number("payment_terms_days", "agreed term", "calendar days", least=0),
        money("credit_limit", "limit set by hand or ERP", unit="minor units of `currency`", least=0),
        day("credit_limit_until", "last day of that limit"),
        text("limit_scope", "whose exposure the limit holds", allowed="own group"),
        text("invoice_manner", "how it receives invoices", allowed="paper email peppol"),
        text("preferred_channel", "how it wants to be reached", allowed="email letter sms phone"),
        text("formality", "how it is addressed", allowed="formal informal"),
        flag("po_required", "invoices need its order number"),
        day("insolvent_on", "short for a legal_status of bankruptcy"),
        flag("do_not_contact", "no automatic contact"),
        day("known_from", "first day on which this row is known"),
    ),
)

CUSTOMER_CODE = Table(
    "customer_code",
    "A code of the ERP or CRM: type, group, culture, growth class.",
    ("customer_id", "code", "from_on"),
    (
        text("customer_id", "whose code", need=True, to="customer"),
        text("code", "name of the coding", need=True),
        text("value", "its value", need=True),
        day("from_on", "first day it holds"),
    ),
)

PREFERENCE = Table(
    "preference",
    "A wish of the customer, or of ours about it. `payment_run: 5,20` is a declared habit.",
    ("customer_id", "kind", "from_on"),
    (
        text("customer_id", "whose wish", need=True, to="customer"),
        text(
            "kind",
            "what it is about",
            need=True,
            allowed="channel invoice_manner language reminder_moment payment_run contact_hours",
        ),
        text("value", "the wish", need=True),
        day("from_on", "first day it holds", need=True),
        text("set_by", "who set it", need=True, allowed="customer us"),
    ),
)

LEGAL_STATUS = Table(
    "legal_status",
    "An insolvency or other status in law that stops dunning.",
    ("customer_id", "kind", "from_on"),
    (
        text("customer_id", "whose status", need=True, to="customer"),
        text(
            "kind",
            "which status",
            need=True,
            allowed="bankruptcy suspension reorganisation debt_settlement debt_counselling guardianship liquidation "
            "struck_off deceased",
        ),
        day("from_on", "first day", need=True),
        day("ended_on", "last day"),
        text("reference", "reference of court or trustee"),
        day("claim_deadline", "last day to file our claim"),
    ),
)

CONTACT = Table(
    "contact",
    "A person or mailbox at the customer. Several rows per id where `known_from` is given.",
    ("contact_id", "known_from"),
    (
        text("contact_id", "id of the contact", need=True),
        text("customer_id", "whose contact", need=True, to="customer"),
        text(
            "role",
            "what it is for",
            need=True,
            allowed="accounts_payable buyer director administrator lawyer general other",
        ),
        flag("is_primary", "the first to use in its role"),
        text("salutation", "form of address"),
        text("first_name", "first name"),
        text("name", "family name or name of the mailbox"),
        text("email", "e-mail address"),
        text("phone", "telephone, E.164 or as dialled at home"),
        text("mobile", "mobile telephone"),
        text("address", "postal address on one line"),
        text("language", "ISO 639-1"),
        text("formality", "how it is addressed", allowed="formal informal"),
        flag("opted_out", "wants no messages here"),
        day("until_on", "last day it is valid"),
        day("known_from", "first day on which this row is known"),
    ),
)

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
        money("total_assets", "balance total"),
        money("fixed_assets", "fixed assets"),
        money("intangible_assets", "of which intangible"),
        money("current_assets", "current assets"),
        money("inventories", "of which stock"),
        money("receivables", "of which receivables"),
        money("cash", "of which cash"),
        money("equity", "equity"),
        money("retained_earnings", "reserves and result carried forward"),
        money("long_term_debt", "debts due after a year"),
        money("current_liabilities", "debts due within a year"),
        money("total_liabilities", "all debts"),
        money("turnover", "sales"),
        money("gross_margin", "gross margin"),
        money("staff_cost", "cost of staff"),
        money("depreciation", "depreciation"),
        money("operating_profit", "operating result (EBIT)"),
        money("financial_charges", "interest and other financial charges"),
        money("profit_before_tax", "result before tax"),
        money("profit_after_tax", "result after tax"),
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

CHANNELS = (
    "email letter registered_letter call sms voice video statement legal_notice sales stop_delivery offer_plan "
    "thanks task hand_over phone portal other"
)
OUTCOMES = (
    "sent delivered bounced failed reached no_answer left_message wrong_contact promised disputed refused "
    "paid_claimed plan_asked call_back skipped"
)

ACTION = Table(
    "action",
    "A contact or task that was done: ours or the customer's.",
    ("action_id",),
    (
        text("action_id", "id of the action", need=True),
        text("customer_id", "the payer", need=True, to="customer"),
        text("procedure", "the procedure it belongs to; `imported` for an earlier system's"),
        number("case_no", "number of the case of this payer", "count", least=0),
        text("step", "the step's id; empty = ad hoc"),
        number("level", "level of the step", "0-6", least=0, most=6),
        text("policy_version", "version of the policy that set it"),
        text("channel", "how", need=True, allowed=CHANNELS),
        text("direction", "out = by us, in = by the customer", need=True, allowed="out in"),
        day("done_on", "date", need=True),
        ids("invoice_ids", "the invoices it listed", to="invoice"),
        money("amount", "amount it asked for", unit="minor units of the reporting currency"),
        text("by", "who did it"),
        text("contact_id", "whom it reached"),
        day("call_back_on", "date to call back"),
        text("outcome", "what came of it", allowed=OUTCOMES),
        text("document", "where the document is"),
    ),
)

PROMISE = Table(
    "promise",
    "A promise to pay; without an invoice it covers the oldest first.",
    ("promise_id",),
    (
        text("promise_id", "id of the promise", need=True),
        text("customer_id", "who promised", need=True, to="customer"),
        text("invoice_id", "for which invoice", to="invoice"),
        day("made_on", "date it was made", need=True),
        day("due_on", "date it is for", need=True),
        money("amount", "amount promised", need=True, least=0),
        text("currency", "ISO 4217", need=True),
        text("by", "who noted it"),
        text("channel", "how it was made"),
        day("withdrawn_on", "date it was withdrawn"),
    ),
)

PLAN = Table(
    "plan",
    "A payment plan over some invoices.",
    ("plan_id",),
    (
        text("plan_id", "id of the plan", need=True),
        text("customer_id", "with whom", need=True, to="customer"),
        day("agreed_on", "date it was agreed", need=True),
        ids("invoice_ids", "the invoices it covers", need=True, to="invoice"),
        day("ended_on", "date it ended"),
    ),
)

INSTALMENT = Table(
    "instalment",
    "One instalment of a plan.",
    ("plan_id", "due_on"),
    (
        text("plan_id", "which plan", need=True, to="plan"),
        day("due_on", "date", need=True),
        money("amount", "amount", need=True, least=0, unit="minor units of the invoices' currency"),
    ),
)

PAUSE = Table(
    "pause",
    "A pause of dunning set by a person, for a customer, an invoice or a channel.",
    ("pause_id",),
    (
        text("pause_id", "id of the pause", need=True),
        text("customer_id", "for whom", need=True, to="customer"),
        text("invoice_id", "for which invoice; empty = all", to="invoice"),
        text("channel", "for which channel; empty = all"),
        day("from_on", "first day", need=True),
        day("until_on", "last day; empty = until lifted"),
        text("reason", "why", need=True),
        text("by", "who set it", need=True),
    ),
)

APPROVAL = Table(
    "approval",
    "A person's yes or no.",
    ("approval_id",),
    (
        text("approval_id", "id of the approval", need=True),
        text("customer_id", "about whom; empty = the whole company (go_live, policy)", to="customer"),
        text("subject", "about what", need=True, allowed="go_live move step limit order_release plan policy"),
        text("ref", "which one: the step's id, the segment, the plan or promise, the company"),
        day("decided_on", "date", need=True),
        flag("granted", "true = yes", need=True),
        text("by", "who decided", need=True),
        text("reason", "why", need=True),
        money("amount", "amount, of a limit or release", unit="minor units of the reporting currency"),
        day("valid_until", "last day"),
    ),
)

OVERRIDE = Table(
    "override",
    "A value set by a person in the policy's place.",
    ("override_id",),
    (
        text("override_id", "id of the override", need=True),
        text("customer_id", "for whom", need=True, to="customer"),
        text(
            "field",
            "which value",
            need=True,
            allowed="segment procedure credit_limit terms_days owner acceptance",
        ),
        text("value", "the value, as text; money in minor units", need=True),
        day("from_on", "first day", need=True),
        day("until_on", "last day"),
        text("by", "who set it", need=True),
        text("reason", "why", need=True),
    ),
)

HANDOVER = Table(
    "handover",
    "Invoices handed to an agency, bailiff or lawyer.",
    ("handover_id",),
    (
        text("handover_id", "id of the file", need=True),
        text("customer_id", "against whom", need=True, to="customer"),
        text("to", "to whom", need=True, allowed="agency bailiff lawyer"),
        ids("invoice_ids", "the invoices handed over", need=True, to="invoice"),
        day("handed_on", "date", need=True),
        text("status", "state as the other side reports it", need=True),
        day("status_on", "date of that state", need=True),
        day("returned_on", "date the file came back"),
    ),
)

NOTE = Table(
    "note",
    "A note by a person.",
    ("note_id",),
    (
        text("note_id", "id of the note", need=True),
        text("customer_id", "about whom", need=True, to="customer"),
        day("on", "date", need=True),
        text("by", "who wrote it"),
        text("tag", "what it tells", allowed="stalling cash_trouble reorganising loyal other"),
        text(
            "tactic",
            "a tactic seen",
            allowed="asks_copy always_in_transfer contact_absent disputes_after_reminder token_payment",
        ),
        text("text", "the note", need=True),
    ),
)

USED = (
    COMPANY, CUSTOMER, CUSTOMER_CODE, PREFERENCE, LEGAL_STATUS, CONTACT, INVOICE, PAYMENT, ALLOCATION, ORDER,
    DISPUTE, CREDIT_REPORT, ANNUAL_ACCOUNT, COVER, SECURITY, CREDIT_GROUP, FX_RATE, BANK_STATEMENT,
    PAYMENT_CANDIDATE, CONTRA, COLLECTION, CHARGE, ACTION, PROMISE, PLAN, INSTALMENT, PAUSE, APPROVAL, OVERRIDE,
    HANDOVER, NOTE,
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in (*USED, *LATER)}
