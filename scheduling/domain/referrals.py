"""A doctor asks for a scan, and what becomes of it.

Booking the scan and every step of its visit move the referral along, inside the same transaction. Lock order:
people, appointment, referral.
"""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.files import clean_upload
from clinic.core.status import change_status, lock, record_start
from scheduling import events, referral_rules
from scheduling.enums import AppointmentStatus, ReferralPriority, ReferralStatus, ServiceKind
from scheduling.models import Appointment, Referral, Service
from scheduling.signals import referral_status_changed

from . import referral_telling as telling
from .errors import AlreadyAsked

QUESTION_MAX_LENGTH = 1000
_R = ReferralStatus
# What a visit's new status makes of its referral: from which status to which.
_FOLLOWS: dict[str, tuple[ReferralStatus, ReferralStatus]] = {
    AppointmentStatus.CANCELLED: (_R.BOOKED, _R.REQUESTED),
    AppointmentStatus.DECLINED: (_R.BOOKED, _R.REQUESTED),
    AppointmentStatus.EXPIRED: (_R.BOOKED, _R.REQUESTED),
    AppointmentStatus.NO_SHOW: (_R.BOOKED, _R.REQUESTED),
    AppointmentStatus.COMPLETED: (_R.BOOKED, _R.PERFORMED),
    # Noted as missed, and there after all.
    AppointmentStatus.CHECKED_IN: (_R.REQUESTED, _R.BOOKED),
}


def ask(
    *,
    patient: User,
    referrer: User,
    service: Service,
    question: str,
    priority: str = ReferralPriority.ROUTINE,
    document: UploadedFile | None = None,
) -> Referral:
    """A new referral, which the patient and the front desk can book.

    Raises NotAllowed, Invalid (fields patient, service, question, priority), TooLarge or UnsupportedType (the
    document), and AlreadyAsked when the same scan waits to be booked for this patient.
    """
    if not referral_rules.can_ask(referrer, patient):
        raise NotAllowed
    question = question.strip()
    _check(patient=patient, service=service, question=question, priority=priority)
    clean = clean_upload(document) if document else None
    with transaction.atomic():
        # One after the other for each patient, so that a double click asks once.
        User.objects.select_for_update(no_key=True).get(pk=patient.pk)
        same = Referral.objects.filter(patient=patient, service=service, status=_R.REQUESTED).first()
        if same is not None:
            raise AlreadyAsked(extra={"referral": str(same.pk)})
        referral = Referral(
            patient=patient, referrer=referrer, service=service, question=question, priority=priority
        )
        if clean:
            referral.document = clean.content
            referral.document_type, referral.document_name = clean.content_type, clean.original_name
        referral.save(force_insert=True)
        record_start(referral, actor=referrer)
        trail.record(ActivityVerb.REFERRAL_ASKED, actor=referrer, target=referral, patient=patient)
        _announce(referral, "", actor=referrer)
        telling.asked(referral)
        events.referral_changed(referral)
    return referral


def book(referral: Referral, appointment: Appointment) -> Referral:
    """The scan has been booked with `appointment`; called by booking.book inside its transaction.

    Raises Invalid (field referral: another patient or another scan) and InvalidTransition (not waiting any more).
    """
    locked = lock(Referral, referral.pk)
    if (locked.patient_id, locked.service_id) != (appointment.patient_id, appointment.service_id):
        message = _("This referral is for another scan.")
        raise Invalid(message, fields={"referral": [message]})
    if not locked.can_become(_R.BOOKED):
        raise InvalidTransition(
            _("This referral is booked or withdrawn already."), extra={"status": str(locked.status)}
        )
    _move(locked, _R.BOOKED, actor=appointment.booked_by, appointment=appointment)
    telling.booked(locked, appointment)
    return locked


