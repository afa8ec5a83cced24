"""What is told about a referral. Neither titles nor mails say what it is for: that stands in the portal only."""

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from clinic.core.wording import Words
from messaging.domain.notifications import notify
from scheduling.enums import ReferralPriority
from scheduling.models import Appointment, Referral

from .telling import spoken_time


def asked(referral: Referral) -> None:
    """The patient; the front desk too when it is urgent."""
    _tell(referral.patient, referral, "asked", "referral.asked", doctor=referral.referrer.name)
    if referral.priority == ReferralPriority.URGENT:
        for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
            _tell(manager, referral, "asked", "referral.asked.desk")


def booked(referral: Referral, appointment: Appointment) -> None:
    key = f"booked:{appointment.pk}"
    _tell(referral.referrer, referral, key, "referral.booked", time=lambda: spoken_time(appointment))


def open_again(referral: Referral, appointment: Appointment) -> None:
    """The booked visit did not come to be: patient and referrer."""
    key = f"open:{appointment.pk}"

    def time() -> str:
        return spoken_time(appointment)

    _tell(referral.patient, referral, key, "referral.open", time=time)
    named = referral.patient.name
    _tell(referral.referrer, referral, key, "referral.open.doctor", time=time, patient=named)


def performed(referral: Referral) -> None:
    for person in (referral.patient, referral.referrer):
        _tell(person, referral, "performed", "referral.performed")


def withdrawn(referral: Referral, *, actor: User) -> None:
    """The patient, and the referrer when it was someone else."""
    _tell(referral.patient, referral, "withdrawn", "referral.withdrawn")
    if actor.pk != referral.referrer_id:
        _tell(referral.referrer, referral, "withdrawn", "referral.withdrawn.doctor")


def _tell(person: User, referral: Referral, key: str, occasion: str, **variables: Words) -> None:
    notify(
        person,
        occasion=occasion,
        variables=variables,
        url=reverse("referral", args=[referral.pk]),
        key=f"referral:{referral.pk}:{key}",
    )
