"""Decisions in words: what a credit manager reads about one customer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from creditdesk.policy.load import load_policy
from creditdesk.report.language import language
from creditdesk.report.words import Words


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(language("en"), load_policy("starter"))


def criterion(
    name: str, value: float | None, band: str | None, rule: str, text: str | None = None
) -> dict[str, Any]:
    return {"criterion": name, "value": value, "text": text, "band": band, "rule": rule}


def placed(by: str, *criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A decision as far as its reasons go."""
    placing = {"criterion": "segment", "value": None, "text": None, "band": "firm", "rule": by}
    decision = {"currency": "EUR", "segment": "firm", "proposed_segment": None, "move_held": None}
    return {**decision, "reasons": [*criteria, placing], **more}


STAFF = criterion("size", 34.0, "medium", "employees")
LATE = criterion("behaviour", 22.6, "poor", "days_late_shrunken")


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (placed("matrix", STAFF, LATE), "size medium (34 persons), payment behaviour poor (23 days late)"),
        (
            placed("matrix", criterion("size", 600_000_000.0, "medium", "annual_revenue"), LATE),
            "size medium (€6,000,000), payment behaviour poor (23 days late)",
        ),
        (
            placed("matrix", criterion("size", None, "large", "turnover_class", "A")),
            "size large (class A)",
        ),
        (
            placed("matrix", criterion("behaviour", 14.2, "poor", "days_late_shrunken:margin")),
            "payment behaviour poor (14 days late; kept, within the margin)",
        ),
        (
            placed("matrix", criterion("behaviour", -1.0, "good", "days_late_shrunken:little_evidence")),
            "payment behaviour good (one day early; too little evidence)",
        ),
        (placed("matrix", criterion("behaviour", None, None, "")), "payment behaviour unknown"),
        (  # nothing is sure, yet the matrix had to take a band
            placed("matrix", criterion("behaviour", 41.0, None, "days_late_shrunken:little_evidence"), cell_column="poor"),
            "payment behaviour poor (41 days late; too little evidence)",
        ),
        (
            placed("matrix", criterion("size", None, None, ":missing"), cell_row="medium"),
            "size medium (no value)",
        ),
        (placed("too little history", STAFF, LATE), "rule “too little history”"),
        (placed("override", STAFF, LATE), "assigned by hand"),
        (
            placed("matrix", STAFF, proposed_segment="standard", move_held="minimum_stay"),
            "size medium (34 persons); Standard would follow; held back: minimum stay not over",
        ),
    ],
)  # fmt: skip
def test_why_a_customer_is_in_its_segment(words: Words, decision: dict[str, Any], told: str) -> None:
    assert words.reasons(decision) == told


def near(**more: Any) -> dict[str, Any]:
    change = {
        "criterion": "behaviour", "value": 13.0, "distance": 10.44, "unit": "days", "band": "fair",
        "segment": "attentive", "remedy": None, "invoice_id": None, "amount": None,
    }  # fmt: skip
    return {
        "currency": "EUR",
        "natural_person": False,
        "customer_id": "C1",
        "nearest_change": {**change, **more},
    }


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (near(), "Attentive at payment behaviour 13 days (10 days away)"),
        (
            near(remedy="pay_overdue", invoice_id="F7", amount=1799794, distance=2.5),
            "Attentive at payment behaviour 13 days (2.5 days away); paying invoice F7 (€17,998) brings it nearer",
        ),
        (near(remedy="pay_sooner"), "Attentive at payment behaviour 13 days (10 days away); paying sooner brings it nearer"),
        (
            near(criterion="size", unit="EUR", value=4_000_000.0, distance=250_000.5, segment="trusted"),
            "Trusted at size €4,000,000 (€250,001 away)",
        ),
        (near(criterion="size", unit="class", band="medium", segment="trusted"), "Trusted at size medium"),
        ({"currency": "EUR", "nearest_change": None}, ""),
    ],
)  # fmt: skip
def test_what_would_move_it_and_what_it_can_do(words: Words, decision: dict[str, Any], told: str) -> None:
    assert words.change(decision) == told


def test_of_a_hidden_person_no_invoice_is_named() -> None:
    hidden = Words(language("en"), load_policy("starter"), anonymous=True)
    person = {
        **near(remedy="pay_overdue", invoice_id="F7", amount=179900),
        "natural_person": True,
        "name": "Jan",
    }
    assert hidden.change(person).endswith("; paying what is past due (€1,799) brings it nearer")
    assert hidden.name(person) == hidden.name({**person, "name": "Other"}) == "Natural person 1"
    assert hidden.id(person) == ""
    assert hidden.name({"customer_id": "C9"}) == "Natural person 2", "who is unknown may be a person"


