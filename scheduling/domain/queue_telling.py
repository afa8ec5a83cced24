"""What people in the waiting room are told."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.core.wording import Words
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind
from scheduling.enums import AppointmentStatus, ResourceKind
from scheduling.models import Appointment, DelayNotice


def called(appointment: Appointment) -> None:
    """In the portal only: who is called is near."""
    assert appointment.called_at
    room = room_of(appointment)
    _tell(
        appointment,
        f"called:{appointment.called_at.timestamp():.0f}",
        lambda: (
            _("Please come in: %(doctor)s is ready for you (%(room)s)")
            % {"doctor": appointment.doctor.name, "room": room}
            if room
            else _("Please come in: %(doctor)s is ready for you") % {"doctor": appointment.doctor.name}
        ),
    )


def taken_back(appointment: Appointment, called_at: datetime | None) -> None:
    at = called_at.timestamp() if called_at else 0
    _tell(
        appointment,
        f"called:{at:.0f}:back",
        lambda: _("Please wait a little longer: it is not your turn yet. You will be called again."),
    )


def late(appointment: Appointment, notice: DelayNotice) -> bool:
    """Whether they had not been told of this delay before. By mail too, for who is still on the way."""
    minutes = notice.minutes
    on_the_way = minutes and appointment.status == AppointmentStatus.CONFIRMED

    def title() -> str:
        if not minutes:
            return _("%(doctor)s is on time again") % {"doctor": appointment.doctor.name}
        named = {"doctor": appointment.doctor.name, "minutes": minutes}
        return _("%(doctor)s runs about %(minutes)s minutes late today") % named

    def letter() -> str:
        text = _(
            "Your visit will probably begin about %(minutes)s minutes later. In the portal you see how it goes on."
        )
        return text % {"minutes": minutes}

    return _tell(appointment, f"delay:{notice.pk}", title, letter if on_the_way else "")


def room_of(appointment: Appointment) -> str:
    """Where the visit takes place, "" when no room is set."""
    rooms = [one.name for one in appointment.resources.all() if one.group.kind == ResourceKind.ROOM]
    return ", ".join(sorted(rooms))


def _tell(appointment: Appointment, occasion: str, title: Words, email_text: Words = "") -> bool:
    told = notify(
        appointment.patient,
        kind=NotificationKind.APPOINTMENT,
        title=title,
        url=reverse("waiting_room", args=[appointment.pk]),
        key=f"appointment:{appointment.pk}:{occasion}",
        email_text=email_text,
    )
    return told is not None
