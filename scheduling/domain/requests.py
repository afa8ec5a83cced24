"""Requests that wait for a doctor's own yes: of doctors who confirm personally, once the money is there."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from messaging.domain.notifications import notify
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Schedule

from . import telling, timers


def asks(doctor_id: UUID) -> bool:
    """Whether this doctor decides on each request themselves."""
    return Schedule.objects.filter(doctor=doctor_id, confirms_personally=True).exists()


def ask(appointment: Appointment) -> None:
    """Tell the doctor that a request waits. Unanswered ones are declined by the sweep."""
    notify(
        appointment.doctor,
        occasion="appointment.asked.doctor",
        variables={
            "time": lambda: telling.spoken_time(appointment, appointment.doctor),
            "patient": appointment.patient.name,
        },
        url=reverse("appointment", args=[appointment.pk]),
        key=f"appointment:{appointment.pk}:asked",
    )
    timers.after(appointment)


def waiting_for(doctor_id: UUID) -> QuerySet[Appointment]:
    """What the doctor has to answer, the soonest first: paid (or free of charge) and still ahead."""
    return (
        Appointment.objects.filter(
            # Payments belong to an app above; a visit without one is paid for by the medical aid.
            Q(price=0) | Q(payments__isnull=True) | Q(payments__status="confirmed"),
            doctor=doctor_id,
            doctor__schedule__confirms_personally=True,
            status=AppointmentStatus.PENDING_CONFIRMATION,
            starts_at__gt=timezone.now(),
        )
        .select_related("patient", "service")
        .distinct()
        .order_by("starts_at", "pk")
    )
