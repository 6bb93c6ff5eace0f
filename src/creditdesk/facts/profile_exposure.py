"""Profile columns: what is open and at risk, creditworthiness, and the group."""

from __future__ import annotations

from creditdesk.facts.profile_column import (
    ProfileColumn,
    amount,
    count,
    figure,
    nested,
    words,
    yes_no,
)

EXPOSURE: tuple[ProfileColumn, ...] = (
    count("open_items", "open invoices", "not settled: their rest is above the tolerance", source="R0"),
    amount("open_amount", "open invoices", "amount less allocations in force, disputed and handed over included, at the "
           "rate of the day; its ageing adds up to it", source="R0"),
    amount("overdue_amount", "past due", "open after the effective due day", source="R0"),
    amount("not_due_amount", "not yet due", "and rests within the tolerance", source="R0"),
    amount("overdue_1_30", "1 to 30 days past due", source="R0"),
    amount("overdue_31_60", "31 to 60 days past due", source="R0"),
    amount("overdue_61_90", "61 to 90 days past due", source="R0"),
    amount("overdue_91_180", "91 to 180 days past due", source="R0"),
    amount("overdue_over_180", "more than 180 days past due", source="R0"),
    figure("overdue_share", "share of what is open that is past due", "share 0..1", "overdue_amount / open_amount"),
    figure("dso", "days sales outstanding", "days", "365 x open_amount / turnover_12m; empty without turnover",
           source="DSO, simple method"),
    figure("dso_countback", "days sales outstanding, counted back", "days", "days back over which the newest sales, in "
           "blocks of 30 days, add up to open_amount; at most 360", source="DSO, countback method"),
    figure("dso_best", "best possible days sales outstanding", "days", "as dso, of not_due_amount",
           source="best possible DSO"),
    figure("dso_delinquent", "days that lateness adds", "days", "dso - dso_best", source="average days delinquent"),
    count("overdue_items", "invoices past due"),
    count("oldest_overdue_days", "age of the oldest past due", "0 when nothing is", unit="days"),
    count("oldest_undisputed_overdue_days", "age of the oldest past due and not wholly disputed", "0 when nothing is",
          unit="days"),
    amount("undisputed_overdue_amount", "past due and not disputed", "overdue less open disputes", source="R10"),
    amount("disputed_amount", "disputed", "open disputes, at most what is open of their invoice", source="R10"),
    amount("promised_amount", "promised", "rest of promises that run, at most what is open", source="R8"),
    amount("planned_amount", "in a payment plan", "open invoices of plans in force", source="R9"),
    amount("handed_over_amount", "with agency, bailiff or lawyer", "open invoices of files not returned", source="R12"),
    amount("unallocated_amount", "money not yet allocated", "payments less refunds, returns and what of them is allocated; "
           "it is the payer's; deposits left out", source="R7"),
    amount("deposits", "money paid in advance for an order", "payments bound to an order, not allocated", source="R7"),
    amount("credits_open", "open credit notes", "less refunds beyond the unallocated money", source="R7"),
    amount("open_orders", "orders not delivered", "ordered less delivered or invoiced; not cancelled, not refused"),
    amount("delivered_not_invoiced", "delivered, not yet invoiced"),
    amount("exposure", "exposure", "open_amount + delivered_not_invoiced + open_orders - unallocated_amount - credits_open "
           "- deposits; below 0 it is our debt"),
    amount("insured_limit", "limits of credit insurers in force"),
    figure("insured_share", "share of a loss that they pay", "share 0..1", "mean of the covers, by limit"),
    amount("insured", "exposure an insurer would pay", "the lesser of exposure and insured_limit, times insured_share"),
    amount("securities", "deposits and guarantees we hold", "bank and parent guarantees and deposits in force; retention "
           "of title left out"),
    amount("uninsured_maximum_loss", "most that could be lost", "exposure - insured - securities, not below 0"),
    amount("contra_amount", "what we owe it", "the latest balance known"),
    amount("own_limit", "limit set by hand or ERP, in force", known=False),
    figure("limit_use", "use of that limit", "share", "exposure / own_limit"),
)  # fmt: skip

CREDIT: tuple[ProfileColumn, ...] = (
    nested("external_scores",
           "array<struct<provider: string, scale: string, grade: string, score: float64, pd: float64, age_days: int64>>",
           "the latest report per provider", "received and not lapsed; `pd` brought to the event of risk_pd"),
    figure("external_pd", "probability of the event of risk_pd by external reports", "probability 0..1",
           "each grade through its dated master scale, several providers by the mean of their log-odds",
           source="logarithmic opinion pool"),
    count("external_age_days", "age of the newest external report", unit="days", known=False),
    amount("recommended_limit", "limit recommended by providers", "the lowest of the latest reports", known=False),
    figure("altman_z", "Z'' of the latest annual accounts", "score",
           "6.56 working capital / assets + 3.26 retained earnings / assets + 6.72 EBIT / assets + 1.05 equity / debts "
           "(at most 10); above 2.60 safe, below 1.10 distress; empty for accounts older than 24 months",
           source="E. I. Altman, 1995: Z'' for firms outside manufacturing"),
    count("accounts_age_months", "age of the latest annual accounts", "since the end of their year", unit="months",
          known=False),
    amount("tangible_net_worth", "tangible net worth", "equity less intangible assets", known=False),
    amount("working_capital", "working capital", "current assets less current liabilities", known=False),
)  # fmt: skip

GROUP: tuple[ProfileColumn, ...] = (
    words("group_id", "ultimate parent", "following `parent_id` upwards; itself when it has none", known=True),
    count("group_members", "customers of the group"),
    amount("group_open", "open amount of the group"),
    amount("group_overdue", "past due in the group"),
    amount("group_exposure", "exposure of the group"),
    count("group_oldest_overdue_days", "age of the oldest past due in the group", unit="days"),
    figure("group_worst_days_late", "worst days_late_shrunken in the group", "days", "of members with an observation"),
    yes_no("group_insolvent", "another member has a legal status", "a parent's insolvency calls for a review of the group"),
)  # fmt: skip
