"""Taking a slot for a new visit. Moving one: rescheduling.py; locks and order of locks: taking.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.files import CleanFile, clean_upload
from clinic.core.status import lock, record_start
from scheduling import events, rules
from scheduling.enums import OPEN, AppointmentStatus, OfferStatus, ReferralStatus
from scheduling.models import (
    Appointment,
    AppointmentFile,
    AppointmentSeries,
    Referral,
    Service,
    WaitingOffer,
)
from scheduling.signals import appointment_booked

from . import progress, referrals, requests, taking, telling, timers
from .availability import offered_modes
from .errors import OfferOver, SlotTaken, TooManyHolds
from .pricing import charge
from .queries import services_for
from .rescheduling import reschedule
from .taking import Wanted

__all__ = ["MAX_FILES", "MAX_HOLDS", "REASON_MAX_LENGTH", "STAFF_HOLD", "book", "reschedule"]

MAX_FILES = 5
MAX_HOLDS = 3
REASON_MAX_LENGTH = 500
OVERBOOKING_MAX_LENGTH = 200
# What staff book is kept so long for the payment; the patient was not there to pay at once.
STAFF_HOLD = timedelta(hours=24)


def book(
    *,
    patient: User,
    doctor: User,
    service: Service,
    starts_at: datetime,
    mode: str,
    reason: str = "",
    booked_by: User,
    files: Sequence[UploadedFile] = (),
    overbooking_reason: str = "",
    pay_later: bool = False,
    referral: Referral | None = None,
    follow_up_of: Appointment | None = None,
    series: AppointmentSeries | None = None,
    offer: WaitingOffer | None = None,
    hold_until: datetime | None = None,
) -> Appointment:
    """A new appointment that waits for payment (for confirmation when it costs nothing), its slot held: HOLD_MINUTES
    for patients, STAFF_HOLD when staff book, else until `hold_until`, and never past its start.

    Management only: with `overbooking_reason` the doctor may have another visit at that time (when not, it is an
    ordinary booking); `pay_later` confirms the visit at once, its payment stays due. `offer` is a time of the waiting
    list that is kept for this patient: its cells become the visit's, its status is the caller's to change.
    `referral` becomes booked.

    Raises NotAllowed, Invalid (fields doctor, patient, service, mode, starts_at, reason, overbooking_reason, files,
    referral), TooLarge or UnsupportedType (a file), TooManyHolds, OfferOver, InvalidTransition
    (the referral is booked already), and SlotTaken with `nearest` free slots; when the patient holds this very slot
    already, SlotTaken also names that `appointment`.
    """
    if not rules.can_book_for(booked_by, patient):
        raise NotAllowed
    if (overbooking_reason or pay_later) and not booked_by.is_management:
        raise NotAllowed
    reason, overbooking_reason = reason.strip(), overbooking_reason.strip()
    _check_choices(
        patient=patient,
        doctor=doctor,
        service=service,
        mode=mode,
        referral=referral,
        files=files,
        reason=reason,
        overbooking_reason=overbooking_reason,
    )
    clean_files = [clean_upload(upload) for upload in files]
    by_staff = not booked_by.is_patient
    with transaction.atomic():
        doctor, patient = taking.lock_people(doctor, patient)
        wanted = Wanted(
            doctor=doctor,
            patient=patient,
            service=service,
            mode=mode,
            starts_at=starts_at,
            by_staff=by_staff,
            overbooking=bool(overbooking_reason),
            offer=_still_open(offer, doctor, patient, starts_at),
        )
        taking.make_room(wanted)
        _check_own(wanted, alone=not by_staff and offer is None and series is None)
        overbooked = taking.check(wanted)
        appointment = Appointment(
            patient=patient,
            doctor=doctor,
            service=service,
            mode=mode,
            starts_at=starts_at,
            ends_at=wanted.ends_at,
            reason=reason,
            price=charge(doctor, service),
            currency=settings.CLINIC_CURRENCY,
            booked_by=booked_by,
            overbooking_reason=overbooking_reason if overbooked else "",
            follow_up_of=follow_up_of,
            series=series,
        )
        if appointment.price > 0 and not pay_later:
            appointment.hold_expires_at = _hold_end(starts_at, hold_until, by_staff=by_staff)
        else:
            appointment.status = AppointmentStatus.PENDING_CONFIRMATION
        appointment.save(force_insert=True)
        taking.claim(appointment, wanted)
        record_start(appointment, actor=booked_by)
        trail.record(ActivityVerb.APPOINTMENT_BOOKED, actor=booked_by, target=appointment, patient=patient)
        _keep(clean_files, appointment, booked_by)
        if referral is not None:
            referrals.book(referral, appointment)
        timers.at_hold_end(appointment)
        appointment_booked.send(sender=Appointment, appointment=appointment, actor=booked_by)
        events.appointment_changed(appointment)
        events.slots_changed(appointment)
        if pay_later:
            return progress.confirm(appointment.pk, actor=booked_by)
        if appointment.status == AppointmentStatus.PENDING_CONFIRMATION and requests.asks(doctor.pk):
            requests.ask(appointment)
        if by_staff and series is None:
            telling.booked_for(appointment)
    return appointment


def _hold_end(starts_at: datetime, until: datetime | None, *, by_staff: bool) -> datetime:
    if until is None and by_staff:
        until = timezone.now() + STAFF_HOLD
    return progress.hold_end(starts_at) if until is None else max(timezone.now(), min(until, starts_at))


def _check_choices(
    *,
    patient: User,
    doctor: User,
    service: Service,
    mode: str,
    referral: Referral | None,
    files: Sequence[UploadedFile],
    reason: str,
    overbooking_reason: str,
) -> None:
    """Everything about the request that needs no lock. Raises Invalid with all that is wrong."""
    wrong: dict[str, list[Any]] = {}
    if not (patient.is_active and patient.is_patient):
        wrong["patient"] = [_("Appointments are for patients with an active account.")]
    if not (doctor.is_active and doctor.is_doctor and hasattr(doctor, "doctor_profile")):
        wrong["doctor"] = [_("This doctor can't be booked. Please choose another one.")]
    elif not services_for(doctor).filter(pk=service.pk).exists():
        wrong["service"] = [_("This doctor does not offer this service. Please choose another one.")]
    elif mode not in offered_modes(doctor, service):
        wrong["mode"] = [_("This visit is not offered that way. Please choose another one.")]
    if message := _wrong_text(reason, REASON_MAX_LENGTH):
        wrong["reason"] = [message]
    if message := _wrong_text(overbooking_reason, OVERBOOKING_MAX_LENGTH):
        wrong["overbooking_reason"] = [message]
    if len(files) > MAX_FILES:
        wrong["files"] = [_("Please attach at most %(limit)s files.") % {"limit": MAX_FILES}]
    if referral is not None:
        if referral.patient_id != patient.pk or referral.service_id != service.pk:
            wrong["referral"] = [_("This referral is for another scan.")]
        elif referral.status != ReferralStatus.REQUESTED:
            wrong["referral"] = [_("This referral is booked or withdrawn already.")]
    elif service.needs_referral and not files:
        wrong["files"] = [_("This scan needs a doctor's referral. Please attach it as a photo or PDF.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)


def _wrong_text(text: str, limit: int) -> str:
    if len(text) > limit:
        return _("Please use at most %(limit)s characters.") % {"limit": limit}
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        return _("This text contains characters that can't be stored.")
    return ""


def _still_open(
    offer: WaitingOffer | None, doctor: User, patient: User, starts_at: datetime
) -> WaitingOffer | None:
    """The offer, fresh; the doctor's row is locked. Raises OfferOver, also when it is not for this."""
    if offer is None:
        return None
    fresh = lock(WaitingOffer, offer.pk)
    fits = (fresh.doctor_id, fresh.entry.patient_id, fresh.starts_at) == (doctor.pk, patient.pk, starts_at)
    if not fits or fresh.status != OfferStatus.OPEN or fresh.expires_at <= timezone.now():
        raise OfferOver
    return fresh


def _check_own(wanted: Wanted, *, alone: bool) -> None:
    """What the patient holds already. Raises SlotTaken (this very visit), and TooManyHolds for who books alone."""
    own = Appointment.objects.filter(patient=wanted.patient)
    same = own.filter(
        doctor=wanted.doctor, service=wanted.service, starts_at=wanted.starts_at, status__in=OPEN
    ).first()
    if same is not None:
        raise SlotTaken(
            _("You hold this appointment already."), extra={"appointment": str(same.pk), "nearest": []}
        )
    mine = own.filter(status=AppointmentStatus.PENDING_PAYMENT, booked_by=wanted.patient, series=None)
    if alone and mine.count() >= MAX_HOLDS:
        raise TooManyHolds


def _keep(clean_files: Sequence[CleanFile], appointment: Appointment, uploaded_by: User) -> None:
    for clean in clean_files:
        AppointmentFile.objects.create(
            appointment=appointment,
            file=clean.content,
            content_type=clean.content_type,
            name=clean.original_name,
            uploaded_by=uploaded_by,
        )
