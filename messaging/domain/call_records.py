"""The record of a call: who was in it, when, how long, and how good the line was. No picture, sound or text is kept."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.domain import trail, trail_queries
from accounts.enums import ActivityVerb
from accounts.models import User
from messaging.models import Call, CallPeer

from . import calls, quality


@dataclass
class Attendance:
    """One person, however often they came and went. `stays` are their times inside; nobody inside has none."""

    name: str
    label: str
    guest: bool
    came_at: datetime
    user_id: UUID | None
    stays: list[tuple[datetime, datetime]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def inside(self) -> timedelta:
        """The time inside; two devices at once count once."""
        total, until = timedelta(), None
        for start, end in sorted(self.stays):
            since = max(start, until) if until else start
            if end > since:
                total += end - since
                until = end
        return total

    @property
    def length(self) -> str:
        return calls.length_text(self.inside)

    @property
    def grade(self) -> str:
        return quality.grade(self.summary)

    @property
    def words(self) -> list[str]:
        return quality.words(self.summary)


def visible_to(user: User) -> QuerySet[Call]:
    """The records that `user` may read: of their own calls, and for management of all."""
    found = Call.objects.select_related("host")
    if not user.is_active:
        return found.none()
    if user.is_management:
        return found
    return found.filter(conversation__members__user_id=user.pk)


def attendances(call: Call) -> list[Attendance]:
    """Everybody who came to the door, in the order in which they came; one query."""
    now = call.ended_at or timezone.now()
    found: dict[UUID, Attendance] = {}
    peers = (
        CallPeer.objects.filter(call=call).select_related("user", "invitation").order_by("created_at", "id")
    )
    for peer in peers:
        key = peer.user_id or peer.invitation_id
        assert key  # a constraint holds it
        if key not in found:
            label = peer.user.get_role_display() if peer.user else peer.invitation.get_part_display()  # type: ignore[union-attr]
            found[key] = Attendance(peer.name, str(label), peer.user is None, peer.created_at, peer.user_id)
        if peer.admitted_at:
            found[key].stays.append((peer.admitted_at, peer.left_at or now))
        if peer.quality:
            found[key].summary = quality.combine(found[key].summary, peer.quality)
    return list(found.values())


def note_reading(call: Call, user: User, *, by_itself: bool = False) -> None:
    """Staff who look into it leave a trace; a patient's own call is theirs to look at. `by_itself`: an open page
    fetched it again; no second line for who has one lately."""
    about = [(call, calls.patient_of(call))]
    if by_itself:
        about = trail_queries.not_looked_at(ActivityVerb.CALL_READ, about, reader=user)
    if user.is_clinic_staff:
        trail.record_each(ActivityVerb.CALL_READ, actor=user, about=about)
