"""Addresses of the portal for places outside of it: mails, calendar files."""

from django.conf import settings


def absolute(path: str) -> str:
    """`path` with the portal's own origin in front. Only a deployment knows that one (the first of
    CSRF_TRUSTED_ORIGINS): on a laptop, or for no path, the answer is ""."""
    origin = next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    return f"{origin}{path}" if origin and path and "*" not in origin else ""
