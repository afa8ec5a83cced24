"""Who finds which referrals."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.models import User
from scheduling.enums import ReferralStatus
from scheduling.models import Referral, ReferralStatusChange


def visible_to(user: User | AnonymousUser) -> QuerySet[Referral]:
    """A patient's own; a doctor's own, those whose scan they do, and those of patients whose record is open to them;
    all for management; none for anyone else. With people, service and scan loaded.

    Management finds them without what is asked (referral_rules.can_read_question).
    """
    return Referral.objects.filter(_visible_to(user)).select_related(
        "patient", "referrer__doctor_profile__specialty", "service__specialty", "appointment__doctor"
    )


def waiting_for(patient: User) -> QuerySet[Referral]:
    """The patient's that are not booked yet, the latest first."""
    return visible_to(patient).filter(status=ReferralStatus.REQUESTED)


def of_patient(user: User, patient: User) -> QuerySet[Referral]:
    """Those of this patient that `user` may see, the latest first."""
    return visible_to(user).filter(patient=patient)


def history(referral: Referral) -> QuerySet[ReferralStatusChange]:
    """Every step of it, the first one first, with who took it."""
    return ReferralStatusChange.objects.filter(referral=referral).select_related("actor")


def _visible_to(user: User | AnonymousUser) -> Q:
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    if user.is_management:
        return Q()
    if user.is_doctor:
        return Q(referrer=user) | Q(appointment__doctor=user) | Q(patient__in=patients_open_to(user))
    if user.is_patient:
        return Q(patient=user)
    return Q(pk__in=[])
