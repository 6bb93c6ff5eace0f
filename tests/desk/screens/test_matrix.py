"""The matrix: everybody counted once, each cell leading to exactly its customers; who moved; who would; a draft at most."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework import policies
from creditdesk.desk.casework.models import Decision, Draft, Member, PolicyVersion, Portfolio
from creditdesk.desk.day.profiling import DECIDED, PLAIN
from creditdesk.desk.day.reassigning import reassign
from creditdesk.desk.ledger.models import Company
from creditdesk.desk.screens.matrix.cells import cells_of
from creditdesk.desk.screens.matrix.flows import day_before
from creditdesk.desk.standing.models import Account, Profiled
from creditdesk.engine.preview import basis
from creditdesk.facts.decisions import TABLES_OUT
from creditdesk.facts.profile import PROFILE
from creditdesk.policy.load import SHIPPED, load_policy, policy_text
from desk.screens.people import EVERYBODY, NOW, TODAY, account, people, signed_in, stranger

pytestmark = pytest.mark.usefixtures("monday")

PLACES = [
    # segment, row, column, how many, exposure each, waiting for
    ("partner", "large", "good", 3, 100_000, ""),
    ("attentive", "large", "fair", 2, 50_000, ""),
    ("strict", "small", "poor", 4, 10_000, ""),
    ("partner", "large", "fair", 1, 70_000, "attentive"),  # kept by a brake: it stands where its segment is
    ("rhythm", "medium", "good", 2, 20_000, ""),  # a rule, though its terms come from a cell
    ("contested", "", "", 1, 5_000, ""),
]


def enact(company: Company, name: str = "starter", text: str = "") -> PolicyVersion:
    version = policies.propose(company, text or policy_text(name), by="anna", why="x", now=NOW)
    return policies.approve(version, by="bert", why="x", now=NOW)


def profiled(company: Company, rows: list[dict[str, Any]], policy: str = "starter") -> None:
    """What a day would have kept of these customers."""
    types = {**PROFILE.schema(), **{f"d_{name}": TABLES_OUT["decision"].schema()[name] for name in DECIDED}}
    names = [*PLAIN, *(f"d_{name}" for name in DECIDED)]
    schema = ibis.schema({name: types[name] for name in names}).to_pyarrow()
    loose = pa.schema([field.with_nullable(True) for field in schema])
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=loose), sink)
    Profiled.objects.update_or_create(
        company=company,
        defaults={
            "as_of": TODAY,
            "ledger_no": 1,
            "made_with": basis(load_policy(policy)),
            "content": sink.getvalue(),
        },
    )


def staffed(name: str, staff: int, late: float = 3.0, segment: str = "easy") -> dict[str, Any]:
    """A customer of whom placing knows enough."""
    return {
        "customer_id": name, "kind": "company", "employees": staff, "days_late_shrunken": late, "days_late_24m": late,
        "observations": 12, "behaviour_evidence": 12, "first_invoice_age_days": 900, "orders_12m": 12, "turnover_class": "B",
        "open_items": 1, "intercompany": False, "open_handover": False, "natural_person": False, "risk_evidence": 12.0,
        "risk_events": 0.0, "d_segment": segment, "d_segment_since": TODAY - timedelta(days=200), "d_currency": "EUR",
        "d_exposure": 100_000, "d_bands": [("size", "small"), ("behaviour", "good")], "d_risk_class": "low",
    }  # fmt: skip


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    enact(company)
    number = 0
    for segment, row, column, many, exposure, waiting in PLACES:
        for _each in range(many):
            number += 1
            account(company, f"C{number:02d}", f"Firma {number:02d}", segment=segment, cell_row=row, cell_column=column,
                    exposure=exposure, overdue=exposure // 10, proposed_segment=waiting,
                    move_held="minimum_stay" if waiting else "")  # fmt: skip
    profiled(company, [staffed(f"S{staff}", staff) for staff in (4, 12, 18, 19)])
    return company


def page(name: str, address: str = "", **headers: str) -> str:
    answer = signed_in(name, **headers).get(f"/c/acme/matrix/{address}")
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """The text of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# --- now --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_everybody_is_counted_once_in_the_matrix_or_outside() -> None:
    told = words(page("mia"))
    assert "13 customers" in told
    assert re.search(r"Partner 4 €3,700 €370 past due 1 held by a brake", told)
    assert re.search(r"Attentive 2 €1,000", told)
    assert re.search(r"Strict 4 €400", told)
    outside = told[told.index("Outside of the matrix") :]
    assert re.search(r"Fixed pay-day pays on fixed days 2", outside)
    assert re.search(r"Contested disputes, breaks promises or stalls again and again 1", outside)
    assert re.search(r"All customers 13 .*€5,550 €555", outside)


