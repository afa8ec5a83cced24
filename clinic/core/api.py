"""The API's manners: one shape of errors, one kind of paging."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, pagination, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from .errors import DomainError


class CursorPagination(pagination.CursorPagination):
    """`{next, previous, results}`, newest first unless the view sets `ordering`; `?page_size=` up to 100."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-created_at"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        return tuple(getattr(view, "cursor_ordering", None) or (self.ordering, "-id"))


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as `{code, detail, fields}`; None (a real bug) stays a 500 for the error reporter."""
    if isinstance(exc, DomainError):
        body = {"code": exc.code, "detail": exc.detail, "fields": exc.fields, **exc.extra}
        return Response(body, status=exc.status)
    if isinstance(exc, ValidationError):
        exc = exceptions.ValidationError(exc.messages)
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response = drf_exception_handler(exc, context)
    if response is None or not isinstance(exc, exceptions.APIException):
        return response
    if isinstance(exc, exceptions.ValidationError):
        fields = _fields(exc.detail)
        detail = _("Please correct the fields named here.") if fields else _("This request is not valid.")
        first = fields.pop("non_field_errors", None)
        response.data = {"code": "invalid", "detail": first[0] if first else detail, "fields": fields}
    else:
        code = exc.get_codes()
        response.data = {
            "code": _CODES.get(response.status_code) or (code if isinstance(code, str) else "error"),
            "detail": str(exc.detail),
            "fields": {},
        }
    return response


_CODES = {
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
            fields.update(_fields(value, f"{prefix}.{name}" if prefix else str(name)))
        return fields
    messages = detail if isinstance(detail, list) else [detail]
    if any(isinstance(message, dict) for message in messages):
        fields = {}
        for index, message in enumerate(messages):
            fields.update(_fields(message, f"{prefix}.{index}" if prefix else str(index)))
        return fields
    return {prefix or "non_field_errors": [str(message) for message in messages]}
