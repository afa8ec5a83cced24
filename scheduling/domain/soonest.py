"""The soonest free times over several doctors, a page at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from scheduling.enums import PartOfDay
from scheduling.models import Service

from .availability import AnySlot, free_with_any

# Most pages are full within the first step; who is booked out for weeks is looked for further.
STEPS_DAYS = (7, 30, 366)


def in_part(moment: datetime, part: str) -> bool:
    """Whether it lies in this part of the clinic's day; "" is all of it."""
    return not part or PartOfDay.of(timezone.localtime(moment, timezone.get_default_timezone())) == part


def soonest(
    doctors: Sequence[User],
    service: Service,
    *,
    mode: str,
    count: int,
    since: datetime | None = None,
    part: str = "",
    patient: User | None = None,
    by_staff: bool = False,
) -> list[AnySlot]:
    """The first `count` free times from `since` (now) on, each with the doctors who are free then; fewer when the
    doctors' horizons end before."""
    zone = timezone.get_default_timezone()
    today = timezone.localdate(timezone.now(), zone)
    first_day = max(today, timezone.localdate(since, zone)) if since else today
    found: list[AnySlot] = []
    for days in STEPS_DAYS:
        last_day = first_day + timedelta(days=days)
        slots = free_with_any(
            doctors, service, first_day, last_day, mode=mode, patient=patient, by_staff=by_staff
        )
        found += [
            slot
            for slot in slots
            if in_part(slot.starts_at, part) and (since is None or slot.starts_at >= since)
        ]
        if len(found) >= count:
            break
        first_day = last_day + timedelta(days=1)
    return found[:count]
