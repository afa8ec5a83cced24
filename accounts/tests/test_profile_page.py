"""/profile/: everyone looks after their own."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import PatientProfile, User
from accounts.tests.pictures import disguised_svg, picture

pytestmark = pytest.mark.django_db

PATIENT = {
    "first_name": "Asha",
    "last_name": "Gurung",
    "phone": "9841234567",
    "date_of_birth": "1991-01-02",
    "gender": "female",
    "address": "Boudha 6, काठमाडौं",
    "emergency_contact_name": "Bimala Gurung",
    "emergency_contact_phone": "9847654321",
}
DOCTOR = {
    "first_name": "Sita",
    "last_name": "Sharma",
    "phone": "",
    "biography": "Family doctor.",
    "education": "MBBS, TU",
    "years_of_experience": "12",
    "languages": ["ne", "hi"],
    "modes": ["video"],
}


@pytest.fixture
def signed_in(client: Client) -> Any:
    def as_user(user: User) -> Client:
        client.force_login(user)
        return client

    return as_user


def test_anonymous_is_led_to_the_log_in(client: Client) -> None:
    assert client.get("/profile/").url == "/accounts/login/?next=/profile/"  # type: ignore[attr-defined]
    assert client.post("/profile/", PATIENT).status_code == 302
    assert not User.objects.exists()


@pytest.mark.parametrize("role", ["patient", "doctor", "manager", "admin"])
def test_every_role_has_a_profile_page(request: Any, signed_in: Any, role: str) -> None:
    user = request.getfixturevalue(role)
    answer = signed_in(user).get("/profile/")
    assert answer.status_code == 200
    assert user.email in answer.content.decode()


def test_patient_saves_and_reads_back(signed_in: Any, patient: User, other_patient: User) -> None:
    client = signed_in(patient)
    assert client.post("/profile/", PATIENT).status_code == 302
    patient.refresh_from_db()
    profile = PatientProfile.objects.get(user=patient)
    assert (str(patient.phone), str(profile.date_of_birth)) == ("+9779841234567", "1991-01-02")
    assert profile.emergency_contact_name == "Bimala Gurung"
    assert "Boudha 6, काठमाडौं" in client.get("/profile/").content.decode()
    assert PatientProfile.objects.get(user=other_patient).address == ""


def test_doctor_saves_what_is_theirs(signed_in: Any, doctor: User) -> None:
    forged = {"licence_number": "FAKE", "fee": "1", "role": "admin", "email": "x@test.clinic"}
    assert signed_in(doctor).post("/profile/", {**DOCTOR, **forged}).status_code == 302
    doctor = User.objects.get(pk=doctor.pk)
    profile = doctor.doctor_profile
    assert (profile.years_of_experience, list(profile.languages)) == (12, ["ne", "hi"])
    assert str(profile.fee) == "800.00"
    assert profile.licence_number != "FAKE"
    assert (doctor.role, doctor.email) == ("doctor", "doctor@test.clinic")


def test_patient_fields_posted_by_a_manager_are_ignored(signed_in: Any, manager: User) -> None:
    assert signed_in(manager).post("/profile/", {**PATIENT, "role": "admin"}).status_code == 302
    manager.refresh_from_db()
    assert (manager.first_name, manager.role) == ("Asha", "management")
    assert not PatientProfile.objects.filter(user=manager).exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("first_name", "", "required"),
        ("last_name", "a\u202eb", "invisible"),
        ("address", "nul\x00", "Null"),
        ("phone", "1", "phone"),
        ("date_of_birth", "2999-01-01", "future"),
        ("date_of_birth", "1899-12-31", "year"),
        ("date_of_birth", "31.31.31", "valid date"),
        ("gender", "zebra", "valid choice"),
        ("emergency_contact_name", "x" * 121, "120"),
    ],
)
def test_wrong_input_is_told_beside_its_field(
    signed_in: Any, patient: User, field: str, value: str, words: str
) -> None:
    answer = signed_in(patient).post("/profile/", {**PATIENT, field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert words in page
    assert "Boudha 6" in page or field == "address", "what was typed is kept"
    patient.refresh_from_db()
    assert patient.phone == ""


def test_photo_is_kept_replaced_and_removed(
    signed_in: Any, patient: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(patient)
    client.post("/profile/", {**PATIENT, "photo": picture("a.webp", kind="WEBP")})
    patient.refresh_from_db()
    first = patient.photo.name
    assert patient.photo.width == patient.photo.height == 512
    assert "me" not in first, "the name of the upload is not kept"
    client.post("/profile/", PATIENT)
    patient.refresh_from_db()
    assert patient.photo.name == first, "saving the rest leaves it alone"
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/profile/", {**PATIENT, "photo": picture()})
    patient.refresh_from_db()
    assert patient.photo.name != first
    assert not patient.photo.storage.exists(first)
    client.post("/profile/", {**PATIENT, "photo-clear": "on"})
    patient.refresh_from_db()
    assert not patient.photo


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (disguised_svg(), "JPG, PNG, WEBP"),
        (SimpleUploadedFile("me.jpg", b"\xff\xd8\xff\xe0broken"), "read"),
        (SimpleUploadedFile("me.jpg", b"\xff" * (10 * 1024 * 1024 + 1)), "10 MB"),
    ],
)
def test_bad_photo_is_refused_kindly(signed_in: Any, patient: User, upload: Any, words: str) -> None:
    answer = signed_in(patient).post("/profile/", {**PATIENT, "photo": upload})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    patient.refresh_from_db()
    assert not patient.photo
