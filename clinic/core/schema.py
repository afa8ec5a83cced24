"""OpenAPI: what every operation has in common."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import AllowAny


class ErrorSerializer(serializers.Serializer[Any]):
    """The one shape of every refusal. Conflicts may add keys (`nearest` slots, say)."""

    code = serializers.CharField(help_text="Stable, for programs: slot_taken, not_allowed, …")
    detail = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="Input name -> messages."
    )


class PortalSchema(AutoSchema):
    """Adds the error answers that follow from an operation's method, address and permissions."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        for code, words in self._errors().items():
            if code not in responses:
                responses[code] = {**self._get_response_for_code(ErrorSerializer, code), "description": words}
        return responses

    def _errors(self) -> dict[str, str]:
        errors: dict[str, str] = {}
        writes = self.method in ("POST", "PUT", "PATCH")
        if writes or self._is_list_view() or self.get_override_parameters():
            errors["400"] = "The input is wrong; `fields` says where."
        if not any(isinstance(permission, AllowAny) for permission in self.view.get_permissions()):
            errors["401"] = "No valid token or session."
            errors["403"] = "Not allowed to do this."
        if "{" in self.path or writes or self._is_list_view():
            errors["404"] = "There is no such thing, or it is not yours; for a list, no such cursor."
        if self.method != "GET" and "{" in self.path:
            errors["409"] = "It was possible once, and is not now; nothing has changed."
        if writes:
            errors["413"] = "The body or a file in it is too large."
            errors["415"] = "The body or a file in it is of a type that is not taken here."
        if getattr(self.view, "throttle_scope", None):
            errors["429"] = "Too many requests; see Retry-After."
        return errors


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Token <key>` from POST /api/login/."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`, the key from `POST /api/login/`.",
        }
