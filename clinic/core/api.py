"""The API's manners: one shape of errors, one kind of paging, bodies that can't hurt."""

import math
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, negotiation, pagination, parsers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from .errors import DomainError, TooLarge


class CursorPagination(pagination.CursorPagination):
    """`{next, previous, results}`, newest first unless the view sets `ordering`; `?page_size=` up to 100."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-created_at"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        return tuple(getattr(view, "cursor_ordering", None) or (self.ordering, "-id"))


class AnyAccept(negotiation.BaseContentNegotiation):
    """Pictures are not rendered by DRF, so what the client accepts is no reason to refuse; errors stay JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class JSONParser(parsers.JSONParser):
    """Answers 400 where Python's own parser gives up: nesting without end, numbers beyond a float."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            parsed = super().parse(stream, media_type, parser_context)
            _refuse_unstorable(parsed)
        except RecursionError as error:
            raise exceptions.ParseError(_("This JSON is nested too deeply.")) from error
        return parsed


def _refuse_unstorable(value: Any) -> None:
    """Null characters and half surrogates can't be stored (PostgreSQL) nor sent back (UTF-8)."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise exceptions.ParseError(_("Text may not hold null characters or half surrogates."))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise exceptions.ParseError(_("This number is too large."))
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as `{code, detail, fields}`; None (a real bug) stays a 500 for the error reporter."""
    if isinstance(exc, RequestDataTooBig):
        exc = TooLarge(_("This request is too large."))
    if isinstance(exc, DomainError):
        body = {"code": exc.code, "detail": exc.detail, "fields": exc.fields, **exc.extra}
        return Response(body, status=exc.status)
    api_exception = _as_api_exception(exc)
    response = drf_exception_handler(api_exception, context)
    if response is None or not isinstance(api_exception, exceptions.APIException):
        return response
    if isinstance(api_exception, exceptions.ValidationError):
        fields = _fields(api_exception.detail)
        detail = _("Please correct the fields named here.") if fields else _("This request is not valid.")
        first = fields.pop("non_field_errors", None)
        response.data = {"code": "invalid", "detail": first[0] if first else detail, "fields": fields}
    else:
        code = api_exception.get_codes()
        response.data = {
            "code": _CODES.get(response.status_code) or (code if isinstance(code, str) else "error"),
            "detail": _sendable(api_exception.detail),
            "fields": {},
        }
    return response


def _as_api_exception(exc: Exception) -> Exception:
    """What Django itself raises, in DRF's words."""
    if isinstance(exc, ValidationError):
        detail = exc.message_dict if hasattr(exc, "error_dict") else exc.messages
        return exceptions.ValidationError(detail)  # type: ignore[arg-type]
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, SuspiciousOperation | BadRequest):
        return exceptions.ParseError()
    return exc


_CODES = {
    status.HTTP_400_BAD_REQUEST: "invalid",
    status.HTTP_401_UNAUTHORIZED: "not_authenticated",
    status.HTTP_403_FORBIDDEN: "not_allowed",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "throttled",
}


def _fields(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested error detail to `{"name": [messages]}`, nested names joined by dots."""
    if isinstance(detail, dict):
        fields: dict[str, list[str]] = {}
        for name, value in detail.items():
            own_name = "non_field_errors" if name == "__all__" else str(name)
            fields.update(_fields(value, f"{prefix}.{own_name}" if prefix else own_name))
        return fields
    messages = detail if isinstance(detail, list) else [detail]
    if any(isinstance(message, dict) for message in messages):
        fields = {}
        for index, message in enumerate(messages):
            fields.update(_fields(message, f"{prefix}.{index}" if prefix else str(index)))
        return fields
    return {prefix or "non_field_errors": [_sendable(message) for message in messages]}


def _sendable(message: Any) -> str:
    """Messages quote what was sent, which need not be text that UTF-8 knows."""
    return str(message).encode("utf-8", "replace").decode()
