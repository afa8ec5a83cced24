"""A patient's medical aid: entered, checked by management, sent back, ended, merged."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.domain import merging
from accounts.models import Activity
from billing.domain import cover, memberships
from billing.enums import Standing
from billing.models import Membership
from billing.tests.aid import make_membership, make_plan
from billing.tests.factories import picture
from clinic.core.errors import Conflict, DomainError, Invalid, InvalidTransition, NotAllowed

pytestmark = pytest.mark.django_db


def entry(**changes: Any) -> dict[str, Any]:
    """What a form posts."""
    plan = changes.pop("plan", None) or make_plan()
    return {
        "plan": str(plan.pk),
        "number": "hh-123 45",
        "holder_name": "Asha Gurung",
        "valid_from": timezone.localdate().isoformat(),
        **changes,
    }


@pytest.fixture
def mine(client: Any, patient: Any) -> Any:
    client.force_login(patient)
    return client


@pytest.fixture
def desk(client: Any, manager: Any) -> Any:
    client.force_login(manager)
    return client


def test_a_patient_enters_it_and_management_checks_it(client: Any, patient: Any, manager: Any) -> None:
    client.force_login(patient)
    assert "Enter your medical aid" not in client.get("/profile/").content.decode()
    page = client.post("/medical-aid/", entry(card=picture()), follow=True)
    membership = patient.medical_aid_memberships.get()
    assert (membership.number, membership.number_key) == ("hh-123 45", "HH12345")
    assert "Waiting to be checked" in page.content.decode()
    assert cover.standing_on(membership, timezone.localdate()) == Standing.UNCHECKED
    assert manager.notifications.get().title == "A medical-aid membership waits to be checked"
    client.force_login(manager)
    url = f"/memberships/{membership.pk}/"
    assert "hh-123 45" in client.get("/memberships/").content.decode()
    version = client.get(url).context["version"]
    client.post(f"{url}verify/", {"version": version})
    membership.refresh_from_db()
    assert (membership.verified_by, cover.standing_on(membership, timezone.localdate())) == (
        manager,
        Standing.HOLDS,
    )
    told = patient.notifications.get()
    assert told.url == "/medical-aid/"
    assert "Himal" not in told.title
    assert "123" not in told.title
    verbs = list(
        Activity.objects.filter(verb="membership.change").order_by("pk").values_list("actor", "patient")
    )
    assert verbs == [(patient.pk, patient.pk), (manager.pk, patient.pk)]


def test_a_picture_is_private(
    client: Any, patient: Any, other_patient: Any, doctor: Any, manager: Any
) -> None:
    client.force_login(patient)
    client.post("/medical-aid/", entry(card=picture()))
    membership = patient.medical_aid_memberships.get()
    url = f"/memberships/{membership.pk}/card/"
    for person, status in ((patient, 200), (manager, 200), (other_patient, 404), (doctor, 404)):
        client.force_login(person)
        assert client.get(url).status_code == status
    assert Activity.objects.filter(verb="membership.card").count() == 2
    client.logout()
    assert client.get(url).status_code == 302


WRONG = [
    ({"number": "—"}, "number"),
    ({"number": "AB"}, "number"),
    ({"number": "12\x0034"}, "number"),
    ({"number": "7" * 41}, "number"),
    ({"number": "<b>77</b>"}, "number"),
    ({"plan": "nonsense"}, "plan"),
    ({"valid_from": "2026-13-01"}, "valid_from"),
    ({"valid_from": "0001-01-01"}, "valid_from"),
    ({"valid_from": "2020-01-01", "valid_until": "2019-01-01"}, "valid_until"),
    ({"valid_from": "2020-01-01", "valid_until": "2021-01-01"}, "valid_until"),
    ({"holder_name": "x" * 121}, "holder_name"),
    ({"card": SimpleUploadedFile("card.png", b"%PDF-1.4 no picture", "image/png")}, "card"),
    ({"card": SimpleUploadedFile("card.jpg", b"\xff\xd8\xff\xe0 broken", "image/jpeg")}, "card"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_bad_input_is_said_at_its_field_and_nothing_is_lost(
    mine: Any, change: dict[str, Any], field: str
) -> None:
    for _key, value in change.items():
        if hasattr(value, "seek"):
            value.seek(0)
    body = {**entry(), **change} if "plan" not in change else {**entry(plan=None), **change}
    answer = mine.post("/medical-aid/", body)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Membership.objects.exists()
    if field != "holder_name":
        assert 'value="Asha Gurung"' in answer.content.decode()


def test_a_plan_that_is_over_cannot_be_chosen(mine: Any, patient: Any) -> None:
    over = make_plan(valid_until=timezone.localdate() - timedelta(days=1))
    assert mine.post("/medical-aid/", entry(plan=over)).status_code == 422
    with pytest.raises(Invalid):
        memberships.enter(patient, plan=over, number="123", valid_from=timezone.localdate(), actor=patient)


def test_a_number_of_somebody_else(mine: Any, other_patient: Any, settings: Any) -> None:
    plan = make_plan()
    make_membership(other_patient, plan, number="HH 12345")
    answer = mine.post("/medical-aid/", entry(plan=plan, card=picture()))
    assert answer.status_code == 422
    assert "another person" in str(answer.context["form"].errors["number"])
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_correcting_and_changing(patient: Any, manager: Any) -> None:
    plan = make_plan()

    def enter(number: str) -> Membership:
        return memberships.enter(
            patient, plan=plan, number=number, valid_from=timezone.localdate(), card=None, actor=patient
        )

    first = enter("AB 1234")
    seen = memberships.version_of(first)
    assert enter("AB 1235").pk == first.pk
    with pytest.raises(Conflict):
        memberships.verify(first.pk, version=seen, actor=manager)
    first.refresh_from_db()
    memberships.verify(first.pk, version=memberships.version_of(first), actor=manager)
    assert enter("AB 1235").pk == first.pk
    second = enter("AB 1236")
    first.refresh_from_db()
    assert (first.ended_at is not None, second.verified_at) == (True, None)
    with pytest.raises(InvalidTransition):
        memberships.verify(first.pk, version="", actor=manager)
    assert cover.current(patient.pk) == second


def test_sent_back_with_a_reason(desk: Any, patient: Any) -> None:
    membership = make_membership(patient, verified=False)
    url = f"/memberships/{membership.pk}/return/"
    assert desk.post(url, {"reason": " "}).status_code == 422
    assert desk.post(url, {"reason": "The picture shows another card"}).status_code == 302
    assert desk.post(url, {"reason": "Once more"}).status_code == 409
    desk.force_login(patient)
    page = desk.get("/medical-aid/").content.decode()
    assert "The picture shows another card" in page
    assert membership.number in page  # to be corrected, not typed anew
    assert patient.notifications.get().title == "Your medical aid could not be confirmed: open to see why"


def test_ending_asks_first(mine: Any, patient: Any) -> None:
    make_membership(patient)
    assert "Take out your medical aid?" in mine.get("/medical-aid/end/").content.decode()
    assert cover.current(patient.pk) is not None
    mine.post("/medical-aid/end/")
    assert cover.current(patient.pk) is None
    assert mine.post("/medical-aid/end/").status_code == 302


def test_only_the_patient_and_management_write(
    patient: Any, other_patient: Any, doctor: Any, manager: Any, admin: Any
) -> None:
    membership = make_membership(patient, verified=False)
    values: dict[str, Any] = {"plan": membership.plan, "number": "AB 77", "valid_from": timezone.localdate()}
    for person in (other_patient, doctor, admin):
        with pytest.raises(NotAllowed):
            memberships.enter(patient, **values, actor=person)
        with pytest.raises(NotAllowed):
            memberships.end(membership.pk, actor=person)
    for person in (patient, other_patient, doctor, admin):
        with pytest.raises(NotAllowed):
            memberships.verify(membership.pk, version=memberships.version_of(membership), actor=person)
        with pytest.raises(NotAllowed):
            memberships.send_back(membership.pk, reason="Not right", actor=person)
    with pytest.raises(DomainError):
        memberships.enter(doctor, **values, actor=manager)


def test_the_front_desk_enters_one_and_finds_it(desk: Any, patient: Any) -> None:
    answer = desk.post(f"/memberships/enter/{patient.pk}/", entry(), follow=True)
    membership = patient.medical_aid_memberships.get()
    assert answer.redirect_chain == [(f"/memberships/{membership.pk}/", 302)]
    assert not patient.notifications.exists()
    for text, found in (("gurung", 1), ("HH12345", 1), ("hh 123", 1), ("gold", 1), ("%_nobody", 0)):
        assert len(desk.get("/memberships/", {"q": text}).context["page_obj"]) == found
    assert desk.get("/memberships/", {"page": "x"}).status_code == 200


def test_merging_keeps_the_checked_one(patient: Any, other_patient: Any, manager: Any) -> None:
    plan = make_plan()
    kept = make_membership(patient, plan, verified=False)
    checked = make_membership(other_patient, plan)
    merging.merge(patient.pk, other_patient.pk, keep={}, actor=manager)
    assert cover.current(patient.pk) == checked
    kept.refresh_from_db()
    assert kept.ended_at is not None
    assert not Membership.objects.filter(patient=other_patient).exists()


def test_lists_are_paged_in_a_constant_number_of_queries(desk: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.tests.factories import make_patient

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/memberships/").status_code == 200
            assert desk.get("/plans/").status_code == 200
        return len(queries)

    make_membership(make_patient("m@test.clinic"), make_plan("One"), verified=False)
    few = count()
    for number in range(29):
        someone = make_patient(f"m{number}@test.clinic")
        make_membership(someone, make_plan(f"Plan {number}"), verified=False)
    assert count() == few
    assert len(desk.get("/memberships/?page=2").context["page_obj"]) == 10
    assert len(desk.get("/plans/?page=2").context["page_obj"]) == 10
