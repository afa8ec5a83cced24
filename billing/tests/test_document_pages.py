"""Lists, pages and PDF of what was issued: for the patient it is for and for management, and for nobody else."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accounts.enums import ActivityVerb
from accounts.models import Activity
from billing.domain import documents
from billing.enums import DocumentKind, PaymentStatus
from billing.models import BillingDocument, DocumentFile, Payment
from clinic.core import pdf

pytestmark = pytest.mark.django_db
needs_pango = pytest.mark.skipif(not pdf.is_possible(), reason="Pango is not installed")

LIST = "/documents/billing/"
MakePayment = Callable[..., Payment]


@pytest.fixture
def invoice(submitted: Payment, manager: Any) -> BillingDocument:
    made = documents.invoice_for(submitted, actor=manager)
    assert made is not None
    return made


def pdf_of(client: Any, document: BillingDocument) -> bytes:
    answer = client.get(f"{LIST}{document.pk}.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return answer.getvalue()  # type: ignore[no-any-return]


def test_each_sees_their_own_and_management_all(
    client: Any, api: Any, invoice: BillingDocument, request: pytest.FixtureRequest
) -> None:
    seen = {"patient": 200, "manager": 200, "other_patient": 404, "doctor": 404, "other_doctor": 404}
    for name, status in seen.items():
        person = request.getfixturevalue(name)
        client.force_login(person)
        for address in (f"{LIST}{invoice.pk}/", f"{LIST}{invoice.pk}.pdf"):
            assert client.get(address).status_code == status, (name, address)
        listed = client.get(LIST)
        assert (invoice.shown_number in listed.content.decode()) == (status == 200), name
        found = api(person).get("/api/billing-documents/").json()["results"]
        assert [row["number"] for row in found] == ([invoice.shown_number] if status == 200 else []), name
        assert api(person).get(f"/api/billing-documents/{invoice.pk}/pdf/").status_code == status, name
    client.logout()
    assert client.get(f"{LIST}{invoice.pk}.pdf").status_code == 302
    assert api().get("/api/billing-documents/").status_code == 401
    # The clinic's own looks are in the trail, the patient's are not.
    lines = Activity.objects.filter(verb=ActivityVerb.BILLING_DOCUMENT_OPENED)
    assert {line.actor for line in lines} == {request.getfixturevalue("manager")}


def test_a_patient_sees_no_correction(client: Any, invoice: BillingDocument, patient: Any) -> None:
    client.force_login(patient)
    assert b"/correct/" not in client.get(f"{LIST}{invoice.pk}/").content
    assert client.post(f"{LIST}{invoice.pk}/correct/", {"reason": "Cheaper, please"}).status_code == 403
    assert BillingDocument.objects.count() == 1


def test_management_corrects_with_a_reason(client: Any, invoice: BillingDocument, manager: Any) -> None:
    client.force_login(manager)
    address = f"{LIST}{invoice.pk}/correct/"
    assert address in client.get(f"{LIST}{invoice.pk}/").content.decode()
    refused = client.post(address, {"reason": "ab"})
    assert refused.status_code == 400
    assert ">ab</textarea>" in refused.content.decode().replace("\n", "")
    answer = client.post(address, {"reason": "Name misspelt"})
    new = BillingDocument.objects.get(kind=DocumentKind.INVOICE, number=2)
    assert answer["Location"] == reverse("billing_document", args=[new.pk])
    page = client.get(f"{LIST}{invoice.pk}/").content.decode()
    assert f"CN-{invoice.year}-00001" in page
    assert address not in page
    assert client.post(address, {"reason": "Once more"}).status_code == 409
    note = BillingDocument.objects.get(kind=DocumentKind.CREDIT_NOTE)
    assert client.get(f"{LIST}{note.pk}/correct/").status_code == 404


def test_search_by_number_and_name(
    client: Any, payment_in: MakePayment, other_patient: Any, manager: Any
) -> None:
    # References without a 2: the search looks at those as well.
    first = payment_in(PaymentStatus.CONFIRMED, reference="AAAAAAAA")
    second = payment_in(PaymentStatus.CONFIRMED, reference="BBBBBBBB", patient=other_patient)
    one = documents.invoice_for(first, actor=manager)
    two = documents.invoice_for(second, actor=manager)
    assert one
    assert two
    client.force_login(manager)

    def found(query: str) -> set[str]:
        page = client.get(f"{LIST}?{query}").content.decode()
        return {document.shown_number for document in (one, two) if document.shown_number in page}

    assert found(f"q={one.shown_number}") == {one.shown_number}
    assert found("q=inv 2") == found("q=2") == found("q=bikash") == {two.shown_number}
    assert found("q=REC-2") == found("kind=receipt") == found("q=no%00body") == set()


def test_thirty_rows_take_no_more_queries(
    client: Any, many_payments: Callable[[int], None], manager: Any
) -> None:
    client.force_login(manager)

    def queries(number: int) -> int:
        many_payments(number)
        for payment in Payment.objects.filter(documents=None):
            documents.invoice_for(payment, actor=manager)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).context["page_obj"].paginator.count == number
        return len(asked)

    assert queries(1) == queries(30)


@needs_pango
def test_the_pdf_is_made_once_and_stays(client: Any, invoice: BillingDocument, patient: Any) -> None:
    client.force_login(patient)
    with time_machine.travel("2026-11-21 09:00"):
        first = pdf_of(client, invoice)
    stored = DocumentFile.objects.get()
    assert stored.digest == hashlib.sha256(first).hexdigest()
    text = PdfReader(io.BytesIO(first)).pages[0].extract_text()
    for said in (invoice.shown_number, "Asha Gurung", "NPR 800.00", invoice.content["issued_on_bs"]):
        assert said in text
    # A file that was lost comes back the same, years later and whatever the patient is called by then.
    Path(stored.file.path).unlink()
    patient.last_name = "Tamang"
    patient.save()
    with time_machine.travel("2031-01-01 09:00"):
        client.force_login(patient)
        assert pdf_of(client, invoice) == first
    assert DocumentFile.objects.count() == 1


@needs_pango
def test_a_file_that_was_changed_is_not_handed_out(
    client: Any, invoice: BillingDocument, patient: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(patient)
    first = pdf_of(client, invoice)
    on_disk = Path(DocumentFile.objects.get().file.path)
    on_disk.chmod(0o640)
    on_disk.write_bytes(first.replace(b"%PDF", b"%PDX", 1))
    assert pdf_of(client, invoice) == first
    # Neither right on the disk, nor to be made as it was (another template by now): nothing is handed out.
    on_disk.write_bytes(b"forged")
    monkeypatch.setattr("billing.domain.document_files.made", lambda _document: b"other")
    assert client.get(f"{LIST}{invoice.pk}.pdf").status_code == 409


@needs_pango
def test_devanagari_is_in_the_pdf_with_its_own_font(
    client: Any, submitted: Payment, patient: Any, manager: Any
) -> None:
    patient.first_name, patient.last_name, patient.language = "लक्ष्मी", "श्रेष्ठ", "ne"
    patient.save()
    submitted.appointment.refresh_from_db()
    invoice = documents.invoice_for(submitted, actor=manager)
    assert invoice is not None
    client.force_login(patient)
    page = PdfReader(io.BytesIO(pdf_of(client, invoice))).pages[0]
    fonts = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert any("Devanagari" in name for name in fonts)
    # Copied out again, the shaped words are the words: क्ष is one glyph of three signs.
    assert "लक्ष्मी श्रेष्ठ" in page.extract_text()
