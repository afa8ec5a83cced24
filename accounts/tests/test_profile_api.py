"""GET, PUT and PATCH /api/profile/: one's own, and only what is one's own to change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import PatientProfile, User
from accounts.tests.pictures import disguised_svg, picture

pytestmark = pytest.mark.django_db
URL = "/api/profile/"


def test_everyone_reads_their_own(
    api: Callable[..., Any], patient: User, doctor: User, manager: User
) -> None:
    shown = {user: api(user).get(URL).json() for user in (patient, doctor, manager)}
    assert shown[patient]["patient"]["date_of_birth"] == "1990-05-17"
    assert shown[patient]["doctor"] is None
    assert shown[doctor]["doctor"]["specialty"] == "General medicine"
    assert shown[doctor]["doctor"]["languages"] == ["ne", "en"]
    assert shown[doctor]["patient"] is None
    assert shown[manager]["patient"] is shown[manager]["doctor"] is None


def test_patch_changes_what_it_names(api: Callable[..., Any], patient: User, other_patient: User) -> None:
    answer = api(patient).patch(
        URL, {"phone": "984-1234567", "patient": {"address": "Baluwatar 4", "gender": "other"}}
    )
    assert answer.status_code == 200
    assert answer.json()["phone"] == "+9779841234567"
    profile = PatientProfile.objects.get(user=patient)
    assert (profile.address, profile.gender) == ("Baluwatar 4", "other")
    assert str(profile.date_of_birth) == "1990-05-17", "left alone"
    assert PatientProfile.objects.get(user=other_patient).address == ""


def test_put_needs_the_names(api: Callable[..., Any], patient: User) -> None:
    assert set(api(patient).put(URL, {}).json()["fields"]) == {"first_name", "last_name"}
    answer = api(patient).put(URL, {"first_name": "Asha", "last_name": "Lama"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Asha Lama")


def test_account_standing_cannot_be_edited(api: Callable[..., Any], doctor: User) -> None:
    before = api(doctor).get(URL).json()
    answer = api(doctor).patch(
        URL,
        {
            "id": "00000000-0000-0000-0000-000000000000",
            "role": "admin",
            "email": "new@test.clinic",
            "is_active": False,
            "password": "x",
            "doctor": {"licence_number": "FAKE", "fee": "1.00", "specialty": "Surgery"},
        },
    )
    assert answer.status_code == 200
    assert answer.json() == before


def test_the_other_roles_profile_is_not_made(api: Callable[..., Any], patient: User, manager: User) -> None:
    assert api(patient).patch(URL, {"doctor": {"biography": "I heal"}}).json()["doctor"] is None
    api(manager).patch(URL, {"patient": {"address": "x"}})
    assert not PatientProfile.objects.filter(user=manager).exists()
    patient.refresh_from_db()
    assert patient.role == "patient"


def test_patient_without_a_profile_row_gets_one(api: Callable[..., Any], patient: User) -> None:
    PatientProfile.objects.all().delete()
    assert api(patient).get(URL).json()["patient"] is None
    assert api(patient).patch(URL, {"patient": {"address": "Patan"}}).json()["patient"]["address"] == "Patan"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"first_name": None}, "first_name"),
        ({"phone": "12345"}, "phone"),
        ({"patient": {"date_of_birth": "2999-01-01"}}, "patient.date_of_birth"),
        ({"patient": {"date_of_birth": "1850-01-01"}}, "patient.date_of_birth"),
        ({"patient": {"gender": "x"}}, "patient.gender"),
        ({"patient": {"address": "x" * 241}}, "patient.address"),
        ({"patient": {"emergency_contact_phone": "abc"}}, "patient.emergency_contact_phone"),
        ({"patient": []}, "patient"),
        ({"photo": "not a file"}, "photo"),
    ],
)
def test_wrong_input_is_named(
    api: Callable[..., Any], patient: User, data: dict[str, Any], field: str
) -> None:
    answer = api(patient).patch(URL, data)
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["fields"]), answer.json()


@pytest.mark.parametrize(
    "doctor_data",
    [
        {"languages": ["xx"]},
        {"languages": []},
        {"languages": "ne"},
        {"modes": ["telepathy"]},
        {"years_of_experience": 71},
        {"years_of_experience": -1},
        {"years_of_experience": 10**30},
        {"biography": "x" * 2001},
    ],
)
def test_wrong_doctor_details_are_named(
    api: Callable[..., Any], doctor: User, doctor_data: dict[str, Any]
) -> None:
    answer = api(doctor).patch(URL, {"doctor": doctor_data})
    assert answer.status_code == 400
    assert next(iter(answer.json()["fields"])).startswith(f"doctor.{next(iter(doctor_data))}")


def test_photo_is_encoded_afresh_and_removed(api: Callable[..., Any], patient: User) -> None:
    answer = api(patient).patch(URL, {"photo": picture()}, format="multipart")
    assert answer.status_code == 200
    assert f"/people/{patient.pk}/photo/" in answer.json()["photo"]
    patient.refresh_from_db()
    assert (patient.photo.width, patient.photo.height) == (512, 512)
    assert api(patient).patch(URL, {"photo": None}).json()["photo"] is None


@pytest.mark.parametrize("upload", [disguised_svg(), SimpleUploadedFile("a.jpg", b"GIF89a"), b""])
def test_what_is_no_picture_is_refused(api: Callable[..., Any], patient: User, upload: Any) -> None:
    if upload == b"":
        upload = SimpleUploadedFile("empty.jpg", b"")
    answer = api(patient).patch(URL, {"photo": upload}, format="multipart")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["photo"])


@pytest.mark.parametrize("user_name", ["patient", "doctor"])
def test_reading_takes_few_queries(
    request: Any, api: Callable[..., Any], user_name: str, django_assert_max_num_queries: Any
) -> None:
    user = request.getfixturevalue(user_name)
    with django_assert_max_num_queries(1):
        api(user).get(URL)