def action(**more: Any) -> dict[str, Any]:
    row = {
        "do": "email", "procedure": "reference", "step": "reminder", "invoice_ids": ["F1", "F2"], "owner": "system",
        "owner_id": None, "due_on": date(2026, 3, 31),
    }  # fmt: skip
    return {**row, **more}


def test_an_action_says_channel_step_and_invoices(words: Words) -> None:
    assert words.action(action()) == "E-mail (reminder), 2 invoices"
    assert words.action(action(do="letter", step="letter", invoice_ids=["F1"])) == "Letter, one invoice"
    assert (
        words.action(action(do="task", step="file_claim", invoice_ids=[]))
        == "Task (filing of the claim with the trustee)"
    )
    assert words.action(action(do="call", step="ring_the_boss")) == "Call (ring the boss), 2 invoices"


def test_the_step_that_follows_comes_from_the_procedure(words: Words) -> None:
    assert words.next_step(action()) == "call, 3 working days later"
    assert words.next_step(action(step="hand_over")) == ""
    assert words.next_step(action(procedure="strict")) == "final notice"
    assert words.next_step(action(procedure="somebody_s_own")) == ""


def test_a_priority_tells_its_largest_parts_first_and_deadlines_in_days(words: Words) -> None:
    parts = [
        {"reason": "risk", "points": 10},
        {"reason": "age", "points": 0},
        {"reason": "broken_promise", "points": 30},
    ]
    assert words.priority(parts) == "broken promise 30, risk 10"
    assert words.priority([{"reason": "claim_deadline", "points": 9}]) == "9 days left to file the claim"
    assert (
        words.priority([{"reason": "claim_deadline", "points": -1}])
        == "the deadline to file the claim passed one day ago"
    )


def test_a_ladder_shows_the_day_on_which_each_step_comes_if_all_is_done_on_time(words: Words) -> None:
    """The last column of the ladders in STARTER."""
    days = {
        "standard": "2 5 10 15 20 25 32", "partner": "3 8 13 18 23 33 43", "attentive": "2 5 10 15 20 25 32",
        "sales_first": "1 3 8 13 18 25", "trusted": "3 10 15 20 25 30 37", "firm": "1 4 9 14 19 24",
        "easy": "3 8 13 20 30", "light": "2 7 12 17 24", "strict": "1 5 14", "contested": "1 4 9 14 21",
        "in_trouble": "1 3 8 13 18", "public": "5 15 25 35 50", "new": "−5 1 4 9 14 21", "occasional": "−3 1 6 13 23",
    }  # fmt: skip
    shown = {name: " ".join(step["day"] for step in words.ladders(name)[0]["steps"]) for name in days}
    assert shown == days
    assert words.ladders("internal") == []
    assert [step["approval"] for step in words.ladders("standard")[0]["steps"]] == [False] * 5 + [True] * 2


def test_a_segment_in_one_line(words: Words) -> None:
    assert words.policy_of("sales_first") == (
        "New business: on account, limited. 14 days. Limit 1 × peak month. Orders: stop 15 days past due, above €1,000. "
        "Fees: interest. Delivery after a yes of credit management. Owner: collector."
    )
    # (1 / 99) x 365 / 20 days: the term is 30 days, the discount is taken within 10
    assert "1% discount within 10 days, ready but not offered (costs 18.4% a year)" in words.policy_of(
        "trusted"
    )
    assert "A word of thanks once a year" in words.policy_of("partner")
    assert "Limit from €2,500, × 1.5 per 3 invoices paid on time" in words.policy_of("new")
    assert "Orders: paid in advance until the balance is paid" in words.policy_of("strict")


def test_bands_are_told_from_the_columns_that_were_read(words: Words) -> None:
    assert words.band_range("size", "large") == "> 50 persons"
    assert words.band_range("size", "large", ["turnover_class"]) == "class A"
    assert words.band_range("size", "small", ["annual_revenue", "employees"]) == "≤ 20 persons; ≤ 4m EUR"
    assert words.band_range("behaviour", "good") == "≤ 5 days"


def test_the_same_reasons_in_four_languages() -> None:
    told = {
        code: Words(language(code), load_policy("starter")).reasons(placed("matrix", STAFF, LATE))
        for code in ("nl", "fr", "de")
    }
    assert told == {
        "nl": "grootte middelgroot (34 personen), betaalgedrag slecht (23 dagen te laat)",
        "fr": "taille moyenne (34 personnes), comportement de paiement mauvais (23 jours de retard)",
        "de": "Größe mittelgroß (34 Personen), Zahlungsverhalten schlecht (23 Tage zu spät)",
    }


def test_warnings_about_facts_are_told(words: Words) -> None:
    assert words.warning("no_country") == "Country missing"
    assert words.warning("unknown_size") == "Size unknown"
    assert words.warning("something_new") == "Something new"
