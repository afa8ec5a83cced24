"""Free times with any of several doctors."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor
from scheduling.domain.availability import choose_doctor, free_with_any, nearest_with_any
from scheduling.models import DayOff, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db


def day(days_ahead: int = 2) -> date:
    return clinic_time(days_ahead, 0).date()


def at(wall: str, found: Any) -> tuple[Any, ...] | None:
    free = {f"{timezone.localtime(slot.starts_at):%H:%M}": slot.doctor_ids for slot in found}
    return free.get(wall)


def test_each_time_once_with_all_who_are_free(
    doctor: User, other_doctor: User, patient: User, service: Service
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    found = free_with_any([doctor, other_doctor], service, day(), day())
    starts = [slot.starts_at for slot in found]
    assert starts == sorted(set(starts))
    assert at("09:00", found) == (doctor.pk, other_doctor.pk)
    assert at("10:00", found) == (other_doctor.pk,)
    assert at("12:00", found) is None
    theirs = free_with_any([doctor, other_doctor], service, day(), day(), patient=patient)
    assert at("10:00", theirs) is None


def test_who_does_not_give_the_service_is_left_out(doctor: User) -> None:
    heart = make_doctor("heart@test.clinic", specialty="Cardiology")
    echo = make_service("Echo", specialty=heart.doctor_profile.specialty, modes=[Mode.IN_PERSON])
    assert at("09:00", free_with_any([doctor, heart], echo, day(), day())) == (heart.pk,)
    assert free_with_any([doctor, heart], echo, day(), day(), mode=Mode.VIDEO) == []
    assert free_with_any([doctor], echo, day(), day()) == []


def test_the_nearest_time_with_anybody(
    doctor: User, other_doctor: User, patient: User, service: Service
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    found = nearest_with_any([doctor, other_doctor], service, clinic_time(2, 10), mode=Mode.VIDEO, count=2)
    assert [(slot.starts_at, person) for slot, person in found] == [
        (clinic_time(2, 9, 30), doctor),
        (clinic_time(2, 10), other_doctor),
    ]


def test_the_nearest_time_may_be_weeks_away(doctor: User, other_doctor: User, service: Service) -> None:
    for person in (doctor, other_doctor):
        DayOff.objects.create(doctor=person, first_day=day(0), last_day=day(20))
    found = nearest_with_any([doctor, other_doctor], service, clinic_time(2, 10), mode=None, count=1)
    assert [(slot.starts_at, person) for slot, person in found] == [(clinic_time(21, 9), doctor)]


def test_who_has_least_to_do_that_day_is_chosen(
    doctor: User, other_doctor: User, patient: User, other_patient: User, service: Service
) -> None:
    choose: dict[str, Any] = {
        "service": service,
        "starts_at": clinic_time(2, 10),
        "mode": Mode.VIDEO,
        "patient": patient,
    }
    people = [doctor, other_doctor]
    assert choose_doctor(people, **choose) == doctor
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 14))
    assert choose_doctor(people, **choose) == other_doctor
    make_appointment(other_patient, other_doctor, service, starts_at=clinic_time(2, 10))
    assert choose_doctor(people, **choose) == doctor, "busy, but the only one who is free"
    make_appointment(patient, make_doctor(), service, starts_at=clinic_time(2, 10))
    assert choose_doctor(people, **choose) is None, "the patient is somewhere else then"


@pytest.mark.parametrize("count", [1, 30])
def test_it_costs_the_same_for_one_and_for_thirty(
    count: int, patient: User, service: Service, django_assert_num_queries: Any
) -> None:
    people = [make_doctor(f"doctor{number}@test.clinic") for number in range(count)]
    with django_assert_num_queries(11):
        found = free_with_any(people, service, day(1), day(10), patient=patient)
    assert len(found[0].doctor_ids) == count
    with django_assert_num_queries(11):
        assert nearest_with_any(people, service, clinic_time(2, 10), mode=Mode.VIDEO, patient=patient)
    with django_assert_num_queries(11):
        assert choose_doctor(people, service, clinic_time(2, 10), mode=Mode.VIDEO, patient=patient)
