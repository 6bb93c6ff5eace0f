"""Fact tables of who there is: our companies, their customers and the people to reach there."""

from __future__ import annotations

from creditdesk.facts.column import Table, day, flag, money, number, text, yearly

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
        yearly("annual_revenue", "its own yearly revenue", "minor units of the reporting currency"),
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
