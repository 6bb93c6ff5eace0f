"""The screen Imports: a list is dropped, its columns chosen, tried, brought in, repaired, taken back; and hostile files are refused."""

from __future__ import annotations

import io
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditdesk.desk import place
from creditdesk.desk.access.roles import RIGHTS, Right
from creditdesk.desk.intake import clearing, limits, receiving, working
from creditdesk.desk.intake.models import SavedMapping, Upload, Work
from creditdesk.desk.ledger import importing, reading, writing
from creditdesk.desk.ledger.models import Company, Import, Quarantined
from creditdesk.facts.schema import TABLES
from desk.books import CUSTOMERS, INVOICES
from desk.screens.people import EVERYBODY, NOW, people, signed_in

from django.core.files.uploadedfile import SimpleUploadedFile  # isort: skip  needs the settings
from django.db import connection  # isort: skip
from django.template import Template  # isort: skip
from django.test import Client  # isort: skip
from django.test.utils import CaptureQueriesContext, instrumented_test_render  # isort: skip

from creditdesk.desk.access.members import admit  # isort: skip
from creditdesk.desk.access.roles import Role  # isort: skip
from creditdesk.desk.casework.models import Entry  # isort: skip
from creditdesk.desk.screens.imports import saying, words  # isort: skip
from creditdesk.desk.standing.models import Stale  # isort: skip

