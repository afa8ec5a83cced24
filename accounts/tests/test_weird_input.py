"""Whatever is thrown at the account API, it answers in its own words: never a 500."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = pytest.mark.django_db

NASTY: list[Any] = [
    None,
    True,
    -1,
    10**400,
    1.5,
    "",
    " ",
    "a\x00b",
    "\ud800",
    "\u202e",
    "%00",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "<script>",
    "x" * 100_000,
    "é" * 300,
    "0000-00-00",
    "9999-12-31",
    "+" * 50,
    [],
    [[]],
    {},
    {"a": {"b": None}},
    ["x"] * 1000,
]
FIELDS: dict[str, list[str]] = {
    "register": ["email", "password", "first_name", "last_name", "phone", "date_of_birth", "gender"],
    "login": ["email", "password", "otp"],
    "profile": ["first_name", "last_name", "phone", "photo", "patient", "doctor", "role"],
}
GOOD: dict[str, dict[str, str]] = {
    "register": {"email": "n@x.example", "password": "sunny-mountain-9", "first_name": "A", "last_name": "B"},
    "login": {"email": "patient@test.clinic", "password": "guess"},
    "profile": {},
}


def send(path: str, body: Any, user: User | None) -> Any:
    client = APIClient(raise_request_exception=False)
    text = json.dumps(body)  # by escapes: DRF's own client can't send half surrogates
    if path == "profile":
        client.force_authenticate(user)
        return client.patch("/api/profile/", text, content_type="application/json")
    return client.post(f"/api/{path}/", text, content_type="application/json")


def is_answered(answer: Any) -> bool:
    return answer.status_code < 500 and (
        answer.status_code < 400 or set(answer.json()) >= {"code", "detail", "fields"}
    )


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_with_every_nasty_value(
    path: str, patient: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rest_framework.throttling.ScopedRateThrottle.allow_request", lambda *asked: True)
    for field in FIELDS[path]:
        for value in NASTY:
            answer = send(path, {**GOOD[path], field: value}, patient)
            assert is_answered(answer), (field, value, answer.content)


@pytest.mark.parametrize("inner", ["date_of_birth", "gender", "address", "emergency_contact_phone"])
def test_every_patient_detail_with_every_nasty_value(inner: str, patient: User) -> None:
    for value in NASTY:
        answer = send("profile", {"patient": {inner: value}}, patient)
        assert is_answered(answer), (inner, value, answer.content)


@pytest.mark.parametrize("inner", ["languages", "modes", "biography", "education", "years_of_experience"])
def test_every_doctor_detail_with_every_nasty_value(inner: str, doctor: User) -> None:
    for value in NASTY:
        answer = send("profile", {"doctor": {inner: value}}, doctor)
        assert is_answered(answer), (inner, value, answer.content)


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("body", [None, [], "text", 5, [{}], {"": ""}])
def test_bodies_that_are_no_object(path: str, body: Any, patient: User) -> None:
    assert is_answered(send(path, body, patient))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    body=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS["profile"] + ["name", "id"], json_values))
)
def test_profile_with_any_json(patient: User, body: Any) -> None:
    standing = (patient.email, patient.role)
    assert is_answered(send("profile", body, patient))
    patient.refresh_from_db()
    assert (patient.email, patient.role) == standing
