"""Taking a slot, and moving to another one.

Two bookings of one doctor or one patient go one after the other: both people's rows are locked first, so that
buffers and the number of holds stay right under any race. The calendar cells hold the promise itself.
Lock order: people (in order of id), appointments, payments, cells.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.files import CleanFile, clean_upload
from clinic.core.status import lock, record_start
from scheduling import events, rules
from scheduling.enums import OPEN, AppointmentStatus
from scheduling.models import Appointment, AppointmentFile, Service
from scheduling.signals import appointment_booked

from . import cells, meeting, progress, telling, timers
from .availability import Standing, nearest_free, offered_modes, standing
from .errors import SlotTaken, TooLate, TooManyHolds
from .pricing import charge
from .queries import services_for

MAX_FILES = 5
MAX_HOLDS = 3
REASON_MAX_LENGTH = 500
# No horizon is longer than a year; what lies further off may not even have a day around it.
FURTHEST = timedelta(days=400)


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
) -> Appointment:
    """A new appointment that waits for payment (for confirmation when it costs nothing), its slot held.

    Raises NotAllowed, Invalid (fields doctor, patient, service, mode, starts_at, reason, files), TooLarge or
    UnsupportedType (a file), TooManyHolds, and SlotTaken with `nearest` free slots; when the patient holds this
    very slot already, SlotTaken also names that `appointment`.
    """
    if not rules.can_book_for(booked_by, patient):
        raise NotAllowed
    reason = reason.strip()
    _check_choices(patient=patient, doctor=doctor, service=service, mode=mode, reason=reason, files=files)
    clean_files = [clean_upload(upload) for upload in files]
    with transaction.atomic():
        doctor, patient = _lock_people(doctor, patient)
        progress.expire_lapsed(Q(doctor=doctor) | Q(patient=patient))
        _check_own(patient, doctor, service, starts_at)
        _check_slot(doctor, service, starts_at, mode=mode, patient=patient)
        price = charge(doctor, service)
        appointment = Appointment(
            patient=patient,
            doctor=doctor,
            service=service,
            mode=mode,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=service.minutes),
            reason=reason,
            price=price,
            currency=settings.CLINIC_CURRENCY,
            booked_by=booked_by,
        )
        if price > 0:
            appointment.hold_expires_at = progress.hold_end(starts_at)
        else:
            appointment.status = AppointmentStatus.PENDING_CONFIRMATION
        appointment.save(force_insert=True)
        _claim(appointment)
        record_start(appointment, actor=booked_by)
        trail.record(ActivityVerb.APPOINTMENT_BOOKED, actor=booked_by, target=appointment, patient=patient)
        _keep(clean_files, appointment, booked_by)
        timers.at_hold_end(appointment)
        appointment_booked.send(sender=Appointment, appointment=appointment, actor=booked_by)
        events.appointment_changed(appointment)
        events.slots_changed(appointment)
    return appointment


@transaction.atomic
def reschedule(appointment_id: UUID | str, *, starts_at: datetime, actor: User) -> Appointment:
    """Move the visit; status, payment and conversation stay, the call's window and the reminders move along.

    Raises NotAllowed, InvalidTransition (no longer open, or the hold has lapsed), TooLate (a patient inside the
    notice period of a confirmed visit), Invalid (field starts_at) and SlotTaken with `nearest` free slots.
    """
    people = Appointment.objects.select_related("doctor", "patient").get(pk=appointment_id)
    doctor, patient = _lock_people(people.doctor, people.patient)
    appointment = lock(Appointment, appointment_id)
    _check_movable(appointment, actor)
    if appointment.starts_at == starts_at:
        return appointment
    mode = appointment.mode
    others = Q(doctor=doctor) | Q(patient=patient)
    progress.expire_lapsed(others & ~Q(pk=appointment.pk))
    _check_slot(doctor, appointment.service, starts_at, mode=mode, patient=patient, ignoring=appointment)
    before = (appointment.starts_at, appointment.ends_at)
    from_time = telling.spoken_time(appointment)
    appointment.starts_at = starts_at
    appointment.ends_at = starts_at + timedelta(minutes=appointment.service.minutes)
    cells.release(appointment)
    _claim(appointment)
    fields = meeting.move(appointment, actor=actor)
    if appointment.hold_expires_at and appointment.hold_expires_at > starts_at:
        fields["hold_expires_at"] = starts_at
    for name, value in fields.items():
        setattr(appointment, name, value)
    appointment.save(update_fields=["starts_at", "ends_at", "updated_at", *fields])
    appointment.history.create(
        from_status=appointment.status,
        to_status=appointment.status,
        actor=actor,
        reason=_("Moved from %(before)s to %(after)s")
        % {"before": from_time, "after": telling.spoken_time(appointment)},
    )
    trail.record(
        ActivityVerb.APPOINTMENT_MOVED,
        actor=actor,
        target=appointment,
        patient=patient,
        changed=["starts_at", "ends_at"],
    )
    timers.at_hold_end(appointment)
    was_confirmed = appointment.status in rules.BOUND_BY_NOTICE
    if was_confirmed:
        timers.reminders(appointment)
    telling.moved(appointment, actor=actor, was_confirmed=was_confirmed)
    events.appointment_changed(appointment)
    events.slots_changed(appointment, before, (appointment.starts_at, appointment.ends_at))
    return appointment


def _check_choices(
    *, patient: User, doctor: User, service: Service, mode: str, reason: str, files: Sequence[UploadedFile]
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
    if len(reason) > REASON_MAX_LENGTH:
        wrong["reason"] = [_("Please use at most %(limit)s characters.") % {"limit": REASON_MAX_LENGTH}]
    elif "\x00" in reason or any("\ud800" <= letter <= "\udfff" for letter in reason):
        wrong["reason"] = [_("This text contains characters that can't be stored.")]
    if len(files) > MAX_FILES:
        wrong["files"] = [_("Please attach at most %(limit)s files.") % {"limit": MAX_FILES}]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)


def _lock_people(doctor: User, patient: User) -> tuple[User, User]:
    """Both rows, fresh and locked. Raises Invalid when one has been closed meanwhile.

    Rows of other tables that point to them can still be inserted by others (no_key).
    """
    people = User.objects.filter(pk__in=[doctor.pk, patient.pk]).order_by("pk")
    locked = {person.pk: person for person in people.select_for_update(no_key=True)}
    if not all(person.is_active for person in locked.values()):
        raise Invalid(_("One of the two accounts has been closed."))
    return locked[doctor.pk], locked[patient.pk]


def _check_own(patient: User, doctor: User, service: Service, starts_at: datetime) -> None:
    """What the patient holds already. Raises SlotTaken (this very visit) and TooManyHolds."""
    own = Appointment.objects.filter(patient=patient)
    same = own.filter(doctor=doctor, service=service, starts_at=starts_at, status__in=OPEN).first()
    if same is not None:
        raise SlotTaken(
            _("You hold this appointment already."), extra={"appointment": str(same.pk), "nearest": []}
        )
    if own.filter(status=AppointmentStatus.PENDING_PAYMENT).count() >= MAX_HOLDS:
        raise TooManyHolds


def _check_slot(
    doctor: User,
    service: Service,
    starts_at: datetime,
    *,
    mode: str,
    patient: User,
    ignoring: Appointment | None = None,
) -> None:
    """Raises Invalid for a time that is no slot of this doctor, SlotTaken for one that is not free."""
    if abs(starts_at - timezone.now()) > FURTHEST:
        message = _("This is not a time the doctor offers. Please choose one of the free times.")
        raise Invalid(message, fields={"starts_at": [message]}, extra={"nearest": []})
    found = standing(doctor, service, starts_at, mode=mode, patient=patient, ignoring=ignoring)
    if found == Standing.FREE:
        return
    nearest = _nearest(doctor, service, starts_at, mode=mode, patient=patient, ignoring=ignoring)
    if found == Standing.NOT_OFFERED:
        message = (
            _("This time has passed. Please choose a later one.")
            if starts_at <= timezone.now()
            else _("This is not a time the doctor offers. Please choose one of the free times.")
        )
        raise Invalid(message, fields={"starts_at": [message]}, extra={"nearest": nearest})
    if found == Standing.PATIENT_BUSY:
        raise SlotTaken(
            _("The patient has another appointment at this time. Please choose another time."),
            extra={"nearest": nearest},
        )
    raise SlotTaken(extra={"nearest": nearest})


def _claim(appointment: Appointment) -> None:
    """Raises SlotTaken with `nearest` when the cells say so, whatever was calculated."""
    try:
        cells.claim(appointment)
    except SlotTaken as taken:
        taken.extra["nearest"] = _nearest(
            appointment.doctor,
            appointment.service,
            appointment.starts_at,
            mode=appointment.mode,
            patient=appointment.patient,
            ignoring=appointment,
        )
        raise


def _nearest(
    doctor: User,
    service: Service,
    around: datetime,
    *,
    mode: str,
    patient: User,
    ignoring: Appointment | None,
) -> list[dict[str, str]]:
    found = nearest_free(doctor, service, around, mode=mode, patient=patient, ignoring=ignoring)
    return [{"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()} for slot in found]


def _check_movable(appointment: Appointment, actor: User) -> None:
    if not rules.can_see(actor, appointment):
        raise NotAllowed
    if rules.can_reschedule(actor, appointment):
        return
    if appointment.status in rules.MOVABLE and not rules.hold_lapsed(appointment):
        raise TooLate
    raise InvalidTransition(extra={"status": str(appointment.status)})


def _keep(clean_files: Sequence[CleanFile], appointment: Appointment, uploaded_by: User) -> None:
    for clean in clean_files:
        AppointmentFile.objects.create(
            appointment=appointment,
            file=clean.content,
            content_type=clean.content_type,
            name=clean.original_name,
            uploaded_by=uploaded_by,
        )
