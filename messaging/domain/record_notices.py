"""Who is told when a doctor outside the care team opens a record. Neither title nor mail names the reason."""

from django.urls import reverse

from accounts.enums import Role
from accounts.models import BreakGlass, User

from .notifications import notify


def glass_broken(access: BreakGlass) -> None:
    """The patient, and everyone in management, at once: here and outside the portal."""
    doctor, patient = access.doctor, access.patient
    key = f"break-glass:{access.pk}"
    named = {"doctor": doctor.name}
    notify(patient, occasion="privacy.opened", variables=named, url=reverse("own_activity"), key=key)
    for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
        notify(
            manager,
            occasion="privacy.opened.management",
            variables=named,
            url=reverse("break_glass_list"),
            key=key,
        )
