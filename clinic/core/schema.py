"""OpenAPI: what every operation has in common, and what the whole says about itself."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import cached_property
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from .schema_words import ABOUT, TAGS


class ErrorSerializer(serializers.Serializer[Any]):
    """The one shape of every refusal. Conflicts may add keys (`nearest` slots, say)."""

    code = serializers.CharField(help_text="Stable, for programs: slot_taken, not_allowed, …")
    detail = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="Input name -> messages."
    )


# status -> (code, a sentence as it may read, description)
ERRORS = {
    "400": ("invalid", "Please correct the fields named here.", "The input is wrong; `fields` says where."),
    "401": (
        "not_authenticated",
        "Authentication credentials were not provided.",
        "No valid token or session.",
    ),
    "403": (
        "not_allowed",
        "You are not allowed to do this.",
        "Not allowed to do this; with a session cookie also: no CSRF token.",
    ),
    "404": (
        "not_found",
        "Not found.",
        "There is no such thing, or it is not yours; for a list, no such cursor.",
    ),
    "409": (
        "invalid_transition",
        "This can't be done in the present status.",
        "It was possible once, and is not now; nothing has changed.",
    ),
    "413": ("too_large", "This file is too large.", "The body or a file in it is too large."),
    "415": (
        "unsupported_type",
        "This type of file is not accepted.",
        "The body or a file in it is of a type that is not taken here.",
    ),
    "429": ("throttled", "Too many requests. Please wait a little.", "Too many requests; see `Retry-After`."),
    "503": (
        "not_scanned",
        "Files can't be checked for viruses at the moment. Please try again in a few minutes.",
        "The virus scanner gives no answer; nothing was stored.",
    ),
}
RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}


class PortalSchema(AutoSchema):
    """Adds the error answers that follow from an operation's method, address, input and permissions."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        for status in self._errors():
            if status not in responses:
                stated = self._get_response_for_code(ErrorSerializer, status)
                responses[status] = {**stated, "description": ERRORS[status][2]}
        for status, (code, sentence, _words) in ERRORS.items():
            for content in responses.get(status, {}).get("content", {}).values():
                content.setdefault("example", {"code": code, "detail": sentence, "fields": {}})
        if "429" in responses:
            responses["429"].setdefault("headers", {})["Retry-After"] = RETRY_AFTER
        return dict(sorted(responses.items()))

    def _errors(self) -> set[str]:
        writes = self.method != "GET"
        public = any(isinstance(permission, AllowAny) for permission in self.view.get_permissions())
        looks_up = "{" in self.path or bool(self.get_override_parameters()) or self._is_list_view()
        errors = {"400"}  # a null character in the address, if nothing else
        if self.view.get_authenticators():
            errors |= {"401", "403"}
        if writes or looks_up:
            errors.add("404")
        if writes and ("{" in self.path or not public):
            errors.add("409")
        if writes:
            errors |= {"413", "415"}
        if self.view.get_throttles():
            errors.add("429")
        if self._takes_files:
            errors.add("503")
        return errors

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        if field.read_only and isinstance(field, serializers.ChoiceField) and _may_be_empty(field):
            field.allow_blank = True  # a model's field that is only shown has lost it
        return super()._map_serializer_field(field, direction, bypass_extensions)

    @cached_property
    def _takes_files(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH") and _has_file(self.get_request_serializer())


def _may_be_empty(field: serializers.ChoiceField) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    try:
        return model is not None and model._meta.get_field(field.source).blank
    except FieldDoesNotExist:
        return False


def _has_file(taken: Any) -> bool:
    if isinstance(taken, dict):
        return any(_has_file(part) for part in taken.values())
    taken = taken() if isinstance(taken, type) and issubclass(taken, serializers.Serializer) else taken
    if isinstance(taken, serializers.Serializer):
        return any(_has_file(field) for field in taken.fields.values())
    return isinstance(getattr(taken, "child", taken), serializers.FileField)


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's last step: the words about the whole, and a word for each group of addresses."""
    result["info"]["description"] = ABOUT
    used = {
        tag for path in result["paths"].values() for operation in path.values() for tag in operation["tags"]
    }
    result["tags"] = [{"name": tag, "description": TAGS[tag]} for tag in sorted(used & TAGS.keys())]
    return result


def example(name: str, value: Any, *, request: bool = False) -> OpenApiExample:
    """One example of a body that is sent, or else of an answer."""
    return OpenApiExample(name, value=value, request_only=request, response_only=not request)


class TimeOfDay(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """OpenAPI's `time` has a zone; a time of day has none."""

    target_class = "rest_framework.serializers.TimeField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shape = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"
        return {"type": "string", "pattern": shape, "example": "08:00"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Token <key>` from POST /api/login/."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`, the key from `POST /api/login/`. It lives for 14 days from log-in, or "
            "until `POST /api/logout/`.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The cookie of a person who logged in on the pages."""

    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of the pages. Whatever is not a GET also sends the cookie `csrftoken` as the "
            "header `X-CSRFToken`; without it: 403.",
        }
