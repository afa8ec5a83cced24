"""Free slots of stored doctors: what takes time, what no longer does, and how many queries it costs."""

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor
from scheduling.domain.availability import Standing, free_slots, nearest_free, next_free, standing
from scheduling.enums import OCCUPYING, AppointmentStatus, OfferStatus
from scheduling.models import DayOff, Holiday, Opening, Service, WaitingOffer, WorkingHours
from scheduling.tests.factories import clinic_time, make_appointment, make_service, make_waiting

pytestmark = pytest.mark.django_db


def day(days_ahead: int) -> date:
    return timezone.localdate() + timedelta(days=days_ahead)


def walls(doctor: User, service: Service, days_ahead: int = 2, **options: Any) -> list[str]:
    found = free_slots(doctor, service, day(days_ahead), day(days_ahead), **options)
    return [f"{timezone.localtime(slot.starts_at):%H:%M}" for slot in found]


def test_a_free_day_is_offered_but_for_the_break(doctor: User, service: Service) -> None:
    found = walls(doctor, service)
    assert found[0] == "09:00"
    assert found[-1] == "16:30"
    assert "11:30" in found
    assert not {"12:00", "12:30"} & set(found)
    assert len(found) == 14


@pytest.mark.parametrize("status", AppointmentStatus.values)
def test_only_what_occupies_takes_its_slot(
    doctor: User, patient: User, service: Service, status: str
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10), status=status)
    assert ("10:00" in walls(doctor, service)) is (status not in OCCUPYING)


def test_a_hold_past_its_time_is_free_though_nobody_marked_it(
    doctor: User, patient: User, service: Service
) -> None:
    hold = make_appointment(
        patient, doctor, service, starts_at=clinic_time(2, 10), status=AppointmentStatus.PENDING_PAYMENT
    )
    assert "10:00" not in walls(doctor, service)
    assert hold.hold_expires_at
    assert "10:00" in walls(doctor, service, now=hold.hold_expires_at)
    assert "10:00" not in walls(doctor, service, now=hold.hold_expires_at - timedelta(seconds=1))


def test_a_time_offered_to_the_waiting_list_is_taken_until_the_offer_is_over(
    doctor: User, patient: User, service: Service
) -> None:
    now = timezone.now()
    offer = WaitingOffer.objects.create(
        entry=make_waiting(patient, doctor, service),
        doctor=doctor,
        starts_at=clinic_time(2, 10),
        ends_at=clinic_time(2, 10, 30),
        expires_at=now + timedelta(minutes=15),
    )
    assert "10:00" not in walls(doctor, service)
    assert "10:00" in walls(doctor, service, now=offer.expires_at)
    mine: dict[str, Any] = {
        "starts_at": offer.starts_at,
        "mode": Mode.VIDEO,
        "patient": patient,
        "offer": offer,
    }
    assert standing(doctor, service, **mine) == Standing.FREE
    offer.status = OfferStatus.PASSED
    offer.save()
    assert "10:00" in walls(doctor, service)


def test_hours_for_certain_services_serve_only_those(doctor: User, service: Service) -> None:
    follow_up = make_service("Follow-up", minutes=15)
    for hours in WorkingHours.objects.filter(doctor=doctor):
        hours.services.add(follow_up)
    assert walls(doctor, service) == []
    assert "09:00" in walls(doctor, follow_up)
    evening = Opening.objects.create(
        doctor=doctor, day=day(2), starts=time(18), ends=time(19), modes=[Mode.VIDEO]
    )
    evening.services.add(service, make_service("Check", minutes=30))
    assert walls(doctor, service) == ["18:00", "18:30"]
    assert walls(doctor, service, mode=Mode.IN_PERSON) == []
    Holiday.objects.create(name="Tihar", first_day=day(1), last_day=day(3))
    assert walls(doctor, follow_up) == []
    assert walls(doctor, service) == ["18:00", "18:30"]
    DayOff.objects.create(doctor=doctor, first_day=day(2), last_day=day(2), starts=time(18), ends=time(18, 5))
    assert walls(doctor, service) == ["18:30"]