OPEN = """\
Openstaande posten;;;;;;
Debiteur;Naam;Factuurnummer;Factuurdatum;Vervaldatum;Openstaand;Valuta
7;Peeters;1;5.1.2026;4.2.2026;1.234,50;EUR
7;Peeters;2;6.1.2026;morgen;10,00;EUR
8;Maes;3;7.1.2026;6.2.2026;-20,00;EUR
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone."""
    monkeypatch.setenv(place.HOME, str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def acme(desk, home, monday, monkeypatch) -> Company:  # noqa: ARG001  the database, the data folder, the moment
    monkeypatch.setattr(Template, "_render", instrumented_test_render)  # so that an answer tells its context
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    return company


@pytest.fixture
def mia(acme) -> Client:  # noqa: ARG001
    return signed_in("mia")


def drop(client: Client, **files: bytes | str) -> str:
    """Drop files upon the screen, as a browser does. Gives the address of what they became."""
    given = [
        SimpleUploadedFile(name.replace("__", "."), text.encode() if isinstance(text, str) else text)
        for name, text in files.items()
    ]
    answer = client.post("/c/acme/imports/new", {"files": given})
    assert answer.status_code == 302
    return answer["Location"]


def work() -> None:
    """The worker does what is asked."""
    working.work_off()


def upload(address: str) -> Upload:
    return Upload.objects.get(token=address.strip("/").split("/")[-1])


def chosen(client: Client, address: str, **more: str) -> dict[str, str]:
    """The form of the columns as a browser would send it."""
    form = client.get(address).context["form"]
    said = {field.html_name: field.value() for field in form}
    plain = {
        name: "; ".join(value) if isinstance(value, list | tuple) else value for name, value in said.items()
    }
    return {name: value for name, value in plain.items() if value not in (None, False)} | more


def checked(client: Client, **files: bytes | str) -> str:
    """A list whose columns are taken as they are proposed, tried."""
    address = drop(client, **files)
    work()
    if upload(address).step == Upload.Step.MAPPING:
        client.post(f"{address}columns", chosen(client, address, do="check"))
        work()
    return address


def brought(client: Client, **files: bytes | str) -> Import:
    address = checked(client, **files)
    client.post(f"{address}bring", {"why": "month end"})
    work()
    imported = upload(address).imported
    assert imported is not None
    return imported


# --- the way of a list ------------------------------------------------------------------------------------------------


def test_a_list_is_dropped_tried_and_brought_in_when_a_person_says_so(acme, mia) -> None:
    address = drop(mia, posten__csv=OPEN)
    assert "Looking at the file" in mia.get(address).content.decode()
    work()
    page = mia.get(address).content.decode()
    assert "Openstaand" in page
    assert "€1,234.50" in page
    assert "morgen" in page
    answer = mia.post(f"{address}columns", chosen(mia, address, do="check", save_as="Exact"))
    assert answer["Location"] == address
    work()
    page = mia.get(address).content.decode()
    assert "1 customer is held for it" in page
    assert not Import.objects.exists(), "nothing is brought in before somebody says so"

    mia.post(f"{address}bring", {"why": "month end"})
    work()

    imported = Import.objects.get()
    assert (imported.by, imported.why, imported.source, imported.quarantined) == (
        "mia",
        "month end",
        "posten.csv",
        1,
    )
    facts = reading.facts(acme)["invoice"].to_pylist()
    assert [(one["invoice_id"], one["kind"], one["amount"]) for one in facts] == [
        ("1", "invoice", 123450), ("3", "credit_note", 2000)
    ]  # fmt: skip
    assert Entry.objects.get(what="import").became["counts"]["invoice"]["new"] == 2
    assert {one.customer for one in Stale.objects.all()} == {"7", "8"}, "they are decided anew"
    assert left() == [], "no file is left"
    assert "In the ledger, as import" in mia.get(address).content.decode()


def test_the_next_list_with_the_same_columns_is_read_as_the_last_one(acme, mia) -> None:
    first = drop(mia, a__csv=OPEN)
    work()
    said = chosen(mia, first, do="check", save_as="Exact")
    said["column-1"] = ""  # the name is not taken
    mia.post(f"{first}columns", said)
    again = drop(mia, b__csv=OPEN.replace("Peeters", "Peters"))
    work()
    found = upload(again)
    assert found.saved_as == "Exact"
    assert "customer_name" not in found.choices["columns"]
    saved = SavedMapping.objects.get(company=acme)
    answer = mia.get(f"/c/acme/imports/mappings/{saved.pk}.yaml")
    assert answer["Content-Disposition"] == 'attachment; filename="Exact.yaml"'
    # it is what the command line takes
    file = receiving.folder().parent / "again.csv"
    file.write_text(OPEN)
    mapping = file.with_suffix(".yaml")
    mapping.write_bytes(answer.content)
    assert importing.import_foreign(acme, file, mapping, by="cli").laid["invoice"].new == 2


def test_another_mapping_is_not_lost_by_its_name(acme, mia) -> None:
    first = drop(mia, a__csv=OPEN)
    work()
    mia.post(f"{first}columns", chosen(mia, first, do="check", save_as="Exact"))
    other = drop(mia, b__csv=OPEN.replace("Valuta", "Munt"))
    work()
    mia.post(f"{other}columns", chosen(mia, other, do="check", save_as="Exact"))
    assert upload(other).step == Upload.Step.MAPPING
    assert "There is a mapping “Exact” already" in mia.get(other).content.decode()
    mia.post(f"{other}columns", chosen(mia, other, do="check", save_as="Exact", replace="on"))
    assert upload(other).step == Upload.Step.CHECKING
    assert SavedMapping.objects.get(company=acme).choices["columns"]["currency"] == "Munt"


def test_what_is_still_missing_is_said_and_nothing_goes_on_without_it(mia) -> None:
    address = drop(mia, a__csv=OPEN)
    work()
    said = chosen(mia, address)
    said["column-4"] = ""
    page = mia.post(f"{address}columns", said | {"do": "check"}).content.decode()
    assert "Still needed:" in page
    assert "Due date" in page
    assert upload(address).step == Upload.Step.MAPPING
    twice = said | {"column-4": said["column-3"]}
    assert "is that already" in mia.post(f"{address}columns", twice).content.decode()


def test_a_file_is_read_in_another_way(mia) -> None:
    address = drop(mia, a__csv=OPEN.replace(";", "|").replace("Peeters", "Pééters").encode("cp1252"))
    work()
    assert upload(address).seen["read"] == {
        "format": "csv",
        "encoding": "cp1252",
        "delimiter": "|",
        "header_line": 2,
    }
    mia.post(f"{address}read", {"encoding": "cp850", "delimiter": ";", "header_line": "1"})
    work()
    assert upload(address).seen["read"]["delimiter"] == ";"
    assert upload(address).choices["columns"] == {}
    mia.post(f"{address}read", {"encoding": "cp1252", "delimiter": "|"})
    work()
    assert upload(address).choices["columns"]["due"] == "Vervaldatum"


def test_a_mapping_is_written_as_text_with_its_mistakes_told(mia) -> None:
    address = drop(mia, a__csv=OPEN)
    work()
    mia.post(f"{address}use", {"mapping": "text:"})
    page = mia.get(address)
    document = (
        page.context["text_form"].initial["document"]
        if page.context["text_form"].initial
        else upload(address).document
    )
    assert "one_row_per: customer_id" in document
    wrong = document.replace("due: Vervaldatum", "dew: Vervaldatum")
    mia.post(f"{address}text", {"document": wrong, "do": "check"})
    assert upload(address).step == Upload.Step.MAPPING
    assert "has no column dew" in mia.get(address).content.decode()
    mia.post(f"{address}text", {"document": document, "do": "check", "save_as": "By hand"})
    work()
    assert upload(address).step == Upload.Step.CHECKED
    mia.post(f"{address}back")
    mia.post(f"{address}text", {"document": document, "do": "form"})
    work()
    assert upload(address).choices["kind"] == "open_items"


def test_a_shipped_mapping_that_fits_is_offered(mia) -> None:
    address = drop(mia, a__csv=OPEN)
    work()
    assert upload(address).seen["shipped"] == ["erp-open-items"]
    mia.post(f"{address}use", {"mapping": "shipped:erp-open-items"})
    work()
    assert "€1,234.50" in mia.get(address).content.decode()
    assert mia.get("/c/acme/imports/mappings/shipped/erp-open-items.yaml").status_code == 200
    assert mia.post(f"{address}use", {"mapping": "shipped:../../etc/passwd"}).status_code == 404


def test_another_kind_of_list_is_proposed_anew(mia) -> None:
    address = drop(mia, a__csv="Klantnr;Datum;Bedrag;Betaaldatum\nC1;1.2.2026;10,00;2.2.2026\n")
    work()
    said = chosen(mia, address, kind="payments")
    mia.post(f"{address}columns", said)
    assert upload(address).choices["columns"]["paid"] == "Bedrag"


def test_tables_of_the_contract_need_no_columns_and_may_come_as_a_zip(acme, mia) -> None:
    imported = brought(mia, customer__csv=CUSTOMERS.lstrip(), invoice__csv=INVOICES.lstrip())
    assert imported.counts == {
        "customer": {"new": 3, "replaced": 0, "same": 0}, "invoice": {"new": 3, "replaced": 0, "same": 0}
    }  # fmt: skip
    zipped = packed(
        {"books/customer.csv": CUSTOMERS.lstrip() + "c4,Claes,company,\n", "books/.DS_Store": "x"}
    )
    address = checked(mia, books__zip=zipped)
    assert (upload(address).name, upload(address).result["tables"]["customer"]["new"]) == ("books", 1)
    mia.post(f"{address}bring", {"why": ""})
    work()
    assert reading.facts(acme)["customer"].num_rows == 4


def test_several_lists_at_once_are_several_uploads(mia) -> None:
    drop(mia, a__csv=OPEN, b__csv=OPEN.replace("Peeters", "Claes"))
    work()
    assert sorted(Upload.objects.values_list("name", "step")) == [("a.csv", "mapping"), ("b.csv", "mapping")]


def test_the_same_list_twice_brings_nothing(mia) -> None:
    brought(mia, a__csv=OPEN)
    address = checked(mia, a__csv=OPEN)
    mia.post(f"{address}bring")
    work()
    assert upload(address).imported is None
    assert "Nothing in it was new" in mia.get(address).content.decode()
    assert Import.objects.count() == 1


def test_a_first_list_without_customers_is_refused_in_words(mia) -> None:
    address = checked(mia, pay__csv="Klantnr.;Valutadatum;Bedrag\nC1;5-1-2026;100,00\n")
    assert upload(address).step == Upload.Step.FAILED
    assert "begin with a list of open items" in mia.get(address).content.decode()
    mia.post(f"{address}back")
    assert upload(address).step == Upload.Step.MAPPING


def test_what_would_be_set_apart_is_a_file_in_which_nothing_is_a_formula(mia) -> None:
    evil = OPEN.replace("morgen", "=cmd|' /C calc'!A0")
    address = checked(mia, a__csv=evil)
    told = b"".join(mia.get(f"{address}apart.csv").streaming_content).decode()
    assert "'=cmd" in told
    assert ",=cmd" not in told
    page = mia.get(address).content.decode()
    assert "<script" not in page.replace("<script defer", "").replace("<script src", "")


def test_script_in_names_and_values_stays_text(mia) -> None:
    evil = OPEN.replace("Debiteur", "<script>alert(1)</script>").replace(
        "Peeters", "<img src=x onerror=alert(1)>"
    )
    address = drop(mia, **{"<b>x__csv": evil})
    work()
    page = mia.get(address).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror" in page


# --- repair, leave out, take back ---------------------------------------------------------------------------------------


def test_a_row_is_repaired_in_its_form(acme, mia) -> None:
    brought(mia, a__csv=OPEN)
    (line,) = Quarantined.objects.filter(replaced_by=None)
    sheet = mia.get(f"/c/acme/imports/quarantine/{line.pk}/")
    form = sheet.context["form"]
    (field,) = form.first_fields()
    assert (field.label, field.value()) == ("Vervaldatum", "morgen")
    said = {one.html_name: one.value() or "" for one in form}
    again = mia.post(f"/c/acme/imports/quarantine/{line.pk}/", said | {field.html_name: "gisteren"})
    assert again.status_code == 422
    assert "Written as D.M.YYYY" in again.content.decode()
    done = mia.post(
        f"/c/acme/imports/quarantine/{line.pk}/", said | {field.html_name: "5.2.2026", "why": "asked them"}
    )
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")
    assert reading.facts(acme)["invoice"].num_rows == 3
    assert not Quarantined.objects.filter(replaced_by=None).exists()
    entry = Entry.objects.get(what="quarantine")
    assert (entry.by, entry.why) == ("mia", "asked them")
    assert (entry.was["rows"], entry.became["rows"]) == (
        [{"Vervaldatum": "morgen"}],
        [{"Vervaldatum": "5.2.2026"}],
    )


def test_several_alike_at_once(acme, mia) -> None:
    bad = OPEN + "9;Claes;4;7.1.2026;morgen;1,00;EUR\n9;Claes;5;7.1.2026;later;1,00;EUR\n"
    brought(mia, a__csv=bad)
    numbers = list(Quarantined.objects.values_list("pk", flat=True))
    sheet = mia.get("/c/acme/imports/quarantine/do/alike", {"row": numbers})
    assert [value for value, _label in sheet.context["form"].fields["found_value"].choices] == [
        "",
        "morgen",
        "later",
    ]
    said = {
        "row": numbers,
        "column": "Vervaldatum",
        "found_value": "morgen",
        "value": "6.2.2026",
        "why": "typing",
    }
    assert mia.post("/c/acme/imports/quarantine/do/alike", said).status_code == 204
    assert reading.facts(acme)["invoice"].num_rows == 4
    (left,) = Quarantined.objects.filter(replaced_by=None)
    assert left.found == "later"


def test_all_that_pass_the_filters_are_left_out_with_a_reason(acme, mia) -> None:
    brought(mia, a__csv=OPEN + "9;Claes;4;7.1.2026;morgen;x;EUR\n")
    said = {"everybody": "on", "query": "q=Claes"}
    assert mia.post("/c/acme/imports/quarantine/do/out", said).status_code == 422
    assert mia.post("/c/acme/imports/quarantine/do/out", said | {"why": "paid in cash"}).status_code == 204
    (left,) = Quarantined.objects.filter(replaced_by=None)
    assert left.customer_id == "7"
    assert Entry.objects.get(what="quarantine").why == "paid in cash"
    assert reading.held_customers(acme) == ["7"]


def test_rows_are_tried_again_as_they_are(acme, mia) -> None:
    brought(mia, customer__csv=CUSTOMERS.lstrip(), invoice__csv=INVOICES.lstrip().replace("c2,3", "c9,3"))
    (line,) = Quarantined.objects.all()
    number = line.brought_by_id
    mia.post(f"/c/acme/imports/{number}/retry")
    work()
    assert (
        "Of 1 rows that were tried again, 0 are in the ledger"
        in mia.get(f"/c/acme/imports/{number}/").content.decode()
    )
    brought(mia, customer__csv="customer_id,name,kind\nc9,Claes,company\n")
    mia.post(f"/c/acme/imports/{number}/retry")
    work()
    assert reading.facts(acme)["invoice"].num_rows == 3


def test_an_import_is_taken_back_and_why_it_cannot_be_is_said_in_words(acme, mia) -> None:
    first = brought(mia, customer__csv=CUSTOMERS.lstrip(), invoice__csv=INVOICES.lstrip())
    later = brought(mia, invoice__csv=INVOICES.lstrip().replace("30000", "31000"))
    url = f"/c/acme/imports/{first.pk}/"
    assert mia.post(f"{url}undo", {"why": " "}).status_code == 422
    assert mia.post(f"{url}undo", {"why": "wrong company"}).status_code == 204
    assert "Taking it back" in mia.get(url).content.decode()
    work()
    page = mia.get(url).content.decode()
    assert f"Take import {later.pk} back first." in page
    assert f'<a href="/c/acme/imports/{later.pk}/">Look at import {later.pk}</a>' in page
    for one in (later, first):
        mia.post(f"/c/acme/imports/{one.pk}/undo", {"why": "wrong company"})
        work()
    assert reading.facts(acme) == {}
    page = mia.get(url).content.decode()
    assert "It was taken back and does not count any more." in page
    assert Entry.objects.filter(what="import", ref=str(first.pk), why="wrong company").exists()
    undoing = Import.objects.get(undoes=first)
    assert "Put it in force again" in mia.get(f"/c/acme/imports/{undoing.pk}/").content.decode()
    mia.post(f"/c/acme/imports/{undoing.pk}/undo", {"why": "it was right"})
    work()
    assert reading.facts(acme)["invoice"].num_rows == 3


def test_the_history_leaves_out_what_people_do_all_day(acme, mia) -> None:
    brought(mia, customer__csv=CUSTOMERS.lstrip(), invoice__csv=INVOICES.lstrip())
    row = {"note_id": "n", "customer_id": "c1", "on": NOW.date(), "by": "carla", "text": "called"}
    writing.add(acme, "note", [row], by="carla", at=NOW)
    assert mia.get("/c/acme/imports/").context["listing"].count == 1
    assert mia.get("/c/acme/imports/?kind=all").context["listing"].count == 2
    assert mia.get("/c/acme/imports/?kind=desk").context["listing"].count == 1
    told = b"".join(mia.get("/c/acme/imports/?format=csv").streaming_content).decode()
    assert "customer.csv" in told or "invoice.csv" in told


# --- who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_page_for_every_role(mia, name) -> None:
    imported = brought(mia, a__csv=OPEN)
    (line,) = Quarantined.objects.filter(replaced_by=None)
    rights = RIGHTS[EVERYBODY[name]]
    client = signed_in(name)
    sees, may = Right.SEE_IMPORTS in rights, Right.IMPORT in rights
    for path in (
        "",
        "mappings/",
        "quarantine/",
        f"{imported.pk}/",
        f"{imported.pk}/mapping.yaml",
        "mappings/shipped/erp-open-items.yaml",
    ):
        assert client.get(f"/c/acme/imports/{path}").status_code == (200 if sees else 403), path
    assert client.get(f"/c/acme/imports/quarantine/{line.pk}/").status_code == (200 if sees else 403)
    waiting = drop(mia, b__csv=OPEN).removeprefix("/c/acme/imports/")
    work()
    for path in (waiting, f"{waiting}progress", "quarantine/do/out"):
        assert client.get(f"/c/acme/imports/{path}").status_code in ((200, 204) if may else (403,)), path
    for path in (
        "new",
        f"{imported.pk}/undo",
        f"{imported.pk}/retry",
        f"quarantine/{line.pk}/",
        "quarantine/do/out",
    ):
        told = client.post(f"/c/acme/imports/{path}", {}).status_code
        assert told in ((200, 204, 302, 422) if may else (403,)), path
    for path in ("columns", "read", "text", "use", "back", "bring", "discard"):
        if not may:
            assert client.post(f"/c/acme/imports/{waiting}{path}", {}).status_code == 403, path
    assert client.post("/c/acme/imports/", {}).status_code in (403, 405)


def test_another_companys_imports_are_not_one_number_away(acme, mia) -> None:
    other = Company.objects.create(code="other", name="Other NV")
    admit(other, "olga", [Role.ADMINISTRATOR], by="test", now=NOW)
    imported = brought(mia, a__csv=OPEN)
    waiting = drop(mia, b__csv=OPEN).split("/")[-2]
    work()
    (line,) = Quarantined.objects.filter(replaced_by=None)
    saved = SavedMapping.objects.create(company=acme, name="x", document="mapping: x", by="mia", at=NOW)
    olga = signed_in("olga")
    base = "/c/other/imports"
    for path in (
        f"upload/{waiting}/", f"upload/{waiting}/apart.csv", f"{imported.pk}/", f"{imported.pk}/mapping.yaml",
        f"{imported.pk}/progress", f"{imported.pk}/undo", f"quarantine/{line.pk}/", f"mappings/{saved.pk}.yaml", "99999999999999999999/",
    ):  # fmt: skip
        assert olga.get(f"{base}/{path}").status_code == 404, path
    for path in (
        f"upload/{waiting}/bring", f"upload/{waiting}/discard", f"upload/{waiting}/columns", f"{imported.pk}/undo",
        f"{imported.pk}/retry", f"quarantine/{line.pk}/", f"mappings/{saved.pk}/forget",
    ):  # fmt: skip
        assert olga.post(f"{base}/{path}", {"why": "x"}).status_code == 404, path
    olga.post(f"{base}/quarantine/do/out", {"row": [line.pk], "why": "x"})
    assert Quarantined.objects.filter(replaced_by=None).count() == 1
    assert b"posten" not in olga.get(f"{base}/").content
    assert olga.get(f"/c/acme/imports/upload/{waiting}/").status_code == 404


def test_few_queries_whatever_the_size(mia) -> None:
    for number in range(3):
        bad = "".join(f"{row};N;{number}-{row};5.1.2026;morgen;1,00;EUR\n" for row in range(60))
        brought(mia, **{f"a{number}__csv": OPEN + bad})
    waiting = checked(mia, b__csv=OPEN)
    number = Import.objects.latest("pk").pk
    line = Quarantined.objects.filter(replaced_by=None).latest("pk").pk
    for path in ("/c/acme/imports/", f"/c/acme/imports/{number}/", "/c/acme/imports/quarantine/", "/c/acme/imports/mappings/",
                 f"/c/acme/imports/quarantine/{line}/", waiting):  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert mia.get(path).status_code == 200
        assert len(asked) < 30, (path, len(asked))


# --- hostile files ------------------------------------------------------------------------------------------------------


def packed(files: dict[str, str | bytes], **how) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text, **how)
    return whole.getvalue()