@pytest.mark.usefixtures("acme")
def test_a_cell_leads_to_its_customers() -> None:
    html = page("mia")
    links = dict(re.findall(r'<a href="(/c/acme/customers/\?segment=[^"]*)">([^<]*)</a>', html))
    for address, name in links.items():
        found = re.findall(
            r">(Firma \d+)<", signed_in("mia").get(address.replace("&amp;", "&")).content.decode()
        )
        expected = {"Partner": 4, "Attentive": 2, "Strict": 4, "Fixed pay-day": 2, "Contested": 1}
        assert len(found) == expected[name]
    assert len(links) == 5


@pytest.mark.usefixtures("acme")
def test_the_colour_stands_for_what_is_asked() -> None:
    assert re.search(r'class="shade-5"><a [^>]*>Partner<', page("mia", "?by=exposure"))
    by_count = page("mia", "?by=customers")
    assert re.search(r'class="shade-5"><a [^>]*>Strict<', by_count)
    assert re.search(r'class="shade-0"><span class="quiet">Easy<', by_count)


@pytest.mark.parametrize("name", SHIPPED)
def test_where_a_customer_stands_is_the_same_counted_and_listed(name, one_desk) -> None:  # noqa: ARG001  the database
    """By the cell of its segment, also in a policy in which several cells have the same segment."""
    company = Company.objects.create(code=f"cells-{name}", name="x")
    cells = cells_of(load_policy(name))
    rows = [(segment, row, column) for segment in {*cells.segments.values(), "elsewhere"}
            for row in (*cells.rows, "") for column in (*cells.columns, "")]  # fmt: skip
    for number, (segment, row, column) in enumerate(rows):
        account(company, f"C{number}", "x", segment=segment, cell_row=row, cell_column=column)
    counted = Counter(cells.of(*one) for one in rows)
    for place in cells.segments:
        listed = Account.objects.filter(cells.condition(place), company=company).count()
        assert listed == counted[place], place
    assert counted[None] == len([one for one in rows if one[0] == "elsewhere"])


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.usefixtures("acme")
def test_who_sees_the_matrix(name) -> None:
    rights = RIGHTS[EVERYBODY[name]]
    for address, right in (
        ("", Right.SEE_CUSTOMERS), ("moves", Right.SEE_CUSTOMERS), ("try", Right.SEE_POLICY), ("try/preview", Right.SEE_POLICY),
    ):  # fmt: skip
        answer = signed_in(name).get(f"/c/acme/matrix/{address}")
        assert answer.status_code == (200 if right in rights else 403), (name, address)
        assert signed_in(name).post(f"/c/acme/matrix/{address}").status_code == (
            405 if right in rights else 403
        )
    saved = signed_in(name).post("/c/acme/matrix/try/save", {"size-0-0": "20"})
    assert saved.status_code == (422 if Right.SET_POLICY in rights else 403)


def test_who_sees_a_portfolio_counts_its_customers_alone(acme) -> None:
    south = Portfolio.objects.create(company=acme, name="South", owner="zoe")
    admit(acme, "zoe", [Role.COLLECTOR], by="test", now=NOW, portfolios=[south.pk])
    Account.objects.filter(company=acme, customer="C01").update(portfolio=south.pk)
    told = words(page("zoe"))
    assert "1 customer as decided" in told
    assert "Contested" not in told
    assert "13 customers" in words(page("mia"))
    reassign(acme, ["C02"], south, by="mia", why="a neighbour", on=TODAY, now=NOW)
    assert "2 customers as decided" in words(page("zoe"))
    Member.objects.filter(company=acme, customer="C02").delete()
    Account.objects.filter(company=acme, customer="C02").update(portfolio=None)
    Account.objects.filter(company=acme, customer="C01").update(portfolio=None)