def test_another_doctor_is_not_touched(
    doctor: User, other_doctor: User, patient: User, service: Service
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    assert "10:00" in walls(other_doctor, service)
    assert "10:00" not in walls(other_doctor, service, patient=patient)


def test_a_visit_that_moves_does_not_stand_in_its_own_way(
    doctor: User, patient: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    assert "10:00" in walls(doctor, service, patient=patient, ignoring=visit)


def test_days_off(doctor: User, service: Service) -> None:
    DayOff.objects.create(doctor=doctor, first_day=day(2), last_day=day(3))
    assert walls(doctor, service, 2) == walls(doctor, service, 3) == []
    assert walls(doctor, service, 4)


def test_the_buffer_of_the_schedule(doctor: User, patient: User, service: Service) -> None:
    doctor.schedule.buffer_minutes = 10
    doctor.schedule.save()
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    found = walls(doctor, service)
    assert not {"09:30", "10:00", "10:30"} & set(found)
    assert {"09:00", "11:00"} <= set(found)


def test_modes_are_those_of_hours_service_and_doctor_together(doctor: User, service: Service) -> None:
    WorkingHours.objects.filter(doctor=doctor).update(modes=[Mode.VIDEO])
    assert walls(doctor, service, mode=Mode.VIDEO)
    assert walls(doctor, service, mode=Mode.IN_PERSON) == []
    in_person = make_service("Dressing", modes=[Mode.IN_PERSON])
    assert walls(doctor, in_person) == []


def test_no_schedule_no_slots(doctor: User, service: Service) -> None:
    doctor.schedule.delete()
    assert walls(User.objects.get(pk=doctor.pk), service) == []


def test_nearest_free_goes_around_what_is_taken(doctor: User, patient: User, service: Service) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    found = nearest_free(doctor, service, clinic_time(2, 10))
    assert [f"{timezone.localtime(slot.starts_at):%H:%M}" for slot in found] == ["09:00", "09:30", "10:30"]


def test_nearest_free_looks_further_when_the_week_is_closed(doctor: User, service: Service) -> None:
    DayOff.objects.create(doctor=doctor, first_day=day(0), last_day=day(20))
    found = nearest_free(doctor, service, clinic_time(2, 10), count=2)
    assert [slot.starts_at for slot in found] == [clinic_time(21, 9), clinic_time(21, 9, 30)]


def test_next_free_uses_the_shortest_consultation(doctor: User, patient: User, service: Service) -> None:
    make_service("Quick word", minutes=15)
    make_service("Scan", minutes=5, kind="imaging")
    DayOff.objects.create(doctor=doctor, first_day=day(0), last_day=day(1))
    doctor.schedule.slot_minutes = 15
    doctor.schedule.save()
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 9, 15))
    assert next_free([doctor]) == {doctor.pk: clinic_time(2, 9)}


def test_next_free_beyond_the_first_fortnight_and_never(
    doctor: User, other_doctor: User, service: Service
) -> None:
    DayOff.objects.create(doctor=doctor, first_day=day(0), last_day=day(40))
    DayOff.objects.create(doctor=other_doctor, first_day=day(0), last_day=day(400))
    expected: dict[UUID, Any] = {doctor.pk: clinic_time(41, 9), other_doctor.pk: None}
    assert next_free([doctor, other_doctor]) == expected


def test_next_free_costs_the_same_for_one_and_for_thirty(
    doctor: User, service: Service, django_assert_num_queries: Any
) -> None:
    people = [make_doctor(f"doctor{number}@test.clinic") for number in range(29)]
    with django_assert_num_queries(11):
        next_free([doctor])
    with django_assert_num_queries(11):
        assert len(next_free([doctor, *people])) == 30
