"""Rooms and equipment: what is in them, when one is out, and what becomes of the visits that had it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from scheduling.domain import availability, booking, equipment
from scheduling.models import Appointment, CalendarCell, Resource, ResourceGroup, Service
from scheduling.tests.factories import clinic_time
from scheduling.tests.imaging import make_radiologist, make_scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def scanners(db: None) -> ResourceGroup:
    return ResourceGroup.objects.create(name="MRI scanners", kind="equipment")


@pytest.fixture
def first(scanners: ResourceGroup) -> Resource:
    return Resource.objects.create(group=scanners, name="MRI 1")


@pytest.fixture
def second(scanners: ResourceGroup) -> Resource:
    return Resource.objects.create(group=scanners, name="MRI 2")


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def scan(radiologist: User, scanners: ResourceGroup) -> Service:
    made = make_scan(radiologist)
    made.needs.add(scanners)
    return made


def book(patient: User, doctor: User, scan: Service, manager: User) -> Appointment:
    return booking.book(
        patient=patient,
        doctor=doctor,
        service=scan,
        starts_at=clinic_time(3, 10),
        mode="in_person",
        booked_by=manager,
    )


@pytest.fixture
def visit(first: Resource, patient: User, radiologist: User, scan: Service, manager: User) -> Appointment:
    """On MRI 1, the only one there is."""
    return book(patient, radiologist, scan, manager)


def out_on(resource: Resource, days_ahead: int, manager: User) -> None:
    day = timezone.localdate() + timedelta(days=days_ahead)
    equipment.add_outage(resource.pk, actor=manager, first_day=day, last_day=day, reason="Helium")


def held(visit: Appointment) -> list[str]:
    return [resource.name for resource in visit.resources.all()]


def post(client: Client, user: User, address: str, /, *args: Any, **fields: Any) -> Any:
    client.force_login(user)
    return client.post(reverse(address, args=args), fields)


def test_a_visit_that_is_hit_gets_another_one(
    visit: Appointment, first: Resource, second: Resource, manager: User
) -> None:
    out_on(first, 3, manager)
    assert list(equipment.visits_hit(first)) == [visit]
    assert equipment.move_visits(first, actor=manager) == (1, 0)
    assert held(visit) == ["MRI 2"]
    assert not equipment.visits_hit(first).exists()
    cells = CalendarCell.objects.filter(appointment=visit)
    assert cells.filter(calendar=second.pk).count() == visit.service.minutes // 5
    assert not cells.filter(calendar=first.pk).exists()


def test_what_finds_none_stays_in_the_list(
    visit: Appointment, first: Resource, second: Resource, manager: User, other_patient: User
) -> None:
    other = make_radiologist("second.radiologist@test.clinic")
    out_on(first, 3, manager)
    taking = book(other_patient, other, visit.service, manager)
    assert held(taking) == ["MRI 2"]
    assert equipment.move_visits(first, actor=manager) == (0, 1)
    assert held(visit) == ["MRI 1"]


def test_one_that_is_out_too_is_not_taken(
    visit: Appointment, first: Resource, second: Resource, manager: User
) -> None:
    out_on(first, 3, manager)
    out_on(second, 3, manager)
    assert equipment.move_visits(first, actor=manager) == (0, 1)


def test_an_outage_hits_its_days_only(visit: Appointment, first: Resource, manager: User) -> None:
    out_on(first, 2, manager)
    out_on(first, 4, manager)
    assert not equipment.visits_hit(first).exists()
    equipment.use(first.pk, False, actor=manager)
    first.refresh_from_db()
    assert list(equipment.visits_hit(first)) == [visit]


def test_nothing_is_free_while_the_only_one_is_out(
    first: Resource, radiologist: User, scan: Service, manager: User
) -> None:
    day = timezone.localdate() + timedelta(days=3)
    assert availability.free_slots(radiologist, scan, day, day, mode="in_person")
    out_on(first, 3, manager)
    assert not availability.free_slots(radiologist, scan, day, day, mode="in_person")
    equipment.end_outage(first.pk, first.outages.get().pk, actor=manager)  # type: ignore[attr-defined]
    assert availability.free_slots(radiologist, scan, day, day, mode="in_person")


@pytest.mark.parametrize(
    ("days", "field"),
    [((5, 4), "last_day"), ((-9, -3), "last_day"), ((1, 2000), "last_day"), ((2, 9), "first_day")],
)
def test_days_that_make_no_sense(
    days: tuple[int, int], field: str, client: Client, first: Resource, manager: User
) -> None:
    out_on(first, 3, manager)
    today = timezone.localdate()
    fields = {
        "first_day": today + timedelta(days=days[0]),
        "last_day": today + timedelta(days=days[1]),
        "reason": "Typed already",
    }
    answer = post(client, manager, "resource", first.pk, do="outage", **fields)
    assert answer.status_code == 422
    assert list(answer.context["outages_form"].errors) == [field]
    assert "Typed already" in answer.content.decode()
    assert first.outages.count() == 1  # type: ignore[attr-defined]


def test_the_page_shows_what_is_hit_and_moves_it(
    client: Client, visit: Appointment, first: Resource, second: Resource, manager: User
) -> None:
    today = timezone.localdate()
    answer = post(
        client,
        manager,
        "resource",
        first.pk,
        do="outage",
        first_day=today,
        last_day=today + timedelta(days=9),
    )
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "1 visit is hit" in page
    assert visit.patient.name in page
    post(client, manager, "resource_move_visits", first.pk)
    assert held(visit) == ["MRI 2"]


def test_groups_and_what_is_in_them(client: Client, manager: User) -> None:
    assert post(client, manager, "resource_group_new", name="Rooms", kind="room").status_code == 302
    group = ResourceGroup.objects.get()
    assert post(client, manager, "resource_new", group.pk, name="Room 1").status_code == 302
    assert post(client, manager, "resource_new", group.pk, name="Room 1").status_code == 422
    assert post(client, manager, "resource_group_new", name="Rooms", kind="room").status_code == 422
    room = Resource.objects.get()
    assert post(client, manager, "resource", room.pk, do="rename", name="Room A").status_code == 302
    assert post(client, manager, "resource_use", room.pk, do="retire").status_code == 302
    room.refresh_from_db()
    assert (room.name, room.is_active) == ("Room A", False)
    page = client.get(reverse("resources")).content.decode()
    assert "Room A" in page
    assert "Out of use" in page


@pytest.mark.parametrize("who", ["patient", "doctor", "admin"])
def test_nobody_else_touches_them(
    who: str, client: Client, first: Resource, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    for name in ("resource", "resource_use", "resource_move_visits"):
        assert post(client, user, name, first.pk, do="rename", name="Mine").status_code == 403
    for act in (equipment.move_visits, lambda row, actor: equipment.use(row.pk, False, actor=actor)):
        with pytest.raises(NotAllowed):
            act(first, actor=user)


def test_a_name_stands_once_in_a_group(first: Resource, second: Resource, manager: User) -> None:
    with pytest.raises(Invalid):
        equipment.rename(second.pk, actor=manager, name="MRI 1")


def test_the_list_costs_the_same_for_many(client: Client, manager: User, first: Resource) -> None:
    client.force_login(manager)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("resources"))
        return len(asked)

    count()
    before = count()
    for number in range(29):
        group = ResourceGroup.objects.create(name=f"Group {number}", kind="room")
        out_on(Resource.objects.create(group=group, name="One"), 1, manager)
    assert count() == before
