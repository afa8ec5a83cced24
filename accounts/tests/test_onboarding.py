"""/welcome/: four short steps that may be skipped, left and resumed; never forced."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import onboarding
from accounts.models import PatientProfile, User
from accounts.tests.factories import PASSWORD
from accounts.tests.pictures import disguised_svg, picture

pytestmark = pytest.mark.django_db
STEPS = ["about", "contact", "health", "medical-aid"]
HEALTH = {
    "blood_group": "O-",
    "height_cm": "164",
    "weight_kg": "58.5",
    "allergies": "Penicillin\nमूँगफली",
    "conditions": "none",
}


@pytest.fixture
def newcomer(patient: User) -> User:
    PatientProfile.objects.filter(user=patient).update(welcomed_at=None, date_of_birth=None, gender="")
    return User.objects.get(pk=patient.pk)


@pytest.fixture
def newcomers_client(client: Client, newcomer: User) -> Client:
    client.force_login(newcomer)
    return client


def log_in(client: Client, user: User, **extra: str) -> str:
    answer: Any = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, **extra})
    assert answer.status_code == 302
    return str(answer.url)


def address(step: str) -> str:
    return reverse("onboarding_step", args=[step])


def test_a_new_patient_is_led_there_once(client: Client, newcomer: User) -> None:
    assert log_in(client, newcomer) == reverse("onboarding")
    assert client.get(reverse("onboarding")).url == address("about")  # type: ignore[attr-defined]
    assert client.get(reverse("home")).status_code == 200, "nobody is kept there"
    client.logout()
    assert log_in(client, newcomer) == reverse("home")


def test_an_address_asked_for_goes_before(client: Client, newcomer: User) -> None:
    assert log_in(client, newcomer, next="/appointments/") == "/appointments/"
    assert PatientProfile.objects.get(user=newcomer).welcomed_at is None


def test_who_has_nothing_to_add_is_not_led(newcomer: User, patient: User, doctor: User) -> None:
    assert not onboarding.lead_once(doctor)
    assert onboarding.lead_once(newcomer)
    assert not onboarding.lead_once(newcomer)


def test_each_step_is_kept_on_its_own_and_the_next_one_follows(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    answer: Any = client.post(
        address("about"), {"date_of_birth": "1991-01-02", "gender": "female", "address": "Patan"}
    )
    assert answer.url == address("contact")
    assert client.get(reverse("onboarding")).url == address("contact"), "resumed where it was left"  # type: ignore[attr-defined]
    answer = client.post(address("contact"), {"phone": "9841234567", "emergency_contact_name": "Bimala"})
    assert answer.url == address("health")
    answer = client.post(address("health"), HEALTH)
    assert answer.url == address("medical-aid")
    answer = client.post(address("medical-aid"), {"medical_aid_scheme": "HIB", "photo": picture()})
    assert answer.url == reverse("home")
    newcomer = User.objects.get(pk=newcomer.pk)
    profile = newcomer.patient_profile
    assert (str(newcomer.phone), profile.address, profile.blood_group) == ("+9779841234567", "Patan", "O-")
    assert (profile.height_cm, str(profile.weight_kg), profile.medical_aid_scheme) == (164, "58.5", "HIB")
    assert profile.allergies.splitlines() == ["Penicillin", "मूँगफली"]
    assert newcomer.photo.width == 512
    assert client.get(reverse("onboarding")).url == address("contact"), "the emergency phone is missing"  # type: ignore[attr-defined]


def test_a_step_left_empty_is_no_error_and_clears_nothing_else(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    client.post(address("health"), HEALTH)
    for step in ("about", "contact", "medical-aid"):
        assert client.post(address(step), {}).status_code == 302
    assert PatientProfile.objects.get(user=newcomer).height_cm == 164


@pytest.mark.parametrize(
    ("step", "field", "value", "words"),
    [
        ("health", "height_cm", "29", "30"),
        ("health", "height_cm", "251", "250"),
        ("health", "weight_kg", "0.4", "0.5"),
        ("health", "weight_kg", "400.1", "400"),
        ("health", "weight_kg", "NaN", "number"),
        ("health", "blood_group", "C+", "valid choice"),
        ("health", "allergies", "x" * 1001, "1000"),
        ("health", "conditions", "a\u202eb", "invisible"),
        ("contact", "phone", "12", "phone"),
        ("about", "date_of_birth", "2999-01-01", "future"),
        ("medical-aid", "medical_aid_number", "x" * 41, "40"),
        ("medical-aid", "photo", disguised_svg(), "JPG"),
    ],
)
def test_wrong_input_is_told_beside_its_field(
    newcomers_client: Client, step: str, field: str, value: Any, words: str
) -> None:
    client = newcomers_client
    answer = client.post(address(step), {field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert words in page


def test_the_figure_stands_on_profile_and_home(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    for page in ("home", "profile"):
        assert "Finish your profile: 0 %" in client.get(reverse(page)).content.decode()


@pytest.mark.parametrize("step", STEPS)
def test_staff_and_strangers_are_not_asked(client: Client, doctor: User, manager: User, step: str) -> None:
    assert client.get(address(step)).status_code == 302
    for user in (doctor, manager):
        client.force_login(user)
        assert client.get(address(step)).status_code == 403
        assert client.get(reverse("onboarding")).status_code == 403
        assert client.post(address(step), {"address": "x"}).status_code == 403
    assert not PatientProfile.objects.filter(user__in=[doctor, manager]).exists()


def test_a_step_that_does_not_exist(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    assert client.get(address("money")).status_code == 404


def test_the_api_takes_and_bounds_the_same_fields(api: Any, patient: User) -> None:
    sent = {**HEALTH, "height_cm": 164, "medical_aid_scheme": "HIB", "medical_aid_number": "77-1"}
    answer = api(patient).patch("/api/profile/", {"patient": sent})
    assert answer.status_code == 200
    assert {name: answer.json()["patient"][name] for name in sent} == sent
    refused = api(patient).patch("/api/profile/", {"patient": {"height_cm": 3, "blood_group": "Z"}})
    assert set(refused.json()["fields"]) == {"patient.height_cm", "patient.blood_group"}
