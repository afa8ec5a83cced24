"""Documents of a record: what is taken, who sees it, what is told and noted."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.domain import break_glass, care
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, User
from accounts.tests.pictures import disguised_svg, picture
from clinic.core.errors import Invalid, NotAllowed, TooLarge, UnsupportedType
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from records.domain import documents, previews
from records.domain.document_errors import AlreadyThere
from records.domain.document_queries import documents_visible_to
from records.models import Document
from records.tests.files import make_document, pdf_bytes, pdf_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _treated(patient: User, doctor: User) -> None:
    care.link(patient, doctor)


def signed_in(client: Any, user: User) -> Any:
    client.force_login(user)
    return client


def addresses(document: Document) -> list[str]:
    return [
        f"/documents/{document.pk}/",
        f"/documents/{document.pk}/file/",
        f"/documents/{document.pk}/preview/",
        f"/documents/{document.pk}/pages/1/",
        f"/patients/{document.patient_id}/record/documents/",
    ]


def test_what_a_patient_brings_is_there_at_once_for_both(patient: User, doctor: User) -> None:
    document = make_document(patient, patient, is_released=False)
    assert document.released_at is not None
    assert list(documents_visible_to(patient)) == list(documents_visible_to(doctor)) == [document]


def test_outsiders_see_nothing_until_the_glass_is_broken(
    client: Any, patient: User, *, other_patient: User, other_doctor: User, manager: User, admin: User
) -> None:
    document = make_document(patient, patient)
    previews.make(document.pk)
    for outsider in (other_patient, other_doctor):
        assert {signed_in(client, outsider).get(path).status_code for path in addresses(document)} == {404}
    for staff in (manager, admin):
        assert {signed_in(client, staff).get(path).status_code for path in addresses(document)} <= {403, 404}
        with pytest.raises(NotAllowed):
            make_document(patient, staff, seed=1)
    with pytest.raises(NotAllowed):
        make_document(patient, other_doctor, seed=1)
    break_glass.open_record(other_doctor, patient, reason="Found unconscious, need the letters.")
    assert {signed_in(client, other_doctor).get(path).status_code for path in addresses(document)} == {200}
    reasons = Activity.objects.filter(actor=other_doctor, verb=V.DOCUMENT_READ).values_list(
        "reason", flat=True
    )
    assert set(reasons) == {"break-glass"}


@pytest.mark.django_db(transaction=True)
def test_a_doctors_document_waits_for_its_release(
    client: Any, api: Any, patient: User, doctor: User, mailoutbox: list[Any]
) -> None:
    document = make_document(patient, doctor, is_released=False, title="Suspicion of cancer")
    client = signed_in(client, patient)
    assert {client.get(path).status_code for path in addresses(document)[:4]} == {404}
    assert b"Suspicion" not in client.get(addresses(document)[4]).content
    assert api(patient).get("/api/documents/").json()["results"] == []
    assert not Notification.objects.exists()
    signed_in(client, doctor).post(f"/documents/{document.pk}/release/")
    documents.release(document.pk, actor=doctor)
    told = Notification.objects.get()
    assert (told.user, told.occasion) == (patient, "document.new")
    assert "cancer" not in told.title
    run_due_tasks()
    assert "cancer" not in mailoutbox[0].subject + mailoutbox[0].body
    assert signed_in(client, patient).get(addresses(document)[0]).status_code == 200
    with pytest.raises(NotAllowed):
        documents.release(document.pk, actor=patient)


def test_the_type_is_read_from_the_content(patient: User, settings: Any) -> None:
    for wrong in (disguised_svg(), SimpleUploadedFile("scan.pdf", b"MZ\x90\x00 not a pdf at all")):
        with pytest.raises(UnsupportedType):
            documents.add(patient, wrong, actor=patient, category="other")
    renamed = SimpleUploadedFile("virus.exe", pdf_bytes())
    stored = documents.add(patient, renamed, actor=patient, category="other")
    assert (stored.content_type, stored.name) == ("application/pdf", "virus.exe.pdf")
    exif = Image.Exif()
    exif[0x010F] = "Camera of Asha"
    photo = documents.add(patient, picture("xray.png", exif=exif), actor=patient, category="imaging")
    assert (photo.content_type, photo.name, photo.title) == ("image/jpeg", "xray.jpg", "xray")
    with Image.open(photo.file) as kept:
        assert not kept.getexif()
    settings.DOCUMENT_MAX_BYTES = 1024
    with pytest.raises(TooLarge):
        documents.add(patient, pdf_file(size=2000), actor=patient, category="other")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"category": "secret"}, "category"),
        ({"title": "x" * 141}, "title"),
        ({"dated_on": "future"}, "dated_on"),
        ({"dated_on": "ancient"}, "dated_on"),
    ],
)
def test_wrong_words_are_refused_beside_their_field(patient: User, words: dict[str, Any], field: str) -> None:
    days = {"future": timezone.localdate() + timedelta(days=3), "ancient": date(1802, 1, 1)}
    words = {name: days.get(value, value) for name, value in words.items()}
    with pytest.raises(Invalid) as refusal:
        make_document(patient, patient, **words)
    assert list(refusal.value.fields) == [field]
    assert not Document.objects.exists()


def test_the_same_file_stands_once_until_it_is_voided(client: Any, patient: User, doctor: User) -> None:
    document = make_document(patient, patient)
    with pytest.raises(AlreadyThere):
        make_document(patient, doctor)
    assert len(list(document.file.storage.listdir("documents")[1])) == 1
    with pytest.raises(Invalid):
        documents.void(document.pk, actor=patient, reason="  ")
    documents.void(document.pk, actor=patient, reason="Another person's letter")
    assert list(documents_visible_to(doctor)) == []
    assert list(documents_visible_to(doctor, voided=True)) == [document]
    assert list(documents_visible_to(patient, voided=True)) == []
    assert make_document(patient, doctor).pk != document.pk
    page = signed_in(client, doctor).get(f"/documents/{document.pk}/").content.decode()
    assert "Another person&#x27;s letter" in page


def test_patients_void_only_what_they_brought(patient: User, doctor: User) -> None:
    from_clinic = make_document(patient, doctor)
    with pytest.raises(NotAllowed):
        documents.void(from_clinic.pk, actor=patient, reason="I don't like it")
    with pytest.raises(NotAllowed):
        documents.hold(from_clinic.pk, actor=patient, reason="Mine")


def test_each_look_is_noted_and_the_patients_own_is_not(client: Any, patient: User, doctor: User) -> None:
    document = make_document(patient, patient, title="HIV test")
    previews.make(document.pk)
    for reader in (doctor, patient):
        for path in addresses(document):
            assert signed_in(client, reader).get(path).status_code == 200
    rows = Activity.objects.filter(patient=patient).exclude(actor=None).order_by("pk")
    said = [(row.actor, row.verb) for row in rows if row.verb.startswith("document.")]
    assert said == [
        (patient, V.DOCUMENT_ADDED),
        *[(doctor, V.DOCUMENT_READ)] * 2,
        (doctor, V.DOCUMENTS_LISTED),
    ]
    assert "HIV" not in "".join(f"{row.reason}{row.changed}{row.target_id}" for row in rows)


def test_leafing_is_noted_once_whichever_page_it_begins_with(
    client: Any, patient: User, doctor: User
) -> None:
    document = documents.add(patient, pdf_file(pages=3), actor=patient, category="letter")
    for number in (2, 3, 1):
        assert signed_in(client, doctor).get(f"/documents/{document.pk}/pages/{number}/").status_code == 200
    assert Activity.objects.filter(verb=V.DOCUMENT_READ, actor=doctor).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_draws_the_first_page(client: Any, patient: User) -> None:
    document = documents.add(patient, pdf_file(pages=3), actor=patient, category="report")
    photo = documents.add(patient, picture(), actor=patient, category="report")
    broken = documents.add(
        patient, SimpleUploadedFile("b.pdf", b"%PDF-1.7\nnothing more"), actor=patient, category="report"
    )
    run_due_tasks()
    for each in (document, photo, broken):
        each.refresh_from_db()
    assert (document.pages, bool(document.preview), bool(photo.preview)) == (3, True, True)
    assert (broken.pages, bool(broken.preview)) == (None, False)
    client = signed_in(client, patient)
    for number, status in ((1, 200), (3, 200), (4, 404), (0, 404)):
        assert client.get(f"/documents/{document.pk}/pages/{number}/").status_code == status
    assert client.get(f"/documents/{photo.pk}/pages/1/").status_code == 404
    assert client.get(f"/documents/{broken.pk}/").status_code == 200


def test_the_file_is_served_closed(client: Any, patient: User) -> None:
    document = make_document(patient, patient)
    answer = signed_in(client, patient).get(f"/documents/{document.pk}/file/")
    assert answer["Content-Type"] == "application/pdf"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == pdf_bytes(size=8)
    attached = client.get(f"/documents/{document.pk}/file/?download")
    assert attached["Content-Disposition"].startswith("attachment")


def test_the_form_without_javascript(client: Any, patient: User, doctor: User) -> None:
    path = f"/patients/{patient.pk}/record/documents/new/"
    client = signed_in(client, doctor)
    assert client.get(path).status_code == 200
    kept = client.post(path, {"title": "Kept title", "category": "letter"})
    assert kept.status_code == 422
    assert "Kept title" in kept.content.decode()
    refused = client.post(path, {"file": disguised_svg(), "category": "letter"})
    assert refused.status_code == 415
    done = client.post(path, {"file": pdf_file(), "category": "letter", "dated_on": "2020-02-29"})
    document = Document.objects.get()
    assert done["Location"] == f"/documents/{document.pk}/"
    assert (document.title, str(document.dated_on), document.released_at) == ("letter", "2020-02-29", None)
    again = client.post(path, {"file": pdf_file(), "category": "letter"})
    assert again.status_code == 409
    assert "in the record already" in again.content.decode()


def test_the_list_filters_pages_and_asks_the_same_for_one_and_thirty(
    client: Any, patient: User, doctor: User
) -> None:
    path = f"/patients/{patient.pk}/record/documents/"
    client = signed_in(client, doctor)
    assert "No documents yet" in client.get(path).content.decode()
    make_document(patient, doctor, seed=1)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for seed in range(2, 31):
        make_document(patient, patient if seed % 2 else doctor, seed=seed, category="imaging")
    with CaptureQueriesContext(connection) as many:
        page = client.get(path)
    assert len(many) == len(one)
    assert len(page.context["page_obj"]) == 20
    assert len(client.get(f"{path}?page=2").context["page_obj"]) == 10

    def count(query: str) -> int:
        return int(client.get(path + query).context["page_obj"].paginator.count)

    assert count("?category=letter") == 1
    assert count("?q=letter+30") == 1
    assert count("?by=patient") == 14
    assert count("?by=clinic&category=imaging") == 15
    assert count("?when=nonsense&category=x") == 30
    assert "No document matches" in client.get(f"{path}?q=xyz").content.decode()


def test_the_api_lists_adds_and_answers_as_the_contract_says(
    api: Any, patient: User, *, doctor: User, other_doctor: User, other_patient: User, manager: User
) -> None:
    sent = {"category": "laboratory", "file": pdf_file(), "title": "Blood", "dated_on": "2026-01-02"}
    made = api(patient).post("/api/documents/upload/", sent, format="multipart")
    assert made.status_code == 201
    body = made.json()
    assert (body["patient"], body["title"], body["content_type"]) == (
        str(patient.pk),
        "Blood",
        "application/pdf",
    )
    path = f"/api/documents/{body['id']}/"
    for reader, status in (
        (None, 401), (patient, 200), (doctor, 200), (other_doctor, 404), (other_patient, 404), (manager, 404),
    ):  # fmt: skip
        assert api(reader).get(path).status_code == status
        assert api(reader).get(f"{path}file/").status_code == status
    assert [row["id"] for row in api(doctor).get("/api/documents/?search=blood").json()["results"]] == [
        body["id"]
    ]
    assert api(manager).get("/api/documents/").json() == {"next": None, "previous": None, "results": []}
    again = {"category": "other", "file": pdf_file()}
    conflict = api(patient).post("/api/documents/", again, format="multipart")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "duplicate_document")
    nameless = api(doctor).post(
        "/api/documents/", {"category": "other", "file": pdf_file(seed=2)}, format="multipart"
    )
    assert (nameless.status_code, list(nameless.json()["fields"])) == (400, ["patient"])
    for stranger in (other_doctor, manager):
        sent = {"category": "other", "file": pdf_file(seed=2), "patient": str(patient.pk)}
        assert api(stranger).post("/api/documents/", sent, format="multipart").status_code == 404
    assert api(doctor).get("/api/documents/?from=yesterday").status_code == 400
