"""Reports of scans in templates."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import ActivityVerb
from accounts.models import User
from records import imaging_rules
from records import imaging_word_rules as word_rules
from records.domain.imaging import queries
from records.enums import ImagingStatus
from records.models import ImagingReport

register = template.Library()

MINUTE = 60
HOUR = 60
DAY = 24


@register.filter
def changeable_by(words: Any, user: User) -> bool:
    """Whether this template or phrase is theirs to change."""
    return word_rules.can_change_words(user, words)


@register.filter
def held_from(report: ImagingReport, user: User) -> bool:
    """Somebody else is writing it."""
    return imaging_rules.is_held_by_another(user, report)


@register.filter
def scan_tone(status: str) -> str:
    """The badge of a status: what waits for somebody stands out."""
    tones = {
        ImagingStatus.SCHEDULED.value: "info",
        ImagingStatus.ACQUIRED.value: "warning",
        ImagingStatus.REPORTED.value: "info",
        ImagingStatus.AUTHORISED.value: "success",
    }
    return tones.get(str(status), "neutral")


@register.filter
def scan_status(status: str) -> str:
    """The words for a status that comes as a plain value."""
    return str(ImagingStatus(status).label)


@register.filter
def span(time: timedelta | None) -> str:
    """`35 min`, `3 h 20 min`, `2 d 4 h`: two units at most."""
    if time is None:
        return ""
    minutes = max(0, int(time.total_seconds() // MINUTE))
    hours, minutes = divmod(minutes, HOUR)
    days, hours = divmod(hours, DAY)
    if days:
        said = _("%(days)s d %(hours)s h") if hours else _("%(days)s d")
    elif hours:
        said = _("%(hours)s h %(minutes)s min") if minutes else _("%(hours)s h")
    else:
        said = _("%(minutes)s min")
    return said % {"days": days, "hours": hours, "minutes": minutes}


@register.filter
def span_since(moment: datetime | None) -> str:
    return span(timezone.now() - moment) if moment else ""


@register.filter
def turnaround(report: ImagingReport) -> str:
    """From the scan to the report in force."""
    return span(queries.turnaround(report).get("acquired_to_authorised"))


@register.filter
def way_of_opening(verb: str) -> str:
    return _("downloaded") if verb == ActivityVerb.IMAGING_REPORT_DOWNLOADED else _("looked at")


@register.filter
def stretch_label(name: str) -> str:
    """The words for a stretch of a report's way (queries.STRETCHES)."""
    return {
        "ordered_to_scheduled": _("Order to booking"),
        "scheduled_to_acquired": _("Booking to scan"),
        "acquired_to_reported": _("Scan to report"),
        "reported_to_authorised": _("Report to authorised"),
        "acquired_to_authorised": _("Scan to authorised"),
        "authorised_to_released": _("Authorised to patient"),
    }[name]