@pytest.mark.usefixtures("acme")
def test_another_company_is_not_one_code_away() -> None:
    other = Company.objects.create(code="other", name="Other NV")
    admit(other, "olga", [Role.CREDIT_MANAGER], by="test", now=NOW)
    stranger()
    for name in ("olga", "charlie"):
        for address in ("", "moves", "try", "try/preview"):
            assert signed_in(name).get(f"/c/acme/matrix/{address}").status_code == 404
        assert signed_in(name).post("/c/acme/matrix/try/save").status_code == 404
    empty = signed_in("olga")
    for address in ("", "moves", "try"):
        assert (
            "No policy is in force" in words(empty.get(f"/c/other/matrix/{address}").content.decode())
            or address == "moves"
        )
    enact(other)
    assert "No day was run yet" in words(empty.get("/c/other/matrix/").content.decode())
    assert "No day was run yet" in words(empty.get("/c/other/matrix/moves").content.decode())
    assert "no figures to try a policy on" in words(empty.get("/c/other/matrix/try?shown=1").content.decode())


# --- movements --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "since", "expected"),
    [
        (date(2026, 3, 23), "day", date(2026, 3, 22)),
        (date(2026, 3, 23), "week", date(2026, 3, 16)),
        (date(2026, 3, 31), "month", date(2026, 2, 28)),
        (date(2026, 1, 15), "month", date(2025, 12, 15)),
    ],
)
def test_since_when(day, since, expected) -> None:
    assert day_before(day, since) == expected


