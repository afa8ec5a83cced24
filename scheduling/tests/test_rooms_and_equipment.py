"""Rooms and equipment are calendars too: what needs them, which is taken, and what that leaves free."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor
from scheduling.domain import progress
from scheduling.domain.availability import Standing, free_slots, next_free, standing
from scheduling.domain.booking import book, reschedule
from scheduling.domain.errors import SlotTaken
from scheduling.enums import CELL_MINUTES, AppointmentStatus, ResourceKind
from scheduling.models import CalendarCell, Resource, ResourceOutage, Service
from scheduling.tests.factories import clinic_time, make_resources

pytestmark = pytest.mark.django_db
DAY = 2
AT_TEN = (DAY, 10)


@pytest.fixture
def scanners(service: Service) -> list[Resource]:
    return make_resources("A", "B", needed_by=service)


def walls(doctor: User, service: Service, **options: Any) -> list[str]:
    day = clinic_time(DAY, 0).date()
    found = free_slots(doctor, service, day, day, **options)
    return [f"{timezone.localtime(slot.starts_at):%H:%M}" for slot in found]


def booked(
    patient: User, doctor: User, service: Service, at: tuple[int, int] = AT_TEN, **changes: Any
) -> Any:
    wish = {"mode": Mode.VIDEO, "booked_by": patient, "starts_at": clinic_time(*at), **changes}
    return book(patient=patient, doctor=doctor, service=service, **wish)


def cells_of(resource: Resource) -> set[Any]:
    return set(CalendarCell.objects.filter(calendar=resource.pk).values_list("appointment", flat=True))


def test_a_booking_claims_the_first_free_one_of_the_group(
    patient: User, doctor: User, service: Service, scanners: list[Resource]
) -> None:
    visit = booked(patient, doctor, service)
    assert list(visit.resources.all()) == scanners[:1]
    claimed = CalendarCell.objects.filter(calendar=scanners[0].pk, appointment=visit)
    assert claimed.count() == service.minutes // CELL_MINUTES


def test_the_second_doctor_gets_the_second_scanner_and_the_third_none(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    scanners = make_resources("A", "B", needed_by=service)
    booked(patient, doctor, service)
    second = booked(other_patient, other_doctor, service)
    assert list(second.resources.all()) == scanners[1:]
    assert "10:00" not in walls(doctor, service)
    progress.cancel(second.pk, actor=other_patient)
    assert cells_of(scanners[1]) == set()
    assert "10:00" in walls(other_doctor, service)


def test_who_comes_when_all_are_taken_is_shown_the_nearest(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    make_resources("A", needed_by=service)
    booked(patient, doctor, service)
    at_ten: dict[str, Any] = {"starts_at": clinic_time(*AT_TEN), "mode": Mode.VIDEO, "patient": other_patient}
    assert standing(other_doctor, service, **at_ten) == Standing.NO_RESOURCE
    with pytest.raises(SlotTaken) as error:
        booked(other_patient, other_doctor, service)
    starts = [slot["starts_at"] for slot in error.value.extra["nearest"]]
    assert starts == [clinic_time(DAY, *wall).isoformat() for wall in ((9, 0), (9, 30), (10, 30))]


def test_only_a_visit_in_person_needs_a_room(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    (room,) = make_resources("Room 1", group="Rooms", kind=ResourceKind.ROOM, needed_by=service)
    assert not booked(patient, doctor, service).resources.exists()
    in_person = booked(other_patient, other_doctor, service, mode=Mode.IN_PERSON)
    assert list(in_person.resources.all()) == [room]
    third = make_doctor("third.doctor@test.clinic")
    assert "10:00" not in walls(third, service, mode=Mode.IN_PERSON)
    assert "10:00" in walls(third, service, mode=Mode.VIDEO)
    assert "10:00" in walls(third, service), "by video"


def test_what_is_out_of_use_or_away_is_not_free(
    doctor: User, service: Service, scanners: list[Resource]
) -> None:
    day = clinic_time(DAY, 0).date()
    ResourceOutage.objects.create(resource=scanners[0], first_day=day, last_day=day)
    assert walls(doctor, service), "the other one serves"
    scanners[1].is_active = False
    scanners[1].save()
    assert walls(doctor, service) == []
    following = clinic_time(DAY + 1, 9)
    assert free_slots(doctor, service, following.date(), following.date())[0].starts_at == following
    scanners[0].outages.update(first_day=timezone.localdate())
    assert next_free([doctor]) == {doctor.pk: following}


def test_a_group_without_any_resource_offers_nothing(doctor: User, service: Service) -> None:
    make_resources(needed_by=service)
    assert walls(doctor, service) == []
    assert next_free([doctor]) == {doctor.pk: None}


def test_a_lapsed_hold_of_another_doctor_gives_the_scanner_back(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    make_resources("A", needed_by=service)
    hold = booked(patient, doctor, service)
    hold.hold_expires_at = timezone.now()
    hold.save()
    assert "10:00" in walls(other_doctor, service)
    assert booked(other_patient, other_doctor, service)
    hold.refresh_from_db()
    assert hold.status == AppointmentStatus.EXPIRED


def test_a_visit_that_moves_takes_its_scanner_along_or_another(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    scanners = make_resources("A", "B", needed_by=service)
    booked(other_patient, other_doctor, service, (DAY, 14))
    visit = booked(patient, doctor, service)
    reschedule(visit.pk, starts_at=clinic_time(DAY, 14), actor=patient)
    assert list(visit.resources.all()) == scanners[1:]
    assert cells_of(scanners[1]) == {visit.pk}
    assert visit.pk not in cells_of(scanners[0])


@pytest.mark.parametrize("count", [1, 30])
def test_reading_them_costs_the_same_however_many_there_are(
    count: int, doctor: User, service: Service, django_assert_num_queries: Any
) -> None:
    make_resources(*(f"Scanner {number:02}" for number in range(count)), needed_by=service)
    day = clinic_time(DAY, 0).date()
    assert doctor.doctor_profile
    with django_assert_num_queries(12):
        assert free_slots(doctor, service, day, day)