def follow(appointment: Appointment, to_status: str, *, actor: User | None = None) -> Referral | None:
    """The visit has moved to `to_status`: its referral, if it has one, goes along; returns it when it changed.

    Called inside the transaction that has locked the appointment. A missed visit stays named by its referral until
    another is booked, so that a patient who came after all has both back.
    """
    wanted = _FOLLOWS.get(to_status)
    if wanted is None:
        return None
    from_status, to = wanted
    pk = (
        Referral.objects.filter(appointment=appointment, status=from_status)
        .values_list("pk", flat=True)
        .first()
    )
    if pk is None:
        return None
    referral = lock(Referral, pk)
    if to == _R.REQUESTED and to_status != AppointmentStatus.NO_SHOW:
        _move(referral, to, actor=actor, appointment=None)
    else:
        _move(referral, to, actor=actor)
    if to == _R.REQUESTED:
        telling.open_again(referral, appointment)
    elif to == _R.PERFORMED:
        telling.performed(referral)
    return referral


@transaction.atomic
def withdraw(referral_id: UUID | str, *, actor: User, reason: str = "") -> Referral:
    """The scan is not asked for any more; a visit that was booked for it is cancelled.

    Raises NotAllowed, InvalidTransition (done already, or its visit has begun) and Conflict (booked this moment).
    """
    from . import progress  # progress tells this module of every step, so it can't be imported first

    visit_id = Referral.objects.values_list("appointment_id", flat=True).get(pk=referral_id)
    if visit_id:
        lock(Appointment, visit_id)
    referral = lock(Referral, referral_id)
    if referral.appointment_id != visit_id:
        raise Conflict
    is_booked = referral.status == _R.BOOKED
    if not referral.can_become(_R.CANCELLED):
        raise InvalidTransition(extra={"status": str(referral.status)})
    if not referral_rules.can_withdraw(actor, referral):
        raise NotAllowed
    _move(referral, _R.CANCELLED, actor=actor, reason=reason)
    telling.withdrawn(referral, actor=actor)
    if is_booked and visit_id:
        progress.cancel(visit_id, actor=actor, reason=_("The scan is not needed any more."))
    return referral


def reported(referral_id: UUID, *, actor: User) -> Referral:
    """The scan's report is in force; called inside the transaction that makes it so, before the report is locked. A
    referral whose scan is not noted as done, or that says so already, stays as it is."""
    referral = lock(Referral, referral_id)
    if referral.can_become(_R.REPORTED):
        _move(referral, _R.REPORTED, actor=actor)
    return referral


def _move(
    referral: Referral, to: str, *, actor: User | None, reason: str = "", **fields: Appointment | None
) -> None:
    from_status = str(referral.status)
    change_status(referral, to, actor=actor, reason=reason, **fields)
    trail.record(
        ActivityVerb.REFERRAL_CHANGED,
        actor=actor,
        target=referral,
        patient=referral.patient_id,
        changed=["status"],
        reason=str(to),
    )
    _announce(referral, from_status, actor=actor)
    events.referral_changed(referral)


def _announce(referral: Referral, from_status: str, *, actor: User | None) -> None:
    referral_status_changed.send(
        sender=Referral,
        referral=referral,
        from_status=from_status,
        to_status=str(referral.status),
        actor=actor,
    )


def _check(*, patient: User, service: Service, question: str, priority: str) -> None:
    wrong: dict[str, list[str]] = {}
    if not (patient.is_active and patient.is_patient):
        wrong["patient"] = [_("Referrals are for patients with an active account.")]
    if service.kind != ServiceKind.IMAGING or not service.is_active:
        wrong["service"] = [_("Please choose one of the scans the clinic offers.")]
    if not question:
        wrong["question"] = [_("Please write what the scan is to answer.")]
    elif len(question) > QUESTION_MAX_LENGTH:
        wrong["question"] = [_("Please use at most %(limit)s characters.") % {"limit": QUESTION_MAX_LENGTH}]
    elif "\x00" in question or any("\ud800" <= letter <= "\udfff" for letter in question):
        wrong["question"] = [_("This text contains characters that can't be stored.")]
    if priority not in ReferralPriority.values:
        wrong["priority"] = [_("Please choose how urgent it is.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)