@pytest.fixture(scope="module")
def moved(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    """Who moved when: a there-and-back, moves of yesterday, of last week and of last month, and somebody new."""
    history = {
        # how long ago each segment began
        "M1": [(100, "trusted"), (0, "standard")],  # today
        "M2": [(100, "trusted"), (4, "standard")],
        "M3": [(100, "firm"), (20, "standard")],
        "M4": [(100, "trusted"), (20, "firm"), (4, "trusted")],  # there and back within the month
        "M5": [(100, "trusted"), (80, "firm")],
        "M6": [(5, "new")],
    }
    company = Company.objects.create(code="moves", name="Moves NV")
    people_of(company)
    enact(company)
    for name, steps in history.items():
        ends = [ago for ago, _segment in steps[1:]] + [None]
        for (ago, segment), end in zip(steps, ends, strict=True):
            Decision.objects.create(
                company=company, customer=name, from_on=TODAY - timedelta(days=ago),
                to_on=None if end is None else TODAY - timedelta(days=end), digest=f"{name}{ago}", segment=segment,
                risk_class="low", acceptance="open", order_block="none", currency="EUR", exposure=1,
                content='{"reasons": [], "proposed_segment": null, "move_held": null, "currency": "EUR"}',
            )  # fmt: skip
        account(company, name, f"Firma {name}", segment=steps[-1][1], exposure=100_00, cell_row="medium", cell_column="fair",
                segment_since=TODAY - timedelta(days=steps[-1][0]))  # fmt: skip
    profiled(company, [staffed(name, 30) for name in history])
    return company


def people_of(company: Company) -> None:
    admit(company, "mona", [Role.CREDIT_MANAGER], by="test", now=NOW)


def shown(address: str) -> str:
    answer = signed_in("mona").get(f"/c/moves/matrix/{address}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize(
    ("since", "movers", "arrived"),
    [("day", {"M1"}, 0), ("week", {"M1", "M2", "M4"}, 1), ("month", {"M1", "M2", "M3"}, 1)],
)
def test_who_moved(since, movers, arrived) -> None:
    html = shown(f"moves?since={since}")
    assert set(re.findall(r">Firma (M\d)<", html)) == movers
    assert ("has come since" in html) == bool(arrived)
    whole = re.search(r"<tfoot>.*?</tfoot>", html, re.DOTALL)
    assert whole is not None
    assert words(whole[0]).split()[-1] == str(len(movers))


@pytest.mark.usefixtures("moved")
def test_a_pair_of_the_migration_matrix_leads_to_its_customers() -> None:
    html = shown("moves?since=month")
    pairs = re.findall(r'href="(\?since=month&amp;from=(\w+)&amp;to=(\w+)#movers)"[^>]*>(\d+)<', html)
    assert {(start, end): count for _link, start, end, count in pairs} == {
        ("trusted", "standard"): "2", ("firm", "standard"): "1"
    }  # fmt: skip
    for link, _start, _end, count in pairs:
        rows = re.findall(r">Firma (M\d)<", shown(f"moves{link.replace('&amp;', '&')}"))
        assert len(rows) == int(count)
    assert 'aria-label="to a harder segment"' in html
    assert re.search(r'from=firm&amp;to=standard#movers"[^>]*>1</a><span class="softer"', html)


@pytest.mark.usefixtures("moved")
def test_movements_are_exported() -> None:
    answer = signed_in("mona").get("/c/moves/matrix/moves?since=month&format=csv")
    told = b"".join(answer.streaming_content).decode()
    assert "M1" in told
    assert "trusted" in told


@pytest.mark.usefixtures("acme")
def test_who_is_held_by_a_brake() -> None:
    html = page("mia", "moves?since=held")
    assert re.findall(r">(Firma \d+)<", html) == ["Firma 10"]
    assert re.search(r"Partner .*Attentive", words(html))


# --- trying -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_the_page_is_there_at_once_and_asks_for_the_customers() -> None:
    html = page("mia", "try")
    assert 'hx-trigger="load"' in html
    assert "data-ruler" not in html
    laid = page("mia", "try", **{"HX-Request": "true"})
    assert 'name="size-0-0" value="20"' in laid
    assert 'name="behaviour-0-1" value="15"' in laid
    assert "4 customers" in words(laid)


@pytest.mark.usefixtures("acme")
def test_a_cut_point_moved_tells_who_would_move() -> None:
    told = words(page("mia", "try/preview?size-0-0=15"))
    assert "2 of 4 customers would move" in told
    assert re.search(r"Easy Trusted 2 €2,000", told)
    assert "Save as a draft" in told
    assert "Nobody would move" in words(page("mia", "try/preview?size-0-0=20"))
    for name in ("sam", "ada"):
        told = words(page(name, "try/preview?size-0-0=15"))
        assert "2 of 4 customers would move" in told
        assert "Save as a draft" not in told, "who may not set policy may look"


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("size-0-0=many", "A number is needed"),
        ("size-0-0=", "A number is needed"),
        ("size-0-0=20.5", "A whole number is needed"),
        ("size-0-0=50", "must be more than 50"),
        ("size-0-1=12", "must be more than 20"),
        ("behaviour-0-0=1e999", "A number is needed"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(query, wrong) -> None:
    assert wrong in words(page("mia", f"try/preview?{query}"))
    html = page("mia", f"try?shown=1&{query}")
    name = query.partition("=")[0] if wrong != "must be more than 50" else "size-0-1"
    assert f'id="{name}-wrong"' in html
    assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', html)


@pytest.mark.usefixtures("acme")
def test_a_number_is_taken_as_the_policy_and_as_the_reader_writes_it() -> None:
    for said in ("7.5", "7,5"):
        told = page("mia", f"try/preview?behaviour-0-0={said}", **{"accept-language": "nl"})
        assert "Save" in told or "Als ontwerp bewaren" in told
    assert "2.5m" in page("mia", "try/preview?size-1-0=2.5m")


def test_saving_makes_a_draft_and_nothing_else(acme) -> None:
    before = policies.in_force(acme, TODAY)
    answer = signed_in("mia").post(
        "/c/acme/matrix/try/save", {"size-0-0": "25", "size-1-0": "5m", "title": "Larger small ones"}
    )
    draft = Draft.objects.get(company=acme)
    assert answer["Location"] == f"/c/acme/policy/draft/{draft.pk}/"
    assert (draft.title, draft.state, draft.base, draft.writers) == (
        "Larger small ones",
        "writing",
        before,
        ["mia"],
    )
    changed = [
        (one, other)
        for one, other in zip(before.text.splitlines(), draft.text.splitlines(), strict=True)
        if one != other
    ]
    assert [(one.strip()[:24], other[-70:]) for one, other in changed] == [
        ("- {column: employees,   ", changed[0][0].replace('"<= 20"', '"<= 25"')[-70:]),
        ("- {column: annual_revenu", changed[1][0].replace('"<= 4m"', '"<= 5m"')[-70:]),
    ]  # fmt: skip
    assert policies.in_force(acme, TODAY) == before
    assert PolicyVersion.objects.filter(company=acme).count() == 1


def test_a_page_takes_few_statements_whatever_the_size(acme, moved) -> None:
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    del acme, moved
    cache.clear()
    client = signed_in("mona")
    for address in ("", "moves?since=month", "moves?since=held", "try?shown=1", "try/preview?size-0-0=15"):
        for counted in ("anew", "before"):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(f"/c/moves/matrix/{address}").status_code == 200
            assert len(asked) < 30, f"{address}, counted {counted}: {len(asked)}"
