"""Requests in templates."""

from django import template

from records.enums import RecordRequestStatus

register = template.Library()


@register.filter
def request_status(status: str) -> str:
    """The words for a stored status, as history rows keep it."""
    return str(RecordRequestStatus(status).label) if status in RecordRequestStatus.values else status
