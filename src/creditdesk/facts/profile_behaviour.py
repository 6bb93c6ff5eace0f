"""Profile columns: how the customer pays, and when in the month."""

from __future__ import annotations

from creditdesk.facts.profile_column import ProfileColumn, amount, count, date_of, figure, words, yes_no

_LATE = "Lateness of an item: value day - effective due day, money-weighted over part payments, -60 to 180."
_OBSERVED = (
    "Observations: invoices settled in the window, and every invoice past due today, which counts with the age of its "
    "open rest; nobody looks better by not paying. Left out: written off, factored, direct debit not returned, "
    "intercompany, and disputes closed in the customer's favour."
)

BEHAVIOUR_INTRO = f"{_LATE} {_OBSERVED}"
"""What holds for every column of the section."""

BEHAVIOUR: tuple[ProfileColumn, ...] = (
    count("observations", "payment experiences, all time", "settled invoices and open overdue ones", source="R0"),
    count("settled_count", "settled invoices, all time", source="R0"),
    count("behaviour_evidence", "payment experiences, 12 months", "observations of the window of 12 months"),
    figure("days_late", "days late, money-weighted, 12 months", "days", "sum(amount x lateness) / sum(amount)"),
    figure("days_late_plain", "days late, plain mean, 12 months", "days", "sum(lateness) / observations"),
    count("days_late_median", "median days late, 12 months", "lower median", unit="days", known=False),
    count("days_late_q1", "first quartile of days late, 12 months", "an observed value", unit="days", known=False),
    count("days_late_q3", "third quartile of days late, 12 months", "an observed value", unit="days", known=False),
    count("days_late_p80", "80th percentile of days late, 12 months", "an observed value", unit="days", known=False),
    figure("days_late_sd", "regularity: spread of days late, 12 months", "days",
           "standard deviation of the sample; empty below two observations"),
    figure("late_share", "share paid late, 12 months", "share 0..1", "observations with lateness above 0 / observations"),
    figure("late30_share", "share more than 30 days late, 12 months", "share 0..1",
           "observations with lateness above 30 / observations"),
    figure("days_late_recent", "days late, recent weighted more, 24 months", "days",
           "money-weighted mean, each observation weighing half as much per half-life of the policy",
           source="exponential smoothing (R. G. Brown, 1956)"),
    figure("days_late_trend", "trend of lateness", "days per invoice",
           "median slope between all pairs of the last 12 observations in order of due day (those of one day in order of lateness); empty below 4",
           source="Theil-Sen estimator (H. Theil, 1950; P. K. Sen, 1968)"),
    figure("days_late_shrunken", "days late, 12 months, careful where little is known", "days",
           "(n x days_late + k x p) / (n + k), p the portfolio's mean, k = variance within / variance between customers; "
           "the portfolio's mean itself where n = 0",
           source="Bühlmann-Straub credibility (1970)"),
    figure("late_share_shrunken", "share paid late, 12 months, careful where little is known", "share 0..1",
           "as days_late_shrunken, of late_share", source="Bühlmann-Straub credibility (1970)"),
    figure("days_late_24m", "days late, 24 months, careful where little is known", "days",
           "as days_late_shrunken, over 24 months", source="Bühlmann-Straub credibility (1970)"),
    count("payment_index", "payment index, high is good",
          "the mark of days late over 24 months, shrunken: 30 days early 100, 20 early 90, on the day 80, 15 late 70, "
          "22 late 60, 30 late 50, 60 late 40, 90 late 30, 120 late 20, 180 late 1, straight lines between; empty below "
          "the policy's least observations",
          unit="0-100", known=False, source="anchors published by Dun & Bradstreet for days beyond terms"),
    count("km_median", "median days late with open invoices as censored", "first day by which half is paid, 12 months; "
          "empty when half is not paid yet", unit="days", known=False, source="E. L. Kaplan and P. Meier, 1958"),
    figure("days_to_pay", "days from invoice date to payment, 12 months", "days",
           "sum(amount x (lateness + effective due day - day of issue)) / sum(amount)"),
    count("last_payment_days", "days since it last paid an invoice", unit="days", known=False),
    count("clean_days", "days without a late payment",
          "since the last day on which an invoice was past due or paid late, else since its first settled invoice",
          unit="days", known=False),
    count("on_time_run", "clean months", "clean_days in whole months of 30 days", unit="months", known=False),
    count("paid_on_time_count", "invoices paid on time, all time", "settled with lateness of at most 0"),
    yes_no("first_slip", "a first slip after 12 clean months",
           "something undisputed is past due, at least one invoice was settled in 12 months and none of those was late"),
    count("default_events_12m", "defaults in 12 months",
          "observations more than 60 days late, and invoices written off", source="default of 60 days, see risk_pd"),
    figure("risk_evidence", "experiences that count for own risk", "count",
           "observations and write-offs, each weighing half as much per half-life of the policy's risk rule", known=True),
    figure("risk_events", "defaults that count for own risk", "count",
           "as risk_evidence, those more than 60 days late or written off", known=True),
    amount("written_off_12m", "written off in 12 months", "at the rate of the day of issue"),
    count("last_write_off_days", "days since the last write-off", unit="days", known=False),
)  # fmt: skip

HABIT: tuple[ProfileColumn, ...] = (
    words("habit", "kind of pay-day habit; empty = none",
          "calendar day, last or nth business day, weekday, or a constant lag of at least one day; found when at least 6 "
          "distinct payment dates over at least 4 months hit it in 75 % within one business day, more than chance "
          "explains (binomial test, 1 % over all hypotheses), and the last two dates did not both miss it",
          allowed="declared month_day last_business_day nth_business_day weekday lag",
          source="binomial test with Bonferroni correction"),
    words("habit_day", "which day: `15`, `last`, `last-2`, `3` (nth business day), `friday`, `+12` (lag), `5,20`"),
    yes_no("habit_declared", "the customer declared it", "preference `payment_run`"),
    count("habit_evidence", "payment dates behind the habit", "distinct dates, at most 24, or settled invoices for a lag"),
    figure("habit_share", "share of those dates that hit", "share 0..1"),
    date_of("habit_next", "next habitual day, today included", "rolled to the next bank day, the month's end back"),
    date_of("habit_expires", "day the habit lapses unless it is kept",
            "the policy's bank days after the second habitual day on or after both the oldest undisputed overdue and the last "
            "payment that hit it; for a lag two weeks after habit_start_on; empty while nothing undisputed is past due"),
    figure("habitual_days_late", "days late it brings", "days",
           "median days late of the settled invoices, 12 months; with a habit only"),
    date_of("habit_start_on", "day from which a procedure that starts at the habit counts",
            "first habitual day on or after the oldest effective due day of what is past due and undisputed, plus the "
            "policy's bank days"),
    date_of("habit_hold_until", "until when the habit excuses what is past due today",
            "habit_start_on; empty when that has come, or lies more than the longest hold after the due day"),
)  # fmt: skip
