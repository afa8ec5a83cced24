"""Being shown clinical data leaves a line in the activity trail."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from accounts.domain import trail
from accounts.domain.trail_queries import BY_BREAK_GLASS, not_looked_at
from accounts.enums import ActivityVerb
from accounts.models import BreakGlass, User


def note(
    verb: ActivityVerb, shown: Sequence[tuple[Model, UUID]], *, reader: User, by_itself: bool = False
) -> None:
    """A line for each row and its patient's id that this reader was shown; it says so when break-glass let them.

    `by_itself`: an open page fetched this, and nobody asked for it anew: no second line for what has one of theirs
    lately. What they had not been shown gets its line, so nobody reads unseen by saying that a program asked.
    """
    if by_itself:
        shown = not_looked_at(verb, shown, reader=reader)
    broken = _by_broken_glass(reader, {patient for _row, patient in shown})
    for is_broken, reason in ((False, ""), (True, BY_BREAK_GLASS)):
        about = [(row, patient) for row, patient in shown if (patient in broken) is is_broken]
        trail.record_each(verb, actor=reader, about=about, reason=reason)


def note_record(patient: User, *, reader: User, by_itself: bool = False) -> None:
    """That somebody looked at a patient's record."""
    note(ActivityVerb.RECORD_READ, [(patient, patient.pk)], reader=reader, by_itself=by_itself)


def _by_broken_glass(reader: User, patients: Iterable[UUID]) -> set[UUID]:
    """Those of the patients whose record this reader reads by break-glass now. One query, for doctors only."""
    if not reader.is_doctor:
        return set()
    live = BreakGlass.objects.filter(
        doctor=reader, patient__in=patients, revoked_at=None, expires_at__gt=timezone.now()
    )
    return set(live.values_list("patient", flat=True))
