"""Quiet hours on a wall clock: over midnight, and over the nights in which the clock is put forward or back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def is_quiet(starts: time, ends: time, zone: ZoneInfo, moment: datetime) -> bool:
    """From `starts` on, and not at `ends` any more."""
    clock = moment.astimezone(zone).time()
    if starts < ends:
        return starts <= clock < ends
    return clock >= starts or clock < ends


def until(starts: time, ends: time, zone: ZoneInfo, moment: datetime) -> datetime:
    """When something that wants to leave at `moment` may: the moment itself, or the end of the quiet hours in UTC."""
    if not is_quiet(starts, ends, zone, moment):
        return moment
    local = moment.astimezone(zone)
    day = local.date() if local.time() < ends else local.date() + timedelta(days=1)
    # An hour that comes twice: the first time `ends` is on the clock, unless that has gone by.
    found = (datetime.combine(day, ends, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((end for end in found if end > moment), moment)
