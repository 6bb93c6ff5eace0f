"""Monitor: the figures of a tiny ledger as a calculator gives them, for whom, in files, and the alerts."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.utils import translation

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework.models import Alert, Portfolio
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.ledger.writing import add
from creditdesk.desk.monitor.measuring import _lay
from creditdesk.desk.monitor.models import Measured
from creditdesk.desk.screens.monitor.panel import count_axis, money_axis
from desk.screens.people import EVERYBODY, NOW, TODAY, account, people, signed_in, task
from measures.ledger import Ledger, number

pytestmark = pytest.mark.usefixtures("monday")

FIGURES = ("", "behaviour", "disputes", "work", "effect")
PAGES = (*FIGURES, "alerts")
EVIL = "<script>alert(1)</script>"


def tiny(portfolio: int) -> Ledger:
    """Two customers and four invoices; each amount in the tests below was made of them by hand.

    north: a 1,000 due 31 December, 600 of it paid on 10 February; e 500 due 14 February, paid on the 16th; b 2,000 not yet due.
    south: c 3,000 due 9 February, nothing paid; a credit note of 200; 100 on account.
    """
    ledger = Ledger()
    ledger.groups = {"north": (portfolio, "partner", "carla"), "south": (None, "firm", "")}
    ledger.invoice("a", "north", "2025-12-01", "2025-12-31", 100_000)
    ledger.settles("a", "north", "2026-02-10", 60_000)
    ledger.invoice("e", "north", "2026-01-15", "2026-02-14", 50_000)
    ledger.settles("e", "north", "2026-02-16", 50_000)
    ledger.invoice("b", "north", "2026-03-01", "2026-03-31", 200_000)
    ledger.invoice("c", "south", "2026-01-10", "2026-02-09", 300_000)
    ledger.credit("n", "south", "2026-02-20", 20_000)
    ledger.pays("p", "south", "2026-03-02", 10_000)
    ledger.acts("north", "email", "2026-02-05", invoice_ids=["a"])
    ledger.acts("north", "email", "2026-02-18", invoice_ids=["e"], amount=50_000, by="system")
    ledger.acts("south", "call", "2026-02-20", outcome="promised")
    ledger.acts("south", "call", "2026-02-21", outcome="no_answer")
    for customer, day, state in (
        ("north", "2026-02-10", "kept"),
        ("south", "2026-02-20", "broken"),
        ("south", "2026-02-25", "broken"),
    ):
        ledger.add(
            "promise_rows",
            customer_id=customer,
            currency="EUR",
            amount=30_000,
            due_day=number(day),
            state=state,
        )
    ledger.add(
        "dispute_rows",
        dispute_id="d1",
        customer_id="south",
        currency="EUR",
        opened_on=date(2026, 3, 1),
        closed_on=None,
        amount=50_000,
        reason="price",
        outcome=None,
        owner="logistics",
        deadline=date(2026, 3, 10),
    )
    ledger.add(
        "dispute_rows",
        dispute_id="d2",
        customer_id="north",
        currency="EUR",
        opened_on=date(2026, 1, 5),
        closed_on=date(2026, 1, 25),
        amount=10_000,
        reason="quality",
        outcome="customer_right",
        owner="sales",
        deadline=None,
    )
    ledger.add("feedback_rows", customer_id="north", on=date(2026, 2, 27), score=4)
    return ledger  # fmt: skip


def measured(company: Company, ledger: Ledger) -> None:
    """What the stage of the day writes."""
    _lay(company, ledger.table(TODAY))
    Measured.objects.create(
        company=company, as_of=TODAY, ledger_no=7, made_at=NOW, currency="EUR", first_on=date(2025, 12, 1)
    )


@pytest.fixture(scope="module")
def portfolio(one_desk) -> Portfolio:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    north = Portfolio.objects.create(company=company, name="The North", owner="carla")
    admit(company, "nora", [Role.COLLECTOR], by="test", now=NOW, portfolios=[north.pk])
    account(
        company,
        "north",
        "Noord NV",
        portfolio=north.pk,
        segment="partner",
        open=240_000,
        overdue=40_000,
        collector="carla",
    )
    account(
        company,
        "south",
        "Zuid BVBA",
        segment="firm",
        open=300_000,
        overdue=300_000,
        oldest_due_on=date(2026, 2, 9),
    )
    task(company, "south", assigned="carla", overdue=True)
    row = {"dispute_id": "d1", "customer_id": "south", "invoice_id": None, "opened_on": date(2026, 3, 1), "amount": 50_000, "reason": "price", "owner": "logistics", "deadline": date(2026, 3, 10)}  # fmt: skip
    add(company, "dispute", [row], by="import", at=NOW)
    measured(company, tiny(north.pk))
    return north


def page_of(name: str, address: str = "", code: str = "acme", **headers: str) -> str:
    got = signed_in(name, **headers).get(f"/c/{code}/monitor/{address}")
    assert got.status_code == 200, got.status_code
    return got.content.decode()


def table(name: str, address: str, panel: str, **query: str) -> list[dict[str, str]]:
    """The table of a panel, as its file has it."""
    got = signed_in(name).get(f"/c/acme/monitor/{address}", {"panel": panel, "format": "csv", **query})
    assert got.status_code == 200, got.status_code
    return list(csv.DictReader(io.StringIO(b"".join(got.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_sees_the_monitor(portfolio, name) -> None:
    del portfolio
    sees = Right.SEE_FIGURES in RIGHTS[EVERYBODY[name]]
    for address in PAGES:
        assert signed_in(name).get(f"/c/acme/monitor/{address}").status_code == (200 if sees else 403), (
            address
        )
        assert signed_in(name).post(f"/c/acme/monitor/{address}").status_code in {403, 405}, address


# --- figures by hand -----------------------------------------------------------------------------------------------------


def test_ageing_is_the_balance_of_the_account(portfolio) -> None:
    del portfolio
    rows = table("mia", "", "ageing")
    now, february = rows[0], rows[1]
    assert now == {
        "on": "2026-03-23", "age_not_due": "2000.00", "age_1_30": "0.00", "age_31_60": "3000.00", "age_61_90": "400.00",
        "age_91_180": "0.00", "age_over_180": "0.00", "open": "5400.00", "credits": "-200.00", "unapplied": "-100.00",
        "balance": "5100.00",
    }  # fmt: skip
    assert (february["on"], february["age_1_30"], february["age_31_60"]) == (
        "2026-02-28",
        "3000.00",
        "400.00",
    )
    page = page_of("mia")
    assert "€3,400" in page
    assert "past due, 63% of what is open" in page


def test_the_three_days_sales_outstanding(portfolio) -> None:
    del portfolio
    now = table("mia", "", "dso")[0]
    # sales 1,000 + 500 + 3,000 - 200 + 2,000 = 6,300 in the 113 days that the ledger knows
    assert now["sales"] == "6300.00"
    assert now["dso"] == "91.5"  # 5,100 / 6,300 x 113
    assert now["best"] == "35.9"  # 2,000 / 6,300 x 113
    assert now["add"] == "55.6"
    # counted back: March takes 2,000 in 23 days, February sold nothing in 28, of January 3,100 of 3,500 in 31
    assert now["countback"] == "78.5"
    page = page_of("mia")
    assert "91.5 days" in page
    assert "DSO = receivables ÷ sales of a year × 365" in page


def test_collection_effectiveness_and_collected_against_due(portfolio) -> None:
    del portfolio
    february = table("mia", "", "cei")[1]
    # 4,500 owed at the beginning, 200 credited, 3,200 owed at the end and all of it due: 1,100 of 4,300
    assert (february["begin"], february["sales"], february["end"], february["not_due"]) == (
        "4500.00", "-200.00", "3200.00", "0.00",
    )  # fmt: skip
    assert february["cei"] == "25.6"
    february = table("mia", "", "collected")[1]
    assert (february["due"], february["came"], february["part"]) == ("3500.00", "1100.00", "0.3143")
    assert table("mia", "", "top")[0] == {
        "on": "2026-03-23",
        "ten": "5400.00",
        "all": "5400.00",
        "part": "1.0",
        "debtors": "2",
    }


def test_how_late_customers_pay(portfolio) -> None:
    del portfolio
    february = table("mia", "behaviour", "days-late")[1]
    assert february["mean"] == "23.3"  # (600 x 41 + 500 x 2) / 1,100
    rows = {row["on"]: row for row in table("mia", "behaviour", "late-share")}
    # of 3,500 that fell due in February nothing was paid on its day, 500 within 30 days
    assert (rows["2026-02-28"]["due"], rows["2026-02-28"]["late"]) == ("3500.00", "1.0")
    assert rows["2026-02-28"]["over"] == "", "not known until 30 days have passed"
    assert (rows["2025-12-31"]["late"], rows["2025-12-31"]["over"]) == ("1.0", "1.0")
    rows = {row["on"]: row for row in table("mia", "behaviour", "became")}
    assert (rows["2026-02-28"]["was_within_30"], rows["2026-02-28"]["was_open"]) == ("500.00", "3000.00")
    february = table("mia", "behaviour", "promises")[1]
    assert (february["n_kept"], february["n_broken"], february["share"]) == ("1", "2", "0.6667")
    assert "broken, of 3 that fell due" in page_of("mia", "behaviour")


def test_disputes_by_cause_owner_and_deadline(portfolio) -> None:
    del portfolio
    rows = {row["reason"]: row for row in table("mia", "disputes", "causes")}
    assert (rows["price"]["n"], rows["price"]["open"], rows["price"]["closed"]) == ("1", "500.00", "0")
    assert (rows["quality"]["n"], rows["quality"]["days"], rows["quality"]["right"]) == ("0", "20.0", "1.0")
    (owner,) = table("mia", "disputes", "owners")
    assert (owner["owner"], owner["n"], owner["late"], owner["next"]) == ("logistics", "1", "1", "2026-03-10")
    (one,) = table("mia", "disputes", "open-disputes")
    assert (one["name"], one["deadline"], one["age"]) == ("Zuid BVBA", "2026-03-10", "22")
    flow = {row["on"]: row for row in table("mia", "disputes", "flow")}
    assert (flow["2026-01-31"]["opened"], flow["2026-01-31"]["closed"], flow["2026-01-31"]["still"]) == (
        "1",
        "1",
        "0",
    )


def test_work_its_cost_and_reminders_that_proved_wrong(portfolio) -> None:
    del portfolio
    rows = {row["person"]: row for row in table("mia", "work", "people")}
    carla = rows["carla"]
    assert (carla["todo"], carla["late"], carla["done"], carla["called"], carla["reached"], carla["promised"]) == (
        "1", "1", "3", "2", "0.5", "1",
    )  # fmt: skip
    assert carla["came"] == "1100.00"
    assert rows["system"]["done"] == "1"
    february = table("mia", "work", "cost")[1]
    # two mails of 0.10 and two calls of 9.00 for 1,100
    assert (february["cost"], february["came"], february["per"]) == ("18.20", "1100.00", "16.55")
    assert "€16.55" in page_of("mia", "work")
    february = table("mia", "work", "wrong")[1]
    # of two mails with invoices one asked for what had been paid two days before
    assert (february["sent"], february["all"], february["part"], february["asked"]) == (
        "2",
        "1",
        "0.5",
        "500.00",
    )
    contacts = table("mia", "work", "contacts")[1]
    assert (contacts["by_email"], contacts["by_call"], contacts["all"]) == ("2", "2", "4")


def test_guard_rails_per_segment(portfolio) -> None:
    del portfolio
    rows = {row["segment"]: row for row in table("mia", "effect", "segments")}
    assert (rows["partner"]["n"], rows["partner"]["sales"], rows["partner"]["score"], rows["partner"]["answers"]) == (
        "1", "3500.00", "4.0", "1",
    )  # fmt: skip
    assert rows["firm"]["promises"] == "1.0"
    assert "Not causal" in page_of("mia", "effect")


def test_weeks(portfolio) -> None:
    del portfolio
    rows = table("mia", "", "collected", by="week")
    assert rows[0]["on"] == "2026-03-23"
    assert {row["on"]: row["came"] for row in rows}["2026-02-15"] == "600.00"
    assert "week of 23 Mar 2026, so far" in page_of("mia", "?by=week")


# --- of which customers ----------------------------------------------------------------------------------------------------


def test_a_portfolio_or_a_segment_has_figures_of_its_own(portfolio) -> None:
    north = {"group": f"portfolio:{portfolio.pk}"}
    assert table("mia", "", "ageing", **north)[0]["balance"] == "2400.00"
    assert table("mia", "", "ageing", group="segment:firm")[0]["balance"] == "2700.00"
    assert [row["name"] for row in table("mia", "", "largest", **north)] == ["Noord NV"]
    assert table("mia", "disputes", "open-disputes", **north) == []
    page = page_of("mia", f"effect?group=portfolio:{portfolio.pk}")
    assert "Guard rails per segment" not in page, "what compares customers is for whoever sees them all"


def test_who_is_restricted_to_a_portfolio_sees_no_more_than_that(portfolio) -> None:
    assert table("nora", "", "ageing")[0]["balance"] == "2400.00"
    assert [row["name"] for row in table("nora", "", "largest")] == ["Noord NV"]
    client = signed_in("nora")
    for group in ("segment:firm", "segment:partner", f"portfolio:{portfolio.pk + 1}"):
        for address in FIGURES:
            got = client.get(f"/c/acme/monitor/{address}", {"group": group})
            assert got.status_code == 404, (address, group)
    for address in PAGES:
        page = page_of("nora", address)
        assert "Zuid" not in page, address
        assert "logistics" not in page, address
    assert table("nora", "work", "people")[0]["todo"] == "", "tasks about others are not counted"


def test_another_companys_figures_are_not_one_id_away(portfolio) -> None:
    other = Company.objects.create(code=f"other{Company.objects.count()}", name="Other NV")
    name = f"olga{other.pk}"
    admit(other, name, [Role.CREDIT_MANAGER], by="test", now=NOW)
    client = signed_in(name)
    for address in PAGES:
        assert client.get(f"/c/acme/monitor/{address}").status_code == 404
    assert client.get(f"/c/{other.code}/monitor/?group=portfolio:{portfolio.pk}").status_code == 404
    alert = raised("limit_passed", {"exposure": 5, "credit_limit": 1})
    client.post(f"/c/{other.code}/monitor/alerts/seen", {"row": [str(alert.pk)]})
    alert.refresh_from_db()
    assert alert.seen_at is None
    assert client.post("/c/acme/monitor/alerts/seen", {"row": [str(alert.pk)]}).status_code == 404


# --- pages ----------------------------------------------------------------------------------------------------------------


def test_a_company_without_history_is_told_why_there_is_nothing(portfolio) -> None:
    del portfolio
    fresh = Company.objects.create(code=f"fresh{Company.objects.count()}", name="Fresh NV")
    name = f"frida{fresh.pk}"
    admit(fresh, name, [Role.CREDIT_MANAGER], by="test", now=NOW)
    for address in FIGURES:
        page = page_of(name, address, fresh.code)
        assert "No figures yet" in page, address
        assert "<svg" in page.partition("No figures yet")[0], "an icon"
    assert "No alerts" in page_of(name, "alerts", fresh.code)
    # after an update the worker makes them
    Measured.objects.create(company=fresh, asked_at=NOW)
    assert "The figures are being made" in page_of(name, "", fresh.code)
    # a day was run, but the ledger holds nothing
    Measured.objects.filter(company=fresh).update(as_of=TODAY, made_at=NOW, currency="EUR")
    assert "No figures yet" in page_of(name, "", fresh.code)
    # a day was run, and the first invoice is of today
    Measured.objects.filter(company=fresh).update(first_on=TODAY)
    for address in FIGURES:
        page = page_of(name, address, fresh.code)
        assert "None" not in re.sub(r"<[^>]+>", "", page), address


def test_pictures_are_the_pages_own(portfolio) -> None:
    """The policy for content allows neither a script nor a style in the page; a picture is drawn once for all who look."""
    from django.core.cache import caches

    del portfolio
    for address in FIGURES:
        page = page_of("mia", address)
        drawn = re.findall(
            r'<div class="chart" role="img" aria-label="([^"]+)">(<svg.*?</svg>)</div>', page, re.DOTALL
        )
        assert drawn, address
        for said, svg in drawn:
            assert said.strip()
            assert 'aria-hidden="true"' in svg.split(">", 1)[0]
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]* src=)", page)
        assert page_of("mia", address).count("<svg") == page.count("<svg")
    dutch = page_of("mia", "", **{"accept-language": "nl"})
    assert "Nog niet vervallen" in dutch
    assert "Hoe het geteld wordt" in dutch
    assert caches["charts"] is not caches["default"]


@pytest.mark.parametrize(
    ("most", "marks"),
    [(0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (4, [0, 2, 4]), (7, [0, 5, 10]), (278, [0, 100, 200, 300])],
)
def test_an_axis_of_things_has_whole_marks_that_hold_them_all(most, marks) -> None:
    assert [mark for mark, _word in count_axis([0, most], [None])] == marks


def test_an_axis_of_amounts_is_short_where_the_language_has_a_short_word() -> None:
    told = {}
    for language in ("en", "nl", "de"):
        with translation.override(language):
            told[language] = money_axis("EUR", [60_000_000])[-1][1].replace("\xa0", " ")
    assert told == {"en": "€600K", "nl": "€ 600K", "de": "600.000 €"}


def test_every_panel_has_its_table_and_its_formula(portfolio) -> None:
    del portfolio
    for address in FIGURES:
        page = page_of("mia", address)
        panels = re.findall(r'<section class="card panel.*?</section>', page, re.DOTALL)
        assert panels
        for panel in panels:
            assert re.search(r'<p class="formula">[^<]{5,}</p><p>[^<]{20,}</p>', panel), panel[:200]
            assert "<table" in panel or 'class="nothing"' in panel, panel[:200]
            assert "23 Mar 2026, import 7." in panel


def test_a_table_as_a_file(portfolio) -> None:
    del portfolio
    client = signed_in("ada")
    got = client.get("/c/acme/monitor/", {"panel": "dso", "format": "xlsx"})
    assert b"".join(got.streaming_content)[:2] == b"PK"
    assert "dso-2026-03-23.xlsx" in got["Content-Disposition"]
    assert client.get("/c/acme/monitor/", {"panel": "nothing", "format": "csv"}).status_code == 404
    assert client.get("/c/acme/monitor/?by=century").status_code == 200


def test_a_page_lists_the_most_pressing_disputes_and_the_file_all(portfolio, monkeypatch) -> None:
    del portfolio
    company = Company.objects.create(code=f"busy{Company.objects.count()}", name="Busy NV")
    name = f"bea{company.pk}"
    admit(company, name, [Role.CREDIT_MANAGER], by="test", now=NOW)
    measured(company, Ledger())
    rows = [
        {"dispute_id": f"d{index}", "customer_id": f"c{index}", "opened_on": date(2026, 3, 1), "amount": 5, "reason": "price", "owner": owner,
         "deadline": deadline}
        for index, (owner, deadline) in enumerate(((None, None), ("anna", date(2026, 4, 2)), ("bert", date(2026, 3, 2)), ("bert", date(2026, 4, 1))))
    ]  # fmt: skip
    add(company, "dispute", rows, by="import", at=NOW)
    monkeypatch.setattr("creditdesk.desk.screens.monitor.disputes.LISTED", 2)
    page = page_of(name, "disputes", company.code)
    assert [name for name in ("c0", "c1", "c2", "c3") if f"/customer/{name}/" in page] == ["c2", "c3"]
    got = signed_in(name).get(
        f"/c/{company.code}/monitor/disputes", {"panel": "open-disputes", "format": "csv"}
    )
    told = csv.DictReader(io.StringIO(b"".join(got.streaming_content).decode("utf-8-sig")))
    assert [row["customer"] for row in told] == ["c2", "c3", "c1", "c0"], (
        "by deadline, those without one last"
    )
    got = signed_in(name).get(f"/c/{company.code}/monitor/disputes", {"panel": "owners", "format": "csv"})
    told = csv.DictReader(io.StringIO(b"".join(got.streaming_content).decode("utf-8-sig")))
    assert [(row["owner"], row["n"], row["late"], row["without"]) for row in told] == [
        ("bert", "2", "1", "0"), ("", "1", "0", "1"), ("anna", "1", "0", "0"),
    ]  # fmt: skip


def test_script_in_what_a_file_brought_stays_text(portfolio) -> None:
    del portfolio
    odd = Company.objects.create(code=f"odd{Company.objects.count()}", name="Odd NV")
    name = f"odo{odd.pk}"
    admit(odd, name, [Role.CREDIT_MANAGER], by="test", now=NOW)
    account(odd, "evil", EVIL, open=5, overdue=5, segment=EVIL)
    ledger = Ledger()
    ledger.groups = {"evil": (None, EVIL, EVIL)}
    ledger.invoice("x", "evil", "2025-12-01", "2026-01-05", 100_000)
    ledger.acts("evil", EVIL, "2026-03-01", by=EVIL)
    ledger.add("dispute_rows", dispute_id="x", customer_id="evil", currency="EUR", opened_on=date(2026, 3, 1), closed_on=None, amount=5_000,
               reason=EVIL, outcome=None, owner=EVIL, deadline=None)  # fmt: skip
    measured(odd, ledger)
    row = {
        "dispute_id": "x",
        "customer_id": "evil",
        "opened_on": date(2026, 3, 1),
        "amount": 5_000,
        "reason": "price",
        "owner": EVIL,
    }
    add(odd, "dispute", [row], by="import", at=NOW)
    raised("order_number_missing", {"number": EVIL}, odd, customer="evil")
    for address in PAGES:
        page = page_of(name, address, odd.code)
        assert EVIL not in page, address
    assert "&lt;script&gt;" in page_of(name, "disputes", odd.code)
    assert "&lt;script&gt;" in page_of(name, "work", odd.code)


def test_a_page_takes_few_statements_whatever_there_is(portfolio) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    del portfolio
    many = Company.objects.create(code=f"many{Company.objects.count()}", name="Many NV")
    name = f"mona{many.pk}"
    admit(many, name, [Role.CREDIT_MANAGER], by="test", now=NOW)
    ledger = Ledger()
    for index in range(60):
        customer = f"c{index}"
        account(many, customer, customer.title(), open=index, overdue=index, segment=f"s{index % 7}")
        task(many, customer, assigned=f"p{index % 9}")
        ledger.invoice(f"i{index}", customer, "2025-12-01", "2026-01-05", 1000 + index)
        ledger.acts(customer, "call", "2026-03-01", by=f"p{index % 9}")
        raised("limit_passed", {"exposure": 5, "credit_limit": 1}, many, customer=customer)
    measured(many, ledger)
    rows = [{"dispute_id": f"d{index}", "customer_id": f"c{index}", "opened_on": date(2026, 3, 1), "amount": 5,
             "reason": "price", "owner": f"o{index}"} for index in range(60)]  # fmt: skip
    add(many, "dispute", rows, by="import", at=NOW)
    client = signed_in(name)
    for address in PAGES:
        client.get(f"/c/{many.code}/monitor/{address}")
        with CaptureQueriesContext(connection) as said:
            client.get(f"/c/{many.code}/monitor/{address}")
        assert len(said) < 30, (address, len(said))


# --- alerts -----------------------------------------------------------------------------------------------------------------


def raised(kind: str, detail: dict, company: Company | None = None, **more) -> Alert:
    company = company or Company.objects.get(code="acme")
    return Alert.objects.create(
        company=company, kind=kind, ref=f"{kind}:{Alert.objects.count()}", raised_on=TODAY, detail=detail,
        **{"customer": "south", "role": "credit_manager", **more},
    )  # fmt: skip


@pytest.fixture
def no_alerts():
    Alert.objects.all().delete()
    yield
    Alert.objects.all().delete()


@pytest.mark.usefixtures("portfolio", "no_alerts")
def test_alerts_say_what_came_to_pass() -> None:
    raised("limit_passed", {"exposure": 150_000, "credit_limit": 100_000})
    raised("deterioration", {"risk_class": ["low", "high"], "segment": ["firm", "firm"]})
    raised("deterioration", {"days_per_invoice": 3, "days_late_recent": 24, "invoices": 6})
    raised("insolvency", {"status": "bankrupt", "claim_deadline": "2026-04-10"})
    raised("broken_promise", {"amount": 30_000, "currency": "EUR", "due_on": "2026-03-20"})
    raised("dispute_late", {"owner": "logistics", "deadline": "2026-03-10"})
    raised(
        "move_objected",
        {"from": "partner", "to": "firm", "reason": "one late payment after a merger", "by": "sam"},
    )
    raised("task_overdue", {"step": "call", "assigned": "carla", "since": "2026-03-16"})
    raised("own_account_changed", {"iban": "BE71 0961 2345 6769", "added": True}, customer="")
    page = re.sub(r"\s+", " ", page_of("mia", "alerts"))
    for told in (
        "exposure €1,500, limit €1,000", "Risk: low → high", "pays ever later: by now 24 days late, rising over the last 6 invoices",
        "file the claim by 10 Apr 2026", "€300 for 20 Mar 2026", "of logistics, deadline 10 Mar 2026", "of carla since 16 Mar 2026",
        "BE71 0961 2345 6769 was added or changed", "the company itself", "sam: one late payment after a merger",
    ):  # fmt: skip
        assert told in page, told
    assert "Firm → Firm" not in page
    dutch = page_of("mia", "alerts", **{"accept-language": "nl"})
    assert "Kredietlimiet overschreden" in dutch


@pytest.mark.usefixtures("portfolio", "no_alerts")
def test_whoever_it_is_for_marks_an_alert_as_seen_once() -> None:
    mine, theirs = raised("limit_passed", {}), raised("limit_passed", {}, role="collector")
    both = {"row": [str(mine.pk), str(theirs.pk), "x", "9" * 30], "query": "state=mine"}
    assert ">1</span></a>" in page_of("mia", "alerts")
    assert signed_in("mia").get("/c/acme/monitor/alerts/seen").status_code == 404
    assert signed_in("ada").post("/c/acme/monitor/alerts/seen", both).status_code == 403
    assert "Mark as seen" not in page_of("ada", "alerts")
    done = signed_in("mia").post("/c/acme/monitor/alerts/seen", both)
    assert done["Location"] == "/c/acme/monitor/alerts?state=mine"
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.seen_by, mine.seen_at, theirs.seen_at) == ("mia", NOW, None)
    # a second one comes too late, and is told so
    client = signed_in("mia")
    client.post("/c/acme/monitor/alerts/seen", both)
    assert "None of these alerts waits for you." in client.get("/c/acme/monitor/alerts").content.decode()
    assert f'value="{theirs.pk}"' in page_of("carla", "alerts?state=mine")
    assert f'value="{mine.pk}"' not in page_of("mia", "alerts?state=open")
    assert f'value="{mine.pk}"' in page_of("mia", "alerts?state=seen")
