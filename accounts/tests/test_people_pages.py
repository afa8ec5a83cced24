"""/people/: management finds, registers and corrects patients and doctors; admin everyone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Activity, DoctorProfile, PatientProfile, User
from accounts.tests.factories import make_doctor, make_patient, make_specialty
from accounts.tests.mailbox import delivered

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = reverse("people")
NEW = {"first_name": "Nima", "last_name": "शेर्पा", "email": "nima@example.com", "phone": "9841234567"}
DOCTOR = {
    **NEW,
    "licence_number": "NMC-777",
    "fee": "900",
    "languages": ["ne"],
    "modes": ["video"],
    "years_of_experience": "3",
}


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def names(answer: Any) -> list[str]:
    return [person.first_name for person, _percent in answer.context["cards"]]


def listed(client: Client, **asked: str) -> list[str]:
    answer = client.get(PEOPLE, asked)
    assert answer.status_code == 200
    return names(answer)


def addresses(person: User) -> list[str]:
    one = ["person_edit", "person_invite", "person_deactivate", "person_activate", "person_role", "person"]
    return [
        PEOPLE,
        reverse("person_new", args=["patient"]),
        *(reverse(name, args=[person.pk]) for name in one),
    ]


@pytest.mark.parametrize("role", ["patient", "doctor"])
def test_outsiders_are_refused_everywhere(
    client: Client, request: Any, other_patient: User, role: str
) -> None:
    for address in addresses(other_patient):
        assert client.get(address).status_code == 302
    client.force_login(request.getfixturevalue(role))
    for address in addresses(other_patient):
        for method in (client.get, client.post):
            assert method(address).status_code in (403, 405), address
    other_patient.refresh_from_db()
    assert other_patient.is_active


def test_management_finds_neither_staff_nor_itself(desk: Client, manager: User, admin: User) -> None:
    for person in (manager, admin):
        for address in addresses(person)[2:]:
            if "role" not in address:
                assert desk.get(address).status_code in (404, 405)
                assert desk.post(address).status_code in (404, 405)
    assert listed(desk, role="admin") == listed(desk), "what is not theirs to see is as good as nothing"
    assert desk.get(reverse("person_new", args=["admin"])).status_code == 404


def test_admin_looks_after_management(client: Client, admin: User, manager: User) -> None:
    client.force_login(admin)
    assert listed(client, role="management") == ["Maya"]
    client.post(reverse("person_edit", args=[manager.pk]), {**NEW, "email": manager.email})
    manager.refresh_from_db()
    assert manager.first_name == "Nima"
    made: Any = client.post(reverse("person_new", args=["management"]), NEW)
    assert made.status_code == 302
    assert User.objects.get(email="nima@example.com").role == "management"


def test_searching(desk: Client, patient: User, other_patient: User, doctor: User) -> None:
    User.objects.filter(pk=patient.pk).update(phone="+9779841234567")
    assert listed(desk) == ["Asha", "Bikash"]
    for text in ("gur ash", "patient@test.clinic asha", "984-123", "0984 1234567", "9841234567"):
        assert listed(desk, q=text) == ["Asha"], text
    assert listed(desk, q="' OR 1=1 --%_") == []
    assert listed(desk, role="doctor", q="sita") == ["Sita"]
    assert "Nobody matches" in desk.get(PEOPLE, {"q": "zzz"}).content.decode()
    assert listed(desk, sort="zebra", standing="zebra", page="-1") == ["Asha", "Bikash"]


def test_filters(desk: Client, patient: User, other_patient: User, doctor: User) -> None:
    User.objects.filter(pk=other_patient.pk).update(is_active=False)
    assert listed(desk) == ["Asha"]
    assert listed(desk, standing="closed") == ["Bikash"]
    assert listed(desk, standing="all", sort="newest") == ["Bikash", "Asha"]
    assert listed(desk, profile="incomplete") == ["Asha"]
    PatientProfile.objects.filter(user=patient).update(
        address="x", emergency_contact_name="x", emergency_contact_phone="+9779841234567", blood_group="O+",
        height_cm=160, weight_kg=60, allergies="none", conditions="none",
    )  # fmt: skip
    User.objects.filter(pk=patient.pk).update(phone="+9779841234567", photo="photos/a.jpg")
    assert listed(desk, profile="incomplete") == []
    make_doctor("skin@test.clinic", specialty="Dermatology", first_name="Skin")
    assert listed(desk, role="doctor", specialty="dermatology") == ["Skin"]
    assert listed(desk, role="doctor", profile="incomplete") == ["Sita", "Skin"]


@pytest.mark.parametrize("role", ["patient", "doctor"])
def test_the_list_asks_as_much_for_thirty_as_for_one(
    desk: Client, role: str, django_assert_max_num_queries: Any
) -> None:
    make = make_patient if role == "patient" else make_doctor
    make("first@test.clinic")
    desk.get(PEOPLE)
    counts = []
    for round_number in (1, 2):
        with django_assert_max_num_queries(14) as asked:
            desk.get(PEOPLE, {"role": role})
        counts.append(len(asked))
        if round_number == 1:
            for number in range(29):
                make(f"p{number}@test.clinic")
    assert counts[0] == counts[1]
    assert len(listed(desk, role=role)) == 20
    assert len(listed(desk, role=role, page="2")) == 10


def test_registering_a_patient_with_an_invitation(desk: Client, manager: User) -> None:
    sent = {
        **NEW,
        "email": " Nima@Example.COM",
        "medical_aid_scheme": "HIB",
        "allergies": "forged",
        "invite": "1",
    }
    answer: Any = desk.post(reverse("person_new", args=["patient"]), sent)
    person = User.objects.get(email="nima@example.com")
    assert answer.url == reverse("person", args=[person.pk])
    assert (person.role, person.has_usable_password()) == ("patient", False)
    assert person.patient_profile.medical_aid_scheme == "HIB"
    assert person.patient_profile.allergies == "", "health basics are not the front desk's"
    assert delivered()[-1].to == ["nima@example.com"]
    assert Activity.objects.filter(verb="account.create", actor=manager, target_id=str(person.pk)).exists()


def test_registering_a_doctor(desk: Client) -> None:
    sent = {**DOCTOR, "specialty": str(make_specialty().pk)}
    assert desk.post(reverse("person_new", args=["doctor"]), sent).status_code == 302
    doctor = User.objects.get(email="nima@example.com")
    assert (doctor.role, doctor.doctor_profile.licence_number) == ("doctor", "NMC-777")
    assert str(doctor.phone) == "+9779841234567"
    refused = desk.post(reverse("person_new", args=["doctor"]), {**sent, "email": "b@example.com"})
    assert refused.status_code == 422
    assert 'id="id_licence_number_error"' in refused.content.decode()
    assert not User.objects.filter(email="b@example.com").exists(), "all or nothing"


def test_an_address_that_is_taken_leads_to_its_owner(desk: Client, patient: User, admin: User) -> None:
    new = reverse("person_new", args=["patient"])
    page = desk.post(new, {**NEW, "email": "PATIENT@test.clinic"}).content.decode()
    assert "There is an account" in page
    assert reverse("person", args=[patient.pk]) in page
    assert 'value="Nima"' in page, "what was typed is kept"
    page = desk.post(new, {**NEW, "email": admin.email}).content.decode()
    assert "There is an account" in page
    assert str(admin.pk) not in page


def test_pressing_twice_registers_once(desk: Client) -> None:
    new = reverse("person_new", args=["patient"])
    assert desk.post(new, NEW).status_code == 302
    again = desk.post(new, NEW)
    assert again.status_code == 422
    assert reverse("person", args=[User.objects.get(email=NEW["email"]).pk]) in again.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "раtient@test.clinic"),  # Cyrillic letters
        ("email", "ＰＡＴＩＥＮＴ@test.clinic"),  # full width: the same mailbox
        ("email", ""),
        ("email", "no address"),
        ("first_name", "<script>"),
        ("last_name", "a\u202eb"),
        ("phone", "12"),
        ("date_of_birth", "2999-01-01"),
        ("medical_aid_number", "x" * 41),
    ],
)
def test_wrong_input_is_told(desk: Client, patient: User, field: str, value: str) -> None:
    before = User.objects.count()
    answer = desk.post(reverse("person_new", args=["patient"]), {**NEW, field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert User.objects.count() == before


def test_correcting_a_patient(desk: Client, patient: User, manager: User) -> None:
    PatientProfile.objects.filter(user=patient).update(allergies="Penicillin")
    edit = reverse("person_edit", args=[patient.pk])
    page = desk.get(edit).content.decode()
    assert "Penicillin" not in page
    answer: Any = desk.post(edit, {**NEW, "address": "Patan", "date_of_birth": "1990-05-17", "role": "admin"})
    assert answer.status_code == 302
    patient = User.objects.get(pk=patient.pk)
    assert (patient.email, patient.role) == ("nima@example.com", "patient")
    assert (patient.patient_profile.address, patient.patient_profile.allergies) == ("Patan", "Penicillin")
    assert patient.emailaddress_set.get().email == "nima@example.com"  # type: ignore[attr-defined]
    assert delivered()[-1].to == ["patient@test.clinic"], "the old address is told"
    rows = Activity.objects.filter(actor=manager, target_id=str(patient.pk))
    assert {row.verb for row in rows} == {"account.email", "account.profile"}


def test_correcting_to_an_address_that_is_taken(desk: Client, patient: User, other_patient: User) -> None:
    edit = reverse("person_edit", args=[patient.pk])
    answer = desk.post(edit, {**NEW, "email": other_patient.email})
    assert answer.status_code == 422
    assert reverse("person", args=[other_patient.pk]) in answer.content.decode()
    patient.refresh_from_db()
    assert (patient.email, patient.first_name) == ("patient@test.clinic", "Asha")


def test_correcting_a_doctor(desk: Client, doctor: User, other_doctor: User) -> None:
    edit = reverse("person_edit", args=[doctor.pk])
    sent = {**DOCTOR, "email": doctor.email, "specialty": str(make_specialty().pk), "fee": "1200.50"}
    assert desk.post(edit, sent).status_code == 302
    profile = DoctorProfile.objects.get(user=doctor)
    assert (str(profile.fee), profile.licence_number) == ("1200.50", "NMC-777")
    other_licence = DoctorProfile.objects.get(user=other_doctor).licence_number
    wrong: dict[str, Any]
    for wrong in ({"fee": "-1"}, {"licence_number": other_licence}, {"languages": []}, {"specialty": "x"}):
        assert desk.post(edit, {**sent, **wrong}).status_code == 422, wrong
    assert str(DoctorProfile.objects.get(user=doctor).fee) == "1200.50"
