"""What patient and doctor are told about an appointment. Titles are mail subjects too: no clinical content.

The texts are functions: notify calls them in the language of whoever reads."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core import zones
from clinic.core.wording import Words
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind
from scheduling.models import Appointment

from . import ics


def spoken_time(appointment: Appointment, reader: User | None = None) -> str:
    """When it starts, by the clinic's clock; behind it by the reader's, where that shows another time."""
    return zones.spoken(appointment.starts_at, reader.time_zone if reader else "")


def confirmed(appointment: Appointment, *, actor: User) -> None:
    _tell(
        appointment.patient,
        appointment,
        "confirmed",
        lambda: (
            _("Your appointment on %(time)s is confirmed")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
        lambda: (
            _("Your appointment with %(doctor)s on %(time)s is confirmed.")
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment, appointment.patient)}
        ),
    )
    if actor.pk != appointment.doctor_id:
        _tell(
            appointment.doctor,
            appointment,
            "confirmed",
            lambda: _("New appointment on %(time)s") % {"time": spoken_time(appointment, appointment.doctor)},
            lambda: (
                _("%(patient)s has a confirmed appointment with you on %(time)s.")
                % {"patient": appointment.patient.name, "time": spoken_time(appointment, appointment.doctor)}
            ),
        )


def declined(appointment: Appointment) -> None:
    _tell(
        appointment.patient,
        appointment,
        "declined",
        lambda: (
            _("Your appointment on %(time)s was declined")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
        lambda: (
            _(
                "Your appointment with %(doctor)s on %(time)s can't take place. Anything you paid will be refunded."
            )
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment, appointment.patient)}
        ),
    )


def cancelled(appointment: Appointment, *, actor: User | None, was_confirmed: bool, note: str = "") -> None:
    """The patient always, with the clinic's `note`; the doctor only when they had been told of the visit."""
    _tell(
        appointment.patient,
        appointment,
        "cancelled",
        lambda: (
            _("Your appointment on %(time)s is cancelled")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
        lambda: _noted(
            _("Your appointment with %(doctor)s on %(time)s is cancelled.")
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment, appointment.patient)},
            note,
        ),
    )
    if was_confirmed and not (actor and actor.pk == appointment.doctor_id):
        _tell(
            appointment.doctor,
            appointment,
            "cancelled",
            lambda: (
                _("Appointment on %(time)s cancelled")
                % {"time": spoken_time(appointment, appointment.doctor)}
            ),
            lambda: (
                _("The appointment of %(patient)s on %(time)s is cancelled.")
                % {"patient": appointment.patient.name, "time": spoken_time(appointment, appointment.doctor)}
            ),
        )


def expired(appointment: Appointment) -> None:
    _tell(
        appointment.patient,
        appointment,
        "expired",
        lambda: (
            _("Your reserved time on %(time)s was released: it was not paid in time")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
    )


def moved(appointment: Appointment, *, actor: User, was_confirmed: bool, note: str = "") -> None:
    """The patient always, with the clinic's `note`; the doctor only when they know of the visit."""
    occasion = f"moved:{appointment.starts_at.timestamp():.0f}:{timezone.now().timestamp():.0f}"
    _tell(
        appointment.patient,
        appointment,
        occasion,
        lambda: (
            _("Your appointment was moved to %(time)s")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
        lambda: _noted(
            _("Your appointment with %(doctor)s now takes place on %(time)s.")
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment, appointment.patient)},
            note,
        ),
    )
    if was_confirmed and actor.pk != appointment.doctor_id:
        _tell(
            appointment.doctor,
            appointment,
            occasion,
            lambda: (
                _("An appointment was moved to %(time)s")
                % {"time": spoken_time(appointment, appointment.doctor)}
            ),
            lambda: (
                _("The appointment of %(patient)s now takes place on %(time)s.")
                % {"patient": appointment.patient.name, "time": spoken_time(appointment, appointment.doctor)}
            ),
        )


def displaced(appointment: Appointment, *, note: str = "") -> None:
    """The patient, whose time the doctor can't keep: they choose another one, or get their money back."""
    assert appointment.displaced_at
    _tell(
        appointment.patient,
        appointment,
        f"displaced:{appointment.displaced_at.timestamp():.0f}",
        lambda: (
            _("Please choose another time: your appointment on %(time)s can't take place")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
        lambda: _noted(
            _(
                "%(doctor)s can't be there on %(time)s. Open the appointment to choose another time, or to cancel it; "
                "then what you paid is refunded."
            )
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment, appointment.patient)},
            note,
        ),
    )


def booked_for(appointment: Appointment) -> None:
    """The patient, for whom staff has booked."""
    _tell(
        appointment.patient,
        appointment,
        "booked",
        lambda: (
            _("An appointment was booked for you on %(time)s")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
        lambda: (
            _(
                "An appointment with %(doctor)s on %(time)s was booked for you. Open it to see what is left to do: "
                "a time that has to be paid is kept for a while only."
            )
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment, appointment.patient)}
        ),
    )


def handed_over(appointment: Appointment, from_doctor: User, was_at: datetime, *, actor: User) -> None:
    """The doctor who had the visit until now."""
    when = zones.spoken
    _tell(
        from_doctor,
        appointment,
        f"handed over:{appointment.sequence}",
        lambda: (
            _("The appointment on %(time)s is no longer yours")
            % {"time": when(was_at, from_doctor.time_zone)}
        ),
        lambda: (
            _("The appointment of %(patient)s on %(time)s is now with %(doctor)s.")
            % {
                "patient": appointment.patient.name,
                "time": when(was_at, from_doctor.time_zone),
                "doctor": appointment.doctor.name,
            }
        ),
    )


def reminder_key(appointment: Appointment, which: str) -> str:
    """What makes a reminder the same one: the visit, the time it is set for, and which one it is."""
    return f"reminder:{appointment.pk}:{appointment.starts_at.timestamp():.0f}:{which}"


def reminder(appointment: Appointment, which: str) -> None:
    """`which` is "24h" or "1h"; once for each time at which the visit has been set."""
    notify(
        appointment.patient,
        kind=NotificationKind.REMINDER,
        title=lambda: (
            _("Reminder: your appointment on %(time)s")
            % {"time": spoken_time(appointment, appointment.patient)}
        ),
        url=_url(appointment),
        key=reminder_key(appointment, which),
        email_text=lambda: (
            _("Your appointment with %(doctor)s is on %(time)s.")
            % {"doctor": appointment.doctor.name, "time": spoken_time(appointment, appointment.patient)}
        ),
    )


def _noted(text: str, note: str) -> str:
    return f"{text}\n\n{note}" if note else text


def _tell(user: User, appointment: Appointment, occasion: str, title: Words, email_text: Words = "") -> None:
    # From its confirmation on (which opens the conversation) a visit stands in people's calendars: each mail brings
    # the calendar entry along as it is now.
    in_calendars = bool(email_text) and appointment.conversation_id is not None
    notify(
        user,
        kind=NotificationKind.APPOINTMENT,
        title=title,
        url=_url(appointment),
        key=f"appointment:{appointment.pk}:{occasion}",
        email_text=email_text,
        attachments=[ics.attachment(appointment, user)] if in_calendars else (),
    )


def _url(appointment: Appointment) -> str:
    return reverse("appointment", args=[appointment.pk])