def linked() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        info = zipfile.ZipInfo("invoice.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return whole.getvalue()


def encrypted() -> bytes:
    data = bytearray(packed({"a.csv": "a,b\n1,2\n"}))
    data[6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


HOSTILE = {
    "leaves its folder": (packed({"../../invoice.csv": "x"}), "names a place outside"),
    "names a place of the machine": (packed({"/etc/cron.d/x.csv": "x"}), "names a place outside"),
    "names a place as Windows does": (packed({"..\\..\\invoice.csv": "x"}), "names a place outside"),
    "is a link": (linked(), "holds a link"),
    "is encrypted": (encrypted(), "is encrypted"),
    "is a bomb": (packed({"invoice.csv": b"0" * (8 * limits.MEGABYTE)}), "far larger than it should"),
    "has too many files": (
        packed({f"{number}.csv": "x" for number in range(limits.MOST_MEMBERS + 1)}),
        "more than 1,000 files",
    ),
    "is broken": (b"PK\x03\x04" + b"\0" * 40, "is damaged"),
    "has two files of one name": (
        packed({"a/invoice.csv": "x", "b/invoice.csv": "y"}),
        "Two files are called",
    ),
    "holds a zip again": (
        packed({"inner.zip": packed({"a.csv": "x"})}),
        "is no kind of file that can be read",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_zip_that(acme, mia, home, what) -> None:  # noqa: ARG001
    content, told = HOSTILE[what]
    address = drop(mia, books__zip=content)
    work()
    assert upload(address).step == Upload.Step.FAILED
    assert told in mia.get(address).content.decode()
    assert sorted(path.name for path in home.parent.iterdir() if path.name != "home") == ["data"], (
        "nothing was written elsewhere"
    )


def test_a_zip_that_lies_about_its_size_is_stopped(mia) -> None:
    content = bytearray(packed({"invoice.csv": b"0" * 900_000}))
    for mark, place_of_size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + place_of_size
        content[at : at + 4] = (10).to_bytes(4, "little")
    address = drop(mia, books__zip=bytes(content))
    work()
    assert upload(address).step == Upload.Step.FAILED


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../../etc/passwd.csv", "passwd.csv"), ("C:\\Users\\anna\\open.csv", "open.csv"), ("/etc/x.csv", "x.csv"),
        (".bashrc.csv", "bashrc.csv"), ("a\x00b\u202egpj.csv", "abgpj.csv"), ("x" * 300 + ".csv", "x" * 116 + ".csv"), ("", "file"),
        ("..", "file"), ('we"ird<name>?.csv', "we_ird_name__.csv"), ("Öffnung März.csv", "Öffnung März.csv"),
    ],
)  # fmt: skip
def test_a_name_names_no_other_place(said, kept) -> None:
    assert receiving.safe_name(said) == kept


def test_too_much_is_refused_and_nothing_is_left(mia, monkeypatch) -> None:
    monkeypatch.setenv(limits.LARGEST, "1")
    answer = mia.post(
        "/c/acme/imports/new", {"files": SimpleUploadedFile("a.csv", b"x" * (3 * limits.MEGABYTE))}
    )
    assert answer.status_code == 302
    assert "That is more than 1 MB at once" in mia.get("/c/acme/imports/").content.decode()
    assert not Upload.objects.exists()
    assert left() == []


def left() -> list[Path]:
    """What lies among the uploads."""
    return list(receiving.folder().iterdir()) if receiving.folder().exists() else []


def test_a_file_is_never_held_in_memory(mia) -> None:
    import tracemalloc

    big = SimpleUploadedFile("a.csv", b"a;b\n" + b"1;2\n" * (6 * limits.MEGABYTE))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    mia.post("/c/acme/imports/new", {"files": big})
    # the test's own client holds the body; beyond that nothing of the file's size is
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 3.5 * big.size
    assert upload_sizes() == [big.size]


def upload_sizes() -> list[int]:
    return [path.stat().st_size for path in receiving.folder().rglob("a.csv")]


def test_without_a_right_nothing_of_the_request_is_read(acme, home) -> None:  # noqa: ARG001
    assert (
        signed_in("carla")
        .post("/c/acme/imports/new", {"files": SimpleUploadedFile("a.csv", b"x")})
        .status_code
        == 403
    )
    assert not receiving.folder().exists()


def test_a_form_of_another_site_is_refused_and_nothing_is_kept(acme, mia) -> None:  # noqa: ARG001
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = mia.cookies
    assert strict.post("/c/acme/imports/new", {"files": SimpleUploadedFile("a.csv", b"x")}).status_code == 403
    assert left() == []
    assert not Upload.objects.exists()


def test_a_parquet_file_with_billions_of_equal_rows_is_refused(mia, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_ROWS", 1_000)
    out = io.BytesIO()
    pq.write_table(pa.table({"customer": ["x"] * 5_000}), out)
    address = drop(mia, a__parquet=out.getvalue())
    work()
    assert "has more than 1,000 rows" in mia.get(address).content.decode()


def test_a_spreadsheet_that_unpacks_without_end_is_refused(mia, monkeypatch) -> None:
    monkeypatch.setattr(limits, "SPREADSHEET", limits.MEGABYTE)
    address = drop(mia, a__xlsx=packed({"xl/worksheets/sheet1.xml": b"<c/>" * limits.MEGABYTE}))
    work()
    assert "when it is unpacked" in mia.get(address).content.decode()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00\x00",
        b"\x00" * 500,
        bytes(range(256)) * 20,
        b'"' * 5_000,
        b";\n" * 3_000,
        "\u202eabc;\ufeff\n".encode() * 50,
    ],
)
def test_weird_bytes_do_no_harm(mia, content) -> None:
    address = drop(mia, a__csv=content)
    work()
    assert upload(address).step in (Upload.Step.MAPPING, Upload.Step.FAILED)
    assert mia.get(address).status_code == 200


def test_uploads_of_a_company_are_not_without_end(mia) -> None:
    for _number in range(limits.MOST_OPEN):
        drop(mia, a__csv=OPEN)
    drop(mia, a__csv=OPEN)
    assert "uploads wait already" in mia.get("/c/acme/imports/").content.decode()
    assert Upload.objects.count() == limits.MOST_OPEN


# --- the worker ---------------------------------------------------------------------------------------------------------


def test_what_nobody_came_back_to_is_cleared_away(acme, mia) -> None:
    address = drop(mia, a__csv=OPEN)
    work()
    assert clearing.clear(NOW + timedelta(days=1)) == 0
    assert clearing.clear(NOW + timedelta(days=365 * 5)) == 1
    assert mia.get(address).status_code == 404
    assert left() == []
    drop(mia, a__csv=OPEN)
    mia.post(f"{drop(mia, b__csv=OPEN)}discard")
    assert Upload.objects.filter(company=acme).count() == 2, "what is being looked at is not discarded"
    work()
    mia.post(f"/c/acme/imports/upload/{Upload.objects.get(name='b.csv').token}/discard")
    assert [one.name for one in Upload.objects.all()] == ["a.csv"]


def test_work_that_a_worker_died_at_is_taken_again_and_given_up_at_last(mia) -> None:
    address = drop(mia, a__csv=OPEN)
    now = NOW
    for _try in range(working.TRIES):
        one = working.claim(now)
        assert one is not None
        assert working.claim(now + timedelta(seconds=10)) is None, "somebody is at it"
        now += timedelta(hours=1)
    assert working.claim(now) is None
    assert Work.objects.get().state == Work.State.FAILED
    assert "The worker stopped at it several times" in mia.get(address).content.decode()


def test_a_page_says_when_no_worker_takes_the_work(mia) -> None:
    address = drop(mia, a__csv=OPEN)
    assert "No worker has taken this up yet" not in mia.get(address).content.decode()
    Work.objects.update(asked_at=NOW - timedelta(minutes=1))
    assert "No worker has taken this up yet" in mia.get(address).content.decode()


def test_asked_twice_it_is_brought_in_once(mia) -> None:
    address = checked(mia, a__csv=OPEN)
    for _click in range(2):
        mia.post(f"{address}bring", {"why": "month end"})
    work()
    assert Import.objects.count() == 1
    assert Work.objects.filter(kind=Work.Kind.BRING).count() == 1


# --- words --------------------------------------------------------------------------------------------------------------


def test_every_mistake_has_words(root) -> None:
    import re

    told = (root / "docs" / "facts.md").read_text()
    part = told[told.index("### Quarantined") : told.index("### Not usable at all")]
    rows = [line for line in part.splitlines() if line.startswith("| `")]
    codes = {code for line in rows for code in re.findall(r"`([a-z_]+)`", line.split("|")[1])}
    assert len(codes) > 25
    assert codes - set(saying.REASONS) == set()


def test_every_table_and_field_has_a_name() -> None:
    from creditdesk.facts.schema import USED
    from creditdesk.sources.guessing.headers import fields
    from creditdesk.sources.guessing.lists import LISTS

    assert {table.name for table in USED} - set(words.TABLES) == set()
    assert set(fields()) - set(words.FIELDS) == set()
    assert set(LISTS) == set(words.LISTS)
    assert set(words.COLUMNS) <= {column.name for table in TABLES.values() for column in table.columns} | {
        "order"
    }
