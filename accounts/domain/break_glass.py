"""Break-glass: a doctor outside the care team opens a record, says why, and everyone concerned is told at once."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules
from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import BreakGlass, User
from accounts.signals import glass_broken
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.status import lock

REASON_MIN, REASON_MAX = 10, 500
# How long a search's answer leads to the question for a reason.
FOUND_SECONDS = 15 * 60
_SALT = "accounts.break_glass"


def open_record(doctor: User, patient: User, *, reason: str) -> BreakGlass:
    """Open the patient's record to the doctor for BREAK_GLASS_HOURS. The access that is open already is returned as
    it is, so that a double click tells nobody twice.

    Raises NotAllowed for anyone but a doctor or for who is no patient, and Invalid (field reason, 10–500 characters).
    """
    if not rules.can_break_glass(doctor, patient):
        raise NotAllowed
    reason = _checked(reason)
    with transaction.atomic():
        lock(User, doctor.pk)
        live = BreakGlass.objects.filter(
            doctor=doctor, patient=patient, revoked_at=None, expires_at__gt=timezone.now()
        ).first()
        if live is not None:
            return live
        access = BreakGlass.objects.create(
            doctor=doctor,
            patient=patient,
            reason=reason,
            expires_at=timezone.now() + timedelta(hours=settings.BREAK_GLASS_HOURS),
        )
        _note(access, ActivityVerb.BREAK_GLASS_OPENED, doctor, reason)
        glass_broken.send(sender=BreakGlass, access=access)
    return access


def live_access(doctor: User, patient: User) -> BreakGlass | None:
    """The access by which this doctor reads this record now, if it is by break-glass."""
    return BreakGlass.objects.filter(
        doctor=doctor, patient=patient, revoked_at=None, expires_at__gt=timezone.now()
    ).first()


def end(access_id: UUID, *, actor: User) -> BreakGlass:
    """Take the access back before its time; one that is over stays as it is. Raises NotAllowed and
    BreakGlass.DoesNotExist."""
    _check_reviewer(actor)
    with transaction.atomic():
        access = lock(BreakGlass, access_id)
        if access.is_live:
            access.revoked_at, access.revoked_by = timezone.now(), actor
            access.save(update_fields=["revoked_at", "revoked_by", "updated_at"])
            _note(access, ActivityVerb.BREAK_GLASS_ENDED, actor)
    return access


def review(access_id: UUID, *, actor: User) -> BreakGlass:
    """Somebody has looked at this access; the first one's name stays. Raises NotAllowed and
    BreakGlass.DoesNotExist."""
    _check_reviewer(actor)
    with transaction.atomic():
        access = lock(BreakGlass, access_id)
        if access.reviewed_at is None:
            access.reviewed_at, access.reviewed_by = timezone.now(), actor
            access.save(update_fields=["reviewed_at", "reviewed_by", "updated_at"])
            _note(access, ActivityVerb.BREAK_GLASS_REVIEWED, actor)
    return access


def found_ticket(doctor: User, patient: User) -> str:
    """What a search hands to the doctor who found a patient of others: it leads to the question for a reason, so
    that nobody finds out by trying ids who is a patient here."""
    return signing.dumps([str(doctor.pk), str(patient.pk)], salt=_SALT)


def patient_of_ticket(doctor: User, ticket: str) -> User | None:
    """Whom this doctor's search found; None for a ticket that is forged, old, or another doctor's."""
    try:
        searcher, found = signing.loads(ticket, salt=_SALT, max_age=FOUND_SECONDS)
    except signing.BadSignature:
        return None
    patient = User.objects.filter(pk=found).select_related("patient_profile").first()
    if searcher != str(doctor.pk) or patient is None or not rules.can_break_glass(doctor, patient):
        return None
    return patient


def _note(access: BreakGlass, verb: ActivityVerb, actor: User, reason: str = "") -> None:
    trail.record(verb, actor=actor, target=access, patient=access.patient_id, reason=reason)


def _check_reviewer(actor: User) -> None:
    if not rules.can_see_trail(actor):
        raise NotAllowed


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    message = ""
    if "\x00" in reason or any("\ud800" <= letter <= "\udfff" for letter in reason):
        message = _("The reason holds a character that can't be stored.")
    elif len(reason) < REASON_MIN:
        message = _("Say in a sentence why you need this record now.")
    elif len(reason) > REASON_MAX:
        message = _("Keep the reason under %(most)s characters.") % {"most": REASON_MAX}
    if message:
        raise Invalid(message, fields={"reason": [message]})
    return reason
