"""The Django admin: for role admin, through the same doors as everything else."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import DoctorProfile, User
from accounts.tests.factories import make_patient, make_specialty

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"
PAGES = [
    "/admin/",
    PEOPLE,
    f"{PEOPLE}add/",
    "/admin/accounts/specialty/",
    "/admin/accounts/doctorprofile/",
    "/admin/accounts/patientprofile/",
    "/admin/accounts/carelink/",
]


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_admin_sees_every_page(desk: Client, patient: User, doctor: User, page: str) -> None:
    assert desk.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [None, "patient", "doctor", "manager"])
def test_nobody_else_does(
    request: pytest.FixtureRequest, client: Client, page: str, role: str | None
) -> None:
    if role:
        client.force_login(request.getfixturevalue(role))
    assert client.get(page).status_code in (302, 403)


def test_log_in_is_the_portals_own(client: Client) -> None:
    answer: Any = client.get("/admin/login/")
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


def test_groups_permissions_and_tokens_are_not_offered(desk: Client) -> None:
    for path in ("auth/group", "auth/permission", "knox/authtoken", "account/emailaddress"):
        assert desk.get(f"/admin/{path}/").status_code == 404


@pytest.mark.parametrize("query", ["asha", "GURUNG", "patient@test"])
def test_people_are_found(desk: Client, patient: User, doctor: User, query: str) -> None:
    page = desk.get(PEOPLE, {"q": query}).content.decode()
    assert "patient@test.clinic" in page
    assert "doctor@test.clinic" not in page


def test_list_takes_the_same_queries_for_many(desk: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        make_patient(f"p{number}@test.clinic")
    for page in (PEOPLE, "/admin/accounts/patientprofile/"):
        with django_assert_max_num_queries(8):
            desk.get(page)


def test_adding_a_manager(desk: Client) -> None:
    data = {"email": "Desk@Test.clinic", "first_name": "Rita", "last_name": "KC", "role": "management"}
    assert desk.post(f"{PEOPLE}add/", {**data, "password": "short"}).status_code == 200
    assert desk.post(f"{PEOPLE}add/", {**data, "password": "sunny-mountain-9"}).status_code == 302
    user = User.objects.get(email="desk@test.clinic")
    assert user.role == "management"
    assert EmailAddress.objects.get(user=user).verified
    answer = Client().post("/accounts/login/", {"login": user.email, "password": "sunny-mountain-9"})
    assert answer.status_code == 302
    again = desk.post(f"{PEOPLE}add/", {**data, "email": "DESK@test.clinic"})
    assert "already" in again.content.decode()


def test_doctor_gets_the_profile_on_the_next_page(desk: Client) -> None:
    data = {"email": "d@test.clinic", "first_name": "Nima", "last_name": "Sherpa", "role": "doctor"}
    desk.post(f"{PEOPLE}add/", data)
    user = User.objects.get(email="d@test.clinic")
    inline = {
        "doctor_profile-TOTAL_FORMS": "1",
        "doctor_profile-INITIAL_FORMS": "0",
        "doctor_profile-0-specialty": str(make_specialty().pk),
        "doctor_profile-0-licence_number": "NMC-77",
        "doctor_profile-0-languages": ["ne"],
        "doctor_profile-0-modes": ["video"],
        "doctor_profile-0-fee": "700",
        "doctor_profile-0-years_of_experience": "3",
    }
    answer = desk.post(f"{PEOPLE}{user.pk}/change/", {**data, "is_active": "on", **inline})
    assert answer.status_code == 302, answer.content.decode()
    assert DoctorProfile.objects.get(user=user).licence_number == "NMC-77"


def change(desk: Client, user: User, **changes: Any) -> Any:
    profile = getattr(user, "patient_profile", None)
    data = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
        "is_active": "on",
        "patient_profile-TOTAL_FORMS": "1",
        "patient_profile-INITIAL_FORMS": "1",
        "patient_profile-0-id": str(profile.pk) if profile else "",
        "patient_profile-0-user": str(user.pk),
        **changes,
    }
    return desk.post(f"{PEOPLE}{user.pk}/change/", {k: v for k, v in data.items() if v is not None})


def test_deactivating_logs_the_person_out(desk: Client, patient: User) -> None:
    browser = Client()
    browser.force_login(patient)
    assert change(desk, patient, is_active=None).status_code == 302
    patient.refresh_from_db()
    assert not patient.is_active
    assert patient.session_generation == 1
    assert browser.get("/profile/").status_code == 302


def test_refused_role_is_told_and_changes_nothing(desk: Client, patient: User) -> None:
    answer = change(desk, patient, role="doctor")
    assert answer.status_code == 302
    assert "doctor profile" in desk.get(PEOPLE).content.decode()
    patient.refresh_from_db()
    assert patient.role == "patient"


def test_corrected_address_is_the_one_to_log_in_with(desk: Client, patient: User) -> None:
    change(desk, patient, email="Asha.New@test.clinic")
    assert EmailAddress.objects.get(user=patient).email == "asha.new@test.clinic"


def test_nobody_closes_their_own_account(desk: Client, admin: User, patient: User) -> None:
    change(desk, admin, role="patient", is_active=None)
    desk.post(PEOPLE, {"action": "deactivate", "_selected_action": [str(admin.pk), str(patient.pk)]})
    admin.refresh_from_db()
    patient.refresh_from_db()
    assert (admin.role, admin.is_active, patient.is_active) == ("admin", True, False)
    desk.post(PEOPLE, {"action": "activate", "_selected_action": [str(patient.pk)]})
    patient.refresh_from_db()
    assert patient.is_active


def test_people_are_never_deleted(desk: Client, patient: User) -> None:
    assert desk.post(f"{PEOPLE}{patient.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=patient.pk).exists()
