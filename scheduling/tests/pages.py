"""What browser tests of more than one room do on the booking pages."""

from datetime import timedelta
from typing import Any

from django.utils import timezone


def look_two_days_ahead(page: Any) -> None:
    """On the page of free times: one of today may come too near (the doctor's notice) while it is looked at."""
    page.wait_for_url("**/book/**")
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}day={timezone.localdate() + timedelta(days=2)}")
