"""What patient and doctor are told about an appointment; the words are the catalogue's. Times are functions:
notify calls them in the language of whoever reads."""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from clinic.core import zones
from clinic.core.wording import Words
from messaging.domain.notifications import notify
from scheduling.models import Appointment

from . import ics


def spoken_time(appointment: Appointment, reader: User | None = None) -> str:
    """When it starts, by the clinic's clock; behind it by the reader's, where that shows another time."""
    return zones.spoken(appointment.starts_at, reader.time_zone if reader else "")


def confirmed(appointment: Appointment, *, actor: User | None) -> None:
    _tell_patient(appointment, "confirmed", "appointment.confirmed")
    if not (actor and actor.pk == appointment.doctor_id):
        _tell_doctor(appointment, "confirmed", "appointment.confirmed.doctor")


def declined(appointment: Appointment) -> None:
    _tell_patient(appointment, "declined", "appointment.declined")


def cancelled(appointment: Appointment, *, actor: User | None, was_confirmed: bool, note: str = "") -> None:
    """The patient always, with the clinic's `note`; the doctor only when they had been told of the visit."""
    _tell_patient(appointment, "cancelled", "appointment.cancelled", note=note)
    if was_confirmed and not (actor and actor.pk == appointment.doctor_id):
        _tell_doctor(appointment, "cancelled", "appointment.cancelled.doctor")


def expired(appointment: Appointment) -> None:
    patient = appointment.patient
    time = _time_for(appointment, patient)
    _tell(patient, appointment, "expired", "appointment.expired", {"time": time}, in_calendars=False)


def moved(appointment: Appointment, *, actor: User, was_confirmed: bool, note: str = "") -> None:
    """The patient always, with the clinic's `note`; the doctor only when they know of the visit."""
    key = f"moved:{appointment.starts_at.timestamp():.0f}:{timezone.now().timestamp():.0f}"
    _tell_patient(appointment, key, "appointment.moved", note=note)
    if was_confirmed and actor.pk != appointment.doctor_id:
        _tell_doctor(appointment, key, "appointment.moved.doctor")


def displaced(appointment: Appointment, *, note: str = "") -> None:
    """The patient, whose time the doctor can't keep: they choose another one, or get their money back."""
    assert appointment.displaced_at
    key = f"displaced:{appointment.displaced_at.timestamp():.0f}"
    _tell_patient(appointment, key, "appointment.displaced", note=note)


def booked_for(appointment: Appointment) -> None:
    """The patient, for whom staff has booked."""
    _tell_patient(appointment, "booked", "appointment.booked")


def handed_over(appointment: Appointment, from_doctor: User, was_at: datetime, *, actor: User) -> None:
    """The doctor who had the visit until now."""
    _tell(
        from_doctor,
        appointment,
        f"handed over:{appointment.sequence}",
        "appointment.handed_over.doctor",
        {
            "patient": appointment.patient.name,
            "time": lambda: zones.spoken(was_at, from_doctor.time_zone),
            "doctor": appointment.doctor.name,
        },
    )


def reminder_key(appointment: Appointment, which: str) -> str:
    """What makes a reminder the same one: the visit, the time it is set for, and which one it is."""
    return f"reminder:{appointment.pk}:{appointment.starts_at.timestamp():.0f}:{which}"


def reminder(appointment: Appointment, which: str) -> None:
    """`which` is "24h" or "1h"; once for each time at which the visit has been set."""
    patient = appointment.patient
    notify(
        patient,
        occasion="appointment.reminder.day" if which == "24h" else "appointment.reminder.hour",
        variables={"time": _time_for(appointment, patient), "doctor": appointment.doctor.name},
        url=_url(appointment),
        key=reminder_key(appointment, which),
        until=appointment.starts_at,
    )


def _tell_patient(appointment: Appointment, key: str, occasion: str, note: str | None = None) -> None:
    patient = appointment.patient
    variables: dict[str, Words] = {
        "time": _time_for(appointment, patient),
        "doctor": appointment.doctor.name,
    }
    if note is not None:
        variables["note"] = note
    _tell(patient, appointment, key, occasion, variables)


def _tell_doctor(appointment: Appointment, key: str, occasion: str) -> None:
    doctor = appointment.doctor
    time = _time_for(appointment, doctor)
    _tell(doctor, appointment, key, occasion, {"time": time, "patient": appointment.patient.name})


def _tell(
    user: User,
    appointment: Appointment,
    key: str,
    occasion: str,
    variables: Mapping[str, Words],
    *,
    in_calendars: bool = True,
) -> None:
    # From its confirmation on (which opens the conversation) a visit stands in people's calendars: each mail brings
    # the calendar entry along as it is now.
    with_entry = in_calendars and appointment.conversation_id is not None
    notify(
        user,
        occasion=occasion,
        variables=variables,
        url=_url(appointment),
        key=f"appointment:{appointment.pk}:{key}",
        attachments=[ics.attachment(appointment, user)] if with_entry else (),
    )


def _time_for(appointment: Appointment, reader: User) -> Words:
    return lambda: spoken_time(appointment, reader)


def _url(appointment: Appointment) -> str:
    return reverse("appointment", args=[appointment.pk])
