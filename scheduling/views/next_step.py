"""What a visit waits for, and from whom: the one thing its page puts first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from messaging.domain import call_records
from scheduling.domain.paying import payment_that_counts
from scheduling.enums import QUEUED, AppointmentStatus
from scheduling.models import Appointment

_S = AppointmentStatus
JOINABLE = frozenset({_S.CONFIRMED, _S.CHECKED_IN, _S.IN_PROGRESS})
# A call's door closes so long after the planned end.
CALL_CLOSES_AFTER = timedelta(minutes=60)


@dataclass(frozen=True)
class CallDoor:
    """The visit's video call: its address, and from when on it opens."""

    url: str
    opens_at: datetime
    is_open: bool


def payment_url(appointment: Appointment) -> str:
    """The page of its payment, "" without one."""
    payment = payment_that_counts(appointment)
    return reverse("payment", args=[payment.pk]) if payment else ""


def after_booking(appointment: Appointment) -> str:
    """Where a patient goes on: to the payment while one is due, else to the visit."""
    if appointment.status == _S.PENDING_PAYMENT and (url := payment_url(appointment)):
        return url
    return reverse("appointment", args=[appointment.pk])


def queue_is_open(user: User, appointment: Appointment) -> bool:
    """Whether the patient can look at their place in today's line."""
    return (
        user.pk == appointment.patient_id
        and appointment.status in QUEUED
        and appointment.displaced_at is None
        and timezone.localdate(appointment.starts_at) == timezone.localdate()
    )


def call_record_url(user: User, appointment: Appointment) -> str:
    """The record of the visit's video call, for those who may read it once somebody was in it; else ""."""
    if appointment.call_id is None:
        return ""
    calls = call_records.visible_to(user).filter(pk=appointment.call_id, started_at__isnull=False)
    return reverse("call_record", args=[appointment.call_id]) if calls.exists() else ""


def call_door(appointment: Appointment, now: datetime | None = None) -> CallDoor | None:
    """The way into the visit's video call, while there is one."""
    if appointment.mode != Mode.VIDEO or appointment.call_id is None or appointment.status not in JOINABLE:
        return None
    now = now or timezone.now()
    if now > appointment.ends_at + CALL_CLOSES_AFTER:
        return None
    opens_at = appointment.starts_at - timedelta(minutes=settings.CALL_OPENS_MINUTES_BEFORE)
    return CallDoor(reverse("call", args=[appointment.call_id]), opens_at, now >= opens_at)
