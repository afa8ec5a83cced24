"""What is told about a referral. Neither titles nor mails say what it is for: that stands in the portal only."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from clinic.core.wording import Words
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind
from scheduling.enums import ReferralPriority
from scheduling.models import Appointment, Referral

from .telling import spoken_time


def asked(referral: Referral) -> None:
    """The patient; the front desk too when it is urgent."""
    _tell(
        referral.patient,
        referral,
        "asked",
        lambda: _("You have a new referral to book"),
        lambda: (
            _(
                "%(doctor)s has written a referral for you. In the portal you see what it is for and the free times."
            )
            % {"doctor": referral.referrer.name}
        ),
    )
    if referral.priority == ReferralPriority.URGENT:
        for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
            _tell(manager, referral, "asked", lambda: _("An urgent referral waits to be booked"))


def booked(referral: Referral, appointment: Appointment) -> None:
    _tell(
        referral.referrer,
        referral,
        f"booked:{appointment.pk}",
        lambda: _("A referral of yours is booked for %(time)s") % {"time": spoken_time(appointment)},
    )


def open_again(referral: Referral, appointment: Appointment) -> None:
    """The booked visit did not come to be: patient and referrer."""
    _tell(
        referral.patient,
        referral,
        f"open:{appointment.pk}",
        lambda: _("Your referral can be booked again"),
        lambda: (
            _(
                "The visit on %(time)s does not take place. Your referral still holds: please choose another time."
            )
            % {"time": spoken_time(appointment)}
        ),
    )
    _tell(
        referral.referrer,
        referral,
        f"open:{appointment.pk}",
        lambda: _("A referral of yours is not booked any more"),
        lambda: (
            _(
                "The visit of %(patient)s on %(time)s does not take place. The referral waits to be booked again."
            )
            % {"patient": referral.patient.name, "time": spoken_time(appointment)}
        ),
    )


def performed(referral: Referral) -> None:
    for person in (referral.patient, referral.referrer):
        _tell(person, referral, "performed", lambda: _("A referral has been carried out"))


def withdrawn(referral: Referral, *, actor: User) -> None:
    """The patient, and the referrer when it was someone else."""
    _tell(
        referral.patient,
        referral,
        "withdrawn",
        lambda: _("A referral of yours was withdrawn"),
        lambda: _("The clinic has withdrawn a referral. You need not book it any more."),
    )
    if actor.pk != referral.referrer_id:
        _tell(referral.referrer, referral, "withdrawn", lambda: _("A referral of yours was withdrawn"))


def _tell(person: User, referral: Referral, occasion: str, title: Words, email_text: Words = "") -> None:
    notify(
        person,
        kind=NotificationKind.APPOINTMENT,
        title=title,
        url=reverse("referral", args=[referral.pk]),
        key=f"referral:{referral.pk}:{occasion}",
        email_text=email_text,
    )
