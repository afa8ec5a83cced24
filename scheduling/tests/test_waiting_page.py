"""The waiting list's pages and API: joining, one's own places, the claim page, management's list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_patient
from scheduling.domain import offers
from scheduling.enums import OfferStatus, WaitingStatus
from scheduling.models import Appointment, Service, WaitingEntry, WaitingOffer
from scheduling.tests.factories import clinic_time, make_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(patient: User, doctor: User, service: Service) -> WaitingEntry:
    return make_waiting(patient, doctor, service)


@pytest.fixture
def offer(entry: WaitingEntry, doctor: User) -> WaitingOffer:
    made = offers.offer_freed(doctor.pk, clinic_time(2, 10), clinic_time(2, 10, 30))
    assert made
    return made


def wish(doctor: User, chosen: Service, /, **changes: Any) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "who": f"doctor:{doctor.pk}",
        "service": str(chosen.pk),
        "mode": "video",
        "first_day": str(today),
        "last_day": str(today + timedelta(days=7)),
        **changes,
    }


def test_joining_from_the_booking_page(client: Client, patient: User, doctor: User, service: Service) -> None:
    client.force_login(patient)
    url = f"/waiting/join/?doctor={doctor.pk}&service={service.pk}&mode=video"
    assert "/waiting/join/?doctor=" in client.get(f"/book/{doctor.pk}/").text
    form = client.get(url).context["form"]
    assert (form["who"].value(), form["service"].value(), form["mode"].value()) == (
        f"doctor:{doctor.pk}",
        str(service.pk),
        "video",
    )
    assert client.post(url, wish(doctor, service)).headers["Location"] == "/waiting/"
    page = client.get("/waiting/").text
    assert "You are next in line." in page
    assert doctor.name in client.get("/appointments/").text


def test_any_doctor_of_a_specialty(client: Client, patient: User, doctor: User, service: Service) -> None:
    specialty = doctor.doctor_profile.specialty
    client.force_login(patient)
    url = f"/waiting/join/?specialty={specialty.slug}"
    client.post(url, wish(doctor, service, who=f"specialty:{specialty.pk}"))
    assert WaitingEntry.objects.get().doctor is None


@pytest.mark.parametrize(
    "changes",
    [
        {"who": "doctor:nonsense"}, {"who": ""}, {"service": "nonsense"}, {"mode": "pigeon"}, {"last_day": "never"},
        {"last_day": "2020-01-01"}, {"first_day": "9999-12-31", "last_day": "9999-12-31"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_what_was_typed_is_kept(
    changes: dict[str, str], client: Client, patient: User, doctor: User, service: Service
) -> None:
    client.force_login(patient)
    answer = client.post("/waiting/join/", wish(doctor, service, **changes))
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not WaitingEntry.objects.exists()


def test_standing_in_the_same_line_twice_is_said(
    client: Client, entry: WaitingEntry, doctor: User, service: Service
) -> None:
    client.force_login(entry.patient)
    answer = client.post("/waiting/join/", wish(doctor, service))
    assert answer.status_code == 409
    assert "You wait for this already" in answer.text


def test_an_open_offer_is_claimed(client: Client, offer: WaitingOffer) -> None:
    client.force_login(offer.entry.patient)
    for page in ("/waiting/", "/appointments/"):
        assert f"/waiting/offers/{offer.pk}/" in client.get(page).text
    assert "data-countdown" in client.get(f"/waiting/offers/{offer.pk}/").text
    answer = client.post(f"/waiting/offers/{offer.pk}/claim/")
    visit = Appointment.objects.get(patient=offer.entry.patient)
    assert answer.headers["Location"].startswith("/payments/")
    assert str(visit.pk) in client.get(f"/waiting/offers/{offer.pk}/").text


def test_an_offer_that_is_over_says_so(client: Client, offer: WaitingOffer) -> None:
    client.force_login(offer.entry.patient)
    with time_machine.travel(offer.expires_at, tick=False):
        client.force_login(offer.entry.patient)
        page = client.get(f"/waiting/offers/{offer.pk}/").text
        assert "This offer is over" in page
        assert "/claim/" not in page
        answer = client.post(f"/waiting/offers/{offer.pk}/claim/")
    assert answer.status_code == 409
    assert "keep your place" in answer.text


def test_passing_on(client: Client, offer: WaitingOffer) -> None:
    client.force_login(offer.entry.patient)
    assert client.post(f"/waiting/offers/{offer.pk}/pass/").headers["Location"] == "/waiting/"
    offer.refresh_from_db()
    assert offer.status == OfferStatus.PASSED


def test_management_adds_offers_by_hand_and_removes(
    client: Client, manager: User, patient: User, doctor: User, service: Service
) -> None:
    client.force_login(manager)
    assert str(patient.pk) in client.get("/waiting/join/?q=asha").text
    client.post(f"/waiting/join/?patient={patient.pk}", wish(doctor, service))
    entry = WaitingEntry.objects.get(patient=patient)
    _day, times = client.get(f"/waiting/{entry.pk}/offer/").context["days"][0]
    slot, who = times[0]
    client.post(f"/waiting/{entry.pk}/offer/", {"doctor": who.pk, "starts_at": slot.starts_at.isoformat()})
    assert entry.offers.get().starts_at == slot.starts_at
    again = client.post(
        f"/waiting/{entry.pk}/offer/", {"doctor": who.pk, "starts_at": times[1][0].starts_at.isoformat()}
    )
    assert again.status_code == 409
    client.post(f"/waiting/{entry.pk}/leave/")
    entry.refresh_from_db()
    assert entry.status == WaitingStatus.LEFT


def test_filters_of_the_list(client: Client, manager: User, entry: WaitingEntry, service: Service) -> None:
    make_waiting(make_patient("someone@test.clinic", first_name="Bina"), entry.doctor, service, status="left")
    client.force_login(manager)
    for query, found in (
        ("", 1),
        ("?status=all", 2),
        ("?status=left", 1),
        ("?q=bina", 0),
        ("?doctor=x&status=y", 1),
    ):
        assert len(client.get(f"/waiting/{query}").context["cards"]) == found, query


@pytest.mark.parametrize("rows", [1, 30])
def test_the_lists_take_the_same_queries_however_long(
    rows: int, client: Client, manager: User, entry: WaitingEntry, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        make_waiting(make_patient(f"w{number}@test.clinic"), entry.doctor, entry.service)
    client.force_login(manager)
    with django_assert_max_num_queries(14):
        client.get("/waiting/")


def test_the_same_over_the_api(
    api: Callable[..., Any], patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    today = timezone.localdate()
    asked = {"doctor": str(doctor.pk), "service": str(service.pk), "mode": "video"}
    asked |= {"first_day": str(today), "last_day": str(today + timedelta(days=5))}
    mine, theirs = api(patient), api(other_patient)
    made = mine.post("/api/waiting/", asked)
    assert (made.status_code, made.json()["status"], made.json()["offer"]) == (201, "waiting", None)
    assert mine.post("/api/waiting/", asked).json()["code"] == "already_waiting"
    assert theirs.post("/api/waiting/", {**asked, "patient": str(patient.pk)}).status_code == 403
    offers.offer_freed(doctor.pk, clinic_time(2, 10), clinic_time(2, 10, 30))
    (entry,) = mine.get("/api/waiting/").json()["results"]
    assert theirs.get("/api/waiting/").json()["results"] == []
    claim = f"/api/waiting/offers/{entry['offer']['id']}/claim/"
    assert theirs.post(claim).status_code == 404
    assert mine.post(claim).json()["status"] == "pending_payment"
    assert mine.post(claim).status_code == 200
    assert Appointment.objects.count() == 1
