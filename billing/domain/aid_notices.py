"""Whom a step of medical aid is told to. Nothing names plan, number, amount or reason; the portal shows those."""

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from billing.enums import AuthorisationStatus
from billing.models import Authorisation, CreditEntry, Membership, Payment
from messaging.domain.notifications import notify

_ANSWERS = {
    AuthorisationStatus.GRANTED: "authorisation.granted",
    AuthorisationStatus.REFUSED: "authorisation.refused",
    AuthorisationStatus.EXPIRED: "authorisation.expired",
}


def membership_entered(membership: Membership) -> None:
    """To management, once for each version of what was entered."""
    url = reverse("membership", args=[membership.pk])
    key = f"membership:{membership.pk}:entered:{membership.updated_at.timestamp():.0f}"
    _tell_management("membership.entered", url, key)


def membership_verified(membership: Membership) -> None:
    _tell_patient(membership, "membership.verified", "verified")


def membership_returned(membership: Membership) -> None:
    _tell_patient(membership, "membership.returned", "returned")


def _tell_patient(membership: Membership, occasion: str, key: str) -> None:
    notify(
        membership.patient,
        occasion=occasion,
        url=reverse("medical_aid"),
        key=f"membership:{membership.pk}:{key}",
    )


def authorisation_asked(authorisation: Authorisation) -> None:
    """To management, which asks the insurer."""
    url = reverse("authorisation", args=[authorisation.pk])
    _tell_management("authorisation.asked", url, f"authorisation:{authorisation.pk}:asked")


def authorisation_answered(authorisation: Authorisation) -> None:
    """To the patient: granted, refused or over."""
    visit = authorisation.appointment_id
    notify(
        authorisation.membership.patient,
        occasion=_ANSWERS[AuthorisationStatus(authorisation.status)],
        url=reverse("appointment", args=[visit]) if visit else reverse("medical_aid"),
        key=f"authorisation:{authorisation.pk}:{authorisation.status}",
    )


def authorisation_over(authorisation: Authorisation) -> None:
    """To management: a visit ahead has none any more."""
    url = reverse("authorisation", args=[authorisation.pk])
    _tell_management("authorisation.over", url, f"authorisation:{authorisation.pk}:over")


def shortfall_raised(payment: Payment) -> None:
    _tell_payer(payment, "payment.shortfall", "shortfall")


def shortfall_taken_back(payment: Payment) -> None:
    _tell_payer(payment, "payment.shortfall.taken_back", "taken_back")


def covered_more(payment: Payment, entry: CreditEntry) -> None:
    _tell_payer(payment, "payment.covered_more", f"covered_more:{entry.number}")


def _tell_payer(payment: Payment, occasion: str, key: str) -> None:
    notify(
        payment.appointment.patient,
        occasion=occasion,
        url=reverse("payment", args=[payment.pk]),
        key=f"payment:{payment.pk}:{key}",
    )


def _tell_management(occasion: str, url: str, key: str) -> None:
    for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
        notify(manager, occasion=occasion, url=url, key=key)
