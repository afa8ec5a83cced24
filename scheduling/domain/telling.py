"""What patient and doctor are told about an appointment. Titles are mail subjects too: no clinical content."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind
from scheduling.models import Appointment


def spoken_time(appointment: Appointment) -> str:
    """When it starts, as the clinic's clock shows it."""
    local = timezone.localtime(appointment.starts_at, timezone.get_default_timezone())
    return date_format(local, "DATETIME_FORMAT")


def confirmed(appointment: Appointment, *, actor: User) -> None:
    time = spoken_time(appointment)
    _tell(
        appointment.patient,
        appointment,
        "confirmed",
        _("Your appointment on %(time)s is confirmed") % {"time": time},
        _("Your appointment with %(doctor)s on %(time)s is confirmed.")
        % {"doctor": appointment.doctor.name, "time": time},
    )
    if actor.pk != appointment.doctor_id:
        _tell(
            appointment.doctor,
            appointment,
            "confirmed",
            _("New appointment on %(time)s") % {"time": time},
            _("%(patient)s has a confirmed appointment with you on %(time)s.")
            % {"patient": appointment.patient.name, "time": time},
        )


def declined(appointment: Appointment) -> None:
    time = spoken_time(appointment)
    _tell(
        appointment.patient,
        appointment,
        "declined",
        _("Your appointment on %(time)s was declined") % {"time": time},
        _(
            "Your appointment with %(doctor)s on %(time)s can't take place. Anything you paid will be refunded."
        )
        % {"doctor": appointment.doctor.name, "time": time},
    )


def cancelled(appointment: Appointment, *, actor: User, was_confirmed: bool) -> None:
    """The patient always; the doctor only when they had been told of the visit."""
    time = spoken_time(appointment)
    _tell(
        appointment.patient,
        appointment,
        "cancelled",
        _("Your appointment on %(time)s is cancelled") % {"time": time},
        _("Your appointment with %(doctor)s on %(time)s is cancelled.")
        % {"doctor": appointment.doctor.name, "time": time},
    )
    if was_confirmed and actor.pk != appointment.doctor_id:
        _tell(
            appointment.doctor,
            appointment,
            "cancelled",
            _("Appointment on %(time)s cancelled") % {"time": time},
            _("The appointment of %(patient)s on %(time)s is cancelled.")
            % {"patient": appointment.patient.name, "time": time},
        )


def expired(appointment: Appointment) -> None:
    _tell(
        appointment.patient,
        appointment,
        "expired",
        _("Your reserved time on %(time)s was released: it was not paid in time")
        % {"time": spoken_time(appointment)},
    )


def moved(appointment: Appointment, *, actor: User, was_confirmed: bool) -> None:
    """The patient always; the doctor only when they know of the visit."""
    time = spoken_time(appointment)
    occasion = f"moved:{appointment.starts_at.timestamp():.0f}:{timezone.now().timestamp():.0f}"
    _tell(
        appointment.patient,
        appointment,
        occasion,
        _("Your appointment was moved to %(time)s") % {"time": time},
        _("Your appointment with %(doctor)s now takes place on %(time)s.")
        % {"doctor": appointment.doctor.name, "time": time},
    )
    if was_confirmed and actor.pk != appointment.doctor_id:
        _tell(
            appointment.doctor,
            appointment,
            occasion,
            _("An appointment was moved to %(time)s") % {"time": time},
            _("The appointment of %(patient)s now takes place on %(time)s.")
            % {"patient": appointment.patient.name, "time": time},
        )


def reminder(appointment: Appointment, which: str) -> None:
    """`which` is "24h" or "1h"; once for each time at which the visit has been set."""
    time = spoken_time(appointment)
    notify(
        appointment.patient,
        kind=NotificationKind.REMINDER,
        title=_("Reminder: your appointment on %(time)s") % {"time": time},
        url=_url(appointment),
        key=f"reminder:{appointment.pk}:{appointment.starts_at.timestamp():.0f}:{which}",
        email_text=_("Your appointment with %(doctor)s is on %(time)s.")
        % {"doctor": appointment.doctor.name, "time": time},
    )


def _tell(user: User, appointment: Appointment, occasion: str, title: str, email_text: str = "") -> None:
    notify(
        user,
        kind=NotificationKind.APPOINTMENT,
        title=title,
        url=_url(appointment),
        key=f"appointment:{appointment.pk}:{occasion}",
        email_text=email_text,
    )


def _url(appointment: Appointment) -> str:
    return reverse("appointment", args=[appointment.pk])
