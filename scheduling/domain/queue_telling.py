"""What people in the waiting room are told."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from messaging.domain.notifications import notify
from scheduling.enums import AppointmentStatus, ResourceKind
from scheduling.models import Appointment, DelayNotice

# A queue has moved on by then.
NEWS_FOR = timedelta(minutes=30)


def called(appointment: Appointment) -> None:
    """In the portal and by push: who is called is near."""
    assert appointment.called_at
    room = room_of(appointment)
    named = {"doctor": appointment.doctor.name} | ({"room": room} if room else {})
    occasion = "queue.called.room" if room else "queue.called"
    _tell(appointment, f"called:{appointment.called_at.timestamp():.0f}", occasion, named)


def taken_back(appointment: Appointment, called_at: datetime | None) -> None:
    at = called_at.timestamp() if called_at else 0
    _tell(appointment, f"called:{at:.0f}:back", "queue.taken_back", {})


def late(appointment: Appointment, notice: DelayNotice) -> bool:
    """Whether they had not been told of this delay before. By mail too, for who is still on the way."""
    named = {"doctor": appointment.doctor.name}
    key = f"delay:{notice.pk}"
    if not notice.minutes:
        return _tell(appointment, key, "queue.on_time", named)
    on_the_way = appointment.status == AppointmentStatus.CONFIRMED
    occasion = "queue.late" if on_the_way else "queue.late.here"
    return _tell(appointment, key, occasion, {**named, "minutes": str(notice.minutes)})


def room_of(appointment: Appointment) -> str:
    """Where the visit takes place, "" when no room is set."""
    rooms = [one.name for one in appointment.resources.all() if one.group.kind == ResourceKind.ROOM]
    return ", ".join(sorted(rooms))


def _tell(appointment: Appointment, key: str, occasion: str, variables: dict[str, str]) -> bool:
    told = notify(
        appointment.patient,
        occasion=occasion,
        variables=variables,
        url=reverse("waiting_room", args=[appointment.pk]),
        key=f"appointment:{appointment.pk}:{key}",
        until=timezone.now() + NEWS_FOR,
    )
    return told is not None
