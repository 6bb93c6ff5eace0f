"""Profile columns: who the customer is, how large, since when, and how it wants to be served."""

from __future__ import annotations

from creditdesk.facts.column import LIST
from creditdesk.facts.profile_column import (
    ProfileColumn,
    amount,
    count,
    date_of,
    figure,
    nested,
    words,
    yes_no,
)

IDENTITY: tuple[ProfileColumn, ...] = (
    words("customer_id", "the customer", known=True),
    words("company_id", "our company it belongs to; empty when we are one"),
    words("name", "name as invoiced", known=True),
    words("kind", "what it is in law", allowed="company sole_trader consumer public_body", known=True),
    yes_no("natural_person", "a person, protected as such", "consumer or sole trader", source="R0"),
    words("currency", "reporting currency of the money columns", "the currency of our company, ISO 4217", known=True),
    words("country", "ISO 3166-1 alpha-2"),
    words("subdivision", "ISO 3166-2 part, without the country"),
    words("postal_code", "postal code"),
    words("language", "language in which it is addressed", "its own where the policy speaks it, else our company's", known=True),
    words("sector", "NACE Rev. 2 code of the main activity"),
    words("sector_division", "NACE division", "the first two digits of `sector`"),
    words("other_sectors", "further NACE codes, separated by ;"),
    words("legal_form", "legal form as registered"),
    words("status", "stage of the relation", allowed="prospect active closed"),
    yes_no("intercompany", "one of our own group"),
    yes_no("key_account", "watched by Sales"),
    words("payer_id", "who pays its invoices", "`payer_id` of the customer, else itself", source="R1", known=True),
    words("account_manager", "who sells to it"),
    words("collector", "who collects from it"),
    nested("codes", LIST, "codes of ERP and CRM as `code=value`",
           "the latest value per code; a condition names one as `code_<code>`"),
    words("formality", "how it is addressed", allowed="formal informal"),
    words("preferred_channel", "how it wants to be reached",
          "its latest preference, else the customer file", allowed="email letter sms phone"),
    words("invoice_manner", "how it receives invoices",
          "its latest preference, else the customer file, else as the latest invoice was sent",
          allowed="paper email peppol"),
    yes_no("po_required", "invoices need its order number"),
    yes_no("do_not_contact", "no automatic contact"),
    count("payment_terms_days", "agreed term", "the customer file, else the term of the latest invoice",
          unit="calendar days", known=False),
    words("legal_status", "status in law in force", "the latest begun; `insolvent_on` counts as bankruptcy",
          allowed="bankruptcy suspension reorganisation debt_settlement debt_counselling guardianship liquidation "
          "struck_off deceased", source="R14"),
    date_of("legal_status_since", "first day of that status", source="R14"),
    date_of("claim_deadline", "last day to file our claim", source="R14"),
    yes_no("open_handover", "a file is with an agency, bailiff or lawyer",
           "handed over, not returned, and an invoice of it still open", source="R12"),
)  # fmt: skip

SIZE: tuple[ProfileColumn, ...] = (
    count("employees", "staff", unit="persons", known=False),
    amount("annual_revenue", "its own yearly revenue", "the customer file, else its latest annual accounts", known=False),
    amount("turnover_12m", "our turnover with it in 12 months",
           "invoices less credit notes issued in the last 365 days, VAT included, at the rate of the day of issue"),
    amount("turnover_previous_12m", "our turnover with it in the 12 months before", "as turnover_12m, days 366 to 730"),
    figure("growth_12m", "growth of our turnover with it", "share",
           "turnover_12m / turnover_previous_12m - 1; empty where the latter is not above 0"),
    words("turnover_class", "ABC class by turnover",
          "customers by falling turnover_12m: A until 80 %, B until 95 % of our company's turnover, else C (the "
          "customer that crosses a mark still belongs to the higher class); C without turnover",
          allowed="A B C", source="ABC analysis (H. F. Dickie, 1951)", known=True),
    count("turnover_rank", "place by turnover", "1 = largest turnover_12m of our company; ties by id", unit="rank"),
    count("invoices_12m", "invoices in 12 months", "issued in the last 365 days, credit notes left out"),
    figure("credited_share_12m", "share credited", "share",
           "credit notes / invoices issued in the last 365 days, by amount, at most 1"),
    amount("peak_month_sales", "peak month", "the largest of twelve blocks of 30 days back from today, invoices less "
           "credit notes, VAT included"),
    amount("sales_per_day_p90", "busy sales per day",
           "the second largest of the twelve blocks of 30 days (their 90th percentile) / 30"),
    amount("pipeline_amount", "open opportunities", "amounts of opportunities whose stage is not won, lost or closed"),
)  # fmt: skip

TENURE: tuple[ProfileColumn, ...] = (
    count("tenure_days", "length of the relation", "since customer_since, else the first invoice", unit="days", known=False),
    count("first_invoice_age_days", "age of the first invoice", "empty = never invoiced", unit="days", known=False),
    count("last_purchase_days", "days since the last purchase", "the later of last order and last invoice; empty = never",
          unit="days", known=False),
    count("company_age_days", "age of the company", "since founded_on", unit="days", known=False),
)  # fmt: skip

ORDERS: tuple[ProfileColumn, ...] = (
    count("orders_12m", "orders in 12 months",
          "not cancelled and not refused; where the company has no orders at all, invoices"),
    amount("order_median", "typical order",
           "lower median of the amounts of those orders (or invoices)", known=False),
    figure("orders_per_active_month", "order frequency", "orders a month",
           "orders_12m / blocks of 30 days in which one was placed"),
    count("order_gap_days", "days between orders", "from the first to the last of those orders / (their number - 1)",
          unit="days", known=False),
    count("last_order_days", "days since the last order", unit="days", known=False),
    count("refused_orders_12m", "orders refused in 12 months", "by the customer or by us"),
    count("refused_by_customer_12m", "orders the customer itself refused in 12 months"),
    amount("first_orders_amount", "value of its first three orders",
           "or invoices, where the company has no orders: the need of a new customer"),
)  # fmt: skip
