"""Who may change whose account; what a role brings."""

import pytest

from accounts import rules
from accounts.domain import care, people
from accounts.domain.queries import doctors
from accounts.models import CareLink, PatientProfile, User
from accounts.tests.factories import make_doctor, make_specialty, make_user
from clinic.core.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db


def test_who_looks_after_whose_account(patient: User, doctor: User, manager: User, admin: User) -> None:
    def managed_by(actor: User) -> list[User]:
        return [user for user in (patient, doctor, manager, admin) if rules.can_manage_account(actor, user)]

    assert managed_by(patient) == managed_by(doctor) == []
    assert managed_by(manager) == [patient, doctor]
    assert managed_by(admin) == [patient, doctor, manager]
    manager.is_active = False
    assert managed_by(manager) == []


@pytest.mark.parametrize("actor", ["patient", "doctor", "manager"])
def test_outsiders_cannot_close_an_account(
    request: pytest.FixtureRequest, other_patient: User, admin: User, actor: str
) -> None:
    target = other_patient if actor != "manager" else admin
    with pytest.raises(NotAllowed):
        people.deactivate(target, actor=request.getfixturevalue(actor))
    target.refresh_from_db()
    assert target.is_active


def test_only_admin_gives_roles(patient: User, manager: User, admin: User) -> None:
    with pytest.raises(NotAllowed):
        people.change_role(patient, "management", actor=manager)
    assert people.change_role(patient, "management", actor=admin).role == "management"
    with pytest.raises(NotAllowed):
        people.change_role(admin, "patient", actor=admin)


def test_role_that_is_none_or_lacks_its_profile(patient: User) -> None:
    for role in ("root", "doctor"):
        with pytest.raises(Invalid):
            people.change_role(patient, role)
    patient.refresh_from_db()
    assert patient.role == "patient"


def test_becoming_a_patient_brings_a_profile(manager: User) -> None:
    people.change_role(manager, "patient")
    assert PatientProfile.objects.filter(user=manager).exists()


def test_creating_a_doctor() -> None:
    details = {"languages": ["ne"], "modes": ["video"], "fee": "900.00"}
    doctor = people.create_doctor(
        email="New.Doctor@Test.clinic",
        first_name="Nima",
        last_name="Sherpa",
        specialty=make_specialty(),
        licence_number="NMC-1",
        profile=details,
    )
    assert (doctor.name, doctor.email) == ("Dr. Nima Sherpa", "new.doctor@test.clinic")
    assert not doctor.has_usable_password()
    with pytest.raises(Invalid) as refused:
        people.create_doctor(
            email="another@test.clinic",
            first_name="A",
            last_name="B",
            specialty=make_specialty(),
            licence_number="NMC-1",
            profile=details,
        )
    assert list(refused.value.fields) == ["licence_number"]
    assert not User.objects.filter(email="another@test.clinic").exists(), "all or nothing"


def test_database_keeps_one_account_an_address(patient: User) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        User.objects.create(email="PATIENT@TEST.CLINIC", first_name="A", last_name="B")


def test_care_link_is_made_once_and_opens_to_that_doctor_only(
    patient: User, other_patient: User, doctor: User, other_doctor: User
) -> None:
    assert not rules.treats(doctor, patient)
    assert care.link(patient, doctor) == care.link(patient, doctor)
    assert CareLink.objects.count() == 1
    assert rules.treats(doctor, patient)
    assert not rules.treats(other_doctor, patient)
    assert not rules.treats(doctor, other_patient)
    doctor.is_active = False
    assert not rules.treats(doctor, patient)


def test_directory_holds_practising_doctors_only(doctor: User, other_doctor: User, patient: User) -> None:
    make_user("no.profile@test.clinic", role="doctor")
    User.objects.filter(pk=other_doctor.pk).update(is_active=False)
    assert list(doctors()) == [doctor]


@pytest.mark.parametrize("count", [1, 30])
def test_directory_takes_one_query(count: int, django_assert_num_queries: object) -> None:
    for number in range(count):
        make_doctor(f"d{number}@test.clinic")
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len([doctor.doctor_profile.specialty.name for doctor in doctors()]) == count
