"""Documents of a customer: a contract is attached, read by whoever sees the customer, and taken away again; what is no document is refused."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from creditdesk.desk.access.members import admit
from creditdesk.desk.access.roles import RIGHTS, Right, Role
from creditdesk.desk.casework import attachments
from creditdesk.desk.casework.models import Attachment, Entry
from creditdesk.desk.ledger.models import Company
from desk.screens.people import EVERYBODY, NOW, customer, people, signed_in

from django.core.files.uploadedfile import SimpleUploadedFile  # isort: skip  needs the settings

pytestmark = pytest.mark.usefixtures("monday")

CONTRACT = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n"
PAGE = "/c/acme/customer/deb/"
ATTACH = f"{PAGE}documents/attach"


@pytest.fixture(scope="module")
def acme(one_desk) -> Company:  # noqa: ARG001  one database for all cases
    company = Company.objects.create(code="acme", name="Acme BV")
    people(company)
    customer(company, "deb")
    other = Company.objects.create(code="other", name="Other NV")
    customer(other, "theirs")
    admit(other, "olga", [Role.CREDIT_MANAGER], by="test", now=NOW)
    return company


@pytest.fixture(autouse=True)
def nothing_attached(acme) -> None:  # noqa: ARG001
    Attachment.objects.all().delete()


def bring(who: str | Client, name: str = "contract 2026.pdf", content: bytes = CONTRACT, **more: str) -> str:
    """Attach a file. Gives what the page says then."""
    client = signed_in(who) if isinstance(who, str) else who
    given = {"about": more.pop("about", ""), "files": SimpleUploadedFile(name, content)}
    answer = client.post(ATTACH, given)
    assert answer.status_code == 302, answer.status_code
    return client.get(PAGE).content.decode()


def test_a_contract_is_attached_and_read_by_whoever_sees_the_customer() -> None:
    said = bring("carla", about="Framework contract")
    assert "“contract 2026.pdf” is attached." in said
    one = Attachment.objects.get()
    assert (one.customer, one.kind, one.size, one.by) == ("deb", "pdf", len(CONTRACT), "carla")
    address = f"{PAGE}documents/{one.pk}"
    for name, role in EVERYBODY.items():
        client = signed_in(name)
        answer = client.get(address)
        if Right.SEE_CUSTOMERS not in RIGHTS[role]:
            assert answer.status_code == 403, name
            continue
        assert answer.content == CONTRACT, name
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="contract 2026.pdf"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert f'href="{address}">Framework contract' in client.get(PAGE).content.decode(), name
    told = signed_in("ada").get(f"{PAGE}timeline").content.decode()
    assert told.count("Document: Framework contract") == 1
    entry = Entry.objects.get(what="attachment")
    assert (entry.by, entry.customer, entry.became["digest"]) == ("carla", "deb", one.digest)


def test_only_whoever_works_on_customers_attaches() -> None:
    allowed = {Right.WORK, Right.ASK, Right.DECIDE}
    for name, role in EVERYBODY.items():
        given = {"files": SimpleUploadedFile(f"{name}.txt", name.encode())}
        status = signed_in(name).post(ATTACH, given).status_code
        assert status == (302 if allowed & RIGHTS[role] else 403), name
    kept = set(Attachment.objects.values_list("by", flat=True))
    assert kept == {name for name, role in EVERYBODY.items() if allowed & RIGHTS[role]}
    assert 'id="attach-files"' not in signed_in("ada").get(PAGE).content.decode()


def test_a_document_of_another_company_is_not_there() -> None:
    bring("carla")
    one = Attachment.objects.get()
    olga = signed_in("olga")
    for address in (f"{PAGE}documents/{one.pk}", f"/c/other/customer/theirs/documents/{one.pk}"):
        assert olga.get(address).status_code == 404, address
    given = {"files": SimpleUploadedFile("a.txt", b"a")}
    assert olga.post(ATTACH, given).status_code == 404
    assert olga.post(f"/c/other/customer/theirs/documents/{one.pk}/remove", {"why": "x"}).status_code == 404
    assert Attachment.objects.get().removed_at is None
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.html", b"<script>alert(1)</script>", "Only these are taken"),
        ("run.exe", b"MZ", "Only these are taken"),
        ("page.pdf", b"<html><script>alert(1)</script>", "The file is not what its ending says."),
        ("picture.png", b"\xff\xd8\xff", "The file is not what its ending says."),
        ("letter.txt", b"a\x00b", "The file is not what its ending says."),
        ("empty.pdf", b"", "The file is empty."),
        ("large.pdf", CONTRACT + b" " * attachments.LARGEST, "at most 10 MB"),
    ],
)
def test_what_is_no_document_is_not_taken(name, content, said) -> None:
    assert said in bring("carla", name, content)
    assert not Attachment.objects.exists()


def test_the_same_document_twice_is_kept_once() -> None:
    bring("carla")
    bring("sam", "copy.pdf")
    assert Attachment.objects.get().by == "carla"


def test_a_name_is_text_and_names_no_other_place() -> None:
    said = bring("carla", "../../<img src=x onerror=alert(1)>; é.pdf", about="<script>alert(1)</script>")
    assert "<img src=x" not in said
    assert "<script>alert" not in said
    one = Attachment.objects.get()
    assert not set(one.name) & set('/<>"')
    told = signed_in("carla").get(f"{PAGE}documents/{one.pk}").headers["Content-Disposition"]
    assert told.startswith("attachment; filename*=utf-8''")
    assert "%C3%A9.pdf" in told


def test_it_is_taken_away_by_whoever_brought_it_or_decides_and_with_a_reason() -> None:
    bring("carla")
    one = Attachment.objects.get()
    address = f"{PAGE}documents/{one.pk}/remove"
    assert signed_in("sam").post(address, {"why": "not ours"}).status_code == 403
    assert signed_in("ada").post(address, {"why": "x"}).status_code == 403
    signed_in("carla").post(address, {"why": " "})
    assert Attachment.objects.get().removed_at is None
    mia = signed_in("mia")
    assert mia.post(address, {"why": "asked by the person"}).status_code == 302
    gone = Attachment.objects.get()
    assert (bytes(gone.content), gone.removed_by, gone.digest) == (b"", "mia", one.digest)
    assert mia.get(f"{PAGE}documents/{one.pk}").status_code == 404
    assert mia.post(address, {"why": "again"}).status_code == 404
    assert "contract 2026.pdf</a>" not in mia.get(PAGE).content.decode()
    entry = Entry.objects.filter(what="attachment").order_by("id").last()
    assert (entry.by, entry.was["name"], entry.why) == ("mia", "contract 2026.pdf", "asked by the person")


def test_a_form_of_another_site_attaches_nothing() -> None:
    carla = Client(enforce_csrf_checks=True)
    carla.force_login(
        get_user_model().objects.get(username="carla"), backend="django.contrib.auth.backends.ModelBackend"
    )
    given = {"files": SimpleUploadedFile("a.txt", b"a")}
    assert carla.post(ATTACH, given).status_code == 403
    assert not Attachment.objects.exists()
