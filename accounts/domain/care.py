"""The care team: made by confirmed visits, corrected by management."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import CareLink, User
from clinic.core.errors import Invalid, NotAllowed

REASON_MIN, REASON_MAX = 3, 240


def link(patient: User, doctor: User) -> CareLink:
    """Put the doctor on the patient's care team; the link that stands already is returned as it is."""
    return _link(patient, doctor, actor=None, reason="")


def add(patient: User, doctor: User, *, actor: User, reason: str) -> CareLink:
    """Management puts a doctor on the team. Raises NotAllowed, and Invalid (fields doctor, reason)."""
    reason = _checked(actor, reason)
    if not (doctor.is_active and doctor.is_doctor):
        raise Invalid(fields={"doctor": [_("Choose a doctor of the clinic.")]})
    if not patient.is_patient:
        raise NotAllowed
    return _link(patient, doctor, actor=actor, reason=reason)


def end(patient: User, doctor: User, *, actor: User, reason: str) -> None:
    """Management takes a doctor off the team; the trail keeps that they were on it. Ending twice changes nothing.
    A visit that is confirmed later puts them back. Raises NotAllowed, and Invalid (field reason)."""
    reason = _checked(actor, reason)
    with transaction.atomic():
        deleted, _by_model = CareLink.objects.filter(patient=patient, doctor=doctor).delete()
        if deleted:
            trail.record(
                ActivityVerb.CARE_LINK_ENDED, actor=actor, target=doctor, patient=patient, reason=reason
            )


def _link(patient: User, doctor: User, *, actor: User | None, reason: str) -> CareLink:
    with transaction.atomic():
        found, created = CareLink.objects.get_or_create(patient=patient, doctor=doctor)
        if created:
            trail.record(
                ActivityVerb.CARE_LINK_ADDED, actor=actor, target=doctor, patient=patient, reason=reason
            )
    return found


def _checked(actor: User, reason: str) -> str:
    if not rules.can_change_care_team(actor):
        raise NotAllowed
    reason = " ".join(reason.split())
    if not REASON_MIN <= len(reason) <= REASON_MAX or "\x00" in reason:
        message = _("Say why, in %(least)s to %(most)s characters.") % {
            "least": REASON_MIN,
            "most": REASON_MAX,
        }
        raise Invalid(message, fields={"reason": [message]})
    return reason
