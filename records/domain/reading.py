"""Opening a patient's record leaves a line in the activity trail."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from accounts.domain import trail
from accounts.domain.trail_queries import BY_BREAK_GLASS
from accounts.enums import ActivityVerb
from accounts.models import BreakGlass, User


def record_opened(patient: User, reader: User, *, by_break_glass: bool) -> None:
    trail.record(
        ActivityVerb.RECORD_READ,
        actor=reader,
        target=patient,
        patient=patient,
        reason=BY_BREAK_GLASS if by_break_glass else "",
    )


def by_broken_glass(reader: User, patients: Iterable[UUID]) -> set[UUID]:
    """Those of the patients whose record this reader reads by break-glass now. One query, for doctors only."""
    if not reader.is_doctor:
        return set()
    live = BreakGlass.objects.filter(
        doctor=reader, patient__in=set(patients), revoked_at=None, expires_at__gt=timezone.now()
    )
    return set(live.values_list("patient", flat=True))
