"""Conditions of a policy, as a reader of the policy and of a customer is told them."""

from __future__ import annotations

import pytest

from creditdesk.policy.load import load_policy
from desk.databases import Desk

from creditdesk.desk.screens.conditions import Conditions  # isort: skip  needs the settings that databases makes
from creditdesk.desk.screens.formats import speaking  # isort: skip
from django.utils import translation  # isort: skip

__all__ = ["Desk"]


@pytest.mark.parametrize(
    ("language", "condition", "said"),
    [
        ("en", "last_purchase_days > 365 and open_items = 0", "Time since the last purchase: more than 365 days and number of open invoices: 0"),
        ("nl", "last_purchase_days > 365 and open_items = 0", "Tijd sinds de laatste aankoop: meer dan 365 dagen en aantal open facturen: 0"),
        ("fr", "risk_class = 'high' and band_behaviour in ('good', 'fair')", "Risque : élevé et comportement de paiement : bon ou moyen"),
        ("de", "kind = 'consumer' or not key_account", "Kundenart: Verbraucher oder nicht: ein Schlüsselkunde"),
        ("en", "(disputes_12m >= 3 and dispute_share_12m >= 0.2) or broken_promises_12m >= 2",
         "(disputes in 12 months: at least 3 and share of invoices disputed in 12 months: at least 20%) or broken promises in 12 months: at least 2"),
        ("en", "open_amount between 1000 and 2500.5", "Amount open: from €1,000 to €2,500.50"),
        ("en", "30 >= days_late_24m", "Days late in 24 months: at most 30 days"),
        ("en", "country not in ('NL', 'BE')", "Country: not Netherlands or Belgium"),
        ("en", "habit is not null and legal_status is null", "Pay-day habit: known and legal status: not known"),
        ("en", "turnover_12m > 2 * turnover_previous_12m",
         "Our turnover with it in 12 months: more than 2 × our turnover with it, the 12 months before"),
        ("en", "code_growth = 'A'", "Code “growth”: A"),
        ("en", "no condition at all", "no condition at all"),
    ],
)  # fmt: skip
def test_a_condition_is_told_in_words(language, condition, said) -> None:
    with translation.override(language):
        told = Conditions(load_policy("starter"), speaking()).said(condition)
    assert told.replace("\xa0", " ").replace("\u202f", " ") == said
