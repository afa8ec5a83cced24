"""Every refusal of the API has one shape."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from clinic.core import errors
from clinic.core.api import JSONParser, exception_handler


def answer_to(error: Exception) -> tuple[int, dict[str, Any]]:
    response = exception_handler(error, {})
    assert response is not None
    response.data = dict(response.data)
    return response.status_code, response.data


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Invalid(), 400, "invalid"),
        (errors.NotAllowed(), 403, "not_allowed"),
        (errors.Conflict(), 409, "conflict"),
        (errors.InvalidTransition(), 409, "invalid_transition"),
        (errors.TooLarge(), 413, "too_large"),
        (errors.UnsupportedType(), 415, "unsupported_type"),
        (ValidationError("no"), 400, "invalid"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "not_allowed"),
        (SuspiciousOperation(), 400, "invalid"),
        (RequestDataTooBig(), 413, "too_large"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "not_authenticated"),
        (exceptions.ParseError(), 400, "invalid"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported_type"),
        (exceptions.Throttled(5), 429, "throttled"),
    ],
)
def test_each_refusal_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    got_status, body = answer_to(error)
    assert (got_status, body["code"], body["fields"]) == (status, code, {})
    assert body["detail"]


def test_what_is_no_refusal_stays_an_error() -> None:
    assert exception_handler(RuntimeError("bug"), {}) is None


def test_domain_refusals_bring_fields_and_extras() -> None:
    error = errors.Conflict("Taken", fields={"starts_at": ["Taken"]}, extra={"nearest": []})
    assert answer_to(error)[1] == {
        "code": "conflict",
        "detail": "Taken",
        "fields": {"starts_at": ["Taken"]},
        "nearest": [],
    }


def test_nested_errors_become_dotted_names() -> None:
    nested: Any = {"a": ["one"], "b": {"c": ["two"]}, "d": [{}, {"e": ["three"]}]}
    fields = answer_to(exceptions.ValidationError(nested))[1]["fields"]
    assert fields == {"a": ["one"], "b.c": ["two"], "d.1.e": ["three"]}


def test_model_validation_names_its_fields() -> None:
    body = answer_to(ValidationError({"email": ["Bad"], "__all__": ["Together wrong"]}))[1]
    assert body["fields"] == {"email": ["Bad"]}
    assert body["detail"] == "Together wrong"


def test_half_surrogates_in_messages_can_be_sent() -> None:
    body = answer_to(exceptions.ValidationError({"x": ['"\ud800" is not a choice']}))[1]
    assert body["fields"]["x"][0].encode()


def test_throttled_says_when() -> None:
    response = exception_handler(exceptions.Throttled(5), {})
    assert response is not None
    assert response["Retry-After"] == "5"


class _Mirror(APIView):
    authentication_classes = []
    permission_classes = []
    parser_classes = [JSONParser]

    def post(self, request: Any) -> Any:
        from rest_framework.response import Response

        return Response(request.data)


@pytest.mark.services
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"a": "\xe0\xa4\x95"}', 200),
        (b"[1, 2.5, null]", 200),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"a": NaN}', 400),
        (b'{"a": 1e999}', 400),
        (b'{"a": "\\u0000"}', 400),
        (b'{"a\\u0000": 1}', 400),
        (b'[{"a": ["\\ud800"]}]', 400),
        (b"[" * 100_000, 400),
        (b"1" * 5000, 400),
    ],
)
def test_bodies_that_are_no_json_or_cannot_be_kept(body: bytes, status: int) -> None:
    request = APIRequestFactory().post("/", body, content_type="application/json")
    response = _Mirror.as_view()(request)
    response.render()
    assert response.status_code == status
    if status == 400:
        assert set(response.data) == {"code", "detail", "fields"}


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_unknown_addresses_are_json(settings: Any, debug: bool, method: str) -> None:
    settings.DEBUG = debug
    for path in ("/api/", "/api/nowhere/", "/api/profile", "/api/docs/../x/", "/api/नेपाल/"):
        answer = getattr(APIClient(enforce_csrf_checks=True), method)(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "slash" in APIClient().get("/api/profile").json()["detail"]


@pytest.mark.django_db
def test_null_characters_in_addresses_are_400() -> None:
    for path in ("/api/profile/?q=%00", "/api/x%00/"):
        answer = APIClient().get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert APIClient().get("/profile/?q=a%00b").status_code == 400


@pytest.mark.django_db
def test_null_characters_in_cookies_are_400() -> None:
    """Browsers send none, but a quoted cookie can spell one."""
    for path in ("/profile/", "/api/profile/", "/accounts/login/"):
        assert APIClient().get(path, HTTP_COOKIE='sessionid="\\000aaaaaaaaaaaa"').status_code == 400


@pytest.mark.django_db
def test_wrong_method_and_media_type(api: Any, patient: Any) -> None:
    answer = api(patient).delete("/api/profile/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    answer = api(patient).patch("/api/profile/", b"a,b", content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_type")


@pytest.mark.django_db
def test_body_over_the_limit_is_413(api: Any, patient: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = api(patient).patch("/api/profile/", {"first_name": "x" * 2000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
