"""Whom a step of a membership is told to. Nothing names plan, number or reason; the portal shows those."""

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from billing.models import Membership
from messaging.domain.notifications import notify


def membership_entered(membership: Membership) -> None:
    """To management, once for each version of what was entered."""
    url = reverse("membership", args=[membership.pk])
    key = f"membership:{membership.pk}:entered:{membership.updated_at.timestamp():.0f}"
    for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
        notify(manager, occasion="membership.entered", url=url, key=key)


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
