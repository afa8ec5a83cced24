"""The pages of referrals: asking, the list, one of them; who gets in and what the front desk does not read."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain import care
from accounts.models import Activity, User
from accounts.tests.factories import make_patient
from scheduling.domain import referrals
from scheduling.models import Referral, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.tests.imaging import QUESTION, make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def scan(radiologist: User) -> Service:
    return make_scan(radiologist, preparation="Leave metal at home.")


@pytest.fixture
def referral(patient: User, doctor: User, scan: Service) -> Referral:
    return make_referral(patient, doctor, scan)


def get(client: Client, user: User, name: str, *args: Any, **query: str) -> Any:
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def ask(client: Client, user: User, patient: User, **fields: Any) -> Any:
    client.force_login(user)
    return client.post(reverse("referral_new", args=[patient.pk]), fields)


def test_a_doctor_asks_from_the_record(client: Client, patient: User, doctor: User, scan: Service) -> None:
    care.link(patient, doctor)
    assert (
        reverse("referral_new", args=[patient.pk])
        in get(client, doctor, "patient_record", patient.pk).content.decode()
    )
    answer = ask(
        client,
        doctor,
        patient,
        service=scan.pk,
        priority="routine",
        question=QUESTION,
        document=SimpleUploadedFile("letter.pdf", b"%PDF-1.4 letter"),
    )
    made = Referral.objects.get()
    assert answer["Location"] == reverse("referral", args=[made.pk])
    assert (made.referrer, made.question, made.document_name) == (doctor, QUESTION, "letter.pdf")


def test_the_visits_page_leads_to_asking(
    client: Client, patient: User, doctor: User, manager: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service)
    link = reverse("referral_new", args=[patient.pk])
    assert link not in get(client, doctor, "appointment", visit.pk).content.decode()  # not in their care yet
    care.link(patient, doctor)
    assert link in get(client, doctor, "appointment", visit.pk).content.decode()
    assert link not in get(client, manager, "appointment", visit.pk).content.decode()


def test_what_was_typed_stays_when_something_is_wrong(
    client: Client, patient: User, doctor: User, scan: Service
) -> None:
    care.link(patient, doctor)
    answer = ask(
        client,
        doctor,
        patient,
        service=scan.pk,
        priority="urgent",
        question=QUESTION,
        document=SimpleUploadedFile("tool.pdf", b"MZ\x90 not a letter"),
    )
    page = answer.content.decode()
    assert answer.status_code == 415
    assert QUESTION in page
    assert "Please choose one of these" in page
    assert not Referral.objects.exists()


def test_asking_twice_leads_to_the_first(client: Client, referral: Referral, doctor: User) -> None:
    answer = ask(
        client, doctor, referral.patient, service=referral.service_id, priority="routine", question="Again?"
    )
    assert answer.status_code == 409
    assert reverse("referral", args=[referral.pk]) in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("other_doctor", 404), ("patient", 403), ("other_patient", 403), ("manager", 403), ("admin", 403)],
)
def test_others_do_not_ask(
    who: str, status: int, client: Client, patient: User, request: pytest.FixtureRequest
) -> None:
    fields = {"service": make_scan(make_radiologist()).pk, "priority": "routine", "question": QUESTION}
    assert ask(client, request.getfixturevalue(who), patient, **fields).status_code == status
    assert not Referral.objects.exists()


def test_the_patient_is_led_to_booking(client: Client, referral: Referral, patient: User) -> None:
    page = get(client, patient, "referral", referral.pk).content.decode()
    assert QUESTION in page
    assert "Leave metal at home." in page
    assert "Book this scan" in page
    assert f"referral={referral.pk}" in page
    for name in ("home", "appointments"):
        assert reverse("referral", args=[referral.pk]) in get(client, patient, name).content.decode()


def test_the_front_desk_reads_no_question(client: Client, referral: Referral, manager: User) -> None:
    answer = get(client, manager, "referral", referral.pk)
    page = answer.content.decode()
    assert referral.patient.name in page
    desk = client.get(answer.context["book_url"])
    assert desk.status_code == 200
    assert f"The referral by {referral.referrer.name}" in desk.content.decode()
    assert QUESTION not in page
    assert "Book for the patient" in page
    assert QUESTION not in get(client, manager, "referrals").content.decode()


def test_the_document_is_for_its_readers(
    client: Client, patient: User, doctor: User, scan: Service, request: pytest.FixtureRequest
) -> None:
    manager, other_doctor = (request.getfixturevalue(name) for name in ("manager", "other_doctor"))
    letter = SimpleUploadedFile("letter.pdf", b"%PDF-1.4 letter")
    referral = make_referral(patient, doctor, scan, document=letter)
    answer = get(client, patient, "referral_document", referral.pk)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert get(client, manager, "referral_document", referral.pk).status_code == 403
    assert get(client, other_doctor, "referral_document", referral.pk).status_code == 404
    get(client, doctor, "referral_document", referral.pk)
    opened = Activity.objects.filter(verb="referral.file", patient=patient)
    assert [row.actor for row in opened] == [doctor]


def test_staff_reading_leave_a_line(
    client: Client, referral: Referral, doctor: User, manager: User, patient: User
) -> None:
    for reader in (patient, doctor, manager):
        get(client, reader, "referral", referral.pk)
    read = Activity.objects.filter(verb="referral.read", patient=patient)
    assert [row.actor for row in read] == [doctor]


def test_a_booked_scan_shows_on_both_pages(
    client: Client, referral: Referral, radiologist: User, patient: User
) -> None:
    visit = make_appointment(
        patient, radiologist, referral.service, starts_at=clinic_time(3, 10), mode="in_person"
    )
    referrals.book(referral, visit)
    assert (
        reverse("appointment", args=[visit.pk])
        in get(client, patient, "referral", referral.pk).content.decode()
    )
    page = get(client, patient, "appointment", visit.pk).content.decode()
    assert reverse("referral", args=[referral.pk]) in page
    assert "Leave metal at home." in page


def test_a_referral_is_withdrawn_with_a_reason(client: Client, referral: Referral, doctor: User) -> None:
    client.force_login(doctor)
    url = reverse("referral_withdraw", args=[referral.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Healed."}).status_code == 302
    referral.refresh_from_db()
    assert referral.status == "cancelled"
    # The second tab sees what happened.
    assert client.post(url, {"reason": "Healed."}).status_code == 409


def test_the_list_is_narrowed(
    client: Client, referral: Referral, doctor: User, radiologist: User, scan: Service
) -> None:
    second = make_patient("second@test.clinic", first_name="Second", last_name="Lama")
    urgent = make_referral(second, doctor, scan, priority="urgent")

    def listed(user: User, **query: str) -> list[Referral]:
        return list(get(client, user, "referrals", **query).context["page_obj"])

    assert listed(doctor) == [urgent, referral]
    assert listed(doctor, q="second la") == [urgent]
    assert listed(doctor, priority="routine") == [referral]
    assert listed(doctor, status="booked") == []
    assert listed(doctor, status="nonsense", service="nonsense") == [urgent, referral]
    care.link(second, radiologist)
    assert listed(radiologist) == []
    assert listed(radiologist, whose="all") == [urgent]


@pytest.mark.parametrize("who", ["doctor", "manager"])
def test_the_list_costs_the_same_for_many(
    who: str, client: Client, doctor: User, scan: Service, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(client, user, "referrals")
        return len(asked)

    make_referral(make_patient("p@test.clinic"), doctor, scan)
    get(client, user, "referrals")
    before = count()
    for number in range(19):
        make_referral(make_patient(f"p{number}@test.clinic"), doctor, scan)
    assert count() == before
