"""Who is told when a doctor outside the care team opens a record. Neither title nor mail names the reason."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import BreakGlass, User
from messaging.enums import NotificationKind

from .notifications import notify


def glass_broken(access: BreakGlass) -> None:
    """The patient, and everyone in management, at once: here and by mail."""
    doctor, patient = access.doctor, access.patient
    key = f"break-glass:{access.pk}"
    notify(
        patient,
        kind=NotificationKind.PRIVACY,
        title=lambda: (
            _("%(doctor)s opened your record without being on your care team") % {"doctor": doctor.name}
        ),
        url=reverse("own_activity"),
        key=key,
        email_text=lambda: (
            _(
                "%(doctor)s gave a reason and may read your record for a few hours. The clinic's management looks at "
                "every such access. In the portal you see who opened your record and when. If you have doubts, write "
                "to the clinic."
            )
            % {"doctor": doctor.name}
        ),
    )
    for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
        notify(
            manager,
            kind=NotificationKind.PRIVACY,
            title=lambda: _("Break-glass access by %(doctor)s: please review") % {"doctor": doctor.name},
            url=reverse("break_glass_list"),
            key=key,
            email_text=lambda: (
                _("%(doctor)s opened the record of a patient who is not theirs. Please review the access.")
                % {"doctor": doctor.name}
            ),
        )
