"""Management decides what the clinic offers; nobody else does."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Activity, User
from clinic.core.errors import Invalid, NotAllowed
from scheduling.domain import catalogue
from scheduling.domain.queries import services_for
from scheduling.models import ResourceGroup, Service
from scheduling.tests.factories import make_appointment, make_service
from scheduling.tests.imaging import make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db

SCAN: dict[str, Any] = {
    "name": "X-ray of the chest",
    "kind": "imaging",
    "description": "",
    "minutes": "20",
    "price": "1500.00",
    "modes": ["in_person"],
    "specialty": "",
    "preparation": "No jewellery.",
    "needs_referral": "on",
}


def post(client: Client, user: User, address: str, /, *args: Any, **fields: Any) -> Any:
    client.force_login(user)
    return client.post(reverse(address, args=args), fields)


def test_a_scan_is_offered(client: Client, manager: User, doctor: User) -> None:
    scanners = ResourceGroup.objects.create(name="X-ray", kind="equipment")
    assert post(client, manager, "clinic_service_new", **SCAN, needs=[scanners.pk]).status_code == 302
    made = Service.objects.get(name="X-ray of the chest")
    assert (made.minutes, made.price, list(made.modes)) == (20, Decimal("1500.00"), ["in_person"])
    assert (made.needs_referral, list(made.needs.all())) == (True, [scanners])
    assert made in services_for(doctor)
    assert Activity.objects.filter(verb="service.change", actor=manager).count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "consultation"}, "name"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "22"}, "minutes"),
        ({"minutes": "900"}, "minutes"),
        ({"price": "-1"}, "price"),
        ({"price": "12345678901"}, "price"),
        ({"modes": []}, "modes"),
        ({"modes": ["video"]}, "modes"),
        ({"price_from_doctor": "on"}, "price_from_doctor"),
        ({"kind": "magic"}, "kind"),
        ({"specialty": "nonsense"}, "specialty"),
        ({"needs": ["nonsense"]}, "needs"),
        ({"preparation": "x" * 1001}, "preparation"),
    ],
)
def test_what_can_not_be_offered(
    wrong: dict[str, Any], field: str, client: Client, manager: User, service: Service
) -> None:
    answer = post(client, manager, "clinic_service_new", **{**SCAN, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert list(Service.objects.all()) == [service]
    if field != "preparation":
        assert "No jewellery." in answer.content.decode()


def test_a_change_holds_for_new_bookings(
    client: Client, manager: User, patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service)
    page = client_page(client, manager, "clinic_service", service.pk)
    assert "1 visit is booked ahead" in page
    fields = {**SCAN, "kind": "consultation", "name": "Long talk", "minutes": "60", "modes": ["video"]}
    assert post(client, manager, "clinic_service", service.pk, **fields).status_code == 302
    service.refresh_from_db()
    assert (service.name, service.minutes) == ("Long talk", 60)
    ends_at = visit.ends_at
    visit.refresh_from_db()
    assert visit.ends_at == ends_at
    row = Activity.objects.get(verb="service.change")
    assert {"name", "minutes", "modes"} <= set(row.changed)


def client_page(client: Client, user: User, name: str, *args: Any) -> str:
    client.force_login(user)
    return client.get(reverse(name, args=args)).content.decode()


def test_retiring_says_what_it_hits(client: Client, manager: User, patient: User, doctor: User) -> None:
    scan = make_scan(make_radiologist())
    make_referral(patient, doctor, scan)
    page = client_page(client, manager, "clinic_service_retire", scan.pk)
    assert "1 referral waits to be booked" in page
    post(client, manager, "clinic_service_retire", scan.pk, do="retire")
    scan.refresh_from_db()
    assert not scan.is_active
    post(client, manager, "clinic_service_retire", scan.pk, do="offer")
    scan.refresh_from_db()
    assert scan.is_active


def test_a_name_that_was_taken_meanwhile_is_not_offered_again(manager: User) -> None:
    old = make_service("Check-up", is_active=False)
    make_service("check-UP")
    with pytest.raises(Invalid):
        catalogue.offer(old.pk, True, actor=manager)


@pytest.mark.parametrize("who", ["patient", "doctor", "other_doctor", "admin"])
def test_nobody_else_decides(
    who: str, client: Client, service: Service, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    for name, args in (("clinic_service_new", []), ("clinic_service", [service.pk])):
        assert post(client, user, name, *args, **SCAN).status_code == 403
    assert post(client, user, "clinic_service_retire", service.pk, do="retire").status_code == 403
    with pytest.raises(NotAllowed):
        catalogue.offer(service.pk, False, actor=user)


def test_the_list_costs_the_same_for_many(client: Client, manager: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client_page(client, manager, "clinic_services")
        return len(asked)

    make_service()
    client_page(client, manager, "clinic_services")
    before = count()
    for number in range(29):
        make_service(f"Service {number}")
    assert count() == before
