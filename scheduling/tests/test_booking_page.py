"""Booking on the pages: the steps, what is kept, what is refused, and sending twice."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from accounts.tests.factories import make_doctor
from scheduling.domain.booking import book
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_service
from scheduling.views.booking_draft import SESSION_KEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def booker(client: Client, patient: User) -> Client:
    client.force_login(patient)
    return client


def at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def address(
    name: str, doctor: User, service: Service, moment: datetime | None = None, mode: str = "video"
) -> str:
    query = f"?service={service.pk}&mode={mode}" + (f"&at={at(moment)}" if moment else "")
    return reverse(name, args=[doctor.pk]) + query


def picture(name: str = "rash.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def reserve(patient: User, doctor: User, service: Service, moment: datetime) -> Appointment:
    return book(
        patient=patient, doctor=doctor, service=service, starts_at=moment, mode="video", booked_by=patient
    )


def content(response: Any) -> str:
    return str(response.content.decode())


# --- Who may ---


@pytest.mark.parametrize("name", ["book", "book_details", "book_review"])
def test_a_visitor_logs_in_and_comes_back(client: Client, doctor: User, service: Service, name: str) -> None:
    target = address(name, doctor, service, clinic_time(2, 10))
    response = client.get(target)
    assert response.status_code == 302
    login, _question, query = response["Location"].partition("?")
    assert login == reverse("account_login")
    assert "next=/book/" in query
    assert "service" in query


@pytest.mark.parametrize("role", ["doctor", "other_doctor", "manager", "admin"])
def test_staff_get_a_kind_word_and_book_nothing(
    request: pytest.FixtureRequest, client: Client, doctor: User, service: Service, role: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    for name in ("book", "book_details", "book_review"):
        response = client.post(address(name, doctor, service, clinic_time(2, 10)))
        assert response.status_code == 403
        assert "signed in as staff" in content(response)
    assert not Appointment.objects.exists()


# --- Choosing a time ---


def test_the_month_links_free_days_and_the_day_its_times(
    booker: Client, doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    day = f"{timezone.localdate(moment)}"
    page = content(booker.get(address("book", doctor, service) + f"&day={day}"))
    assert f'data-day="{day}"' in page
    assert f'data-time="{at(moment)}"' in page
    assert f'data-watch="slots:{doctor.pk}:{day}"' in page
    assert "Asia/Kathmandu" in page


def test_taken_times_and_past_days_are_no_links(
    booker: Client, other_patient: User, doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    reserve(other_patient, doctor, service, moment)
    page = content(booker.get(address("book", doctor, service) + f"&day={timezone.localdate(moment)}"))
    assert f'data-time="{at(moment)}"' not in page
    assert f'data-time="{at(clinic_time(2, 11))}"' in page
    yesterday = timezone.localdate() - timedelta(days=1)
    page = content(booker.get(address("book", doctor, service) + f"&month={yesterday:%Y-%m}"))
    assert f'data-day="{yesterday}"' not in page


@pytest.mark.parametrize(
    "extra",
    [
        "&month=2026-13",
        "&month=nonsense",
        "&month=9999-12",
        "&month=0001-01",
        "&day=2026-02-31",
        "&day=9999-12-31",
        "&day=0001-01-01",
        "&mode=telepathy",
        "&at=9999-12-31T23:59Z",
    ],
)
@pytest.mark.parametrize("name", ["book", "book_details", "book_review"])
def test_a_broken_address_never_breaks_the_page(
    booker: Client, doctor: User, service: Service, name: str, extra: str
) -> None:
    response = booker.get(address(name, doctor, service) + extra, follow=True)
    assert response.status_code == 200


def test_foreign_ids_are_not_found(booker: Client, patient: User, doctor: User, service: Service) -> None:
    assert booker.get(reverse("book", args=[patient.pk])).status_code == 404
    for wrong in (doctor.pk, "not-a-uuid"):
        assert booker.get(reverse("book", args=[doctor.pk]) + f"?service={wrong}").status_code == 404
    elsewhere = make_doctor("heart@test.clinic", specialty="Cardiology").doctor_profile.specialty
    foreign = make_service("Heart scan", specialty=elsewhere)
    assert booker.get(address("book", doctor, foreign)).status_code == 404


def test_a_doctor_with_nothing_to_book_says_so(booker: Client, doctor: User) -> None:
    response = booker.get(reverse("book", args=[doctor.pk]))
    assert response.status_code == 200
    assert "Nothing to book online yet" in content(response)


def test_query_count_does_not_grow_with_services_or_visits(
    booker: Client, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    target = address("book", doctor, service)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            booker.get(target)
        return len(captured)

    queries()
    few = queries()
    for number in range(29):
        make_service(f"Service {number}")
        make_appointment(other_patient, doctor, service, starts_at=clinic_time(3 + number, 10))
    assert queries() == few


# --- Details ---


def test_reason_and_files_survive_and_arrive(
    booker: Client, patient: User, doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    details = address("book_details", doctor, service, moment)
    response = booker.post(details, {"reason": "Itching arm", "files": [picture()], "go": "review"})
    assert response.status_code == 302
    page = content(booker.get(response["Location"]))
    assert "Itching arm" in page
    assert "rash.jpg" in page
    # Back to the details, in a second tab or by reload: still there, and not in the address.
    assert "Itching arm" in content(booker.get(details))
    assert "Itching" not in response["Location"]
    booked = booker.post(response["Location"])
    visit = Appointment.objects.get()
    assert (visit.patient, visit.reason, visit.starts_at) == (patient, "Itching arm", moment)
    assert [stored.content_type for stored in visit.files.all()] == ["image/jpeg"]
    payment = visit.payments.get()  # type: ignore[attr-defined]
    assert booked["Location"] == reverse("payment", args=[payment.pk])
    assert booker.session[SESSION_KEY] == {}


def test_a_wrong_file_is_named_and_the_rest_kept(booker: Client, doctor: User, service: Service) -> None:
    details = address("book_details", doctor, service, clinic_time(2, 10))
    evil = SimpleUploadedFile("holiday.png", b"MZ this is no picture", "image/png")
    response = booker.post(details, {"reason": "Itching arm", "files": [picture(), evil], "go": "review"})
    assert response.status_code == 422
    page = content(response)
    assert "holiday.png was not added" in page
    assert "Itching arm" in page
    assert "rash.jpg" in page


def test_a_huge_file_is_refused_by_size(
    booker: Client, doctor: User, service: Service, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    huge = SimpleUploadedFile("scan.pdf", b"%PDF-1.4" + b"0" * 1024 * 1024, "application/pdf")
    details = address("book_details", doctor, service, clinic_time(2, 10))
    response = booker.post(details, {"reason": "Scan", "files": [huge], "go": "review"})
    assert response.status_code == 422
    assert "scan.pdf was not added: This file is over 1 MB" in content(response)


def test_the_sixth_file_is_refused_and_one_can_be_removed(
    booker: Client, doctor: User, service: Service
) -> None:
    details = address("book_details", doctor, service, clinic_time(2, 10))
    files = [picture(f"{number}.png") for number in range(6)]
    response = booker.post(details, {"reason": "", "files": files, "go": "review"})
    assert "5.png was not added" in content(response)
    kept = booker.session[SESSION_KEY][doctor.doctor_profile.specialty.slug]["files"]
    assert len(kept) == 5
    booker.post(details, {"reason": "", "remove": kept[0]["id"]})
    assert len(booker.session[SESSION_KEY][doctor.doctor_profile.specialty.slug]["files"]) == 4


def test_a_reason_too_long_is_kept_on_the_page(booker: Client, doctor: User, service: Service) -> None:
    details = address("book_details", doctor, service, clinic_time(2, 10))
    response = booker.post(details, {"reason": "x" * 501, "go": "review"})
    assert response.status_code == 422
    assert "x" * 501 in content(response)


def test_a_time_that_went_is_said_in_place_with_alternatives(
    booker: Client, other_patient: User, doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    details = address("book_details", doctor, service, moment)
    assert "data-time-gone" not in content(booker.get(details))
    reserve(other_patient, doctor, service, moment)
    response = booker.post(details, {"reason": "Itching arm", "go": "review"})
    assert response.status_code == 409
    page = content(response)
    assert "This time has just been taken." in page
    assert "Itching arm" in page
    other = clinic_time(2, 10, 30)
    assert f'name="choose" value="{at(other)}"' in page
    chosen = booker.post(details, {"reason": "Itching arm", "choose": at(other)})
    assert chosen["Location"] == address("book_details", doctor, service, other).replace(":", "%3A")
    assert "Itching arm" in content(booker.get(chosen["Location"]))


# --- Review and booking ---


@pytest.mark.parametrize(
    "moment", [clinic_time(-1, 10), clinic_time(2, 10, 7), clinic_time(2, 12), clinic_time(2, 3)]
)
def test_past_off_grid_and_closed_times_are_refused(
    booker: Client, doctor: User, service: Service, moment: datetime
) -> None:
    response = booker.post(address("book_review", doctor, service, moment))
    assert response.status_code in (400, 409)
    assert not Appointment.objects.exists()


def test_a_taken_time_offers_alternatives_and_keeps_everything(
    booker: Client, other_patient: User, doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    booker.post(address("book_details", doctor, service, moment), {"reason": "Itching arm", "go": "review"})
    reserve(other_patient, doctor, service, moment)
    response = booker.post(address("book_review", doctor, service, moment))
    assert response.status_code == 409
    page = content(response)
    assert "Itching arm" in page
    other = address("book_review", doctor, service, clinic_time(2, 10, 30))
    assert other.replace("&", "&amp;").replace(":", "%3A") in page
    assert Appointment.objects.count() == 1


def test_sending_twice_leads_to_the_first_booking(booker: Client, doctor: User, service: Service) -> None:
    review = address("book_review", doctor, service, clinic_time(2, 10))
    first, second = booker.post(review), booker.post(review)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


def test_the_own_other_visit_at_that_time_is_named(
    booker: Client, patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    make_appointment(patient, other_doctor, service, starts_at=moment)
    page = content(booker.get(address("book_details", doctor, service, moment)))
    assert "You have another visit at this time." in page
    assert booker.post(address("book_review", doctor, service, moment)).status_code == 409


def test_a_free_visit_goes_straight_to_its_page(booker: Client, doctor: User) -> None:
    free = make_service("Vaccination day", price="0.00", price_from_doctor=False)
    response = booker.post(address("book_review", doctor, free, clinic_time(2, 10)))
    assert response["Location"] == reverse("appointment", args=[Appointment.objects.get().pk])
