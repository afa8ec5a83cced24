"""Every address of the API, whoever built it: refusals have the one shape, strangers get 401, nothing is a 500."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

DIRECTORY = ("/api/services/", "/api/specialties/", "/api/doctors/")
PUBLIC = {"api-register", "api-login"}
OTHER_SHAPES = {"api-schema", "api-docs"}
VALUES = {"uuid": lambda: str(uuid4()), "int": lambda: "7", "str": lambda: "x", "slug": lambda: "x"}
JUNK_QUERY = (
    "?page_size=abc&cursor=%FF&after=x&limit=-1&status=nope&kind=nope&specialty=x&service=x&doctor=x&patient=x"
    "&from=2026-13-45&to=9999-12-31&date=x&search=%E0%A5%90'%22%5C&ordering=id;drop&user=x&with=x"
)
JUNK_BODIES: list[Any] = [
    {},
    [],
    "text",
    None,
    {name: {"$ne": [None]} for name in ("doctor", "service", "starts_at", "text", "with", "reason", "media")},
    dict.fromkeys(
        ("doctor", "service", "with", "bank_reference", "starts_at", "mode", "reason", "text", "client_id"),
        "\u202ex" * 5000,
    ),
    {"starts_at": "0001-01-01T00:00:00+14:00", "doctor": "x", "service": "y", "mode": "video"},
    {
        "starts_at": "9999-12-31T23:59:59-12:00",
        "doctor": str(uuid4()),
        "service": str(uuid4()),
        "mode": "video",
    },
]


def addresses(things: dict[str, Any] | None = None) -> Iterator[tuple[str, str]]:
    """(name, path with parameters filled in) of every API route; `things`: collection -> id of one in it."""

    def walk(patterns: Any, prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and "(?P" not in route:
                filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: VALUES[found[1] or "str"](), route)
                yield pattern.name or filled, f"/{filled}"

    api = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/")

    def with_thing(found: re.Match[str]) -> str:
        return f"/{found[1]}/{(things or {}).get(found[1], found[2])}/"

    for name, path in walk(api.url_patterns, "api/"):  # type: ignore[union-attr]
        if name not in OTHER_SHAPES:
            yield name, re.sub(r"/(\w+)/([0-9a-f-]{36})/", with_thing, path)


def is_in_shape(answer: Any) -> bool:
    if answer.status_code < 400:
        return True
    return answer.status_code < 500 and set(answer.json()) >= {"code", "detail", "fields"}


def test_there_are_addresses() -> None:
    names = {name for name, _path in addresses()}
    assert {"api-login", "api-profile"} <= names
    assert len(names) > 20


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_asked_to_log_in(method: str) -> None:
    client = APIClient()
    for name, path in addresses():
        answer = getattr(client, method)(path)
        assert is_in_shape(answer), (path, answer.status_code)
        if name not in PUBLIC and not path.startswith(DIRECTORY) and name != "api-photo":
            assert answer.status_code in (401, 405), (path, answer.status_code)


@pytest.fixture
def things(patient: Any, doctor: Any, service: Any) -> dict[str, Any]:
    """One of each, of `patient` and `doctor`."""
    from billing.tests.factories import make_payment
    from messaging.tests.factories import make_conversation
    from scheduling.tests.factories import clinic_time, make_appointment

    visit = make_appointment(patient, doctor, service)
    unpaid = make_appointment(
        patient, doctor, service, starts_at=clinic_time(4, 10), status="pending_payment"
    )
    return {
        "appointments": visit.pk,
        "visitnotes": visit.pk,
        "payments": make_payment(unpaid).pk,
        "conversations": make_conversation(patient, doctor, messages=2).pk,
        "doctors": doctor.pk,
    }


@pytest.mark.parametrize("role", ["patient", "doctor", "manager", "admin", "other_patient"])
def test_junk_is_answered_in_shape(
    request: pytest.FixtureRequest, role: str, things: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rest_framework.throttling.ScopedRateThrottle.allow_request", lambda *asked: True)
    monkeypatch.setattr("clinic.core.limits.spend", lambda *asked: None)
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(request.getfixturevalue(role))
    wrong = []
    for _name, path in addresses(things):
        for query in ("", JUNK_QUERY):
            answer = client.get(path + query)
            if not is_in_shape(answer):
                wrong.append((path + query, answer.status_code))
        for method in ("post", "put", "patch", "delete"):
            for body in JUNK_BODIES:
                answer = getattr(client, method)(path, json.dumps(body), content_type="application/json")
                if not is_in_shape(answer):
                    wrong.append((f"{method} {path} {str(body)[:80]}", answer.status_code))
                if answer.status_code == 405:  # whatever the body: nobody read it
                    break
    assert wrong == []


@pytest.mark.parametrize("wrong_id", ["x", "1", "00000000-0000-0000-0000-00000000000g", "%F0%9F%92%8A"])
def test_ids_that_are_none_are_404(api: Any, patient: Any, wrong_id: str) -> None:
    for path in ("appointments", "payments", "conversations", "doctors"):
        for tail in ("", "slots/", "messages/"):
            answer = api(patient).get(f"/api/{path}/{wrong_id}/{tail}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
