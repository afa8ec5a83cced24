"""Booking any doctor of a specialty: the soonest times, who it is, and what happens when that one is gone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import DoctorProfile, User
from accounts.tests.factories import make_doctor, make_patient
from scheduling.domain.any_doctor import AnotherFee, book_with_any
from scheduling.domain.booking import book
from scheduling.domain.errors import SlotTaken
from scheduling.domain.soonest import soonest
from scheduling.models import Appointment, Schedule, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
SPECIALTY = "general-medicine"
MOMENT = 2, 10


def at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def address(service: Service, step: str = "", **query: str) -> str:
    words = {"service": str(service.pk), "mode": "video", **query}
    return reverse(f"book_any{step}", args=[SPECIALTY]) + "?" + "&".join(f"{k}={v}" for k, v in words.items())


def content(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def booker(client: Client, patient: User, doctor: User, other_doctor: User, service: Service) -> Client:
    client.force_login(patient)
    return client


@pytest.fixture
def take(other_patient: User, service: Service) -> Callable[[User], Appointment]:
    return lambda whose: book(
        patient=other_patient,
        doctor=whose,
        service=service,
        starts_at=clinic_time(*MOMENT),
        mode="video",
        booked_by=other_patient,
    )


def dearer(doctor: User) -> None:
    DoctorProfile.objects.filter(user=doctor).update(fee="950.00")


# --- Looking for a time ---


def test_the_soonest_times_name_every_free_doctor_and_the_fee(
    booker: Client, doctor: User, other_doctor: User, service: Service
) -> None:
    dearer(other_doctor)
    page = content(booker.get(address(service)))
    for person, fee in ((doctor, "NPR 800.00"), (other_doctor, "NPR 950.00")):
        assert f"{reverse('book_review', args=[person.pk])}?service={service.pk}" in page
        assert fee in page
    assert page.count("data-time=") == 8
    assert "Later times" in page


def test_later_times_follow_without_a_gap(booker: Client, doctor: User, service: Service) -> None:
    first = booker.get(address(service)).context["list"]
    second = booker.get(first.next_url).context["list"]
    shown = [time.starts_at for page in (first, second) for _day, times in page.days for time in times]
    wanted = soonest([doctor], service, mode="video", count=16)
    assert shown == [slot.starts_at for slot in wanted]


def test_a_taken_time_names_only_who_is_left(
    booker: Client, doctor: User, other_doctor: User, service: Service, take: Callable[[User], Appointment]
) -> None:
    take(doctor)
    page = content(booker.get(address(service, **{"from": at(clinic_time(*MOMENT))})))
    value = at(clinic_time(*MOMENT)).lower().replace(":", "")
    assert f"take-{value}-{other_doctor.pk}" in page
    assert f"take-{value}-{doctor.pk}" not in page
    assert f"slots:{doctor.pk}:" in page


def test_the_month_merges_everybodys_times(
    booker: Client, doctor: User, other_doctor: User, service: Service, take: Callable[[User], Appointment]
) -> None:
    day = str(timezone.localdate(clinic_time(*MOMENT)))
    month = address(service, view="month", day=day)
    take(doctor)
    page = content(booker.get(month))
    assert f'data-time="{at(clinic_time(*MOMENT))}"' in page
    assert page.count(f"slots:{doctor.pk}:{day}") == page.count(f"slots:{other_doctor.pk}:{day}") == 1
    make_appointment(Appointment.objects.get().patient, other_doctor, service, starts_at=clinic_time(2, 11))
    assert f'data-time="{at(clinic_time(2, 11))}"' in content(booker.get(month)), "doctor is still free"


@pytest.mark.parametrize(("part", "hours"), [("morning", (9, 10, 11)), ("afternoon", (13, 14, 15, 16))])
@pytest.mark.parametrize("view", ["soonest", "month"])
def test_only_the_wished_part_of_the_day(
    booker: Client, service: Service, part: str, hours: tuple[int, ...], view: str
) -> None:
    day = str(timezone.localdate(clinic_time(*MOMENT)))
    context = booker.get(address(service, part=part, view=view, day=day)).context
    if view == "month":
        times = [choice.starts_at for _name, group in context["picker"].groups for choice in group]
    else:
        times = [time.starts_at for _day, found in context["list"].days for time in found]
    assert times
    assert {timezone.localtime(moment).hour for moment in times} <= set(hours)


def test_only_doctors_who_speak_the_language(booker: Client, other_doctor: User, service: Service) -> None:
    DoctorProfile.objects.filter(user=other_doctor).update(languages=["ne", "mai"])
    found = booker.get(address(service, language="mai")).context["state"]
    assert found.givers == [other_doctor]
    # Nobody speaks it: the filter is as good as none.
    assert len(booker.get(address(service, language="taj")).context["state"].givers) == 2


def test_nothing_free_leads_to_the_waiting_list(booker: Client, service: Service) -> None:
    Schedule.objects.update(horizon_days=0, notice_minutes=24 * 60)
    for view in ("soonest", "month"):
        page = content(booker.get(address(service, view=view)))
        assert "Everything is taken for now" in page
        assert f"{reverse('waiting_join')}?specialty={SPECIALTY}&amp;service={service.pk}" in page


@pytest.mark.parametrize(
    "extra",
    [{"from": "nonsense"}, {"from": "0001-01-01T00:00Z"}, {"part": "night"}, {"language": "x"}, {"at": "soon"},
     {"referral": "nonsense"}, {"view": "x"}, {"month": "9999-99", "view": "month"}],
)  # fmt: skip
@pytest.mark.parametrize("step", ["", "_details", "_review"])
def test_a_broken_address_never_breaks(
    booker: Client, service: Service, step: str, extra: dict[str, str]
) -> None:
    assert booker.get(address(service, step, **extra), follow=True).status_code == 200


def test_unknown_specialties_and_services_are_not_found(booker: Client, service: Service) -> None:
    assert booker.get(reverse("book_any", args=["alchemy"])).status_code == 404
    assert booker.get(reverse("book_any", args=[SPECIALTY]) + "?service=7").status_code == 404


@pytest.mark.parametrize("role", ["doctor", "other_doctor", "manager", "admin"])
@pytest.mark.parametrize("step", ["", "_details", "_review"])
def test_staff_book_nothing_here(
    request: pytest.FixtureRequest, booker: Client, service: Service, role: str, step: str
) -> None:
    booker.force_login(request.getfixturevalue(role))
    assert booker.post(address(service, step, at=at(clinic_time(*MOMENT)))).status_code == 403
    assert not Appointment.objects.exists()


def test_queries_do_not_grow_with_doctors(booker: Client, service: Service) -> None:
    def queries(target: str) -> int:
        booker.get(target)
        with CaptureQueriesContext(connection) as captured:
            booker.get(target)
        return len(captured)

    targets = (
        address(service),
        address(service, view="month"),
        address(service, "_review", at=at(clinic_time(*MOMENT))),
    )
    few = [queries(target) for target in targets]
    for number in range(28):
        make_doctor(f"more{number}@test.clinic")
    assert [queries(target) for target in targets] == few
    topics = booker.get(address(service)).context["list"].topics.split()
    assert len(topics) == len(set(topics)) <= 30


# --- Booking ---


def test_the_chosen_doctor_is_shown_and_booked(booker: Client, patient: User, service: Service) -> None:
    moment = clinic_time(*MOMENT)
    details = booker.post(
        address(service, "_details", at=at(moment)), {"reason": "Itching arm", "go": "review"}
    )
    shown = booker.get(details["Location"])
    chosen = shown.context["state"].doctor
    assert chosen.name in content(shown)
    assert "Itching arm" in content(shown)
    booked = booker.post(details["Location"], {"doctor": str(chosen.pk)})
    visit = Appointment.objects.get()
    assert (visit.patient, visit.doctor, visit.starts_at, visit.reason) == (
        patient, chosen, moment, "Itching arm"
    )  # fmt: skip
    assert booked["Location"].startswith("/payments/")


def test_another_doctor_steps_in_at_the_same_fee(
    booker: Client, doctor: User, other_doctor: User, service: Service, take: Callable[[User], Appointment]
) -> None:
    take(doctor)
    answer = booker.post(
        address(service, "_review", at=at(clinic_time(*MOMENT))), {"doctor": str(doctor.pk)}, follow=True
    )
    visit = Appointment.objects.get(patient__email="patient@test.clinic")
    assert visit.doctor == other_doctor
    assert f"you are with {other_doctor.name}" in content(answer)


def test_another_fee_is_asked_about_first(
    booker: Client, doctor: User, other_doctor: User, service: Service, take: Callable[[User], Appointment]
) -> None:
    dearer(other_doctor)
    take(doctor)
    target = address(service, "_review", at=at(clinic_time(*MOMENT)))
    answer = booker.post(target, {"doctor": str(doctor.pk)})
    assert answer.status_code == 409
    assert f"{other_doctor.name} is free at your time, for NPR 950.00" in content(answer)
    assert Appointment.objects.count() == 1
    booker.post(target, {"doctor": str(other_doctor.pk)})
    assert Appointment.objects.filter(doctor=other_doctor).exists()


def test_nobody_left_is_said_with_the_nearest_times(
    booker: Client, doctor: User, other_doctor: User, service: Service, take: Callable[[User], Appointment]
) -> None:
    take(doctor)
    make_appointment(make_patient("third@test.clinic"), other_doctor, service, starts_at=clinic_time(*MOMENT))
    target = address(service, "_review", at=at(clinic_time(*MOMENT)))
    answer = booker.post(target, {"doctor": str(doctor.pk)})
    assert answer.status_code == 409
    page = content(answer)
    assert "This time has just been taken." in page
    assert f"at={at(clinic_time(2, 10, 30)).replace(':', '%3A')}" in page
    assert "Any doctor" in page
    assert Appointment.objects.count() == 2


def test_sending_twice_books_once(booker: Client, doctor: User, service: Service) -> None:
    target = address(service, "_review", at=at(clinic_time(*MOMENT)))
    first = booker.post(target, {"doctor": str(doctor.pk)})
    second = booker.post(target, {"doctor": str(doctor.pk)})
    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


def test_the_domain_tries_each_doctor_once_and_says_why_not(
    patient: User, doctor: User, other_doctor: User, service: Service, take: Callable[[User], Appointment]
) -> None:
    def attempt(shown: User | None) -> Appointment:
        return book_with_any(
            [doctor, other_doctor],
            shown=shown,
            patient=patient,
            service=service,
            starts_at=clinic_time(*MOMENT),
            mode="video",
            booked_by=patient,
        )

    take(doctor)
    dearer(other_doctor)
    other_doctor.doctor_profile.refresh_from_db()
    with pytest.raises(AnotherFee):
        attempt(doctor)
    assert attempt(None).doctor == other_doctor
    with pytest.raises(SlotTaken) as refused:
        attempt(other_doctor)
    assert "appointment" in refused.value.extra


# --- What was written ---


def test_what_is_typed_is_kept_as_it_is_typed_and_goes_along_to_another_doctor(
    booker: Client, other_doctor: User, service: Service
) -> None:
    moment = at(clinic_time(*MOMENT))
    details = address(service, "_details", at=moment)
    kept = booker.post(details, {"go": "keep", "reason": "Itching\x00 arm" + "x" * 900})
    assert kept.status_code == 204
    assert not Appointment.objects.exists()
    own = reverse("book_details", args=[other_doctor.pk]) + f"?service={service.pk}&mode=video&at={moment}"
    for page in (details, own):
        reason = booker.get(page).context["form"].initial["reason"]
        assert reason.startswith("Itching arm")
        assert len(reason) == 500
